"""`oauth-model export`: what it writes, and what it says of what cannot be done."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oauth_model.cli import main

WEB_APP = str(Path(__file__).resolve().parents[2] / "examples" / "web_app.toml")
SMALL = ("--client-runs", "1", "--forgeries", "1")
ADMITS_SEVERAL = 'extends = "rfc9700"\nlevel = "weakest"\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def test_a_promela_model(tmp_path: Path) -> None:
    done = run("promela", WEB_APP, *SMALL, "-o", tmp_path / "web.pml")
    assert done.exit_code == 0, done.output
    assert f"wrote {tmp_path / 'web.pml'}" in done.output
    told = re.search(r"([\d,]+) states, ([\d,]+) steps, ([\d,]+) goals", done.output)
    assert told is not None
    text = (tmp_path / "web.pml").read_text(encoding="utf-8")
    assert f"{told.group(1)} states, depth" in text
    assert text.count("#define violated_") == int(told.group(3))
    assert "authorization request" in text


def test_the_same_model_twice(tmp_path: Path) -> None:
    first, second = tmp_path / "first.pml", tmp_path / "second.pml"
    for path in (first, second):
        assert run("promela", WEB_APP, *SMALL, "-o", path).exit_code == 0
    assert first.read_bytes() == second.read_bytes()


def test_a_tla_module_and_its_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("tlaplus", *SMALL, "--goal", "codes-stay-secret", "--without", "state")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["oauth_model.cfg", "oauth_model.tla"]
    assert "---- MODULE oauth_model ----" in Path("oauth_model.tla").read_text(encoding="utf-8")
    assert "INVARIANT Goal_codes_stay_secret" in Path("oauth_model.cfg").read_text(encoding="utf-8")
    assert ", 1 goal;" in done.output


def test_one_of_several_policies(tmp_path: Path) -> None:
    file = tmp_path / "several.toml"
    file.write_text(ADMITS_SEVERAL, encoding="utf-8")
    done = run("promela", file, *SMALL, "-o", tmp_path)
    assert done.exit_code == 2
    assert re.search(r"the level admits \d+ policies, .*; say which by --policy 1 to \d+", done.output)
    assert run("promela", file, *SMALL, "--policy", 2, "-o", tmp_path).exit_code == 0
    assert "--policy: 99 is too large" in run("promela", file, *SMALL, "--policy", 99, "-o", tmp_path).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["smv", WEB_APP], "'smv' is not one of 'promela', 'tlaplus'"),
        (["promela", "missing.toml"], "missing.toml: cannot be read: No such file"),
        (["promela", WEB_APP, "-o", "model.txt"], "--output: model.txt: is no folder, and the name of a file must"),
        (["promela", WEB_APP, "-o", "nowhere/model.pml"], "--output: nowhere: there is no such folder; make it first"),
        (["tlaplus", WEB_APP, "-o", "web-app.tla"], "a TLA+ module has its file's name, so use letters, digits and _"),
        (["promela", WEB_APP, "--states", "50"], "export: there are more than 50 states within 2 client runs"),
        (["promela", WEB_APP, "--goal", "nobody"], "--goal: 'nobody' is not a goal"),
    ],
)
def test_bad_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output
    assert not list(tmp_path.iterdir()), "a command that could not run left something behind"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    loop = tmp_path / "model.pml"
    loop.symlink_to(loop)
    done = run("promela", WEB_APP, *SMALL, "-o", loop)
    assert done.exit_code == 2
    assert f"--output: {loop}: cannot be written: " in done.output
    assert "Traceback" not in done.output
