"""The survey: its table, its bounds and its processes."""

import json

import pytest

from oauth_model.attackers import IS_AUTHORIZATION_SERVER, WEB, Attacker
from oauth_model.checkers.survey import SURVEY_ATTACKERS, Inquiry, bounds_for, survey
from oauth_model.goals import GOALS, honest_run_reaches_its_end, redirect_uris_match
from oauth_model.profiles import OAUTH21, PROFILES, RFC6749, RFC9700
from tests.cli.conftest import Run

SMALL = ("check", "-p", "rfc6749", "-p", "oauth21", "-a", "web", "-g", "RI1", "-g", "LV7", "--forgeries", "1")


def test_the_table_has_verdicts_bounds_and_a_legend(run: Run) -> None:
    done = run(*SMALL, "--jobs", "1")
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.output.splitlines()]
    assert lines.count(["RI1", "redirect-uris-match", "broken"]) == 1
    assert lines.count(["RI1", "redirect-uris-match", "holds"]) == 3
    assert lines.count(["LV7", "honest-run-reaches-its-end", "holds"]) == 4
    assert lines.count(["(client", "runs,", "at", "most)", "2"]) == 4
    assert lines.count(["(forgeries,", "at", "most)", "1"]) == 4
    assert "Bounds: 1 authorization, 2 windows, and the client runs and forgeries of the column" in done.output
    assert ["W", "web", "(RFC", "9700", "section", "3,", "A1)"] in lines


def test_two_processes_say_what_one_says(run: Run) -> None:
    one, two = (run(*SMALL, "--jobs", jobs, "--json") for jobs in (1, 2))
    tables = [json.loads(done.output[done.output.index("{") :]) for done in (one, two)]
    assert tables[0] == tables[1]
    assert [(column["profile"], column["level"]) for column in tables[0]["columns"]] == [
        ("rfc6749", "weakest"),
        ("rfc6749", "recommended"),
        ("oauth21", "weakest"),
        ("oauth21", "recommended"),
    ]


def test_a_goal_that_any_policy_breaks_is_broken() -> None:
    goals = (redirect_uris_match, honest_run_reaches_its_end)
    inquiry = Inquiry((RFC6749,), goals, (WEB,), ("weakest",), bounds={"forgeries": 1})
    (column,) = survey(inquiry, jobs=1)
    assert len(column.found) == 2
    assert [found.words for found in column.found] == [("broken", "holds")] * 2
    assert [column.word(number) for number in (0, 1)] == ["broken", "holds"]


def test_a_cut_search_is_told() -> None:
    inquiry = Inquiry((OAUTH21,), (redirect_uris_match,), (WEB,), ("recommended",), bounds={"states": 100})
    (column,) = survey(inquiry, jobs=1)
    assert column.word(0) == "cut"
    assert not any(found.complete for found in column.found)


def test_the_built_in_survey_asks_everything() -> None:
    columns = list(Inquiry(PROFILES).columns())
    assert len(columns) == len(PROFILES) * 2 * len(SURVEY_ATTACKERS)
    assert Inquiry(PROFILES).goals == GOALS
    several = [len(each) for profile, level, attacker, each in columns if (profile, level) == (RFC9700, "weakest")]
    assert max(several) == 6, "whoever uses two authorization servers can choose a defence against mix-up"


@pytest.mark.parametrize("attacker", SURVEY_ATTACKERS, ids=str)
def test_every_column_is_bounded_where_it_could_grow(attacker: Attacker) -> None:
    for level in ("weakest", "recommended"):
        bounds = bounds_for(level, attacker, RFC6749.weakest())
        assert bounds.states is not None
        assert bounds.forgeries == (None if level == "recommended" and not attacker.plays else 3)


def test_a_second_client_run_is_looked_at_where_mix_up_is_possible() -> None:
    attacker = WEB | IS_AUTHORIZATION_SERVER
    assert bounds_for("weakest", attacker, RFC6749.weakest()).client_runs == 2
    assert bounds_for("weakest", attacker, RFC9700.weakest()).client_runs == 1


def test_an_attack_in_two_processes_is_what_it_is_in_one(run: Run) -> None:
    one, two = (run("attack", "SI01", "--jobs", jobs) for jobs in (1, 2))
    assert one.exit_code == two.exit_code == 0, two.output
    assert "The claim is confirmed." in one.output
    assert one.output == two.output
