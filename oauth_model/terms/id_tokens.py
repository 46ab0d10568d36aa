"""ID tokens: JWTs with claims and a key (OpenID Connect Core section 2)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from oauth_model.terms.credentials import SigningKey
from oauth_model.terms.names import ClientId, Issuer, Subject
from oauth_model.terms.secrets import Code, Nonce, State
from oauth_model.terms.term import Term
from oauth_model.terms.tokens import AccessToken


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
