"""Proof of possession, as far as PKCE goes: a code is for whoever has the verifier of its challenge."""

from __future__ import annotations

import pytest

from oauth_model.attackers import READS_REQUESTS, READS_RESPONSES
from oauth_model.goals import Goal, stolen_code_is_useless, verifier_and_challenge_go_together
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    PKCE_NO_DOWNGRADE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    PLAIN_REFUSED,
    STATE,
)
from oauth_model.scenario import Scenario
from properties.deployments import STRONG, assert_honest_run_ends, by_slug, shortest_break, strong

FAMILY = (verifier_and_challenge_go_together,)

BROKEN = ((verifier_and_challenge_go_together, STRONG.without(STATE, PKCE_REQUIRED, PKCE_NO_DOWNGRADE)),)
"""For each goal a deployment, with the attacker, in which it is broken."""

TestInterleavings = strong(*FAMILY).TestCase


def test_the_plain_method_is_no_proof_for_those_who_read_the_request() -> None:
    plain = STRONG.without(PKCE_S256, PLAIN_REFUSED, CLIENT_AUTHENTICATION).plus(PKCE_PLAIN)
    run = shortest_break(stolen_code_is_useless, plain.attacked_by(READS_REQUESTS | READS_RESPONSES))
    assert run.steps[-1].kind == "send"


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_without_its_defence_it_is_broken(goal: Goal, scenario: Scenario) -> None:
    run = shortest_break(goal, scenario)
    assert run.broken == goal.slug


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_honest_runs_get_to_their_end_there(goal: Goal, scenario: Scenario) -> None:
    assert_honest_run_ends(scenario)


def test_every_goal_of_the_family_is_broken_somewhere() -> None:
    assert [goal for goal, _ in BROKEN] == list(FAMILY)
