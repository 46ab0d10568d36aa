"""The endpoints beside the two of RFC 6749: introspection, revocation, pushed requests, and the metadata."""

from __future__ import annotations

import secrets
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from oauth_model.live.demo.authorization import MODES, DemoServer
from oauth_model.live.demo.clients import SCOPES
from oauth_model.live.demo.grants import METHODS
from oauth_model.live.demo.records import Token
from oauth_model.live.demo.requests import Request
from oauth_model.live.demo.switches import Setup
from oauth_model.live.exchange import Pairs

SECRETS = [method for method in METHODS if method != "none"]

PUSHED_LIFETIME = 60
"""Seconds in which a pushed request must be used."""

REFERENCE = "urn:ietf:params:oauth:request_uri:"

PATHS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "pushed_authorization_request_endpoint": "/par",
}
"""Where the endpoints are, under their names in the metadata (RFC 8414 section 2)."""

METADATA = "/.well-known/oauth-authorization-server"
RESOURCES = ("/resource", "/other/resource")


class Introspection(IntrospectionEndpoint):
    """Whether a token is alive, told to clients with a secret (RFC 7662)."""

    CLIENT_AUTH_METHODS = SECRETS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        """A token of either kind."""
        found: Token | None = self.server.store.token(token_string)
        return found

    def check_permission(self, token: Token, client: Any, request: Any) -> bool:
        """Clients that somebody vetted may ask about any token, others about their own."""
        return bool(client.vetted or token.check_client(client))

    def introspect_token(self, token: Token) -> dict[str, Any]:
        """What there is to say of it (RFC 7662 section 2.2)."""
        about = {
            "active": True,
            "iss": self.server.issuer,
            "client_id": token.client_id,
            "username": token.username,
            "sub": token.username,
            "scope": token.scope,
            "iat": int(token.issued_at),
            "exp": int(token.expires_at),
        }
        if token.kind == "access_token":
            about["token_type"] = "Bearer"
        return about if token.resource is None else {**about, "aud": token.resource}


class Revocation(RevocationEndpoint):
    """The end of a token at its client's wish (RFC 7009)."""

    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        """A token of either kind."""
        found: Token | None = self.server.store.token(token_string)
        return found

    def revoke_token(self, token: Token, request: Any) -> None:
        """An access token alone, a refresh token with all that its grant gave (RFC 7009 section 2.1)."""
        if token.kind == "refresh_token":
            self.server.store.revoke_grant(token.grant_id)
        else:
            self.server.store.revoke_token(token.token)


def pushed(server: DemoServer, request: Request) -> dict[str, Any]:
    """Keep a pushed request, and give a reference to it (RFC 9126 section 2). Raises OAuth2Error."""
    client = server.authenticate_client(request, METHODS, "pushed")
    if request.get("request_uri") is not None:
        raise InvalidRequestError("A pushed request cannot be a reference to another.")
    if request.get("client_id") not in (None, client.client_id):
        raise InvalidRequestError("The request is for another client.")
    kept = tuple((name, value) for name, value in request.pairs if name not in ("client_id", "client_secret"))
    kept += (("client_id", client.client_id),)
    try:
        server.checked(Request("GET", kept), pushed=True)
    except OAuth2Error as error:
        # Told to the client itself, not through a browser.
        error.redirect_uri = error.state = None
        raise
    reference = REFERENCE + secrets.token_urlsafe(24)
    server.store.keep_request(reference, client.client_id, kept, None, PUSHED_LIFETIME)
    return {"request_uri": reference, "expires_in": PUSHED_LIFETIME}


def referenced(server: DemoServer, pairs: Pairs) -> Pairs | None:
    """The parameters that were pushed, if a request refers to such; else None. Raises InvalidRequestError."""
    request = Request("GET", pairs)
    reference = request.get("request_uri")
    if reference is None:
        return None
    found = server.store.request(reference, None)
    if found is None or found[0] != request.get("client_id") or not server.store.drop_request(reference):
        raise InvalidRequestError("The request_uri is unknown, used or expired, or of another client.")
    return found[1]


def metadata(setup: Setup, issuer: str) -> dict[str, Any]:
    """What the server says of itself (RFC 8414 section 2): the truth about its switches, and nothing of a sabotage."""
    implicit = not setup.enforces("no-implicit")
    modes = ["query", "fragment"] if implicit else ["query"]
    said: dict[str, Any] = {
        "issuer": issuer,
        **{name: issuer + path for name, path in PATHS.items()},
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code", "token"] if implicit else ["code"],
        "response_modes_supported": modes if setup.enforces("response-mode-locked") else list(MODES),
        "grant_types_supported": ["authorization_code", "refresh_token"] + (["implicit"] if implicit else []),
        "token_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": SECRETS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "authorization_response_iss_parameter_supported": setup.enforces("iss"),
        "require_pushed_authorization_requests": setup.enforces("pushed-requests"),
    }
    if setup.enforces("pkce-s256"):
        plain = [] if setup.enforces("plain-refused") else ["plain"]
        said["code_challenge_methods_supported"] = ["S256", *plain]
    return said
