"""Messages at the resource server (RFC 6749 section 7, RFC 6750)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from oauth_model.messages.channel import (
    CLIENT,
    RESOURCE_SERVER,
    BackChannel,
    FrontChannel,
    Spontaneous,
)
from oauth_model.terms import (
    AccessToken,
    Certificate,
    DpopProof,
    ProtectedResource,
)


@dataclass(frozen=True, slots=True)
class ResourceRequest(BackChannel):
    """The access token in the Authorization request header field (RFC 6750 section 2.1).

    `dpop_proof` is the header field DPoP (RFC 9449 section 7.1); `certificate` that of the TLS connection (RFC 8705).
    """

    access_token: AccessToken
    operation: Literal["read", "write"] = "read"
    dpop_proof: DpopProof | None = None
    certificate: Certificate | None = None

    name: ClassVar[str] = "resource request"
    reference: ClassVar[str] = "RFC 6750 section 2.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = RESOURCE_SERVER


@dataclass(frozen=True, slots=True)
class ResourceRequestInUri(FrontChannel):
    """The access token as a URI query parameter, in a link for the browser (RFC 6750 section 2.3)."""

    access_token: AccessToken
    operation: Literal["read", "write"] = "read"

    name: ClassVar[str] = "resource request (token in URI)"
    reference: ClassVar[str] = "RFC 6750 section 2.3"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = RESOURCE_SERVER


@dataclass(frozen=True, slots=True)
class ResourceResponse(BackChannel):
    """The protected resource (RFC 6749 section 7)."""

    resource: ProtectedResource

    name: ClassVar[str] = "resource response"
    reference: ClassVar[str] = "RFC 6749 section 7"
    sender: ClassVar[str] = RESOURCE_SERVER
    receiver: ClassVar[str] = CLIENT


ResourceError = Literal["invalid_request", "invalid_token", "insufficient_scope"]


@dataclass(frozen=True, slots=True)
class ResourceErrorResponse(BackChannel):
    """The WWW-Authenticate challenge with its error code (RFC 6750 section 3.1)."""

    error: ResourceError

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "resource error response"
    reference: ClassVar[str] = "RFC 6750 section 3.1"
    sender: ClassVar[str] = RESOURCE_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class TokenFromVault(BackChannel):
    """A platform lets a tenant use a token that was got through the tenant's connection."""

    access_token: AccessToken

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "token from the vault"
    reference: ClassVar[str] = "draft-ietf-oauth-security-topics-update section 2.2"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class UseToken(Spontaneous):
    """The client uses its token in the Authorization header field (RFC 6750 section 2.1)."""

    name: ClassVar[str] = "use token"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class LinkWithToken(Spontaneous):
    """The client puts its token into a link for the browser (RFC 6750 section 2.3)."""

    name: ClassVar[str] = "link with token"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = CLIENT
