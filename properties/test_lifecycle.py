"""The life of a code. "Codes are single-use" is the first goal here."""

from __future__ import annotations

import pytest

from oauth_model.checkers.exhaustive import check
from oauth_model.goals import Goal, codes_are_single_use, replay_ends_what_the_code_gave
from oauth_model.mitigations import CODE_SINGLE_USE, REPLAY_REVOKES
from oauth_model.scenario import Scenario
from properties.deployments import PUBLIC_CLIENT, assert_honest_run_ends, by_slug, shortest_break, strong

FAMILY = (
    codes_are_single_use,
    replay_ends_what_the_code_gave,
)

BROKEN = (
    (codes_are_single_use, PUBLIC_CLIENT.without(CODE_SINGLE_USE)),
    (replay_ends_what_the_code_gave, PUBLIC_CLIENT.without(REPLAY_REVOKES)),
)
"""For each goal a deployment, with the attacker, in which it is broken."""

TestInterleavings = strong(*FAMILY, scenario=PUBLIC_CLIENT).TestCase


def test_codes_are_single_use_in_every_interleaving_of_client_and_attacker() -> None:
    verdict = check(PUBLIC_CLIENT, (codes_are_single_use,))[codes_are_single_use]
    assert verdict.holds is True, verdict.sentence(PUBLIC_CLIENT)


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_without_its_defence_it_is_broken(goal: Goal, scenario: Scenario) -> None:
    run = shortest_break(goal, scenario)
    assert run.broken == goal.slug


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_honest_runs_get_to_their_end_there(goal: Goal, scenario: Scenario) -> None:
    assert_honest_run_ends(scenario)


def test_every_goal_of_the_family_is_broken_somewhere() -> None:
    assert [goal for goal, _ in BROKEN] == list(FAMILY)
