"""Session integrity: the browser that consented is the browser that the grant is attached to."""

from __future__ import annotations

import pytest

from oauth_model.goals import (
    Goal,
    grant_belongs_to_the_browser_that_consented,
    grant_is_of_the_connection_asked,
    grant_was_asked_for_in_this_session,
    login_is_the_users_own,
    response_answers_one_pending_request,
)
from oauth_model.mitigations import PKCE_REQUIRED, PKCE_S256, STATE
from oauth_model.scenario import Scenario
from properties.deployments import STRONG, assert_honest_run_ends, by_slug, precondition, shortest_break, strong

FAMILY = (
    grant_was_asked_for_in_this_session,
    grant_belongs_to_the_browser_that_consented,
    login_is_the_users_own,
    response_answers_one_pending_request,
    grant_is_of_the_connection_asked,
)

BROKEN = (
    (grant_was_asked_for_in_this_session, STRONG.without(STATE, PKCE_S256, PKCE_REQUIRED)),
    (grant_belongs_to_the_browser_that_consented, STRONG.without(STATE, PKCE_S256, PKCE_REQUIRED)),
    (login_is_the_users_own, STRONG.without(STATE, PKCE_S256, PKCE_REQUIRED)),
    (response_answers_one_pending_request, STRONG.without(STATE, PKCE_S256, PKCE_REQUIRED)),
    (grant_is_of_the_connection_asked, precondition("MX09")),
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
