"""Authlib's authorization server and resource protector in a Flask application.

As its documentation shows: the authorization code grant with the extension for RFC 7636, refresh tokens that are
replaced, revocation (RFC 7009); no other grant. Ours are the storage, in authlib_storage.py, and the login and consent
page.
"""

from __future__ import annotations

from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from oauth_model.live.adapter import Dialect, Endpoints, Target
from tests.live.targets import pages
from tests.live.targets.authlib_storage import AuthorizationCode, Client, Store, Token
from tests.live.targets.cast import ACCOUNTS, BY_ID, CLIENTS, SCOPES
from tests.live.targets.flask_adapter import FlaskAdapter, issuer_at

CODE_LIFETIME = 300
METHODS = ["client_secret_basic", "client_secret_post", "none"]


def code_grant(store: Store) -> type:
    """The authorization code grant with its storage."""

    class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload
            store.codes[code] = AuthorizationCode(
                code,
                request.client.client_id,
                request.user,
                asked.redirect_uri,
                request.scope,
                store.clock.now() + CODE_LIFETIME,
                asked.data.get("code_challenge"),
                asked.data.get("code_challenge_method"),
            )

        def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
            found = store.codes.get(code)
            if found is None or found.client_id != client.client_id or found.expires_at < store.clock.now():
                return None
            return found

        def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
            store.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: AuthorizationCode) -> str:
            return authorization_code.user

    return AuthorizationCodeGrant


def refresh_grant(store: Store) -> type:
    """The refresh token grant with its storage."""

    class RefreshTokenGrant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
            token = store.by_refresh_token(refresh_token)
            return None if token is None or token.refresh_revoked else token

        def authenticate_user(self, refresh_token: Token) -> str:
            return refresh_token.user

        def revoke_old_credential(self, refresh_token: Token) -> None:
            refresh_token.refresh_revoked = True

    return RefreshTokenGrant


def revocation(store: Store) -> type:
    """The revocation endpoint with its storage."""

    class Revocation(RevocationEndpoint):
        CLIENT_AUTH_METHODS = METHODS

        def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
            return store.by_access_token(token_string) or store.by_refresh_token(token_string)

        def revoke_token(self, token: Token, request: Any) -> None:
            token.access_revoked = True
            if request.form["token"] == token.refresh_token:
                token.refresh_revoked = True

    return Revocation


def metadata(issuer: str) -> AuthorizationServerMetadata:
    """The metadata, as the framework validates it."""
    document = AuthorizationServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        revocation_endpoint=f"{issuer}/revoke",
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported=METHODS,
        revocation_endpoint_auth_methods_supported=METHODS,
        code_challenge_methods_supported=["S256", "plain"],
    )
    document.validate()
    return document


def build(store: Store, issuer: str) -> Flask:
    """The application."""
    app = pages.new_app("authlib")
    app.config.update(OAUTH2_REFRESH_TOKEN_GENERATOR=True, OAUTH2_SCOPES_SUPPORTED=list(SCOPES))
    clients = {client_id: Client(registration) for client_id, registration in BY_ID.items()}
    server = AuthorizationServer(app, query_client=clients.get, save_token=store.save_token)
    server.register_grant(code_grant(store), [CodeChallenge(required=True)])
    server.register_grant(refresh_grant(store))
    server.register_endpoint(revocation(store))

    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return store.by_access_token(token_string)

    require_oauth = ResourceProtector()
    require_oauth.register_token_validator(Validator())

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        user = pages.resource_owner()
        if not isinstance(user, str):
            return user
        try:
            grant = server.get_consent_grant(end_user=user)
        except OAuth2Error as error:
            return server.handle_error_response(request, error)
        allowed = pages.allows(grant.client.client_id, grant.request.scope or "")
        if not isinstance(allowed, bool):
            return allowed
        return server.create_authorization_response(grant_user=user if allowed else None, grant=grant)

    @app.post("/token")
    def token() -> ResponseReturnValue:
        return server.create_token_response()

    @app.post("/revoke")
    def revoke() -> ResponseReturnValue:
        return server.create_endpoint_response("revocation")

    @app.get("/.well-known/oauth-authorization-server")
    def well_known() -> ResponseReturnValue:
        return jsonify(metadata(issuer))

    @app.get("/resource")
    @require_oauth(SCOPES[0])
    def resource() -> ResponseReturnValue:
        return jsonify(user=current_token.get_user(), scope=current_token.get_scope())

    return app


class AuthlibServer(FlaskAdapter):
    """Authlib in Flask."""

    slug, title = "authlib", "Authlib's server framework in a Flask application"

    def __init__(self) -> None:
        super().__init__()
        self._store = Store()

    def build(self, base: str) -> tuple[Flask, Target]:
        """With an empty store."""
        self._store = Store()
        target = Target(
            Endpoints(
                authorization=f"{base}/authorize",
                token=f"{base}/token",
                issuer=issuer_at(base),
                resource=f"{base}/resource",
                revocation=f"{base}/revoke",
                metadata=f"{base}/.well-known/oauth-authorization-server",
            ),
            CLIENTS,
            ACCOUNTS,
            # Public clients have to use PKCE, and confidential ones may: so `pkce` is left to be measured.
            dialect=Dialect(
                plain=True,
                refresh_rotation=True,
                refresh_reuse_revokes=False,
                replay_revokes=False,
                iss=False,
                state_required=False,
                redirect_uri_implied=False,
                refusal_spends_code=False,
                takes_resource=True,
                errors={
                    "invalid_request": ("unsupported_grant_type", "unsupported_response_type"),
                    "invalid_grant": ("invalid_request",),
                },
            ),
            scopes=SCOPES,
        )
        return build(self._store, issuer_at(base)), target

    def reset(self) -> None:
        """Forget codes and tokens."""
        self._store.clear()

    def advance(self, seconds: float) -> bool:
        """Put the storage's clock forward."""
        self._store.clock.advance(seconds)
        return True
