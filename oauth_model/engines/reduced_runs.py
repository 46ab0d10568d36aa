"""Shortest runs to what is broken: a breadth-first search that leaves nothing out, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping

from oauth_model.engines.actions import members
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Status, Walk, at_states
from oauth_model.goals.goal import Evidence, Goal
from oauth_model.steps import Change

NO_LIMITS = Limits()
BYTES_OF_A_STATE = 800


def by_layers(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
) -> Walk:
    """A breadth-first search over all states of a program, in plain Python."""
    plain, walk = Plain(program), Walk("plain")
    came_from: dict[State, tuple[State, int] | None] = {plain.initial: None}
    asked: set[tuple[int, int]] = set()
    frontier = [plain.initial]

    def ask(state: State) -> None:
        if (state.known, state.happened) not in asked:
            asked.add((state.known, state.happened))
            evidence = _evidence(program, state)
            for goal in goals:
                if goal not in walk.found and not goal.holds(evidence):
                    walk.found[goal] = _run(program, came_from, state)

    walk.depth = depth = 0
    try:
        ask(plain.initial)
        while frontier and not (stop_on and stop_on <= walk.found.keys()):
            following: list[State] = []
            for state in frontier:
                for command in plain.commands(state):
                    after = plain.after(state, command)
                    if after not in came_from:
                        came_from[after] = state, command
                        following.append(after)
                        ask(after)
                if limits.states is not None and len(came_from) >= limits.states:
                    walk.states, walk.complete, walk.cut = len(came_from), False, at_states(limits.states)
                    return walk
            if progress is not None:
                progress(Status(len(came_from), len(following), depth, len(came_from) * BYTES_OF_A_STATE))
            frontier = following
            walk.depth = depth = depth + bool(following)
        walk.complete = not frontier
    except KeyboardInterrupt:
        walk.complete, walk.cut = False, INTERRUPTED
    walk.states = len(came_from)
    return walk


def _evidence(program: Program, state: State) -> Evidence:
    facts = frozenset(program.facts.values[number] for number in members(state.happened))
    terms = frozenset(program.terms.values[number] for number in members(state.known))
    return Evidence(facts, terms, program.composition.cast)


def _run(program: Program, came_from: Mapping[State, tuple[State, int] | None], state: State) -> tuple[Change, ...]:
    changes: list[Change] = []
    while (link := came_from[state]) is not None:
        state, command = link
        changes.append(program.change(command))
    return tuple(reversed(changes))
