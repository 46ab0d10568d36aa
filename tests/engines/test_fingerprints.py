"""A search that keeps fingerprints finds what one finds that keeps states, and says how likely it missed one."""

from __future__ import annotations

import signal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from oauth_model.checkers.judge import Judge
from oauth_model.engines import explicit, explicit_marks, explicit_store, kernel
from oauth_model.engines.explicit import Explicit
from oauth_model.engines.explicit_checkpoint import Checkpoint
from oauth_model.engines.explicit_marks import Marked, doubt
from oauth_model.engines.program import Program
from oauth_model.engines.walk import INTERRUPTED, Limits, Status, Walk, at_memory, at_states
from oauth_model.goals import SAFETY
from oauth_model.names import InputError
from oauth_model.scenario import Scenario
from tests.core.scenarios import SCENARIOS
from tests.engines.test_explicit import BROKEN, FORGERY, SEVERAL, SMALL, counts, whole_of


def search(scenario: Scenario, **how: object) -> Walk:
    return explicit.search(Program(scenario), SAFETY, fingerprints=True, **how)  # type: ignore[arg-type]


@cache
def looked_at(program: Program) -> Explicit:
    """A search that keeps states, at its end."""
    whole = Explicit(program, SAFETY)
    for _ in whole.steps():
        pass
    return whole


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have searches begin with room for few states."""
    monkeypatch.setattr(explicit_store, "FIRST", 64)
    monkeypatch.setattr(explicit, "COLLECTED", 64)
    monkeypatch.setattr(explicit, "AT_ONCE", 64)


def mark_of(fields: list[int]) -> int:
    return sum(int(kernel.mark_of(field, value)) for field, value in enumerate(fields)) % 2**64


# ------------------------------------------------------------------ the same as with states


@pytest.mark.parametrize("name", SEVERAL)
def test_counts_and_runs_are_those_of_a_search_that_keeps_states(name: str) -> None:
    walk, whole = search(SEVERAL[name]), whole_of(name)
    assert counts(walk) == counts(whole)
    assert walk.broken == walk.found.keys()
    assert walk.doubt == doubt(walk.states) > 0
    assert whole.doubt == 0


@pytest.mark.parametrize("at_once, collected", [(1, 1), (7, 3), (64, 1000)])
def test_the_room_it_has_makes_no_difference(monkeypatch: pytest.MonkeyPatch, at_once: int, collected: int) -> None:
    monkeypatch.setattr(explicit, "AT_ONCE", at_once)
    monkeypatch.setattr(explicit, "COLLECTED", collected)
    assert counts(search(SCENARIOS["downgrade refused"])) == counts(whole_of("downgrade refused"))


def test_every_run_can_be_taken_and_breaks_its_goal_at_its_end() -> None:
    program = Program(BROKEN["code-injection"])
    found = explicit.search(program, SAFETY, fingerprints=True).found
    assert found
    composition = program.composition
    judge = Judge(composition, SAFETY)
    for goal, run in found.items():
        world = composition.initial
        for change in run:
            assert goal not in judge.false_in(world)
            world = composition.after(world, change)
        assert goal in judge.false_in(world)


# ------------------------------------------------------------------ fingerprints


def test_fingerprints_are_those_of_values_however_they_are_packed() -> None:
    """States are packed anew while it runs; those that are there have the fingerprints of their values all the time."""
    marked = Explicit(Program(FORGERY), SAFETY, fingerprints=True)
    states = marked.states
    assert isinstance(states, Marked)
    layouts = set()
    for _ in marked.steps():
        layouts.add(tuple(states.layout.mask.tolist()))
        forgotten = int(states.count[kernel.FORGOTTEN])
        for number in range(max(forgotten, states.used - 30), states.used):
            mark = mark_of(states.fields(number))
            assert states.marks[number - forgotten] == mark
            assert mark in states.table
    assert len(layouts) > 1
    assert np.count_nonzero(states.table) == states.used == whole_of(SMALL).states


def test_of_states_looked_at_only_fingerprints_are_kept(little_room: None) -> None:
    marked = Explicit(Program(FORGERY), SAFETY, fingerprints=True)
    for _ in marked.steps():
        pass
    assert isinstance(marked.states, Marked)
    assert marked.states.words.shape[0] == marked.states.marks.shape[0] < marked.states.used / 2
    assert not marked.states.parent.size


@pytest.mark.parametrize("states, expected", [(0, 0.0), (1, 2.0**-65), (2**20, 2.0**-25), (2**32, 0.5), (2**33, 1.0)])
def test_the_doubt_is_half_the_square_of_the_states_over_all_fingerprints(states: int, expected: float) -> None:
    assert doubt(states) == expected


def test_short_fingerprints_collide_as_often_as_random_numbers_would() -> None:
    """Of the lower and of the upper half of each fingerprint there are as many as of random numbers of 20 bits."""
    whole = looked_at(Program(SCENARIOS["login forgery"]))
    marks = np.array([mark_of(whole.states.fields(number)) for number in range(whole.states.used)], np.uint64)
    pairs = len(marks) * (len(marks) - 1) / 2 / 2**20
    for shift in (0, 22, 44):
        short = (marks >> np.uint64(shift)) & np.uint64(2**20 - 1)
        _, often = np.unique(short, return_counts=True)
        met = int((often * (often - 1) // 2).sum())
        assert abs(met - pairs) < 5 * pairs**0.5


def test_states_of_the_same_fingerprint_are_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few bits states are lost: the comparisons above would see it."""
    monkeypatch.setattr(explicit_marks, "KEPT", 0x3FF << 54)
    walk, whole = search(FORGERY), whole_of(SMALL)
    assert 1 < walk.states <= 1024 < whole.states
    assert counts(walk) != counts(whole)


# ------------------------------------------------------------------ cut


def test_a_cut_at_a_number_of_states_says_so() -> None:
    walk = search(FORGERY, limits=Limits(states=1000))
    assert (walk.states, walk.complete, walk.cut) == (1000, False, at_states(1000))
    assert search(FORGERY, limits=Limits(states=whole_of(SMALL).states)).complete


def test_a_cut_at_some_memory_says_so(little_room: None) -> None:
    whole = Explicit(Program(FORGERY), SAFETY, fingerprints=True)
    least = whole.memory
    for _ in whole.steps():
        pass
    limit = (least + whole.memory) // 2
    walk = search(FORGERY, limits=Limits(memory=limit))
    assert (walk.complete, walk.cut) == (False, at_memory(limit))
    assert 1 < walk.states < whole.states.used


def test_it_stops_when_all_goals_to_stop_on_are_broken() -> None:
    whole = whole_of("login-csrf")
    shallow = min(whole.found, key=lambda goal: len(whole.found[goal]))
    walk = search(BROKEN["login-csrf"], stop_on=frozenset({shallow}))
    assert (walk.complete, walk.cut) == (False, "")
    assert len(walk.found[shallow]) == len(whole.found[shallow]) == walk.depth
    assert walk.states < whole.states


def test_a_broken_goal_is_broken_even_where_there_is_no_memory_for_its_run(
    monkeypatch: pytest.MonkeyPatch, little_room: None
) -> None:
    whole = whole_of("code-injection")

    def short_of_memory(explicit_: Explicit, missing: int) -> None:
        if missing == kernel.ROOM and not explicit_.fingerprints:
            raise explicit.Cut(at_memory(1 << 20))
        usual(explicit_, missing)

    usual = Explicit._make_room
    monkeypatch.setattr(Explicit, "_make_room", short_of_memory)
    walk = search(BROKEN["code-injection"])
    assert walk.broken == whole.found.keys() and walk.broken
    assert walk.found == {}
    assert (walk.states, walk.complete) == (whole.states, True)


@pytest.mark.parametrize("by_signal", [True, False])
def test_an_interrupted_search_says_what_it_found(monkeypatch: pytest.MonkeyPatch, by_signal: bool) -> None:
    monkeypatch.setattr(explicit, "SECONDS", 0.0)

    def interrupt(status: Status) -> None:
        if status.depth == 12:
            if not by_signal:
                raise KeyboardInterrupt
            signal.raise_signal(signal.SIGINT)

    walk = search(FORGERY, progress=interrupt)
    assert (walk.complete, walk.cut, walk.depth) == (False, INTERRUPTED, 12)
    assert 1 < walk.states < whole_of(SMALL).states
    assert walk.doubt == doubt(walk.states)


# ------------------------------------------------------------------ checkpoints


def test_a_search_goes_on_many_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "SECONDS", 0.0)
    monkeypatch.setattr(explicit, "AT_ONCE", 500)
    checkpoint = Checkpoint(tmp_path / "checkpoint")
    waiting = [5, 11, 12, 17]

    def interrupt(status: Status) -> None:
        if waiting and status.depth >= waiting[0]:
            waiting.pop(0)
            signal.raise_signal(signal.SIGINT)

    for depth in (5, 11, 12, 17):
        walk = search(FORGERY, checkpoint=checkpoint, progress=interrupt)
        assert (walk.complete, walk.depth) == (False, depth)
    assert counts(search(FORGERY, checkpoint=checkpoint)) == counts(whole_of(SMALL))
    assert not checkpoint.path.exists()


@pytest.mark.parametrize("fingerprints, kind", [(True, "with"), (False, "without")])
def test_a_checkpoint_of_the_other_kind_is_refused(tmp_path: Path, fingerprints: bool, kind: str) -> None:
    checkpoint = Checkpoint(tmp_path / "checkpoint")
    checkpoint.save(Explicit(Program(FORGERY), SAFETY, fingerprints=fingerprints).saved)
    with pytest.raises(InputError, match=f"is of a search {kind} fingerprints; search so or delete it"):
        explicit.search(Program(FORGERY), SAFETY, fingerprints=not fingerprints, checkpoint=checkpoint)
