"""The explicit search finds what the reference finds, state for state, and says honestly where it was cut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from oauth_model.attacks import ATTACKS
from oauth_model.checkers.exhaustive import explore
from oauth_model.checkers.judge import Judge
from oauth_model.engines import explicit
from oauth_model.engines.explicit_checkpoint import Checkpoint
from oauth_model.engines.explicit_store import States
from oauth_model.engines.plain import Plain
from oauth_model.engines.program import Program
from oauth_model.engines.walk import Limits, Status, Walk, at_memory, at_states
from oauth_model.goals import SAFETY
from oauth_model.names import InputError
from oauth_model.scenario import Scenario
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS
from tests.processes import started

FIVE = ("login-csrf", "code-injection", "pkce-downgrade", "token-injection", "code-replay")
BROKEN = {attack.slug: attack.scenario.bounded(client_runs=1) for attack in ATTACKS if attack.slug in FIVE}
SEVERAL = SCENARIOS | BROKEN
SMALL = "login forgery, implicit"
FORGERY = SCENARIOS[SMALL]
KILLED = """
import sys
from oauth_model.engines import explicit
from oauth_model.engines.explicit_checkpoint import Checkpoint
from oauth_model.engines.program import Program
from oauth_model.goals import SAFETY
from tests.core.scenarios import SCENARIOS

def wait(status):
    if checkpoint.path.exists():
        print("saved", flush=True)
        sys.stdin.read()

explicit.AT_ONCE, explicit.SECONDS = 100, 0.0
checkpoint = Checkpoint(sys.argv[1], seconds=0.0)
explicit.search(Program(SCENARIOS["login forgery, implicit"]), SAFETY, progress=wait, checkpoint=checkpoint)
"""


def search(scenario: Scenario, **how: object) -> Walk:
    return explicit.search(Program(scenario), SAFETY, **how)  # type: ignore[arg-type]


@cache
def whole_of(name: str) -> Walk:
    return search(SEVERAL[name])


def counts(walk: Walk) -> tuple[object, ...]:
    return walk.states, walk.transitions, walk.depth, walk.complete, {g.slug: len(run) for g, run in walk.found.items()}


def transitions_of(scenario: Scenario) -> tuple[int, int, int]:
    """The states, transitions and depth of a plain search over the program."""
    plain = Plain(Program(scenario))
    seen, frontier, depth, transitions = {plain.initial}, [plain.initial], 0, 0
    while frontier:
        following = []
        for state in frontier:
            for command in plain.commands(state):
                transitions += 1
                after = plain.after(state, command)
                if after not in seen:
                    seen.add(after)
                    following.append(after)
        frontier = following
        depth += bool(frontier)
    return len(seen), transitions, depth


# ------------------------------------------------------------------ the same as the references


@pytest.mark.parametrize("name", SEVERAL)
def test_counts_and_shortest_runs_are_those_of_the_references(name: str) -> None:
    scenario = SEVERAL[name]
    composition = Composition(scenario)
    reference = explore(composition, Judge(composition, SAFETY))
    walk = whole_of(name)
    assert (walk.states, walk.transitions, walk.depth) == transitions_of(scenario)
    assert (walk.states, walk.depth) == (len(reference.came_from), reference.depth)
    assert walk.complete and not walk.cut
    lengths = {goal.slug: len(run) for goal, run in walk.found.items()}
    assert lengths == {goal.slug: len(reference.path(world)) for goal, world in reference.found.items()}


@pytest.mark.parametrize("name", BROKEN)
def test_every_run_can_be_taken_and_breaks_its_goal_at_its_end(name: str) -> None:
    program = Program(BROKEN[name])
    found = explicit.search(program, SAFETY).found
    assert found
    composition = program.composition
    judge = Judge(composition, SAFETY)
    for goal, run in found.items():
        world = composition.initial
        for change in run:
            assert goal not in judge.false_in(world)
            assert change.step in [possible.step for possible in composition.changes(world)]
            world = composition.after(world, change)
        assert goal in judge.false_in(world)


@pytest.mark.parametrize("at_once, collected", [(1, 1), (7, 3), (64, 1000)])
def test_the_room_it_has_makes_no_difference(monkeypatch: pytest.MonkeyPatch, at_once: int, collected: int) -> None:
    usual = whole_of("downgrade refused")
    monkeypatch.setattr(explicit, "AT_ONCE", at_once)
    monkeypatch.setattr(explicit, "COLLECTED", collected)
    assert counts(search(SCENARIOS["downgrade refused"])) == counts(usual)


def test_twice_the_same() -> None:
    first, second = search(FORGERY), whole_of(SMALL)
    assert counts(first) == counts(second)
    runs = [
        {goal.slug: [change.step for change in run] for goal, run in walk.found.items()} for walk in (first, second)
    ]
    assert runs[0] == runs[1]


def test_a_program_that_was_searched_before_makes_no_difference() -> None:
    program = Program(BROKEN["code-injection"])
    first = explicit.search(program, SAFETY, limits=Limits(states=100))
    assert not first.complete
    assert counts(explicit.search(program, SAFETY)) == counts(whole_of("code-injection"))


# ------------------------------------------------------------------ packing


def test_states_are_packed_anew_when_a_field_grows() -> None:
    states = States(4)
    states.fit([2, 2, 2, 2])
    states.count[0] = 3
    rows = [[0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]]
    for number, row in enumerate(rows):
        for field, value in enumerate(row):
            explicit.kernel.write(states.layout, states.words[number], field, value)
    for sizes in ([2, 1 << 20, 2, 2], [1 << 30, 1 << 20, 1 << 30, 5], [1 << 31] * 4):
        states.fit(sizes)
        assert [states.fields(number) for number in range(3)] == rows
    assert states.words.shape[1] == 2


# ------------------------------------------------------------------ cut


def test_a_cut_at_a_number_of_states_says_so() -> None:
    whole = whole_of(SMALL).states
    walk = search(FORGERY, limits=Limits(states=1000))
    assert (walk.states, walk.complete, walk.cut) == (1000, False, at_states(1000))
    assert search(FORGERY, limits=Limits(states=whole)).complete
    assert not search(FORGERY, limits=Limits(states=whole - 1)).complete


def test_a_cut_at_some_memory_says_so() -> None:
    whole = explicit.Explicit(Program(FORGERY), SAFETY)
    least = whole.memory
    for _ in whole.steps():
        pass
    limit = (least + whole.memory) // 2
    walk = search(FORGERY, limits=Limits(memory=limit))
    assert (walk.complete, walk.cut) == (False, at_memory(limit))
    assert 1 < walk.states < whole.states.used


def test_it_stops_when_all_goals_to_stop_on_are_broken() -> None:
    scenario = BROKEN["login-csrf"]
    whole = whole_of("login-csrf")
    shallow = min(whole.found, key=lambda goal: len(whole.found[goal]))
    walk = search(scenario, stop_on=frozenset({shallow}))
    assert (walk.complete, walk.cut) == (False, "")
    assert len(walk.found[shallow]) == len(whole.found[shallow]) == walk.depth
    assert walk.states < whole.states
    never = frozenset(SAFETY) - whole.found.keys()
    assert counts(search(scenario, stop_on=never | {shallow})) == counts(whole)


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "SECONDS", 0.0)
    told: list[Status] = []
    walk = search(FORGERY, progress=told.append)
    assert [status.states for status in told] == sorted(status.states for status in told)
    assert told[-1].states == walk.states and told[-1].depth == walk.depth
    assert all(0 < status.frontier <= status.states and status.memory > 0 for status in told)


@pytest.mark.parametrize("by_signal", [True, False])
def test_an_interrupted_search_says_what_it_found(monkeypatch: pytest.MonkeyPatch, by_signal: bool) -> None:
    monkeypatch.setattr(explicit, "SECONDS", 0.0)

    def interrupt(status: Status) -> None:
        if status.depth == 12:
            if not by_signal:
                raise KeyboardInterrupt
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    walk = search(FORGERY, progress=interrupt)
    assert (walk.complete, walk.cut, walk.depth) == (False, "interrupted", 12)
    assert 1 < walk.states < whole_of(SMALL).states
    assert signal.getsignal(signal.SIGINT) is before


# ------------------------------------------------------------------ checkpoints


def test_a_killed_search_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    root = str(Path(__file__).parents[2])
    with started(
        sys.executable,
        "-c",
        KILLED,
        path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": root},
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == b"saved\n"
        child.send_signal(signal.SIGKILL)
    assert path.exists()
    walk = search(FORGERY, checkpoint=Checkpoint(path))
    assert counts(walk) == counts(whole_of(SMALL))
    assert not path.exists()


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


@pytest.mark.parametrize("fingerprints", [False, True])
@pytest.mark.parametrize("at_once", [50, 500, 1 << 15])
def test_a_search_that_was_cut_goes_on_with_higher_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fingerprints: bool, at_once: int
) -> None:
    monkeypatch.setattr(explicit, "AT_ONCE", at_once)
    checkpoint, whole = Checkpoint(tmp_path / "checkpoint"), whole_of(SMALL)
    begun = []
    for states in (1, 30, 30, 500, 501, whole.states - 1, whole.states):
        program = Program(FORGERY.bounded(states=states))
        resumed = checkpoint.load(program) if begun else None
        begun.append(int(resumed.arrays["count"][0]) if resumed is not None else 1)
        walk = explicit.search(
            Program(FORGERY.bounded(states=states)),
            SAFETY,
            limits=Limits(states=states),
            checkpoint=checkpoint,
            fingerprints=fingerprints,
        )
        assert (walk.states, walk.complete, checkpoint.path.exists()) == (
            states,
            states == whole.states,
            states < whole.states,
        )
    assert begun == sorted(begun)
    assert begun[-1] > 500 or at_once > 500
    assert counts(walk) == counts(whole)


@pytest.mark.parametrize("fingerprints", [False, True])
def test_a_search_that_took_too_much_memory_goes_on_with_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fingerprints: bool
) -> None:
    monkeypatch.setattr(explicit, "AT_ONCE", 500)
    checkpoint = Checkpoint(tmp_path / "checkpoint")
    room = explicit.Explicit(Program(FORGERY), SAFETY, fingerprints=fingerprints).memory
    cut = []
    for memory in (room, room + (1 << 16), 1 << 30):
        walk = search(FORGERY, limits=Limits(memory=memory), checkpoint=checkpoint, fingerprints=fingerprints)
        assert walk.complete != checkpoint.path.exists()
        cut.append(walk.cut)
    assert cut[0] == at_memory(room)
    assert counts(walk) == counts(whole_of(SMALL))


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    checkpoint = Checkpoint(path)
    checkpoint.save(explicit.Explicit(Program(FORGERY), SAFETY).saved)
    with pytest.raises(InputError, match=r"is of another scenario .* delete it or name another"):
        search(SCENARIOS["weakest"], checkpoint=checkpoint)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is damaged"):
        search(FORGERY, checkpoint=checkpoint)
    path.write_bytes(b"something else")
    with pytest.raises(InputError, match="is no checkpoint"):
        search(FORGERY, checkpoint=checkpoint)
    with pytest.raises(InputError, match="cannot be written"):
        Checkpoint(tmp_path / "nowhere" / "checkpoint").save(explicit.Explicit(Program(FORGERY), SAFETY).saved)
