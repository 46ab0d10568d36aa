"""The reduced search: as few states as are enough to decide the goals, in plain Python.

It looks at calm states only, at one of those that differ in nothing but names or values of the attacker's, takes a step
that merely adds to the attacker's knowledge at once and alone, and of the others a stubborn set. That decides whether
goals are broken; it does not find shortest runs, so a goal that is broken is looked for once more by a search that
leaves nothing out. docs/reductions.md says why the verdicts are those of such a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.program import Program
from oauth_model.engines.reduced_runs import NO_LIMITS, by_layers
from oauth_model.engines.reduced_search import Asked, Cut, NotReduced, Search, Uneven
from oauth_model.engines.symmetry import Guesses, Symmetry
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Walk
from oauth_model.goals.goal import Goal

__all__ = ["Reduced", "Shortest", "by_layers", "search"]


class Shortest(Protocol):
    """A search that finds a shortest run to a violation of each of some goals, and stops when it has them."""

    def __call__(
        self,
        program: Program,
        goals: tuple[Goal, ...],
        *,
        stop_on: frozenset[Goal],
        limits: Limits,
        progress: Progress | None,
    ) -> Walk: ...


@dataclass
class Reduced(Walk):
    """What a reduced search found; `why` says where it could not reduce, and is empty elsewhere.

    `renamings` says for how many states that differ in names only one may have stood: 1 if no names were exchanged.
    """

    why: str = ""
    renamings: int = 1


def search(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    stubborn: bool = True,
    knowledge_first: bool = True,
    symmetry: bool = True,
    attacker_values: bool = True,
    shortest: Shortest | None = None,
) -> Reduced:
    """Decide goals by as few states as the reductions that are on leave: `symmetry` exchanges users, `attacker_values`
    what the attacker has of its own.

    `shortest` finds the runs to what is broken, and searches all states where none may be left out: a breadth-first
    search over the program's states unless another is given. Where it is cut before it has a run, the run is the
    reduced search's own, which may be longer; `cut` says so.
    """
    asked = Asked(goals, stop_on, limits, progress, stubborn, knowledge_first)
    searching = Search(program, asked)
    walk = Reduced("reduced")
    try:
        closure = Closure(program, progress)
        closure.close()
        if closure.why:
            raise NotReduced(closure.why)
        guesses = Guesses(closure, users=symmetry, values=attacker_values) if symmetry or attacker_values else None
        done = False
        while not done:
            searching = Search(program, asked)
            exchanged = guesses.best() if guesses is not None else Symmetry(closure)
            walk.renamings = len(exchanged.elements)
            try:
                searching.run(closure, exchanged)
                done = True
            except Uneven as met:
                assert guesses is not None
                guesses.without(exchanged, met.action)
    except NotReduced as reason:
        whole = shortest or by_layers
        return _not_reduced(str(reason), whole(program, goals, stop_on=stop_on, limits=limits, progress=progress))
    except Cut as cut:
        walk.complete, walk.cut = False, str(cut)
    except KeyboardInterrupt:
        walk.complete, walk.cut = False, INTERRUPTED
    walk.states, walk.transitions, walk.depth = len(searching.states), searching.transitions, searching.depth
    broken = tuple(goal for goal in goals if goal in searching.broken)
    walk.broken = frozenset(broken)
    if broken:
        _find_runs(walk, broken, searching, shortest or by_layers, limits, progress)
    return walk


def _not_reduced(why: str, found: Walk) -> Reduced:
    walk = Reduced("reduced", found.states, found.transitions, found.depth, found.complete, found.cut)
    walk.found, walk.broken, walk.why = found.found, found.broken, f"not reduced: {why}"
    return walk


def _find_runs(
    walk: Reduced,
    broken: tuple[Goal, ...],
    searching: Search,
    shortest: Shortest,
    limits: Limits,
    progress: Progress | None,
) -> None:
    own = searching.program
    found = shortest(own, broken, stop_on=frozenset(broken), limits=limits, progress=progress).found
    walk.found = {goal: found[goal] if goal in found else searching.path(goal) for goal in broken}
    if len(found) < len(broken):
        walk.cut = f"{walk.cut}; " * bool(walk.cut) + "some runs may not be shortest ones"
