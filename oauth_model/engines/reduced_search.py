"""One reduced search: the states that are found, the steps that are taken from each, and what goals say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from oauth_model.engines.actions import Calm, as_bits
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.program import Program
from oauth_model.engines.reduced_goals import Questions
from oauth_model.engines.reduced_parts import terminal
from oauth_model.engines.reduced_runs import BYTES_OF_A_STATE
from oauth_model.engines.stubborn import Actions
from oauth_model.engines.symmetry import Symmetry
from oauth_model.engines.walk import Limits, Progress, Status, at_memory, at_states
from oauth_model.goals.goal import Goal
from oauth_model.steps import Change

EVERY = 1024


@dataclass(frozen=True)
class Asked:
    """What a search is asked: about which goals, with which reductions, and where it ends.

    It ends early when all goals of `stop_on` are broken, if there are any.
    """

    goals: tuple[Goal, ...]
    stop_on: frozenset[Goal]
    limits: Limits
    progress: Progress | None
    stubborn: bool
    knowledge_first: bool


class Cut(Exception):
    """The search is over before its end; says why, "" where enough was found."""


class NotReduced(Exception):
    """No step may be left out here; says why."""


class Uneven(Exception):
    """An action is possible that has no image under some renaming: `action` is its number."""

    def __init__(self, action: int) -> None:
        super().__init__(action)
        self.action = action


class Broken(NamedTuple):
    """Where a goal was found broken: after an action of a state (-1 for none) and so many of its steps, when the
    names are those that an element of the symmetry gives."""

    state: int
    action: int
    steps: int
    element: int


class Search:
    """One reduced search. Its states stand for all that the symmetry makes of them."""

    def __init__(self, program: Program, asked: Asked) -> None:
        self.program = program
        self._asked_for = asked
        self.states: list[Calm] = []
        self.transitions = self.depth = 0
        self.broken: dict[Goal, Broken] = {}
        self._came_from: list[tuple[int, int, int]] = []
        self._numbers: dict[Calm, int] = {}
        self._next: list[list[int]] = []
        self._whole: set[int] = set()
        self._asked: set[int] = set()

    def run(self, closure: Closure, symmetry: Symmetry) -> None:
        """Find all states that are needed.

        Raises Cut if it is over before, Uneven if the symmetry is none, and NotReduced where leaving steps out could
        be wrong.
        """
        self.symmetry = symmetry
        self._actions = Actions(closure, symmetry.added)
        self._questions = Questions(closure, self._actions, self._asked_for.goals, symmetry)
        self._refuse()
        self._shift = self._questions.shift
        world = self.program.composition
        initial = Calm(world.initial[: self.program.n], 0, as_bits(self.program.initially_known), 0, 0)
        self._add(initial, -1, -1)
        waiting = [0]
        while waiting:
            self._explore(waiting)
            waiting = [number for number in self._ignoring() if number not in self._whole]
            for number in waiting:
                self._expand(number, whole=True)
            waiting = list(range(len(self._next), len(self.states)))

    def _refuse(self) -> None:
        asked = self._asked_for
        if self._questions.undivided and (asked.stubborn or asked.knowledge_first):
            names = ", ".join(goal.slug for goal in self._questions.undivided)
            raise NotReduced(f"what could mend a violation of {names} is not known")

    def _explore(self, layer: list[int]) -> None:
        progress = self._asked_for.progress
        while layer:
            before = len(self.states)
            for done, number in enumerate(layer):
                self._expand(number, whole=False)
                if progress is not None and number % EVERY == 0:
                    left = len(self.states) - before + len(layer) - done
                    progress(Status(len(self.states), left, self.depth, len(self.states) * BYTES_OF_A_STATE))
            layer = list(range(before, len(self.states)))
            self.depth += bool(layer)

    def _expand(self, number: int, *, whole: bool) -> None:
        state = self.states[number]
        possible = self._actions.possible(state)
        uneven = next((action for action in possible if self.symmetry.uneven >> action & 1), None)
        if uneven is not None:
            raise Uneven(uneven)
        chosen = possible if whole else self._chosen(state, possible)
        if len(chosen) == len(possible):
            self._whole.add(number)
        reached = [self._add(self._actions.after(state, action), number, action) for action in chosen]
        self.transitions += len(chosen)
        while len(self._next) <= number:
            self._next.append([])
        self._next[number] = reached

    def _chosen(self, state: Calm, possible: list[int]) -> list[int]:
        if self._asked_for.knowledge_first:
            first = self._actions.only_more_knowledge(possible, self._questions.keep)
            if first is not None:
                return [first]
        if not self._asked_for.stubborn:
            return possible
        inside = self._actions.stubborn(state, possible, self._questions.keep)
        return [number for number in possible if inside >> number & 1]

    def _add(self, reached: Calm, parent: int, action: int) -> int:
        state, element = self.symmetry.least(reached)
        found = self._numbers.get(state)
        if action >= 0:
            self._ask_between(parent, action)
        if found is not None:
            return found
        limits = self._asked_for.limits
        if limits.states is not None and len(self.states) >= limits.states:
            raise Cut(at_states(limits.states))
        if limits.memory is not None and len(self.states) * BYTES_OF_A_STATE >= limits.memory:
            raise Cut(at_memory(limits.memory))
        number = self._numbers[state] = len(self.states)
        self.states.append(state)
        self._came_from.append((parent, action, element))
        self._ask(state.known, state.happened, number, -1, 0)
        return number

    # -------------------------------------------------------------- goals

    def _ask_between(self, parent: int, number: int) -> None:
        """Ask about the states that an action passes through, which are not kept."""
        action, state = self._actions.all[number], self.states[parent]
        known, happened = state.known, state.happened
        for place, (learns, records) in enumerate(action.stages[:-1]):
            known, happened = known | as_bits(learns), happened | as_bits(records)
            self._ask(known, happened, parent, number, place + 1)

    def _ask(self, known: int, happened: int, number: int, action: int, steps: int) -> None:
        """Ask about evidence under all names, unless it has been asked about."""
        if known | happened << self._shift in self._asked:
            return
        for named, what, element in self.symmetry.evidence(known, happened):
            evidence = named | what << self._shift
            if evidence in self._asked:
                continue
            self._asked.add(evidence)
            for goal in self._questions.false_in(evidence, self.broken):
                self.broken[goal] = Broken(number, action, steps, element)
                stop_on = self._asked_for.stop_on
                if stop_on and stop_on <= self.broken.keys():
                    raise Cut

    @property
    def kept(self) -> Mapping[int, int]:
        """For each action that could mend a violation, under any names, those that could make it."""
        return self._questions.keep

    def path(self, goal: Goal) -> tuple[Change, ...]:
        """The run by which this search found a goal broken, under the names with which it is."""
        number, action, steps, element = self.broken[goal]
        runs: list[tuple[Change, ...]] = []
        if action >= 0:
            runs.append(self._changes(element, action)[:steps])
        while number:
            number, action, renamed = self._came_from[number]
            element = self.symmetry.product(element, renamed)
            runs.append(self._changes(element, action))
        return tuple(change for changes in reversed(runs) for change in changes)

    def _changes(self, element: int, action: int) -> tuple[Change, ...]:
        return self._actions.all[self.symmetry.image(element, action)].changes

    # -------------------------------------------------------------- nothing is put off for ever

    def _ignoring(self) -> list[int]:
        """A state of each part of the graph that is never left and in which no state has all its steps."""
        return [part[0] for part in terminal(self._next) if not self._whole.intersection(part)]
