"""The examples for probing, and what docs/live.md shows: the file for a running server, and an adapter of one's own.

The commands are run as they stand there, with the files in a folder of its own outside the package.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from oauth_model.live.adapter import ATTACKERS, CONFIDENTIAL, PUBLIC, Account, Dialect, Endpoints, Pages, Registration
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.manners import Manners
from oauth_model.live.running import SETTINGS, TABLES, RunningServer
from oauth_model.names import InputError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES, PAGE = ROOT / "examples", ROOT / "docs" / "live.md"
FILE = EXAMPLES / "running_server.toml"
LIMIT = 30

START = [sys.executable, "-P", "-c", "from oauth_model.cli import main; main(prog_name='oauth-model')"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def after(heading: str, language: str) -> str:
    """The first block of a language after a heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^```{language}\n(.*?)^```$", text[text.index(heading) :], re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def probe(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A probe with the example's adapter in the current folder."""
    shutil.copy(EXAMPLES / "our_server.py", folder)
    command = [*START, "probe", *arguments, "--jobs", "1"]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


# ------------------------------------------------------------------ a server that is already running


def test_the_file_describes_the_demo_server(tmp_path: Path) -> None:
    demo = DemoAdapter()
    try:
        running = demo.start()
        port = str(running.endpoints.authorization).split(":")[2].split("/")[0]
        described = tmp_path / "described.toml"
        described.write_text(FILE.read_text(encoding="utf-8").replace("8765", port), encoding="utf-8")
        adapter = RunningServer(described, Manners())
        assert adapter.title == f"The demo server, on port {port}"
        target = adapter.start()
        assert target.endpoints == running.endpoints
        assert (target.clients, target.accounts) == (running.clients, running.accounts)
        assert (target.pages, target.scopes) == (running.pages, running.scopes)
        assert target.dialect == Dialect(refresh_rotation=True)
    finally:
        demo.stop()


def test_a_misspelt_key_of_it_is_an_error(tmp_path: Path) -> None:
    misspelt = tmp_path / "misspelt.toml"
    misspelt.write_text(FILE.read_text(encoding="utf-8").replace("scope_field", "scopefield"), encoding="utf-8")
    with pytest.raises(InputError, match=r"pages: 'scopefield' .*did you mean 'scope_field'"):
        RunningServer(misspelt, Manners())


def test_a_rule_for_challenges_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    unknown = tmp_path / "unknown.toml"
    unknown.write_text(f'{FILE.read_text(encoding="utf-8")}pkce = "always"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"dialect\.pkce: 'always' .*required, optional, none"):
        RunningServer(unknown, Manners())


def test_every_key_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("| key | says |") :].split("\n\n")[0]
    keys = {*SETTINGS, *(f"[{name}]" for name in TABLES if name not in ("clients", "accounts"))} - {"operations"}
    keys |= {f"[clients.{name}]" for name in (CONFIDENTIAL, PUBLIC, ATTACKERS)} | {"[operations]", "[accounts.alice]"}
    for kind in (Endpoints, Registration, Account, Pages, Dialect):
        keys |= {field.name for field in fields(kind)}
    assert not {key for key in keys if f"`{key}`" not in table}


# ------------------------------------------------------------------ an adapter of one's own


def test_the_page_shows_the_adapter_and_it_is_short() -> None:
    shown = after("## An adapter of your own", "python")
    assert shown == (EXAMPLES / "our_server.py").read_text(encoding="utf-8")
    assert len([line for line in shown.splitlines() if line.strip()]) <= LIMIT


def test_the_adapter_is_probed_as_the_page_says(tmp_path: Path) -> None:
    command, *lines = after("## An adapter of your own", "console").splitlines()
    done = probe(tmp_path, *shlex.split(command.removeprefix("$ oauth-model probe")))
    assert done.returncode == 1, done.stdout + done.stderr
    assert lines
    for line in lines:
        assert line in done.stdout, done.stdout
    levels = re.findall(r"^\d+\. (error|warning|note): ", done.stdout, re.MULTILINE)
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert {"error", "note"} <= set(levels)


def test_a_probe_that_came_to_its_bound_decides_nothing(tmp_path: Path) -> None:
    done = probe(tmp_path, "our_server:OurServer", "--requests", "30")
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("cut: ")
