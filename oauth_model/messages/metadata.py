"""Messages by which a client configures itself: metadata (RFC 8414) and registration (RFC 7591)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oauth_model.messages.channel import AUTHORIZATION_SERVER, CLIENT, BackChannel
from oauth_model.terms import (
    AuthorizationEndpoint,
    ClientId,
    ClientSecret,
    Issuer,
    PushedRequestEndpoint,
    RegistrationEndpoint,
    TokenEndpoint,
    Uri,
)


@dataclass(frozen=True, slots=True)
class MetadataRequest(BackChannel):
    """RFC 8414 section 3.1. What is public the attacker need not ask for."""

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "metadata request"
    reference: ClassVar[str] = "RFC 8414 section 3.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class MetadataResponse(BackChannel):
    """RFC 8414 section 3.2, with the endpoint of RFC 9126 section 5."""

    issuer: Issuer
    authorization_endpoint: AuthorizationEndpoint
    token_endpoint: TokenEndpoint
    registration_endpoint: RegistrationEndpoint
    pushed_authorization_request_endpoint: PushedRequestEndpoint | None = None

    name: ClassVar[str] = "metadata response"
    reference: ClassVar[str] = "RFC 8414 section 3.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class RegistrationRequest(BackChannel):
    """RFC 7591 section 3.1, with one redirection URI. The attacker's clients are registered as it is."""

    redirect_uris: Uri

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "client registration request"
    reference: ClassVar[str] = "RFC 7591 section 3.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class RegistrationResponse(BackChannel):
    """RFC 7591 section 3.2.1."""

    client_id: ClientId
    client_secret: ClientSecret | None = None

    name: ClassVar[str] = "client information response"
    reference: ClassVar[str] = "RFC 7591 section 3.2.1"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT
