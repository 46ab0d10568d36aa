"""Authorization: nobody but the resource owner, and whom they consented to, is served."""

from __future__ import annotations

import pytest

from oauth_model.attackers import HAS_APP, IS_CLIENT, IS_RESOURCE_SERVER, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import Cast
from oauth_model.goals import (
    Goal,
    code_is_redeemed_by_its_client,
    consent_was_to_the_client_that_gets_it,
    nobody_else_is_served,
    scope_never_grows,
    token_serves_only_its_resource_server,
)
from oauth_model.mitigations import (
    AUDIENCE,
    CLAIMED_REDIRECT_URI,
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    EXACT_REDIRECT_URI,
    SCOPE_SUBSET,
)
from oauth_model.scenario import Scenario
from oauth_model.terms import Scope
from properties.deployments import STRONG, assert_honest_run_ends, by_slug, shortest_break, strong

FAMILY = (
    nobody_else_is_served,
    consent_was_to_the_client_that_gets_it,
    scope_never_grows,
    token_serves_only_its_resource_server,
    code_is_redeemed_by_its_client,
)

BROKEN = (
    (nobody_else_is_served, STRONG.without(EXACT_REDIRECT_URI, CLIENT_AUTHENTICATION)),
    (
        consent_was_to_the_client_that_gets_it,
        Scenario(
            policy=EVERYTHING.minus(CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION),
            attacker=WEB | HAS_APP,
            cast=Cast(native="private-use"),
        ),
    ),
    (scope_never_grows, Scenario(policy=EVERYTHING.minus(SCOPE_SUBSET), cast=Cast(scope=Scope(("read", "write"))))),
    (token_serves_only_its_resource_server, STRONG.without(AUDIENCE).attacked_by(IS_RESOURCE_SERVER)),
    (code_is_redeemed_by_its_client, STRONG.without(CODE_BOUND_TO_CLIENT).attacked_by(WEB | IS_CLIENT)),
)
"""For each goal a deployment, with the attacker, in which it is broken."""

TestInterleavings = strong(*FAMILY).TestCase


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_without_its_defence_it_is_broken(goal: Goal, scenario: Scenario) -> None:
    run = shortest_break(goal, scenario)
    assert run.broken == goal.slug


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_honest_runs_get_to_their_end_there(goal: Goal, scenario: Scenario) -> None:
    assert_honest_run_ends(scenario)


def test_every_goal_of_the_family_is_broken_somewhere() -> None:
    assert [goal for goal, _ in BROKEN] == list(FAMILY)
