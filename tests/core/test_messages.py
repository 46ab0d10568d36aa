"""Messages: one channel, two ends, the RFC's parameters, and nothing else."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from oauth_model import messages
from oauth_model.messages import (
    ROLES,
    AuthorizationRequest,
    AuthorizationResponse,
    BackChannel,
    FrontChannel,
    Message,
    OutOfBand,
    ResourceRequest,
    Spontaneous,
    TokenRequest,
    TokenResponse,
    UserInterface,
)
from oauth_model.terms import (
    AccessToken,
    Certificate,
    Challenge,
    ClientId,
    Code,
    DpopProof,
    ProofKey,
    Scope,
    State,
    Thumbprint,
    Verifier,
)

CHANNELS = (FrontChannel, BackChannel, UserInterface, OutOfBand, Spontaneous)


KINDS = [
    kind
    for kind in vars(messages).values()
    if isinstance(kind, type) and issubclass(kind, Message) and kind not in (Message, *CHANNELS)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_message_has_one_channel_a_name_and_a_receiver(kind: type[Message]) -> None:
    assert sum(issubclass(kind, channel) for channel in CHANNELS) == 1
    assert kind.name != Message.name
    assert kind.receiver in ROLES
    assert kind.sender in (*ROLES, "")
    assert (kind.__doc__ or "").strip()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_moot_in_ones_own_name_is_an_optional_parameter(kind: type[Message]) -> None:
    assert set(kind.moot_when_own) <= {field.name for field in fields(kind) if field.default is None}


def test_nobody_forges_what_a_session_decides_by_itself() -> None:
    assert not any(kind.forged for kind in KINDS if issubclass(kind, Spontaneous))


@pytest.mark.parametrize(
    ("kind", "required", "optional"),
    [
        (
            AuthorizationRequest,
            ["response_type", "client_id"],
            [
                *("redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "resource"),
                *("response_mode", "nonce", "dpop_jkt", "request"),
            ],
        ),
        (AuthorizationResponse, ["code"], ["state", "iss"]),
        (
            TokenRequest,
            ["grant_type", "code", "client_id"],
            ["redirect_uri", "client_secret", "code_verifier", "client_assertion", "dpop_proof", "certificate"],
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_parameters_are_those_of_the_rfc(kind: type[Message], required: list[str], optional: list[str]) -> None:
    by_default = {field.name: field.default for field in fields(kind)}
    assert list(by_default) == required + optional
    assert [name for name, default in by_default.items() if default is None] == optional


def test_what_is_absent_is_no_parameter_and_tells_nothing() -> None:
    response = AuthorizationResponse(Code("as.example", 1), State("client.example", 1))
    assert [name for name, _ in response.parameters()] == ["code", "state"]
    assert list(response.terms()) == [Code("as.example", 1), State("client.example", 1)]
    assert str(response) == "code=code(as.example#1), state=state(client.example#1)"


def test_what_belongs_to_the_connection_cannot_be_read_off_it() -> None:
    key = ProofKey("client.example")
    token = AccessToken("as.example", 1, 1, "alice", "client.example", Scope(("read",)), bound_to=Thumbprint(key))
    proof, certificate = DpopProof(key, "rs.example", token), Certificate(key, "rs.example")
    assert list(ResourceRequest(token, "read", proof, certificate).terms()) == [token, proof]


def test_constants_are_no_terms() -> None:
    token = AccessToken("as.example", 1, 1, "alice", "client.example", Scope(("read",)))
    assert list(TokenResponse(token).terms()) == [token]


def test_the_method_is_that_of_the_challenge() -> None:
    verifier = Verifier("client.example", 1)

    def request(challenge: Challenge | Verifier | None, method: str | None) -> bool:
        made = AuthorizationRequest("code", ClientId("c"), code_challenge=challenge, code_challenge_method=method)  # type: ignore[arg-type]
        return made.well_formed()

    assert request(Challenge(verifier), "S256") and request(verifier, "plain") and request(None, None)
    assert not request(Challenge(verifier), "plain")
    assert not request(verifier, "S256")
    assert not request(None, "S256")


def test_messages_do_not_change() -> None:
    response = AuthorizationResponse(Code("as.example", 1))
    with pytest.raises(FrozenInstanceError):
        response.code = Code("as.example", 2)  # type: ignore[misc]
