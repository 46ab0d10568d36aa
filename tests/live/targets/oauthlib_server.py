"""oauthlib's WebApplicationServer in a Flask application.

Ours are what the library leaves to its user: the views, the login and consent page, and the storage with its checks,
which is in oauthlib_validator.py.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from oauthlib.oauth2 import AccessDeniedError, FatalClientError, MetadataEndpoint, OAuth2Error, WebApplicationServer

from oauth_model.live.adapter import Dialect, Endpoints, Target
from tests.live.targets import pages
from tests.live.targets.cast import ACCOUNTS, CLIENTS, SCOPES
from tests.live.targets.flask_adapter import FlaskAdapter, issuer_at
from tests.live.targets.oauthlib_validator import Validator

JSON = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}


def claims(issuer: str) -> dict[str, object]:
    """What the metadata says beside what the library knows of itself."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "revocation_endpoint": f"{issuer}/revoke",
        "introspection_endpoint": f"{issuer}/introspect",
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    }


def asked_url() -> str:
    """The URL of the request with its query as it came: Flask's own is decoded in part."""
    return f"{request.base_url}?{request.query_string.decode('latin-1')}"


def build(validator: Validator, issuer: str) -> Flask:
    """The application."""
    app = pages.new_app("oauthlib")
    server = WebApplicationServer(validator)
    metadata = MetadataEndpoint([server], claims(issuer))

    @app.errorhandler(ValueError)
    def unreadable(failure: ValueError) -> ResponseReturnValue:
        # oauthlib raises a plain ValueError for a query or body that is not form-encoded
        return jsonify(error="invalid_request", error_description=str(failure)), 400

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        user = pages.resource_owner()
        if not isinstance(user, str):
            return user
        try:
            scopes, credentials = server.validate_authorization_request(asked_url(), "GET")
        except FatalClientError as failure:
            return make_response(f"This request cannot be answered: {failure.description}", 400)
        except OAuth2Error as failure:
            return redirect(failure.in_uri(failure.redirect_uri), 302)
        allowed = pages.allows(credentials["client_id"], " ".join(scopes))
        if not isinstance(allowed, bool):
            return allowed
        if not allowed:
            denied = AccessDeniedError(state=credentials["state"])
            return redirect(denied.in_uri(credentials["redirect_uri"]), 302)
        headers, body, status = server.create_authorization_response(
            asked_url(), "GET", scopes=scopes, credentials={"user": user}
        )
        return Response(body or "", status, headers)

    @app.post("/token")
    def token() -> ResponseReturnValue:
        body = request.get_data(as_text=True)
        try:
            headers, answer, status = server.create_token_response(asked_url(), "POST", body, dict(request.headers))
        except OAuth2Error as failure:
            headers, answer, status = {**JSON, **failure.headers}, failure.json, failure.status_code
        return Response(answer, status, headers)

    @app.post("/revoke")
    def revoke() -> ResponseReturnValue:
        body = request.get_data(as_text=True)
        try:
            headers, answer, status = server.create_revocation_response(
                asked_url(), "POST", body, dict(request.headers)
            )
        except OAuth2Error as failure:
            headers, answer, status = {**JSON, **failure.headers}, failure.json, failure.status_code
        return Response(answer or "", status, headers)

    @app.post("/introspect")
    def introspect() -> ResponseReturnValue:
        body = request.get_data(as_text=True)
        headers, answer, status = server.create_introspect_response(asked_url(), "POST", body, dict(request.headers))
        return Response(answer, status, headers)

    @app.get("/.well-known/oauth-authorization-server")
    def well_known() -> ResponseReturnValue:
        headers, answer, status = metadata.create_metadata_response(request.url)
        return Response(answer, status, headers)

    @app.get("/resource")
    def resource() -> ResponseReturnValue:
        granted, asked = server.verify_request(asked_url(), "GET", None, dict(request.headers), [])
        if not granted:
            error = ' error="invalid_token"' if "Authorization" in request.headers else ""
            return Response("", 401, {"WWW-Authenticate": f"Bearer{error}"})
        if SCOPES[0] not in asked.scopes:
            return Response("", 403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
        return jsonify(user=asked.user, scope=" ".join(asked.scopes))

    return app


class OauthlibServer(FlaskAdapter):
    """oauthlib in Flask."""

    slug, title = "oauthlib", "oauthlib's WebApplicationServer in a Flask application"

    def __init__(self) -> None:
        super().__init__()
        self._validator = Validator()

    def build(self, base: str) -> tuple[Flask, Target]:
        """With an empty store."""
        self._validator = Validator()
        target = Target(
            Endpoints(
                authorization=f"{base}/authorize",
                token=f"{base}/token",
                issuer=issuer_at(base),
                resource=f"{base}/resource",
                introspection=f"{base}/introspect",
                revocation=f"{base}/revoke",
                metadata=f"{base}/.well-known/oauth-authorization-server",
            ),
            CLIENTS,
            ACCOUNTS,
            dialect=Dialect(
                pkce="required",
                plain=True,
                refresh_rotation=True,
                refresh_reuse_revokes=True,
                replay_revokes=True,
                iss=False,
                state_required=False,
                redirect_uri_implied=False,
                refusal_spends_code=False,
                takes_resource=True,
                errors={
                    "invalid_request": ("unsupported_grant_type",),
                    "invalid_grant": ("invalid_request",),
                },
            ),
            scopes=SCOPES,
        )
        return build(self._validator, issuer_at(base)), target

    def reset(self) -> None:
        """Forget codes and tokens."""
        self._validator.clear()

    def advance(self, seconds: float) -> bool:
        """Put the storage's clock forward."""
        self._validator.clock.advance(seconds)
        return True
