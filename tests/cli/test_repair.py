"""Repair: the sets that are found are those that a plain search of everything finds."""

import itertools

import pytest

from oauth_model.attackers import READS_RESPONSES, WEB, Attacker
from oauth_model.checkers.exhaustive import check, honest
from oauth_model.checkers.repair import minimal_policies, repairs
from oauth_model.goals import (
    LIVENESS,
    Goal,
    codes_stay_secret,
    nobody_else_is_served,
    redirect_uris_match,
    replay_ends_what_the_code_gave,
    verifier_and_challenge_go_together,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CODE_SINGLE_USE,
    EXACT_REDIRECT_URI,
    PKCE_NO_DOWNGRADE,
    PKCE_REQUIRED,
    PKCE_S256,
    REPLAY_REVOKES,
    Policy,
)
from oauth_model.scenario import Bounds, Scenario

CANDIDATES = (EXACT_REDIRECT_URI, PKCE_REQUIRED, PKCE_S256, PKCE_NO_DOWNGRADE, REPLAY_REVOKES)


def scenario_with(attacker: Attacker) -> Scenario:
    policy = Policy([CODE_SINGLE_USE, CLIENT_AUTHENTICATION])
    return Scenario(policy=policy, attacker=attacker, bounds=Bounds(forgeries=2))


def by_brute_force(scenario: Scenario, goal: Goal, largest: int) -> list[set[str]]:
    """The smallest sets, found by a search of every one of them."""
    for size in range(1, largest + 1):
        found = []
        for chosen in itertools.combinations(CANDIDATES, size):
            mended = scenario.plus(*chosen)
            if check(mended, [goal]).holds and check(honest(mended), LIVENESS).holds:
                found.append({mitigation.slug for mitigation in chosen})
        if found:
            return found
    return []


@pytest.mark.parametrize(
    "goal",
    [redirect_uris_match, nobody_else_is_served, replay_ends_what_the_code_gave, verifier_and_challenge_go_together],
    ids=str,
)
def test_the_sets_are_those_of_a_search_of_all(goal: Goal) -> None:
    scenario = scenario_with(WEB | READS_RESPONSES)
    repair = minimal_policies(scenario, goal, candidates=CANDIDATES, largest=2)
    assert repair.broken
    assert [{mitigation.slug for mitigation in chosen} for chosen in repair.sets] == by_brute_force(scenario, goal, 2)
    assert not repair.undecided


def test_a_set_that_stops_the_flow_mends_nothing() -> None:
    scenario = scenario_with(WEB)
    alone = minimal_policies(scenario, redirect_uris_match, candidates=[PKCE_REQUIRED], largest=1)
    assert alone.broken
    assert alone.sets == ()
    assert not check(honest(scenario.plus(PKCE_REQUIRED)), LIVENESS).holds


def test_what_nothing_mends_is_said_with_the_bound() -> None:
    repair = minimal_policies(scenario_with(READS_RESPONSES), codes_stay_secret, candidates=CANDIDATES, largest=1)
    assert (repair.broken, repair.sets, repair.largest, repair.tried) == (True, (), 1, len(CANDIDATES))


def test_a_goal_has_to_hold_in_every_scenario() -> None:
    both = [scenario_with(WEB), scenario_with(WEB).without(CODE_SINGLE_USE)]
    goals = (redirect_uris_match, replay_ends_what_the_code_gave)
    first, second = repairs(both, goals, candidates=CANDIDATES, largest=1)
    assert first.sets == ((EXACT_REDIRECT_URI,),)
    for chosen in second.sets:
        assert all(check(scenario.plus(*chosen), [second.goal]).holds for scenario in both)


def test_a_cut_search_leaves_a_set_undecided() -> None:
    scenario = scenario_with(WEB).bounded(states=600)
    repair = minimal_policies(scenario, redirect_uris_match, candidates=[EXACT_REDIRECT_URI], largest=1)
    assert repair.broken
    assert repair.sets == ()
    assert repair.undecided == ((EXACT_REDIRECT_URI,),)
