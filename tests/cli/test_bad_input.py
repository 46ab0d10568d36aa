"""Bad input: one line that names the place and the way out, exit status 2, and no traceback."""

import json
from pathlib import Path

import pytest

from oauth_model.goals import nobody_else_is_served
from oauth_model.run_file import to_plain
from tests.cli.conftest import EXAMPLES, Run
from tests.test_run_file import run_against

WEB_APP = str(EXAMPLES / "web_app.toml")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chekc"], "no command 'chekc'; commands: check, attack"),
        (["check", "missing.toml"], "missing.toml: cannot be read: No such file"),
        (["check", WEB_APP, "--attacker", "web+red-responses"], "--attacker: 'red-responses' is not an attacker"),
        (["check", WEB_APP, "--attacker", "web+red-responses"], "did you mean 'reads-responses'?"),
        (["check", WEB_APP, "--goal", "nobody"], "--goal: 'nobody' is not a goal"),
        (["check", WEB_APP, "--mitigation", "pkse-s256"], "did you mean 'pkce-s256'?"),
        (["check", WEB_APP, "--mitigation", "state", "--without", "STATE"], "--without: 'state' is also switched on"),
        (["check", WEB_APP, "--flow", "device"], "--flow: 'device' is not a flow"),
        (["check", WEB_APP, "--client-runs", "two"], "--client-runs: 'two' is not a whole number from 1 up"),
        (["check", WEB_APP, "--windows", "0"], "--windows: 0 is not a whole number from 1 up"),
        (["check", WEB_APP, "--forgeries", "some"], "from 0 up, or 'any'"),
        (["check", WEB_APP, "--profile", "rfc9700"], "--profile does not go with a FILE"),
        (["check", WEB_APP, "--mitigation", "no_such_module:X"], "module 'no_such_module' cannot be imported"),
        (["check", WEB_APP, "--mitigation", "json:"], "--mitigation: 'json:' is not of the form module:NAME"),
        (["check", WEB_APP, "--mitigation", "json:dumps"], "'json:dumps' is of type function, not a mitigation"),
        (["check", WEB_APP, "--mitigation", "json:dumpz"], "module 'json' has no 'dumpz'"),
        (["check", "--save-runs", "runs"], "--save-runs does not go with the survey; give a FILE"),
        (["check", "--profile", "rfc9999"], "--profile: 'rfc9999' is not a profile"),
        (["check", "--each-guard", WEB_APP], "FILE does not go with --each-guard"),
        (["check", "--each-guard", "--goal", "AZ1"], "a change of the scenario does not go with --each-guard"),
        (["attack", "wildcard"], "attack: 'wildcard' is not an attack"),
        (["fix", WEB_APP, "--candidate", "nonsense"], "--candidate: 'nonsense' is not a mitigation"),
        (["draw", "machine", "browser", "-o", "x"], "draw machine: 'browser' is not a role"),
        (["draw", "flow", "resource-access", "-o", "x"], "is a part that all grants share; name a grant"),
        (["draw", "flow", "implicit", "-o", ""], "'.' names no file to draw to"),
        (["draw", "machine", "client", "-o", "/"], "'/' names no file to draw to"),
        (["draw", "run", WEB_APP, "-o", "x"], "web_app.toml:1: not JSON"),
        (["replay", "missing.json"], "missing.json: cannot be read"),
        (["list", "roles"], "'roles' is not one of 'flows'"),
        (["deployment", WEB_APP], "not a metadata document"),
    ],
)
def test_bad_arguments(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output
    assert not list(tmp_path.iterdir()), "a command that could not run left something behind"


def test_a_module_of_ones_own_that_fails(run: Run, own_module: str, tmp_path: Path) -> None:
    (tmp_path / "raises_at_once.py").write_text("1 / 0\n", encoding="utf-8")
    for arguments, told in [
        (("-m", "raises_at_once:X"), "module 'raises_at_once' cannot be imported: ZeroDivisionError"),
        (("-m", "house_rules:FAULTY"), "in looks_for_what_is_not_there: AttributeError"),
        (("-m", "house_rules:SHADOW"), "has the slug 'state', which a built-in mitigation has"),
        (("-m", "house_rules:INSIDER"), "is of type Attacker, not a mitigation; of that kind 'house_rules' has: "),
        (("-a", "house_rules:NUMBER"), "is of type int, not an attacker; of that kind 'house_rules' has: INSIDER"),
    ]:
        done = run("check", WEB_APP, "--forgeries", "1", *arguments)
        assert done.exit_code == 2, done.output
        assert told in done.output
        assert "Traceback" not in done.output


@pytest.mark.parametrize("command", [["replay"], ["draw", "run", "-o", "drawn"]])
@pytest.mark.parametrize("change", [{"uri": None}, {"uri": {"type": "Uri", "host": "zzz"}}])
def test_a_run_that_was_edited_by_hand(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], change: dict[str, object]
) -> None:
    monkeypatch.chdir(tmp_path)
    data = to_plain(run_against(nobody_else_is_served))
    data["steps"][0]["envelope"].update(change)
    Path("run.json").write_text(json.dumps(data), encoding="utf-8")
    done = run(*command, "run.json")
    assert done.exit_code == 2, done.output
    assert done.output.startswith("oauth-model: run.json: steps[0]: ")
    assert done.output.count("\n") == 1
    assert not list(tmp_path.glob("drawn*"))


def test_a_run_is_no_deployment(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text('{"schema": 1, "steps": []}', encoding="utf-8")
    done = run("check", file)
    assert done.exit_code == 2
    assert "this is a saved run, not a deployment; use: oauth-model replay" in done.output
