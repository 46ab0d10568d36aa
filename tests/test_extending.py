"""The recipes of docs/extending.md, done as written there: the files, the commands, and what they print.

Each block of code becomes the file that the text above it names, in a folder of its own outside the package. Each
command is run there as a process, in which the folder is no part of Python's path, as for the installed command.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RECIPES = ROOT / "docs" / "extending.md"
LIMIT = 30

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"`(\w+\.(?:py|toml))`")
START = [sys.executable, "-P", "-c", "from oauth_model.cli import main; main(prog_name='oauth-model')"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}

LEAST_PRIVILEGE = "--goal least_privilege:clients_get_no_more_than_they_ask_for"
EXPECTED = {
    "": 0,
    "--attacker insider:INSIDER": 1,
    LEAST_PRIVILEGE: 0,
    f"{LEAST_PRIVILEGE} --attacker web+reads-requests": 1,
    f"--mitigation registered_scope:REGISTERED_SCOPE {LEAST_PRIVILEGE} --goal honest-run-reaches-its-end "
    "--attacker web+reads-requests": 0,
    "--flow revocation:REVOCATION": 0,
    "--flow revocation:REVOCATION --goal given_back:a_token_is_given_back": 0,
}
"""The options of each command `oauth-model check deployment.toml` that the recipes show, with its exit status."""


@dataclass(frozen=True)
class Shown:
    """A command that a recipe shows, and the lines of its output that it quotes."""

    options: str
    lines: tuple[str, ...]


@cache
def blocks() -> tuple[tuple[str, str, str], ...]:
    """Each block's language and text, with the text between it and the block before."""
    text = RECIPES.read_text(encoding="utf-8")
    found, end = [], 0
    for match in BLOCK.finditer(text):
        found.append((match[1], match[2], text[end : match.start()]))
        end = match.end()
    return tuple(found)


@cache
def files() -> dict[str, str]:
    """The files of the recipes: each block of code under the name that comes last in the text above it."""
    return {FILE_NAME.findall(above)[-1]: text for language, text, above in blocks() if language in ("python", "toml")}


@cache
def shown() -> tuple[Shown, ...]:
    """The commands of the recipes, in their order."""
    found = []
    for language, text, _ in blocks():
        if language == "console":
            command, *lines = text.splitlines()
            assert command.startswith("$ oauth-model check deployment.toml"), command
            found.append(Shown(command.removeprefix("$ oauth-model check deployment.toml").strip(), tuple(lines)))
    return tuple(found)


def run(folder: Path, command: str, options: str) -> "subprocess.CompletedProcess[str]":
    """A command on deployment.toml with options, in a folder with the recipes' files, but for those it has already."""
    for name, text in files().items():
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    arguments = [command, "deployment.toml", *shlex.split(options)]
    return subprocess.run([*START, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)


def test_the_recipes_are_these_files_and_commands() -> None:
    assert list(files()) == [
        "deployment.toml",
        "insider.py",
        "least_privilege.py",
        "registered_scope.py",
        "revocation.py",
        "given_back.py",
        "ask.py",
    ]
    assert [each.options for each in shown()] == list(EXPECTED)


@pytest.mark.parametrize("name", [name for name in files() if name.endswith(".py")])
def test_a_recipe_is_short(name: str) -> None:
    lines = [line for line in files()[name].splitlines() if line.strip()]
    assert 0 < len(lines) <= LIMIT


@pytest.mark.parametrize("command", shown(), ids=[each.options or "alone" for each in shown()])
def test_a_command_does_what_is_said_of_it(tmp_path: Path, command: Shown) -> None:
    done = run(tmp_path, "check", command.options)
    assert done.returncode == EXPECTED[command.options], done.stdout + done.stderr
    assert not done.stderr
    assert command.lines
    for line in command.lines:
        assert line in done.stdout, done.stdout
    if done.returncode == 0:
        assert "broken" not in done.stdout
    assert ", complete" in done.stdout or "stopped when every safety goal was broken" in done.stdout


def test_the_same_is_asked_from_python(tmp_path: Path) -> None:
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "ask.py"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "clients-get-no-more-than-they-ask-for holds",
        "honest-run-reaches-its-end holds",
    ], done.stderr


def test_without_its_last_line_the_client_leaves_its_user_waiting(tmp_path: Path) -> None:
    told = "    report_failure(me, message)\n"
    assert told in files()["revocation.py"]
    (tmp_path / "revocation.py").write_text(files()["revocation.py"].replace(told, ""), encoding="utf-8")
    done = run(tmp_path, "check", "--flow revocation:REVOCATION --goal honest-run-reaches-its-end --goal LV1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "LV7  honest-run-reaches-its-end  holds" in done.stdout
    assert "LV1  every-run-comes-to-an-end   broken" in done.stdout


def test_without_the_flow_no_token_is_given_back(tmp_path: Path) -> None:
    done = run(tmp_path, "check", "--goal given_back:a_token_is_given_back")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no honest run gets there" in done.stdout


def test_attackers_are_joined_and_only_mutual_tls_stops_the_insider(tmp_path: Path) -> None:
    from oauth_model.mitigations import MTLS
    from oauth_model.profiles import RFC9700

    strongest = RFC9700.strongest(True).minus(MTLS)
    everything = " ".join(f"--mitigation {mitigation}" for mitigation in sorted(strongest, key=str))
    done = run(
        tmp_path, "check", f"--attacker insider:INSIDER+web {everything} --goal nobody-else-is-served --forgeries 1"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "attacker  insider+web" in done.stdout
    assert "nobody-else-is-served  broken" in done.stdout
    done = run(tmp_path, "check", "--attacker insider:INSIDER --mitigation mtls --goal nobody-else-is-served")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mitigation_of_ones_own_is_a_candidate_and_stands_in_a_file(tmp_path: Path) -> None:
    own = "registered_scope:REGISTERED_SCOPE"
    question = f"{LEAST_PRIVILEGE} --attacker web+reads-requests"
    done = run(tmp_path, "fix", f"--candidate {own} {question} --largest 1 --json")
    assert done.returncode == 1, done.stdout + done.stderr
    (goal,) = json.loads(done.stdout)["goals"]
    assert sorted(goal["sets"]) == [["pushed-requests"], ["registered-scope"], ["signed-requests"]]
    switched_on = files()["deployment.toml"] + f'[mitigations]\n"{own}" = true\n'
    assert own in RECIPES.read_text(encoding="utf-8")
    (tmp_path / "deployment.toml").write_text(switched_on, encoding="utf-8")
    done = run(tmp_path, "check", question)
    assert done.returncode == 0, done.stdout + done.stderr
