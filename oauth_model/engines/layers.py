"""Shortest runs through a set of states: breadth-first layers up to a violation, and the way back through them."""

from __future__ import annotations

from oauth_model.engines.diagrams import Diagram
from oauth_model.engines.plain import State
from oauth_model.engines.reach import Reach
from oauth_model.goals.goal import Goal
from oauth_model.steps import Change


class Layers:
    """The reachable states by their distance from the initial one, as far as a goal needs them."""

    def __init__(self, reach: Reach) -> None:
        self._reach, self._layers = reach, [reach.initial]
        self._seen = reach.initial

    def shortest(self, broken: dict[Goal, Diagram]) -> dict[Goal, tuple[Change, ...]]:
        """A shortest run into each of some sets of reachable states."""
        found: dict[Goal, tuple[Change, ...]] = {}
        while len(found) < len(broken):
            for goal, states in broken.items():
                there = states & self._layers[-1]
                if goal not in found and there != self._reach.diagrams.false:
                    found[goal] = self._run(there)
            if len(found) < len(broken):
                self._next()
        return {goal: found[goal] for goal in broken}

    def _next(self) -> None:
        reach, last = self._reach, self._layers[-1]
        images = [image for slot in range(reach.program.n) for image in reach.images(slot, last)]
        new = reach.diagrams.union(images) & ~self._seen
        assert new != reach.diagrams.false, "a reachable violation lies in no layer"
        self._layers.append(new)
        self._seen |= new

    def _run(self, there: Diagram) -> tuple[Change, ...]:
        """The steps to one of some states in the last layer, found backwards."""
        reach = self._reach
        target = reach.encoding.read(reach.diagrams.one(there))
        changes: list[Change] = []
        for layer in self._layers[-2::-1]:
            target, command = self._before(layer, target)
            changes.append(reach.program.change(command))
        return tuple(reversed(changes))

    def _before(self, layer: Diagram, target: State) -> tuple[State, int]:
        """A state of a layer from which one command leads to a state, and that command."""
        reach, encoding = self._reach, self._reach.encoding
        values = encoding.state(target)
        for number, command in enumerate(reach.program.commands):
            effect = encoding.assignment(command.assigns, command.learns, command.records)
            if any(values[variable] != value for variable, value in effect.items()):
                continue
            written = {*effect, *(encoding.made if command.forged else ())}
            same = {variable: value for variable, value in values.items() if variable not in written}
            locals_ = [(slot, local) for slot, local in command.guard if slot < reach.program.n]
            same |= encoding.assignment(locals_, command.needs, ()) | same
            states = layer & reach.diagrams.cube(same)
            while states != reach.diagrams.false:
                state = encoding.read(reach.diagrams.one(states))
                if number in reach.plain.commands(state) and reach.plain.after(state, number) == target:
                    return state, number
                states &= ~reach.diagrams.cube(encoding.state(state))
        raise AssertionError("a state of a layer has no predecessor in the one before")
