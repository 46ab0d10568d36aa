"""Facts: what happened and a goal may speak of.

A fact is recorded by the effect of the step in which it happens, and is never taken back. Facts
are a set, not a log, so that the order in which independent things happen makes no difference.
They are for goals: a guard sees none of them, but for the few that parties really share
(`Shared`: a revocation list, a browser's cookie jar), and only where its role says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oauth_model.terms import AccessToken, Code, Cookie, Password, Scope, Term, Uri, Verifier


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. Parties are named by their name, sessions by their index."""


@dataclass(frozen=True, slots=True)
class Shared(Fact):
    """A fact that the sessions of a role may look up."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which shared facts somebody looks up: those of a kind with certain attributes."""

    kind: type[Shared]
    matching: tuple[tuple[str, Any], ...] = ()

    def matches(self, fact: Fact) -> bool:
        """Whether a fact is one of them."""
        return isinstance(fact, self.kind) and all(getattr(fact, name) == value for name, value in self.matching)


class Records(frozenset[Shared]):
    """The shared facts that the sessions of a role may look up."""

    def those(self, pattern: Pattern) -> list[Shared]:
        """The ones that match a pattern."""
        return sorted((fact for fact in self if pattern.matches(fact)), key=repr)


# ------------------------------------------------------------------ shared


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


# ------------------------------------------------------------------ the authorization server's


@dataclass(frozen=True, slots=True)
class Consented(Fact):
    """A resource owner authenticated and consented, in `browser`, to `scope` for `client`."""

    issuer: str
    grant: int
    user: str
    browser: str
    client: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class ResponseSent(Fact):
    """An authorization response with a code or token for `client` was sent to `uri`; `mode` as in an envelope.

    `grant` is that of the consent before it.
    """

    issuer: str
    client: str
    uri: Uri
    response_type: str = "code"
    mode: str | None = None
    grant: int = 0


@dataclass(frozen=True, slots=True)
class TokenIssued(Fact):
    """A token was issued; for one issued from a code, what the redemption looked like.

    `redeemer` is the client that was authenticated, or identified by its client_id; `redirect_uri_repeated`
    whether the token request had the redirection URI of the authorization request, if that had one; `pkce` is
    "bound" (S256 challenge, and its verifier came), "plain", "none" (neither), "ignored" (a verifier without a
    challenge), "missing" (a challenge without its verifier) or "wrong". `received_by` is the party that asked.
    """

    token: AccessToken
    from_code: Code | None
    redeemer: str
    received_by: str
    redirect_uri_repeated: bool
    pkce: str


@dataclass(frozen=True, slots=True)
class Replayed(Fact):
    """A code was presented a second time in a request that was valid but for that."""

    code: Code


@dataclass(frozen=True, slots=True)
class Guessed(Fact):
    """Somebody tried the values that a secret can have, one after the other, until one was taken."""

    secret: Verifier


# ------------------------------------------------------------------ the client's


@dataclass(frozen=True, slots=True)
class Started(Fact):
    """A browser started a client run that is meant for `issuer`, to use `server`."""

    client: str
    run: int
    browser: str
    issuer: str
    server: str


@dataclass(frozen=True, slots=True)
class ResponseAccepted(Fact):
    """A client run took `credential` (a code or token) from an authorization response.

    `pending` says whether the run was waiting for one; `issuer` is the one it believes it came from.
    """

    client: str
    run: int
    browser: str
    credential: Code | AccessToken
    pending: bool
    issuer: str


@dataclass(frozen=True, slots=True)
class Attached(Fact):
    """A client attached a grant (by its access token) to its session with `browser`."""

    client: str
    run: int
    browser: str
    token: AccessToken


@dataclass(frozen=True, slots=True)
class LoggedIn(Fact):
    """A client showed `browser` what belongs to `user` at `server`, taking it for that user's."""

    client: str
    run: int
    browser: str
    user: str
    server: str


@dataclass(frozen=True, slots=True)
class RunFailed(Fact):
    """A client run ended with an explicit error."""

    client: str
    run: int


@dataclass(frozen=True, slots=True)
class ResponseStrayed(Fact):
    """An authorization response came to a page at a client's site that is not its redirection endpoint."""

    client: str
    credential: Code | AccessToken


# ------------------------------------------------------------------ the resource server's


@dataclass(frozen=True, slots=True)
class Served(Fact):
    """A resource server answered a request that presented `token` with a resource of `token.user`.

    `active` says whether the token was still active then.
    """

    server: str
    token: AccessToken
    operation: str
    recipient: str
    active: bool


# ------------------------------------------------------------------ the channels'


@dataclass(frozen=True, slots=True)
class InFrontChannel(Fact):
    """A term that OAuth means for the back channel passed through a user agent."""

    term: Term


@dataclass(frozen=True, slots=True)
class CredentialSent(Fact):
    """A user agent sent a resource owner's credential to a party."""

    password: Password
    party: str
