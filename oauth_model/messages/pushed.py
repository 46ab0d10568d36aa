"""Messages of pushed authorization requests (RFC 9126)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from oauth_model.messages.authorization import AuthorizationError, AuthorizationRequest, ResponseType
from oauth_model.messages.channel import AUTHORIZATION_SERVER, CLIENT, BackChannel, FrontChannel, Message
from oauth_model.messages.token import TokenError
from oauth_model.terms import (
    Challenge,
    ClientAssertion,
    ClientId,
    ClientSecret,
    Nonce,
    RequestUri,
    ResourceIndicator,
    Scope,
    State,
    Thumbprint,
    Uri,
    Verifier,
)


@dataclass(frozen=True, slots=True)
class PushedAuthorizationRequest(BackChannel):
    """RFC 9126 section 2.1: the parameters of an authorization request, and the client's credentials."""

    response_type: ResponseType
    client_id: ClientId
    redirect_uri: Uri | None = None
    scope: Scope | None = None
    state: State | None = None
    code_challenge: Challenge | Verifier | None = None
    code_challenge_method: Literal["S256", "plain"] | None = None
    resource: ResourceIndicator | None = None
    response_mode: Literal["query", "fragment", "form_post", "web_message"] | None = None
    client_secret: ClientSecret | None = None
    client_assertion: ClientAssertion | None = None
    nonce: Nonce | None = None
    dpop_jkt: Thumbprint | None = None

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
