"""Messages: one frozen dataclass for each arrow of the RFCs.

The fields are the RFC's parameters, required and optional as the RFC says; the base class is the
channel the message travels on; `sender` and `receiver` are the roles at its two ends. The user
agent relays front-channel messages and is neither. A message does not say who really sent it:
that is the envelope's (`machine.Envelope`), and only on channels where a receiver can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    ClientSecret,
    Code,
    Issuer,
    Password,
    ProtectedResource,
    ResourceIndicator,
    Scope,
    State,
    Term,
    Uri,
    Verifier,
)

RESOURCE_OWNER = "resource owner"
USER_AGENT = "user agent"
CLIENT = "client"
AUTHORIZATION_SERVER = "authorization server"
RESOURCE_SERVER = "resource server"
ROLES = (RESOURCE_OWNER, USER_AGENT, CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)


@dataclass(frozen=True, slots=True)
class Message:
    """One arrow between two roles."""

    name: ClassVar[str] = "message"
    reference: ClassVar[str] = ""
    sender: ClassVar[str] = ""
    receiver: ClassVar[str] = ""
    forged: ClassVar[bool] = True
    """Whether an attacker makes such messages. Not those that only end a run: who makes a run fail, or shows
    a page, can do nothing afterwards that could not be done without it."""
    moot_when_own: ClassVar[tuple[str, ...]] = ()
    """Parameters that change nothing for anybody else when whoever sends the message is also the resource owner:
    what is only handed back, and how much of their own they give themselves."""

    def well_formed(self) -> bool:
        """Whether the parameters fit each other; a forged message that does not is never sent."""
        return True

    def parameters(self) -> Iterator[tuple[str, object]]:
        """The parameters that are present, in the RFC's order."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    def terms(self) -> Iterator[Term]:
        """The terms that anyone who reads this message learns."""
        for _, value in self.parameters():
            if isinstance(value, Term):
                yield value

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.parameters())


# ------------------------------------------------------------------ channels


class FrontChannel(Message):
    """Through the user agent: a redirect's query or fragment. It is not known who wrote it."""

    __slots__ = ()


class BackChannel(Message):
    """A direct request over TLS, or its answer: only the two ends read it, the server is known."""

    __slots__ = ()


class UserInterface(Message):
    """Between a human and a page, inside the user agent."""

    __slots__ = ()


class Spontaneous(Message):
    """No arrow at all: a session takes this step of its own accord (a click, a lapse of time)."""

    __slots__ = ()
    forged: ClassVar[bool] = False
    happens_if: ClassVar[str | None] = None
    """The field of `scenario.Scenario` that must be set for such steps to happen; None for always."""

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """The steps of this kind that a session with this memory could take."""
        return ()


# ------------------------------------------------------------------ how it starts


@dataclass(frozen=True, slots=True)
class SignIn(Spontaneous):
    """The resource owner decides to sign in at a client with one of its authorization servers."""

    client: ClientId
    issuer: Issuer
    resource: ResourceIndicator

    name: ClassVar[str] = "sign in"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = RESOURCE_OWNER

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """At every client, with each of its authorization servers, to use each resource server."""
        for client in cast.clients:
            for issuer in cast.authorization_servers:
                for resource in cast.resource_indicators():
                    yield cls(ClientId(client), Issuer(issuer), resource)


@dataclass(frozen=True, slots=True)
class Click(UserInterface):
    """The click on "sign in with ..." in the client's page."""

    client: ClientId
    issuer: Issuer
    resource: ResourceIndicator

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "click"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = USER_AGENT


@dataclass(frozen=True, slots=True)
class LoginRequest(FrontChannel):
    """The browser asks the client to start the flow with `issuer`; step (A) of RFC 6749 figure 3 follows."""

    issuer: Issuer
    resource: ResourceIndicator

    name: ClassVar[str] = "login request"
    reference: ClassVar[str] = "RFC 6749 section 4.1"
    sender: ClassVar[str] = USER_AGENT
    receiver: ClassVar[str] = CLIENT


# ------------------------------------------------------------------ authorization endpoint


@dataclass(frozen=True, slots=True)
class AuthorizationRequest(FrontChannel):
    """RFC 6749 sections 4.1.1 and 4.2.1, with RFC 7636 section 4.3 and RFC 8707 section 2.1."""

    response_type: Literal["code", "token"]
    client_id: ClientId
    redirect_uri: Uri | None = None
    scope: Scope | None = None
    state: State | None = None
    code_challenge: Challenge | Verifier | None = None
    code_challenge_method: Literal["S256", "plain"] | None = None
    resource: ResourceIndicator | None = None

    name: ClassVar[str] = "authorization request"
    reference: ClassVar[str] = "RFC 6749 section 4.1.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER
    moot_when_own: ClassVar[tuple[str, ...]] = ("state", "scope")

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
class AuthorizationPrompt(UserInterface):
    """The page that asks the resource owner to log in and consent (RFC 6749 section 4.1, step B)."""

    client_id: ClientId
    scope: Scope

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "login and consent page"
    reference: ClassVar[str] = "RFC 6749 section 4.1"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = RESOURCE_OWNER


@dataclass(frozen=True, slots=True)
class Consent(UserInterface):
    """The resource owner logs in and grants access; `scope` is what is granted (RFC 6749 section 3.3)."""

    credential: Password
    scope: Scope

    name: ClassVar[str] = "login and consent"
    reference: ClassVar[str] = "RFC 6749 section 4.1"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class Denial(UserInterface):
    """The resource owner denies access (RFC 6749 section 4.1, step B)."""

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "denial"
    reference: ClassVar[str] = "RFC 6749 section 4.1.2.1"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class GrantAccess(Spontaneous):
    """The resource owner makes up their mind to grant `scope` to whom the page names."""

    scope: Scope

    name: ClassVar[str] = "grant access"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = RESOURCE_OWNER

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """All that is asked for, or where that is more than one value, only the first: less is less."""
        asked: Scope = memory["scope"]
        yield cls(asked)
        if len(asked.values) > 1:
            yield cls(Scope(asked.values[:1]))


@dataclass(frozen=True, slots=True)
class DenyAccess(Spontaneous):
    """The resource owner makes up their mind to deny."""

    name: ClassVar[str] = "deny access"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = RESOURCE_OWNER

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """There is one way to do it."""
        return (cls(),)


@dataclass(frozen=True, slots=True)
class AuthorizationResponse(FrontChannel):
    """RFC 6749 section 4.1.2, with `iss` of RFC 9207 section 2."""

    code: Code
    state: State | None = None
    iss: Issuer | None = None

    name: ClassVar[str] = "authorization response"
    reference: ClassVar[str] = "RFC 6749 section 4.1.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class ImplicitResponse(FrontChannel):
    """The access token in the fragment of the redirection URI (RFC 6749 section 4.2.2)."""

    access_token: AccessToken
    state: State | None = None
    iss: Issuer | None = None

    name: ClassVar[str] = "access token response (implicit)"
    reference: ClassVar[str] = "RFC 6749 section 4.2.2"
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


# ------------------------------------------------------------------ token endpoint


@dataclass(frozen=True, slots=True)
class TokenRequest(BackChannel):
    """RFC 6749 section 4.1.3, client authentication of section 2.3.1, verifier of RFC 7636 section 4.5."""

    grant_type: Literal["authorization_code"]
    code: Code
    client_id: ClientId
    redirect_uri: Uri | None = None
    client_secret: ClientSecret | None = None
    code_verifier: Verifier | None = None

    name: ClassVar[str] = "token request"
    reference: ClassVar[str] = "RFC 6749 section 4.1.3"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class TokenResponse(BackChannel):
    """RFC 6749 section 5.1; `scope` is present where it is not what was asked for."""

    access_token: AccessToken
    token_type: Literal["Bearer"] = "Bearer"
    scope: Scope | None = None

    name: ClassVar[str] = "token response"
    reference: ClassVar[str] = "RFC 6749 section 4.1.4"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


TokenError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
]


@dataclass(frozen=True, slots=True)
class TokenErrorResponse(BackChannel):
    """RFC 6749 section 5.2."""

    error: TokenError

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "token error response"
    reference: ClassVar[str] = "RFC 6749 section 5.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


# ------------------------------------------------------------------ resource server


@dataclass(frozen=True, slots=True)
class ResourceRequest(BackChannel):
    """The access token in the Authorization request header field (RFC 6750 section 2.1)."""

    access_token: AccessToken
    operation: Literal["read", "write"] = "read"

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
class UseToken(Spontaneous):
    """The client uses its token in the Authorization header field (RFC 6750 section 2.1)."""

    name: ClassVar[str] = "use token"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = CLIENT

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """There is one way to do it."""
        return (cls(),)


@dataclass(frozen=True, slots=True)
class LinkWithToken(Spontaneous):
    """The client puts its token into a link for the browser (RFC 6750 section 2.3)."""

    name: ClassVar[str] = "link with token"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = CLIENT

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """There is one way to do it."""
        return (cls(),)


# ------------------------------------------------------------------ pages and time


@dataclass(frozen=True, slots=True)
class Page(UserInterface):
    """What a server shows at last: the resource, or an error that is not sent to a redirection URI."""

    resource: ProtectedResource | None = None
    error: str | None = None

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "page"
    receiver: ClassVar[str] = USER_AGENT


@dataclass(frozen=True, slots=True)
class Expire(Spontaneous):
    """A lifetime ends: the code (RFC 6749 section 4.1.2) or the access token (section 4.2.2) lapses."""

    happens_if: ClassVar[str | None] = "time_passes"
    name: ClassVar[str] = "expire"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = AUTHORIZATION_SERVER

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """At any moment."""
        return (cls(),)


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
