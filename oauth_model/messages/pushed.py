"""Messages of pushed authorization requests (RFC 9126)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oauth_model.messages.authorization import AuthorizationError, AuthorizationRequest, RequestParameters
from oauth_model.messages.channel import AUTHORIZATION_SERVER, CLIENT, BackChannel, FrontChannel, Message
from oauth_model.messages.token import TokenError
from oauth_model.terms import (
    ClientAssertion,
    ClientId,
    ClientSecret,
    RequestUri,
)


@dataclass(frozen=True, slots=True)
class PushedAuthorizationRequest(RequestParameters, BackChannel):
    """RFC 9126 section 2.1: the parameters of an authorization request, and the client's credentials."""

    client_secret: ClientSecret | None = None
    client_assertion: ClientAssertion | None = None

    checked_like: ClassVar[type[Message]] = AuthorizationRequest
    name: ClassVar[str] = "pushed authorization request"
    reference: ClassVar[str] = "RFC 9126 section 2.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER
    moot_when_own: ClassVar[tuple[str, ...]] = ("state",)


@dataclass(frozen=True, slots=True)
class PushedAuthorizationResponse(BackChannel):
    """RFC 9126 section 2.2."""

    request_uri: RequestUri

    name: ClassVar[str] = "pushed authorization response"
    reference: ClassVar[str] = "RFC 9126 section 2.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class PushedAuthorizationErrorResponse(BackChannel):
    """RFC 9126 section 2."""

    error: TokenError | AuthorizationError

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "pushed authorization error response"
    reference: ClassVar[str] = "RFC 9126 section 2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class AuthorizationRequestByReference(FrontChannel):
    """RFC 9126 section 4: an authorization request that says where its parameters are."""

    client_id: ClientId
    request_uri: RequestUri

    name: ClassVar[str] = "authorization request"
    reference: ClassVar[str] = "RFC 9126 section 4"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER
