"""Browsers at the demo server: a cookie for each, a value that its forms carry, and who is signed in.

A form is taken only from the browser that it was given to (RFC 6749 section 10.12).
"""

from __future__ import annotations

import hmac
from typing import Any

from oauth_model.live.demo.records import Session
from oauth_model.live.demo.store import Store
from oauth_model.live.demo.switches import Setup

COOKIE = "demo_session"


class Sessions:
    """The sessions of all browsers."""

    def __init__(self, store: Store, setup: Setup) -> None:
        self._store, self._setup = store, setup

    def of(self, request: Any) -> Session | None:
        """The session of the browser that a request comes from."""
        return self._store.session(request.cookies.get(COOKIE, ""))

    def of_form(self, request: Any) -> Session | None:
        """The same, if the form that is posted was given to that browser."""
        session = self.of(request)
        if session is None:
            return None
        sent = request.form.get("csrf_token", "")
        return session if hmac.compare_digest(sent.encode(), session.csrf.encode()) else None

    def give(self, response: Any, session: Session) -> Any:
        """A response that tells the browser its session."""
        # In a frame of another site no cookie comes along, unless pages may be shown there.
        same_site = "Lax" if self._setup.enforces("framing-refused") else None
        response.set_cookie(COOKIE, session.cookie, httponly=True, samesite=same_site, path="/")
        return response
