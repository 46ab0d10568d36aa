"""The exhaustive checker: breadth-first over every world within the bounds.

The first violation that it meets of a goal is a shortest one. Goals are asked once for each evidence
(facts and knowledge) that occurs, not once for each world. The search goes on until every goal is
broken or every world is known; if it is cut before, it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from oauth_model.attackers import NOBODY
from oauth_model.checkers.judge import Judge as Judge
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.goals import GOALS
from oauth_model.goals.goal import Goal
from oauth_model.run import Run, run_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.world import Composition

Progress = Callable[[int, int, int], None]
"""Called now and then with the number of states, of states not looked at yet, and the depth."""

EVERY = 4096


@dataclass
class Search:
    """One breadth-first walk: where each world was reached from, and what was found."""

    composition: Composition
    came_from: dict[World, tuple[World, Change] | None] = field(default_factory=dict)
    transitions: int = 0
    depth: int = 0
    complete: bool = True
    found: dict[Goal, World] = field(default_factory=dict)
    final: list[World] = field(default_factory=list)

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
) -> Search:
    """Walk every world, breadth first, noting for each goal the first world in which it is false.

    Stops early when every goal in `stop_on` (if there is any) has been found false, or with `stop_on_any` when
    one has.
    """
    search = Search(composition, {composition.initial: None})
    came_from, found = search.came_from, search.found
    limit = composition.scenario.bounds.states or 1 << 62
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
                        return search
            if len(came_from) >= limit:
                search.complete = False
                return search
            if progress is not None and number % EVERY == 0:
                progress(len(came_from), len(frontier) - number + len(following), search.depth)
        frontier = following
        search.depth += bool(following)
    return search


def _note(judge: Judge, world: World, found: dict[Goal, World], missing: set[Goal]) -> None:
    for goal in judge.false_in(world):
        found.setdefault(goal, world)
        missing.discard(goal)


def check(
    scenario: Scenario,
    goals: Iterable[Goal] = GOALS,
    *,
    progress: Progress | None = None,
    enough: Iterable[Goal] | None = None,
) -> Result:
    """Check goals of a scenario by walking all of it.

    Safety goals ("always") are asked in every world. The others are about the honest run: they are asked in
    the same scenario without its attacker. The walk stops as soon as every safety goal is broken, or those in
    `enough` are: then the others' verdicts are "cut". With `enough` empty it never stops early. Raises ModelError
    for a scenario that is put together wrongly.
    """
    goals = tuple(goals)
    always = tuple(goal for goal in goals if goal.kind == "always")
    verdicts: dict[Goal, Verdict] = {}
    composition = Composition(scenario)
    stop_on = frozenset(always if enough is None else enough)
    judge = Judge(composition, always)
    search = explore(composition, judge, stop_on=stop_on, progress=progress) if always else Search(composition)
    states = len(search.came_from)
    for goal in always:
        world = search.found.get(goal)
        run = run_of(composition, search.path(world), goal.slug) if world is not None else None
        holds = False if run else (True if search.complete else None)
        verdicts[goal] = Verdict(goal, holds, states, search.depth, search.complete, run)
    honest_goals = tuple(goal for goal in goals if goal.kind != "always")
    if honest_goals:
        verdicts |= _honest_verdicts(scenario, honest_goals)
    return Result(
        scenario,
        tuple(verdicts[goal] for goal in goals),
        states,
        search.transitions,
        search.depth,
        search.complete,
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


def _honest_verdicts(scenario: Scenario, goals: tuple[Goal, ...]) -> dict[Goal, Verdict]:
    composition = Composition(honest(scenario))
    judge = Judge(composition, goals)
    search = explore(composition, judge)
    verdicts = {}
    for goal in goals:
        run, reason = None, ""
        holds: bool | None
        if goal.kind == "sometimes":
            reached = any(goal not in judge.false_in(world) for world in search.came_from)
            holds = True if reached else False if search.complete else None
            reason = "no honest run gets there" if holds is False else ""
        else:
            stuck = next((world for world in search.final if goal in judge.false_in(world)), None)
            holds = False if stuck else True if search.complete else None
            if stuck is not None:
                run = run_of(composition, search.path(stuck), goal.slug)
        states = len(search.came_from)
        verdicts[goal] = Verdict(goal, holds, states, search.depth, search.complete, run, reason)
    return verdicts
