"""Engines: the ways to search all of a scenario, and which to take.

All say the same. `reference` walks the composition itself, in plain Python, and needs nothing else; the others
work on the intermediate form (`oauth_model.engines`) and are compared with it. `explicit` takes states one by one,
compiled; `symbolic` takes them as sets; `reduced` leaves out interleavings and names that make no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oauth_model.checkers.judge import Judge
from oauth_model.checkers.reference import explore
from oauth_model.engines.walk import Limits, Progress, Walk, at_memory, at_states
from oauth_model.errors import ModelError
from oauth_model.goals.goal import Goal
from oauth_model.scenario import Scenario
from oauth_model.world import Composition

if TYPE_CHECKING:
    from oauth_model.engines.split_team import Spread

ENGINES = ("auto", "explicit", "symbolic", "reduced", "reference")

SMALL = 100_000
"""States that plain Python has looked at before a compiled search has begun."""

LARGE = 1_000_000
"""States from which on sets of states are tried first: one by one takes more than a second or two."""

STAGES = (
    ("reference", SMALL, f"no more than {SMALL:,} states"),
    ("explicit", LARGE, f"more than {SMALL:,} states"),
)
"""The engines that `auto` tries before sets of states, each up to a number of states."""

MANY = 4
"""Resource owners from which on sets of states are taken at once."""

ROOM = 2 << 30
"""Bytes that sets of states may take before the search goes on one by one."""


@dataclass(frozen=True)
class Searched:
    """What an engine found, the composition whose changes its runs are made of, and why it was this engine."""

    walk: Walk
    composition: Composition | None
    why: str


def search(
    scenario: Scenario,
    goals: tuple[Goal, ...],
    *,
    engine: str = "auto",
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits | None = None,
    progress: Progress | None = None,
    spread: Spread | None = None,
    checkpoint: Path | None = None,
    fingerprints: bool = False,
) -> Searched:
    """Search all of a scenario for violations of goals that must hold in every world.

    It may stop once those in `stop_on` are found broken; interrupted, it says what it found so far. `limits` are the
    scenario's own where they are not given. `auto` begins with the simplest engine and goes on to others as the number
    of states asks for it, never by the clock.

    With `spread` an explicit search that is asked for is split over several workers. With a `checkpoint` the explicit
    engine is taken, which keeps in that file how far it is, and goes on from there; with `fingerprints`, too, and it
    keeps 64 bits of each state. Raises ModelError for an engine that there is not, or that cannot do this.
    """
    if engine not in ENGINES:
        raise ModelError(f"there is no engine {engine!r}; there are: {', '.join(ENGINES)}")
    bound = limits or Limits(states=scenario.bounds.states)
    if spread is not None:
        if engine != "explicit":
            raise ModelError(f"only the explicit engine can be split over workers, not {engine}")
        if checkpoint is not None:
            raise ModelError("a search that is split over workers keeps no checkpoint; leave one out")
        if fingerprints:
            raise ModelError("a search that is split over workers keeps whole states; leave one out")
        return _split(scenario, goals, spread, stop_on, bound, progress)
    if checkpoint is not None or fingerprints:
        if engine not in ("auto", "explicit"):
            wanted = "a checkpoint" if checkpoint is not None else "fingerprints"
            raise ModelError(f"only the explicit engine keeps {wanted}, not {engine}")
        why = f"kept in {checkpoint}" if checkpoint is not None else "asked for"
        return _with("explicit", scenario, goals, stop_on, bound, progress, why, checkpoint, fingerprints)
    if engine != "auto":
        return _with(engine, scenario, goals, stop_on, bound, progress, "asked for")
    why = f"more than {LARGE:,} states"
    if runs_side_by_side(scenario, bound.states):
        why = f"{len(scenario.cast.users)} resource owners, whose runs multiply"
    else:
        for name, states, reason in STAGES:
            most = min(states, bound.states or states)
            found = _with(name, scenario, goals, stop_on, replace(bound, states=most), progress, reason)
            if most == bound.states or found.walk.cut != at_states(most):
                return found
    room = replace(bound, memory=min(bound.memory or ROOM, ROOM))
    symbolic = _with("symbolic", scenario, goals, stop_on, room, progress, why)
    if symbolic.walk.cut != at_memory(room.memory or ROOM):
        return symbolic
    return _with("explicit", scenario, goals, stop_on, bound, progress, "sets of states take too much memory")


def runs_side_by_side(scenario: Scenario, states: int | None) -> bool:
    """Whether there are so many resource owners that states are better not taken one by one; a bound on states that
    is too low for that is kept to."""
    return len(scenario.cast.users) >= MANY and (states is None or states > LARGE)


def _with(
    engine: str,
    scenario: Scenario,
    goals: tuple[Goal, ...],
    stop_on: frozenset[Goal],
    limits: Limits,
    progress: Progress | None,
    why: str,
    checkpoint: Path | None = None,
    fingerprints: bool = False,
) -> Searched:
    if engine == "reference":
        composition = Composition(scenario)
        judge = Judge(composition, goals)
        found = explore(composition, judge, stop_on=stop_on, progress=progress, states=limits.states, partial=True)
        return Searched(found.walk(), composition, why)
    # Each brings libraries along that a small search can do without.
    from oauth_model.engines.program import Program

    program = Program(scenario)
    if engine == "explicit":
        from oauth_model.engines import explicit
        from oauth_model.engines.explicit_checkpoint import Checkpoint

        kept = Checkpoint(checkpoint) if checkpoint is not None else None
        walk = explicit.search(
            program,
            goals,
            stop_on=stop_on,
            limits=limits,
            progress=progress,
            checkpoint=kept,
            fingerprints=fingerprints,
        )
    elif engine == "symbolic":
        from oauth_model.engines import symbolic

        walk = symbolic.search(program, goals, stop_on=stop_on, limits=limits, progress=progress)
    else:
        from oauth_model.engines import explicit, reduced

        walk = found_by = reduced.search(
            program, goals, stop_on=stop_on, limits=limits, progress=progress, shortest=explicit.search
        )
        why = "; ".join(filter(None, (why, found_by.why)))
    return Searched(walk, program.composition, why)


def _split(
    scenario: Scenario,
    goals: tuple[Goal, ...],
    spread: Spread,
    stop_on: frozenset[Goal],
    limits: Limits,
    progress: Progress | None,
) -> Searched:
    from oauth_model.engines import split
    from oauth_model.engines.program import Program

    program = Program(scenario)
    walk = split.search(program, goals, spread, stop_on=stop_on, limits=limits, progress=progress)
    return Searched(walk, program.composition, f"asked for; {spread}")
