"""Races against a server that looks up and marks in two steps, one that does it in one, and some that do not answer."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from oauth_model.live.exchange import HttpRequest
from oauth_model.live.findings import Race
from oauth_model.live.lab import Lab
from oauth_model.live.manners import MARK, BoundReached, LiveError, Manners
from oauth_model.live.races import CODE, REFRESH_TOKEN, finding_of, race_for_code, race_for_refresh_token
from oauth_model.live.transport import Transport
from oauth_model.live.volley import to_bytes, volley
from tests.live.small_server import SmallAdapter, SmallServer, running

LOOPBACK = Manners(hosts=frozenset({"127.0.0.1"}), patience=5)


@contextmanager
def laboratory(server: SmallServer, manners: Manners = LOOPBACK) -> Iterator[Lab]:
    with running(server), Transport(manners) as transport:
        yield Lab(SmallAdapter(), server.target(), transport)


def test_a_code_is_redeemed_by_all_where_it_is_marked_too_late() -> None:
    with laboratory(SmallServer(atomic=False)) as lab:
        race = race_for_code(lab, trials=3)
    assert (race.what, race.trials, race.at_once) == (CODE, 3, 4)
    assert race.successes == (4, 4, 4)
    assert race.broken
    finding = finding_of(race)
    assert finding is not None and finding.level == "error" and "4" in finding.summary
    assert finding.rule == "codes-are-single-use"
    volley_of_it = [each for each in finding.exchanges if each.purpose.startswith("token request")]
    assert len(volley_of_it) == 4 and len({each.request for each in volley_of_it}) == 1
    assert finding.exchanges[0].purpose == "authorization request", "what led to the code is kept, too"


def test_a_code_is_redeemed_once_where_it_is_marked_in_one_step() -> None:
    with laboratory(SmallServer()) as lab:
        race = race_for_code(lab, trials=3)
    assert race.successes == (1, 1, 1)
    assert not race.broken and finding_of(race) is None


@pytest.mark.parametrize(("atomic", "expected"), [(False, 4), (True, 1)])
def test_a_refresh_token(atomic: bool, expected: int) -> None:
    with laboratory(SmallServer(atomic=atomic)) as lab:
        race = race_for_refresh_token(lab, trials=2)
    assert race.successes == (expected, expected)
    assert (finding_of(race) is not None) == (expected > 1)


def test_there_is_nothing_to_race_for_where_refresh_tokens_are_not_rotated() -> None:
    with laboratory(SmallServer(rotates=False)) as lab:
        race = race_for_refresh_token(lab)
    assert (race.what, race.trials, race.successes) == (REFRESH_TOKEN, 0, ())
    assert "may be used again" in race.because and not race.broken


def test_a_volley_keeps_to_the_manners() -> None:
    with laboratory(SmallServer()) as lab:
        made = lab.transport.allowance.made
        volley(lab.transport, [HttpRequest("GET", lab.target.endpoints.resource or "")] * 3, "client", "use")
        assert lab.transport.allowance.made == made + 3
        assert [each.purpose for each in lab.transport.transcript[-3:]] == ["use"] * 3
        with pytest.raises(LiveError, match="was not named by you"):
            volley(lab.transport, [HttpRequest("GET", "http://localhost:1/")])
    bounded = Manners(hosts=LOOPBACK.hosts, requests=1)
    with laboratory(SmallServer(), bounded) as lab, pytest.raises(BoundReached, match="--requests"):
        volley(lab.transport, [HttpRequest("GET", lab.target.endpoints.resource or "")] * 2)


def test_a_race_needs_two() -> None:
    with laboratory(SmallServer()) as lab, pytest.raises(LiveError, match="2 requests at once"):
        race_for_code(lab, at_once=1)


def test_the_bytes_are_those_of_the_request() -> None:
    request = HttpRequest("POST", "http://[::1]:8080?a=b", (("Authorization", "Basic x"),), (("a", "ü&"), ("a", "")))
    head, _, body = to_bytes(request, "77").partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /?a=b HTTP/1.1"
    assert {"Host: [::1]:8080", f"{MARK}: 77", "Authorization: Basic x", f"Content-Length: {len(body)}"} <= set(lines)
    assert body == b"a=%C3%BC%26&a="
    with pytest.raises(LiveError, match="another request"):
        to_bytes(HttpRequest("GET", "http://as.example/", (("X", "1\r\nHost: other"),)), "77")
    with pytest.raises(LiveError, match="another request"):
        to_bytes(HttpRequest("GET", "http://as.example/a b"), "77")


# ------------------------------------------------------------------ servers that do not answer


@contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """A server that reads each request and says `answer` and closes, or with None says nothing and stays."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []
        replies: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                if answer is not None:
                    replies.append(threading.Thread(target=reply, args=(connection, answer)))
                    replies[-1].start()

        def reply(connection: socket.socket, answer: bytes) -> None:
            with connection, suppress(OSError):  # the other end closes all connections once one has failed
                received, piece = b"", b"-"
                while piece and b"\r\n\r\n" not in received:
                    piece = connection.recv(4096)
                    received += piece
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/token"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for each in (thread, *replies):
                each.join()
            for connection in connections:
                connection.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(None, "no answer within 0.2 s", id="hangs"),
        pytest.param(b"", "closed the connection without an answer", id="closes"),
        pytest.param(b"garbage\r\n\r\n", "is no HTTP that can be read", id="garbage"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", "in the middle", id="cut short"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}", "no HTTP that can", id="cut in a chunk"
        ),
    ],
)
def test_one_clear_error_for_a_server_that_does_not_answer(answer: bytes | None, said: str) -> None:
    manners = Manners(hosts=LOOPBACK.hosts, patience=0.2 if answer is None else 5)
    with answering(answer) as url, Transport(manners) as transport:
        with pytest.raises(LiveError, match=said) as raised:
            volley(transport, [HttpRequest("GET", url)] * 3)
        assert str(raised.value).startswith(f"GET {url}: ")
        assert [each.answer for each in transport.transcript] == [None] * 3


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Transport(LOOPBACK) as transport, pytest.raises(LiveError, match="cannot be reached"):
        volley(transport, [HttpRequest("GET", f"http://127.0.0.1:{port}/")] * 2)


def test_all_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    create = socket.create_connection

    def watched(*args: object, **kwargs: object) -> socket.socket:
        made.append(create(*args, **kwargs))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(socket, "create_connection", watched)
    with answering(b"garbage") as url, Transport(LOOPBACK) as transport, pytest.raises(LiveError):
        volley(transport, [HttpRequest("GET", url)] * 3)
    assert len(made) == 3 and all(connection.fileno() == -1 for connection in made)


# ------------------------------------------------------------------ https


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1's own, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run([*command, "-out", str(files[0]), "-keyout", str(files[1])], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no openssl here that makes certificates")
    return files


def test_a_race_over_tls(certificate: tuple[Path, Path]) -> None:
    manners = Manners(hosts=LOOPBACK.hosts, verify=False)
    with running(SmallServer(atomic=False), certificate) as server, Transport(manners) as transport:
        race: Race = race_for_code(Lab(SmallAdapter(), server.target(), transport), trials=1)
    assert race.successes == (4,)


def test_a_certificate_that_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    with running(SmallServer(), certificate) as server, Transport(LOOPBACK) as transport:
        requests = [HttpRequest("GET", f"{server.url}/resource")] * 2
        with pytest.raises(LiveError, match=r"TLS failed: .*self.signed"):
            volley(transport, requests)


def test_a_certificate_that_is_trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ssl.create_default_context

    def trusting(**usual: object) -> ssl.SSLContext:
        return plain(cafile=str(certificate[0]))

    monkeypatch.setattr(ssl, "create_default_context", trusting)
    with running(SmallServer(), certificate) as server, Transport(LOOPBACK) as transport:
        answers = volley(transport, [HttpRequest("GET", f"{server.url}/resource")] * 2)
    assert [answer.status for answer in answers] == [401, 401]
