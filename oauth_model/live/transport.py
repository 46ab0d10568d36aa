"""The transport: sends requests within the manners of a probe, and keeps the transcript.

Redirects are never followed here: a redirect is an answer to be looked at. Whatever goes wrong on the way - nobody
listens, no answer in time, a certificate that is not right, bytes that are no HTTP - is one LiveError.

Every request has a connection of its own. On one that is kept, a server that has just closed it cannot be told from
one that breaks off, and no request of a probe may be sent twice.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse
from oauth_model.live.manners import MARK, Allowance, LiveError, Manners

AGENT = "oauth-model (security test of the server's owner)"
LARGEST = 4_000_000
"""Bytes of an answer that are read; a longer one is an error."""


class Transport:
    """Sends requests, one at a time, and remembers them. A context manager: leaving it closes all connections."""

    def __init__(self, manners: Manners) -> None:
        self.allowance = Allowance(manners)
        self.transcript: list[Exchange] = []
        self._own = {
            "User-Agent": AGENT,
            MARK: self.allowance.probe,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        # Not httpx.Client, which builds the next request out of every redirect, and fails where that cannot be asked.
        self._http = httpx.HTTPTransport(verify=_trusted() if manners.verify else False, trust_env=False)

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def send(self, request: HttpRequest, who: str = "client", purpose: str = "") -> HttpResponse:
        """Send a request, and give its answer. Raises LiveError where none comes that can be read."""
        place = f"{request.method} {request.url.partition('?')[0]}"
        try:
            _ = urlsplit(request.url).port  # sockets take one above 65535 for another port
        except ValueError as failure:
            raise LiveError(f"{place}: is no URL that can be asked: {failure}") from None
        self.allowance.take(request.url)
        try:
            answer = self._send(request, place)
        except LiveError:
            self.transcript.append(Exchange(who, request, None, purpose))
            raise
        self.transcript.append(Exchange(who, request, answer, purpose))
        return answer

    def _send(self, request: HttpRequest, place: str) -> HttpResponse:
        with _Deadline(self.allowance.manners.patience) as deadline:
            try:
                answer = self._exchange(request, place, deadline)
            except httpx.HTTPError as failure:
                if not deadline.is_over:
                    raise LiveError(f"{place}: {self._why(failure)}") from None
            except (httpx.InvalidURL, UnicodeError) as failure:
                raise LiveError(f"{place}: cannot be sent: {_short(failure)}") from None
            if deadline.is_over:
                raise LiveError(f"{place}: {self._too_late()}")
            return answer

    def _exchange(self, request: HttpRequest, place: str, deadline: _Deadline) -> HttpResponse:
        named = {name.lower() for name, _ in request.headers}
        headers = [*((name, value) for name, value in self._own.items() if name.lower() not in named), *request.headers]
        if request.form is not None:
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        elif request.json is not None:
            headers.append(("Content-Type", "application/json"))
        content = request.body.encode() if request.form is not None or request.json is not None else None
        timeout = httpx.Timeout(self.allowance.manners.patience).as_dict()
        asked = httpx.Request(
            request.method,
            request.url,
            headers=[(name.encode(), value.encode()) for name, value in headers],
            content=content,
            extensions={"timeout": timeout, "trace": deadline.watch},
        )
        with contextlib.closing(self._http.handle_request(asked)) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise LiveError(f"{place}: the answer is longer than {LARGEST:,} bytes; is this the right URL?")
            pairs = tuple((name, value) for name, value in answer.headers.multi_items())
            return HttpResponse(answer.status_code, pairs, _text(bytes(body), answer.charset_encoding))

    def _why(self, failure: httpx.HTTPError) -> str:
        """What went wrong, and the way out."""
        if isinstance(failure, httpx.TimeoutException):
            return self._too_late()
        if isinstance(failure, httpx.ConnectError):
            return _why_no_connection(failure)
        if isinstance(failure, (httpx.LocalProtocolError, httpx.UnsupportedProtocol)):
            return f"cannot be sent: {_short(failure)}"
        if isinstance(failure, httpx.NetworkError):
            return f"the server broke off: {_short(failure)}"
        return f"the answer is no HTTP that can be read: {_short(failure)}"

    def _too_late(self) -> str:
        return f"no whole answer within {self.allowance.manners.patience:g} s; is the server up? (--patience)"


class _Deadline:
    """Breaks an exchange off when its time is over, however busily bytes still come: timeouts of sockets are for each
    read alone. It learns of the connection by `watch`, httpx's trace extension."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, facts: Mapping[str, Any]) -> None:
        """Be told of an event: of a new connection, or of TLS that was begun on it."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = facts["return_value"].get_extra_info("socket")
            if self.is_over:
                self._end()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with contextlib.suppress(OSError):  # that of a TLS socket is another method, and not for other threads
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _text(body: bytes, charset: str | None) -> str:
    """A body as text; one whose character set nobody knows is read as UTF-8."""
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", errors="replace")


def _trusted() -> ssl.SSLContext:
    """Certificates are checked against those that come with httpx, this machine's own, and SSL_CERT_FILE."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _short(failure: Exception) -> str:
    return " ".join(str(failure).split())[:200] or type(failure).__name__


def _why_no_connection(failure: httpx.ConnectError) -> str:
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message.rstrip(".")
            return f"TLS failed: {why}; give the server a certificate that this machine trusts (SSL_CERT_FILE)"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {cause.reason or _short(cause)}; is this an https URL of a server that speaks http?"
        cause = cause.__cause__ or cause.__context__
    return f"cannot be reached: {_short(failure)}; is the server up, and the URL right?"
