"""All engines say the same: on scenarios at random, and not when one of them is broken on purpose."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, assume, given, settings

from oauth_model.checkers.engines import search
from oauth_model.engines.program import Program
from oauth_model.engines.reach import Reach
from oauth_model.engines.steps_of import StepsOf
from oauth_model.engines.tree import Command
from oauth_model.engines.walk import Limits
from oauth_model.errors import ModelError
from oauth_model.goals import SAFETY
from oauth_model.scenario import Scenario
from tests.core.scenarios import SCENARIOS
from tests.engines.scenarios import SCENARIO

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
"""Thousands of larger scenarios instead of some hundreds of small ones."""

EXAMPLES = 3000 if DEEP else 120
STATES = 20_000 if DEEP else 600

ENGINES = ("explicit", "symbolic")


@dataclass(frozen=True)
class Said:
    """What engines have to agree on: the number of states, and the length of a shortest run for each broken goal."""

    states: int
    steps: dict[str, int]


def said(scenario: Scenario, engine: str) -> Said:
    walk = search(scenario, SAFETY, engine=engine, limits=Limits()).walk
    assert walk.complete
    return Said(walk.states, {goal.slug: len(run) for goal, run in sorted(walk.found.items(), key=str)})


def within(scenario: Scenario, states: int) -> bool:
    try:
        return search(scenario, SAFETY, engine="reference", limits=Limits(states)).walk.complete
    except ModelError:  # such as an attacker who plays a role that the mitigations leave no room for
        return False


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(scenario=SCENARIO)
def test_engines_agree_on_scenarios_at_random(scenario: Scenario) -> None:
    assume(within(scenario, STATES))
    expected = said(scenario, "reference")
    for engine in ENGINES:
        assert said(scenario, engine) == expected, engine


# ------------------------------------------------------------------ faults on purpose


def drops_commands(patch: pytest.MonkeyPatch) -> None:
    """One in eleven commands is lost."""
    images = Reach._images

    def broken(reach: Reach, alike: list[int], states: object) -> Iterator[object]:
        kept = [number for number in alike if number % 11]
        return images(reach, kept, states) if kept else iter(())

    patch.setattr(Reach, "_images", broken)


def forgets_who_is_idle(patch: pytest.MonkeyPatch) -> None:
    """A step reads one variable less than it depends on: every idle session is begun, not one for all."""
    patch.setattr(StepsOf, "_is_first", lambda *_: True)


def forgets_what_happened(patch: pytest.MonkeyPatch) -> None:
    """What a command records is not written down."""
    command = StepsOf._command

    def broken(steps: StepsOf, *arguments: object, **options: object) -> Command:
        made = command(steps, *arguments, **options)  # type: ignore[arg-type]
        return Command(
            made.guard, made.needs, made.assigns, made.learns, frozenset(), made.forged, made.teaches, made.change
        )

    patch.setattr(StepsOf, "_command", broken)


def forgets_what_is_needed(patch: pytest.MonkeyPatch) -> None:
    """The attacker says what it does not know."""
    command = StepsOf._command

    def broken(steps: StepsOf, *arguments: object, **options: object) -> Command:
        made = command(steps, *arguments, **options)  # type: ignore[arg-type]
        return Command(
            made.guard, frozenset(), made.assigns, made.learns, made.records, made.forged, made.teaches, made.change
        )

    patch.setattr(StepsOf, "_command", broken)


def lets_others_go_first(patch: pytest.MonkeyPatch) -> None:
    """Nothing is urgent."""
    patch.setattr(Program, "urgent", lambda *_: None)


FAULTS: tuple[tuple[Callable[[pytest.MonkeyPatch], None], tuple[str, ...]], ...] = (
    (drops_commands, ("symbolic",)),
    (forgets_who_is_idle, ENGINES),
    (forgets_what_happened, ENGINES),
    (forgets_what_is_needed, ENGINES),
    (lets_others_go_first, ENGINES),
)

WATCHED = ("two users", "login forgery, implicit", "downgrade refused", "replay revokes", "stolen token")


@pytest.fixture(scope="module")
def expected() -> dict[str, Said]:
    return {name: said(SCENARIOS[name], "reference") for name in WATCHED}


@pytest.mark.parametrize("name", WATCHED)
def test_engines_agree_on_scenarios_that_faults_are_tried_on(name: str, expected: dict[str, Said]) -> None:
    assert [said(SCENARIOS[name], engine) for engine in ENGINES] == [expected[name]] * len(ENGINES)


@pytest.mark.parametrize(
    ("fault", "engine"),
    [(fault, engine) for fault, engines in FAULTS for engine in engines],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_an_engine_with_a_fault_is_found_out(
    fault: Callable[[pytest.MonkeyPatch], None],
    engine: str,
    expected: dict[str, Said],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(monkeypatch)

    def differs(name: str) -> bool:
        try:
            return said(SCENARIOS[name], engine) != expected[name]
        except (AssertionError, LookupError):  # a fault may also show as an engine that contradicts itself
            return True

    assert any(differs(name) for name in WATCHED)
