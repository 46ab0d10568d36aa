"""The exhaustive checker: how many states there are, how deep the search goes, and what it says when it is cut.

The numbers are pinned: a change of the model that should not change them has not. One that should change
them is looked at, and then pinned again: `python -m tests.core.test_exhaustive` prints the table.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.attackers import BROWSES, NOBODY, READS_RESPONSES, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.checkers.exhaustive import Judge, check, explore, honest, witness
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    SAFETY,
    codes_stay_secret,
    honest_run_reaches_its_end,
    redirect_uris_match,
    stolen_code_is_useless,
    tokens_never_leave_the_back_channel,
)
from oauth_model.scenario import Bounds, Scenario
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS

STRONG = Scenario(policy=EVERYTHING, attacker=WEB)

PINNED: dict[str, tuple[Scenario, tuple[int, int, int]]] = {
    # name: scenario, (states, transitions, depth)
    "code, weakest": (SCENARIOS["weakest"], (29, 28, 18)),
    "code, strongest": (SCENARIOS["strongest"], (25, 24, 18)),
    "code, time and faults": (SCENARIOS["time and faults"], (61, 70, 19)),
    "implicit, time and faults": (SCENARIOS["implicit"], (63, 72, 17)),
    "two users": (SCENARIOS["two users"], (189, 240, 22)),
    "web attacker, strongest": (STRONG, (6579, 9453, 21)),
    "web attacker, weakest, two forgeries": (SCENARIOS["login forgery"], (6480, 9203, 21)),
    "web attacker who reads responses, strongest": (STRONG.attacked_by(WEB | READS_RESPONSES), (16009, 25879, 23)),
    "reads responses, code used twice": (SCENARIOS["replay"], (73, 131, 20)),
}


def measured(scenario: Scenario) -> tuple[int, int, int]:
    search = explore(composition := Composition(scenario), Judge(composition, ()))
    assert search.complete
    return len(search.came_from), search.transitions, search.depth


@pytest.mark.parametrize("name", PINNED)
def test_states_transitions_and_depth_are_pinned(name: str) -> None:
    scenario, pinned = PINNED[name]
    assert measured(scenario) == pinned


def test_the_same_scenario_gives_the_same_run_twice() -> None:
    scenario = STRONG.attacked_by(WEB | READS_RESPONSES)
    first, second = (check(scenario, (stolen_code_is_useless,))[stolen_code_is_useless] for _ in range(2))
    assert first.run is not None and second.run is not None
    assert first.run.text() == second.run.text()


def test_a_search_that_is_cut_says_so_and_nothing_more() -> None:
    cut = STRONG.bounded(states=100)
    result = check(cut)
    assert not result.complete
    assert not result.holds
    safety = [result[goal] for goal in SAFETY]
    assert {verdict.holds for verdict in safety} == {None}
    assert {verdict.word for verdict in safety} == {"cut"}
    sentences = {verdict.sentence(cut) for verdict in safety}
    assert len(sentences) == 1
    assert f"no violation in {result.states} states, but the search was cut at depth " in sentences.pop()


def test_a_violation_found_before_the_cut_is_one() -> None:
    result = check(Scenario(attacker=WEB).bounded(states=2000), SAFETY, enough=())
    assert not result.complete
    assert result[redirect_uris_match].holds is False


def test_a_verdict_that_holds_says_its_bound() -> None:
    verdict = check(STRONG, (redirect_uris_match,))[redirect_uris_match]
    assert verdict.holds is True
    sentence = verdict.sentence(STRONG)
    assert sentence.startswith("holds for 2 client runs, 1 authorization, 2 windows, any number of forgeries, ")
    assert sentence.endswith(" states, complete")


def test_it_stops_when_enough_is_broken_and_not_before() -> None:
    scenario = STRONG.attacked_by(WEB | READS_RESPONSES)
    early = check(scenario, SAFETY, enough=(codes_stay_secret,))
    whole = check(scenario, SAFETY, enough=())
    assert early[codes_stay_secret].holds is whole[codes_stay_secret].holds is False
    assert early.states < whole.states
    assert whole.complete and not early.complete
    assert all(verdict.holds is not None for verdict in whole.verdicts)


def test_more_bounds_mean_more_states() -> None:
    small = measured(STRONG.bounded(client_runs=1, forgeries=1))
    for bounds in (Bounds(client_runs=1, forgeries=2), Bounds(client_runs=2, forgeries=1)):
        assert measured(replace(STRONG, bounds=bounds)) > small


def test_an_attacker_adds_worlds_and_takes_none_away() -> None:
    def worlds(scenario: Scenario) -> set[tuple[object, ...]]:
        composition = Composition(scenario)
        search = explore(composition, Judge(composition, ()))
        return {
            (tuple(composition.session(world, slot) for slot in range(composition.n)), composition.in_flight(world))
            for world in search.came_from
        }

    without, with_one = Scenario(policy=EVERYTHING), STRONG.attacked_by(BROWSES)
    assert worlds(without) < worlds(with_one)


def test_liveness_goals_are_asked_without_the_attacker() -> None:
    assert honest(STRONG).attacker is NOBODY
    verdict = check(STRONG, (honest_run_reaches_its_end,))[honest_run_reaches_its_end]
    assert verdict.holds is True


def test_a_witness_is_a_run_to_a_world_in_which_the_goal_is_true() -> None:
    run = witness(Scenario((IMPLICIT,)), honest_run_reaches_its_end)
    assert run is not None
    assert run.steps[-1].name == "resource response"


def test_what_one_deployment_breaks_is_found_in_its_first_world_that_does() -> None:
    verdict = check(Scenario((IMPLICIT,)), (tokens_never_leave_the_back_channel,))[tokens_never_leave_the_back_channel]
    assert verdict.run is not None
    assert [step.name for step in verdict.run.steps[-2:]] == ["login and consent", "login and consent"]


if __name__ == "__main__":
    for name, (scenario, _) in PINNED.items():
        print(f"{name}: {measured(scenario)}")
