"""The intermediate form: a scenario as guarded assignments over a few small variables.

All fast engines work on it, and it is learnt while they search: an engine that meets a value for the
first time asks for the node behind it (`child`), and the machines are run once for what is new. Nothing is
said twice: guards and effects are those of the flows, the attacker's messages those of `forging`.

A message on its way is part of the local state of one session: that to which it is addressed, else that which
sent it. A session waits for one answer at a time, so this costs hardly any values and saves a variable
for each message.

The order of steps is the composition's: while a message to a user agent or a resource owner is on its way,
or the request of a lured browser, nothing else happens (`urgent`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oauth_model.engines.steps_of import StepsOf
from oauth_model.engines.tree import (
    Body,
    Command,
    CookiesOf,
    FactsLike,
    Found,
    Idle,
    LocalOf,
    Node,
    Read,
    Takes,
    Unread,
    Variable,
    Wrap,
)
from oauth_model.facts import Fact
from oauth_model.forging import Forger
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, Table
from oauth_model.terms import Cookie, Term
from oauth_model.world import Composition

Local = tuple[int, tuple[int, ...]]
"""A session, and the envelopes on their way to it or from it, as the composition's numbers."""


class Program:
    """One scenario's variables and commands, as far as they are known.

    Variables are numbered, those of the slots' local states first; local states, terms, facts and commands are
    numbers, too, given in the order in which they are met. `roots` has the tree of each slot; `changed` the numbers
    of the nodes that changed since somebody emptied it; `regrown` are nodes, each as often
    as something was added to it, or it was made anew, when it may have been walked before.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.composition = Composition(scenario)
        self.n = self.composition.n
        self.bound = scenario.bounds.forgeries if self.composition.attacker.acts else None
        self.variables: Table[Variable] = Table()
        self.locals: tuple[Table[Local], ...] = tuple(Table() for _ in range(self.n))
        self.terms: Table[Term] = Table()
        self.facts: Table[Fact] = Table()
        self.commands: list[Command] = []
        self.nodes: list[Node] = []
        self.changed: list[int] = []
        self.regrown: list[Node] = []
        self._members: dict[int, list[int]] = {}
        self._sets: dict[int, Table[frozenset[int]]] = {}
        self._urgent: list[list[int | None]] = [[] for _ in range(self.n)]
        self._forging: list[tuple[Node, Forger, Wrap]] = []
        self._unforged: list[Term] = []
        world = self.composition.initial
        for slot in range(self.n):
            self.variables.number(LocalOf(slot))
            self.local(slot, world[slot], ())
        self.initially_known = self.known(self.composition.knowledge(world))
        self._steps = StepsOf(self)
        self.roots = tuple(self._root(slot) for slot in range(self.n))
        self.settle()

    # -------------------------------------------------------------- values

    def local(self, slot: int, session: int, channel: Iterable[int]) -> int:
        """The number of a slot's local state."""
        value = (session, tuple(sorted(channel)))
        table = self.locals[slot]
        known = len(table.values)
        number = table.number(value)
        if number == known:
            self._urgent[slot].append(next((e for e in value[1] if self.composition.is_urgent(e)), None))
        return number

    def urgent(self, slot: int, local: int) -> int | None:
        """The envelope of a local state that must be delivered before anything else happens."""
        return self._urgent[slot][local]

    def known(self, terms: Iterable[Term]) -> frozenset[int]:
        """The numbers of some terms."""
        return frozenset(self._number(term, self.terms) for term in sorted(terms, key=repr))

    def happened(self, facts: Iterable[Fact]) -> frozenset[int]:
        """The numbers of some facts."""
        return frozenset(self._number(fact, self.facts) for fact in sorted(facts, key=repr))

    def _number(self, value: Term | Fact, table: Table[Term] | Table[Fact]) -> int:
        known = len(table.values)
        number = table.number(value)  # type: ignore[arg-type]
        if number == known:
            if isinstance(value, Term):
                self._unforged.append(value)
            for variable, members in self._members.items():
                if self._is_member(variable, value):
                    members.append(number)
        return number

    def _is_member(self, variable: int, value: Term | Fact) -> bool:
        match self.variables.values[variable]:
            case FactsLike(pattern):
                return isinstance(value, Fact) and pattern.matches(value)
            case CookiesOf(party):
                return isinstance(value, Cookie) and value.server == party
            case _:
                return False

    def variable(self, variable: FactsLike | CookiesOf | Idle | Takes) -> int:
        """The number of a variable that is read besides the local states."""
        known = len(self.variables.values)
        number = self.variables.number(variable)
        if number == known and isinstance(variable, FactsLike | CookiesOf):
            values: Sequence[Fact | Term] = self.facts.values if isinstance(variable, FactsLike) else self.terms.values
            self._members[number] = [m for m, value in enumerate(values) if self._is_member(number, value)]
            self._sets[number] = Table()
            self._sets[number].number(frozenset())
        return number

    def members(self, variable: int) -> list[int]:
        """The facts or terms on which a variable depends whose values are sets of them; it may grow."""
        return self._members[variable]

    def set_number(self, variable: int, members: frozenset[int]) -> int:
        """The value of such a variable when exactly these of its members are there; 0 for none."""
        return self._sets[variable].number(members)

    def set_of(self, variable: int, value: int) -> frozenset[int]:
        """The members that a value of such a variable stands for."""
        return self._sets[variable].values[value]

    def classify(self, variable: int, local: int) -> int:
        """The value of a variable that is a function of a slot's local state (`Idle`, `Takes`)."""
        match self.variables.values[variable]:
            case Idle(slot):
                return int(self.composition.is_idle(slot, self.locals[slot].values[local][0]))
            case Takes(slot, envelope):
                return self._steps.how_it_takes(slot, self.locals[slot].values[local][0], envelope)
        raise AssertionError(f"variable {variable} is no function of a local state")

    # -------------------------------------------------------------- trees

    def child(self, node: Node, value: int) -> Node:
        """The node to which a value of a node's variable leads."""
        found = node.children.get(value)
        if found is None:
            assert node.variable is not None
            found = node.children[value] = self._grow({**node.path, node.variable: value}, node.body, node.forging)
            self.changed.append(node.number)
            self.settle()
        return found

    def command(self, command: Command) -> int:
        """The number of a new command."""
        self.commands.append(command)
        return len(self.commands) - 1

    def change(self, command: int) -> Change:
        """The composition's step that a command is."""
        return self.commands[command].change

    def _root(self, slot: int) -> Node:
        return self._grow({}, self._steps.of_slot(slot))

    def _grow(self, path: dict[int, int], body: Body, forging: bool = False) -> Node:
        node = Node(len(self.nodes), path, body, forging)
        self.nodes.append(node)
        self._run(node)
        return node

    def _run(self, node: Node) -> None:
        """Run a node's computation as far as it gets on the node's path."""
        self.changed.append(node.number)
        try:
            found: Found = node.body(Read(node.path))
            if found.forger is not None:
                assert found.wrap is not None
                found.bodies += [found.wrap(message) for message in found.forger.with_terms(self.terms.values)]
                self._forging.append((node, found.forger, found.wrap))
                node.grows = True
        except Unread as question:
            node.variable, node.commands, node.forks = question.variable, (), ()
            return
        node.commands = tuple(self.command(command) for command in found.commands)
        forging = node.forging or found.forger is not None
        forks = [self._grow(dict(node.path), body, forging) for body in found.bodies]
        node.forks = (*forks, *(self._grow(dict(node.path), body, forging=True) for body in found.attacks))

    def settle(self) -> None:
        """Forge what can be forged of terms that were not known before."""
        while self._unforged:
            new, self._unforged = self._unforged, []
            forging, self._forging = self._forging, []
            for entry in forging:
                node, forger, wrap = entry
                try:
                    bodies = [wrap(message) for message in forger.with_terms(new)]
                except Unread:
                    self.regrown.append(node)
                    self._run(node)  # what is forged now looks at more than what was forged before
                    continue
                self._forging.append(entry)
                if bodies:
                    self.regrown.append(node)
                    node.forks += tuple(self._grow(dict(node.path), body, forging=True) for body in bodies)
                    self.changed.append(node.number)
