"""The symbolic engine: sets of states as decision diagrams, so that their number hardly matters.

First come the reachable states, all at once (`reach`), and where each goal is violated among them
(`symbolic_goals`). Only where a goal is broken the search is repeated in breadth-first layers, up to the first that
breaks it, and a shortest run is read off them backwards (`layers`).
"""

from __future__ import annotations

from oauth_model.engines.diagrams import Diagram, Diagrams
from oauth_model.engines.layers import Layers
from oauth_model.engines.program import Program
from oauth_model.engines.reach import NO_LIMITS, Reach
from oauth_model.engines.symbolic_goals import violations
from oauth_model.engines.walk import Limits, Progress, Walk
from oauth_model.goals.goal import Goal


def search(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    pure: bool = False,
) -> Walk:
    """All reachable states at once; then a shortest run to a violation of each goal that is broken in some.

    `stop_on` is what other engines stop early on; there is no early here. `pure` takes the decision diagrams of pure
    Python even where there are faster ones.
    """
    reach = Reach(program, Diagrams(pure=pure), limits, progress)
    cut = reach.until_cut()
    bad = {goal: violations(goal, reach.encoding, reach.states) for goal in goals}
    return _walk(reach, cut, {goal: states for goal, states in bad.items() if states != reach.diagrams.false})


def search_honest(program: Program, goals: tuple[Goal, ...], *, limits: Limits = NO_LIMITS, pure: bool = False) -> Walk:
    """The same for goals about honest parties by themselves; `broken` are those that are.

    One that must be true sometimes is broken where no state makes it true; one that must be finally, where a state
    makes it false in which nothing is left to do.
    """
    reach = Reach(program, Diagrams(pure=pure), limits)
    cut = reach.until_cut()
    final = reach.final()
    bad: dict[Goal, Diagram] = {}
    never: set[Goal] = set()
    for goal in goals:
        false = violations(goal, reach.encoding, reach.states)
        if goal.kind == "sometimes" and false == reach.states:
            never.add(goal)
        elif goal.kind != "sometimes" and false & final != reach.diagrams.false:
            bad[goal] = false & final
    walk = _walk(reach, cut, bad)
    walk.broken = frozenset({*bad, *never})
    return walk


def _walk(reach: Reach, cut: str, bad: dict[Goal, Diagram]) -> Walk:
    """What was found, with a shortest run into each of some sets of states."""
    walk = Walk("symbolic", reach.count(), None, None, not cut, cut, broken=frozenset(bad))
    if bad:
        walk.found = Layers(reach).shortest(bad)
    return walk
