"""Messages at the authorization endpoint (RFC 6749 sections 4.1.1, 4.1.2 and 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from oauth_model.messages.channel import (
    AUTHORIZATION_SERVER,
    CLIENT,
    FrontChannel,
    Message,
    Spontaneous,
)
from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    ClientSecret,
    Code,
    IdToken,
    Issuer,
    Nonce,
    RequestObject,
    ResourceIndicator,
    Scope,
    State,
    Thumbprint,
    Uri,
    Verifier,
)

ResponseType = Literal["code", "token", "code id_token", "code token", "code id_token token"]
"""What an authorization request asks for (RFC 6749 section 3.1.1; the last three: OpenID Connect Core section 3.3)."""

HYBRID_TYPES: tuple[ResponseType, ...] = ("code id_token", "code token", "code id_token token")
"""Those that have something beside the code."""


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """What an authorization request says, on whichever way it comes.

    RFC 6749 sections 4.1.1 and 4.2.1, RFC 7636 section 4.3, RFC 8707 section 2.1, the nonce of OpenID Connect Core
    section 3.1.2.1, and RFC 9449 section 10.
    """

    response_type: ResponseType
    client_id: ClientId
    redirect_uri: Uri | None = None
    scope: Scope | None = None
    state: State | None = None
    code_challenge: Challenge | Verifier | None = None
    code_challenge_method: Literal["S256", "plain"] | None = None
    resource: ResourceIndicator | None = None
    response_mode: Literal["query", "fragment", "form_post", "web_message"] | None = None
    nonce: Nonce | None = None
    dpop_jkt: Thumbprint | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest(RequestParameters, FrontChannel):
    """RFC 6749 sections 4.1.1 and 4.2.1; `request` is that of RFC 9101 section 5."""

    request: RequestObject | None = None

    name: ClassVar[str] = "authorization request"
    reference: ClassVar[str] = "RFC 6749 section 4.1.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER
    moot_when_own: ClassVar[tuple[str, ...]] = ("state", "scope")

    def outer_parameters(self) -> Iterator[tuple[str, object]]:
        """The parameters beside the request object, present or not (RFC 9101 section 5)."""
        return ((field.name, getattr(self, field.name)) for field in fields(self) if field.name != "request")

    def well_formed(self) -> bool:
        """The method is that of the challenge; left out it means plain (RFC 7636 section 4.3)."""
        if isinstance(self.code_challenge, Verifier):
            return self.code_challenge_method in ("plain", None)
        return self.code_challenge_method == ("S256" if self.code_challenge else None)


@dataclass(frozen=True, slots=True)
class AuthorizationRequestWithSecret(AuthorizationRequest):
    """What RFC 6749 does not have: the client secret sent along through the browser.

    Section 2.3.1 rules it out; some descriptions of OAuth tell it this way, so the model can too.
    """

    client_secret: ClientSecret | None = None

    forged: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class AuthorizationResponse(FrontChannel):
    """RFC 6749 section 4.1.2, with `iss` of RFC 9207 section 2."""

    mode: ClassVar[str] = "query"
    code: Code
    state: State | None = None
    iss: Issuer | None = None

    name: ClassVar[str] = "authorization response"
    reference: ClassVar[str] = "RFC 6749 section 4.1.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class ImplicitResponse(FrontChannel):
    """The access token in the fragment of the redirection URI (RFC 6749 section 4.2.2).

    With OpenID Connect there is an ID token, too: response type `id_token token` (OpenID Connect Core section 3.2.2.5).
    """

    mode: ClassVar[str] = "fragment"
    access_token: AccessToken
    state: State | None = None
    iss: Issuer | None = None
    id_token: IdToken | None = None

    name: ClassVar[str] = "access token response (implicit)"
    reference: ClassVar[str] = "RFC 6749 section 4.2.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class HybridResponse(FrontChannel):
    """A code, and beside it an ID token, an access token or both, in the fragment of the redirection URI.

    OpenID Connect Core section 3.3.2.5.
    """

    mode: ClassVar[str] = "fragment"
    code: Code
    id_token: IdToken | None = None
    state: State | None = None
    iss: Issuer | None = None
    access_token: AccessToken | None = None

    checked_like: ClassVar[type[Message]] = AuthorizationResponse
    name: ClassVar[str] = "authorization response (hybrid)"
    reference: ClassVar[str] = "OpenID Connect Core section 3.3.2.5"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


AuthorizationError = Literal[
    "invalid_request",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
]


@dataclass(frozen=True, slots=True)
class AuthorizationErrorResponse(FrontChannel):
    """RFC 6749 sections 4.1.2.1 and 4.2.2.1, with `iss` of RFC 9207 section 2."""

    error: AuthorizationError
    state: State | None = None
    iss: Issuer | None = None

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "error response"
    reference: ClassVar[str] = "RFC 6749 section 4.1.2.1"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class Fault(Spontaneous):
    """The authorization server cannot go on (RFC 6749 section 4.1.2.1, the last two error codes)."""

    error: Literal["server_error", "temporarily_unavailable"]

    happens_if: ClassVar[str | None] = "faults_happen"
    name: ClassVar[str] = "fault"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = AUTHORIZATION_SERVER

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """Either way."""
        return (cls("server_error"), cls("temporarily_unavailable"))
