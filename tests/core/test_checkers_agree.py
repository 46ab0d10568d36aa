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

EXAMPLES = 1000
"""At most so many where there is something to find; few are needed."""

FEW_EXAMPLES = 30
"""So many where there is nothing to find."""

TOO_LARGE = ("mix-up",)
"""Attacks whose scenario has millions of states without a bound on forgeries."""

TOO_DEEP = {"mix-up-implicit": ("nobody-logs-in-as-another",)}
"""Goals of which random interleavings find no violation in so few examples."""

SMALL = [attack for attack in ATTACKS if attack.slug not in TOO_LARGE]


def agree(scenario: Scenario, but: tuple[str, ...] = ()) -> tuple[Goal, ...]:
    """Ask both checkers about every safety goal; the goals that both find broken."""
    exhaustive = check(scenario, SAFETY, enough=())
    assert exhaustive.complete
    broken = tuple(verdict.goal for verdict in exhaustive.broken)
    wanted = tuple(goal for goal in broken if goal.slug not in but)
    sampled = sample(scenario, SAFETY, examples=EXAMPLES if wanted else FEW_EXAMPLES, enough=wanted)
    for goal in SAFETY:
        found, run = sampled[goal], exhaustive[goal].run
        assert found.holds is not True
        if goal in wanted:
            assert found.holds is False, f"{goal.slug} is broken, but no violation was found"
        if found.holds is False:
            assert exhaustive[goal].holds is False, (
                f"{goal.slug} is said to hold, but:\n{found.run and found.run.text()}"
            )
            assert found.run is not None and run is not None
            assert len(found.run.steps) >= len(run.steps), f"{goal.slug}: the shortest run is not a shortest one"
    return wanted


@pytest.mark.parametrize("attack", SMALL, ids=str)
def test_they_agree_on_the_deployment_of_an_attack(attack: Attack) -> None:
    broken = agree(attack.scenario, TOO_DEEP.get(attack.slug, ()))
    assert set(broken) & set(attack.breaks)


STOPPED = [attack for attack in SMALL if attack.stopped_by and attack.slug not in TOO_DEEP]


@pytest.mark.parametrize("attack", STOPPED, ids=str)
def test_they_agree_once_the_attack_is_stopped(attack: Attack) -> None:
    scenario = attack.scenario.plus(*attack.stopped_by[0])
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
