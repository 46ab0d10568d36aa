"""Every goal can fail: for each there is a scenario in which the search finds it broken.

A goal that nothing breaks says nothing where it holds. The deployments are mostly those of the attacks.
"""

from __future__ import annotations

import pytest

from oauth_model.attackers import NOBODY
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.checkers.exhaustive import check
from oauth_model.goals import GOALS, Goal
from oauth_model.machine import View
from oauth_model.messages import AuthorizationResponse
from oauth_model.mitigations import (
    PKCE_REQUIRED,
    PKCE_S256,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    Mitigation,
    Policy,
)
from oauth_model.scenario import Bounds, Scenario


def nobody_is_believed(me: View, message: AuthorizationResponse) -> bool:
    """Every response is refused."""
    return False


DEAF = Mitigation("deaf", "refuses every response", "", checks={AuthorizationResponse: [nobody_is_believed]})

OWN: dict[str, Scenario] = {
    "code-is-tied-to-its-redirect-uri": Scenario(
        policy=EVERYTHING.minus(REDIRECT_URI_AT_TOKEN_ENDPOINT, PKCE_S256, PKCE_REQUIRED), attacker=NOBODY
    ),
    "honest-run-reaches-its-end": Scenario(policy=Policy([PKCE_REQUIRED]), bounds=Bounds(client_runs=1, windows=1)),
    "every-run-comes-to-an-end": Scenario(policy=Policy([DEAF]), bounds=Bounds(client_runs=1, windows=1)),
}
"""Deployments that break a goal and are of no attack."""

BROKEN_BY: dict[str, str] = {
    "nobody-else-is-served": "token-in-uri",
    "consent-was-to-the-client-that-gets-it": "scope-not-narrowed",
    "scope-never-grows": "scope-not-narrowed",
    "token-serves-only-its-resource-server": "counterfeit-resource-server",
    "code-is-redeemed-by-its-client": "code-of-another-client",
    "effects-are-what-the-user-set-out-to-do": "effect-at-consent",
    "nobody-logs-in-as-another": "reused-challenge",
    "response-is-from-the-issuer-asked": "mix-up-with-interception",
    "metadata-is-of-the-issuer-asked": "audience-injection-by-issuer",
    "client-meant-the-assertion-for-this-server": "audience-injection",
    "id-token-is-as-it-should-be": "code-substitution",
    "what-is-shown-is-about-who-signed-in": "token-of-another",
    "endpoints-are-the-issuers-own": "rogue-token-endpoint",
    "grant-was-asked-for-in-this-session": "audience-injection-by-issuer",
    "grant-belongs-to-the-browser-that-consented": "reused-challenge",
    "login-is-the-users-own": "mix-up-with-interception",
    "nobody-is-signed-in-unasked": "unasked-login",
    "response-answers-one-pending-request": "login-csrf",
    "run-is-completed-by-who-started-it": "mix-up-with-interception",
    "grant-is-of-the-connection-asked": "audience-injection-by-issuer",
    "token-is-from-this-run": "malicious-endpoints",
    "challenge-is-for-one-run": "reused-challenge",
    "codes-stay-secret": "private-use-scheme",
    "stolen-code-is-useless": "private-use-scheme",
    "access-tokens-stay-secret": "token-in-uri",
    "client-secrets-stay-secret": "secret-in-request",
    "passwords-go-only-to-their-server": "redirect-307",
    "state-and-verifier-stay-secret-until-used": "secret-in-request",
    "secrets-cannot-be-guessed": "guessed-verifier",
    "tokens-never-leave-the-back-channel": "token-in-uri",
    "client-secrets-never-enter-the-front-channel": "secret-in-request",
    "codes-are-single-use": "code-in-history",
    "lapsed-codes-are-worthless": "lapsed-code",
    "replay-ends-what-the-code-gave": "stolen-first",
    "request-uris-are-used-once": "reference-reused",
    "ended-tokens-serve-nothing": "ended-token",
    "leaked-tokens-are-soon-worthless": "kept-token",
    "redirect-uris-match": "wildcard-redirect-uri",
    "response-arrives-at-the-redirection-endpoint": "reattached-fragment",
    "response-mode-is-the-clients": "reattached-fragment",
    "redirect-uri-means-one-thing": "parser-confusion",
    "redirect-after-a-login-drops-the-form": "redirect-307",
    "errors-go-only-to-vetted-clients": "error-redirector",
    "web-message-reaches-the-redirect-uri": "web-message-to-anybody",
    "front-channel-is-encrypted": "mix-up-with-interception",
    "verifier-and-challenge-go-together": "plain-challenge",
}
"""For each goal an attack in whose deployment it is broken."""


def test_every_goal_has_a_scenario_that_breaks_it() -> None:
    assert sorted([*BROKEN_BY, *OWN]) == sorted(goal.slug for goal in GOALS)


@pytest.mark.parametrize("goal", GOALS, ids=str)
def test_the_goal_breaks_there(goal: Goal) -> None:
    scenario = OWN.get(goal.slug)
    if scenario is None:
        (scenario,) = (attack.scenario for attack in ATTACKS if attack.slug == BROKEN_BY[goal.slug])
    assert check(scenario, (goal,))[goal].holds is False
