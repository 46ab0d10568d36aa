"""The login and the consent page of the targets that bring none, as a Flask view uses them.

What an integrator has to write, and no more: the password is checked, a new session begins with it, forms carry a
value of the session against forged requests (RFC 6749 section 10.12), and pages cannot be framed (section 10.13).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Flask, Response, make_response, redirect, render_template_string, request, session
from flask.typing import ResponseReturnValue

from tests.live.targets.cast import password_is_right

LOGIN = """<!doctype html><title>Log in</title><h1>Log in</h1><p>{{ remark }}</p>
<form method="post"><input type="hidden" name="csrf" value="{{ csrf }}">
<label>Name <input name="username"></label> <label>Password <input type="password" name="password"></label>
<button>Log in</button></form>"""

CONSENT = """<!doctype html><title>Consent</title><h1>{{ client }} asks for: {{ scope }}</h1>
<form method="post"><input type="hidden" name="csrf" value="{{ csrf }}">
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>"""


@dataclass(frozen=True)
class Decision:
    """What a resource owner decided."""

    user: str
    allowed: bool


def new_app(name: str) -> Flask:
    """An application whose sessions are cookies of this process, and whose pages stay out of frames."""
    app = Flask(name)
    app.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_SAMESITE="Lax")

    @app.after_request
    def unframed(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response

    return app


def user() -> str | None:
    """Who is logged in."""
    name: str | None = session.get("user")
    return name


def decision(client: str, scope: str) -> Decision | ResponseReturnValue:
    """What the resource owner decides on an authorization request, or the page that comes before that.

    The forms go to the URL of the request, whose query is thereby kept.
    """
    if request.method == "POST":
        if not secrets.compare_digest(request.form.get("csrf", ""), session.get("csrf", secrets.token_hex())):
            return make_response("This form is not of your session; go back and reload it.", 400)
        if "password" in request.form:
            return _log_in()
        name = user()
        if name is not None and request.form.get("decision") in ("allow", "deny"):
            return Decision(name, request.form["decision"] == "allow")
    if user() is None:
        return _page(LOGIN)
    return _page(CONSENT, client=client, scope=scope)


def _log_in() -> ResponseReturnValue:
    username = request.form.get("username", "")
    if not password_is_right(username, request.form["password"]):
        return _page(LOGIN, remark="Wrong name or password.")
    session.clear()
    session["user"] = username
    return redirect(request.full_path, 303)


def _page(template: str, **values: str) -> Response:
    csrf = session.setdefault("csrf", secrets.token_urlsafe())
    response = make_response(render_template_string(template, csrf=csrf, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
