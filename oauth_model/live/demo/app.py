"""The demo server as a Flask application: each URL with what it does."""

from __future__ import annotations

import secrets
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from flask import Flask, Response, jsonify, make_response, redirect
from flask import request as http

from oauth_model.live.demo import pages
from oauth_model.live.demo.authorization import DemoServer
from oauth_model.live.demo.clients import has_password
from oauth_model.live.demo.endpoints import (
    METADATA,
    PATHS,
    RESOURCES,
    Introspection,
    Revocation,
    metadata,
    pushed,
    referenced,
)
from oauth_model.live.demo.grants import register_grants
from oauth_model.live.demo.records import Session
from oauth_model.live.demo.requests import Request, parameters
from oauth_model.live.demo.resources import admitted, refusal
from oauth_model.live.demo.sessions import Sessions
from oauth_model.live.demo.store import REQUEST_LIFETIME, Store
from oauth_model.live.demo.switches import Setup
from oauth_model.live.exchange import Pairs

LARGEST = 64_000
"""Bytes of a body that are read."""


def make_app(setup: Setup, store: Store, issuer: str) -> Any:
    """The application of a server at `issuer`, where both resource servers are, too."""
    app = Flask("oauth_model.live.demo")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    views = Views(setup, store, issuer)
    for path, view, methods in (
        ("/", views.index, ["GET"]),
        (PATHS["authorization_endpoint"], views.authorize, ["GET", "POST"]),
        ("/login", views.log_in, ["POST"]),
        ("/consent", views.consent, ["GET", "POST"]),
        ("/decision", views.decide, ["POST"]),
        (PATHS["token_endpoint"], views.token, ["POST"]),
        (PATHS["introspection_endpoint"], views.introspect, ["POST"]),
        (PATHS["revocation_endpoint"], views.revoke, ["POST"]),
        (PATHS["pushed_authorization_request_endpoint"], views.push, ["POST"]),
        (METADATA, views.metadata, ["GET"]),
        *((resource, views.resource, ["GET", "POST"]) for resource in RESOURCES),
    ):
        app.add_url_rule(path, path, view, methods=methods)
    app.after_request(views.dress)
    return app


class Views:
    """What is done at each URL."""

    def __init__(self, setup: Setup, store: Store, issuer: str) -> None:
        self.setup, self.store, self.issuer = setup, store, issuer
        self.server = DemoServer(setup, store, issuer, tuple(issuer + path for path in RESOURCES))
        register_grants(self.server)
        self.server.register_endpoint(Introspection)
        self.server.register_endpoint(Revocation)
        self.sessions = Sessions(store, setup)

    # -------------------------------------------------------------- front channel

    def authorize(self) -> Any:
        """An authorization request (RFC 6749 section 3.1): the login or consent page."""
        pairs = parameters(http.form if http.method == "POST" else http.args)
        request = Request(http.method, pairs)
        try:
            stored = referenced(self.server, pairs)
            request = Request(http.method, pairs if stored is None else stored)
            self.server.checked(request, pushed=stored is not None)
        except OAuth2Error as error:
            return self._refuse(request, error)
        session = self.sessions.of(http) or self.store.new_session()
        handle, client = secrets.token_urlsafe(16), request.get("client_id") or ""
        self.store.keep_request(handle, client, request.pairs, session.id, REQUEST_LIFETIME)
        return self.sessions.give(self._ask(session, handle, request), session)

    def log_in(self) -> Any:
        """The login form."""
        session, handle = self.sessions.of_form(http), http.form.get("request", "")
        request = self._kept(session, handle)
        if session is None or request is None:
            return self._stale()
        username = http.form.get("username", "")
        if not has_password(username, http.form.get("password", "")):
            problem = "There is no such account with that password."
            shown = pages.login(session.csrf, handle, request.get("client_id") or "", problem)
            return make_response(shown, 401)
        status = 303 if self.setup.enforces("see-other") else 307
        return self.sessions.give(redirect(f"/consent?request={handle}", status), self.store.sign_in(session, username))

    def consent(self) -> Any:
        """The consent page, after the login. A browser that posts the login form on has it carried along."""
        session, handle = self.sessions.of(http), http.args.get("request", "")
        request = self._kept(session, handle)
        if session is None or request is None:
            return self._stale()
        own = ("csrf_token", "request", "scope", "decision")
        carried = tuple((name, value) for name, value in parameters(http.form) if name not in own)
        return make_response(self._ask(session, handle, request, carried))

    def decide(self) -> Any:
        """The consent form: the authorization response."""
        session, handle = self.sessions.of_form(http), http.form.get("request", "")
        request = self._kept(session, handle)
        if session is None or request is None or session.username is None or not self.store.drop_request(handle):
            return self._stale()
        asked, ticked = self._scope(request), http.form.getlist("scope")
        if not set(ticked) <= set(asked):
            return self._page_of_error("invalid_scope", "That is more than was asked for.")
        request.granted = " ".join(value for value in asked if value in ticked)
        allowed = http.form.get("decision") == "allow" and request.granted != ""
        if not self.setup.enforces("scope-subset"):
            request.granted = " ".join(asked)
        grant = self.server.get_consent_grant(request)
        return self.server.create_authorization_response(
            request, grant_user=session.username if allowed else None, grant=grant
        )

    def _ask(self, session: Session, handle: str, request: Request, carried: Pairs = ()) -> Any:
        client = request.get("client_id") or ""
        if session.username is None:
            return make_response(pages.login(session.csrf, handle, client))
        scope = self._scope(request)
        return make_response(pages.consent(session.csrf, handle, client, session.username, scope, carried))

    def _scope(self, request: Request) -> list[str]:
        client = self.server.clients[request.get("client_id") or ""]
        return client.get_allowed_scope(request.get("scope")).split()

    def _kept(self, session: Session | None, handle: str) -> Request | None:
        found = self.store.request(handle, session.id) if session is not None else None
        return Request("GET", found[1]) if found is not None else None

    def _refuse(self, request: Request, error: OAuth2Error) -> Any:
        """Redirect an error to the client, if that is known and trusted; else tell the resource owner."""
        client = self.server.clients.get(request.get("client_id") or "")
        trusted = client is not None and (client.vetted or not self.setup.enforces("no-automatic-redirect"))
        if error.redirect_uri and trusted:
            return self.server.handle_error_response(request, error)
        return self._page_of_error(error.error, error.get_error_description() or "The request is not as it should be.")

    def _page_of_error(self, code: str, description: str) -> Any:
        return make_response(pages.error(code, description), 400)

    def _stale(self) -> Any:
        return self._page_of_error("invalid_request", "This page is out of date, or not yours. Go back to the client.")

    # -------------------------------------------------------------- back channel

    def token(self) -> Any:
        """A token request (RFC 6749 section 3.2)."""
        return self._answered(self._token)

    def introspect(self) -> Any:
        """RFC 7662."""
        return self._answered(self._endpoint("introspection"))

    def revoke(self) -> Any:
        """RFC 7009."""
        return self._answered(self._endpoint("revocation"))

    def push(self) -> Any:
        """RFC 9126."""
        return self._answered(self._push)

    def _token(self, request: Request) -> Any:
        grant_type = request.get("grant_type")
        if grant_type is None:
            raise InvalidRequestError("There is no grant_type.")
        if grant_type not in ("authorization_code", "refresh_token"):
            raise OAuth2Error("This server has no such grant type.", error="unsupported_grant_type")
        return self.server.create_token_response(request)

    def _endpoint(self, name: str) -> Any:
        def respond(request: Request) -> Any:
            return self.server.create_endpoint_response(name, request)

        return respond

    def _push(self, request: Request) -> Any:
        return make_response(jsonify(pushed(self.server, request)), 201)

    def _answered(self, view: Any) -> Any:
        request = Request(http.method, parameters(http.form), http.headers)
        try:
            request.must_be_readable()
            answer = view(request)
        except OAuth2Error as error:
            answer = self.server.handle_error_response(request, error)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    # -------------------------------------------------------------- resources, metadata, and what all pages have

    def resource(self) -> Any:
        """A protected resource: the user's whose token it is."""
        resource = self.issuer + http.path
        try:
            token = admitted(self.server, resource, http)
        except OAuth2Error as error:
            return refusal(error)
        return jsonify(resource=resource, owner=token.username, client_id=token.client_id, scope=token.scope)

    def metadata(self) -> Any:
        """RFC 8414."""
        return jsonify(metadata(self.setup, self.issuer))

    def index(self) -> Any:
        """What is here."""
        said = metadata(self.setup, self.issuer)
        rows = [(name, said[name]) for name in ("issuer", *PATHS)] + [("metadata", self.issuer + METADATA)]
        return pages.index("OAuth demo server", rows + [("resource", self.issuer + path) for path in RESOURCES])

    def dress(self, response: Response) -> Any:
        """What every page has in its header."""
        if response.mimetype == "text/html":
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
            if self.setup.enforces("framing-refused"):
                response.headers["X-Frame-Options"] = "DENY"
                response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response
