"""The transport against servers that do what no server should: one clear error each, and nothing is left running."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import ipaddress
import re
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oauth_model.live import transport as module
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.manners import MARK, BoundReached, LiveError, Manners
from oauth_model.live.transport import Transport
from tests.live.raw import Raw, answer, redirect, serving

GOOD = answer("good")


def to(server: Raw, **manners: Any) -> Transport:
    return Transport(Manners(**{"patience": 60.0, **manners}).with_host_of(server.base))


def fails(sender: Transport, request: HttpRequest) -> str:
    """The one error that a request ends in: a line of text that names the request, and is in the transcript."""
    with pytest.raises(LiveError) as failure:
        sender.send(request)
    text = str(failure.value)
    assert "\n" not in text and len(text) < 400
    assert text.startswith(f"{request.method} {request.url.partition('?')[0]}: ")
    assert failure.value.__context__ is None or failure.value.__suppress_context__
    return text


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert set(threading.enumerate()) <= before


# ------------------------------------------------------------------ what is right


def test_a_request_goes_out_as_it_was_said_and_its_answer_comes_back_as_it_is() -> None:
    said = answer("yes", "Set-Cookie: a=1", "X-Twice: one", "set-cookie: b=2", "X-Twice: two", status="418 Teapot")
    with serving(said) as server, to(server) as sender:
        form = (("scope", "a b"), ("scope", "c&d"), ("empty", ""))
        headers = (("X-Own", "first"), ("X-Own", "second"))
        got = sender.send(HttpRequest("POST", f"{server.base}/x?q=1&q=2", headers, form=form))
        assert (got.status, got.body, got.location) == (418, "yes", None)
        assert [value for name, value in got.headers if name.lower() in ("set-cookie", "x-twice")] == [
            "a=1", "one", "b=2", "two",
        ]  # fmt: skip
        assert [exchange.answer for exchange in sender.transcript] == [got]
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert body == b"scope=a+b&scope=c%26d&empty="
        lines = head.decode().lower().split("\r\n")
        assert lines[0] == "post /x?q=1&q=2 http/1.1"
        assert [line for line in lines if line.startswith("x-own")] == ["x-own: first", "x-own: second"]
        assert f"{MARK}: {sender.allowance.probe}".lower() in lines
        assert {"content-type: application/x-www-form-urlencoded", "connection: close"} <= set(lines)


def test_json_is_sent_as_it_stands() -> None:
    with serving(GOOD) as server, to(server) as sender:
        sender.send(HttpRequest("POST", server.base, json='{"a": 1, "a": "é"}'))
        assert server.requests[0].endswith('\r\n\r\n{"a": 1, "a": "é"}'.encode())
        assert b"application/json" in server.requests[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with serving(redirect("/elsewhere", status=f"{status} Moved")) as server, to(server) as sender:
        got = sender.send(HttpRequest("GET", server.base))
        assert (got.status, got.location, len(server.requests)) == (status, "/elsewhere", 1)


def test_cookies_are_not_kept() -> None:
    with serving(answer("", "Set-Cookie: a=1"), GOOD) as server, to(server) as sender:
        for _ in range(2):
            sender.send(HttpRequest("GET", server.base))
        assert b"cookie" not in server.requests[1].lower()


def test_every_request_has_a_connection_of_its_own() -> None:
    with serving(GOOD) as server, to(server) as sender:
        for _ in range(3):
            assert sender.send(HttpRequest("GET", server.base)).body == "good"
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", 200, "to the end"),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, ""),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + GOOD, 200, "good"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nyo\r\n1\r\nu\r\n0\r\n\r\n", 200, "you"),
        (answer(gzip.compress(b"packed", mtime=0), "Content-Encoding: gzip"), 200, "packed"),
        (GOOD + b"and more than was said", 200, "good"),
    ],
)
def test_unusual_answers_that_are_http_are_read(said: bytes, status: int, body: str) -> None:
    with serving(said) as server, to(server) as sender:
        got = sender.send(HttpRequest("GET", server.base))
        assert (got.status, got.body) == (status, body)


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("iso-8859-1", b"caf\xe9", "café"),
        ('"utf-8"', "é".encode(), "é"),
        ("utf-16", "é".encode("utf-16"), "é"),
        ("utf-8", b"caf\xe9", "caf�"),
        ("no-such-set", "é".encode(), "é"),
        ("hex", "é".encode(), "é"),
        ("undefined", "é".encode(), "é"),
        ("", "é".encode(), "é"),
    ],
)
def test_text_is_read_in_its_character_set_or_else_as_utf_8(charset: str, body: bytes, text: str) -> None:
    with serving(answer(body, f"Content-Type: text/plain; charset={charset}")) as server, to(server) as sender:
        assert sender.send(HttpRequest("GET", server.base)).body == text


def test_header_fields_may_have_other_letters_than_ascii() -> None:
    with serving(redirect("/wäg")) as server, to(server) as sender:
        got = sender.send(HttpRequest("GET", server.base, (("X-Name", "Zoë"),)))
        assert got.location == "/wäg"
        assert "Zoë".encode() in server.requests[0]


# ------------------------------------------------------------------ what is not


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00\xff\xfe nonsense \r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"<html>no header at all</html>",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\nab",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"\x1b[31m" * 10_000 + b"\r\n\r\n",
        answer(b"not packed", "Content-Encoding: gzip"),
    ],
    ids=range(15),
)
def test_what_is_no_http_is_one_error_and_the_next_request_goes_on(said: bytes) -> None:
    with serving(said, GOOD) as server, to(server) as sender:
        text = fails(sender, HttpRequest("GET", f"{server.base}/x?secret=1"))
        assert "the answer is no HTTP that can be read: " in text and "secret" not in text
        assert sender.send(HttpRequest("GET", server.base)).body == "good"
        assert [exchange.answer is None for exchange in sender.transcript] == [True, False]


def test_a_server_that_breaks_off_is_said_to() -> None:
    def reset(server: Raw, wire: socket.socket) -> None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        wire.close()

    with serving(reset) as server, to(server) as sender:
        assert "the server broke off: " in fails(sender, HttpRequest("GET", server.base))


def test_a_server_that_is_down_cannot_be_reached() -> None:
    with serving(GOOD) as server:
        sender = to(server)
    with sender:
        assert "is the server up, and the URL right?" in fails(sender, HttpRequest("GET", server.base))


def hang(server: Raw, wire: Any) -> None:
    server.over.wait(20)


def hang_in_the_header(server: Raw, wire: Any) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    hang(server, wire)


def hang_in_the_body(server: Raw, wire: Any) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    hang(server, wire)


def drip(first: bytes, again: bytes) -> Callable[[Raw, Any], None]:
    """Sends something now and then, and so is never silent."""

    def dripping(server: Raw, wire: Any) -> None:
        wire.sendall(first)
        while not server.over.wait(0.02):
            wire.sendall(again)

    return dripping


OPEN_ENDED = b"HTTP/1.0 200 OK\r\n\r\n"
SLOW = {
    "silent": hang,
    "half a header": hang_in_the_header,
    "half a body": hang_in_the_body,
    "a header that goes on": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a body that goes on": drip(OPEN_ENDED, b"."),
    "chunks that go on": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    "an answer that is never the last": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@pytest.mark.parametrize("kind", SLOW)
def test_no_answer_is_waited_for_without_end(kind: str) -> None:
    with serving(SLOW[kind]) as server, to(server, patience=0.3) as sender:
        assert "no whole answer within 0.3 s" in fails(sender, HttpRequest("GET", server.base))


@pytest.mark.parametrize(
    "header", [b"Content-Length: 1000000000000", b"Transfer-Encoding: chunked", b"Content-Type: text/plain"]
)
def test_an_endless_body_is_an_error(header: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 100_000)

    def endless(server: Raw, wire: socket.socket) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n")
        piece = b"." * 4096
        while not server.over.is_set():
            wire.sendall(b"1000\r\n" + piece + b"\r\n" if b"chunked" in header else piece)

    with serving(endless) as server, to(server) as sender:
        text = fails(sender, HttpRequest("GET", server.base))
        assert "longer than 100,000 bytes; is this the right URL?" in text


@pytest.mark.skipif(sys.platform == "win32", reason="a thread cannot be interrupted there")
def test_ctrl_c_goes_through_and_closes_the_connection() -> None:
    closed = threading.Event()

    def interrupt(server: Raw, wire: socket.socket) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        with contextlib.suppress(ConnectionError):  # a reset, if something of the answer was not read yet
            assert wire.recv(1) == b""
        closed.set()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with serving(interrupt) as server, to(server) as sender:
            with pytest.raises(KeyboardInterrupt):
                sender.send(HttpRequest("GET", server.base))
            assert closed.wait(20)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://127.0.0.1/\x00",
        "ftp://127.0.0.1/",
        "http://127.0.0.1/" + "x" * 70_000,
    ],
    ids=range(6),
)
def test_what_is_no_url_is_not_asked(url: str) -> None:
    with Transport(Manners(frozenset({"127.0.0.1"}))) as sender, pytest.raises(LiveError) as failure:
        sender.send(HttpRequest("GET", url))
    assert re.search(r"cannot be sent: |is no URL that can be asked: ", str(failure.value))


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET /", "http://127.0.0.1/"),
        HttpRequest("GET", "http://127.0.0.1/", (("X-Name", "a\r\nX-Other: b"),)),
        HttpRequest("GET", "http://127.0.0.1/", (("no name", "a"),)),
        HttpRequest("POST", "http://127.0.0.1/", form=(("a", "\ud800"),)),
    ],
    ids=["method", "value", "name", "surrogate"],
)
def test_what_is_no_http_is_not_sent(request_: HttpRequest) -> None:
    with serving(GOOD) as server, to(server) as sender:
        request = HttpRequest(request_.method, server.base, request_.headers, request_.form)
        assert "cannot be sent: " in fails(sender, request)
        assert sender.send(HttpRequest("GET", server.base)).body == "good"


def test_hosts_that_nobody_named_and_requests_beyond_the_bound_are_not_made() -> None:
    with serving(GOOD) as server, to(server, requests=1) as sender:
        with pytest.raises(LiveError, match=r"'localhost' was not named by you"):
            sender.send(HttpRequest("GET", f"http://localhost:{server.port}/"))
        sender.send(HttpRequest("GET", server.base))
        with pytest.raises(BoundReached, match=r"1 requests were made.*--requests"):
            sender.send(HttpRequest("GET", server.base))
        assert len(server.requests) == len(sender.transcript) == 1


# ------------------------------------------------------------------ TLS


def certificate(folder: Path, address: str = "127.0.0.1", days: int = 30) -> Path:
    """A certificate that is signed by itself, with its key, in one file. It was given yesterday, for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(yesterday - datetime.timedelta(days=2))
        .not_valid_after(yesterday + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return file


def tls(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_trusts_is_an_error(tmp_path: Path) -> None:
    with serving(GOOD, tls=tls(certificate(tmp_path))) as server, to(server) as sender:
        text = fails(sender, HttpRequest("GET", server.base))
        assert "TLS failed: self-signed certificate; give the server a certificate" in text
        assert server.requests == []


@pytest.mark.parametrize(
    ("address", "days", "why"), [("127.0.0.2", 30, "IP address mismatch"), ("127.0.0.1", -1, "certificate has expired")]
)
def test_a_trusted_certificate_has_to_be_right(
    address: str, days: int, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, address, days)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(GOOD, tls=tls(file)) as server, to(server) as sender:
        text = fails(sender, HttpRequest("GET", server.base))
        assert "TLS failed: " in text and why in text


def test_a_certificate_is_trusted_that_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(GOOD, tls=tls(file)) as server, to(server) as sender:
        assert sender.send(HttpRequest("GET", server.base)).body == "good"


def test_certificates_are_not_checked_where_the_manners_say_so(tmp_path: Path) -> None:
    with serving(GOOD, tls=tls(certificate(tmp_path))) as server, to(server, verify=False) as sender:
        assert sender.send(HttpRequest("GET", server.base)).body == "good"


@pytest.mark.parametrize("kind", ["silent", "a body that goes on"])
def test_no_answer_is_waited_for_without_end_in_tls_either(kind: str, tmp_path: Path) -> None:
    with (
        serving(SLOW[kind], tls=tls(certificate(tmp_path))) as server,
        to(server, verify=False, patience=0.5) as sender,
    ):
        assert "no whole answer within 0.5 s" in fails(sender, HttpRequest("GET", server.base))


def test_a_handshake_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"https://127.0.0.1:{nobody.getsockname()[1]}/"
        with Transport(Manners(patience=0.3).with_host_of(url)) as sender:
            assert "no whole answer within 0.3 s" in fails(sender, HttpRequest("GET", url))


def test_https_to_a_server_that_speaks_http_is_said_to_be_that() -> None:
    with serving(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server, to(server) as sender:
        text = fails(sender, HttpRequest("GET", f"https://127.0.0.1:{server.port}/"))
        assert "is this an https URL of a server that speaks http?" in text


def test_http_to_a_server_that_speaks_tls_is_an_error(tmp_path: Path) -> None:
    with serving(GOOD, tls=tls(certificate(tmp_path))) as server, to(server) as sender:
        text = fails(sender, HttpRequest("GET", f"http://127.0.0.1:{server.port}/"))
        assert "the answer is no HTTP that can be read" in text or "the server broke off" in text
