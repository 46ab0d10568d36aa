"""A small authorization server for the tests of reports and races: login, consent, codes, rotated refresh tokens.

Its one switch that matters is whether it looks a code or refresh token up and marks it as used in one step. Where it
does not, it waits between the two until all requests of a volley have looked it up: so the race is certain.
"""

from __future__ import annotations

import base64
import html
import json
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit

from oauth_model.live.adapter import CONFIDENTIAL, VICTIM, Account, Adapter, Endpoints, Registration, Target

CLIENT_ID, SECRET, REDIRECT_URI = "shop", "s3cr3t/of+the shop:'\"", "https://shop.example/cb"
ALONE = 1.0
"""Seconds for which a request waits for others with the same value."""

PASSWORD = "pass word&w0rd'\"<"


class SmallServer(ThreadingHTTPServer):
    """Listens on a port of the system's choice. `at_once` requests come together; `rotates` refresh tokens."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *, atomic: bool = True, rotates: bool = True, at_once: int = 4) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.atomic, self.rotates = atomic, rotates
        self.at_once = at_once
        self.arrived = threading.Condition()
        self.waiting: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.number = 0
        self.sessions: set[str] = set()
        self.unused: set[str] = set()
        self.tokens: set[str] = set()
        self.seen: list[str] = []
        self.headers: list[Message] = []
        self.certificate: Path | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.server_address[1]}"

    def fresh(self, kind: str) -> str:
        """A new value that needs escaping wherever it goes."""
        with self.lock:
            self.number += 1
            return f"{kind}/{self.number:04}+x=="

    def target(self) -> Target:
        """What a probe knows of it."""
        endpoints = Endpoints(f"{self.url}/authorize", f"{self.url}/token", resource=f"{self.url}/resource")
        clients = {CONFIDENTIAL: Registration(CLIENT_ID, (REDIRECT_URI,), SECRET)}
        return Target(endpoints, clients, {VICTIM: Account("alice", PASSWORD)})


@contextmanager
def running(server: SmallServer, tls: tuple[Path, Path] | None = None) -> Iterator[SmallServer]:
    """Serve until the block ends. `tls` are files with a certificate and its key."""
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.certificate = tls[0]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class SmallAdapter(Adapter):
    """Names the server that runs."""

    slug, title = "small", "A small server"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SmallServer

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        """The authorization endpoint and the resource."""
        parts = urlsplit(self.path)
        self.server.seen.append(f"GET {parts.path}")
        if parts.path == "/authorize":
            if self._session() is None:
                return self._go(f"/login/{quote(self.server.fresh('interaction'), safe='')}?{parts.query}")
            return self._page("consent", parts.query)
        if parts.path.startswith("/login/"):
            return self._page("login", parts.query)
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        return self._json(200 if token in self.server.tokens else 401, {"owner": "alice"})

    def do_POST(self) -> None:
        """Login, consent and the token endpoint."""
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        form, parts = dict(parse_qsl(body)), urlsplit(self.path)
        self.server.seen.append(f"POST {parts.path} {body}")
        self.server.headers.append(self.headers)
        if parts.path == "/token":
            return self._token(form)
        if form.get("csrf") not in self.server.unused:
            return self._json(403, {"error": "csrf"})
        if parts.path == "/consent":
            code = self.server.fresh("code")
            self.server.unused.add(code)
            pairs = {"code": code, "state": dict(parse_qsl(parts.query)).get("state", "")}
            return self._go(f"{REDIRECT_URI}?{urlencode(pairs)}")
        if (form.get("username"), form.get("password")) != ("alice", PASSWORD):
            return self._page("login", parts.query)
        session = self.server.fresh("session")
        self.server.sessions.add(session)
        return self._go(f"/authorize?{parts.query}", f"session={session}; Path=/; HttpOnly")

    def _token(self, form: dict[str, str]) -> None:
        name, _, secret = base64.b64decode((self.headers["Authorization"] or " ").split()[1]).decode().partition(":")
        if (name, unquote_plus(secret)) != (CLIENT_ID, SECRET):
            return self._json(401, {"error": "invalid_client"})
        refreshing = form.get("grant_type") == "refresh_token"
        if not self._take(form.get("refresh_token" if refreshing else "code", ""), refreshing):
            return self._json(400, {"error": "invalid_grant"})
        token, refresh = self.server.fresh("token"), self.server.fresh("refresh")
        self.server.tokens.add(token)
        self.server.unused.add(refresh)
        return self._json(200, {"access_token": token, "token_type": "Bearer", "refresh_token": refresh})

    def _take(self, value: str, refreshing: bool) -> bool:
        """Whether a code or refresh token was not used yet; it is then."""
        server = self.server
        if refreshing and not server.rotates:
            return value in server.unused
        if server.atomic:
            with server.lock:
                found = value in server.unused
                server.unused.discard(value)
                return found
        with server.arrived:
            found = value in server.unused
            server.waiting[value] += 1
            server.arrived.notify_all()
            # Between looking and marking there is room for all of a race; who comes alone waits in vain.
            server.arrived.wait_for(lambda: server.waiting[value] >= server.at_once, timeout=ALONE)
            server.unused.discard(value)
        return found

    # -------------------------------------------------------------- answers

    def _session(self) -> str | None:
        cookies = dict(pair.split("=", 1) for pair in (self.headers["Cookie"] or "").split("; ") if pair)
        return cookies.get("session") if cookies.get("session") in self.server.sessions else None

    def _page(self, name: str, query: str) -> None:
        csrf = self.server.fresh("csrf")
        self.server.unused.add(csrf)
        fields = '<input name="username"><input type="password" name="password">' if name == "login" else ""
        page = f"""<form method="post" action="/{name}?{html.escape(query)}">{fields}
            <input type="hidden" name="csrf" value="{csrf}"><button name="decision" value="allow">OK</button></form>"""
        self._answer(200, {"Content-Type": "text/html"}, page.encode())

    def _go(self, location: str, cookie: str | None = None) -> None:
        self._answer(302, {"Location": location, **({"Set-Cookie": cookie} if cookie else {})}, b"")

    def _json(self, status: int, data: dict[str, str]) -> None:
        self._answer(status, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Answer in chunks."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (body[:7], body[7:]):
            if piece:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")
