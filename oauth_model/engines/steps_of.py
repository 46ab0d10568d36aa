"""What each session can do next, as computations that read variables (`tree`).

The same steps as the composition's (`world`, `adversary`), one small computation for each, so that what does not
depend on each other is not multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oauth_model.adversary import SERVERS, Adversary, Way
from oauth_model.engines.tree import Body, Command, CookiesOf, FactsLike, Found, Idle, Read, Takes
from oauth_model.errors import Question
from oauth_model.facts import Pattern, Records, Shared
from oauth_model.forging import Forger, look_at_everything
from oauth_model.cast import ATTACKER
from oauth_model.machine import Accepted, Address
from oauth_model.messages import USER_AGENT, FrontChannel, Message, UserInterface
from oauth_model.steps import Change
from oauth_model.terms import Cookie

if TYPE_CHECKING:
    from oauth_model.engines.program import Program

NOT_AT_ALL, BY_ITS_OWN_ROW, REFUSES = 0, 1, 2
"""Values of `Takes`; a refusal by a last resort or by an idle session comes after others."""


class _Maybe(Question):
    """Whether a draft is taken depends on what happened."""


class _Drafting(Records):
    """What a session finds that takes a draft: it cannot say without looking at all of it."""

    def those(self, pattern: Pattern) -> list[Shared]:
        raise _Maybe


class _Reading(Records):
    """Shared facts, read as variables."""

    program: Program
    read: Read
    kinds: tuple[type[Shared], ...]
    seen: list[tuple[int, int]]

    def those(self, pattern: Pattern) -> list[Shared]:
        if not any(issubclass(kind, pattern.kind) or issubclass(pattern.kind, kind) for kind in self.kinds):
            return []
        variable = self.program.variable(FactsLike(pattern))
        value = self.read(variable)
        self.seen.append((variable, value))
        facts = (self.program.facts.values[number] for number in sorted(self.program.set_of(variable, value)))
        return [fact for fact in facts if isinstance(fact, self.kinds)]


class StepsOf:
    """The computations of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._world = program.composition
        self._adversary = Adversary(program.composition)
        self._remembered: dict[tuple[str, int, int, int], list[tuple[tuple[tuple[int, int], ...], Change | None]]] = {}
        roles = self._world.roles
        self._servers = tuple(slot for slot, role in enumerate(roles) if role in SERVERS)

    # -------------------------------------------------------------- one slot

    def of_slot(self, slot: int) -> Body:
        """All that a slot's session begins, given its local state."""

        def body(read: Read) -> Found:
            session, channel = self._program.locals[slot].values[read(slot)]
            urgent = self._program.urgent(slot, read(slot))
            if urgent is not None:
                return Found(bodies=list(self._deliveries(slot, urgent)))
            bodies = [own for number in self._world.own_messages(slot, session) for own in self._own(slot, number)]
            for number in channel:
                bodies += self._deliveries(slot, number)
            if self._world.attacker.acts:
                bodies += self._attacks(slot, session)
            return Found(bodies=bodies)

        return body

    def _own(self, slot: int, number: int) -> Iterator[Body]:
        def body(read: Read) -> Found:
            change = self._local(read, "own", slot, number)
            return Found([self._command(read, change)] if change else [])

        yield body

    # -------------------------------------------------------------- delivery

    def _deliveries(self, holder: int, number: int) -> Iterator[Body]:
        """How a message on its way can be taken: by the session it is for, or by any of a party's."""
        receiver = self._world.envelopes.values[number].receiver
        if receiver.index:
            yield self._to_session(holder, number)
            return
        slots = self._world.by_party.get(receiver.party, ())
        for slot in slots:
            yield self._to_party(holder, number, slot, slots)
        if slots:
            yield self._refused_by_party(holder, number, slots)

    def _to_session(self, slot: int, number: int) -> Body:
        def body(read: Read) -> Found:
            change = self._local(read, "deliver", slot, number)
            if change is None:
                change = self._world.dropped(slot, self._session(read, slot), number)
            return Found([self._command(read, change, holder=slot)])

        return body

    def _to_party(self, holder: int, number: int, slot: int, slots: tuple[int, ...]) -> Body:
        def body(read: Read) -> Found:
            change = self._local(read, "deliver", slot, number)
            if change is None or change.otherwise or not self._is_first(read, slot, slots, self._sender(number)):
                return Found()
            return Found([self._command(read, change, holder=holder)])

        return body

    def _refused_by_party(self, holder: int, number: int, slots: tuple[int, ...]) -> Body:
        def body(read: Read) -> Found:
            slot = self._who_refuses(read, number, slots)
            change = self._local(read, "deliver", slot, number) if slot is not None else None
            return Found([self._command(read, change, holder=holder)] if change else [])

        return body

    def _who_refuses(self, read: Read, number: int, slots: tuple[int, ...]) -> int | None:
        """The session of a party that answers a refusal, if none of them takes the message."""
        refusals: list[tuple[int, int, int]] = []
        for place, slot in enumerate(self._world.in_order_for(self._sender(number), slots)):
            way = self._how(read, slot, number)
            if way == BY_ITS_OWN_ROW:
                return None
            if way >= REFUSES:
                idle = (way - REFUSES) % 2
                refusals.append((way, place if idle else slot, slot))
        return min(refusals)[2] if refusals else None

    def _sender(self, number: int) -> Address:
        return self._world.envelopes.values[number].sender

    def _how(self, read: Read, slot: int, number: int) -> int:
        if self._world.may_look_up(slot):
            return self._way(self._local(read, "deliver", slot, number), self._world.is_idle(slot, self._session(read, slot)))
        return read(self._program.variable(Takes(slot, number)))

    def how_it_takes(self, slot: int, session: int, number: int) -> int:
        """The value of `Takes` for a session whose role looks up nothing."""
        change = self._remember("deliver", slot, session, number, _NOTHING)
        return self._way(change, self._world.is_idle(slot, session))

    def _way(self, change: Change | None, idle: bool) -> int:
        if change is None:
            return NOT_AT_ALL
        return REFUSES + 2 * change.row.last_resort + idle if change.otherwise else BY_ITS_OWN_ROW

    def _is_first(self, read: Read, slot: int, slots: tuple[int, ...], sender: Address) -> bool:
        """Whether a session is not idle, or the first of those that are in the sender's order: see `candidates`."""
        if not self._world.is_idle(slot, self._session(read, slot)):
            return True
        order = self._world.in_order_for(sender, slots)
        return not any(read(self._program.variable(Idle(other))) for other in order[: order.index(slot)])

    # -------------------------------------------------------------- the attacker

    def _attacks(self, slot: int, session: int) -> Iterator[Body]:
        role = self._world.roles[slot]
        if role in SERVERS:
            yield from (self._sending(slot, kind) for kind in self._adversary.sendable(slot, session))
        if role == USER_AGENT and self._adversary.directs(slot, session):
            yield from (self._luring(slot, server) for server in self._servers)

    def _sending(self, slot: int, kind: type[Message]) -> Body:
        def body(read: Read) -> Found:
            party = self._world.addresses[slot].party
            if not self._is_first(read, slot, self._world.by_party[party], Address(ATTACKER)):
                return Found()
            cookies: frozenset[Cookie] = frozenset()
            if issubclass(kind, FrontChannel | UserInterface):
                variable = self._program.variable(CookiesOf(party))
                terms = self._program.set_of(variable, read(variable))
                cookies = frozenset(t for t in (self._program.terms.values[m] for m in terms) if isinstance(t, Cookie))
            return Found(bodies=[self._sending_so(slot, kind, way) for way in self._adversary.ways(slot, kind, cookies)])

        return body

    def _sending_so(self, slot: int, kind: type[Message], way: Way) -> Body:
        def body(read: Read) -> Found:
            session, to = self._session(read, slot), self._world.addresses[slot]

            def takes(message: Message) -> bool:
                try:
                    outcome = self._world.outcome(slot, session, way.with_message(message, to), _Drafting())
                except _Maybe:
                    return look_at_everything(message)
                return isinstance(outcome, Accepted)

            def wrap(message: Message) -> Body:
                return self._sent(slot, self._world.envelopes.number(way.with_message(message, to)), message)

            return Found(forger=Forger(kind, takes, own=True), wrap=wrap)

        return body

    def _sent(self, slot: int, number: int, message: Message) -> Body:
        def body(read: Read) -> Found:
            change = self._local(read, "send", slot, number)
            if change is None:
                return Found()
            if change.session == self._session(read, slot) and change.facts == self._world.nothing_happened:
                if change.learnt == self._world.nothing_learnt:
                    return Found()
                return Found([self._command(read, change, message=message, teaches=True)])
            return Found([self._command(read, change, message=message)])

        return body

    def _luring(self, window: int, slot: int) -> Body:
        """Links to one session of a server."""

        def body(read: Read) -> Found:
            world = self._world
            party, session = world.addresses[slot].party, self._session(read, slot)
            if not self._is_first(read, slot, world.by_party[party], world.addresses[window]):
                return Found()
            return Found(
                bodies=[
                    self._luring_so(window, slot, kind, Way(sender, uri))
                    for kind in self._adversary.linkable(world.roles[slot])
                    if world.expects(slot, session, kind)
                    for sender in self._adversary.directs(window, self._session(read, window))
                    for uri in self._adversary.uris(party, kind)
                ]
            )

        return body

    def _luring_so(self, window: int, slot: int, kind: type[Message], way: Way) -> Body:
        def body(read: Read) -> Found:
            world = self._world
            waiting, session = self._session(read, window), self._session(read, slot)

            def takes(message: Message) -> bool:
                link = way.with_message(message, world.addresses[window])
                try:
                    records = self._reading(read, window), _Drafting()
                    return self._adversary.link_works(window, waiting, link, slot, session, records)
                except _Maybe:
                    return look_at_everything(message)

            def wrap(message: Message) -> Body:
                link = way.with_message(message, world.addresses[window])
                return self._lured(window, world.envelopes.number(link), slot, message)

            return Found(forger=Forger(kind, takes, own=False), wrap=wrap)

        return body

    def _lured(self, window: int, number: int, slot: int, message: Message) -> Body:
        def body(read: Read) -> Found:
            change = self._local(read, "lure", window, number)
            assert change is not None
            if not any(self._has_effect(read, slot, request) for request in change.posted):
                return Found()
            return Found([self._command(read, change, message=message)])

        return body

    def _has_effect(self, read: Read, slot: int, number: int) -> bool:
        """Whether a session takes a request, or it is the one that refuses it, and that leaves a trace."""
        taken = self._local(read, "deliver", slot, number)
        if taken is None or not taken.otherwise:
            return taken is not None
        slots = self._world.by_party[self._world.addresses[slot].party]
        changed = taken.session != self._session(read, slot) or taken.facts != self._world.nothing_happened
        return changed and self._who_refuses(read, number, slots) == slot

    # -------------------------------------------------------------- steps of one session, and commands

    def _session(self, read: Read, slot: int) -> int:
        return self._program.locals[slot].values[read(slot)][0]

    def _local(self, read: Read, kind: str, slot: int, number: int) -> Change | None:
        return self._remember(kind, slot, self._session(read, slot), number, read)

    def _remember(self, kind: str, slot: int, session: int, number: int, read: Read) -> Change | None:
        """What a session does with an envelope: computed by its machine once for each value of what it looks up."""
        entries = self._remembered.setdefault((kind, slot, session, number), [])
        for seen, change in entries:
            if all(read(variable) == value for variable, value in seen):
                return change
        records = self._reading(read, slot)
        change = self._world.compute(kind, slot, session, number, records)
        entries.append((tuple(records.seen), change))
        return change

    def _reading(self, read: Read, slot: int) -> _Reading:
        records = _Reading()
        records.program, records.read, records.seen = self._program, read, []
        records.kinds = self._world.may_look_up(slot)
        return records

    def _command(
        self,
        read: Read,
        change: Change,
        *,
        holder: int | None = None,
        message: Message | None = None,
        teaches: bool = False,
    ) -> Command:
        """A change as a guarded assignment; `holder` is the slot from which the message is taken that is delivered."""
        world, program = self._world, self._program
        sessions: dict[int, int] = {}
        channels: dict[int, set[int]] = {}

        def touch(slot: int) -> None:
            if slot not in sessions:
                sessions[slot], waiting = program.locals[slot].values[read(slot)]
                channels[slot] = set(waiting)

        if holder is not None:
            touch(holder)
            channels[holder].discard(change.step.envelope)
        touch(change.step.slot)
        sessions[change.step.slot] = change.session
        for posted in change.posted:
            owner = world.owner(posted)
            touch(owner)
            channels[owner].add(posted)
        after = {slot: program.local(slot, sessions[slot], channels[slot]) for slot in sorted(sessions)}
        return Command(
            tuple(read.path.items()),
            program.known(message.terms()) if message is not None else frozenset(),
            tuple((slot, local) for slot, local in after.items() if local != read(slot)),
            program.known(world.knowledges.values[change.learnt]),
            program.happened(world.fact_sets.values[change.facts]),
            message is not None and program.bound is not None,
            teaches,
            change,
        )


_NOTHING = Read({})
