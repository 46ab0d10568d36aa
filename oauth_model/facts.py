"""Facts: what happened and a goal may speak of.

A fact is recorded by the effect of the step in which it happens, and is never taken back. Facts
are a set, not a log, so that the order in which independent things happen makes no difference.
They are for goals: a guard sees none of them, but for the few that parties really share
(`Shared`: a revocation list, a browser's cookie jar), and only where its role says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientAssertion,
    Code,
    Cookie,
    Expiry,
    Password,
    RequestUri,
    Scope,
    Term,
    Uri,
    Verifier,
)


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

    request_uri: RequestUri
    authorization: int
    kept: tuple[tuple[str, Any], ...]


# ------------------------------------------------------------------ the authorization server's


@dataclass(frozen=True, slots=True)
class Consented(Fact):
    """A resource owner authenticated and consented, in `browser`, to `scope` for `client`; knowing to what, or not."""

    issuer: str
    grant: int
    user: str
    browser: str
    client: str
    scope: Scope
    knowing: bool = True


@dataclass(frozen=True, slots=True)
class ErrorRedirected(Fact):
    """A browser was sent on to a client that nobody vetted, with an error, before its user had done anything."""

    issuer: str
    client: str
    browser: str


@dataclass(frozen=True, slots=True)
class EffectTaken(Fact):
    """What a grant is for was done, in the authorization itself and without a token."""

    issuer: str
    grant: int


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
    challenge), "missing" (a challenge without its verifier) or "wrong". `received_by` is the party that asked, and
    `challenge` the code's.
    """

    token: AccessToken
    from_code: Code | None
    redeemer: str
    received_by: str
    redirect_uri_repeated: bool
    pkce: str
    challenge: Challenge | Verifier | None = None


@dataclass(frozen=True, slots=True)
class LapsedCodeRedeemed(Fact):
    """A code was redeemed after its lifetime was over."""

    code: Code


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
    """A browser started a client run that is meant for `issuer`, to use `server`; `wanted` by its user, or lured."""

    client: str
    run: int
    browser: str
    issuer: str
    server: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class AssertionMade(Fact):
    """A client made an assertion, and sent it to `server`."""

    client: str
    assertion: ClientAssertion
    server: str


@dataclass(frozen=True, slots=True)
class Configured(Fact):
    """A client run took metadata from `issuer`, which calls itself `claimed` in it."""

    client: str
    run: int
    issuer: str
    claimed: str


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
    """A client took `browser` for that of `user` at `server`, and shows it what is theirs.

    It learnt who that is from the resource server, or from an ID token of `server`'s; then `sound` says whether
    all in that is as it should be: issuer, key, audience, nonce, and such hashes as it has.
    """

    client: str
    run: int
    browser: str
    user: str
    server: str
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Shown(Fact):
    """A client showed `browser`, which is signed in already, what belongs to `user` at `server`."""

    client: str
    run: int
    browser: str
    user: str
    server: str


@dataclass(frozen=True, slots=True)
class ForeignEndpointUsed(Fact):
    """A client used for `issuer` an endpoint of `party`, which is somebody else."""

    client: str
    run: int
    issuer: str
    party: str


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

    `active` says whether the token was still active then, `late` whether a short lifetime would have been over.
    """

    server: str
    token: AccessToken
    operation: str
    recipient: str
    active: bool
    late: bool = False


# ------------------------------------------------------------------ the channels'


@dataclass(frozen=True, slots=True)
class InFrontChannel(Fact):
    """A term that OAuth means for the back channel passed through a user agent."""

    term: Term


@dataclass(frozen=True, slots=True)
class MessagePosted(Fact):
    """A response by web message was handed to a page of `party`; it was meant for one of `meant_for`."""

    party: str
    meant_for: str


@dataclass(frozen=True, slots=True)
class SentInCleartext(Fact):
    """A user agent sent a request of the protocol's over http, and not to its own device."""

    uri: Uri


@dataclass(frozen=True, slots=True)
class CredentialSent(Fact):
    """A user agent sent a resource owner's credential to a party; `again` as a server's redirect made it post its form
    once more."""

    password: Password
    party: str
    again: bool = False
