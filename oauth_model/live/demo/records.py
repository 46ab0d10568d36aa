"""What the demo server keeps, as records: sessions, codes and tokens, with what Authlib asks of the latter two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Session:
    """A browser's session; nobody is signed in where there is no `username`."""

    id: int
    cookie: str
    csrf: str
    username: str | None


@dataclass(frozen=True)
class Code:
    """An authorization code. `repeat` is whether its request named a redirection URI, so that it must be repeated."""

    code: str
    grant_id: str
    client_id: str
    username: str
    scope: str
    resource: str | None
    redirect_uri: str
    repeat: bool
    challenge: str | None
    method: str | None
    expires_at: float

    def get_redirect_uri(self) -> str | None:
        """The redirection URI that has to be repeated (Authlib's `AuthorizationCodeMixin`)."""
        return self.redirect_uri if self.repeat else None

    def get_scope(self) -> str:
        """The scope of what it will give."""
        return self.scope


@dataclass(frozen=True)
class Token:
    """An access or refresh token, as it was when it was looked up; `kind` is "access_token" or "refresh_token"."""

    token: str
    kind: str
    grant_id: str
    client_id: str
    username: str
    scope: str
    resource: str | None
    issued_at: float
    expires_at: float
    used: bool = False
    revoked: bool = False
    expired: bool = False

    def check_client(self, client: Any) -> bool:
        """Whether it was issued to a client (Authlib's `TokenMixin`)."""
        return bool(client.client_id == self.client_id)

    def get_scope(self) -> str:
        """What it is good for."""
        return self.scope

    def is_expired(self) -> bool:
        """Whether its lifetime is over."""
        return self.expired

    def is_revoked(self) -> bool:
        """Whether it was revoked, or for a refresh token replaced by another."""
        return self.revoked or self.used
