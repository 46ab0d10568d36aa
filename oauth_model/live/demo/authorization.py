"""What an authorization request has to be, and how it is answered: the authorization server proper, on Authlib's.

Authlib checks what RFC 6749 asks for; what the model asks beside it is here, in the model's order. Nothing here shows
a page: a request that cannot even be redirected is an error without a `redirect_uri`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from oauth_model.live.demo.clients import SCOPES, Client, registered
from oauth_model.live.demo.pages import form_post
from oauth_model.live.demo.requests import Request
from oauth_model.live.demo.store import TOKEN_LIFETIME, Store
from oauth_model.live.demo.switches import Setup
from oauth_model.live.exchange import Pairs, with_query

MODES = ("query", "fragment", "form_post")


class InvalidTargetError(OAuth2Error):
    """The resource is none of this server's (RFC 8707 section 2)."""

    error = "invalid_target"


class DemoServer(AuthorizationServer):
    """Authlib's server with the demo's clients, switches and store. `resources` are the resource servers' URIs."""

    def __init__(self, setup: Setup, store: Store, issuer: str, resources: tuple[str, ...]) -> None:
        self.setup, self.store, self.issuer, self.resources = setup, store, issuer, resources
        self.clients = registered(setup.switches)
        super().__init__(query_client=self.clients.get)
        lifetimes = dict.fromkeys(("authorization_code", "implicit", "refresh_token"), TOKEN_LIFETIME)
        self.load_config(
            {
                "OAUTH2_REFRESH_TOKEN_GENERATOR": True,
                "OAUTH2_TOKEN_EXPIRES_IN": lifetimes,
                "OAUTH2_SCOPES_SUPPORTED": list(SCOPES),
            }
        )

    def create_oauth2_request(self, request: Any) -> Any:
        """The request, which is one already."""
        return request

    # -------------------------------------------------------------- clients

    def authenticate_client(self, request: Request, methods: list[str], endpoint: str = "token") -> Client:
        """The client that asks (RFC 6749 section 2.3.1). Raises OAuth2Error."""
        named, in_body = _name_in_header(request), request.get("client_id")
        if named is not None and (in_body not in (None, named) or request.get("client_secret") is not None):
            raise InvalidRequestError("The client authenticates in more than one way.")
        if endpoint != "token" or self.setup.token_endpoint_enforces("client-authentication"):
            client: Client = super().authenticate_client(request, methods, endpoint)
            return client
        unchecked = self.clients.get(named or in_body or "")
        if unchecked is None:
            raise InvalidClientError(status_code=401, description="There is no such client.")
        request.auth_method = "none"
        return unchecked

    # -------------------------------------------------------------- authorization requests

    def checked(self, request: Request, *, pushed: bool = False) -> Any:
        """The grant that an authorization request asks for. Raises OAuth2Error.

        The error has a `redirect_uri` if the client and its redirection URI are known to be good.
        """
        client, redirect_uri = self._where_to(request)
        try:
            request.must_be_readable()
            self._check_response_type(request)
            grant = self.get_consent_grant(request)
            self._check_beyond_authlib(request, client, pushed)
        except OAuth2Error as error:
            error.redirect_uri, error.state = redirect_uri, request.get("state")
            raise
        return grant

    def _where_to(self, request: Request) -> tuple[Client, str]:
        for name in ("client_id", "redirect_uri", "request_uri"):
            if name in request.payload.repeated or name in request.payload.unreadable:
                raise InvalidRequestError(f"The parameter {name} is there more than once, or unreadable.")
        client = self.clients.get(request.get("client_id") or "")
        if client is None:
            raise InvalidClientError("There is no such client.")
        redirect_uri = request.get("redirect_uri") or client.get_default_redirect_uri()
        if not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirection URI is not one of this client.")
        return client, redirect_uri

    def _check_response_type(self, request: Request) -> None:
        asked = request.get("response_type")
        if asked is None:
            raise InvalidRequestError("There is no response_type.")
        if asked != "code" and (asked != "token" or self.setup.enforces("no-implicit")):
            raise OAuth2Error("This server has no such response type.", error="unsupported_response_type")

    def _check_beyond_authlib(self, request: Request, client: Client, pushed: bool) -> None:
        if self.setup.enforces("pushed-requests") and not pushed:
            raise InvalidRequestError("This server takes pushed requests only.")
        own = client.response_types
        if request.get("response_type") not in own and self.setup.enforces("response-mode-locked"):
            raise InvalidRequestError("The response type is not one of this client.")
        if request.get("response_mode") not in (None, *self.modes_for(request)):
            raise InvalidRequestError("The response mode is not one of this client.")
        self.audience_of(request)

    def modes_for(self, request: Request) -> tuple[str, ...]:
        """The response modes that a request may choose among: the one of its response type, or all."""
        own = "fragment" if request.get("response_type") == "token" else "query"
        return (own,) if self.setup.enforces("response-mode-locked") else (own, *MODES)

    def audience_of(self, request: Request) -> str | None:
        """The resource server that a token is to be for (RFC 8707 section 2); without a word the first one.

        None where tokens are for all. Raises InvalidTargetError.
        """
        if not self.setup.enforces("audience"):
            return None
        asked = request.payload.datalist.get("resource", [self.resources[0]])
        if len(asked) != 1 or asked[0] not in self.resources:
            raise InvalidTargetError("A token is for one of the resource servers here.")
        return asked[0]

    # -------------------------------------------------------------- answers

    def answer(self, request: Request, redirect_uri: str, parameters: Pairs) -> tuple[int, Any, list[tuple[str, str]]]:
        """An authorization response with state and iss, where the request wants its parameters: status, body, header.

        The status is that of a redirect after a form (RFC 9700 section 4.12), or 200 for a page that posts itself.
        """
        state = request.get("state")
        parameters += (("state", state),) if state is not None else ()
        parameters += (("iss", self.issuer),) if self.setup.enforces("iss") else ()
        possible = self.modes_for(request)
        asked = request.get("response_mode")
        mode = asked if asked in possible else possible[0]
        if mode == "form_post":
            return 200, form_post(redirect_uri, parameters), [("Content-Type", "text/html; charset=utf-8")]
        if mode == "fragment":
            location = f"{redirect_uri}#{with_query('', parameters)[1:]}"
        else:
            location = with_query(redirect_uri, parameters)
        return 303 if self.setup.enforces("see-other") else 307, "", [("Location", location)]

    def handle_error_response(self, request: Request, error: OAuth2Error) -> Any:
        """An error: sent to the client through the browser, or told at once (RFC 6749 sections 4.1.2.1 and 5.2)."""
        if not error.redirect_uri:
            return super().handle_error_response(request, error)
        said = error.get_error_description()
        parameters: Pairs = (("error", error.error),) + ((("error_description", said),) if said else ())
        return self.handle_response(*self.answer(request, error.redirect_uri, parameters))


def _name_in_header(request: Request) -> str | None:
    """The client named in the Authorization header field. Raises InvalidClientError for one that cannot be read."""
    kind, _, value = (request.headers.get("Authorization") or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return unquote(base64.b64decode(value, validate=True).decode("ascii").partition(":")[0])
    except (binascii.Error, ValueError):
        raise InvalidClientError(status_code=401, description="The Authorization header is no Basic one.") from None
