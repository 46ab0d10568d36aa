"""pyop's OpenID provider in a Flask application: authorization, token and userinfo endpoint, and its configuration.

Views as in the examples that come with it; ours are the login and consent page. It issues codes alone, and keeps
them and its tokens in memory, as it does where no database is named.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from Cryptodome.PublicKey import RSA
from flask import Flask, Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from jwkest.jwk import RSAKey
from oic.oic.message import TokenErrorResponse, UserInfoErrorResponse
from pyop.access_token import AccessToken, BearerTokenError
from pyop.authz_state import AuthorizationState
from pyop.exceptions import InvalidAccessToken, InvalidAuthenticationRequest, InvalidClientAuthentication, OAuthError
from pyop.provider import Provider
from pyop.subject_identifier import HashBasedSubjectIdentifierFactory
from pyop.userinfo import Userinfo
from pyop.util import should_fragment_encode

from oauth_model.live.adapter import Dialect, Endpoints, Registration, Target
from tests.live.targets import pages
from tests.live.targets.cast import ACCOUNTS, CLIENTS
from tests.live.targets.flask_adapter import FlaskAdapter, issuer_at

SCOPES = ("openid", "profile")


@cache
def signing_key() -> RSAKey:
    """The key that signs ID Tokens; one for the process, since making it takes a while."""
    return RSAKey(key=RSA.generate(2048), alg="RS256", kid="1")


def metadata(client: Registration) -> dict[str, Any]:
    """A client as the provider keeps it; a public one has no secret."""
    known = {
        "redirect_uris": list(client.redirect_uris),
        "response_types": ["code"],
        "token_endpoint_auth_method": client.authentication,
        "client_secret": client.secret,
    }
    return {name: value for name, value in known.items() if value is not None}


def provider(issuer: str) -> Provider:
    """The provider with its clients and users."""
    configuration = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorization",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "claims_parameter_supported": True,
    }
    clients = {each.client_id: metadata(each) for each in CLIENTS.values()}
    users = {account.username: {"name": account.username.title()} for account in ACCOUNTS.values()}
    state = AuthorizationState(HashBasedSubjectIdentifierFactory("salt"))
    return Provider(signing_key(), configuration, state, clients, Userinfo(users))


def build(op: Provider) -> Flask:
    """The application."""
    app = pages.new_app("pyop")

    @app.route("/authorization", methods=["GET", "POST"])
    def authorization() -> ResponseReturnValue:
        user = pages.resource_owner()
        if not isinstance(user, str):
            return user
        try:
            asked = op.parse_authentication_request(request.query_string.decode("ascii", "replace"), request.headers)
        except InvalidAuthenticationRequest as failure:
            return _refused(failure)
        allowed = pages.allows(asked["client_id"], " ".join(asked["scope"]))
        if not isinstance(allowed, bool):
            return allowed
        if not allowed:
            return _refused(InvalidAuthenticationRequest("The user denied it", asked, "access_denied"))
        response = op.authorize(asked, user)
        return redirect(response.request(asked["redirect_uri"], should_fragment_encode(asked)), 303)

    @app.post("/token")
    def token() -> ResponseReturnValue:
        try:
            response = op.handle_token_request(request.get_data(as_text=True), request.headers)
        except InvalidClientAuthentication as failure:
            answer = TokenErrorResponse(error="invalid_client", error_description=str(failure))
            return _json(answer.to_json(), 401, "Basic")
        except OAuthError as failure:
            answer = TokenErrorResponse(error=failure.oauth_error, error_description=str(failure))
            return _json(answer.to_json(), 400)
        return _json(response.to_json(), 200)

    @app.route("/userinfo", methods=["GET", "POST"])
    def userinfo() -> ResponseReturnValue:
        try:
            response = op.handle_userinfo_request(request.get_data(as_text=True), request.headers)
        except (BearerTokenError, InvalidAccessToken) as failure:
            answer = UserInfoErrorResponse(error="invalid_token", error_description=str(failure))
            return _json(answer.to_json(), 401, AccessToken.BEARER_TOKEN_TYPE)
        return jsonify(response.to_dict())

    @app.get("/.well-known/openid-configuration")
    def configuration() -> ResponseReturnValue:
        return jsonify(op.provider_configuration.to_dict())

    @app.get("/jwks")
    def jwks() -> ResponseReturnValue:
        return jsonify(op.jwks)

    return app


def _refused(failure: InvalidAuthenticationRequest) -> ResponseReturnValue:
    url = failure.to_error_url()
    return redirect(url, 303) if url else make_response(f"This request cannot be answered: {failure}", 400)


def _json(text: str, status: int, challenge: str | None = None) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    return Response(text, status, headers, mimetype="application/json")


class PyopServer(FlaskAdapter):
    """pyop in Flask."""

    slug, title = "pyop", "pyop's OpenID provider in a Flask application"

    def __init__(self) -> None:
        super().__init__()
        self._provider: Provider | None = None

    def build(self, base: str) -> tuple[Flask, Target]:
        """The scope of a request has openid in it, and may have profile."""
        self._provider = provider(issuer_at(base))
        target = Target(
            Endpoints(
                authorization=f"{base}/authorization",
                token=f"{base}/token",
                issuer=issuer_at(base),
                resource=f"{base}/userinfo",
                metadata=f"{base}/.well-known/openid-configuration",
            ),
            CLIENTS,
            ACCOUNTS,
            dialect=Dialect(
                pkce="optional",
                plain=False,
                replay_revokes=False,
                iss=False,
                state_required=False,
                redirect_uri_implied=False,
                refusal_spends_code=False,
                takes_resource=True,
                errors={
                    "invalid_request": ("page with status 400",),
                    "unsupported_response_type": ("invalid_request",),
                    "invalid_scope": ("invalid_request",),
                    "invalid_grant": ("invalid_request",),
                },
            ),
            scopes=SCOPES,
        )
        return build(self._provider), target

    def reset(self) -> None:
        """Forget codes and tokens."""
        for each in self._stores():
            each.clear()

    def advance(self, seconds: float) -> bool:
        """Bring the end of every code and token nearer."""
        for each in self._stores():
            for record in each.values():
                record["exp"] -= seconds
        return True

    def _stores(self) -> list[dict[str, dict[str, float]]]:
        if self._provider is None:
            return []
        state = self._provider.authz_state
        return [state.authorization_codes, state.access_tokens, state.refresh_tokens]
