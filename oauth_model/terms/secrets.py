"""Secrets that are fresh for a session, and what attacks are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oauth_model.terms.term import Term


@dataclass(frozen=True, slots=True)
class State(Term):
    """The value of `state` that one client run makes (RFC 6749 section 10.12)."""

    client: str
    run: int

    def __str__(self) -> str:
        return f"state({self.client}#{self.run})"


@dataclass(frozen=True, slots=True)
class Nonce(Term):
    """The value of `nonce` that one client run makes (OpenID Connect Core section 3.1.2.1); run 0 for one that
    all runs share."""

    client: str
    run: int

    def __str__(self) -> str:
        return f"nonce({self.client}#{self.run})"


@dataclass(frozen=True, slots=True)
class Verifier(Term):
    """A PKCE code verifier (RFC 7636 section 4.1). Sent as a `plain` challenge it is its own challenge.

    Run 0 is for one that all runs share. One that is `short` has so few possible values that they can be tried one
    after the other.
    """

    owner: str
    run: int
    short: bool = False

    def reveals(self) -> tuple[Term, ...]:
        """Anyone can hash it."""
        return (Challenge(self),)

    def __str__(self) -> str:
        return f"{'short ' if self.short else ''}verifier({self.owner}#{self.run})"


@dataclass(frozen=True, slots=True)
class Challenge(Term):
    """The S256 code challenge of a verifier (RFC 7636 section 4.2); it gives no verifier back."""

    verifier: Verifier

    def __str__(self) -> str:
        return f"S256({self.verifier})"


@dataclass(frozen=True, slots=True)
class RequestUri(Term):
    """The reference to a pushed request, named by the authorization that keeps it (RFC 9126 section 2.2)."""

    issuer: str
    request: int

    def __str__(self) -> str:
        return f"request_uri({self.issuer}#{self.request})"


@dataclass(frozen=True, slots=True)
class RequestObject(Term):
    """A request object that a client signed, with the parameters it signed (RFC 9101 section 4).

    Only the client can make one; anybody who has it can send it, and read it.
    """

    client: str
    parameters: tuple[tuple[str, Any], ...]

    def reveals(self) -> tuple[Term, ...]:
        """It is signed, not encrypted."""
        return tuple(value for _, value in self.parameters if isinstance(value, Term))

    def __str__(self) -> str:
        return f"signed by {self.client}"


@dataclass(frozen=True, slots=True)
class Code(Term):
    """An authorization code, named by the authorization that issued it (RFC 6749 section 1.3.1)."""

    issuer: str
    grant: int

    def __str__(self) -> str:
        return f"code({self.issuer}#{self.grant})"


@dataclass(frozen=True, slots=True)
class Cookie(Term):
    """The session cookie that a server set in one browser; `session` is the server's session index."""

    server: str
    session: int

    def __str__(self) -> str:
        return f"cookie({self.server}#{self.session})"


@dataclass(frozen=True, slots=True)
class ProtectedResource(Term):
    """What a resource server holds for one resource owner; knowing it is what attacks are for."""

    server: str
    owner: str

    def __str__(self) -> str:
        return f"resource of {self.owner} at {self.server}"
