"""Runs that are taken again in another deployment, and what the matrix of attacks makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.attacks import ATTACKS, Attack
from oauth_model.attacks.matrix import DOES_NOT, matrix
from oauth_model.checkers import questions
from oauth_model.checkers.again import Again
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.judge import Judge
from oauth_model.goals import Goal
from oauth_model.mitigations import STATE, TOKEN_IN_HEADER_ONLY
from oauth_model.run import Run
from oauth_model.world import Composition

ATTACK = {attack.slug: attack for attack in ATTACKS}
TOKEN_IN_URI = ATTACK["token-in-uri"]


def run_of(attack: Attack) -> tuple[Goal, Run]:
    verdict = check(attack.scenario, attack.breaks).broken[0]
    assert verdict.run is not None
    return verdict.goal, verdict.run


def test_a_run_breaks_its_goal_where_nothing_stops_it() -> None:
    attack = ATTACK["code-injection"]
    goal, run = run_of(attack)
    scenario = replace(attack.scenario, policy=attack.scenario.policy.minus(STATE))
    taken = Again(scenario).take(run, goal)
    assert taken is not None and len(taken.steps) <= len(run.steps)
    composition = Composition(scenario)
    world = composition.initial
    for step in taken.steps:  # each is a step of this very deployment
        (change,) = (
            change
            for change in composition.changes(world)
            if (change.step.kind, composition.addresses[change.step.slot]) == (step.kind, step.session)
            and composition.envelopes.values[change.step.envelope] == step.envelope
        )
        world = composition.after(world, change)
    assert goal in Judge(composition, (goal,)).false_in(world)


def test_a_run_is_not_taken_where_it_is_stopped() -> None:
    goal, run = run_of(TOKEN_IN_URI)
    again = Again(TOKEN_IN_URI.scenario.plus(TOKEN_IN_HEADER_ONLY))
    assert again.take(run, goal) is None
    assert 0 < again.worlds <= len(run.steps)


def test_a_run_that_is_no_run_at_all_breaks_nothing() -> None:
    goal, run = run_of(TOKEN_IN_URI)
    again = Again(TOKEN_IN_URI.scenario)
    assert again.take(replace(run, steps=run.steps[1:]), goal) is None
    assert again.take(replace(run, steps=run.steps[::-1]), goal) is None
    assert again.take(run, goal) is not None


@pytest.mark.parametrize("slug", ["token-in-uri", "code-injection", "stolen-code"])
def test_the_matrix_says_what_it_says_without_runs_to_begin_with(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = matrix([ATTACK[slug]])
    taken = [cell for cell in line.cells if cell.result is not None and cell.result.engine == "again"]
    assert taken and all(cell.verdict == DOES_NOT for cell in taken)
    monkeypatch.setattr(questions, "_taken_again", lambda question: None)
    (searched,) = matrix([ATTACK[slug]])
    assert [cell.verdict for cell in searched.cells] == [cell.verdict for cell in line.cells]
