"""Repair: the smallest sets of mitigations that make a broken goal hold, by search.

Sets are tried by size, each in the deployment with just these switched on as well. One counts if the
goal holds there by a complete search and the honest-run goals hold too: nothing is repaired by stopping
the flow. All sets of the smallest size are found, up to a largest size that the answer names.

Most sets do not help, and showing that is quick: a run that broke the goal before is followed again, as
far as its messages can be made with the set switched on. Where it still breaks the goal, there is nothing
to search. Where it does not, nothing is concluded, and the search decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields

from oauth_model.checkers.exhaustive import Judge, check, honest
from oauth_model.goals import LIVENESS, Goal
from oauth_model.machine import Envelope
from oauth_model.mitigations import MITIGATIONS, Mitigation
from oauth_model.run import Run, RunStep
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.world import Composition

Set = tuple[Mitigation, ...]

Note = Callable[[int, int, int], None]
"""Called now and then with the size of the sets, how many of that size were tried, and how many there are."""

LARGEST = 2
"""How many mitigations are tried together where nothing else is said."""


@dataclass(frozen=True)
class Repair:
    """What mends one goal.

    `sets` are all the smallest sets that do, none if there is none of up to `largest` mitigations; `undecided`
    are sets of no larger size whose search was cut, of which nothing is known. `broken` is False for a goal
    that needs no repair (it holds, or its own search was cut: then `undecided` holds the empty set).
    `candidates` are the mitigations that were tried, `tried` how many sets were.
    """

    goal: Goal
    broken: bool
    sets: tuple[Set, ...]
    undecided: tuple[Set, ...]
    candidates: Set
    largest: int
    tried: int


@dataclass
class _Open:
    """A goal that is not mended yet, and the runs that broke it so far, the one that served last first."""

    goal: Goal
    runs: list[Run] = field(default_factory=list)
    sets: list[Set] = field(default_factory=list)
    undecided: list[Set] = field(default_factory=list)
    tried: int = 0


def minimal_policies(
    scenario: Scenario,
    goal: Goal,
    *,
    candidates: Iterable[Mitigation] = MITIGATIONS,
    largest: int = LARGEST,
    note: Note | None = None,
) -> Repair:
    """The smallest sets of mitigations that, switched on as well, make a goal hold in a scenario.

    Raises ModelError for a scenario that is put together wrongly.
    """
    return repairs([scenario], [goal], candidates=candidates, largest=largest, note=note)[0]


def repairs(
    scenarios: Sequence[Scenario],
    goals: Iterable[Goal],
    *,
    candidates: Iterable[Mitigation] = MITIGATIONS,
    largest: int = LARGEST,
    note: Note | None = None,
) -> list[Repair]:
    """The same for several goals at once, each to hold in all of the scenarios: one repair a goal, in order."""
    goals = tuple(dict.fromkeys(goals))
    on = frozenset.intersection(*(scenario.policy for scenario in scenarios))
    offered = tuple(mitigation for mitigation in dict.fromkeys(candidates) if mitigation not in on)
    as_it_is = {goal: _Open(goal) for goal in goals}
    _try((), scenarios, list(as_it_is.values()), needs_honest_run=False)
    broken = [entry for entry in as_it_is.values() if entry.runs]
    waiting = list(broken)
    for entry in broken:
        entry.tried = 0
    for size in range(1, largest + 1):
        sets = list(itertools.combinations(offered, size))
        for number, chosen in enumerate(sets):
            if waiting and note is not None:
                note(size, number, len(sets))
            _try(chosen, scenarios, waiting)
        waiting = [entry for entry in waiting if not entry.sets]
    return [
        Repair(
            entry.goal,
            entry in broken,
            tuple(entry.sets) if entry in broken else (),
            tuple(entry.undecided),
            offered,
            largest,
            entry.tried,
        )
        for entry in as_it_is.values()
    ]


def _try(chosen: Set, scenarios: Sequence[Scenario], entries: list[_Open], needs_honest_run: bool = True) -> None:
    """Switch a set on, and note for each goal whether it holds then."""
    left = list(entries)
    unsure: set[Goal] = set()
    for entry in left:
        entry.tried += 1
    for scenario in scenarios:
        if not left:
            return
        mended = scenario.plus(*chosen)
        composition = Composition(mended)
        left = [entry for entry in left if not _is_broken_again(composition, entry)]
        if not left or (needs_honest_run and not check(honest(mended), LIVENESS).holds):
            return
        result = check(mended, [entry.goal for entry in left])
        for entry in tuple(left):
            verdict = result[entry.goal]
            if verdict.holds is None:
                unsure.add(entry.goal)
            if verdict.holds is False:
                left.remove(entry)
                entry.runs.insert(0, verdict.run or Run(mended, ()))
    for entry in left:
        (entry.undecided if entry.goal in unsure else entry.sets).append(chosen)


# ------------------------------------------------------------------ following a run again


def _is_broken_again(composition: Composition, entry: _Open) -> bool:
    """Whether a run that broke the goal before still does, with what has to change in its messages changed."""
    if entry.goal.kind != "always":
        return False
    judge = Judge(composition, (entry.goal,))
    for number, run in enumerate(entry.runs):
        if _breaks(composition, judge, run):
            entry.runs.insert(0, entry.runs.pop(number))
            return True
    return False


def _breaks(composition: Composition, judge: Judge, run: Run) -> bool:
    world: World = composition.initial
    for step in run.steps:
        change = _closest(composition, world, step)
        if change is None:
            return False
        world = composition.after(world, change)
        if judge.false_in(world):
            return True
    return bool(judge.false_in(world))


def _closest(composition: Composition, world: World, step: RunStep) -> Change | None:
    """The possible step that is most like a step of the run: of its kind, in its session, of its message class."""
    best: Change | None = None
    likeness = -1
    for change in composition.changes(world):
        envelope = composition.envelopes.values[change.step.envelope]
        fits = (
            change.step.kind == step.kind
            and composition.addresses[change.step.slot] == step.session
            and change.otherwise == step.refused
            and type(envelope.message) is type(step.envelope.message)
        )
        if fits and (alike := _alike(envelope, step.envelope)) > likeness:
            best, likeness = change, alike
    return best


def _alike(one: Envelope, other: Envelope) -> int:
    """In how many parameters two messages of one class agree."""
    same = sum(getattr(one.message, part.name) == getattr(other.message, part.name) for part in fields(one.message))
    return int(same + (one.uri == other.uri) + (one.sender == other.sender))
