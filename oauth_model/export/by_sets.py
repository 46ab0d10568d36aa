"""Closing by sets of states, for models that are too large to be walked one state at a time.

What is met is what the plain walk of `closing` meets, and the two are compared; but it is the symbolic engine's search,
so a model that comes of it is no second opinion on which states that engine reaches, and it has no depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oauth_model.engines.diagrams import Diagram, Diagrams
from oauth_model.engines.program import Program
from oauth_model.engines.reach import Reach
from oauth_model.engines.symbolic_goals import violations
from oauth_model.engines.walk import Progress
from oauth_model.export.closed import Closed
from oauth_model.export.closing import Closing, Walked
from oauth_model.goals import GOALS, Goal
from oauth_model.scenario import Scenario


def close_by_sets(scenario: Scenario, goals: Iterable[Goal] = GOALS, progress: Progress | None = None) -> Closed:
    """A scenario as a finite model, as `closing.close` says, whatever the scenario's bound on states.

    Raises ModelError for a scenario that is put together wrongly.
    """
    goals = tuple(goals)
    reach = Reach(Program(scenario), Diagrams(), progress=progress)
    reach.fixpoint()
    return Closing(_Sets(reach).walked(goals)).closed(goals)


class _Sets:
    """What is to be read off the reachable states of a program."""

    def __init__(self, reach: Reach) -> None:
        self._reach, self._program = reach, reach.program
        self._encoding, self._diagrams, self._states = reach.encoding, reach.diagrams, reach.states
        self._calm = list(self._without_urgent())

    def walked(self, goals: tuple[Goal, ...]) -> Walked:
        """All of it that a closed form with these goals is made of."""
        enabled = dict(self._possible())
        safety = (goal for goal in goals if goal.kind == "always")
        broken = any(self._is_there(violations(goal, self._encoding, self._states)) for goal in safety)
        return Walked(
            self._program,
            self._reach.count(),
            self._settled(self._diagrams.union(list(enabled.values()))),
            None,
            set(enabled),
            [self._locals(slot) for slot in range(self._program.n)],
            set(self._evidences() if broken else self._telling_apart()),
        )

    def _is_there(self, states: Diagram) -> bool:
        return bool(states != self._diagrams.false)

    def _without_urgent(self) -> Iterator[Diagram]:
        """For each number of slots: the states in which none of the first so many has anything urgent."""
        calm = self._states
        yield calm
        for slot, table in enumerate(self._program.locals):
            for value in range(len(table.values)):
                if self._program.urgent(slot, value) is not None:
                    calm &= ~self._encoding.local(slot, value)
            yield calm

    def _locals(self, slot: int) -> set[int]:
        values = range(len(self._program.locals[slot].values))
        return {value for value in values if self._is_there(self._states & self._encoding.local(slot, value))}

    def _possible(self) -> Iterator[tuple[int, Diagram]]:
        """The commands that are possible somewhere, each with the states in which it is."""
        for number, command in enumerate(self._program.commands):
            slot, local = command.guard[0]
            before = slot if self._program.urgent(slot, local) is not None else self._program.n
            states = self._calm[before] & self._encoding.path(command.guard, command.needs)
            if command.teaches:
                states &= ~self._diagrams.cube(self._encoding.assignment((), command.learns, ()))
            if command.forged and self._program.bound is not None:
                states &= ~self._diagrams.cube(self._encoding.made_is(self._program.bound))
            if self._is_there(states):
                yield number, states

    def _settled(self, moving: Diagram) -> int:
        """How many states there are in which nothing is urgent, or nothing can happen."""
        settled = self._calm[-1] | self._states & ~moving
        return self._diagrams.count(settled, self._encoding.used())

    def _evidences(self) -> Iterator[tuple[int, int]]:
        """What is known and what happened, in each state."""
        kept = [*self._encoding.terms.values(), *self._encoding.facts.values()]
        others = sorted({*self._encoding.used()} - {*kept})
        for valuation in self._diagrams.each(self._diagrams.exists(others, self._states), kept):
            state = self._encoding.read(valuation)
            yield state.known, state.happened

    def _telling_apart(self) -> Iterator[tuple[int, int]]:
        """Some of them, enough to see which terms and facts are there in different states, and which always or never.

        Where no goal is broken in any state no more is needed.
        """
        variables = [*self._encoding.terms.values(), *self._encoding.facts.values()]
        functions = [self._diagrams.true, self._diagrams.false, *map(self._diagrams.variable, variables)]
        waiting = [list(range(len(functions)))]
        while waiting:
            first, *others = waiting.pop()
            apart = (self._states & self._differ(functions[first], functions[other]) for other in others)
            difference = next((states for states in apart if self._is_there(states)), None)
            if difference is None:
                continue
            one = self._diagrams.one(difference)
            state = self._encoding.read(one)
            yield state.known, state.happened
            values = [True, False, *(one.get(variable, False) for variable in variables)]
            for value in (True, False):
                waiting.append([number for number in (first, *others) if values[number] == value])

    def _differ(self, one: Diagram, other: Diagram) -> Diagram:
        return one & ~other | ~one & other
