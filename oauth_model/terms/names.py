"""Names: everybody knows them, or may."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.terms.term import Term


@dataclass(frozen=True, slots=True)
class ClientId(Term):
    """A client identifier; not a secret (RFC 6749 section 2.2)."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Issuer(Term):
    """An authorization server's issuer identifier (RFC 8414 section 2, RFC 9207 section 2)."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ResourceIndicator(Term):
    """The identifier of a resource server, as sent in `resource` (RFC 8707 section 2)."""

    server: str

    def __str__(self) -> str:
        return self.server


@dataclass(frozen=True, slots=True)
class Scope(Term):
    """A set of scope values, kept sorted (RFC 6749 section 3.3)."""

    values: tuple[str, ...]

    def __le__(self, other: Scope) -> bool:
        return set(self.values) <= set(other.values)

    def __str__(self) -> str:
        return " ".join(self.values) or "(none)"


@dataclass(frozen=True, slots=True)
class Uri(Term):
    """A URI as it is written (RFC 3986 section 3), but for its fragment: that never leaves the user agent.

    How it is read depends on the reader: `uris` has the ways. `query` is a list of names and values.
    """

    host: str
    path: str = "/"
    scheme: str = "https"
    userinfo: str | None = None
    port: int | None = None
    query: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        userinfo = "" if self.userinfo is None else f"{self.userinfo}@"
        port = "" if self.port is None else f":{self.port}"
        query = "&".join(f"{name}={value}" for name, value in self.query)
        authority = f"//{userinfo}{self.host}{port}" if self.host else ""
        return f"{self.scheme}:{authority}{self.path}" + (query and f"?{query}")


@dataclass(frozen=True, slots=True)
class AuthorizationEndpoint(Term):
    """Where a server says that it takes authorization requests (RFC 8414 section 2)."""

    server: str

    def __str__(self) -> str:
        return f"https://{self.server}/authorize"


@dataclass(frozen=True, slots=True)
class TokenEndpoint(Term):
    """Where a server says that it takes token requests (RFC 8414 section 2)."""

    server: str

    def __str__(self) -> str:
        return f"https://{self.server}/token"


@dataclass(frozen=True, slots=True)
class RegistrationEndpoint(Term):
    """Where a server says that clients register (RFC 8414 section 2)."""

    server: str

    def __str__(self) -> str:
        return f"https://{self.server}/register"


@dataclass(frozen=True, slots=True)
class PushedRequestEndpoint(Term):
    """Where a server says that it takes pushed authorization requests (RFC 9126 section 5)."""

    server: str

    def __str__(self) -> str:
        return f"https://{self.server}/par"


@dataclass(frozen=True, slots=True)
class Location(Term):
    """The address of a page that a user agent shows, with what is in its query or fragment."""

    carries: tuple[Term, ...]

    def reveals(self) -> tuple[Term, ...]:
        """Whoever reads an address reads all of it."""
        return self.carries

    def __str__(self) -> str:
        return f"address({', '.join(map(str, self.carries))})"


@dataclass(frozen=True, slots=True)
class Subject(Term):
    """A resource owner as an ID token names them (OpenID Connect Core section 2)."""

    user: str

    def __str__(self) -> str:
        return self.user
