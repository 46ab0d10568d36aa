"""The wire: each message of the model as HTTP, and what a server answers as messages again.

Requests first, one function for each message that goes to a server, with every parameter where its RFC has it. Then
answers: what was seen, as names and values, and how it compares with what the model's machine sends. A parameter that
carries a credential and that the model does not have is a difference; others that a server adds
(`expires_in`, `session_state`) are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oauth_model.live.adapter import Registration, Target
from oauth_model.live.bindings import ISSUED, Bindings, NotOnTheWire
from oauth_model.live.exchange import HttpRequest, Pairs, repeated
from oauth_model.live.lab import authenticated
from oauth_model.messages import (
    AuthorizationRequest,
    AuthorizationRequestByReference,
    Message,
    PushedAuthorizationRequest,
    ResourceRequest,
    ResourceRequestInUri,
    TokenRequest,
    TokenResponse,
)
from oauth_model.terms import Scope, Term

CREDENTIALS = ("code", "access_token", "id_token", "refresh_token", "client_secret", "code_verifier")
"""Parameters that nobody may find where they do not belong."""

STRAY = "is there, where it does not belong"
"""What is said of a credential in the wrong place."""

PROOFS = ("dpop_proof", "certificate", "client_assertion", "request", "dpop_jkt")
"""Parameters that need keys; a probe has none."""


# ------------------------------------------------------------------ requests


def authorization_parameters(message: Message, bindings: Bindings) -> Pairs:
    """The query of an authorization request (RFC 6749 section 4.1.1), or of one by reference (RFC 9126 section 4)."""
    if not isinstance(message, (AuthorizationRequest, AuthorizationRequestByReference)):
        raise NotOnTheWire(f"a {message.name} is no request at the authorization endpoint")
    return tuple(_parameters(message, bindings))


def token_request(message: TokenRequest, bindings: Bindings) -> HttpRequest:
    """A token request (RFC 6749 section 4.1.3), from a client that authenticates as it is registered."""
    url = bindings.target.endpoints.token
    return _posted(url, message, bindings)


def pushed_request(message: PushedAuthorizationRequest, bindings: Bindings) -> HttpRequest:
    """A pushed authorization request (RFC 9126 section 2.1)."""
    url = bindings.target.endpoints.pushed
    if url is None:
        raise NotOnTheWire("the server has no endpoint for pushed authorization requests")
    return _posted(url, message, bindings)


def resource_request(message: ResourceRequest, server: str, bindings: Bindings) -> HttpRequest:
    """An access token in the header (RFC 6750 section 2.1)."""
    _no_proofs(message)
    method = operation_method(bindings.target, message.operation)
    token = bindings.value(message.access_token)
    return HttpRequest(method, bindings.resource(server), (("Authorization", f"Bearer {token}"),))


def resource_parameters(message: ResourceRequestInUri, bindings: Bindings) -> Pairs:
    """An access token in the query (RFC 6750 section 2.3)."""
    if operation_method(bindings.target, message.operation) != "GET":
        raise NotOnTheWire("only what is read can be linked to")
    return (("access_token", bindings.value(message.access_token)),)


def operation_method(target: Target, operation: str) -> str:
    """The HTTP method of an operation at the resource endpoint. Raises NotOnTheWire for one that it has not."""
    method = target.operations.get(operation)
    if method is None:
        raise NotOnTheWire(f"the resource endpoint has no operation that needs the scope {operation!r}")
    return method


def _posted(url: str, message: TokenRequest | PushedAuthorizationRequest, bindings: Bindings) -> HttpRequest:
    """A request at an endpoint where clients authenticate: with the secret in the message, or none."""
    parameters: dict[str, str | None] = dict(_parameters(message, bindings))
    secret = parameters.pop("client_secret", None)
    client_id = parameters.pop("client_id", None)
    registered = _registration(message, bindings)
    way = registered.authentication if registered else "client_secret_post"
    client = Registration(client_id or "", (), secret, way)
    return authenticated(url, client, parameters)


def _registration(message: TokenRequest | PushedAuthorizationRequest, bindings: Bindings) -> Registration | None:
    known = message.client_id.name in bindings.cast.clients
    return bindings.registration(message.client_id.name) if known else None


def _parameters(message: Message, bindings: Bindings) -> Iterator[tuple[str, str]]:
    _no_proofs(message)
    for name, value in message.parameters():
        yield name, bindings.value(value) if isinstance(value, Term) else str(value)


def _no_proofs(message: Message) -> None:
    for name, _ in message.parameters():
        if name in PROOFS:
            raise NotOnTheWire(f"{name} needs a key, and this probe has none")


# ------------------------------------------------------------------ answers


@dataclass(frozen=True)
class Seen:
    """What a server answered, as far as the protocol goes.

    `what` is "prompt", "response" or "error response" (a redirect or form with parameters for a client), "page" (an
    error or other page that stays there), "token", "token error", "pushed", "resource" or "resource error". `place` and
    `uri` say where the parameters of a response are; `repost` that the browser posts its form again (RFC 9700 section
    4.12).
    """

    what: str
    parameters: tuple[tuple[str, Any], ...] = ()
    place: str | None = None
    uri: str | None = None
    status: int = 200
    repost: bool = False

    def get(self, name: str) -> Any:
        """A parameter, None if it is not there."""
        return next((value for key, value in self.parameters if key == name), None)

    def __str__(self) -> str:
        error = self.get("error")
        text = f"{self.what}{f' ({error})' if error else ''}, status {self.status}"
        return f"{text}, to {self.uri}" if self.uri else text


def differences(expected: Message, seen: Seen, bindings: Bindings) -> Iterator[str]:
    """In what an answer of the right kind differs from the model's; binds what the server issued.

    Which error code it has is not looked at: that is the dialect's. Raises bindings.NotFresh for a value that was
    issued before.
    """
    wanted = {name: value for name, value in expected.parameters() if isinstance(value, Term) and name != "resource"}
    for name in repeated(tuple((key, str(value)) for key, value in seen.parameters)):
        yield f"{name} is there more than once"
    for name, value in wanted.items():
        there = seen.get(name)
        if there is None:
            yield f"{name} is missing"
        elif isinstance(value, ISSUED) and not bindings.is_bound(value):
            bindings.bind(value, str(there))
        elif isinstance(value, Scope):
            yield from _other_scope(value, there, bindings)
        elif str(there) != bindings.value(value):
            yield f"{name} is {there!r}, not {bindings.value(value)!r}"
    if isinstance(expected, TokenResponse) and expected.scope is None and seen.get("scope") is not None:
        yield from _other_scope(expected.access_token.scope, seen.get("scope"), bindings)
    yield from (f"{name} {STRAY}" for name in _stray(wanted, seen))


def _other_scope(wanted: Scope, there: Any, bindings: Bindings) -> Iterator[str]:
    if set(str(there).split()) != set(bindings.value(wanted).split()):
        yield f"scope is {there!r}, not {bindings.value(wanted)!r}"


def _stray(wanted: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    """Parameters that the model does not have there: a credential anywhere in the front channel, or a state."""
    if seen.place is not None:
        yield from (name for name in (*CREDENTIALS, "state") if name not in wanted and seen.get(name) is not None)
