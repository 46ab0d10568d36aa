"""The interleaving checker: it finds what is there, says what it did, and reports a run without padding."""

from __future__ import annotations

import importlib
import sys
import unittest
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from oauth_model.attackers import READS_RESPONSES, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.checkers.exhaustive import Judge, check, explore
from oauth_model.checkers.interleaving import MOST_STEPS, GoalBroken, interleavings, sample
from oauth_model.checkers.minimize import last_world, minimize, replay
from oauth_model.checkers.step_names import by_name, universe
from oauth_model.goals import SAFETY, Goal, codes_stay_secret, honest_run_reaches_its_end, redirect_uris_match
from oauth_model.machine import ModelError
from oauth_model.mitigations import EXACT_REDIRECT_URI
from oauth_model.scenario import Bounds, Scenario
from oauth_model.steps import World
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS, walked

STRONG = Scenario(policy=EVERYTHING, attacker=WEB)
LOOSE = STRONG.without(EXACT_REDIRECT_URI)
READ = STRONG.attacked_by(WEB | READS_RESPONSES).bounded(client_runs=1)


def run(machine: type[unittest.TestCase]) -> None:
    """Run a Hypothesis state machine's test case as unittest does, letting its failure through."""
    machine("runTest").debug()


# ------------------------------------------------------------------ as a test case


def test_a_deployment_in_which_the_goals_hold_passes() -> None:
    run(interleavings(STRONG).TestCase)


def test_a_broken_goal_fails_with_a_minimal_run() -> None:
    machine = interleavings(LOOSE, (redirect_uris_match,))
    machine.TestCase.settings = settings(machine.TestCase.settings, phases=[Phase.generate])
    with pytest.raises(GoalBroken) as failure:
        run(machine.TestCase)
    assert failure.value.goal is redirect_uris_match
    text = str(failure.value)
    assert text.startswith("redirect-uris-match is broken in ")
    assert failure.value.run.text() in text
    assert failure.value.run.broken == "redirect-uris-match"


def test_goals_that_are_not_about_every_world_are_refused() -> None:
    for ask in (interleavings, sample):
        with pytest.raises(ModelError, match=r"honest-run-reaches-its-end.*exhaustive checker"):
            ask(STRONG, (honest_run_reaches_its_end,))


# ------------------------------------------------------------------ as a sample


def test_the_same_seed_gives_the_same_answer() -> None:
    first, second = (sample(READ, examples=30, steps=20, seed=7) for _ in range(2))
    assert (first.states, first.transitions, first.depth) == (second.states, second.transitions, second.depth)
    for one, other in zip(first.verdicts, second.verdicts, strict=True):
        assert (one.run and one.run.text()) == (other.run and other.run.text())


def test_the_same_seed_gives_the_same_answer_whatever_else_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hypothesis also draws numbers that stand in the source of modules loaded."""
    before = sample(READ, examples=30, steps=20, seed=7)
    (tmp_path / "full_of_numbers.py").write_text(f"NUMBERS = {list(range(100, 1000))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "full_of_numbers", importlib.import_module("full_of_numbers"))
    after = sample(READ, examples=30, steps=20, seed=7)
    assert (after.states, after.transitions, after.depth) == (before.states, before.transitions, before.depth)


def test_an_example_has_not_any_number_of_steps() -> None:
    assert sample(READ, (redirect_uris_match,), examples=2, steps=MOST_STEPS).depth > 0
    with pytest.raises(ModelError, match=r"801 steps in an example: there can be 800; take more examples"):
        sample(READ, examples=2, steps=MOST_STEPS + 1)


def test_another_seed_takes_other_steps() -> None:
    assert sample(READ, examples=30, seed=1).transitions != sample(READ, examples=30, seed=2).transitions


def test_it_stops_when_enough_is_broken() -> None:
    few = sample(READ, examples=200, enough=(codes_stay_secret,))
    assert few[codes_stay_secret].holds is False
    assert few.transitions < sample(READ, examples=200, enough=()).transitions


def test_it_meets_only_worlds_that_there_are() -> None:
    scenario = SCENARIOS["weakest"]
    composition = Composition(scenario)
    whole = len(explore(composition, Judge(composition, ())).came_from)
    assert 0 < sample(scenario, examples=50, enough=()).states <= whole


def test_a_survey_says_how_far_it_looked() -> None:
    result = sample(STRONG, (redirect_uris_match,), examples=10, steps=15)
    (verdict,) = result.verdicts
    assert verdict.sentence(STRONG) == (
        f"no violation in 10 examples of at most 15 drawn steps: {STRONG.bounds}, {result.states:,} states met"
    )


# ------------------------------------------------------------------ step names


@pytest.mark.parametrize("name", ["time and faults", "login forgery", "login forgery, implicit", "stolen token"])
def test_every_step_of_every_world_has_a_name_in_the_universe(name: str) -> None:
    composition, changes = walked(SCENARIOS[name])
    names = set(universe(composition))
    met = {step for options in changes.values() for step in by_name(composition, options)}
    assert met <= names
    for options in changes.values():
        assert sum(len(same) for same in by_name(composition, options).values()) == len(options)


# ------------------------------------------------------------------ minimal runs


def breaking_runs(scenario: Scenario) -> list[tuple[Goal, World, Composition, Judge, list[object]]]:
    composition = Composition(scenario)
    judge = Judge(composition, SAFETY)
    search = explore(composition, judge)
    worlds = sorted(search.came_from, key=lambda world: len(search.path(world)))[::-1]
    found = []
    for goal in search.found:
        world = next(world for world in worlds if goal in judge.false_in(world))
        found.append((goal, world, composition, judge, search.path(world)))
    return found  # type: ignore[return-value]


def test_minimal_runs_still_break_their_goal_and_no_step_can_be_dropped() -> None:
    scenario = READ
    result = check(scenario, SAFETY, enough=())
    for goal, _, composition, judge, path in breaking_runs(scenario):

        def broken(world: World, goal: Goal = goal, judge: Judge = judge) -> bool:
            return goal in judge.false_in(world)

        kept = minimize(composition, path, broken)  # type: ignore[arg-type]
        assert len(kept) <= len(path)
        assert broken(last_world(composition, kept))
        shortest = result[goal].run
        assert shortest is not None and len(kept) >= len(shortest.steps)
        steps = [change.step for change in kept]
        assert replay(composition, steps) == kept
        for left_out in range(len(steps)):
            rest = replay(composition, steps[:left_out] + steps[left_out + 1 :], broken)
            assert not broken(last_world(composition, rest)) or len(rest) == len(steps)


def test_a_run_that_breaks_nothing_cannot_be_minimised() -> None:
    composition = Composition(STRONG)
    change = composition.changes(composition.initial)[0]
    with pytest.raises(ValueError, match="nothing to minimise"):
        minimize(composition, [change], lambda world: False)


def test_what_holds_at_the_start_needs_no_step() -> None:
    composition = Composition(STRONG)
    change = composition.changes(composition.initial)[0]
    assert minimize(composition, [change], lambda world: True) == []


def test_bounds_are_part_of_what_is_said() -> None:
    scenario = Scenario(attacker=WEB, bounds=Bounds(client_runs=1, forgeries=1))
    result = sample(scenario, (codes_stay_secret,), examples=3, steps=2)
    assert "1 client run" in result[codes_stay_secret].sentence(scenario)
    assert "1 forgery" in result[codes_stay_secret].sentence(scenario)
