"""A program's steps from one state, in plain Python: for reductions, for following a run, and to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from oauth_model.engines.program import Program
from oauth_model.engines.tree import CookiesOf, FactsLike, Idle, LocalOf, Node, Takes


class State(NamedTuple):
    """A world in a program's numbers: local states, then sets of terms and of facts as bits, then forgeries made."""

    locals: tuple[int, ...]
    known: int
    happened: int
    made: int


def bits(numbers: frozenset[int]) -> int:
    """A set of small numbers as the bits of one."""
    return sum(1 << number for number in numbers)


class Plain:
    """Walks a program's trees for one state at a time."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.initial = State((0,) * program.n, bits(program.initially_known), 0, 0)
        self._bits: list[tuple[int, int, int]] = []

    def commands(self, state: State) -> Iterator[int]:
        """The commands that are possible in a state."""
        program = self.program
        for slot, local in enumerate(state.locals):
            if program.urgent(slot, local) is not None:
                yield from self._walk(program.roots[slot], state)
                return
        for root in program.roots:
            yield from self._walk(root, state)

    def _walk(self, node: Node, state: State) -> Iterator[int]:
        while node.variable is not None:
            node = self.program.child(node, self.value(node.variable, state))
        for number in node.commands:
            if self._is_enabled(number, state):
                yield number
        for fork in node.forks:
            if not (fork.forging and state.made == self.program.bound):
                yield from self._walk(fork, state)

    def value(self, variable: int, state: State) -> int:
        """The value of a variable in a state."""
        program = self.program
        match program.variables.values[variable]:
            case LocalOf(slot):
                return state.locals[slot]
            case Idle(slot) | Takes(slot, _):
                return program.classify(variable, state.locals[slot])
            case FactsLike():
                present = state.happened
            case CookiesOf():
                present = state.known
        members = frozenset(member for member in program.members(variable) if present >> member & 1)
        return program.set_number(variable, members)

    def _masks(self, number: int) -> tuple[int, int, int]:
        while len(self._bits) < len(self.program.commands):
            command = self.program.commands[len(self._bits)]
            self._bits.append((bits(command.needs), bits(command.learns), bits(command.records)))
        return self._bits[number]

    def _is_enabled(self, number: int, state: State) -> bool:
        command = self.program.commands[number]
        needs, learns, _ = self._masks(number)
        return (
            needs & ~state.known == 0
            and not (command.forged and state.made == self.program.bound)
            and not (command.teaches and learns & ~state.known == 0)
        )

    def after(self, state: State, number: int) -> State:
        """The state after a command."""
        command = self.program.commands[number]
        _, learns, records = self._masks(number)
        after = list(state.locals)
        for slot, local in command.assigns:
            after[slot] = local
        return State(tuple(after), state.known | learns, state.happened | records, state.made + command.forged)
