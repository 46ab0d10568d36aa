"""SPIN as a second opinion: it counts the same states and comes to the same verdicts on the exported model."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from oauth_model.attacks import ATTACKS
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.verdict import Result
from oauth_model.export.closing import close
from oauth_model.export.promela import promela
from oauth_model.export.words import identifier
from oauth_model.goals import SAFETY, Goal
from tests.core.scenarios import SCENARIOS
from tests.export.spin import Pan, needs_spin, verify

pytestmark = needs_spin

EVERY = {**SCENARIOS, **{attack.slug: attack.scenario for attack in ATTACKS}}
NAMES = (
    "weakest",
    "time and faults",
    "implicit",
    "replay revokes",
    "two users",
    "stolen token",
    "code of another server",
    "downgrade refused",
    "login forgery, implicit",
    "code-injection",
    "token-injection",
    "stolen-code",
)


def broken_goal(name: str) -> Goal | None:
    """A goal that is broken in a scenario, another one for each where there are several."""
    broken = checked(name).broken
    return broken[2 * NAMES.index(name) % len(broken)].goal if broken else None


@cache
def checked(name: str) -> Result:
    return check(EVERY[name], SAFETY, enough=())


@pytest.mark.parametrize("name", NAMES)
def test_spin_counts_the_same_states_and_comes_to_the_same_verdicts(name: str, tmp_path: Path) -> None:
    result = checked(name)
    model = promela(close(EVERY[name]))
    held = [f"CHECK_{identifier(verdict.goal.slug)}" for verdict in result.verdicts if verdict.holds]
    assert len(held) >= 3
    assert verify(model, tmp_path, *held) == Pan(result.states, 0)
    goal = broken_goal(name)
    if goal is not None:
        assert verify(model, tmp_path, f"CHECK_{identifier(goal.slug)}").errors == 1, goal


def test_several_goals_are_broken_in_these_scenarios() -> None:
    assert len({broken_goal(name) for name in NAMES} - {None}) >= 6


@pytest.mark.parametrize("name", ["two users", "stolen token"])
def test_what_is_delivered_at_once_can_be_left_out(name: str, tmp_path: Path) -> None:
    closed = close(EVERY[name])
    assert closed.settled < closed.states
    assert verify(promela(closed), tmp_path, "CHAINS").states == closed.settled
    goal = broken_goal(name)
    if goal is not None:
        assert verify(promela(closed), tmp_path, "CHAINS", f"CHECK_{identifier(goal.slug)}").errors == 1


def test_partial_order_reduction_finds_nothing_to_leave_out(tmp_path: Path) -> None:
    closed = close(EVERY["stolen token"])
    assert verify(promela(closed), tmp_path, flags=()).states == closed.states


# ------------------------------------------------------------------ faults are caught


@pytest.mark.parametrize("dropped", [0, 10, -1])
def test_a_step_that_is_missing_shows_in_the_count(dropped: int, tmp_path: Path) -> None:
    closed = close(EVERY["replay"])
    actions = list(closed.actions)
    del actions[dropped]
    assert verify(promela(replace(closed, actions=tuple(actions))), tmp_path).states != closed.states


def test_a_condition_that_is_missing_shows_in_the_verdict(tmp_path: Path) -> None:
    closed = close(EVERY["replay"])
    broken = next(violation for violation in closed.violations if violation.cubes)
    check_it = f"CHECK_{identifier(broken.goal.slug)}"
    assert verify(promela(closed), tmp_path, check_it).errors == 1
    without = tuple(replace(each, cubes=()) if each is broken else each for each in closed.violations)
    assert verify(promela(replace(closed, violations=without)), tmp_path, check_it).errors == 0
