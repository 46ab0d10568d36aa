"""Volleys: requests that reach a server at the same time, as nearly as one machine can have it.

Each gets a connection of its own and is sent but for its last byte; when all of them stand like that, the last bytes go
out together. So what the server does with one request it does with all, and no connection has to be made meanwhile.
What is asked, and what the answers mean, others know.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

import httpx

from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse
from oauth_model.live.manners import MARK, LiveError
from oauth_model.live.transport import AGENT, LARGEST, Transport


def volley(
    transport: Transport, requests: Sequence[HttpRequest], who: str = "client", purpose: str = ""
) -> list[HttpResponse]:
    """Send requests at the same time, within the manners of a transport and into its transcript; give their answers.

    Raises LiveError if one of them gets none that can be read.
    """
    for request in requests:
        transport.allowance.take(request.url)
    answers: list[HttpResponse] = []
    patience = transport.allowance.manners.patience
    with ExitStack() as open_ones:
        try:
            lines = [open_ones.enter_context(_Line(transport, request)) for request in requests]
            for line in lines:
                line.hold()
            for line in lines:
                line.release()
            until = time.monotonic() + patience
            for line in lines:
                answers.append(line.read(until))
        finally:
            missing = [None] * (len(requests) - len(answers))
            for request, answer in zip(requests, (*answers, *missing), strict=True):
                transport.transcript.append(Exchange(who, request, answer, purpose))
    return answers


class _Line:
    """A connection for one request. A context manager: leaving it closes the connection."""

    def __init__(self, transport: Transport, request: HttpRequest) -> None:
        self.transport, self.request = transport, request
        self.place = f"{request.method} {request.url.partition('?')[0]}"
        self.bytes = to_bytes(request, transport.allowance.probe)
        self.socket: socket.socket | None = None

    def __enter__(self) -> _Line:
        parts = urlsplit(self.request.url)
        manners = self.transport.allowance.manners
        try:
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
            self.socket = socket.create_connection((parts.hostname or "", port), timeout=manners.patience)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if parts.scheme == "https":
                self.socket = _context(manners.verify).wrap_socket(self.socket, server_hostname=parts.hostname)
        except OSError as failure:
            self.close()
            raise self._error(failure) from None
        except ValueError as failure:
            raise LiveError(f"{self.place}: is no URL that can be asked: {failure}") from None
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self.socket is not None:
            self.socket.close()

    def hold(self) -> None:
        """Send all but the last byte."""
        self._send(self.bytes[:-1])

    def release(self) -> None:
        """Send the last byte."""
        self._send(self.bytes[-1:])

    def _send(self, data: bytes) -> None:
        assert self.socket is not None
        try:
            self.socket.sendall(data)
        except OSError as failure:
            raise self._error(failure) from None

    def read(self, until: float) -> HttpResponse:
        """The answer, if it is there in time."""
        assert self.socket is not None
        answer = HTTPResponse(self.socket, method=self.request.method)
        try:
            self._wait(until)
            answer.begin()
            body = bytearray()
            while piece := answer.read1(65_536):
                body += piece
                if len(body) > LARGEST:
                    raise LiveError(f"{self.place}: the answer is longer than {LARGEST:,} bytes; is the URL right?")
                self._wait(until)
            if answer.length:
                raise LiveError(f"{self.place}: the server closed the connection in the middle of its answer")
            return _read(answer, bytes(body))
        except (OSError, HTTPException, httpx.HTTPError, LookupError, UnicodeError) as failure:
            raise self._error(failure) from None
        finally:
            answer.close()

    def _wait(self, until: float) -> None:
        assert self.socket is not None
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)

    def _error(self, failure: Exception) -> LiveError:
        patience = self.transport.allowance.manners.patience
        if isinstance(failure, TimeoutError):
            why = f"no answer within {patience:g} s, to requests at the same time; does the server take one at a time?"
            return LiveError(f"{self.place}: {why} (--patience)")
        if isinstance(failure, ssl.SSLError):
            reason = getattr(failure, "verify_message", "") or failure.reason or str(failure)
            way_out = "give the server a certificate that this machine trusts"
            return LiveError(f"{self.place}: TLS failed: {reason}; {way_out}")
        if isinstance(failure, ConnectionRefusedError | socket.gaierror):
            return LiveError(f"{self.place}: cannot be reached: {failure}; is the server up, and the URL right?")
        if isinstance(failure, ConnectionError):
            return LiveError(f"{self.place}: the server closed the connection without an answer: {failure}")
        return LiveError(f"{self.place}: the answer is no HTTP that can be read: {failure or type(failure).__name__}")


def to_bytes(request: HttpRequest, probe: str) -> bytes:
    """A request as it goes over the wire, HTTP/1.1 and one request a connection."""
    parts = urlsplit(request.url)
    body = request.body.encode()
    own = {name.lower() for name, _ in request.headers}
    headers = [("Host", _host(parts)), ("User-Agent", AGENT), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
    headers += [(MARK, probe), ("Connection", "close")]
    if request.form is not None:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    elif request.json is not None:
        headers.append(("Content-Type", "application/json"))
    if body or request.method not in ("GET", "HEAD"):
        headers.append(("Content-Length", str(len(body))))
    headers = [pair for pair in headers if pair[0].lower() not in own] + list(request.headers)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = (f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers))
    head = "".join(f"{line}\r\n" for line in lines)
    if any(letter in f"{request.method}{target}" for letter in " \r\n") or head.count("\n") != len(headers) + 1:
        raise LiveError(f"{request.method} {request.url!r}: a line break or a blank in it would make another request")
    return f"{head}\r\n".encode() + body


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _read(answer: HTTPResponse, body: bytes) -> HttpResponse:
    """The answer with its body as text, by the encodings that it names."""
    pairs = tuple(answer.getheaders())
    coded = [pair for pair in pairs if pair[0].lower() in ("content-type", "content-encoding")]
    plain = httpx.Response(answer.status, headers=coded, content=body)
    text = plain.content.decode(plain.charset_encoding or "utf-8", errors="replace")
    return HttpResponse(answer.status, pairs, text)
