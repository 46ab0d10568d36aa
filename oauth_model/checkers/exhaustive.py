"""The exhaustive checker: the goals of a scenario, asked of every world within its bounds.

Which engine walks them makes no difference to the verdicts (`engines`). A broken goal comes with a shortest
run. A search that is cut before every goal is broken or every world is known says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from oauth_model.attackers import NOBODY
from oauth_model.checkers.engines import SMALL, Searched, runs_side_by_side, search
from oauth_model.checkers.judge import Judge as Judge
from oauth_model.checkers.reference import Search
from oauth_model.checkers.reference import explore as explore
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Walk, at_states
from oauth_model.goals import GOALS
from oauth_model.goals.goal import Goal
from oauth_model.run import Run, run_of
from oauth_model.scenario import Scenario
from oauth_model.world import Composition

if TYPE_CHECKING:
    from oauth_model.engines.split_team import Spread

NOBODY_GETS_THERE = "no honest run gets there"


def check(
    scenario: Scenario,
    goals: Iterable[Goal] = GOALS,
    *,
    progress: Progress | None = None,
    enough: Iterable[Goal] | None = None,
    engine: str = "auto",
    limits: Limits | None = None,
    partial: bool = False,
    checkpoint: Path | None = None,
    spread: Spread | None = None,
    fingerprints: bool = False,
) -> Result:
    """Check goals of a scenario by walking all of it.

    Safety goals ("always") are asked in every world. The others are about the honest run: they are asked in
    the same scenario without its attacker. The walk stops as soon as every safety goal is broken, or those in
    `enough` are: then the others' verdicts are "cut". With `enough` empty it never stops early. `engine` is one of
    `engines.ENGINES`; `limits` cut the search, and are the scenario's own if they are not given. A `partial` check that
    is interrupted gives the verdicts so far; one with a `checkpoint` keeps there how far it is;
    one that is `spread` is split over workers; one with `fingerprints` keeps 64 bits of each state, and
    its verdicts say what chance there is that it missed one. Raises ModelError for a
    scenario that is put together wrongly.
    """
    goals = tuple(goals)
    always = tuple(goal for goal in goals if goal.kind == "always")
    others = tuple(goal for goal in goals if goal.kind != "always")
    verdicts: dict[Goal, Verdict] = {}
    found = Searched(Walk("none", 1), None, "no goal needs it")
    if always:
        stop_on = frozenset(always if enough is None else enough)
        found = search(
            scenario,
            always,
            engine=engine,
            stop_on=stop_on,
            limits=limits,
            progress=progress,
            checkpoint=checkpoint,
            spread=spread,
            fingerprints=fingerprints,
        )
    walk = found.walk
    if walk.cut == INTERRUPTED and not partial:
        raise KeyboardInterrupt
    for goal in always:
        changes = walk.found.get(goal)
        run = run_of(found.composition, changes, goal.slug) if changes is not None and found.composition else None
        is_broken = goal in walk.found or goal in walk.broken
        holds = False if is_broken else True if walk.complete else None
        verdicts[goal] = Verdict(
            goal, holds, walk.states, walk.depth, walk.complete, run, cut=walk.cut, doubt=walk.doubt
        )
    if walk.cut == INTERRUPTED:
        verdicts |= {goal: Verdict(goal, None, 0, 0, False, cut=INTERRUPTED) for goal in others}
    elif others:
        verdicts |= honest_verdicts(scenario, others)
    return Result(
        scenario,
        tuple(verdicts[goal] for goal in goals),
        walk.states,
        walk.transitions,
        walk.depth,
        walk.complete,
        walk.engine,
        found.why,
    )


def witness(scenario: Scenario, goal: Goal) -> Run | None:
    """A shortest run to a world in which the goal's predicate is true; None if there is none in the bounds."""
    composition = Composition(scenario)
    judge = Judge(composition, (goal,))
    search = explore(composition, judge)
    world = next((world for world in search.came_from if goal not in judge.false_in(world)), None)
    return run_of(composition, search.path(world)) if world is not None else None


def honest(scenario: Scenario) -> Scenario:
    """The scenario without its attacker, faults and lapses of time, with room for every resource owner's run."""
    users = len(scenario.cast.users)
    bounds = replace(
        scenario.bounds,
        client_runs=max(users, scenario.bounds.client_runs),
        authorizations=max(users, scenario.bounds.authorizations),
    )
    return replace(scenario, attacker=NOBODY, bounds=bounds, time_passes=False, faults_happen=False)


def honest_verdicts(scenario: Scenario, goals: tuple[Goal, ...]) -> dict[Goal, Verdict]:
    """The verdicts on goals about the honest run: by the reference, or where that is too much by sets of states."""
    composition = Composition(honest(scenario))
    judge = Judge(composition, goals)
    bound = composition.scenario.bounds.states
    if runs_side_by_side(scenario, bound):
        return _by_sets(composition.scenario, goals)
    walked = explore(composition, judge, states=min(bound or SMALL, SMALL))
    if walked.cut == at_states(SMALL) and bound != SMALL:
        return _by_sets(composition.scenario, goals)
    return {goal: _about_honest(goal, judge, walked) for goal in goals}


def _about_honest(goal: Goal, judge: Judge, walked: Search) -> Verdict:
    run, reason = None, ""
    holds: bool | None
    if goal.kind == "sometimes":
        reached = any(goal not in judge.false_in(world) for world in walked.came_from)
        holds = True if reached else False if walked.complete else None
        reason = NOBODY_GETS_THERE if holds is False else ""
    else:
        stuck = next((world for world in walked.final if goal in judge.false_in(world)), None)
        holds = False if stuck else True if walked.complete else None
        if stuck is not None:
            run = run_of(walked.composition, walked.path(stuck), goal.slug)
    return Verdict(goal, holds, len(walked.came_from), walked.depth, walked.complete, run, reason, walked.cut)


def _by_sets(scenario: Scenario, goals: tuple[Goal, ...]) -> dict[Goal, Verdict]:
    from oauth_model.engines import symbolic
    from oauth_model.engines.program import Program

    program = Program(scenario)
    walk = symbolic.search_honest(program, goals)
    verdicts = {}
    for goal in goals:
        changes = walk.found.get(goal)
        holds: bool | None = None if not walk.complete else goal not in walk.broken
        run = run_of(program.composition, changes, goal.slug) if changes else None
        reason = NOBODY_GETS_THERE if holds is False and goal.kind == "sometimes" else ""
        verdicts[goal] = Verdict(goal, holds, walk.states, walk.depth, walk.complete, run, reason, walk.cut)
    return verdicts
