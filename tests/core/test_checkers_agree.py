"""The two checkers agree: on the same scenarios, goal by goal, they come to the same verdict.

What the exhaustive checker finds broken the interleaving one finds broken too, by a run that is no shorter;
where the one says that a goal holds, the other finds nothing.
"""

from __future__ import annotations

import pytest

from oauth_model.attackers import WEB
from oauth_model.attacks import ATTACKS, EVERYTHING, Attack
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.interleaving import sample
from oauth_model.goals import SAFETY, Goal
from oauth_model.scenario import Scenario
from tests.core.scenarios import SCENARIOS

EXAMPLES = 4000
"""At most so many where there is something to find; one goal needs some hundreds, the others a few dozen."""

FEW_EXAMPLES = 30
"""So many where there is nothing to find."""

SMALL = {"client_runs": 1, "forgeries": 3}
"""Bounds within which both checkers are quick, and every attack still breaks something."""


def agree(scenario: Scenario) -> tuple[Goal, ...]:
    """Ask both checkers about every safety goal; the goals that both find broken."""
    exhaustive = check(scenario, SAFETY, enough=())
    assert exhaustive.complete
    broken = tuple(verdict.goal for verdict in exhaustive.broken)
    sampled = sample(scenario, SAFETY, examples=EXAMPLES if broken else FEW_EXAMPLES, enough=broken)
    assert [verdict.goal for verdict in sampled.broken] == list(broken)
    for goal in SAFETY:
        found, shortest = sampled[goal], exhaustive[goal]
        assert (found.holds, shortest.holds) in ((False, False), (None, True)), goal.slug
        if found.run is not None and shortest.run is not None:
            assert len(found.run.steps) >= len(shortest.run.steps), f"{goal.slug}: there is a shorter run"
    return broken


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_they_agree_on_the_deployment_of_an_attack(attack: Attack) -> None:
    assert agree(attack.scenario.bounded(**SMALL))


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.stopped_by], ids=str)
def test_they_agree_once_the_attack_is_stopped(attack: Attack) -> None:
    scenario = attack.scenario.plus(*attack.stopped_by[0]).bounded(**SMALL)
    exhaustive = check(scenario, attack.breaks, enough=())
    sampled = sample(scenario, attack.breaks, examples=FEW_EXAMPLES)
    assert [verdict.holds for verdict in exhaustive.verdicts] == [True] * len(attack.breaks)
    assert [verdict.holds for verdict in sampled.verdicts] == [None] * len(attack.breaks)


@pytest.mark.parametrize("name", ["weakest", "strongest", "time and faults", "implicit", "replay", "two users"])
def test_they_agree_on_scenarios_of_no_attack(name: str) -> None:
    agree(SCENARIOS[name])


def test_a_sampled_verdict_never_says_holds() -> None:
    result = sample(Scenario(policy=EVERYTHING, attacker=WEB), examples=5, steps=10)
    assert not result.holds
    assert not result.complete
    for verdict in result.verdicts:
        assert verdict.holds is None
        assert verdict.word == "not broken"
        assert verdict.sentence(result.scenario).startswith("no violation in 5 examples of at most 10 drawn steps: ")
