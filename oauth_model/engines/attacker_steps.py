"""What the attacker can do to each session, as computations that read variables (`tree`).

The same as `adversary` says for one world. Messages are forged once for each session and class, and again where
more terms are known; each is a computation of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from oauth_model.adversary import SERVERS, Way
from oauth_model.cast import ATTACKER
from oauth_model.engines.local_steps import LocalSteps
from oauth_model.engines.tree import Body, CookiesOf, Found, Read
from oauth_model.errors import Question
from oauth_model.facts import Pattern, Records, Shared
from oauth_model.forging import Forger, look_at_everything
from oauth_model.machine import Address
from oauth_model.messages import USER_AGENT, FrontChannel, Message, UserInterface
from oauth_model.terms import Cookie


class _Maybe(Question):
    """Whether a draft is taken depends on what happened."""


class _Drafting(Records):
    """What a session finds that takes a draft: it cannot say without looking at all of it.

    So there are messages that differ in parameters which nobody would look at, and what comes of them is the same. It
    spares a tree that branches on all that happened, which the others have.
    """

    def those(self, pattern: Pattern) -> list[Shared]:
        raise _Maybe


class AttackerSteps(LocalSteps):
    """The attacker's part of a program's computations."""

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
                cookies = self._cookies(read, party)
            ways = self._adversary.ways(slot, kind, cookies)
            return Found(bodies=[self._sending_so(slot, kind, way) for way in ways])

        return body

    def _cookies(self, read: Read, party: str) -> frozenset[Cookie]:
        variable = self._program.variable(CookiesOf(party))
        terms = self._program.set_of(variable, read(variable))
        return frozenset(t for t in (self._program.terms.values[m] for m in terms) if isinstance(t, Cookie))

    def _sending_so(self, slot: int, kind: type[Message], way: Way) -> Body:
        def body(read: Read) -> Found:
            session, to = self._session(read, slot), self._world.addresses[slot]
            cast = self._world.cast
            idle, signed = cast.unused_response_types, cast.signed_parameters

            def takes(message: Message) -> bool:
                # What is left out where nothing comes of it without depends on what comes of it.
                records = self._reading(read, slot) if kind.moot_when_own else _Drafting()
                try:
                    envelope = way.with_message(message, to)
                    outcome = self._world.outcome(slot, session, envelope, records)
                    return self._world.has_effect(outcome, session, envelope)
                except _Maybe:
                    return look_at_everything(message)

            def wrap(message: Message) -> Body:
                return self._sent(slot, self._world.envelopes.number(way.with_message(message, to)), message)

            return Found(forger=Forger(kind, takes, own=True, idle=idle, signed=signed), wrap=wrap)

        return body

    def _sent(self, slot: int, number: int, message: Message) -> Body:
        def body(read: Read) -> Found:
            change = self._local(read, "send", slot, number)
            if change is None:
                return Found()
            changed = change.session != self._session(read, slot) or change.facts != self._world.nothing_happened
            if not changed and not self._world.reaches_others(change):
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
            cookies = [cookie for client in self._adversary.tossed_at for cookie in self._cookies(read, client)]
            return Found(
                bodies=[
                    self._luring_so(window, slot, kind, way)
                    for kind in self._adversary.linkable(world.roles[slot])
                    if world.expects(slot, session, kind)
                    for sender in self._adversary.directs(window, self._session(read, window))
                    for way in self._adversary.link_ways(
                        window, self._session(read, window), party, kind, sender, cookies
                    )
                ]
            )

        return body

    def _luring_so(self, window: int, slot: int, kind: type[Message], way: Way) -> Body:
        def body(read: Read) -> Found:
            world = self._world
            waiting, session = self._session(read, window), self._session(read, slot)
            idle = world.cast.unused_response_types

            def takes(message: Message) -> bool:
                # A link is on its way with all that is in it: so nothing may be in it that nobody looks at.
                records = self._reading(read, window), self._reading(read, slot)
                link = way.with_message(message, world.addresses[window])
                return self._adversary.link_works(window, waiting, link, slot, session, records)

            def wrap(message: Message) -> Body:
                link = way.with_message(message, world.addresses[window])
                return self._lured(window, world.envelopes.number(link), slot, message)

            return Found(forger=Forger(kind, takes, own=False, idle=idle), wrap=wrap)

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
        changed = changed or self._world.reaches_others(taken)
        return changed and self._who_refuses(read, number, slots) == slot
