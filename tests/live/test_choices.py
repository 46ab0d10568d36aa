"""Requests are said in full where a server insists on it, and a code for another fault of a request is as right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.cast import Cast
from oauth_model.live.adapter import CONFIDENTIAL, Dialect, Endpoints, Registration, Target
from oauth_model.live.bindings import Bindings, NotOnTheWire
from oauth_model.live.choices import FILLER, InFull, error_is_as_right
from oauth_model.live.wire import Seen
from oauth_model.messages import AuthorizationRequest, TokenRequest
from oauth_model.terms import Challenge, ClientId, Code, ResourceIndicator, State, Verifier

CAST = Cast(confidential=True)
SERVER, CLIENT = CAST.authorization_servers[0], CAST.clients[0]
OWN = CAST.redirect_uri(CLIENT, SERVER)
BARE = AuthorizationRequest("code", ClientId(CLIENT))
CODE = Code(SERVER, 1)


def in_full(dialect: Dialect, checks_verifiers: bool = True) -> tuple[InFull, Bindings]:
    clients = {CONFIDENTIAL: Registration("web", ("https://www.client.example/cb",), "secret")}
    endpoints = Endpoints("http://127.0.0.1/authorize", "http://127.0.0.1/token")
    known = Target(endpoints, clients, {}, dialect=dialect)
    bindings = Bindings(known, CAST)
    return InFull(known, bindings, checks_verifiers), bindings


def redemption(**changes: object) -> TokenRequest:
    secret = CAST.client_secret(CLIENT, SERVER)
    request = TokenRequest("authorization_code", CODE, ClientId(CLIENT), OWN, secret, Verifier(CLIENT, 1))
    return replace(request, **changes)  # type: ignore[arg-type]


def test_what_is_left_out_is_said() -> None:
    requests, _ = in_full(Dialect())
    said = requests.authorization_request(BARE, 1, SERVER)
    assert said == replace(BARE, redirect_uri=OWN, scope=CAST.scope)
    assert requests.token_request(redemption(redirect_uri=None)).redirect_uri == OWN


def test_what_was_said_stays() -> None:
    full = AuthorizationRequest("code", ClientId(CLIENT), OWN, CAST.scope, State(CLIENT, 1))
    requests, _ = in_full(Dialect(state_required=True, takes_resource=True))
    assert requests.authorization_request(full, 1, SERVER) == full
    assert requests.token_request(redemption()) == redemption()


def test_a_state_that_the_server_wants_is_not_part_of_its_answer() -> None:
    requests, bindings = in_full(Dialect(state_required=True))
    said = requests.authorization_request(BARE, 1, SERVER)
    assert isinstance(said, AuthorizationRequest) and said.state == State(FILLER, 1)
    value = bindings.value(State(FILLER, 1))
    answer = Seen("response", (("code", "c"), ("state", value)))
    assert requests.response(answer, 1).parameters == (("code", "c"),)
    assert requests.response(answer, 2) == answer
    other = Seen("response", (("code", "c"), ("state", "another")))
    assert requests.response(other, 1) == other


def test_challenges_are_made_up_for_servers_that_want_them_and_do_not_look() -> None:
    for checks, filled in ((True, False), (False, True)):
        requests, _ = in_full(Dialect(pkce="required"), checks)
        said = requests.authorization_request(BARE, 1, SERVER)
        assert isinstance(said, AuthorizationRequest) and isinstance(said.code_challenge, Challenge) is filled
        assert (requests.token_request(redemption(code_verifier=None)).code_verifier is not None) is filled


@pytest.mark.parametrize("takes", [True, False])
def test_a_resource_is_named_to_servers_that_take_it(takes: bool) -> None:
    requests, _ = in_full(Dialect(takes_resource=takes))
    said = requests.authorization_request(replace(BARE, resource=ResourceIndicator("rs.example")), 1, SERVER)
    assert isinstance(said, AuthorizationRequest) and (said.resource is not None) is takes


def test_no_redirection_uri_that_means_the_registered_one_is_not_tried() -> None:
    requests, _ = in_full(Dialect(redirect_uri_implied=True))
    with pytest.raises(NotOnTheWire):
        requests.token_request(redemption(redirect_uri=None))


@pytest.mark.parametrize(
    ("message", "expected", "seen", "right"),
    [
        (redemption(), "invalid_grant", "invalid_grant", True),
        (redemption(), "invalid_grant", "invalid_client", False),
        (redemption(client_secret=None), "invalid_grant", "invalid_client", True),
        (redemption(client_id=ClientId("nobody")), "invalid_grant", "invalid_client", True),
        (redemption(), "invalid_grant", "invalid_request", False),
        (redemption(code_verifier=None), "invalid_grant", "invalid_request", True),
        (redemption(), "invalid_request", "invalid_grant", True),
        (redemption(), "invalid_client", "invalid_grant", False),
        (BARE, "invalid_request", "invalid_scope", False),
        (BARE, "invalid_scope", "access_denied", True),
        (BARE, "invalid_scope", None, False),
    ],
)
def test_an_error_code_is_as_right_if_the_request_has_that_fault(
    message: AuthorizationRequest | TokenRequest, expected: str, seen: str | None, right: bool
) -> None:
    _, bindings = in_full(Dialect(errors={"invalid_scope": ("access_denied",)}))
    answer = Seen("token error", (("error", seen),), status=400)
    assert error_is_as_right(message, expected, answer, SERVER, bindings) is right
