"""Liveness: without an attacker the flow gets somewhere, and a defence that stops it is found out."""

from __future__ import annotations

import pytest

from oauth_model.attacks import EVERYTHING
from oauth_model.checkers.exhaustive import check, witness
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import every_run_comes_to_an_end, honest_run_reaches_its_end
from oauth_model.machine import View
from oauth_model.messages import AuthorizationResponse
from oauth_model.mitigations import PKCE_REQUIRED, Mitigation, Policy
from oauth_model.scenario import Scenario

DEPLOYMENTS = {
    "code-weakest": Scenario(),
    "code-strongest": Scenario(policy=EVERYTHING),
    "implicit": Scenario((IMPLICIT,)),
    "implicit-asked-and-refused": Scenario((IMPLICIT, AUTHORIZATION_CODE), EVERYTHING),
}


@pytest.mark.parametrize("scenario", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_an_honest_run_reaches_its_end(scenario: Scenario) -> None:
    run = witness(scenario, honest_run_reaches_its_end)
    assert run is not None
    assert run.steps[0].name == "sign in"
    assert run.steps[-1].name == "resource response"


@pytest.mark.parametrize("scenario", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_every_honest_run_comes_to_an_end(scenario: Scenario) -> None:
    verdict = check(scenario, (every_run_comes_to_an_end,))[every_run_comes_to_an_end]
    assert verdict.holds is True, verdict.sentence(scenario)


def test_a_defence_that_stops_the_flow_is_found_out() -> None:
    without_pkce = Scenario(policy=Policy([PKCE_REQUIRED]))
    assert witness(without_pkce, honest_run_reaches_its_end) is None
    assert check(without_pkce, (honest_run_reaches_its_end,))[honest_run_reaches_its_end].holds is False


def nobody_is_believed(me: View, message: AuthorizationResponse) -> bool:
    """Every response is refused."""
    return False


def test_a_run_that_never_ends_is_found() -> None:
    deaf = Mitigation(
        "deaf", "a client that refuses every response", "", checks={AuthorizationResponse: [nobody_is_believed]}
    )
    verdict = check(Scenario(policy=Policy([deaf])), (every_run_comes_to_an_end,))[every_run_comes_to_an_end]
    assert verdict.holds is False
    assert verdict.run is not None
    assert verdict.run.steps[-1].name == "page"
