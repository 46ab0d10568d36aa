"""Access tokens, the keys that they may be bound to, and proofs that somebody has such a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oauth_model.terms.names import Scope
from oauth_model.terms.term import Term


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
