"""Delta debugging of runs: what of a run is not needed to get to where it got.

A run is tried again without some of its steps. A step that cannot be taken any more, because what came
before it is gone, is left out too; so dropping one step drops all that followed from it. What remains is a
run of the composition like any other, and no single step of it can be dropped. It need not be a shortest
run: that one is the exhaustive checker's to find.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oauth_model.steps import Change, Step, World
from oauth_model.world import Composition

Reached = Callable[[World], bool]
"""Whether a world is one that the run is meant to get to."""


def replay(composition: Composition, steps: Sequence[Step], reached: Reached | None = None) -> list[Change]:
    """The changes that these steps make from the initial world, without the steps that are not possible.

    Ends with the first change to a world for which `reached` is true, if one is given and there is one.
    """
    world = composition.initial
    taken: list[Change] = []
    for step in steps:
        change = next((change for change in composition.changes(world) if change.step == step), None)
        if change is not None:
            world = composition.after(world, change)
            taken.append(change)
            if reached is not None and reached(world):
                break
    return taken


def last_world(composition: Composition, changes: Sequence[Change]) -> World:
    """The world in which a sequence of changes, each possible when it comes, ends."""
    world = composition.initial
    for change in changes:
        world = composition.after(world, change)
    return world


def minimize(composition: Composition, changes: Sequence[Change], reached: Reached) -> list[Change]:
    """A run that still gets to such a world and of which no step can be dropped.

    Raises ValueError if the run that is given gets to none.
    """
    best = replay(composition, [change.step for change in changes], reached)
    if not reached(last_world(composition, best)):
        raise ValueError("this run does not get to such a world, so there is nothing to minimise")
    size = max(len(best) // 2, 1)
    while size:
        shorter = _without_a_piece(composition, best, size, reached)
        if shorter is not None:
            best = shorter
            size = min(size, max(len(best) // 2, 1))
        else:
            size //= 2
    return best


def _without_a_piece(
    composition: Composition, changes: Sequence[Change], size: int, reached: Reached
) -> list[Change] | None:
    """The run without some `size` steps in a row, the last such piece that can be spared; None if none can."""
    steps = [change.step for change in changes]
    for end in range(len(steps), 0, -size):
        left = replay(composition, [*steps[: max(end - size, 0)], *steps[end:]], reached)
        if len(left) < len(steps) and reached(last_world(composition, left)):
            return left
    return None
