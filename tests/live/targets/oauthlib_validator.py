"""The storage and the checks that oauthlib leaves to its user, in memory.

A code is spent in the moment in which its token is saved, and so is a refresh token, which is replaced each time. One
that comes again ends every token of its grant (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2).
"""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from oauthlib.oauth2 import InvalidGrantError, RequestValidator

from oauth_model.live.adapter import Registration
from tests.live.targets.cast import BY_ID, SCOPES
from tests.live.targets.clock import Clock

CODE_LIFETIME = 60


@dataclass
class Grant:
    """What one resource owner granted to one client: the code, and whether tokens of it are still good."""

    code: str
    client_id: str
    user: str
    scopes: list[str]
    redirect_uri: str
    redirect_uri_was_named: bool
    challenge: str | None
    method: str | None
    expires_at: float
    spent: bool = False
    revoked: bool = False


@dataclass
class Token:
    """An access or a refresh token of a grant."""

    grant: Grant
    scopes: list[str]
    expires_at: float | None = None
    spent: bool = False


class Validator(RequestValidator):
    """Codes and tokens, and who may do what with them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._lock = threading.Lock()
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}

    def clear(self) -> None:
        """Forget codes and tokens."""
        with self._lock:
            self._codes.clear()
            self._access.clear()
            self._refresh.clear()

    # -------------------------------------------------------------- clients

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Of all but public clients, which show no credentials (RFC 6749 section 3.2.1)."""
        client = BY_ID.get(request.client_id)
        shown = request.client_secret is not None or "Authorization" in request.headers
        return shown or client is None or client.secret is not None

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """By HTTP Basic or in the body, and not by both (RFC 6749 section 2.3)."""
        shown = basic_credentials(request.headers.get("Authorization"))
        if request.client_secret is not None:
            if shown is not None or request.client_id is None:
                return False
            shown = (request.client_id, request.client_secret)
        client = BY_ID.get(shown[0]) if shown else None
        if shown is None or client is None or client.secret is None:
            return False
        if request.client_id not in (None, client.client_id):
            return False
        request.client = client
        return secrets.compare_digest(client.secret.encode(), shown[1].encode())

    def authenticate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        client = BY_ID.get(client_id)
        request.client = client
        return client is not None and client.secret is None

    def validate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        request.client = BY_ID.get(client_id)
        return request.client is not None

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Registration, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type in ("authorization_code", "refresh_token")

    def validate_response_type(
        self, client_id: str, response_type: str, client: Registration, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return response_type == "code"

    # -------------------------------------------------------------- authorization requests

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Compared exactly (RFC 9700 section 2.1)."""
        return redirect_uri in BY_ID[client_id].redirect_uris

    def get_default_redirect_uri(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> str | None:
        """There is one only where a single one is registered (RFC 6749 section 3.1.2.3)."""
        uris = BY_ID[client_id].redirect_uris
        return uris[0] if len(uris) == 1 else None

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        return [SCOPES[0]]

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Registration, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return set(scopes) <= set(SCOPES)

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def save_authorization_code(
        self, client_id: str, code: dict[str, str], request: Any, *args: Any, **kwargs: Any
    ) -> None:
        self._codes[code["code"]] = Grant(
            code["code"],
            client_id,
            request.user,
            request.scopes,
            request.redirect_uri,
            not request.using_default_redirect_uri,
            request.code_challenge,
            request.code_challenge_method,
            self.clock.now() + CODE_LIFETIME,
        )

    # -------------------------------------------------------------- token requests

    def validate_code(
        self, client_id: str, code: str, client: Registration, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        grant = self._codes.get(code)
        if grant is None or grant.client_id != client.client_id:
            return False
        if grant.spent:
            grant.revoked = True
            return False
        request.user, request.scopes, request.grant = grant.user, grant.scopes, grant
        return grant.expires_at >= self.clock.now()

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        return self._codes[code].challenge

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        return self._codes[code].method

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Registration, request: Any, *args: Any, **kw: Any
    ) -> bool:
        """The same as in the authorization request, and named if it was named there (RFC 6749 section 4.1.3)."""
        grant = self._codes[code]
        left_out = request.using_default_redirect_uri and grant.redirect_uri_was_named
        return not left_out and redirect_uri == grant.redirect_uri

    def validate_refresh_token(
        self, refresh_token: str, client: Registration, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        token = self._refresh.get(refresh_token)
        if token is None or token.grant.client_id != client.client_id:
            return False
        if token.spent:
            token.grant.revoked = True
        request.user, request.grant = token.grant.user, token.grant
        return not token.grant.revoked

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        return self._refresh[refresh_token].scopes

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Spend the code or refresh token and keep the new ones, in one step. Raises InvalidGrantError if it is spent.

        What was asked for is that of this access token; the refresh token keeps the scope of the grant.
        """
        grant: Grant = request.grant
        with self._lock:
            used: Grant | Token = grant
            if request.grant_type == "refresh_token":
                used = self._refresh[request.refresh_token]
            if used.spent or grant.revoked:
                grant.revoked = True
                raise InvalidGrantError(request=request)
            used.spent = True
            expires_at = self.clock.now() + token["expires_in"]
            self._access[token["access_token"]] = Token(grant, list(request.scopes), expires_at)
            self._refresh[token["refresh_token"]] = Token(grant, grant.scopes)

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """Nothing is left to do: the code was spent when the token was saved."""

    # -------------------------------------------------------------- tokens in use

    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Any) -> bool:
        found = self._access.get(token or "")
        if found is None or not self._is_good(found):
            return False
        request.user, request.scopes = found.grant.user, found.scopes
        return set(scopes) <= set(found.scopes)

    def introspect_token(
        self, token: str, token_type_hint: str | None, request: Any, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:
        """To the client that it was issued to (RFC 7662 section 2.2)."""
        found = self._access.get(token) or self._refresh.get(token)
        if found is None or found.grant.client_id != request.client.client_id or not self._is_good(found):
            return None
        return {"scope": " ".join(found.scopes), "client_id": found.grant.client_id, "username": found.grant.user}

    def _is_good(self, token: Token) -> bool:
        in_time = token.expires_at is None or token.expires_at >= self.clock.now()
        return in_time and not token.spent and not token.grant.revoked

    def revoke_token(self, token: str, token_type_hint: str | None, request: Any, *args: Any, **kwargs: Any) -> None:
        """An access token alone; with a refresh token the whole grant (RFC 7009 section 2.1).

        Raises InvalidGrantError for a token of another client; an unknown one is no error (section 2.2).
        """
        access, refresh = self._access.get(token), self._refresh.get(token)
        found = access or refresh
        if found is not None and found.grant.client_id != request.client.client_id:
            raise InvalidGrantError(request=request)
        if access is not None:
            access.spent = True
        if refresh is not None:
            refresh.grant.revoked = True


def basic_credentials(header: str | None) -> tuple[str, str] | None:
    """Name and password of an Authorization header field, decoded as RFC 6749 section 2.3.1 says."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (unquote_plus(name), unquote_plus(password)) if colon else None
