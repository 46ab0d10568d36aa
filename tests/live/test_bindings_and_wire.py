"""The model's messages as HTTP, with each parameter where its RFC has it, and the values that terms stand for."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from oauth_model.attackers import WEB
from oauth_model.cast import Cast
from oauth_model.live.adapter import (
    ATTACKERS,
    CONFIDENTIAL,
    PUBLIC,
    Account,
    Endpoints,
    Registration,
    Target,
)
from oauth_model.live.bindings import Bindings, NotFresh, NotOnTheWire
from oauth_model.live.exchange import first
from oauth_model.live.lab import s256
from oauth_model.live.wire import (
    Seen,
    authorization_parameters,
    differences,
    pushed_request,
    resource_parameters,
    resource_request,
    token_request,
)
from oauth_model.messages import (
    AuthorizationErrorResponse,
    AuthorizationRequest,
    AuthorizationRequestByReference,
    AuthorizationResponse,
    PushedAuthorizationRequest,
    ResourceRequest,
    ResourceRequestInUri,
    TokenRequest,
    TokenResponse,
)
from oauth_model.scenario import Scenario
from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    ClientSecret,
    Code,
    DpopProof,
    Issuer,
    ProofKey,
    RequestUri,
    ResourceIndicator,
    Scope,
    State,
    Thumbprint,
    Uri,
    Verifier,
)

AS = "https://as.test"
TARGET = Target(
    Endpoints(
        f"{AS}/authorize", f"{AS}/token", AS, f"{AS}/resource", f"{AS}/other", pushed=f"{AS}/par",
    ),
    {
        CONFIDENTIAL: Registration("web", ("https://app.test/callback",), "s3cret:&"),
        PUBLIC: Registration("app", ("https://app.test/public",), None, "none"),
        ATTACKERS: Registration("evil", ("https://evil.test/landing",), "evil-secret", "client_secret_post"),
    },
    {"alice": Account("alice", "a"), "mallory": Account("mallory", "m")},
    scopes=("profile", "email"),
    operations={"read": "GET", "write": "POST"},
)  # fmt: skip
CAST: Cast = Scenario(attacker=WEB).full_cast
CLIENT, SERVER = "client.example", "as.example"
OWN = CAST.redirect_uri(CLIENT, SERVER)
VERIFIER = Verifier(CLIENT, 1)
CODE = Code(SERVER, 1)
READ = Scope(("read",))
TOKEN = AccessToken(SERVER, 1, 1, "alice", CLIENT, READ)


def bindings(*, confidential: bool = True, seed: int = 0, target: Target = TARGET, cast: Cast = CAST) -> Bindings:
    return Bindings(target, replace(cast, confidential=confidential), seed)


def bound(**how: bool) -> Bindings:
    """Bindings where a code, a token and a reference were issued."""
    known = bindings(**how)
    for term, value in ((CODE, "c0de"), (TOKEN, "t0ken"), (RequestUri(SERVER, 1), "urn:ref")):
        known.bind(term, value)
    return known


# ------------------------------------------------------------------ requests


def test_an_authorization_request() -> None:
    known = bindings()
    request = AuthorizationRequest(
        "code", ClientId(CLIENT), OWN, READ, State(CLIENT, 1), Challenge(VERIFIER), "S256",
        ResourceIndicator("rs.example"), "form_post",
    )  # fmt: skip
    assert authorization_parameters(request, known) == (
        ("response_type", "code"),
        ("client_id", "web"),
        ("redirect_uri", "https://app.test/callback"),
        ("scope", "profile"),
        ("state", known.value(State(CLIENT, 1))),
        ("code_challenge", s256(known.value(VERIFIER))),
        ("code_challenge_method", "S256"),
        ("resource", f"{AS}/resource"),
        ("response_mode", "form_post"),
    )
    short = AuthorizationRequest("code", ClientId(CLIENT))
    assert authorization_parameters(short, known) == (("response_type", "code"), ("client_id", "web"))
    plain = AuthorizationRequest("code", ClientId(CLIENT), code_challenge=VERIFIER, code_challenge_method="plain")
    assert first(authorization_parameters(plain, known), "code_challenge") == known.value(VERIFIER)


def test_a_request_by_reference_and_a_pushed_one() -> None:
    known = bound()
    by_reference = AuthorizationRequestByReference(ClientId(CLIENT), RequestUri(SERVER, 1))
    assert authorization_parameters(by_reference, known) == (("client_id", "web"), ("request_uri", "urn:ref"))
    pushed = PushedAuthorizationRequest("code", ClientId(CLIENT), OWN, client_secret=ClientSecret(CLIENT, SERVER))
    sent = pushed_request(pushed, known)
    assert (sent.method, sent.url) == ("POST", f"{AS}/par")
    assert sent.form == (("response_type", "code"), ("redirect_uri", "https://app.test/callback"))
    without = replace(TARGET, endpoints=replace(TARGET.endpoints, pushed=None))
    with pytest.raises(NotOnTheWire, match="no endpoint"):
        pushed_request(pushed, bindings(target=without))


def test_a_token_request_of_a_confidential_client_has_its_secret_in_the_header() -> None:
    known = bound()
    secret = ClientSecret(CLIENT, SERVER)
    sent = token_request(TokenRequest("authorization_code", CODE, ClientId(CLIENT), OWN, secret, VERIFIER), known)
    assert (sent.method, sent.url) == ("POST", f"{AS}/token")
    pair = base64.b64encode(b"web:s3cret%3A%26").decode()
    assert sent.headers == (("Authorization", f"Basic {pair}"),)
    assert sent.form == (
        ("grant_type", "authorization_code"),
        ("code", "c0de"),
        ("redirect_uri", "https://app.test/callback"),
        ("code_verifier", known.value(VERIFIER)),
    )


def test_a_token_request_of_a_public_client_names_it_in_the_body() -> None:
    sent = token_request(TokenRequest("authorization_code", CODE, ClientId(CLIENT)), bound(confidential=False))
    assert sent.headers == ()
    assert sent.form == (("client_id", "app"), ("grant_type", "authorization_code"), ("code", "c0de"))


def test_a_token_in_the_header_and_in_a_uri() -> None:
    known = bound()
    for operation, method in (("read", "GET"), ("write", "POST")):
        sent = resource_request(ResourceRequest(TOKEN, operation), "rs.example", known)  # type: ignore[arg-type]
        assert (sent.method, sent.url) == (method, f"{AS}/resource")
        assert sent.headers == (("Authorization", "Bearer t0ken"),) and sent.body == ""
    assert resource_parameters(ResourceRequestInUri(TOKEN), known) == (("access_token", "t0ken"),)
    with pytest.raises(NotOnTheWire, match="linked to"):
        resource_parameters(ResourceRequestInUri(TOKEN, "write"), known)
    only_read = bindings(target=replace(TARGET, operations={"read": "GET"}))
    with pytest.raises(NotOnTheWire, match="'write'"):
        resource_request(ResourceRequest(TOKEN, "write"), "rs.example", only_read)


def test_what_needs_a_key_has_no_form() -> None:
    key = ProofKey(CLIENT)
    proof = TokenRequest("authorization_code", CODE, ClientId(CLIENT), dpop_proof=DpopProof(key))
    with pytest.raises(NotOnTheWire, match="dpop_proof needs a key"):
        token_request(proof, bound())
    with pytest.raises(NotOnTheWire, match="dpop_jkt needs a key"):
        authorization_parameters(AuthorizationRequest("code", ClientId(CLIENT), dpop_jkt=Thumbprint(key)), bound())
    with pytest.raises(NotOnTheWire, match="no request at the authorization endpoint"):
        authorization_parameters(proof, bound())


# ------------------------------------------------------------------ values


def test_what_is_drawn_is_the_same_for_the_same_run_and_differs_from_run_to_run() -> None:
    for term in (State(CLIENT, 1), VERIFIER):
        assert bindings().value(term) == bindings().value(term) != bindings(seed=1).value(term)
        assert 43 <= len(bindings().value(term)) <= 128
    assert bindings().value(VERIFIER) != bindings().value(Verifier(CLIENT, 2))
    assert len(bindings().value(Verifier(CLIENT, 1, short=True))) == 4


def test_a_value_that_is_issued_twice_is_not_fresh() -> None:
    known = bound()
    known.bind(CODE, "c0de")
    with pytest.raises(NotFresh, match=r"code\(as.example#1\) again, as code\(as.example#2\)"):
        known.bind(Code(SERVER, 2), "c0de")
    assert list(known.issued()) == [CODE, TOKEN, RequestUri(SERVER, 1)]


def test_what_was_not_issued_has_no_value_unless_it_is_another_servers() -> None:
    with pytest.raises(NotOnTheWire, match="has no value here yet"):
        bindings().value(CODE)
    assert bindings().value(Code("evil-as.example", 1))
    assert bindings().value(ClientSecret(CLIENT, "evil-as.example")) != "s3cret:&"


def test_names_are_the_servers() -> None:
    known = bindings()
    assert known.value(Issuer(SERVER)) == AS
    assert known.value(Issuer("evil-as.example")) == "https://evil-as.example"
    assert known.value(Scope(("read", "write"))) == "profile email"
    assert known.value(ClientId("unregistered.example")) == "unregistered-client"
    assert (known.owner_of("alice's browser"), known.owner_of("attacker")) == ("alice", "mallory")
    narrow = bindings(target=replace(TARGET, scopes=("profile",)))
    with pytest.raises(NotOnTheWire, match="no second scope"):
        narrow.value(Scope(("write",)))
    alone = bindings(target=replace(TARGET, clients={PUBLIC: TARGET.clients[PUBLIC]}))
    with pytest.raises(NotOnTheWire, match="no confidential client"):
        alone.value(ClientId(CLIENT))


def test_uris_have_the_hosts_and_paths_that_are_registered() -> None:
    known = bindings()
    assert known.value(OWN) == "https://app.test/callback"
    assert known.value(replace(OWN, query=(("x", "1"),))) == "https://app.test/callback?x=1"
    assert known.value(Uri("www.client.example", "/elsewhere")) == "https://app.test/elsewhere"
    assert known.value(Uri("attacker.example", "/x", userinfo="a")) == "https://a@attacker.example/x"
    evil = replace(CAST, clients=(CLIENT, "evil-client.example"), owned=frozenset({"evil-client.example"}))
    its = evil.redirect_uri("evil-client.example", SERVER)
    assert bindings(cast=evil).value(its) == "https://evil.test/landing"


# ------------------------------------------------------------------ answers


def test_an_answer_is_bound_and_compared() -> None:
    known = bindings()
    state = known.value(State(CLIENT, 1))
    expected = AuthorizationResponse(CODE, State(CLIENT, 1), Issuer(SERVER))

    def told(*parameters: tuple[str, str]) -> list[str]:
        return list(differences(expected, Seen("response", parameters, "query"), known))

    right = (("code", "c1"), ("state", state), ("iss", AS))
    assert told(*right, ("session_state", "x")) == []
    assert known.value(CODE) == "c1"
    assert told(*right[:2]) == ["iss is missing"]
    assert told(("code", "c1"), ("state", "other"), ("iss", AS)) == [f"state is 'other', not {state!r}"]
    assert told(*right, ("iss", AS)) == ["iss is there more than once"]
    for name in ("access_token", "id_token", "refresh_token", "client_secret", "code_verifier"):
        assert told(*right, (name, "x")) == [f"{name} is there, where it does not belong"]
    error = AuthorizationErrorResponse("access_denied", State(CLIENT, 1))
    seen = Seen("error response", (("error", "other"), ("state", state), ("code", "x")), "query")
    assert list(differences(error, seen, known)) == ["code is there, where it does not belong"]


def test_the_scope_of_a_token_is_compared_and_what_comes_with_it_is_not() -> None:
    known = bindings()
    right = (("access_token", "t"), ("token_type", "Bearer"), ("refresh_token", "r"), ("expires_in", 600))
    assert list(differences(TokenResponse(TOKEN), Seen("token", right), known)) == []
    wide = Seen("token", (*right, ("scope", "email profile")))
    assert list(differences(TokenResponse(TOKEN), wide, known)) == ["scope is 'email profile', not 'profile'"]
    assert list(differences(TokenResponse(TOKEN), Seen("token", ()), known)) == ["access_token is missing"]
