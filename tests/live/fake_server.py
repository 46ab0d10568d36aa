"""A tiny authorization server for the tests of experiments: each protection is there unless it is named in `off`.

Everything is in memory and nothing is secure; it is only as true to the RFCs as the experiments need. How it is run is
in `fake_adapter`.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import Flask, Response, jsonify, redirect, request

from oauth_model.live.adapter import ATTACKERS, CONFIDENTIAL, PUBLIC, Registration
from oauth_model.live.lab import s256

CALLBACK = "https://www.client.example/cb"
CLIENTS = {
    CONFIDENTIAL: Registration("web", (CALLBACK, f"{CALLBACK}/second"), "web-secret"),
    PUBLIC: Registration("app", ("http://127.0.0.1:51004/cb",), authentication="none"),
    ATTACKERS: Registration("evil", ("https://attacker.example/landing",), "evil-secret", "client_secret_post"),
}
RULES = {
    "unregistered": lambda uri, own: True,
    "prefix": lambda uri, own: uri.startswith("https://www.client.example"),
    "glob": lambda uri, own: fnmatchcase(uri, "https://*.client.example/*"),
    "sub-domain": lambda uri, own: (urlsplit(uri).hostname or "").endswith(".client.example") and uri[:6] == "https:",
    "same-host": lambda uri, own: urlsplit(uri)[:2] == urlsplit(own)[:2],
    "path-prefix": lambda uri, own: urlsplit(uri)[:2] == urlsplit(own)[:2] and uri.startswith(own),
    "any-query": lambda uri, own: uri.partition("?")[0] == own,
    "up-to-colon": lambda uri, own: uri.removeprefix("https://").partition("/")[0].partition(":")[0]
    == "www.client.example",
}


class FakeServer:
    """The server's state and its pages. `off` names protections, or other things that are otherwise there."""

    def __init__(self, off: Iterable[str] = (), rule: str = "unregistered") -> None:
        self.off, self.rule, self.now = frozenset(off), rule, 0.0
        self.sessions: set[str] = set()
        self.asked: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.refresh: dict[str, dict[str, Any]] = {}
        self.pushed: dict[str, dict[str, str]] = {}
        self.by_id = {each.client_id: each for each in CLIENTS.values()}
        self.url = ""

    def on(self, what: str) -> bool:
        return what not in self.off

    # -------------------------------------------------------------- front channel

    def authorize(self) -> Any:
        if not self.on("everything"):
            return "no", 403
        asked = dict(request.args)
        if "request_uri" in asked:
            reference = asked["request_uri"]
            asked = self.pushed.get(reference, {})
            if self.on("request-uri-once") and request.cookies.get("sid") in self.sessions:
                self.pushed.pop(reference, None)
        elif self.on("pushed-requests") and asked.get("client_id") != "evil":
            return "push it", 400
        if not self._redirect_uri_is_fine(asked):
            return "<p>bad client or redirection URI", 500 if not self.on("steady") else 400
        error = self._fault(asked)
        hasty = error and asked["client_id"] == "evil" and not self.on("no-automatic-redirect")
        if request.cookies.get("sid") not in self.sessions and self.on("pages") and not hasty:
            return redirect(f"/login?next={quote(request.full_path)}")
        error = "server_error" if error and not self.on("clear") else error
        if error is not None:
            if asked["client_id"] == "evil" and self.on("no-automatic-redirect"):
                return f"<p>{error}", 400
            return self._respond(asked, {"error": error}, 303)
        silent = not self.on("no-silent-approval") and self.by_id[asked["client_id"]].secret is None and self.codes
        if not self.on("pages") or silent:
            return self._grant(asked, asked["scope"], 302)
        number = secrets.token_hex(8)
        self.asked[number] = asked
        boxes = "".join(f"<input type=checkbox name=scope value={s} checked>" for s in asked["scope"].split())
        return self._page(f"<form method=post action=/consent><input type=hidden name=n value={number}>{boxes}"
                          "<button name=decision value=allow>yes</button></form>")  # fmt: skip

    def login(self) -> Any:
        if request.method == "GET":
            return self._page("<form method=post><input name=username><input type=password name=password></form>")
        sid = secrets.token_hex(8)
        self.sessions.add(sid)
        answer = redirect(request.args["next"], 303)
        answer.set_cookie("sid", sid)
        return answer

    def consent(self) -> Any:
        asked = self.asked.pop(request.form["n"])
        scope = " ".join(request.form.getlist("scope")) if self.on("scope-subset") else asked["scope"]
        return self._grant(asked, scope, 303 if self.on("see-other") else 307)

    def _grant(self, asked: dict[str, str], scope: str, status: int) -> Any:
        if "token" in asked["response_type"].split():
            return self._respond({**asked, "response_mode": "fragment"}, {"access_token": self._token(scope)}, status)
        code = secrets.token_urlsafe(24) if self.on("long-codes") else str(len(self.codes))
        self.codes[code] = {**asked, "scope": scope, "made": self.now, "tokens": [], "used": False}
        return self._respond(asked, {"code": code}, status)

    def _redirect_uri_is_fine(self, asked: dict[str, str]) -> bool:
        client, uri = self.by_id.get(asked.get("client_id", "")), asked.get("redirect_uri", "")
        if client is None:
            return False
        if self.on("canonical-uris") and ("@" in uri or unquote(uri) != uri):
            return False
        if uri in client.redirect_uris:
            return True
        own = client.redirect_uris[0]
        if own.startswith("http://127.0.0.1") and self.on("loopback"):
            return urlsplit(uri)._replace(netloc="") == urlsplit(own)._replace(netloc="") and "//127.0.0.1:" in uri
        return not self.on("exact-redirect-uri") and RULES[self.rule](uri, own)

    def _fault(self, asked: dict[str, str]) -> str | None:
        kind, mode = asked.get("response_type"), asked.get("response_mode", "query")
        implicit = not self.on("response-mode-locked") or (not self.on("no-implicit") and asked["client_id"] == "app")
        if kind != "code" and not (kind == "token" and implicit):
            return "unsupported_response_type"
        if mode != "query" and self.on("response-mode-locked") and (mode != "web_message" or self.on("no-messages")):
            return "invalid_request"
        if kind == "code" and self.on("pkce-required") and "code_challenge" not in asked:
            return "invalid_request"
        plain = "code_challenge" in asked and asked.get("code_challenge_method", "plain") == "plain"
        return "invalid_request" if plain and self.on("plain-refused") else None

    def _respond(self, asked: dict[str, str], values: dict[str, str], status: int) -> Any:
        values = {**values, "state": asked.get("state", "")}
        if self.on("iss"):
            values["iss"] = self.url
        uri, mode = asked["redirect_uri"], asked.get("response_mode", "query")
        if "error" in values:
            mode = "query"
        if mode == "web_message":
            origin = "*" if not self.on("target-origin") else "https://www.client.example"
            return f"<script>opener.postMessage({values!r}, '{origin}')</script>"
        if mode == "form_post":
            inputs = "".join(f"<input type=hidden name={k} value='{v}'>" for k, v in values.items())
            return f"<form method=post action='{uri}'>{inputs}</form>"
        separator = "#" if mode == "fragment" else "&" if "?" in uri else "?"
        return Response(status=status, headers={"Location": f"{uri}{separator}{urlencode(values)}"})

    def _page(self, html: str) -> Response:
        answer = Response(html, mimetype="text/html")
        if self.on("framing-refused"):
            answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return answer

    # -------------------------------------------------------------- back channel

    def _client(self) -> str | None:
        """Who asks, if it authenticates as it should; None if not."""
        name, secret = request.form.get("client_id", ""), request.form.get("client_secret")
        if request.headers.get("Authorization", "").startswith("Basic "):
            name, _, secret = base64.b64decode(request.headers["Authorization"][6:]).decode().partition(":")
        client = self.by_id.get(name)
        if client is None or (secret is None and not self.on("secret-asked-for")):
            return name if client else None
        if self.on("client-authentication") and client.secret != secret:
            return None
        return name

    def push(self) -> Any:
        if self._client() is None and self.on("push-authenticated"):
            return jsonify(error="invalid_client"), 401
        if not self._redirect_uri_is_fine(dict(request.form)):
            return jsonify(error="invalid_request"), 400
        uri = f"urn:ietf:params:oauth:request_uri:{secrets.token_hex(8)}"
        self.pushed[uri] = {k: v for k, v in request.form.items() if k != "client_secret"}
        return jsonify(request_uri=uri, expires_in=60), 201

    def token(self) -> Any:
        client, form = self._client(), request.form
        if client is None or not self.on("steady-tokens"):
            return jsonify(error="invalid_client"), 401
        if not self.on(f"serves-{client}") or not self.on("steady-grants") or (self.now and not self.on("lasting")):
            return jsonify(error="invalid_grant"), 400
        if form["grant_type"] == "refresh_token":
            return self._refreshed(form["refresh_token"])
        code = self.codes.get(form["code"])
        if code is None:
            return jsonify(error="invalid_grant"), 400
        error = self._code_fault(code, client, form)
        if error == "replay":
            for token in code["tokens"] if self.on("replay-revokes") else ():
                self.tokens.pop(token, None)
        if error is not None:
            if not self.on("codes-survive"):
                del self.codes[form["code"]]
            error = error if error == "invalid_request" else "invalid_grant"
            return jsonify(error=error if self.on("clear") else "server_error"), 400
        code["used"] = True
        answer = self._answer(code["scope"], code.get("resource"))
        code["tokens"].append(answer["access_token"])
        return jsonify(answer)

    def _code_fault(self, code: dict[str, Any], client: str, form: Any) -> str | None:
        challenge, verifier = code.get("code_challenge"), form.get("code_verifier")
        if self.on("code-bound-to-client") and code["client_id"] != client:
            return "invalid_grant"
        uri = form.get("redirect_uri", "" if self.on("uri-asked-for") else code["redirect_uri"])
        if self.on("redirect-uri-at-token-endpoint") and code["redirect_uri"] != uri:
            return "invalid_grant"
        asked_for = verifier is not None or self.on("verifier-asked-for")
        if self.on("pkce-s256") and challenge is not None and asked_for:
            plain = code.get("code_challenge_method") != "S256"
            if verifier is None or challenge != (verifier if plain else s256(verifier)):
                return "invalid_grant"
        if self.on("pkce-no-downgrade") and challenge is None and verifier is not None:
            return "invalid_request"
        if self.on("code-lifetime") and self.now > code["made"] + 60:
            return "invalid_grant"
        return "replay" if self.on("code-single-use") and code["used"] else None

    def _token(self, scope: str, resource: str | None = None) -> str:
        token = secrets.token_urlsafe(24)
        self.tokens[token] = {"scope": scope, "resource": resource, "ends": self.now + 600}
        return token

    def _answer(self, scope: str, resource: str | None = None) -> dict[str, Any]:
        scope = scope if self.on("wide") else "read"
        answer = {"access_token": self._token(scope, resource), "token_type": "Bearer", "scope": scope}
        if self.on("lifetimes-told"):
            answer["expires_in"] = 600 if self.on("short-lived-tokens") else 86_400
        if self.on("refresh"):
            answer["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh[answer["refresh_token"]] = {"scope": scope, "used": False}
        return answer

    def _refreshed(self, token: str) -> Any:
        known = self.refresh.get(token)
        if known is None or (known["used"] and self.on("rotation")):
            if self.on("reuse-revokes"):
                self.refresh.clear()
            return jsonify(error="invalid_grant"), 400
        known["used"] = True
        answer = self._answer(known["scope"])
        return jsonify(answer if self.on("rotation") else {**answer, "refresh_token": token})

    def resource(self, name: str) -> Any:
        header = request.headers.get("Authorization", "").removeprefix("Bearer ")
        in_query = request.args.get("access_token") if not self.on("token-in-header-only") else None
        known = self.tokens.get(header or in_query or "")
        strayed = self.on("audience") and known and known["resource"] not in (None, f"{self.url}/{name}")
        if known and known["ends"] < self.now and self.on("token-status-checked"):
            known = None
        if known is None or strayed or not self.on(f"serves-{name}"):
            return jsonify(error="invalid_token"), 401
        return jsonify(owner="alice")

    def register(self) -> Any:
        if self.on("registration-policy"):
            return jsonify(error="invalid_token"), 401
        return jsonify(client_id="new"), 201

    def metadata(self) -> Any:
        said = {"issuer": self.url, "registration_endpoint": f"{self.url}/register",
                "authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token",
                "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "require_pushed_authorization_requests": False,
                "authorization_response_iss_parameter_supported": True}  # fmt: skip
        return jsonify(said)

    def app(self) -> Flask:
        app = Flask("fake")
        for path, view, methods in (
            ("/authorize", self.authorize, ["GET"]), ("/login", self.login, ["GET", "POST"]),
            ("/consent", self.consent, ["POST"]), ("/token", self.token, ["POST"]), ("/par", self.push, ["POST"]),
            ("/<any(resource,other):name>", self.resource, ["GET"]), ("/register", self.register, ["POST"]),
            ("/metadata", self.metadata, ["GET"]),
        ):  # fmt: skip
            app.add_url_rule(path, path, view, methods=methods)
        return app
