"""Confidentiality: what the attacker never learns, and what never passes through a browser.

"Tokens never leave the back channel" is one of them, and so is its companion for client secrets.
"""

from __future__ import annotations

import pytest

from oauth_model.attackers import IS_CLIENT, NOBODY, READS_LINKS, READS_REQUESTS, READS_RESPONSES, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    Goal,
    access_tokens_stay_secret,
    client_secrets_never_enter_the_front_channel,
    client_secrets_stay_secret,
    codes_stay_secret,
    passwords_go_only_to_their_server,
    secrets_cannot_be_guessed,
    state_and_verifier_stay_secret_until_used,
    stolen_code_is_useless,
    tokens_never_leave_the_back_channel,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    LONG_VERIFIERS,
    NO_IMPLICIT,
    SECRET_IN_BACK_CHANNEL,
    SEE_OTHER,
    TOKEN_IN_HEADER_ONLY,
)
from oauth_model.scenario import Scenario
from properties.deployments import PUBLIC_CLIENT, STRONG, assert_honest_run_ends, by_slug, shortest_break, strong

FAMILY = (
    codes_stay_secret,
    stolen_code_is_useless,
    access_tokens_stay_secret,
    client_secrets_stay_secret,
    passwords_go_only_to_their_server,
    state_and_verifier_stay_secret_until_used,
    secrets_cannot_be_guessed,
    tokens_never_leave_the_back_channel,
    client_secrets_never_enter_the_front_channel,
)

BROKEN = (
    (codes_stay_secret, STRONG.attacked_by(READS_RESPONSES)),
    (stolen_code_is_useless, PUBLIC_CLIENT),
    (access_tokens_stay_secret, STRONG.without(TOKEN_IN_HEADER_ONLY).attacked_by(READS_LINKS)),
    (client_secrets_stay_secret, STRONG.without(SECRET_IN_BACK_CHANNEL).attacked_by(READS_REQUESTS)),
    (passwords_go_only_to_their_server, STRONG.without(SEE_OTHER).attacked_by(WEB | IS_CLIENT)),
    (state_and_verifier_stay_secret_until_used, STRONG.attacked_by(READS_REQUESTS)),
    (
        secrets_cannot_be_guessed,
        Scenario(
            policy=EVERYTHING.minus(LONG_VERIFIERS, CLIENT_AUTHENTICATION),
            attacker=READS_RESPONSES,
            cast=Cast(short_verifiers=True),
        ),
    ),
    (tokens_never_leave_the_back_channel, Scenario((IMPLICIT,))),
    (client_secrets_never_enter_the_front_channel, STRONG.without(SECRET_IN_BACK_CHANNEL).attacked_by(NOBODY)),
)
"""For each goal a deployment, with the attacker, in which it is broken."""

TestInterleavings = strong(*FAMILY).TestCase


def test_tokens_never_leave_the_back_channel_once_there_is_no_implicit_grant() -> None:
    goal = tokens_never_leave_the_back_channel
    both = Scenario((IMPLICIT, AUTHORIZATION_CODE), EVERYTHING.minus(NO_IMPLICIT))
    assert shortest_break(goal, both).steps[-1].name == "login and consent"
    verdict = check(both.plus(NO_IMPLICIT), (goal,))[goal]
    assert verdict.holds is True, verdict.sentence(both)


def test_a_token_in_a_link_leaves_the_back_channel_too() -> None:
    run = shortest_break(tokens_never_leave_the_back_channel, Scenario(policy=EVERYTHING.minus(TOKEN_IN_HEADER_ONLY)))
    assert run.steps[-1].name == "link with token"


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_without_its_defence_it_is_broken(goal: Goal, scenario: Scenario) -> None:
    run = shortest_break(goal, scenario)
    assert run.broken == goal.slug


@pytest.mark.parametrize(("goal", "scenario"), BROKEN, ids=by_slug)
def test_honest_runs_get_to_their_end_there(goal: Goal, scenario: Scenario) -> None:
    assert_honest_run_ends(scenario)


def test_every_goal_of_the_family_is_broken_somewhere() -> None:
    assert [goal for goal, _ in BROKEN] == list(FAMILY)
