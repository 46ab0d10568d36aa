"""The few facts that the sessions of a role may look up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oauth_model.facts.fact import Shared
from oauth_model.terms import AccessToken, ClientAssertion, Cookie, Expiry, RequestUri


@dataclass(frozen=True, slots=True)
class CookieSet(Shared):
    """A browser stored a cookie; all its windows send it to the server that set it."""

    browser: str
    cookie: Cookie

    @property
    def server(self) -> str:
        """The server that it goes back to."""
        return self.cookie.server


@dataclass(frozen=True, slots=True)
class Ended(Shared):
    """An access token is no longer active: revoked or expired."""

    token: AccessToken
    revoked: bool


@dataclass(frozen=True, slots=True)
class Outlived(Shared):
    """As much time has passed as short-lived access tokens last, and this one is active still."""

    token: AccessToken


@dataclass(frozen=True, slots=True)
class Passed(Shared):
    """The moment has come at which an ID token expires."""

    moment: Expiry


@dataclass(frozen=True, slots=True)
class ClientAuthenticated(Shared):
    """An authorization server took a request for that of `client`, by an assertion that came with it."""

    issuer: str
    client: str
    assertion: ClientAssertion
    request: str
    authorization: int


@dataclass(frozen=True, slots=True)
class ReferenceUsed(Shared):
    """An authorization was begun with a reference to a pushed request; `kept` is what the server keeps of that."""

    issuer: str
    request_uri: RequestUri
    grant: int
    kept: tuple[tuple[str, Any], ...]
