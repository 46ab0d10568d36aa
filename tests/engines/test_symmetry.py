"""Symmetry: one state for all that differ in names only, and the certificate without which no name is exchanged.

The states that are left are compared with those of a search that exchanges nothing: one of each kind, and of each kind
one. Machines and goals that treat one user in a way of their own must be noticed, and so must faults that are put in.
"""

from __future__ import annotations

import pytest

from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import Judge, explore
from oauth_model.engines import symmetry
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.program import Program
from oauth_model.engines.reduced import search
from oauth_model.engines.symmetry import Guesses
from oauth_model.engines.symmetry_names import of_users
from oauth_model.engines.walk import Walk
from oauth_model.goals import SAFETY
from oauth_model.goals.goal import Goal
from oauth_model.scenario import Bounds, Scenario
from oauth_model.world import Composition
from tests.engines.quotients import (
    DIFFERENT,
    NAMING,
    NOT_ALICE,
    PAIR,
    THREE,
    at_the_end,
    named,
    one_of_each_kind,
    searched,
    steal,
    users,
)

# ------------------------------------------------------------------ one of each kind


KINDS: dict[str, tuple[Scenario, tuple[int, int, int]]] = {
    "two users apart": (users(PAIR, 2, 2), (120, 225, 2)),
    "two users at one authorization": (users(PAIR, 2, 1), (42, 81, 2)),
    "two users at one run": (users(PAIR, 1, 2, time_passes=True), (51, 100, 2)),
    "three users at one run": (users(THREE, 1, 3), (43, 164, 6)),
    "codes are stolen": (steal(), (432, 861, 2)),
}


@pytest.mark.parametrize("name", KINDS)
def test_one_of_each_kind_is_left(name: str) -> None:
    scenario, numbers = KINDS[name]
    assert one_of_each_kind(scenario) == numbers


@pytest.mark.parametrize("name", KINDS)
def test_every_switch_leaves_verdicts_and_shortest_runs(name: str) -> None:
    scenario, (least, most, _) = KINDS[name]
    composition = Composition(scenario)
    found = explore(composition, Judge(composition, SAFETY))
    reference = {goal: len(found.path(world)) for goal, world in found.found.items()}
    for reduce in (False, True):
        switches = {"stubborn": reduce, "knowledge_first": reduce}
        walks = [
            search(Program(scenario), SAFETY, symmetry=on, attacker_values=False, **switches) for on in (False, True)
        ]
        for walk in walks:
            assert {goal: len(run) for goal, run in walk.found.items()} == reference
            assert (walk.complete, walk.cut, walk.why) == (True, "", "")
        assert walks[1].states < walks[0].states <= most and walks[1].states <= least
        assert [walk.renamings for walk in walks] == [1, KINDS[name][1][2]]


def test_the_search_s_own_run_is_one_of_the_program_s() -> None:
    """Where no shortest run is found, the run is that of a quotient, under the names with which a goal is broken."""

    def none_found(program: Program, goals: tuple[Goal, ...], **given: object) -> Walk:
        return Walk("none")

    program = Program(steal())
    walk = search(program, SAFETY, attacker_values=False, shortest=none_found)
    assert walk.found and walk.cut == "some runs may not be shortest ones" and walk.renamings == 2
    for goal, run in walk.found.items():
        assert not goal.holds(at_the_end(program, run))


# ------------------------------------------------------------------ goals that name somebody


@pytest.mark.parametrize("goal", NAMING, ids=str)
def test_a_goal_is_asked_under_all_names(goal: Goal) -> None:
    found = named(goal).search
    assert set(found.broken) == {goal}
    assert not goal.holds(at_the_end(found.program, found.path(goal)))


# ------------------------------------------------------------------ users who are not alike


def test_a_user_who_is_treated_differently_is_not_exchanged() -> None:
    pair, three = users(PAIR, 1, 1, NOT_ALICE), users(THREE, 1, 1, NOT_ALICE)
    assert one_of_each_kind(pair)[2] == 1
    assert one_of_each_kind(three)[2] == 2
    swap = searched(three, symmetry=True).symmetry.elements[1]
    addresses = Composition(three).addresses
    moved = {addresses[old].party for old, new in enumerate(swap.slots) if old != new}
    assert moved == {"bob", "bob's browser", "carol", "carol's browser"}


@pytest.mark.parametrize("name", DIFFERENT)
def test_an_action_without_image_makes_a_search_begin_again(name: str) -> None:
    scenario, goal = DIFFERENT[name]
    found = searched(scenario, (goal,), symmetry=True)
    assert found.began_again == 1 and len(found.symmetry.elements) == 1
    walk = search(Program(scenario), (goal,), attacker_values=False)
    assert (walk.renamings, walk.complete, walk.why, walk.broken) == (1, True, "", frozenset())


def test_renamings_that_do_not_fit_the_windows_are_none() -> None:
    world = Composition(Scenario(cast=Cast(users=PAIR), bounds=Bounds(client_runs=3, authorizations=1, windows=2)))
    assert of_users(world, {"alice": "bob", "bob": "alice"}) is None  # alice begins at 1 and 3, bob at 2 and 1
    world = Composition(Scenario(cast=Cast(users=PAIR), bounds=Bounds(client_runs=4, authorizations=1, windows=2)))
    assert of_users(world, {"alice": "bob", "bob": "alice"}) is not None


def test_no_more_permutations_than_there_is_use_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symmetry, "MOST", 6)
    closure = Closure(Program(Scenario(cast=Cast(users=(*THREE, "dave")), bounds=Bounds(1, 1, 1))))
    closure.close()
    elements = Guesses(closure).best().elements
    assert len(elements) == 6 and all(each.slots[3] == 3 for each in elements)
