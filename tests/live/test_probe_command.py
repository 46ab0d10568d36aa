"""The command `oauth-model probe`: what it prints and writes, its exit statuses, and whom it asks."""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from oauth_model.live.demo.adapter import DemoAdapter
from tests.live.probing import one_error, run, running
from tests.processes import started, until

pytestmark = pytest.mark.xdist_group("live-probe-command")

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--jobs", 1, "--only", "walks", "--examples", 2, "--steps", 10)
"""A probe of a second or two."""
SOUND = ("probe", "demo", *SMALL)
WEAK = ("probe", "demo", "--jobs", 1, "--only", "attacks", "--attack", "redirect-307", "--off", "see-other")

OWN = '''
from oauth_model.live.demo.adapter import DemoAdapter


class Sabotaged(DemoAdapter):
    """A server of one's own: its token endpoint gives every scope there is."""

    def __init__(self):
        super().__init__(sabotage="wider-scope")


NUMBER = 7
'''


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user's module with an adapter, in the current directory."""
    (tmp_path / "own_server.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "own_server", raising=False)
    return "own_server"


# ------------------------------------------------------------------ what it prints and writes


def test_a_broken_server_is_reported_in_every_form(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    result = run(*WEAK, "--output", folder)
    assert result.exit_code == 1, result.output
    assert "redirect-307" in result.stdout and "see-other" in result.stdout
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    plain = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert any(each["rule"] == "redirect-307" and each["level"] == "error" for each in plain["findings"])
    sarif = json.loads(next(folder.glob("*.sarif")).read_text(encoding="utf-8"))
    assert "redirect-307" in {each["ruleId"] for each in sarif["runs"][0]["results"]}
    junit = ElementTree.parse(next(folder.glob("*.xml"))).getroot()
    assert list(junit.iter("failure")) and any("redirect-307" in str(each.attrib) for each in junit.iter())
    (deployment,) = (path for path in folder.rglob("*.toml"))
    assert tomllib.loads(deployment.read_text(encoding="utf-8"))
    for ending in (".sh", ".run.json", ".http", "report.txt"):
        assert any(name.endswith(ending) for name in names), names
    everything = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.*") if path.suffix != ".png")
    assert "alice-through-the-looking-glass" not in everything and "demo-secret-of" not in everything


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit"])
def test_a_form_is_printed_alone(form: str) -> None:
    result = run(*SOUND, "--format", form)
    assert result.exit_code == 0, result.output
    match form:
        case "json":
            assert json.loads(result.stdout)["target"] == "demo"
        case "sarif":
            assert json.loads(result.stdout)["version"] == "2.1.0"
        case "junit":
            assert not list(ElementTree.fromstring(result.stdout).iter("failure"))
        case _:
            assert "own demo server" in result.stdout
    assert "measuring" in result.stderr and "random walks" in result.stderr
    assert "attack:" not in result.stderr and "racing" not in result.stderr


def test_the_same_command_says_the_same() -> None:
    texts = [re.sub(r"127\.0\.0\.1:\d+", "HOST", run(*SOUND, "--seed", 3).stdout) for _ in range(2)]
    assert texts[0] == texts[1]


def test_the_last_line_tells_only_of_what_was_done() -> None:
    walked = run(*SOUND).stdout.splitlines()[-1]
    assert "; 2 random walks of at most 10 drawn steps" in walked
    assert "race" not in walked and "attack" not in walked
    raced = run("probe", "demo", "--jobs", 1, "--only", "races").stdout.splitlines()[-1]
    assert raced.endswith("; 2 races of 8 trials, 4 requests at once")
    tried = run(*WEAK).stdout.splitlines()[-1]
    assert "; 1 attack" in tried and "race" not in tried and "walk" not in tried


def test_what_the_bound_cuts_is_told() -> None:
    result = run(*SOUND, "--requests", 30, "--format", "json")
    plain = json.loads(result.stdout)
    assert result.exit_code in (1, 2)
    assert "raise it with --requests" in plain["cut"]
    assert plain["requests"] == 30


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("dmo",), "did you mean 'demo'?"),
        (("demo", "--attack", "mixup"), "mix-up"),
        (("demo", "--off", "pkse-s256"), "did you mean 'pkce-s256'?"),
        (("demo", "--on", "iss"), "pushed-requests"),
        (("demo", "--sabotage", "sloth"), "sabotage: 'sloth' is not"),
        (("no/such/file.toml",), "no/such/file.toml: cannot be read"),
        (("no_such_module:SERVER",), "no_such_module"),
        (("file.toml", "--off", "iss"), "only the demo server has switches"),
    ],
)
def test_a_name_that_is_unknown_is_one_error(arguments: tuple[str, ...], why: str) -> None:
    assert why in one_error(run("probe", *arguments))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert "is not empty" in one_error(run(*SOUND, "--output", tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_made_is_told_before_the_first_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    result = run(*SOUND, "--output", tmp_path / "file" / "report")
    assert f"--output: {tmp_path / 'file'}" in one_error(result)
    assert "starting" not in result.stderr and "measuring" not in result.stderr


def test_a_report_that_cannot_be_written_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_text", full)
    result = run(*SOUND, "--output", tmp_path / "report")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[-1].startswith("holds: ")
    assert result.stderr.splitlines()[-1].startswith(f"oauth-model: --output: {tmp_path / 'report'}")
    assert "No space left on device" in result.stderr.splitlines()[-1]


# ------------------------------------------------------------------ servers of one's own


def test_an_adapter_of_ones_own_and_a_run_of_its_taken_again(own_server: str, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    result = run(
        "probe", f"{own_server}:Sabotaged", "--only", "walks", "--jobs", 1, "--examples", 15, "--output", folder
    )
    assert result.exit_code == 0, result.output
    saved = [path for path in folder.rglob("*.json") if "token-request" in path.as_posix() and "run" in path.name]
    assert saved, sorted(folder.rglob("*"))
    there = run("replay", saved[0], "--on", f"{own_server}:Sabotaged")
    assert there.exit_code == 1 and "scope is 'read write', not 'read'" in there.stdout
    sound = run("replay", saved[0], "--on", "demo")
    assert sound.exit_code == 0 and "Model and server agree" in sound.stdout


def test_what_is_no_adapter_is_one_error(own_server: str) -> None:
    assert "Sabotaged" in one_error(run("probe", f"{own_server}:NUMBER"))


def test_a_running_server_is_probed_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "running.toml"
    with running(DemoAdapter(["see-other"]), file):
        result = run("probe", file, *SMALL, "--format", "json")
    assert result.exit_code == 1, result.output
    plain = json.loads(result.stdout)
    assert plain["target"] == "running" and plain["title"] == "a server of the tests"
    states = {each["mitigation"]: each["state"] for each in plain["measurements"]}
    assert states["see-other"] == "off" and states["pkce-s256"] == states["audience"] == "on"
    assert states["code-lifetime"] == "unknown", "no clock can be put forward there"


def test_another_host_is_asked_only_where_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "running.toml"
    with running(DemoAdapter(), file) as target:
        port = target.endpoints.token.split(":")[2].split("/")[0]
        text = file.read_text(encoding="utf-8")
        named = f'authorization = "http://as.invalid:{port}/authorize"\ntoken = "{target.endpoints.token}"'
        file.write_text(re.sub(r"metadata = .*", named, text), encoding="utf-8")
        assert "--i-may-probe-this-host" in one_error(run("probe", file, *SMALL))
        assert "cannot be reached" in one_error(run("probe", file, *SMALL, "--i-may-probe-this-host"))


# ------------------------------------------------------------------ Ctrl-C


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT to send there")
def test_ctrl_c_stops_it_and_leaves_nothing_running(tmp_path: Path) -> None:
    start = [sys.executable, "-c", "from oauth_model.cli import main; main(prog_name='oauth-model')", "probe", "demo"]
    options = ["--only", "walks", "--examples", "100000", "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TMPDIR": str(tmp_path)}
    log = tmp_path / "progress"
    with (
        log.open("w", encoding="utf-8") as progress,
        started(*start, *options, env=environment, stdout=subprocess.PIPE, stderr=progress, text=True) as process,
    ):
        until(lambda: "random walks" in log.read_text(encoding="utf-8"), seconds=60)
        process.send_signal(signal.SIGINT)
        report, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in report and "Traceback" not in log.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["progress"], "the server's file is gone"
