"""Delivery: which sessions take a message, what they do with it, and what the attacker learns of that.

The part of a composition (`world`) that asks its machines, and remembers what they answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from oauth_model.attackers import Attacker
from oauth_model.cast import Cast
from oauth_model.facts import Fact, Records
from oauth_model.forging import needed
from oauth_model.knowledge import Knowledge, close
from oauth_model.machine import Accepted, Address, Envelope, Machine, Outcome, Row, Session, Setting
from oauth_model.messages import AUTHORIZATION_SERVER, CLIENT, RESOURCE_SERVER, Message
from oauth_model.steps import Change, Step, Table, World
from oauth_model.terms import Cookie, Term


class Delivery:
    """What a composition does with a message."""

    n: int
    cast: Cast
    attacker: Attacker
    setting: Setting
    machines: dict[str, Machine]
    roles: tuple[str, ...]
    addresses: tuple[Address, ...]
    by_party: dict[str, tuple[int, ...]]
    sessions: Table[Session]
    envelopes: Table[Envelope]
    knowledges: Table[Knowledge]
    fact_sets: Table[frozenset[Fact]]
    nothing_learnt: int
    nothing_happened: int
    shared: Callable[[int], Mapping[str, Records]]
    shared_number: Callable[[int], int]
    _by_address: dict[Address, int]
    _windows: dict[Address, int]
    _orders: dict[tuple[Address, tuple[int, ...]], tuple[int, ...]]
    _sessions_of: dict[tuple[int, ...], Callable[[World], object]]
    _known_at_first: Knowledge
    _deliver_cache: dict[tuple[object, ...], list[Change]]
    _step_cache: dict[tuple[str, int, int, Records], Change | None]

    def deliver(self, world: World, number: int) -> list[Change]:
        """The ways in which a message in flight can be taken: at most one, unless several sessions would."""
        receiver = self.envelopes.values[number].receiver
        slots = self.by_party.get(receiver.party, ())
        sessions = self._sessions_of[slots](world) if slots else None
        key = (number, sessions, self.shared_number(world[self.n + 2]))
        found = self._deliver_cache.get(key)
        if found is None:
            found = self._deliver_cache[key] = self._taken(world, number, receiver)
        return found

    def _taken(self, world: World, number: int, receiver: Address) -> list[Change]:
        shared = self.shared(world[self.n + 2])
        if receiver.index:
            slot = self._by_address[receiver]
            change = self.local(slot, world[slot], number, shared[self.roles[slot]])
            return [change or self.dropped(slot, world[slot], number)]
        normal: list[Change] = []
        refused: list[tuple[bool, bool, int, Change]] = []
        sender = self.envelopes.values[number].sender
        for slot, idle in self.candidates(world, self.by_party.get(receiver.party, ()), sender):
            change = self.local(slot, world[slot], number, shared[self.roles[slot]])
            if change is not None and not change.otherwise:
                normal.append(change)
            elif change is not None:
                refused.append((change.row.last_resort, idle, slot, change))
        if normal:
            return normal
        # A refusal is answered once, by a session that the message concerns if there is one.
        return [min(refused, key=lambda entry: entry[:3])[3]] if refused else []

    def candidates(self, world: World, slots: tuple[int, ...], sender: Address) -> Iterator[tuple[int, bool]]:
        """The sessions of a party, given by its slots, that could take a message, and whether they are idle.

        Idle sessions are interchangeable, so one of them stands for all: the first in the sender's order.
        """
        alike = self.are_alike(slots)
        chosen = next((slot for slot in self.in_order_for(sender, slots) if self.is_idle(slot, world[slot])), None)
        for slot in slots:
            idle = self.is_idle(slot, world[slot])
            if slot == chosen or not idle or not alike:
                yield slot, idle

    def are_alike(self, slots: tuple[int, ...]) -> bool:
        """Whether one idle session of a party can stand for all of them.

        A resource owner's and a browser's sessions are windows, which differ. A session that acts and stays idle
        can be asked again, in another's place.
        """
        role = self.roles[slots[0]] if slots else CLIENT
        return role in (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER) and not self.machines[role].acts_when_idle

    def in_order_for(self, sender: Address, slots: tuple[int, ...]) -> tuple[int, ...]:
        """The order in which a sender begins the sessions of a party, given by its slots.

        Each window, and each session of a server, begins at a place of its own and the attacker at the end: which
        session somebody gets does not depend on who came first, and what differs in names only is not told apart.
        """
        found = self._orders.get((sender, slots))
        if found is None:
            if sender in self._by_address:
                first = self._windows.get(sender, sender.index - 1) % len(slots)
                found = slots[first:] + slots[:first]
            else:
                found = slots[::-1]
            self._orders[sender, slots] = found
        return found

    def expects(self, slot: int, session: int, kind: type[Message]) -> bool:
        """Whether a session has a row for messages of a class in its state."""
        return self.machines[self.roles[slot]].expects(kind, self.sessions.values[session].state)

    def is_idle(self, slot: int, session: int) -> bool:
        """Whether a session has not begun."""
        value = self.sessions.values[session]
        return value.state == self.machines[self.roles[slot]].initial and not value.memory

    def local(self, slot: int, session: int, number: int, shared: Records, kind: str = "deliver") -> Change | None:
        """What a session does with an envelope: computed by its machine once. None where it refuses."""
        key = (kind, session, number, shared)
        if key in self._step_cache:
            return self._step_cache[key]
        change = self._step_cache[key] = self.compute(kind, slot, session, number, shared)
        return change

    def outcome(self, slot: int, session: int, envelope: Envelope, shared: Records) -> Outcome:
        """What the machine of a slot does with an envelope; not remembered."""
        return self.machines[self.roles[slot]].step(self.sessions.values[session], envelope, self.setting, shared)

    def has_effect(self, outcome: Outcome, session: int, envelope: Envelope) -> bool:
        """Whether something comes of a message: its session changes, something is recorded, or somebody other than who
        sent it is sent something; the attacker, something that it did not know before all began."""
        if not isinstance(outcome, Accepted):
            return False
        # All of what happens is looked at, so that a draft leaves nothing undecided in it.
        hash((outcome.session, outcome.sent, outcome.facts))
        return (
            outcome.session != self.sessions.values[session]
            or bool(outcome.facts)
            or any(self._reaches_others(sent, envelope) for sent in outcome.sent)
        )

    def _reaches_others(self, sent: Envelope, answered: Envelope) -> bool:
        if self.cast.honest(sent.receiver.party):
            return sent.receiver != answered.sender
        return any(term not in self._known_at_first for term in sent.terms())

    def reaches_others(self, change: Change) -> bool:
        """Whether a step sends something to honest parties other than the sender of what it answers."""
        sender = self.envelopes.values[change.step.envelope].sender
        return any(self.envelopes.values[number].receiver != sender for number in change.posted)

    def cookies_for(self, slot: int, known: Knowledge) -> frozenset[Cookie]:
        """The cookies among some terms that go with a request to a slot's party."""
        party = self.addresses[slot].party
        return frozenset(term for term in known if isinstance(term, Cookie) and term.server == party)

    def compute(self, kind: str, slot: int, session: int, number: int, shared: Records) -> Change | None:
        """What a session does with an envelope, computed by its machine. None where it refuses."""
        outcome = self.outcome(slot, session, self.envelopes.values[number], shared)
        if not isinstance(outcome, Accepted):
            return None
        posted, learnt = self._sort(outcome.sent)
        return Change(
            Step(kind, slot, number),
            self.sessions.number(outcome.session),
            posted,
            self.knowledges.number(learnt),
            self.fact_sets.number(frozenset(outcome.facts)),
            outcome.row,
            outcome.row.otherwise,
            tuple(self.envelopes.number(envelope) for envelope in outcome.sent),
        )

    def _sort(self, sent: Iterable[Envelope]) -> tuple[tuple[int, ...], Knowledge]:
        """What goes into the network, and what the attacker learns of it."""
        posted: list[int] = []
        learnt: list[Term] = []
        for envelope in sent:
            if not self.cast.honest(envelope.receiver.party):
                learnt += envelope.terms()
                continue
            posted.append(self.envelopes.number(envelope))
            if isinstance(envelope.message, self.attacker.reads):
                learnt += envelope.message.terms()
            if envelope.cleartext and self.attacker.network:
                learnt += envelope.terms()
        return tuple(posted), close(needed(learnt, self._known_at_first))

    def dropped(self, slot: int, session: int, number: int) -> Change:
        """A message that the session it is for does not take, and forgets."""
        step, nobody = Step("deliver", slot, number), Row(Message, "", "")
        return Change(step, session, (), self.nothing_learnt, self.nothing_happened, nobody, True)
