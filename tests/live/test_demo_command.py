"""The demo server's start and end, as an adapter and as the command: nothing of it stays behind."""

import os
import signal
import socket
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from oauth_model.cli import main
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.manners import LiveError, Manners
from oauth_model.live.transport import Transport
from tests.live.demo_lab import authorized, laboratory, redeemed
from tests.processes import started

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_left_when_it_is_stopped() -> None:
    before = set(threading.enumerate())
    adapter = DemoAdapter()
    target = adapter.start()
    with pytest.raises(LiveError, match="runs already"):
        adapter.start()
    assert adapter._server is not None
    file = Path(adapter._server.store.path)
    with sqlite3.connect(file) as connection:
        assert ("codes",) in connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    adapter.stop()
    adapter.stop()
    assert not file.parent.exists()
    assert set(threading.enumerate()) == before
    assert adapter.advance(1) is False
    with (
        Transport(Manners().with_host_of(target.endpoints.token)) as transport,
        pytest.raises(LiveError, match="reached"),
    ):
        transport.send(HttpRequest("GET", target.endpoints.token))


def test_a_named_file_stays_and_is_used_again(tmp_path: Path) -> None:
    file = tmp_path / "demo.sqlite"
    with laboratory(DemoAdapter(file=file)) as lab:
        token = redeemed(lab, authorized(lab, resource=None)).token
        assert lab.use(token).status == 200
    with laboratory(DemoAdapter(["audience"], file=file)) as lab:
        assert lab.use(token).status == 200


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    text, foreign = tmp_path / "notes.txt", tmp_path / "foreign.sqlite"
    text.write_text("no database, but long enough to look like one: " + "x" * 100, encoding="utf-8")
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for adapter, why in (
            (DemoAdapter(port=port), f"port {port}: cannot be listened at"),
            (DemoAdapter(file=text), "notes.txt: cannot be used as the server's file"),
            (DemoAdapter(file=foreign), "foreign.sqlite: is a database of another program"),
            (DemoAdapter(file=tmp_path / "no" / "where"), "cannot be opened as the server's file"),
        ):
            with pytest.raises(LiveError, match=why):
                adapter.start()
            adapter.stop()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "oauth_model.live.demo.endpoints", raising=False)
    monkeypatch.setitem(sys.modules, "authlib.oauth2", None)
    with pytest.raises(LiveError, match=r"pip install 'oauth-model\[demo\]'"):
        DemoAdapter().start()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT to send there")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_interrupted(how: signal.Signals) -> None:
    start = [sys.executable, "-c", "from oauth_model.cli import main; main(prog_name='oauth-model')", "demo"]
    options = ["--off", "iss", "--off", "see-other", "--sabotage", "wider-scope"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    with started(*start, *options, env=environment, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        told = ""
        while "Ctrl-C" not in told:
            line = process.stdout.readline()
            assert line, told
            told += line
        issuer = told.splitlines()[0].removeprefix("issuer: ")
        with Transport(Manners().with_host_of(issuer)) as transport:
            assert transport.send(HttpRequest("GET", f"{issuer}/")).status == 200
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "stopped\n")
    for part in (
        "demo-secret-of-client.example",
        "alice-through",
        "/token",
        "  iss ",
        "oauth-model probe demo",
        "wider-s",
    ):
        assert part in told
    with Transport(Manners().with_host_of(issuer)) as transport, pytest.raises(LiveError, match="cannot be reached"):
        transport.send(HttpRequest("GET", f"{issuer}/"))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--off", "pkse-s256"], "did you mean 'pkce-s256'?"),
        (["--sabotage", "x"], "sabotage: 'x' is not"),
        (["--file", "/no/such/folder/demo.sqlite"], "cannot be opened"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(arguments: list[str], why: str) -> None:
    result = CliRunner().invoke(main, ["demo", *arguments])
    assert result.exit_code == 2
    assert why in result.output and len(result.output.splitlines()) == 1
