"""Every way to search a scenario, and what all of them have to agree on.

The reference says which goals are broken, how long their shortest runs are, and how many states there are. A way
that leaves states out need not say their number. No way may tell a run that cannot be taken, or that does not break
its goal at its end and only there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st

from oauth_model.checkers.engines import Searched
from oauth_model.checkers.engines import search as search_with
from oauth_model.checkers.judge import Judge
from oauth_model.checkers.parcel import Packer
from oauth_model.engines import (
    actions_closure,
    explicit,
    explicit_checkpoint,
    reduced,
    split,
    split_numbers,
    split_team,
    split_worker,
)
from oauth_model.engines import symbolic as by_diagrams
from oauth_model.engines.explicit_checkpoint import Checkpoint, Saved
from oauth_model.engines.program import Program
from oauth_model.engines.walk import Limits, Walk
from oauth_model.goals import SAFETY
from oauth_model.scenario import Scenario
from tests.engines.teams import InThisProcess

SWITCHES = tuple(
    name for name, option in inspect.signature(reduced.search).parameters.items() if isinstance(option.default, bool)
)
"""The reductions that there are."""


# ------------------------------------------------------------------ how


@dataclass(frozen=True)
class How:
    """What ways depend on, and no answer may.

    `switches` are the reductions that are on. An explicit search looks at `at_once` states at a time; one that is to
    be resumed is killed so many steps after its last checkpoint (`lost`), which it keeps when it is so far as `kept`
    says, in hundredths of its layers; `fingerprints` says what it keeps. A split search has so many `workers`.
    """

    switches: frozenset[str] = frozenset(SWITCHES)
    at_once: int = 5
    kept: int = 50
    lost: int = 1
    fingerprints: bool = False
    workers: int = 2


HOW = st.builds(
    How,
    switches=st.frozensets(st.sampled_from(SWITCHES)),
    at_once=st.sampled_from([5, 1, 64, 1 << 15]),
    kept=st.integers(0, 99),
    lost=st.integers(1, 3),
    fingerprints=st.booleans(),
    workers=st.integers(1, 3),
)


# ------------------------------------------------------------------ what is agreed on


@dataclass(frozen=True)
class Said:
    """What a way says: which goals are broken and the length of a shortest run for each; states, transitions and
    depth, each None where it does not say."""

    steps: dict[str, int]
    states: int | None = None
    transitions: int | None = None
    depth: int | None = None

    def disagrees(self, other: Said) -> list[str]:
        """What both say, and not the same."""
        return [
            f"{name}: {mine} and {others}"
            for name, mine in vars(self).items()
            if (others := getattr(other, name)) is not None and mine is not None and mine != others
        ]


def said(searched: Searched) -> Said:
    """What a search says, once its runs were taken."""
    walk = searched.walk
    assert walk.complete, walk.cut
    assert not walk.broken or walk.broken == walk.found.keys()
    _take_runs(searched)
    steps = {goal.slug: len(run) for goal, run in walk.found.items()}
    if walk.engine == "reduced":
        return Said(steps)
    counted = walk.transitions if walk.engine == "explicit" else None
    return Said(steps, walk.states, counted, walk.depth)


def _take_runs(searched: Searched) -> None:
    composition = searched.composition
    assert composition is not None
    judge = Judge(composition, tuple(searched.walk.found))
    for goal, run in searched.walk.found.items():
        world = composition.initial
        for change in run:
            assert goal not in judge.false_in(world), f"a run to a violation of {goal.slug} goes on after it"
            assert change.step in [possible.step for possible in composition.changes(world)], change.step
            world = composition.after(world, change)
        assert goal in judge.false_in(world), f"a run does not break {goal.slug}"


def reference(scenario: Scenario, states: int | None = None) -> Said | None:
    """What the reference says; None if there are more states than that."""
    searched = search_with(scenario, SAFETY, engine="reference", limits=Limits(states))
    return said(searched) if searched.walk.complete else None


def compare(scenario: Scenario, expected: Said, ways: Sequence[str], how: How) -> None:
    """Search in some ways; raises AssertionError, which names the way, where one disagrees with those before it."""
    for name in ways:
        found = said(WAYS[name](scenario, expected, how))
        assert not expected.disagrees(found), f"{name}: {'; '.join(expected.disagrees(found))}"
        expected = replace(expected, transitions=expected.transitions or found.transitions)


# ------------------------------------------------------------------ ways


def limits(expected: Said) -> Limits:
    """What a way that is right is far from: one that is wrong need not end."""
    return Limits(2 * (expected.states or 0) + 1000, 1 << 30)


def _explicit(scenario: Scenario, expected: Said, how: How) -> Searched:
    with patched({(explicit, "AT_ONCE"): how.at_once}):
        return search_with(scenario, SAFETY, engine="explicit", limits=limits(expected))


def _fingerprints(scenario: Scenario, expected: Said, how: How) -> Searched:
    with patched({(explicit, "AT_ONCE"): how.at_once}):
        return search_with(scenario, SAFETY, engine="explicit", limits=limits(expected), fingerprints=True)


def _symbolic(scenario: Scenario, expected: Said, how: How) -> Searched:
    return search_with(scenario, SAFETY, engine="symbolic", limits=limits(expected))


def _pure(scenario: Scenario, expected: Said, how: How) -> Searched:
    program = Program(scenario)
    walk = by_diagrams.search(program, SAFETY, limits=limits(expected), pure=True)
    return Searched(walk, program.composition, "")


def _reduced(scenario: Scenario, expected: Said, how: How) -> Searched:
    program = Program(scenario)
    switches = {name: name in how.switches for name in SWITCHES}
    with patched({(actions_closure, "NODES"): 20_000}):
        walk = reduced.search(program, SAFETY, limits=limits(expected), shortest=explicit.search, **switches)
    return Searched(walk, program.composition, walk.why)


def _split(scenario: Scenario, expected: Said, how: How) -> Searched:
    program = Program(scenario)
    with patched(
        {
            (split_worker, "AT_A_TIME"): 50,
            (split_worker, "REMEMBERED"): 100,
            (split_worker, "INSERTED"): 10,
            (split_team, "Packer"): packer,
            (split_numbers, "Packer"): packer,
        }
    ):
        walk = split.search(program, SAFETY, InThisProcess(how.workers), limits=limits(expected))
    return Searched(walk, program.composition, "")


class Killed(Exception):
    """Comes out of a search as nothing does that the search expects."""


class KilledAfter(Checkpoint):
    """A checkpoint that is kept once, after some steps; some steps later the search is no more."""

    def __init__(self, path: Path, kept: int, killed: int) -> None:
        super().__init__(path)
        self._steps, self._kept, self._killed = 0, kept, killed

    def is_due(self) -> bool:
        self._steps += 1
        if self._steps == self._killed:
            raise Killed
        return self._steps == self._kept

    def remove(self) -> None:
        raise Killed  # before it is removed


class Kept(Checkpoint):
    """A checkpoint that must be there."""

    def load(self, program: Program) -> Saved | None:
        found = super().load(program)
        assert found is not None
        return found


def _resumed(scenario: Scenario, expected: Said, how: How) -> Searched:
    """As after kill -9: nothing is left of the first search but its file."""
    assert expected.states is not None and expected.depth is not None
    steps = max(expected.depth + 1, expected.states // how.at_once)
    kept = 1 + how.kept * steps // 100
    program = Program(scenario)
    replaced = {(explicit, "AT_ONCE"): how.at_once, (explicit_checkpoint, "Packer"): packer}
    with TemporaryDirectory(prefix="oauth-model-") as folder, patched(replaced):
        path = Path(folder, "checkpoint")
        with pytest.raises(Killed):
            _checkpointed(Program(scenario), expected, how, KilledAfter(path, kept, kept + how.lost))
        walk = _checkpointed(program, expected, how, Kept(path))
        assert not path.exists()
    return Searched(walk, program.composition, "")


def _checkpointed(program: Program, expected: Said, how: How, checkpoint: Checkpoint) -> Walk:
    return explicit.search(
        program, SAFETY, limits=limits(expected), checkpoint=checkpoint, fingerprints=how.fingerprints
    )


Way = Callable[[Scenario, Said, How], Searched]

WAYS: dict[str, Way] = {
    "explicit": _explicit,
    "fingerprints": _fingerprints,
    "resumed": _resumed,
    "split": _split,
    "symbolic": _symbolic,
    "pure Python diagrams": _pure,
    "reduced": _reduced,
}


# ------------------------------------------------------------------ so that examples cost little


@contextmanager
def patched(replaced: dict[tuple[object, str], object]) -> Iterator[None]:
    """Have modules say something else for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), value in replaced.items():
            patch.setattr(module, name, value)
        yield


@cache
def packer() -> Packer:
    """One packer for all: making one looks at every module that there is."""
    return Packer()
