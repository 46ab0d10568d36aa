"""A program's trees as the kernel walks them: nodes that are looked at together, in bundles.

A program has a tree for each slot, and at its leaves forks: more trees, to be looked at side by side. The attacker has
one for each message that could be sent, and in nearly all states nearly all of them come to nothing. So those
that look at the same field are taken together: a bundle is some nodes, a `Probe` those of them that look at one
field, and for each value of the field it has the bundle of what comes next. What comes to nothing is in none.

What is not learnt yet is simply not there: the kernel finds no entry and leaves the state to `learn`, which
takes the program through it, and notes what the state met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from oauth_model.engines import kernel
from oauth_model.engines.explicit_pools import Pool
from oauth_model.engines.kernel_arrays import Ints
from oauth_model.engines.plain import State
from oauth_model.engines.program import Program
from oauth_model.engines.tree import Node

Key = tuple[int, ...]
"""Some nodes, by their numbers."""


class Probe:
    """Nodes that look at one field: for each value the bundle of what comes next, as far as it is known.

    The kernel has it at some rows, all of which have its part of a table in common.
    """

    __slots__ = ("base", "field", "following", "nodes", "rows", "size")

    def __init__(self, field: int, nodes: tuple[Node, ...]) -> None:
        self.field, self.nodes = field, nodes
        self.following: dict[int, int] = {}
        self.base = self.size = 0
        self.rows: list[int] = []


class Bundle(NamedTuple):
    """The nodes of a bundle, and its probes: those of the attacker's messages are the last ones."""

    nodes: tuple[Node, ...]
    probes: tuple[Probe, ...]
    others: int


class Bundles:
    """The bundles and probes of one program.

    `field_of` says of which field a variable is a function, and `value_of` gives its value where the field has a value.
    """

    def __init__(
        self, program: Program, field_of: Callable[[int], int], value_of: Callable[[int, int, State], int]
    ) -> None:
        self._program, self._field_of, self._value_of = program, field_of, value_of
        self.rows, self.probe_rows, self.after, self.actions = Pool(8), Pool(4), Pool(), Pool()
        self._bundles: list[Bundle] = []
        self._numbers: dict[Key, int] = {}
        self._probes: dict[Key, Probe] = {}
        self._with: dict[int, list[int]] = {}
        self._at: list[Probe] = []
        self._codes: list[int] = []
        self._before: list[list[tuple[Probe, int]]] = []
        self._roots = tuple(Probe(slot, (root,)) for slot, root in enumerate(program.roots))
        self.starts: Ints = np.full((program.n, 64), kernel.UNKNOWN, np.int32)
        self._locals = [0] * program.n

    # -------------------------------------------------------------- learning

    def learn(self, state: State, fields: Sequence[int]) -> None:
        """Learn all that can happen in a state; the values of its fields are given, and the parts of its two sets."""
        program = self._program
        for slot, local in enumerate(state.locals):
            if program.urgent(slot, local) is not None:
                self._walk(self._next(self._roots[slot], local, state), state, fields)
                return
        for slot, local in enumerate(state.locals):
            self._walk(self._next(self._roots[slot], local, state), state, fields)

    def is_learnt(self, row: int, value: int) -> bool:
        """Whether a probe at a row of the kernel's, or where a slot begins (below NOTHING), knows about a value."""
        probe = self._at[row] if row >= 0 else self._roots[kernel.UNKNOWN - row]
        return value in probe.following

    def _walk(self, number: int, state: State, fields: Sequence[int]) -> None:
        bundle = self._bundles[number]
        for probe in bundle.probes[: bundle.others] if state.made == self._program.bound else bundle.probes:
            self._walk(self._next(probe, fields[probe.field], state), state, fields)

    def _next(self, probe: Probe, value: int, state: State) -> int:
        """The bundle to which a value leads, learnt if need be from a state that comes to it."""
        found = probe.following.get(value)
        if found is not None:
            return found
        nodes: list[Node] = []
        for node in probe.nodes:
            while node.variable is not None and self._field_of(node.variable) == probe.field:
                node = self._program.child(node, self._value_of(node.variable, value, state))
            nodes.append(node)
        found = probe.following[value] = self._bundle(tuple(nodes))
        self._before[found].append((probe, value))
        self._note(probe, value)
        return found

    # -------------------------------------------------------------- writing down

    def update(self) -> None:
        """Write down what the program learnt since the last time."""
        program = self._program
        changed = dict.fromkeys(bundle for node in program.changed for bundle in self._with.get(node, ()))
        program.changed.clear()
        for number in changed:
            self._write(number, self._bundles[number].nodes)
        for slot, table in enumerate(program.locals):
            self._widen(len(table.values))
            for local in range(self._locals[slot], len(table.values)):
                if local not in self._roots[slot].following and program.urgent(slot, local) is not None:
                    self.starts[slot, local] = kernel.URGENT
            self._locals[slot] = len(table.values)

    def _bundle(self, nodes: tuple[Node, ...]) -> int:
        """The number of the bundle of some nodes."""
        key = tuple(node.number for node in nodes)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self.rows.extend(1)
            self._bundles.append(Bundle(nodes, (), 0))
            self._codes.append(kernel.NOTHING)
            self._before.append([])
            self._write(number, nodes)
        return number

    def _write(self, number: int, nodes: tuple[Node, ...]) -> None:
        """Write down what is in a bundle now."""
        actions: tuple[list[int], list[int]] = ([], [])
        looks: tuple[dict[int, list[Node]], dict[int, list[Node]]] = ({}, {})
        for node in nodes:
            self._gather(number, node, actions, looks)
        begin, end = self.actions.add(actions[0] + actions[1])
        probes = [self._probe(field, tuple(some)) for fields in looks for field, some in fields.items()]
        first = self.probe_rows.used
        for probe in probes:
            probe.rows.append(self.probe_rows.extend(1))
            self._at.append(probe)
            self.probe_rows.array[probe.rows[-1]] = probe.field, probe.base, probe.size, 0
        others = len(looks[0])
        self.rows.array[number, :6] = begin, begin + len(actions[0]), end, first, first + others, first + len(probes)
        self._bundles[number] = Bundle(nodes, tuple(probes), others)
        code = number
        if begin == end and len(probes) == others <= 1:
            code = kernel.SINGLE + first if probes else kernel.NOTHING
        if code != self._codes[number]:
            self._codes[number] = code
            for probe, value in self._before[number]:
                self._note(probe, value)

    def _gather(
        self,
        number: int,
        node: Node,
        actions: tuple[list[int], list[int]],
        looks: tuple[dict[int, list[Node]], dict[int, list[Node]]],
    ) -> None:
        """What is at a node and the forks of it that look at no variable, and the nodes that do; forged ones apart."""
        if node.variable is not None:
            forged = node.forging and self._program.bound is not None
            looks[forged].setdefault(self._field_of(node.variable), []).append(node)
            return
        bundles = self._with.setdefault(node.number, [])
        if number not in bundles:
            bundles.append(number)
        for command in node.commands:
            actions[self._program.commands[command].forged].append(command)
        for fork in node.forks:
            self._gather(number, fork, actions, looks)

    def _probe(self, field: int, nodes: tuple[Node, ...]) -> Probe:
        key = tuple(node.number for node in nodes)
        if key not in self._probes:
            self._probes[key] = Probe(field, nodes)
        return self._probes[key]

    def _note(self, probe: Probe, value: int) -> None:
        """Have the kernel find where a value leads."""
        number = probe.following[value]
        code = self._codes[number]
        if probe.field < self._program.n and probe is self._roots[probe.field]:
            if self._program.urgent(probe.field, value) is not None:
                self._start(probe.field, value, kernel.URGENT - 1 - number)
            else:
                self._start(probe.field, value, code)
            return
        if value >= probe.size:
            room = max(8, 2 * probe.size, value + 1)
            moved = self.after.extend(room)
            table = self.after.array
            table[moved : moved + room] = kernel.UNKNOWN
            table[moved : moved + probe.size] = table[probe.base : probe.base + probe.size]
            probe.base, probe.size = moved, room
            self.probe_rows.array[probe.rows, 1:3] = moved, room
        self.after.array[probe.base + value] = code

    def _start(self, slot: int, local: int, start: int) -> None:
        self._widen(local + 1)
        self.starts[slot, local] = start

    def _widen(self, locals_: int) -> None:
        """Have a place to begin for so many local states of each slot."""
        has = self.starts.shape[1]
        if locals_ > has:
            wider = np.full((self.starts.shape[0], 2 * locals_), kernel.UNKNOWN, np.int32)
            wider[:, :has] = self.starts
            self.starts = wider
