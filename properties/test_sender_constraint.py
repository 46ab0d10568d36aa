"""Proof of possession: a code is for whoever has its verifier or its key, an access token for whoever has its key."""

from __future__ import annotations

import pytest

from oauth_model.attackers import (
    HOLDS_TOKEN,
    IS_RESOURCE_SERVER,
    READS_REQUESTS,
    READS_RESPONSES,
    WEB,
    Attacker,
)
from oauth_model.attacks import EVERYTHING
from oauth_model.checkers.exhaustive import check
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    Goal,
    access_tokens_stay_secret,
    nobody_else_is_served,
    stolen_code_is_useless,
    verifier_and_challenge_go_together,
)
from oauth_model.messages import ResourceRequest
from oauth_model.mitigations import (
    AUDIENCE,
    CLIENT_AUTHENTICATION,
    DPOP,
    DPOP_JKT,
    MTLS,
    NO_IMPLICIT,
    PKCE_NO_DOWNGRADE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    PLAIN_REFUSED,
    STATE,
    Mitigation,
)
from oauth_model.scenario import Scenario
from properties.deployments import PUBLIC_CLIENT, STRONG, assert_honest_run_ends, by_slug, shortest_break, strong

FAMILY = (verifier_and_challenge_go_together,)

BROKEN = ((verifier_and_challenge_go_together, STRONG.without(STATE, PKCE_REQUIRED, PKCE_NO_DOWNGRADE)),)
"""For each goal a deployment, with the attacker, in which it is broken."""

TestInterleavings = strong(*FAMILY).TestCase


def test_the_plain_method_is_no_proof_for_those_who_read_the_request() -> None:
    plain = STRONG.without(PKCE_S256, PLAIN_REFUSED, CLIENT_AUTHENTICATION).plus(PKCE_PLAIN)
    run = shortest_break(stolen_code_is_useless, plain.attacked_by(READS_REQUESTS | READS_RESPONSES))
    assert run.steps[-1].kind == "send"


@pytest.mark.parametrize("binding", [DPOP, MTLS], ids=str)
def test_a_token_that_is_bound_is_of_no_use_to_who_holds_it(binding: Mitigation) -> None:
    scenario = STRONG.attacked_by(HOLDS_TOKEN)
    assert not check(scenario, (nobody_else_is_served,)).holds
    assert check(scenario.plus(binding), (nobody_else_is_served,)).holds
    assert not check(scenario.plus(binding), (access_tokens_stay_secret,)).holds


def test_who_reads_a_request_can_repeat_the_proof_but_not_the_handshake() -> None:
    reader = Attacker("reads-resource-requests", "RFC 9700 section 4.9.2", reads=(ResourceRequest,))
    scenario = STRONG.attacked_by(reader)
    assert not check(scenario.plus(DPOP), (nobody_else_is_served,)).holds
    assert check(scenario.plus(MTLS), (nobody_else_is_served,)).holds


def test_a_proof_for_one_resource_server_is_of_no_use_at_another() -> None:
    scenario = STRONG.without(AUDIENCE).attacked_by(IS_RESOURCE_SERVER)
    assert not check(scenario, (nobody_else_is_served,)).holds
    for binding in (DPOP, MTLS):
        assert check(scenario.plus(binding), (nobody_else_is_served,)).holds


def test_a_token_of_the_implicit_grant_is_bound_to_nothing() -> None:
    scenario = Scenario((IMPLICIT,), EVERYTHING.minus(NO_IMPLICIT).plus(DPOP), HOLDS_TOKEN)
    assert not check(scenario, (nobody_else_is_served,)).holds
    assert_honest_run_ends(scenario)


def test_a_code_is_bound_to_a_key_by_the_request_that_names_it() -> None:
    scenario = PUBLIC_CLIENT.plus(DPOP)
    assert not check(scenario, (stolen_code_is_useless,)).holds
    assert check(scenario.plus(DPOP_JKT), (stolen_code_is_useless,)).holds
    # Not so where the attacker writes the request: then it names its own key, as it does its own challenge.
    lures = scenario.plus(DPOP_JKT).attacked_by(WEB | READS_RESPONSES)
    assert not check(lures, (stolen_code_is_useless,)).holds


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_without_its_defence_it_is_broken(goal: Goal, scenario: Scenario) -> None:
    run = shortest_break(goal, scenario)
    assert run.broken == goal.slug


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_honest_runs_get_to_their_end_there(goal: Goal, scenario: Scenario) -> None:
    assert_honest_run_ends(scenario)


def test_every_goal_of_the_family_is_broken_somewhere() -> None:
    assert [goal for goal, _ in BROKEN] == list(FAMILY)
