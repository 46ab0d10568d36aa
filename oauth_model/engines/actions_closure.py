"""All actions that a program could ever take, collected before a search.

They are collected in an abstraction that forgets how sessions depend on each other: so there are more of them than
really happen, and never fewer. A step takes with it what is delivered at once after it, so that there is no
state in between, and no order of steps but what they depend on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from oauth_model.engines.actions import Action
from oauth_model.engines.program import Program
from oauth_model.engines.tree import Command, CookiesOf, FactsLike, Idle, LocalOf, Node, Takes
from oauth_model.engines.walk import Progress, Status
from oauth_model.steps import Change

LONGEST = 64
"""How many messages may be delivered at once after one step: more is taken for a loop."""

MOST = 10
"""So many facts or terms may each be there or not where a session looks some up: all sets of them are gone through."""

NODES = 1_000_000
"""So many nodes may the program's trees have, which takes about 1 GB: what could ever happen is more than what does."""

ACTIONS = 30_000
"""So many actions may there be: each is renamed in all ways, which takes minutes where there are more."""

BYTES_OF_A_NODE = 1000
"""What a node takes in memory, roughly."""

EVERY = 1024
"""How many actions are collected between two notes on progress."""


class TooMany(Exception):
    """There is more than can be gone through; says of what."""


class Partial(NamedTuple):
    """What is assumed of the state before an action, and what its steps so far have made of it."""

    start: Mapping[int, frozenset[int]]
    now: Mapping[int, int] = MappingProxyType({})
    takes: frozenset[int] = frozenset()
    posts: frozenset[int] = frozenset()
    needs: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()
    present: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()
    learns: frozenset[int] = frozenset()
    records: frozenset[int] = frozenset()
    stages: tuple[tuple[frozenset[int], frozenset[int]], ...] = ()
    changes: tuple[Change, ...] = ()
    forged: bool = False
    teaches: bool = False


class Closure:
    """All actions of a program that could ever be possible: `actions`, when `close` has been called.

    Sessions, messages, terms and facts that could occur are collected without regard to which occur together.
    Where the actions do not say all that can happen `why` says why not: a message that must be delivered at once may
    find nobody to take it, or there is too much. It is empty elsewhere. `progress` is told of no state and, as what is
    left to look at, of the actions that a round has collected; its depth is that of rounds.
    """

    def __init__(self, program: Program, progress: Progress | None = None) -> None:
        self.program = program
        self._progress = progress
        self._rounds = 0
        world = program.composition
        self.sessions: list[set[int]] = [{world.initial[slot]} for slot in range(program.n)]
        self.envelopes: list[set[int]] = [set() for _ in range(program.n)]
        self.terms: set[int] = set(program.initially_known)
        self.facts: set[int] = set()
        self.actions: list[Action] = []
        self.why = ""

    def close(self) -> None:
        """Collect until nothing new comes, or there would be too much."""
        before = -1
        try:
            while before != self._size():
                before = self._size()
                self.why = ""
                self._collect()
        except TooMany as found:
            self.why = str(found)

    def _collect(self) -> None:
        found: dict[Action, None] = {}
        self._rounds += 1
        for slot in range(self.program.n):
            for action in self._of_slot(slot):
                found[action] = None
                self._note(action)
                if len(found) > ACTIONS:
                    raise TooMany(f"what could ever happen is more than {ACTIONS:,} actions")
                if self._progress is not None and len(found) % EVERY == 0:
                    self._progress(Status(0, len(found), self._rounds, len(self.program.nodes) * BYTES_OF_A_NODE))
        self.actions = list(found)

    def _size(self) -> int:
        return sum(map(len, (*self.sessions, *self.envelopes, self.terms, self.facts)))

    def _note(self, action: Action) -> None:
        for slot, session in action.assigns:
            self.sessions[slot].add(session)
        for number in action.posts:
            self.envelopes[self.program.composition.owner(number)].add(number)
        self.terms |= action.learns
        self.facts |= action.records

    # -------------------------------------------------------------- first steps

    def _of_slot(self, slot: int) -> Iterator[Action]:
        world, root = self.program.composition, self.program.roots[slot]
        for session in sorted(self.sessions[slot]):
            node = self.program.child(root, self.program.local(slot, session, ()))
            yield from self._first(node, Partial(start={slot: frozenset((session,))}), None)
        for number in sorted(self.envelopes[slot]):
            to_session = world.envelopes.values[number].receiver.index
            # Whoever sent a message to a party has no part in its delivery, whatever it does meanwhile.
            for session in sorted(self.sessions[slot]) if to_session else (world.initial[slot],):
                node = self.program.child(root, self.program.local(slot, session, (number,)))
                start = {slot: frozenset((session,))} if to_session else {}
                yield from self._first(node, Partial(start=start), number)

    def _first(self, node: Node, partial: Partial, delivers: int | None) -> Iterator[Action]:
        found: list[tuple[Partial, Command]] = []
        self._walk(node, partial, (-1, -1), found)
        for after, command in found:
            step = command.change.step
            if (step.envelope if step.kind == "deliver" else None) == delivers:
                yield from self._go_on(self._after(after, command))

    # -------------------------------------------------------------- what is delivered at once

    def _go_on(self, partial: Partial) -> Iterator[Action]:
        """The actions that begin with some steps: one, if these post nothing that is delivered at once."""
        world = self.program.composition
        urgent = [(world.owner(number), number) for number in partial.posts if world.is_urgent(number)]
        if not urgent:
            yield self._action(partial)
            return
        found: list[tuple[Partial, Command]] = []
        total = self._walk(self.program.roots[min(urgent)[0]], partial, min(urgent), found)
        if not total or len(partial.changes) > LONGEST:
            self.why = "a message that is delivered at once may find nobody to take it"
            return
        for after, command in found:
            yield from self._go_on(self._after(after, command))

    def _after(self, before: Partial, command: Command) -> Partial:
        change = command.change
        posts = before.posts
        takes = before.takes
        if change.step.kind == "deliver":
            takes |= {change.step.envelope} - posts
            posts -= {change.step.envelope}
        return before._replace(
            now={**before.now, change.step.slot: change.session},
            takes=takes,
            posts=posts | set(change.posted),
            needs=before.needs | (command.needs - before.learns),
            learns=before.learns | command.learns,
            records=before.records | command.records,
            stages=(*before.stages, (command.learns, command.records)),
            changes=(*before.changes, change),
            forged=before.forged or command.forged,
            teaches=before.teaches or command.teaches,
        )

    def _action(self, partial: Partial) -> Action:
        given = self.program.initially_known
        return Action(
            tuple((s, some) for s, some in sorted(partial.start.items()) if len(some) < len(self.sessions[s])),
            partial.takes,
            partial.needs - given,
            partial.unknown,
            partial.present,
            partial.absent,
            tuple((s, now) for s, now in sorted(partial.now.items()) if partial.start.get(s) != frozenset((now,))),
            partial.posts,
            partial.learns - given,
            partial.records,
            partial.forged,
            partial.teaches,
            partial.stages,
            partial.changes,
        )

    # -------------------------------------------------------------- trees, with little known of the state

    def _walk(self, node: Node, partial: Partial, holds: tuple[int, int], found: list[tuple[Partial, Command]]) -> bool:
        """Note the commands that may be possible, each with what it assumes; whether one is, whatever the state.

        `holds` is a slot and the one message that matters of those on their way with it.
        """
        if len(self.program.nodes) > NODES:
            raise TooMany(f"what could ever happen takes more than {NODES:,} decisions")
        if node.variable is not None:
            total = True
            for value, assumed in list(self._values(node.variable, partial, holds)):
                total &= self._walk(self.program.child(node, value), assumed, holds, found)
            return total
        total = False
        for number in node.commands:
            command = self.program.commands[number]
            if command.needs <= self.terms and not (command.needs - partial.learns) & partial.unknown:
                found.append((partial, command))
                total = True
        for fork in list(node.forks):
            total |= self._walk(fork, partial, holds, found)
        return total

    def _values(self, variable: int, partial: Partial, holds: tuple[int, int]) -> Iterator[tuple[int, Partial]]:
        program = self.program
        match program.variables.values[variable]:
            case LocalOf(slot):
                channel = (holds[1],) if slot == holds[0] else ()
                for session in sorted(self._options(slot, partial)):
                    yield program.local(slot, session, channel), self._with(slot, frozenset((session,)), partial)
            case Idle(slot) | Takes(slot, _):
                classes: dict[int, set[int]] = {}
                for session in sorted(self._options(slot, partial)):
                    value = program.classify(variable, program.local(slot, session, ()))
                    classes.setdefault(value, set()).add(session)
                for value, sessions in classes.items():
                    yield value, self._with(slot, frozenset(sessions), partial)
            case FactsLike():
                there, missing = partial.present | partial.records, partial.absent
                for value, more, less in self._sets(variable, there, missing, self.facts):
                    yield value, partial._replace(present=partial.present | more, absent=partial.absent | less)
            case CookiesOf():
                there = partial.needs | partial.learns | program.initially_known
                for value, more, less in self._sets(variable, there, partial.unknown, self.terms):
                    yield value, partial._replace(needs=partial.needs | more, unknown=partial.unknown | less)

    def _options(self, slot: int, partial: Partial) -> Iterable[int]:
        now = partial.now.get(slot)
        return (now,) if now is not None else partial.start.get(slot, self.sessions[slot])

    def _with(self, slot: int, sessions: frozenset[int], partial: Partial) -> Partial:
        return partial if slot in partial.now else partial._replace(start={**partial.start, slot: sessions})

    def _sets(
        self, variable: int, there: frozenset[int], missing: frozenset[int], possible: set[int]
    ) -> Iterator[tuple[int, frozenset[int], frozenset[int]]]:
        """The values that a set can have, each with what is there besides, and what is not."""
        members = frozenset(self.program.members(variable))
        open_ = sorted((members & possible) - there - missing)
        if len(open_) > MOST:
            raise TooMany(f"what a session looks up may be any of 2^{len(open_)} sets")
        for number in range(1 << len(open_)):
            more = frozenset(member for place, member in enumerate(open_) if number >> place & 1)
            yield self.program.set_number(variable, (members & there) | more), more, frozenset(open_) - more
