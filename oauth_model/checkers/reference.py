"""The reference: breadth-first over every world of a composition, in plain Python.

The first violation that it meets of a goal is a shortest one. Goals are asked once for each evidence
(facts and knowledge) that occurs, not once for each world. The search goes on until every goal is
broken or every world is known; if it is cut before, it says so. Faster engines are compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from oauth_model.checkers.judge import Judge
from oauth_model.engines.walk import INTERRUPTED, Progress, Status, Walk, at_states
from oauth_model.goals.goal import Goal
from oauth_model.steps import Change, World
from oauth_model.world import Composition

EVERY = 4096
"""How many worlds are looked at between two notes on progress."""

BYTES = 400
"""What a world takes in memory, roughly: a tuple, its place in a table, and the link to where it came from."""


@dataclass
class Search:
    """One breadth-first walk: where each world was reached from, and what was found."""

    composition: Composition
    came_from: dict[World, tuple[World, Change] | None] = field(default_factory=dict)
    transitions: int = 0
    depth: int = 0
    complete: bool = True
    cut: str = ""
    found: dict[Goal, World] = field(default_factory=dict)
    final: list[World] = field(default_factory=list)

    def walk(self) -> Walk:
        """The walk as engines report it."""
        runs = {goal: tuple(self.path(world)) for goal, world in self.found.items()}
        return Walk("reference", len(self.came_from), self.transitions, self.depth, self.complete, self.cut, runs)

    def path(self, world: World) -> list[Change]:
        """The changes that lead to a world, from the initial one."""
        changes: list[Change] = []
        while (link := self.came_from[world]) is not None:
            world, change = link
            changes.append(change)
        return changes[::-1]


def explore(
    composition: Composition,
    judge: Judge,
    *,
    stop_on: frozenset[Goal] = frozenset(),
    stop_on_any: bool = False,
    progress: Progress | None = None,
    states: int | None = None,
    partial: bool = False,
) -> Search:
    """Walk every world, breadth first, noting for each goal the first world in which it is false.

    Stops early when every goal in `stop_on` (if there is any) has been found false, or with `stop_on_any` when
    one has; and after so many `states`, if that is given, else as the scenario's bounds say. Interrupted, a
    `partial` one says what it found so far.
    """
    search = Search(composition, {composition.initial: None})
    try:
        _explore(search, judge, stop_on, stop_on_any, progress, states or composition.scenario.bounds.states or 1 << 62)
    except KeyboardInterrupt:
        if not partial:
            raise
        search.complete, search.cut = False, INTERRUPTED
    return search


def _explore(
    search: Search,
    judge: Judge,
    stop_on: frozenset[Goal],
    stop_on_any: bool,
    progress: Progress | None,
    limit: int,
) -> None:
    composition = search.composition
    came_from, found = search.came_from, search.found
    missing = set(stop_on)
    frontier = [composition.initial]
    _note(judge, composition.initial, found, missing)
    ask = judge.false_in
    changes_of, after = composition.changes, composition.after
    while frontier:
        following: list[World] = []
        for number, world in enumerate(frontier):
            changes = changes_of(world)
            if not changes:
                search.final.append(world)
            for change in changes:
                search.transitions += 1
                reached = after(world, change)
                if reached in came_from:
                    continue
                came_from[reached] = (world, change)
                following.append(reached)
                if ask(reached):
                    _note(judge, reached, found, missing)
                    if stop_on and (not missing or stop_on_any):
                        search.depth += 1
                        search.complete = False
                        return
            if len(came_from) >= limit:
                search.complete, search.cut = False, at_states(limit)
                return
            if progress is not None and number % EVERY == 0:
                waiting = len(frontier) - number + len(following)
                progress(Status(len(came_from), waiting, search.depth, BYTES * len(came_from)))
        frontier = following
        search.depth += bool(following)


def _note(judge: Judge, world: World, found: dict[Goal, World], missing: set[Goal]) -> None:
    for goal in judge.false_in(world):
        found.setdefault(goal, world)
        missing.discard(goal)
