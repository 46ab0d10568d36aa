"""What is issued, and redeemed: codes, tokens of the implicit grant, and refresh tokens, as Authlib's grants.

A code or refresh token is redeemed in the transaction in which its tokens are made, by one statement that marks it as
used, so that of any number of requests at the same time one succeeds.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, grants

from oauth_model.live.demo.authorization import DemoServer, InvalidTargetError
from oauth_model.live.demo.clients import SCOPES
from oauth_model.live.demo.proof_key import ProofKey
from oauth_model.live.demo.records import Code, Token
from oauth_model.live.demo.store import CODE_LIFETIME, REFRESH_LIFETIME
from oauth_model.live.exchange import with_query

METHODS = ["client_secret_basic", "client_secret_post", "none"]

WINDOW = 0.05
"""Seconds between looking up and marking, where redemption is not atomic."""


def register_grants(server: DemoServer) -> None:
    """Give a server its grants."""
    server.register_grant(CodeGrant, [ProofKey(server.setup)])
    server.register_grant(RefreshGrant)
    if not server.setup.enforces("no-implicit"):
        server.register_grant(ImplicitGrant)


def keep_tokens(server: DemoServer, request: Any, token: dict[str, Any], like: Code | Token) -> None:
    """Keep what is issued: for the user, the client and the resource server of the code or token that it comes of."""
    now, resource = server.store.clock.now(), like.resource
    if server.setup.sabotage == "wrong-audience" and resource is not None:
        resource = next(each for each in server.resources if each != resource)
    access = Token(
        token["access_token"],
        "access_token",
        like.grant_id,
        like.client_id,
        like.username,
        token["scope"],
        resource,
        now,
        now + token["expires_in"],
    )
    server.store.add_token(access)
    refresh = token.get("refresh_token")
    if refresh is not None:
        kept = replace(access, token=refresh, kind="refresh_token", scope=like.scope, expires_at=now + REFRESH_LIFETIME)
        server.store.add_token(kept)


class TokenEndpointGrant:
    """What codes and refresh tokens have in common: they are redeemed once, and come again at their own peril."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    request: Any
    server: DemoServer

    def _redeemed(self, item: Code | Token, value: str, check: Callable[[Any], None], issue: Callable[[], Any]) -> Any:
        """What `issue` gives for a code or token that passes `check`, the first time. Raises OAuth2Error."""
        store, setup = self.server.store, self.server.setup
        if setup.sabotage == "non-atomic-redemption" and store.is_unused(value):
            check(item)
            time.sleep(WINDOW)
            store.redeem(value)
            return issue()
        with store.transaction():
            if store.redeem(value) or self._may_come_again():
                check(item)
                return issue()
        if self._reuse_revokes():
            store.revoke_grant(item.grant_id)
        raise InvalidGrantError("It was redeemed before.")

    def _may_come_again(self) -> bool:
        """Whether what was redeemed is redeemed again."""
        return False

    def _reuse_revokes(self) -> bool:
        """Whether all tokens of the grant end when something of it comes again."""
        return self.server.setup.sabotage != "forgets-to-revoke"

    def _check_audience(self, item: Code | Token) -> None:
        """Whether the resource server named, if one is, is that of the grant (RFC 8707 section 2.2)."""
        asked = self.request.payload.datalist.get("resource")
        if asked and self.server.setup.enforces("audience") and asked != [item.resource]:
            raise InvalidTargetError("The grant is for another resource server.")

    def _scope(self, scope: str | None) -> str | None:
        return " ".join(SCOPES) if self.server.setup.sabotage == "wider-scope" else scope


class CodeGrant(TokenEndpointGrant, grants.AuthorizationCodeGrant):
    """The authorization code grant (RFC 6749 section 4.1)."""

    def create_authorization_response(self, redirect_uri: str, grant_user: str | None) -> Any:
        """Issue a code for what was granted, or say that nothing was."""
        if grant_user is None:
            raise AccessDeniedError(redirect_uri=redirect_uri)
        request = self.request
        code = Code(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(12),
            request.client.client_id,
            grant_user,
            request.granted,
            self.server.audience_of(request),
            redirect_uri,
            request.get("redirect_uri") is not None,
            request.get("code_challenge"),
            request.get("code_challenge_method"),
            self.server.store.clock.now() + CODE_LIFETIME,
        )
        self.server.store.add_code(code)
        return self.server.answer(request, redirect_uri, (("code", code.code),))

    def query_authorization_code(self, code: str, client: Any) -> Code | None:
        """A code that this client may redeem; with what has to be repeated."""
        setup, found = self.server.setup, self.server.store.code(code)
        if found is None:
            return None
        if found.client_id != client.client_id and setup.token_endpoint_enforces("code-bound-to-client"):
            return None
        compared = setup.token_endpoint_enforces("redirect-uri-at-token-endpoint")
        return found if compared else replace(found, repeat=False)

    def authenticate_user(self, authorization_code: Code) -> str:
        """Who granted it."""
        return authorization_code.username

    def create_token_response(self) -> Any:
        """Redeem a code for which everything else is right (RFC 6749 sections 4.1.2 and 4.1.4)."""
        code: Code = self.request.authorization_code
        return self._redeemed(code, code.code, self._check, self._issue)

    def _may_come_again(self) -> bool:
        return not self.server.setup.token_endpoint_enforces("code-single-use")

    def _reuse_revokes(self) -> bool:
        setup = self.server.setup
        return setup.token_endpoint_enforces("code-single-use") and setup.token_endpoint_enforces("replay-revokes")

    def _check(self, code: Code) -> None:
        self._check_audience(code)
        lapsed = code.expires_at <= self.server.store.clock.now()
        if lapsed and self.server.setup.token_endpoint_enforces("code-lifetime"):
            raise InvalidGrantError("The lifetime of the code is over.")

    def _issue(self) -> Any:
        status, token, header = super().create_token_response()
        if self.server.setup.sabotage != "leaks-token-in-redirect":
            return status, token, header
        leak = with_query(self.request.authorization_code.redirect_uri, (("access_token", token["access_token"]),))
        return 303, token, [*header, ("Location", leak)]

    def generate_token(self, user: Any = None, scope: str | None = None, **more: Any) -> Any:
        """Make a token of a scope."""
        return super().generate_token(user=user, scope=self._scope(scope), **more)

    def save_token(self, token: dict[str, Any]) -> None:
        """Keep it."""
        keep_tokens(self.server, self.request, token, self.request.authorization_code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: the code is marked as used, so that it is known when it comes again."""


class ImplicitGrant(grants.ImplicitGrant):
    """The implicit grant (RFC 6749 section 4.2), for any client."""

    def authenticate_token_endpoint_client(self) -> Any:
        """The client, which shows nothing but its name."""
        return self.server.query_client(self.request.get("client_id"))

    def create_authorization_response(self, redirect_uri: str, grant_user: str | None) -> Any:
        """Issue a token for what was granted, or say that nothing was."""
        if grant_user is None:
            raise AccessDeniedError(redirect_uri=redirect_uri)
        server, request = self.server, self.request
        token = self.generate_token(user=grant_user, scope=request.granted, include_refresh_token=False)
        like = Token(
            "", "", secrets.token_urlsafe(12), request.client.client_id, grant_user, request.granted,
            server.audience_of(request), 0, 0,
        )  # fmt: skip
        keep_tokens(server, request, token, like)
        return server.answer(request, redirect_uri, tuple((name, str(value)) for name, value in token.items()))


class RefreshGrant(TokenEndpointGrant, grants.RefreshTokenGrant):
    """Refresh tokens (RFC 6749 section 6), each of which is replaced when it is used (RFC 9700 section 4.14.2)."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        """A refresh token that is not revoked, used or not."""
        found = self.server.store.token(refresh_token, "refresh_token")
        return found if found is not None and not (found.revoked or found.expired) else None

    def authenticate_user(self, refresh_token: Token) -> str:
        """Who granted it."""
        return refresh_token.username

    def create_token_response(self) -> Any:
        """Answer with new tokens; or, if the token was used before, end all that came of its grant."""
        token: Token = self.request.refresh_token
        return self._redeemed(token, token.token, self._check, super().create_token_response)

    def _check(self, token: Token) -> None:
        self._check_audience(token)
        if self.authenticate_refresh_token(token.token) is None:
            raise InvalidGrantError("It was revoked.")

    def generate_token(self, user: Any = None, scope: str | None = None, **more: Any) -> Any:
        """Make a token of a scope."""
        return super().generate_token(user=user, scope=self._scope(scope), **more)

    def save_token(self, token: dict[str, Any]) -> None:
        """Keep it."""
        keep_tokens(self.server, self.request, token, self.request.refresh_token)

    def revoke_old_credential(self, refresh_token: Token) -> None:
        """Nothing: the old token is marked as used, so that it is known when it comes again."""
