"""What happened at authorization servers and resource servers."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.facts.fact import Fact
from oauth_model.terms import AccessToken, Challenge, Code, Scope, Uri, Verifier


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
