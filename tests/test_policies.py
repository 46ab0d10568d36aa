"""No mitigation may stop an attack by breaking the protocol: honest runs end wherever they should be able to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from oauth_model.attacks import ATTACKS, EVERYTHING, Attack
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.hybrid import CODE_AND_BOTH_TOKENS, CODE_AND_TOKEN, HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import LIVENESS
from oauth_model.mitigations import MITIGATIONS, NO_IMPLICIT, Policy
from oauth_model.scenario import Bounds, Scenario

FLOWS: dict[str, tuple[Flow, ...]] = {
    "code": (AUTHORIZATION_CODE,),
    "token": (IMPLICIT,),
    "code and ID token": (HYBRID,),
    "code and token": (CODE_AND_TOKEN,),
    "code and both tokens": (CODE_AND_BOTH_TOKENS,),
    "token, or code where there are no tokens": (IMPLICIT, AUTHORIZATION_CODE),
}


def policies() -> Iterator[tuple[str, Policy]]:
    """None, one, and all; all but one, and all with one more."""
    yield "nothing", Policy()
    yield "everything", EVERYTHING
    yield "everything and all extensions", EVERYTHING.plus(*(each for each in MITIGATIONS if each.extension))
    for each in MITIGATIONS:
        yield f"only {each}", Policy([each])
        if each in EVERYTHING:
            yield f"everything but {each}", EVERYTHING.minus(each)
        else:
            yield f"everything and {each}", EVERYTHING.plus(each)


def should_allow(flows: tuple[Flow, ...], policy: Policy) -> bool:
    """A mitigation that needs another does not go without it, and one that forbids a grant does not go with that."""
    needed = {slug for each in policy for slug in each.needs}
    only_tokens = all("token" in (flow.response_type or "").split() for flow in flows)
    return needed <= set(policy.slugs) and not (only_tokens and NO_IMPLICIT in policy)


CASES = [
    pytest.param(flows, policy, id=f"{name}: {label}")
    for name, flows in FLOWS.items()
    for label, policy in policies()
    if should_allow(flows, policy)
]


@pytest.mark.parametrize(("flows", "policy"), CASES)
def test_honest_runs_end(flows: tuple[Flow, ...], policy: Policy) -> None:
    cast = Cast(authorization_servers=("as.example", "other-as.example"))
    scenario = Scenario(flows, policy, cast=cast, bounds=Bounds(client_runs=1, windows=1))
    result = check(scenario, LIVENESS)
    assert result.holds, [verdict.goal.slug for verdict in result.broken]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id or attack.slug)
def test_honest_runs_end_in_the_deployment_of_each_attack(attack: Attack) -> None:
    scenario = replace(attack.scenario, bounds=Bounds(client_runs=1, windows=1))
    assert check(scenario, LIVENESS).holds
