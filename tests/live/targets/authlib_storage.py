"""What Authlib leaves to its user: clients, codes and tokens, in memory, with the methods that it asks of each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, scope_to_list

from oauth_model.live.adapter import Registration
from tests.live.targets.cast import SCOPES
from tests.live.targets.clock import Clock


class Client(ClientMixin):
    """A registered client."""

    def __init__(self, registration: Registration) -> None:
        self.client_id, self._registration = registration.client_id, registration

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        uris = self._registration.redirect_uris
        return uris[0] if len(uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(each for each in scope_to_list(scope or SCOPES[0]) if each in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self._registration.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        own = self._registration.secret
        return own is not None and secrets.compare_digest(own.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self._registration.authentication

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass(frozen=True)
class AuthorizationCode(AuthorizationCodeMixin):
    """A code that was issued."""

    code: str
    client_id: str
    user: str
    redirect_uri: str | None
    scope: str
    expires_at: float
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Token(TokenMixin):
    """An access token with its refresh token."""

    client_id: str
    user: str
    access_token: str
    refresh_token: str | None
    scope: str
    expires_in: int
    expires_at: float
    clock: Clock
    access_revoked: bool = False
    refresh_revoked: bool = False

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return self.expires_in

    def is_expired(self) -> bool:
        return self.expires_at < self.clock.now()

    def is_revoked(self) -> bool:
        return self.access_revoked

    def get_user(self) -> str:
        return self.user


@dataclass
class Store:
    """Codes and tokens, in memory."""

    clock: Clock = field(default_factory=Clock)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)

    def clear(self) -> None:
        """Forget all of them."""
        self.codes.clear()
        self.tokens.clear()

    def save_token(self, token: dict[str, Any], asked: Any) -> None:
        """The callback by which the framework saves a token response."""
        self.tokens.append(
            Token(
                asked.client.client_id,
                asked.user,
                token["access_token"],
                token.get("refresh_token"),
                token.get("scope", ""),
                token["expires_in"],
                self.clock.now() + token["expires_in"],
                self.clock,
            )
        )

    def by_access_token(self, value: str) -> Token | None:
        """The token with this access token."""
        return next((token for token in self.tokens if token.access_token == value), None)

    def by_refresh_token(self, value: str) -> Token | None:
        """The token with this refresh token."""
        return next((token for token in self.tokens if token.refresh_token == value), None)
