"""Authentication: who is taken for whom, and whose answer is taken for whose."""

from __future__ import annotations

import pytest

from oauth_model.attackers import BROWSES, IS_AUTHORIZATION_SERVER, READS_RESPONSES, WEB
from oauth_model.goals import (
    Goal,
    client_meant_the_assertion_for_this_server,
    metadata_is_of_the_issuer_asked,
    nobody_logs_in_as_another,
    response_is_from_the_issuer_asked,
)
from oauth_model.mitigations import DISTINCT_REDIRECT_URIS, ISS, METADATA_ISSUER, PKCE_REQUIRED, PKCE_S256
from oauth_model.scenario import Scenario
from properties.deployments import STRONG, assert_honest_run_ends, by_slug, precondition, shortest_break, strong

FAMILY = (
    nobody_logs_in_as_another,
    response_is_from_the_issuer_asked,
    metadata_is_of_the_issuer_asked,
    client_meant_the_assertion_for_this_server,
)

MIXED_UP = STRONG.without(ISS, DISTINCT_REDIRECT_URIS).attacked_by(WEB | IS_AUTHORIZATION_SERVER).bounded(windows=1)

BROKEN = (
    (nobody_logs_in_as_another, STRONG.without(PKCE_S256, PKCE_REQUIRED).attacked_by(BROWSES | READS_RESPONSES)),
    (
        response_is_from_the_issuer_asked,
        STRONG.without(ISS, DISTINCT_REDIRECT_URIS).attacked_by(WEB | IS_AUTHORIZATION_SERVER).bounded(windows=1),
    ),
    (metadata_is_of_the_issuer_asked, precondition("MX04").without(METADATA_ISSUER)),
    (client_meant_the_assertion_for_this_server, precondition("MX11")),
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
