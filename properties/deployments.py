"""The deployments that the suites ask about, and the two questions they all ask."""

from __future__ import annotations

from oauth_model.attackers import READS_RESPONSES, WEB
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.checkers.exhaustive import check, honest, witness
from oauth_model.checkers.interleaving import Interleavings, interleavings
from oauth_model.goals import Goal, honest_run_reaches_its_end
from oauth_model.mitigations import CLIENT_AUTHENTICATION, PKCE_REQUIRED, PKCE_S256
from oauth_model.run import Run
from oauth_model.scenario import Scenario

STRONG = Scenario(policy=EVERYTHING, attacker=WEB)
"""Every defence on, against an attacker with an account, a browser and a site to lure others to."""

PUBLIC_CLIENT = Scenario(
    policy=EVERYTHING.minus(PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION), attacker=READS_RESPONSES
)
"""A public client without PKCE, against an attacker who reads codes: it can redeem them, but only once."""


def precondition(attack: str) -> Scenario:
    """The deployment of an attack's precondition, with the attacker; the attack by its id in the catalogue."""
    return next(found.scenario for found in ATTACKS if found.id == attack)


def strong(*goals: Goal, scenario: Scenario = STRONG) -> type[Interleavings]:
    """Random interleavings of a deployment, asked about these goals."""
    return interleavings(scenario, goals)


def shortest_break(goal: Goal, scenario: Scenario) -> Run:
    """A shortest run in which the goal is broken. Fails the test if there is none within the bounds."""
    verdict = check(scenario, (goal,))[goal]
    assert verdict.holds is False, f"{goal.slug}: {verdict.sentence(scenario)}"
    assert verdict.run is not None
    return verdict.run


def assert_honest_run_ends(scenario: Scenario) -> None:
    """Fails the test unless honest parties, left to themselves, get to the end of the flow."""
    assert witness(honest(scenario), honest_run_reaches_its_end) is not None


def by_slug(value: object) -> str:
    """How pytest calls a parameter: a goal by its slug, a deployment not at all."""
    return value.slug if isinstance(value, Goal) else "in"
