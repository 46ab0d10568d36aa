"""The resource servers: they take bearer tokens (RFC 6750), and look them up in the authorization server's own file."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError

from oauth_model.live.demo.authorization import DemoServer
from oauth_model.live.demo.records import Token

READS = ("GET", "HEAD")
"""Methods for which the scope `read` is enough; others need `write`."""


class MissingTokenError(OAuth2Error):
    """There is no token; the answer has no error code (RFC 6750 section 3.1)."""

    status_code = 401


class Validator(BearerTokenValidator):
    """What makes a token good at one resource server."""

    def __init__(self, server: DemoServer, resource: str) -> None:
        super().__init__()
        self.server, self.resource = server, resource

    def authenticate_token(self, token_string: str) -> Token | None:
        """An access token."""
        return self.server.store.token(token_string, "access_token")

    def validate_token(self, token: Token | None, scopes: list[str], request: Any) -> None:
        """Whether it is alive, for this resource server, and of a scope that covers what is asked for."""
        foreign = token is not None and token.resource != self.resource
        if foreign and self.server.setup.enforces("audience"):
            raise InvalidTokenError("The token is for another resource server.")
        super().validate_token(token, scopes, request)


def admitted(server: DemoServer, resource: str, request: Any) -> Token:
    """The token with which a request comes to a resource server. Raises OAuth2Error."""
    scheme, _, in_header = request.headers.get("Authorization", "").strip().partition(" ")
    given = [in_header.strip()] if scheme.lower() == "bearer" and in_header else []
    in_query = request.args.getlist("access_token")
    if in_query and server.setup.enforces("token-in-header-only"):
        raise InvalidRequestError("Access tokens are taken from the Authorization header field only.")
    given += in_query
    if not given:
        raise MissingTokenError()
    if len(given) > 1:
        raise InvalidRequestError("There is more than one access token.")
    validator = Validator(server, resource)
    token = validator.authenticate_token(given[0])
    validator.validate_token(token, ["read" if request.method in READS else "write"], request)
    assert token is not None
    return token


def refusal(error: OAuth2Error) -> tuple[dict[str, str], int, dict[str, str]]:
    """The answer to a request that is not admitted (RFC 6750 section 3): body, status, header."""
    if isinstance(error, MissingTokenError):
        return {}, 401, {"WWW-Authenticate": 'Bearer realm="demo"'}
    body = {"error": error.error, "error_description": error.get_error_description()}
    said = ", ".join(f'{name}="{value}"' for name, value in body.items())
    return body, error.status_code, {"WWW-Authenticate": f'Bearer realm="demo", {said}'}
