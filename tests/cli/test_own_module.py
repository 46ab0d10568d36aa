"""A user's own attacker, mitigation, goal and flow, in a module outside the package."""

import json
from pathlib import Path

from tests.cli.conftest import EXAMPLES, Run

SINGLE_PAGE_APP = EXAMPLES / "single_page_app.toml"
OWN = (
    "--attacker", "house_rules:INSIDER", "--goal", "house_rules:nothing_is_attached",
    "--mitigation", "house_rules:NAMED", "--flow", "house_rules:MY_CODE",
)  # fmt: skip


def test_everything_of_ones_own_at_once(run: Run, own_module: str) -> None:
    done = run("check", SINGLE_PAGE_APP, *OWN, "--json")
    assert done.exit_code == 1, done.output
    (policy,) = json.loads(done.output)["policies"]
    assert policy["attacker"] == "insider"
    assert policy["flows"] == ["my-code"]
    assert "redirect-uri-named" in policy["mitigations"]
    assert [goal["slug"] for goal in policy["goals"]] == ["nothing-is-attached"]


def test_an_attacker_of_ones_own_has_a_name_of_its_own(run: Run, tmp_path: Path, own_module: str) -> None:
    (tmp_path / "tame.py").write_text(
        'from oauth_model.attackers import Attacker\n\nTAME = Attacker("web", "house rules")\n', encoding="utf-8"
    )
    done = run("check", SINGLE_PAGE_APP, "--attacker", "tame:TAME")
    assert done.exit_code == 2
    assert "'tame:TAME' has the slug 'web', which a built-in attacker has; rename it" in done.output


def test_a_run_of_ones_own_is_saved_and_replayed(run: Run, own_module: str, tmp_path: Path) -> None:
    assert run("check", SINGLE_PAGE_APP, *OWN, "--save-runs", "runs").exit_code == 1
    saved = json.loads((tmp_path / "runs" / "nothing-is-attached.json").read_text(encoding="utf-8"))
    assert saved["broken"] == "house_rules:nothing_is_attached"
    assert saved["scenario"]["flows"] == ["house_rules:MY_CODE"]
    assert "house_rules:NAMED" in saved["scenario"]["mitigations"]
    done = run("replay", "runs/nothing-is-attached.json")
    assert done.exit_code == 0, done.output


def test_ones_own_in_a_file(run: Run, own_module: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'attacker = ["house_rules:INSIDER"]\ngoals = ["house_rules:nothing_is_attached"]\n'
        '[mitigations]\n"house_rules:NAMED" = true\n',
        encoding="utf-8",
    )
    done = run("check", "mine.toml")
    assert done.exit_code == 1, done.output
    assert "on: redirect-uri-named" in done.output


def test_ones_own_in_the_survey_in_other_processes(run: Run, own_module: str) -> None:
    arguments = ("check", "-p", "oauth21", "-a", "house_rules:INSIDER", "-g", "house_rules:nothing_is_attached")
    together, alone = run(*arguments, "--jobs", "2"), run(*arguments, "--jobs", "1")
    assert together.exit_code == alone.exit_code == 0, together.output
    for done in (together, alone):
        assert done.output.split().count("nothing-is-attached") == 2
        assert "- nothing-is-attached broken" in " ".join(done.output.split())


def test_a_fault_in_another_process_is_told_as_here(run: Run, own_module: str) -> None:
    done = run("check", "-p", "oauth21", "-a", "web", "-m", "house_rules:FAULTY", "--jobs", "2")
    assert done.exit_code == 2
    assert "in looks_for_what_is_not_there: AttributeError" in done.output


def test_ones_own_mitigation_is_a_candidate(run: Run, own_module: str) -> None:
    arguments = ("fix", SINGLE_PAGE_APP, "--goal", "CF1w", "--largest", "1", "--json")
    plain, more = run(*arguments), run(*arguments, "--candidate", "house_rules:NAMED")
    candidates = [json.loads(done.output[done.output.index("{") :])["goals"][0]["candidates"] for done in (plain, more)]
    assert candidates[1] == [*candidates[0], "redirect-uri-named"]
