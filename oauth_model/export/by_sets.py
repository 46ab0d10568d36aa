"""Walking a scenario to its end by sets of states, for models that are too large to be walked one state at a time.

It meets what the plain walk of `closing` meets, and is compared with it; but it is the symbolic engine's search, so
what comes of it is no second opinion on that engine's steps, and it counts no depth.
"""

from __future__ import annotations

from collections.abc import Iterator

from oauth_model.engines.diagrams import Diagram, Diagrams
from oauth_model.engines.program import Program
from oauth_model.engines.reach import Reach
from oauth_model.engines.walk import Progress
from oauth_model.export.closing import Walked
from oauth_model.scenario import Scenario


def walk_by_sets(scenario: Scenario, progress: Progress | None = None) -> Walked:
    """Walk all states of a scenario, whatever its bound on them.

    Raises KeyboardInterrupt if it is interrupted, ModelError for a scenario that is put together wrongly.
    """
    reach = Reach(Program(scenario), Diagrams(), progress=progress)
    reach.fixpoint()
    return _Sets(reach).walked()


class _Sets:
    """What is to be read off the reachable states of a program."""

    def __init__(self, reach: Reach) -> None:
        self._reach, self._program = reach, reach.program
        self._encoding, self._diagrams, self._states = reach.encoding, reach.diagrams, reach.states
        self._calm = list(self._without_urgent())

    def walked(self) -> Walked:
        """All of it."""
        enabled = dict(self._possible())
        return Walked(
            self._program,
            self._reach.count(),
            self._settled(self._diagrams.union(list(enabled.values()))),
            None,
            set(enabled),
            [self._locals(slot) for slot in range(self._program.n)],
            set(self._evidences()),
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
