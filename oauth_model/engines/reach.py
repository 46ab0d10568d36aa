"""The reachable states of a program as a set, found as a fixpoint.

Every slot's commands are applied to all that is known until nothing new comes (chaining), and what one run does
is brought to its end before the next one begins: so the sets stay near to products of what the runs can do, and
small even where states are many. Commands are learnt on the way: a tree is walked with a set of states instead of
one, and branches on the values that occur in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oauth_model.engines.diagrams import Diagram, Diagrams
from oauth_model.engines.encoding import Encoding
from oauth_model.engines.interrupts import noted_interrupts
from oauth_model.engines.plain import Plain
from oauth_model.engines.program import Program
from oauth_model.engines.tree import Node
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Status, at_memory

NO_LIMITS = Limits()

EVERY = 64
"""How many applications of a slot's commands are made between two notes on progress."""


class Cut(Exception):
    """The search goes no further; says why."""


@dataclass
class Tree:
    """What is known of one slot's tree: the variables it reads, its commands, the parts of states that it was walked
    with, and how many of the program's nodes that grew since were walked again."""

    reads: set[int]
    commands: dict[int, None]
    walked: Diagram
    regrown: int = 0


class Reach:
    """The reachable states of a program, as far as they are known."""

    def __init__(
        self, program: Program, diagrams: Diagrams, limits: Limits = NO_LIMITS, progress: Progress | None = None
    ) -> None:
        self.program, self.diagrams, self._limits, self._progress = program, diagrams, limits, progress
        self.encoding = Encoding(program, diagrams)
        self.plain = Plain(program)
        self.encoding.grow()
        self.initial = diagrams.cube(self.encoding.state(self.plain.initial))
        self.states = self.initial
        self._done: list[Diagram] = [diagrams.false] * program.n
        self._trees = [Tree({slot}, {}, diagrams.false) for slot in range(program.n)]
        self._bare: dict[int, tuple[int, Diagram]] = {}
        self._sizes: tuple[int, ...] = ()
        self._turns: list[Diagram] = []
        self._interrupts: list[int] = []
        self._groups = self.encoding.groups
        self._rounds = 0

    def count(self) -> int:
        """How many states there are."""
        return self.diagrams.count(self.states, self.encoding.used())

    def until_cut(self) -> str:
        """Find the reachable states; why that was cut, or nothing if it was not."""
        try:
            with noted_interrupts() as self._interrupts:
                self.fixpoint()
        except Cut as cut:
            return str(cut)
        except KeyboardInterrupt:
            return INTERRUPTED
        return ""

    def final(self) -> Diagram:
        """The reachable states in which nothing is left to do."""
        states = self.states
        for slot in range(self.program.n):
            commands, turn = self.commands_of(slot, self.whose_turn(slot, self.states))
            for command in commands:
                states &= ~(turn & self.encoding.guard(command))
        return states

    def fixpoint(self) -> None:
        """Apply the commands of one slot after another until nothing new comes.

        What one run does is brought to its end before the next one begins: so the sets stay near to products of
        what the runs can do. Step by step in all of them they would be sets of states equally far on.
        """
        slots = range(self.program.n)
        while not all(self._is_done(slot) for slot in slots):
            for group in self._groups:
                while not all(self._is_done(slot) for slot in group):
                    for slot in group:
                        self._apply(slot)

    def _is_done(self, slot: int) -> bool:
        """Whether a slot's commands were applied to all states, and its tree has not grown since: what is searched
        again later, in layers, must find nothing new."""
        return self._done[slot] == self.states and self._trees[slot].regrown == len(self.program.regrown)

    def _apply(self, slot: int) -> None:
        if self._is_done(slot):
            return
        # Where only the tree grew, its new commands may be possible anywhere.
        new = self.states if self._done[slot] == self.states else self.states & ~self._done[slot]
        self._done[slot] = self.states
        images = self.images(slot, new)
        self.states = self.diagrams.union([self.states, *images])
        self._rounds += 1
        if self._interrupts:
            raise Cut(INTERRUPTED)
        if self._rounds % EVERY == 0:
            self._tell()

    def _tell(self) -> None:
        """Say how far it is, and stop where that is too far."""
        memory = self.diagrams.memory()
        if self._limits.memory is not None and memory > self._limits.memory:
            raise Cut(at_memory(self._limits.memory))
        if self._progress is not None:
            self._progress(Status(self.count(), 0, self._rounds, memory))

    def images(self, slot: int, states: Diagram) -> list[Diagram]:
        """What one slot's commands make of some states."""
        states = self.whose_turn(slot, states)
        commands, states = self.commands_of(slot, states)
        same: dict[tuple[object, ...], list[int]] = {}
        for number in commands:
            command = self.program.commands[number]
            effect = command.assigns, command.learns, command.records, command.forged, command.teaches
            same.setdefault(effect, []).append(number)
        return [image for alike in same.values() for image in self._images(alike, states)]

    def commands_of(self, slot: int, states: Diagram) -> tuple[list[int], Diagram]:
        """The commands of a slot whose guards may hold in some states, learnt where they are not known yet, and the
        states, of which more is said where variables were added.

        The tree is walked with no more of the states than it reads, a small set where that of the states is large,
        and only with what it was not walked with before. Where it reads more than was known, it is walked with all
        states again: what it comes to is then known of each of them, and no later look at some finds anything new.
        """
        tree, turn = self._trees[slot], self._turns_now()[slot]
        small = wanted = self._as_read(tree, states)
        while True:
            missing: set[int] = set()
            self._walk(self.program.roots[slot], wanted & ~tree.walked, tree.commands, tree.reads, missing)
            tree.walked |= wanted
            while tree.regrown < len(self.program.regrown):
                node = self.program.regrown[tree.regrown]
                tree.regrown += 1
                if next(iter(node.path)) == slot:  # the tree that it is in
                    again = tree.walked & self.encoding.path(node.path.items())
                    self._walk(node, again, tree.commands, tree.reads, missing)
            if not missing:
                break
            tree.reads |= missing
            tree.walked = self.diagrams.false
            small = self._as_read(tree, states)
            wanted = small | self._as_read(tree, self._done[slot] & turn)
        fresh = self._grow()
        small &= fresh
        found = ((number, self.encoding.guard(number)) for number in tree.commands)
        return [number for number, guard in found if small & guard != self.diagrams.false], states & fresh

    def _as_read(self, tree: Tree, states: Diagram) -> Diagram:
        """What a tree can read of some states."""
        read = {bit for variable in tree.reads for bit in self.encoding.bits(variable)}
        return self.diagrams.exists([bit for bit in self.encoding.used() if bit not in read], states)

    def _walk(self, node: Node, states: Diagram, found: dict[int, None], reads: set[int], missing: set[int]) -> None:
        """Note the commands to which a tree leads, and the variables that it reads and the states do not have."""
        if states == self.diagrams.false:
            return
        if node.variable is not None:
            if node.variable not in reads:
                missing.add(node.variable)
                return
            for child, part in self._branches(node, node.variable, states):
                self._walk(child, part, found, reads, missing)
        found.update(dict.fromkeys(node.commands))
        for fork in node.forks:
            self._walk(fork, states, found, reads, missing)

    def _branches(self, node: Node, variable: int, states: Diagram) -> list[tuple[Node, Diagram]]:
        """The nodes to which the values of a node's variable lead, each with the states that have that value.

        Without those at which nothing can happen, which are most: the values that lead there are remembered, as long
        as it takes as many bits to tell values apart.
        """
        bits = len(self.encoding.bits(variable))
        known, bare = self._bare.get(node.number, (bits, self.diagrams.false))
        if known != bits:
            bare = self.diagrams.false
        found, more = list[tuple[Node, Diagram]](), list[Diagram]()
        for value, part in list(self.encoding.split(variable, states & ~bare)):
            child = self.program.child(node, value)
            if child.is_bare:
                more.append(self.encoding.where(variable, value))
            else:
                found.append((child, part))
        if more:
            self._bare[node.number] = bits, self.diagrams.union([bare, *more])
        return found

    def _grow(self) -> Diagram:
        """Give variables to what was learnt; in all states so far they are false."""
        new = self.encoding.grow()
        if not new:
            return self.diagrams.true
        fresh = self.diagrams.cube(new)
        self.initial &= fresh
        self.states &= fresh
        self._done = [done & fresh for done in self._done]
        for tree in self._trees:
            tree.walked &= fresh
        return fresh

    def whose_turn(self, slot: int, states: Diagram) -> Diagram:
        """Those of some states in which a slot's session can act: no other has something urgent on its way."""
        return states & self._turns_now()[slot]

    def _turns_now(self) -> list[Diagram]:
        """For each slot the states in which it can act. To be asked for where all local states known are encoded."""
        sizes = tuple(len(table.values) for table in self.program.locals)
        if sizes != self._sizes:
            self._sizes = sizes
            urgent = [self._urgent(other) for other in range(self.program.n)]
            self._turns = [self._turn(urgent, other) for other in range(self.program.n)]
        return self._turns

    def _turn(self, urgent: list[Diagram], slot: int) -> Diagram:
        before, after = self.diagrams.union(urgent[:slot]), self.diagrams.union(urgent[slot + 1 :])
        return ~before & (~after | urgent[slot])

    def _urgent(self, slot: int) -> Diagram:
        values = range(len(self.program.locals[slot].values))
        urgent = [value for value in values if self.program.urgent(slot, value) is not None]
        return self.diagrams.union([self.encoding.local(slot, value) for value in urgent])

    def _images(self, alike: list[int], states: Diagram) -> Iterator[Diagram]:
        """What commands of the same effect make of some states."""
        encoding, diagrams, one = self.encoding, self.diagrams, self.program.commands[alike[0]]
        guard = diagrams.union([encoding.guard(number) for number in alike])
        if one.teaches:
            guard &= ~diagrams.cube(encoding.assignment((), one.learns, ()))
        effect = encoding.assignment(one.assigns, one.learns, one.records)
        if not one.forged:
            yield diagrams.both_without(effect, states, guard) & diagrams.cube(effect)
            return
        for made, part in encoding.split_made(states & guard):
            if made != self.program.bound:
                more = {**effect, **encoding.made_is(made + 1)}
                yield diagrams.exists(more, part) & diagrams.cube(more)
