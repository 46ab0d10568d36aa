"""A server of raw bytes on loopback: it reads requests, and answers whatever a test says, HTTP or not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

Answer = bytes | Callable[["Raw", Any], None]
"""What a connection is answered: bytes, or what is done with it once the request is there."""


class Raw:
    """The n-th connection gets the n-th answer, and those after the last one get that one.

    `requests` are what came, one for each connection. `over` is set when the server is to end; whoever waits or repeats
    himself in an answer looks at it.
    """

    def __init__(self, answers: tuple[Answer, ...], tls: ssl.SSLContext | None) -> None:
        self.requests: list[bytes] = []
        self.over = threading.Event()
        self._answers, self._tls = answers, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def heads(self) -> list[str]:
        """The first lines of the requests, without the version."""
        return [request.split(b" HTTP/1.1\r\n")[0].decode() for request in self.requests]

    def stop(self) -> None:
        """End it, and wait until all its threads have."""
        self.over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 5).close()  # wakes the thread that accepts
        for thread in self._threads:
            thread.join(20)
        self._listener.close()
        assert not any(thread.is_alive() for thread in self._threads)

    def _accept(self) -> None:
        while True:
            wire, _ = self._listener.accept()
            if self.over.is_set():
                wire.close()
                return
            answer = self._answers[min(len(self._threads), len(self._answers)) - 1]
            self._threads.append(threading.Thread(target=self._answer, args=(wire, answer)))
            self._threads[-1].start()

    def _answer(self, wire: socket.socket, answer: Answer) -> None:
        with wire, contextlib.suppress(OSError):  # who asked may have gone, or not like the certificate
            wire.settimeout(20)
            with self._tls.wrap_socket(wire, server_side=True) if self._tls else wire as talk:
                self.requests.append(read_request(talk))
                if isinstance(answer, bytes):
                    talk.sendall(answer)
                else:
                    answer(self, talk)
                if not self._tls:  # whoever has sent more than was read gets a reset, and may lose the answer
                    talk.shutdown(socket.SHUT_WR)


def read_request(wire: socket.socket) -> bytes:
    """A request with its body, or what there is of it; of what is no HTTP but begins TLS, the first piece."""
    data = b""
    while b"\r\n\r\n" not in data and not data.startswith(b"\x16"):
        piece = wire.recv(65_536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length and (piece := wire.recv(65_536)):
        body += piece
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Raw]:
    """A server for as long as the block lasts."""
    server = Raw(answers, tls)
    try:
        yield server
    finally:
        server.stop()


def answer(body: str | bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP answer with its length."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(data)}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + data


def redirect(to: str, *headers: str, status: str = "302 Found") -> bytes:
    """A redirect; `to` is sent as UTF-8."""
    return answer("", "Location: " + to.encode().decode("latin-1"), *headers, status=status)


def page(html: str, *headers: str, status: str = "200 OK") -> bytes:
    """A page of HTML."""
    return answer(html, "Content-Type: text/html; charset=utf-8", *headers, status=status)
