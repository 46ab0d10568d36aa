"""Stubborn sets: which of the possible steps are enough, because the others can wait.

A state is given here in smaller variables than the program's: each session, each message on its way, each term and
each fact is one of its own. Of a program all steps that could ever happen are collected beforehand
(`Closure`), in an abstraction that forgets how sessions depend on each other: so there are more of them than
really happen, and never fewer. A step takes with it what is delivered at once after it (`Action`), so that
there is no state in between, and no order of steps but what they depend on.

Then a set of steps is *stubborn* in a state (`Stubborn`) if with each step that is possible it has all that
this one does not commute with, and with each that is not possible all that could put one thing right that it lacks.
What may happen outside such a set neither disables nor is disabled by what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from oauth_model.engines.program import Program
from oauth_model.engines.tree import Command, CookiesOf, FactsLike, Idle, LocalOf, Node, Takes
from oauth_model.steps import Change

LONGEST = 64
"""How many messages may be delivered at once after one step: more is taken for a loop."""


class Calm(NamedTuple):
    """A state in which nothing must be delivered at once: sessions, messages on their way, terms and facts (as
    bits), and forgeries made."""

    sessions: tuple[int, ...]
    network: int
    known: int
    happened: int
    made: int


@dataclass(frozen=True, slots=True)
class Action:
    """A step with all that is delivered at once after it, as one guarded assignment.

    `guard` says among which sessions those of some slots must be; `takes` are the messages that must be on their way,
    `needs` and `unknown` the terms that the attacker must know and must not, `present` and `absent` the facts
    that there must be and must not. It gives slots new sessions (`assigns`), takes messages and posts others, adds
    terms and facts. `stages` are the terms and facts of its single steps (`changes`), in their order.
    """

    guard: tuple[tuple[int, frozenset[int]], ...]
    takes: frozenset[int]
    needs: frozenset[int]
    unknown: frozenset[int]
    present: frozenset[int]
    absent: frozenset[int]
    assigns: tuple[tuple[int, int], ...]
    posts: frozenset[int]
    learns: frozenset[int]
    records: frozenset[int]
    forged: bool
    teaches: bool
    stages: tuple[tuple[frozenset[int], frozenset[int]], ...]
    changes: tuple[Change, ...] = field(compare=False)

    @property
    def only_teaches(self) -> bool:
        """Whether all that it does is to add to what the attacker knows."""
        return not (self.assigns or self.takes or self.posts or self.records or self.forged)


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
    `stuck` says that a message that must be delivered at once may find nobody to take it; then the actions do not say
    all that can happen.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        world = program.composition
        self.sessions: list[set[int]] = [{world.initial[slot]} for slot in range(program.n)]
        self.envelopes: list[set[int]] = [set() for _ in range(program.n)]
        self.terms: set[int] = set(program.initially_known)
        self.facts: set[int] = set()
        self.actions: list[Action] = []
        self.stuck = False

    def close(self) -> None:
        """Collect until nothing new comes."""
        before = -1
        while before != self._size():
            before = self._size()
            self.stuck = False
            found: dict[Action, None] = {}
            for slot in range(self.program.n):
                for action in self._of_slot(slot):
                    found[action] = None
                    self._note(action)
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
            self.stuck = True
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

    def _walk(
        self, node: Node, partial: Partial, holds: tuple[int, int], found: list[tuple[Partial, Command]]
    ) -> bool:
        """Note the commands that may be possible, each with what it assumes; whether one is, whatever the state.

        `holds` is a slot and the one message that matters of those on their way with it.
        """
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
        for number in range(1 << len(open_)):
            more = frozenset(member for place, member in enumerate(open_) if number >> place & 1)
            yield self.program.set_number(variable, (members & there) | more), more, frozenset(open_) - more


# ------------------------------------------------------------------ which actions are enough


class Lack(NamedTuple):
    """One thing that an action needs: the actions that need it too, and those that could bring it about."""

    wanted_by: int
    brought_by: int


class Actions:
    """The actions of a closure, and sets of them as bits: who reads what, who writes what, who enables whom."""

    def __init__(self, closure: Closure) -> None:
        self.all = tuple(closure.actions)
        self.bound = closure.program.bound
        self._every = (1 << len(self.all)) - 1
        self._sessions = closure.sessions
        self._reads: dict[int, int] = {}
        self._assigns: dict[int, int] = {}
        self._to: dict[tuple[int, int], int] = {}
        self._admits: list[dict[int, int]] = [{} for _ in closure.sessions]
        self._wanted: dict[tuple[object, ...], int] = {}
        kinds = ("takes", "posts", "needs", "unknown", "present", "absent", "learns", "records")
        self._with: dict[str, dict[int, int]] = {kind: {} for kind in kinds}
        self._forged = self._picky = self._takes_none = 0
        for number, action in enumerate(self.all):
            self._index(1 << number, action)
        for slot, admits in enumerate(self._admits):
            indifferent = self._every & ~self._reads.get(slot, 0)
            for session in closure.sessions[slot]:
                admits[session] = admits.get(session, 0) | indifferent
        self._lacks: dict[tuple[object, ...], Lack] = {}
        self._conflicts: dict[int, int] = {}

    def _index(self, bit: int, action: Action) -> None:
        for slot, some in action.guard:
            self._reads[slot] = self._reads.get(slot, 0) | bit
            self._wanted[slot, some] = self._wanted.get((slot, some), 0) | bit
            for session in some:
                self._admits[slot][session] = self._admits[slot].get(session, 0) | bit
        for slot, session in action.assigns:
            self._assigns[slot] = self._assigns.get(slot, 0) | bit
            self._to[slot, session] = self._to.get((slot, session), 0) | bit
        for kind, index in self._with.items():
            for member in getattr(action, kind):
                index[member] = index.get(member, 0) | bit
        self._forged |= bit * action.forged
        self._picky |= bit * (action.teaches and not action.only_teaches)
        self._takes_none |= bit * (not action.takes)

    def those(self, kind: str, members: Iterable[int]) -> int:
        """The actions that have some of these, such as terms that they learn."""
        index = self._with[kind]
        found = 0
        for member in members:
            found |= index.get(member, 0)
        return found

    # -------------------------------------------------------------- states

    def possible(self, state: Calm) -> list[int]:
        """The actions that are possible in a state."""
        candidates = self._takes_none
        for number, takers in self._with["takes"].items():
            if state.network >> number & 1:
                candidates |= takers
        for slot, session in enumerate(state.sessions):
            candidates &= self._admits[slot][session]
        return [number for number in members(candidates) if self.lack(state, number) is None]

    def lack(self, state: Calm, number: int) -> Lack | None:
        """What an action lacks in a state, of several things one for which there are few who could bring it; None if
        it is possible."""
        action = self.all[number]
        if action.forged and state.made == self.bound:
            return _NEVER
        if action.teaches and all(state.known >> term & 1 for term in action.learns):
            return _NEVER
        if any(state.known >> term & 1 for term in action.unknown):
            return _NEVER
        if any(state.happened >> fact & 1 for fact in action.absent):
            return _NEVER
        return None if next(self.lacks(state, action), None) is None else self._fewest(state, action)

    def _fewest(self, state: Calm, action: Action) -> Lack:
        return min(self.lacks(state, action), key=_how_many)

    def lacks(self, state: Calm, action: Action) -> Iterator[Lack]:
        """All that an action lacks in a state and may yet get."""
        for slot, some in action.guard:
            if state.sessions[slot] not in some:
                yield self._lack_of_session(slot, some)
        for number in action.takes:
            if not state.network >> number & 1:
                yield self._lack_of("takes", "posts", number)
        for term in action.needs:
            if not state.known >> term & 1:
                yield self._lack_of("needs", "learns", term)
        for fact in action.present:
            if not state.happened >> fact & 1:
                yield self._lack_of("present", "records", fact)

    def _lack_of_session(self, slot: int, some: frozenset[int]) -> Lack:
        found = self._lacks.get((slot, some))
        if found is None:
            by = 0
            for session in some:
                by |= self._to.get((slot, session), 0)
            found = self._lacks[slot, some] = Lack(self._wanted[slot, some], by)
        return found

    def _lack_of(self, wanted: str, brought: str, member: int) -> Lack:
        found = self._lacks.get((wanted, member))
        if found is None:
            found = self._lacks[wanted, member] = Lack(self.those(wanted, (member,)), self.those(brought, (member,)))
        return found

    def after(self, state: Calm, number: int) -> Calm:
        """The state after an action."""
        action = self.all[number]
        sessions = list(state.sessions)
        for slot, session in action.assigns:
            sessions[slot] = session
        return Calm(
            tuple(sessions),
            state.network & ~as_bits(action.takes) | as_bits(action.posts),
            state.known | as_bits(action.learns),
            state.happened | as_bits(action.records),
            state.made + action.forged,
        )

    # -------------------------------------------------------------- dependence

    def conflicts(self, number: int) -> int:
        """The other actions that may be possible together with an action and do not commute with it."""
        found = self._conflicts.get(number)
        if found is None:
            together = self._together(number)
            found = self._conflicts[number] = self._interfering(number) & together & ~(1 << number)
        return found

    def _together(self, number: int) -> int:
        """The actions that may be possible in a state in which one is."""
        action = self.all[number]
        found = self._every
        for slot, some in action.guard:
            admitted = 0
            for session in some:
                admitted |= self._admits[slot][session]
            found &= admitted
        found &= ~self.those("absent", action.present) & ~self.those("present", action.absent)
        return found & ~self.those("unknown", action.needs) & ~self.those("needs", action.unknown)

    def _interfering(self, number: int) -> int:
        action = self.all[number]
        found = 0
        for slot, session in action.assigns:
            found |= self._assigns[slot] | self._reads.get(slot, 0) & ~self._admits[slot][session]
        for slot, some in action.guard:
            kept = 0
            for session in some:
                kept |= self._to.get((slot, session), 0)
            found |= self._assigns.get(slot, 0) & ~kept
        found |= self.those("takes", action.takes | action.posts) | self.those("posts", action.takes)
        found |= self.those("absent", action.records) | self.those("records", action.absent)
        found |= self.those("unknown", action.learns) | self.those("learns", action.unknown)
        alike = self.those("learns", action.learns)
        found |= alike if self._picky >> number & 1 else alike & self._picky
        return found | self._forged if action.forged else found

    # -------------------------------------------------------------- stubborn sets

    def only_more_knowledge(self, possible: list[int], keep: dict[int, int]) -> int | None:
        """An action that does nothing but teach the attacker something, and disturbs nobody."""
        for number in possible:
            if self.all[number].only_teaches and not self.conflicts(number) and not keep.get(number):
                return number
        return None

    def stubborn(self, state: Calm, possible: list[int], keep: dict[int, int]) -> int:
        """A stubborn set, as bits: the one with the fewest possible actions, of those that begin with one of them.

        `keep` has for an action further ones that must be in every set in which it is and is possible.
        """
        now = as_bits(possible)
        best, fewest = self._every, len(possible)
        for seed in possible if fewest > 1 else ():
            found = self._closed(state, seed, now, keep, fewest)
            if found is not None:
                best, fewest = found, (found & now).bit_count()
                if fewest == 1:
                    break
        return best

    def _closed(self, state: Calm, seed: int, now: int, keep: dict[int, int], less_than: int) -> int | None:
        """The stubborn set of one action; None if there are not fewer than so many possible ones in it."""
        inside = waiting = 1 << seed
        while waiting:
            ready = waiting & now
            if ready:
                number = ready.bit_length() - 1
                waiting ^= 1 << number
                more = self.conflicts(number) | keep.get(number, 0)
            else:
                more, done = self._enabling(state, waiting.bit_length() - 1, inside, now)
                waiting &= ~done
            more &= ~inside
            inside |= more
            waiting |= more
            if (inside & now).bit_count() >= less_than:
                return None
        return inside

    def _enabling(self, state: Calm, number: int, inside: int, now: int) -> tuple[int, int]:
        """The actions that could bring what an impossible one lacks, and all for which they are enough too."""
        lack = self.lack(state, number)
        assert lack is not None
        if lack is _NEVER:
            return 0, 1 << number
        best, least = lack, (1 << 60, 1 << 60)
        for one in self.lacks(state, self.all[number]):
            more = one.brought_by & ~inside
            cost = (more & now).bit_count(), more.bit_count()
            if cost < least:
                best, least = one, cost
        return best.brought_by, best.wanted_by & ~now | 1 << number


_NEVER = Lack(0, 0)


def _how_many(lack: Lack) -> int:
    return lack.brought_by.bit_count()


def members(bits: int) -> Iterator[int]:
    """The numbers whose bits are set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def as_bits(numbers: Iterable[int]) -> int:
    """A set of numbers as bits."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
