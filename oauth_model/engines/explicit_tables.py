"""A program's trees and commands as arrays for the kernel, brought up to date when something was learnt.

What is not learnt yet is simply not there: the kernel finds no entry and leaves the state to `Learner`, which
takes the program through it in plain Python and notes the values of variables on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import DTypeLike

from oauth_model.engines import kernel
from oauth_model.engines.explicit_store import WORD, words_of
from oauth_model.engines.kernel_arrays import Tables
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.tree import CookiesOf, FactsLike, Idle, LocalOf, Node, Takes
from oauth_model.facts import Shared
from oauth_model.terms import Cookie


class Pool:
    """An array to which rows are added."""

    def __init__(self, columns: int = 0, kind: DTypeLike = np.int32) -> None:
        self._columns = (columns,) if columns else ()
        self.array = np.zeros((256, *self._columns), kind)
        self.used = 0

    def extend(self, many: int) -> int:
        """Add some rows of zeros; the first one's number."""
        begin, self.used = self.used, self.used + many
        if self.used > self.array.shape[0]:
            self.array.resize((max(self.used, self.array.shape[0] * 2), *self._columns), refcheck=False)
        return begin

    def add(self, rows: Sequence[object]) -> tuple[int, int]:
        """Add some rows; where they begin and end."""
        begin = self.extend(len(rows))
        if rows:
            self.array[begin : self.used] = rows
        return begin, self.used


class SetPool:
    """Sets of numbers, each kept once, as rows of bits."""

    def __init__(self) -> None:
        self._numbers: dict[frozenset[int], int] = {}
        self._written = 0
        self.rows = np.zeros((64, 1), np.uint64)

    def number(self, members: frozenset[int]) -> int:
        """The number of a set; -1 for that of nothing."""
        return self._numbers.setdefault(members, len(self._numbers)) if members else -1

    def write(self, width: int) -> None:
        """Write what is new, in rows of a width."""
        if width > self.rows.shape[1] or len(self._numbers) > self.rows.shape[0]:
            self.rows = np.zeros((2 * len(self._numbers), width), np.uint64)
            self._written = 0
        for members, number in islice(self._numbers.items(), self._written, None):
            self.rows[number] = words_of(members, width)
        self._written = len(self._numbers)


class Flat:
    """The arrays of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._nodes, self._kids, self._actions, self._forks = Pool(9), Pool(2), Pool(), Pool()
        self._commands, self._assigns = Pool(6), Pool(2)
        self._variables, self._values = Pool(3), Pool()
        self._needs, self._learns, self._records = SetPool(), SetPool(), SetPool()
        self._children: list[int] = []
        self._fields: list[int] = []
        self._noted: list[dict[int, int]] = []
        self._starts = np.zeros((program.n, 64), np.int32)
        self._started: dict[int, tuple[int, int]] = {}
        self._parents: dict[int, int] = {}
        self._roots = {root.number: slot for slot, root in enumerate(program.roots)}
        self._locals = [0] * program.n
        self._terms = self._facts = 0
        self.cookies: set[int] = set()
        self.shared: set[int] = set()
        self.update()

    @property
    def arrays(self) -> Tables:
        """What the kernel takes."""
        return Tables(
            self._nodes.array,
            self._kids.array,
            self._actions.array,
            self._forks.array,
            self._commands.array,
            self._assigns.array,
            self._needs.rows,
            self._learns.rows,
            self._records.rows,
            self._variables.array,
            self._values.array,
            self._starts,
        )

    @property
    def widths(self) -> tuple[int, int]:
        """The words that a set of terms, and one of facts, takes."""
        return max(1, -(-self._terms // WORD)), max(1, -(-self._facts // WORD))

    def update(self) -> None:
        """Write down what the program learnt since the last time."""
        program = self.program
        self._members()
        self._new_variables()
        while self._commands.used < len(program.commands):
            self._command(self._commands.used)
        changed = dict.fromkeys([*program.changed, *range(self._nodes.used, len(program.nodes))])
        program.changed.clear()
        while self._nodes.used < len(program.nodes):
            self._nodes.add([(-1, -1, *[0] * 7)])
            self._children.append(0)
        for number in changed:
            self._parents.update(dict.fromkeys((fork.number for fork in program.nodes[number].forks), number))
        for number in list(changed):
            if self._nodes.array[number, 0] < 0:
                self._with_parents(number, changed)
        for number in changed:
            self._node(program.nodes[number])
        terms, facts = self.widths
        self._needs.write(terms)
        self._learns.write(terms)
        self._records.write(facts)
        for slot, table in enumerate(program.locals):
            if len(table.values) > self._starts.shape[1]:
                wider = np.zeros((program.n, 2 * len(table.values)), np.int32)
                wider[:, : self._starts.shape[1]] = self._starts
                self._starts = wider
            for local in range(self._locals[slot], len(table.values)):
                self._start(slot, local)
            self._locals[slot] = len(table.values)
        for number in changed:
            if number in self._started:
                self._start(*self._started[number])

    def _with_parents(self, number: int, changed: dict[int, None]) -> None:
        """Also take those for changed that have what a node has."""
        parent = self._parents.get(number)
        while parent is not None and parent not in changed:
            changed[parent] = None
            parent = self._parents.get(parent)

    def _start(self, slot: int, local: int) -> None:
        """Where to begin with a local state."""
        root = self.program.roots[slot]
        child = root.children.get(local) if root.variable == slot else None
        node = root.number if child is None else child.number
        row = self._nodes.array[node]
        if self.program.urgent(slot, local) is not None:
            self._starts[slot, local] = kernel.URGENT - node
        else:
            is_empty = row[0] < 0 and row[3] == row[5] and row[6] == row[8]
            self._starts[slot, local] = kernel.NOTHING if is_empty else node

    def _members(self) -> None:
        """The terms and facts that steps can look up; all others only goals and forgeries ask for."""
        for term in range(self._terms, len(self.program.terms.values)):
            if isinstance(self.program.terms.values[term], Cookie):
                self.cookies.add(term)
        for fact in range(self._facts, len(self.program.facts.values)):
            if isinstance(self.program.facts.values[fact], Shared):
                self.shared.add(fact)
        self._terms, self._facts = len(self.program.terms.values), len(self.program.facts.values)

    def _new_variables(self) -> None:
        n = self.program.n
        for variable in self.program.variables.values[self._variables.used :]:
            match variable:
                case LocalOf(slot):
                    row = (slot, -1, 0)
                case Idle(slot) | Takes(slot, _):
                    row = (slot, 0, 0)
                case CookiesOf():
                    row = (n + 3, 0, 0)
                case FactsLike():
                    row = (n + 4, 0, 0)
            self._variables.add([row])
            self._fields.append(row[0])
            self._noted.append({})

    def noted(self, variable: int, fields: Sequence[int]) -> int | None:
        """A variable's value in a state whose fields, and the parts of whose two sets, are given; None if unknown."""
        if variable >= len(self._fields):
            self._new_variables()
        return self._noted[variable].get(fields[self._fields[variable]])

    def note(self, variable: int, fields: Sequence[int], value: int) -> None:
        """Note it."""
        of, base, size = (int(number) for number in self._variables.array[variable])
        key = fields[of]
        self._noted[variable][key] = value
        if base < 0:
            return
        if key >= size:
            room = max(8, 2 * size, key + 1)
            moved = self._values.extend(room)
            self._values.array[moved : moved + room] = kernel.UNKNOWN
            self._values.array[moved : moved + size] = self._values.array[base : base + size]
            self._variables.array[variable] = of, moved, room
            base = moved
        self._values.array[base + key] = value

    def _command(self, number: int) -> None:
        command = self.program.commands[number]
        flags = command.forged * kernel.FORGED | command.teaches * kernel.TEACHES | bool(command.needs) * kernel.NEEDS
        sets = self._needs.number(command.needs), self._learns.number(command.learns)
        self._commands.add([(*self._assigns.add(command.assigns), *sets, self._records.number(command.records), flags)])

    def _node(self, node: Node) -> None:
        row = self._nodes.array[node.number]
        row[0] = -1 if node.variable is None else node.variable
        actions: tuple[list[int], list[int]] = ([], [])
        forks: tuple[list[int], list[int]] = ([], [])
        self._gather(node, actions, forks)
        for first, pool, (others, attacks) in ((3, self._actions, actions), (6, self._forks, forks)):
            begin, end = pool.add(others + attacks)
            row[first : first + 3] = begin, begin + len(others), end
        known, base, mask = self._children[node.number], int(row[1]), int(row[2])
        if len(node.children) == known:
            return
        if base < 0 or len(node.children) > mask * 3 // 4:
            mask, known = max(2, 1 << (2 * len(node.children)).bit_length()) - 1, 0
            base = self._kids.extend(mask + 1)
            self._kids.array[base : base + mask + 1] = kernel.UNKNOWN
            self._nodes.array[node.number, 1:3] = base, mask
        kids = self._kids.array
        for value, child in islice(node.children.items(), known, None):
            at = value & mask
            while kids[base + at, 0] >= 0:
                at = (at + 1) & mask
            kids[base + at] = value, child.number
        self._children[node.number] = len(node.children)
        if node.number in self._roots and node.variable == (slot := self._roots[node.number]):
            for value, child in node.children.items():
                self._started[child.number] = slot, value

    def _gather(self, node: Node, actions: tuple[list[int], list[int]], forks: tuple[list[int], list[int]]) -> None:
        """A node's commands, with those of forks that look at no variable, and its other forks; forged ones apart."""
        for number in node.commands:
            actions[self.program.commands[number].forged].append(number)
        for fork in node.forks:
            if fork.variable is None:
                self._gather(fork, actions, forks)
            else:
                forks[fork.forging and self.program.bound is not None].append(fork.number)


class Learner(Plain):
    """Takes a program through states in plain Python, and notes what the kernel has to know of them."""

    def __init__(self, program: Program, flat: Flat) -> None:
        super().__init__(program)
        self._flat = flat
        self._fields: Sequence[int] = ()

    def learn(self, state: State, fields: Sequence[int]) -> None:
        """Learn all that can happen in a state."""
        self._fields = fields
        for _ in self.commands(state):
            pass

    def value(self, variable: int, state: State) -> int:
        """The value of a variable in a state."""
        value = self._flat.noted(variable, self._fields)
        if value is None:
            value = super().value(variable, state)
            self._flat.note(variable, self._fields, value)
        return value
