"""What passes between a resource owner, their browser and the pages it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from oauth_model.messages.channel import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_OWNER,
    USER_AGENT,
    FrontChannel,
    Spontaneous,
    UserInterface,
)
from oauth_model.terms import (
    ClientId,
    Issuer,
    Location,
    Password,
    ProtectedResource,
    ResourceIndicator,
    Scope,
)


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
            for issuer in cast.issuers_on_offer:
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
class UnseenConsent(UserInterface):
    """A click on "allow" by somebody who does not see the page, in a browser that is signed in (RFC 9700 section 4.16).

    `credential` stands for the session at the authorization server, which is the browser's and not the attacker's.
    """

    credential: Password
    scope: Scope

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "unseen consent"
    reference: ClassVar[str] = "RFC 9700 section 4.16"
    sender: ClassVar[str] = USER_AGENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class SessionLookup(UserInterface):
    """The authorization server looks whose session the browser has, and shows nothing (RFC 6749 section 10.2)."""

    scope: Scope

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "look at the session"
    reference: ClassVar[str] = "RFC 6749 section 10.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = USER_AGENT


@dataclass(frozen=True, slots=True)
class RememberedConsent(UserInterface):
    """Nobody is asked: the browser has the session of somebody who consented to as much before.

    `credential` stands for that session, which is the browser's.
    """

    credential: Password
    scope: Scope

    name: ClassVar[str] = "remembered consent"
    reference: ClassVar[str] = "RFC 6749 section 10.2"
    sender: ClassVar[str] = USER_AGENT
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
class Redirect(UserInterface):
    """A redirect with nothing of the protocol in it: whoever sends it saw no parameters (RFC 9110 section 17.11)."""

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "redirect"
    reference: ClassVar[str] = "RFC 9110 section 17.11"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = USER_AGENT


@dataclass(frozen=True, slots=True)
class EmbeddingPage(UserInterface):
    """A page that embeds what is on somebody else's server: something to look at, or a script that runs in the page."""

    embeds: Literal["content", "script"]

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "page with third-party content"
    reference: ClassVar[str] = "RFC 9700 section 4.2.1"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = USER_AGENT


@dataclass(frozen=True, slots=True)
class SubResourceRequest(FrontChannel):
    """The browser fetches what a page embeds; what is told of the page's address (RFC 9700 section 4.2)."""

    referer: Location

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "request for what is embedded"
    reference: ClassVar[str] = "RFC 9700 section 4.2"
    sender: ClassVar[str] = USER_AGENT
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class Page(UserInterface):
    """What a server shows at last: the resource, or an error that is not sent to a redirection URI."""

    resource: ProtectedResource | None = None
    error: str | None = None

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "page"
    receiver: ClassVar[str] = USER_AGENT
