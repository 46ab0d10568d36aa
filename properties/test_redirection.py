"""Redirection. "Redirect URIs match" is the first goal here: an answer goes only where its client is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.goals import Goal, code_is_tied_to_its_redirect_uri, front_channel_is_encrypted, redirect_uris_match
from oauth_model.mitigations import EXACT_REDIRECT_URI, PKCE_REQUIRED, PKCE_S256, REDIRECT_URI_AT_TOKEN_ENDPOINT
from oauth_model.scenario import Scenario
from properties.deployments import STRONG, assert_honest_run_ends, by_slug, precondition, shortest_break, strong

FAMILY = (
    redirect_uris_match,
    code_is_tied_to_its_redirect_uri,
    front_channel_is_encrypted,
)

BROKEN = (
    (redirect_uris_match, STRONG.without(EXACT_REDIRECT_URI)),
    (code_is_tied_to_its_redirect_uri, STRONG.without(REDIRECT_URI_AT_TOKEN_ENDPOINT, PKCE_S256, PKCE_REQUIRED)),
    (front_channel_is_encrypted, precondition("RU11")),
)
"""For each goal a deployment, with the attacker, in which it is broken."""

TestInterleavings = strong(*FAMILY).TestCase


@pytest.mark.parametrize("matching", ["unregistered", "glob", "prefix"])
def test_redirect_uris_match_under_no_rule_that_is_looser_than_equality(matching: str) -> None:
    loose = replace(STRONG.without(EXACT_REDIRECT_URI), cast=Cast(matching=matching))
    assert shortest_break(redirect_uris_match, loose).steps[-1].name == "login and consent"
    verdict = check(loose.plus(EXACT_REDIRECT_URI), (redirect_uris_match,))[redirect_uris_match]
    assert verdict.holds is True, verdict.sentence(loose)


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_without_its_defence_it_is_broken(goal: Goal, scenario: Scenario) -> None:
    run = shortest_break(goal, scenario)
    assert run.broken == goal.slug


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_honest_runs_get_to_their_end_there(goal: Goal, scenario: Scenario) -> None:
    assert_honest_run_ends(scenario)


def test_every_goal_of_the_family_is_broken_somewhere() -> None:
    assert [goal for goal, _ in BROKEN] == list(FAMILY)
