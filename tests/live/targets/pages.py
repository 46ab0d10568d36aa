"""The login and the consent page of the targets that bring none, as a Flask view uses them.

What an integrator has to write, and no more: the password is checked, a new session begins with it, forms carry a
value of the session against forged requests (RFC 6749 section 10.12), and pages stay out of frames (RFC 9700 section
4.16).
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, make_response, redirect, render_template_string, request, session

from tests.live.targets.cast import password_is_right

LOGIN = """<!doctype html><title>Log in</title><h1>Log in</h1><p>{{ remark }}</p>
<form method="post"><input type="hidden" name="csrf" value="{{ csrf }}">
<label>Name <input name="username"></label> <label>Password <input type="password" name="password"></label>
<button>Log in</button></form>"""

CONSENT = """<!doctype html><title>Consent</title><h1>{{ client }} asks for: {{ scope }}</h1>
<form method="post"><input type="hidden" name="csrf" value="{{ csrf }}">
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>"""


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


def resource_owner() -> str | Response:
    """Who is logged in, or the page that comes before that.

    Asked first of all, so that nobody is redirected before the user is known (RFC 9700 section 4.11.2). The forms go
    to the URL of the request, whose query is thereby kept.
    """
    name: str | None = session.get("user")
    if request.method == "POST":
        if not secrets.compare_digest(request.form.get("csrf", ""), session.get("csrf", secrets.token_hex())):
            return make_response("This form is not of your session; go back and reload it.", 400)
        if "password" in request.form:
            return _log_in()
    return name if name is not None else _page(LOGIN)


def allows(client: str, scope: str) -> bool | Response:
    """Whether the resource owner, who is logged in, allows what is asked for, or the page that asks that."""
    decision = request.form.get("decision") if request.method == "POST" else None
    if decision in ("allow", "deny"):
        return decision == "allow"
    return _page(CONSENT, client=client, scope=scope)


def _log_in() -> Response:
    username = request.form.get("username", "")
    if not password_is_right(username, request.form["password"]):
        return _page(LOGIN, remark="Wrong name or password.")
    session.clear()
    session["user"] = username
    return make_response(redirect(request.full_path, 303))


def _page(template: str, **values: str) -> Response:
    csrf = session.setdefault("csrf", secrets.token_urlsafe())
    response = make_response(render_template_string(template, csrf=csrf, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
