"""Terms: the symbolic secrets and names that messages are made of.

A term stands for a value that a real deployment draws at random or configures. Nobody can guess
one: a party knows a term because it made it, was configured with it, or received it. Fresh values
are named by the session that makes them (`Code("as.example", 1)`), never counted, so that two
interleavings of the same steps meet in the same world.

This module says what terms are and what can be derived from them. It says nothing about who may
know them: that is `knowledge`, and the goals.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Term:
    """A symbolic value. Equality is identity of the value it stands for."""

    back_channel_only: ClassVar[bool] = False
    """Whether OAuth means this value never to pass through the user agent."""
    of_the_connection: ClassVar[bool] = False
    """Whether it belongs to the connection that it is shown on, so that who reads the message cannot show it again."""

    def reveals(self) -> tuple[Term, ...]:
        """The terms that anyone who knows this one can compute from it."""
        return ()

    def parts(self) -> tuple[Term, ...] | None:
        """What this one can be put together of by anyone who knows all that; None if nobody else can make one."""
        return None


# ------------------------------------------------------------------ names: everybody knows them


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


# ------------------------------------------------------------------ secrets: fresh for a session


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
class AccessToken(Term):
    """An access token with the claims a resource server learns on validating it.

    Whether these travel in the token (RFC 9068) or come from introspection (RFC 7662) makes no
    difference to the model: only the issuer can make the token, anybody who knows it can present it.
    `audience` is None where the authorization server did not restrict it, and `bound_to` (the claim `cnf`, RFC 9449
    section 6.1 and RFC 8705 section 3.1) where whoever has the token can use it.
    """

    issuer: str
    grant: int
    number: int
    user: str
    client: str
    scope: Scope
    audience: str | None = None
    bound_to: Thumbprint | None = None

    back_channel_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"access_token({self.issuer}#{self.grant}{'' if self.number == 1 else f'.{self.number}'})"


@dataclass(frozen=True, slots=True)
class Cookie(Term):
    """The session cookie that a server set in one browser; `session` is the server's session index."""

    server: str
    session: int

    def __str__(self) -> str:
        return f"cookie({self.server}#{self.session})"


# ------------------------------------------------------------------ secrets: configured


@dataclass(frozen=True, slots=True)
class SigningKey(Term):
    """The private key with which an authorization server signs."""

    issuer: str

    back_channel_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"key of {self.issuer}"


@dataclass(frozen=True, slots=True)
class Audiences(Term):
    """Several clients as the audience of one ID token (OpenID Connect Core section 2)."""

    clients: tuple[ClientId, ...]

    def __str__(self) -> str:
        return "[" + ", ".join(map(str, self.clients)) + "]"


@dataclass(frozen=True, slots=True)
class Expiry(Term):
    """The moment at which an ID token expires, named by the authorization that issued it; whether it has come, time
    tells. Grant 0 is a moment that does not come."""

    issuer: str
    grant: int

    def __str__(self) -> str:
        return f"end of {self.issuer}#{self.grant}"


@dataclass(frozen=True, slots=True)
class IdToken(Term):
    """An ID token: its claims, and the key that it is signed with (OpenID Connect Core section 2).

    Whoever has the key can make one of whatever it knows. Without `key` it is unsigned, or signed with a key that
    is nobody's: anybody can make that. `c_hash`, `at_hash` and `s_hash` are hashes: they give back neither code nor
    token nor state, and here nobody makes one who does not know what is hashed.
    """

    iss: Issuer | None = None
    sub: Subject | None = None
    aud: ClientId | Audiences | None = None
    nonce: Nonce | None = None
    c_hash: Code | None = None
    at_hash: AccessToken | None = None
    s_hash: State | None = None
    key: SigningKey | None = None
    azp: ClientId | None = None
    exp: Expiry | None = None

    def reveals(self) -> tuple[Term, ...]:
        """It is signed, not encrypted; hashes give nothing back."""
        claims = self.iss, self.sub, self.aud, self.nonce, self.azp, self.exp
        return tuple(claim for claim in claims if claim is not None)

    def parts(self) -> tuple[Term, ...]:
        """The claims, and the key."""
        return tuple(part for part in (getattr(self, field.name) for field in fields(self)) if part is not None)

    def __str__(self) -> str:
        claims = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name != "key")
        signed = f"signed by {self.key.issuer}" if self.key else "unsigned"
        return f"id_token({', '.join(f'{name}={value}' for name, value in claims if value is not None)}; {signed})"


@dataclass(frozen=True, slots=True)
class ClientSecret(Term):
    """A client's password at one authorization server (RFC 6749 section 2.3.1)."""

    client: str
    issuer: str

    back_channel_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"client_secret({self.client}@{self.issuer})"


@dataclass(frozen=True, slots=True)
class ClientAssertion(Term):
    """A JWT by which a client authenticates (RFC 7523 section 3): `client` is its issuer and subject.

    `key` is the authorization server for which the client keeps the key that signed it, None for one key for all.
    Only the client can make one; its `jti` is the run that did, and which of that run's it is.
    """

    client: str
    key: str | None
    audience: Issuer | TokenEndpoint
    run: int
    number: int = 1

    back_channel_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"assertion({self.client}#{self.run}.{self.number} for {self.audience})"


@dataclass(frozen=True, slots=True)
class Password(Term):
    """What a resource owner authenticates with at one authorization server."""

    user: str
    issuer: str

    def __str__(self) -> str:
        return f"password({self.user}@{self.issuer})"


# ------------------------------------------------------------------ keys, and proofs that one has them


@dataclass(frozen=True, slots=True)
class ProofKey(Term):
    """A party's private key, for proofs of possession. Whoever has it makes whatever proof is asked for."""

    owner: str

    def reveals(self) -> tuple[Term, ...]:
        """The public half of it, and all that can be made with it."""
        return (Thumbprint(self), DpopProof(self), Certificate(self))

    def __str__(self) -> str:
        return f"key({self.owner})"


@dataclass(frozen=True, slots=True)
class Thumbprint(Term):
    """What tells which key a token or a code is bound to (RFC 9449 section 6.1, RFC 8705 section 3.1); no secret."""

    key: ProofKey

    def __str__(self) -> str:
        return f"thumbprint({self.key})"


@dataclass(frozen=True, slots=True)
class DpopProof(Term):
    """A DPoP proof for one server, and there for one token or for none yet (`htu` and `ath`, RFC 9449 section 4.2).

    Without a server it stands for every proof that can be made with the key: only who has the key has that one.
    """

    key: ProofKey
    server: str | None = None
    token: AccessToken | None = None

    def reveals(self) -> tuple[Term, ...]:
        """The public key is in it."""
        return (Thumbprint(self.key),)

    def is_for(self, server: str, token: AccessToken | None = None) -> bool:
        """Whether it was made, or can be made, for a request to this server with this token."""
        return self.server is None or (self.server, self.token) == (server, token)

    def __str__(self) -> str:
        return f"DPoP proof({self.key}{f' for {self.server}' if self.server else ''})"


@dataclass(frozen=True, slots=True)
class Certificate(Term):
    """A certificate whose key was shown to be there in the TLS handshake with a server (RFC 8705 section 3).

    Without a server it stands for every handshake that can be made with the key, as with proofs.
    """

    key: ProofKey
    server: str | None = None

    of_the_connection: ClassVar[bool] = True

    def reveals(self) -> tuple[Term, ...]:
        """A server sees it."""
        return (Thumbprint(self.key),)

    def __str__(self) -> str:
        return f"certificate({self.key})"


@dataclass(frozen=True, slots=True)
class ProtectedResource(Term):
    """What a resource server holds for one resource owner; knowing it is what attacks are for."""

    server: str
    owner: str

    def __str__(self) -> str:
        return f"resource of {self.owner} at {self.server}"

