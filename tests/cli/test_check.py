"""`oauth-model check FILE`: verdicts, exit statuses, options and JSON."""

import json
import re
from pathlib import Path

import pytest

from oauth_model.goals import GOALS
from oauth_model.run_file import load, replay
from tests.cli.conftest import EXAMPLES, Run

SINGLE_PAGE_APP = EXAMPLES / "single_page_app.toml"


@pytest.mark.parametrize(
    ("example", "status", "broken"),
    [
        ("web_app.toml", 0, set()),
        (
            "single_page_app.toml",
            1,
            {"stolen-code-is-useless", "nobody-else-is-served", "grant-belongs-to-the-browser-that-consented"},
        ),
        ("two_authorization_servers.toml", 1, {"response-is-from-the-issuer-asked", "stolen-code-is-useless"}),
    ],
)
def test_examples_have_the_verdicts_that_they_promise(run: Run, example: str, status: int, broken: set[str]) -> None:
    done = run("check", EXAMPLES / example, "--json")
    assert done.exit_code == status, done.output
    (policy,) = json.loads(done.output)["policies"]
    assert {goal["slug"] for goal in policy["goals"] if goal["verdict"] == "broken"} == broken
    assert {goal["verdict"] for goal in policy["goals"]} <= {"broken", "holds"}


def test_what_mends_an_example_is_switched_on_by_an_option(run: Run) -> None:
    done = run("check", EXAMPLES / "two_authorization_servers.toml", "--mitigation", "iss")
    assert done.exit_code == 0, done.output
    assert run("check", SINGLE_PAGE_APP, "-m", "PKCE").exit_code == 0
    assert (
        run("check", SINGLE_PAGE_APP, "-m", "pkce_s256", "-w", "state", "-g", "honest-run-reaches-its-end").exit_code
        == 0
    )


def test_nothing_holds_where_honest_runs_do_not_end(run: Run) -> None:
    """Without the implicit grant nobody gets a token by it; so whatever is asked about it holds."""
    done = run("check", SINGLE_PAGE_APP, "--flow", "implicit", "--goal", "CF1w")
    assert done.exit_code == 1
    assert "CF1w  stolen-code-is-useless      holds" in done.output
    assert "LV7   honest-run-reaches-its-end  broken" in done.output
    assert "honest-run" not in run("check", SINGLE_PAGE_APP, "--goal", "CF1w", "-m", "PKCE").output


def test_the_verdict_says_its_bounds_and_the_shortest_run(run: Run) -> None:
    done = run("check", SINGLE_PAGE_APP, "--goal", "CF1w", "--goal", "AZ1")
    assert done.exit_code == 1
    assert "within 2 client runs, 1 authorization, 2 windows, 3 forgeries: " in done.output
    assert "stolen-code-is-useless (CF1w, RFC 9700 section 4.5), broken in 12 steps" in done.output
    assert "! the attacker learns access_token(id.example#1)" in done.output
    assert "1 more run: see them with --runs" in done.output
    assert "nobody-else-is-served (AZ1" not in done.output
    assert "nobody-else-is-served (AZ1" in run("check", SINGLE_PAGE_APP, "-g", "CF1w", "-g", "AZ1", "--runs").output


def test_the_same_command_prints_the_same_twice(run: Run) -> None:
    assert run("check", SINGLE_PAGE_APP).output == run("check", SINGLE_PAGE_APP).output


def test_a_cut_search_is_no_verdict(run: Run) -> None:
    done = run("check", EXAMPLES / "web_app.toml", "--states", "500", "--goal", "AZ1")
    assert done.exit_code == 2
    assert "cut (at 500 states): what was not found may still be there" in done.output
    assert "holds" not in done.output


def test_another_attacker_finds_something_else(run: Run) -> None:
    assert run("check", SINGLE_PAGE_APP, "--attacker", "nobody").exit_code == 0
    done = run("check", SINGLE_PAGE_APP, "-a", "W", "-a", "reads-requests", "--goal", "SI2", "--json")
    (policy,) = json.loads(done.output)["policies"]
    assert policy["attacker"] == "web+reads-requests"


def test_runs_are_saved_and_can_be_taken_again(run: Run, tmp_path: Path) -> None:
    done = run("check", SINGLE_PAGE_APP, "--save-runs", tmp_path / "runs")
    assert done.exit_code == 1
    paths = sorted((tmp_path / "runs").iterdir())
    assert [path.stem for path in paths] == [
        "grant-belongs-to-the-browser-that-consented",
        "nobody-else-is-served",
        "stolen-code-is-useless",
    ]
    for path in paths:
        assert str(path) in done.output
        assert replay(load(path)).holds_good


def test_json_has_every_goal_with_its_section_and_run(run: Run) -> None:
    data = json.loads(run("check", SINGLE_PAGE_APP, "--json").output)
    assert (data["schema"], data["verdict"]) == (1, "broken")
    goals = {goal.slug: goal for goal in GOALS}
    for told in data["policies"][0]["goals"]:
        assert told["reference"] == goals[told["slug"]].reference
        assert (told["run"] is not None) == (told["verdict"] == "broken")


def test_a_weakest_level_is_checked_under_every_policy(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "weakest.toml"
    file.write_text('extends = "rfc9700"\nattacker = "nobody"\ngoals = ["LV7"]\n', encoding="utf-8")
    done = run("check", file)
    assert done.exit_code == 0
    assert "The level admits 3 policies" in done.output
    assert "policy 1 of 3 (public" in done.output
    assert "policy 2 of 3 (confidential, CSRF: pkce-s256" in done.output
    assert "policy 3 of 3 (confidential, CSRF: nonce" in done.output


def test_metadata_is_taken_as_a_deployment(run: Run) -> None:
    metadata = EXAMPLES / "metadata.json"
    done = run("check", metadata, "--goal", "redirect-uris-match")
    assert done.exit_code == 1
    assert "assumed weakest" in done.output
    assert "exact-redirect-uri" in done.output
    piped = run("check", "-", "--goal", "redirect-uris-match", text=metadata.read_text(encoding="utf-8"))
    assert piped.exit_code == 1
    assert piped.output == done.output.replace(str(metadata), "standard input")


def test_the_starting_deployment_of_metadata_is_a_file_that_check_takes(run: Run) -> None:
    written = run("deployment", EXAMPLES / "metadata.json")
    assert written.exit_code == 0
    assert "# Assumed weakest, because the document cannot say" in written.output
    direct = json.loads(run("check", EXAMPLES / "metadata.json", "-g", "RI1", "--json").output)
    through = json.loads(run("check", "-", "-g", "RI1", "--json", text=written.output).output)
    assert through["policies"] == direct["policies"]


def test_a_search_with_a_checkpoint_says_the_same_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "search.bin"
    arguments = ("check", EXAMPLES / "single_page_app.toml", "--goal", "RI1")
    plain, done = run(*arguments), run(*arguments, "--checkpoint", kept)
    assert done.exit_code == plain.exit_code == 0
    assert done.output.replace(str(kept), "FILE").splitlines()[-1] == "  engine: explicit (kept in FILE)"
    assert done.output.splitlines()[:-1] == plain.output.splitlines()[:-1]
    assert not kept.exists()


def test_only_the_explicit_engine_keeps_a_checkpoint(run: Run, tmp_path: Path) -> None:
    done = run("check", EXAMPLES / "web_app.toml", "--checkpoint", tmp_path / "search.bin", "--engine", "symbolic")
    assert done.exit_code == 2
    assert "only the explicit engine keeps a checkpoint, not symbolic" in done.output


def test_random_runs_never_say_that_a_goal_holds(run: Run) -> None:
    done = run("check", EXAMPLES / "web_app.toml", "--engine", "random", "--goal", "RI1")
    assert done.exit_code == 2
    assert "not broken: 1; within " in done.output
    assert "random runs: what was not found may still be there" in done.output


def test_fingerprints_say_what_chance_there_is_that_a_state_was_missed(run: Run) -> None:
    done = run("check", EXAMPLES / "web_app.toml", "--goal", "RI1", "--client-runs", "1", "--fingerprints")
    assert done.exit_code == 0
    assert " states, depth " in done.output
    assert re.search(r"complete but for a chance of \d\.\de-\d\d that a state was missed", done.output)
