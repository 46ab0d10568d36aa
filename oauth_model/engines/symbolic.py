"""The symbolic engine: sets of states as decision diagrams, so that their number hardly matters.

The reachable states are a fixpoint: every slot's commands are applied to all that is known until nothing
new comes (chaining); so the sets stay close to products of what the sessions do, and small even where states
are many. Commands are learnt on the way: a tree is walked with a set of states instead of one, and branches
on the values that occur in it. Only where a goal is broken the search is repeated in breadth-first layers,
up to the first that breaks it, and a shortest run is read off them backwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oauth_model.engines.diagrams import Diagram, Diagrams
from oauth_model.engines.encoding import Encoding
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.symbolic_goals import violations
from oauth_model.engines.tree import Node
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Status, Walk, at_memory
from oauth_model.goals.goal import Goal
from oauth_model.steps import Change


def search(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = Limits(),
    progress: Progress | None = None,
    pure: bool = False,
) -> Walk:
    """All reachable states at once; then a shortest run to a violation of each goal that is broken in some.

    `stop_on` is what other engines stop early on; there is no early here. `pure` takes the decision diagrams of pure
    Python even where there are faster ones.
    """
    reach = Reach(program, Diagrams(pure=pure), limits, progress)
    cut = reach.until_cut()
    bad = {goal: violations(goal, reach.encoding, reach.states) for goal in goals}
    return reach.walk(cut, {goal: states for goal, states in bad.items() if states != reach.diagrams.false})


def search_honest(program: Program, goals: tuple[Goal, ...], *, limits: Limits = Limits(), pure: bool = False) -> Walk:
    """The same for goals about honest parties by themselves; `broken` are those that are.

    One that must be true sometimes is broken where no state makes it true; one that must be finally, where a state
    makes it false in which nothing is left to do.
    """
    reach = Reach(program, Diagrams(pure=pure), limits)
    cut = reach.until_cut()
    final = reach.final()
    bad: dict[Goal, Diagram] = {}
    never: set[Goal] = set()
    for goal in goals:
        false = violations(goal, reach.encoding, reach.states)
        if goal.kind == "sometimes" and false == reach.states:
            never.add(goal)
        elif goal.kind != "sometimes" and false & final != reach.diagrams.false:
            bad[goal] = false & final
    walk = reach.walk(cut, bad)
    walk.broken = frozenset({*bad, *never})
    return walk


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
        self, program: Program, diagrams: Diagrams, limits: Limits = Limits(), progress: Progress | None = None
    ) -> None:
        self.program, self.diagrams, self._limits, self._progress = program, diagrams, limits, progress
        self.encoding = Encoding(program, diagrams)
        self.plain = Plain(program)
        self.encoding.grow()
        self.initial = diagrams.cube(self.encoding.state(self.plain.initial))
        self.states = self.initial
        self._done: list[Diagram] = [diagrams.false] * program.n
        self._trees = [Tree({slot}, {}, diagrams.false) for slot in range(program.n)]
        self._sizes: tuple[int, ...] = ()
        self._turns: list[Diagram] = []
        self._groups = self.encoding.groups
        self._rounds = 0

    def count(self) -> int:
        """How many states there are."""
        return self.diagrams.count(self.states, self.encoding.used())

    def until_cut(self) -> str:
        """Find the reachable states; why that was cut, or nothing if it was not."""
        try:
            self.fixpoint()
        except Cut as cut:
            return str(cut)
        except KeyboardInterrupt:
            return INTERRUPTED
        return ""

    def walk(self, cut: str, bad: dict[Goal, Diagram]) -> Walk:
        """What was found, with a shortest run into each of some sets of states."""
        walk = Walk("symbolic", self.count(), None, None, not cut, cut, broken=frozenset(bad))
        if bad:
            walk.found = Layers(self).shortest(bad)
        return walk

    def final(self) -> Diagram:
        """The reachable states in which nothing is left to do."""
        states = self.states
        for slot in range(self.program.n):
            commands, turn = self._commands(slot, self._whose_turn(slot, self.states))
            for command in commands:
                states &= ~(turn & self.encoding.guard(command))
        return states

    def fixpoint(self) -> None:
        """Apply the commands of one slot after another until nothing new comes.

        What one run does is brought to its end before the next one begins: so the sets stay near to products of
        what the runs can do. Step by step in all of them they would be sets of states equally far on.
        """
        while any(done != self.states for done in self._done):
            for group in self._groups:
                while any(self._done[slot] != self.states for slot in group):
                    for slot in group:
                        self._apply(slot)

    def _apply(self, slot: int) -> None:
        new = self.states & ~self._done[slot]
        if new == self.diagrams.false:
            return
        self._done[slot] = self.states
        images = self.images(slot, new)
        self.states = self.diagrams.union([self.states, *images])
        self._rounds += 1
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
        states = self._whose_turn(slot, states)
        commands, states = self._commands(slot, states)
        same: dict[tuple[object, ...], list[int]] = {}
        for number in commands:
            command = self.program.commands[number]
            effect = command.assigns, command.learns, command.records, command.forged, command.teaches
            same.setdefault(effect, []).append(number)
        return [image for alike in same.values() for image in self._images(alike, states)]

    def _commands(self, slot: int, states: Diagram) -> tuple[list[int], Diagram]:
        """The commands of a slot whose guards may hold in some states, learnt where they are not known yet, and the
        states, of which more is said where variables were added.

        The tree is walked with no more of the states than it reads, a small set where that of the states is large,
        and only with what it was not walked with before.
        """
        tree = self._trees[slot]
        while True:
            wanted = {bit for variable in tree.reads for bit in self.encoding.bits(variable)}
            small = self.diagrams.exists([bit for bit in self.encoding.used() if bit not in wanted], states)
            missing: set[int] = set()
            self._walk(self.program.roots[slot], small & ~tree.walked, tree.commands, tree.reads, missing)
            tree.walked |= small
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
        fresh = self._grow()
        small &= fresh
        found = ((number, self.encoding.guard(number)) for number in tree.commands)
        return [number for number, guard in found if small & guard != self.diagrams.false], states & fresh

    def _walk(self, node: Node, states: Diagram, found: dict[int, None], reads: set[int], missing: set[int]) -> None:
        """Note the commands to which a tree leads, and the variables that it reads and the states do not have."""
        if states == self.diagrams.false:
            return
        if node.variable is not None:
            if node.variable not in reads:
                missing.add(node.variable)
                return
            for value, part in list(self.encoding.split(node.variable, states)):
                self._walk(self.program.child(node, value), part, found, reads, missing)
        found.update(dict.fromkeys(node.commands))
        for fork in node.forks:
            self._walk(fork, states, found, reads, missing)

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

    def _whose_turn(self, slot: int, states: Diagram) -> Diagram:
        """Those of some states in which a slot's session can act: no other has something urgent on its way."""
        sizes = tuple(len(table.values) for table in self.program.locals)
        if sizes != self._sizes:
            self._sizes = sizes
            urgent = [self._urgent(other) for other in range(self.program.n)]
            self._turns = [self._turn(urgent, other) for other in range(self.program.n)]
        return states & self._turns[slot]

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
