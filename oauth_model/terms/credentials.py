"""What parties are configured with to show who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oauth_model.terms.names import Issuer, TokenEndpoint
from oauth_model.terms.term import Term


@dataclass(frozen=True, slots=True)
class SigningKey(Term):
    """The private key with which an authorization server signs."""

    issuer: str

    back_channel_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"key of {self.issuer}"


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
