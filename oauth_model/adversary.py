"""The attacker's steps: which of the messages it can make would have an effect on somebody now.

Two kinds: it *sends* a message itself, to a server or as the answer of a server that it plays; and
it *lures* a browser into sending one. Messages are forged for each session and class from what is known
(`forging`), and only those that change a session or teach the attacker something become steps. A refusal
can have an effect, too: a replay that is denied may revoke.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING

from oauth_model.cast import ATTACKER
from oauth_model.facts import Records
from oauth_model.forging import Forger, look_at_everything, relevant
from oauth_model.knowledge import Knowledge
from oauth_model.machine import Accepted, Address, Envelope
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_SERVER,
    USER_AGENT,
    FrontChannel,
    Message,
    UserInterface,
)
from oauth_model.steps import Change, World
from oauth_model.terms import Cookie
from oauth_model.ways import Way, Ways

if TYPE_CHECKING:
    from oauth_model.world import Composition

__all__ = ["SERVERS", "Adversary", "Way"]

SERVERS = (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)


class Adversary(Ways):
    """The attacker of one composition. It keeps no state of its own but what it computed before."""

    def __init__(self, composition: Composition) -> None:
        super().__init__(composition)
        self._relevant: dict[tuple[type[Message], int], Knowledge] = {}
        self._sent: dict[tuple[object, ...], tuple[Change, ...]] = {}
        self._sends: dict[tuple[int, int, int, Records], tuple[Change, ...]] = {}
        self._windows = tuple(slot for slot, role in enumerate(composition.roles) if role == USER_AGENT)
        self._links: dict[tuple[object, ...], tuple[Message, ...]] = {}
        self._lures: dict[tuple[object, ...], tuple[Change, ...]] = {}
        servers = (slots for slots in composition.by_party.values() if composition.roles[slots[0]] in SERVERS)
        self._servers = tuple((slots, itemgetter(*slots)) for slots in servers)

    # -------------------------------------------------------------- its own messages

    def sends(self, world: World, slots: tuple[int, ...], shared: Records) -> Iterator[Change]:
        """Messages of the attacker's own making that have an effect on one of a server's sessions."""
        c = self._world
        if c.roles[slots[0]] in SERVERS:
            for slot, _ in c.candidates(world, slots, Address(ATTACKER)):
                key = (slot, world[slot], world[c.n + 1], shared)
                found = self._sends.get(key)
                if found is None:
                    found = self._sends[key] = tuple(self._useful(*key))
                yield from found

    def _useful(self, slot: int, session: int, known: int, shared: Records) -> Iterator[Change]:
        """The acceptable messages for one session, without those whose effect another has, or that have none."""
        c = self._world
        knowledge = c.knowledges.values[known]
        seen: set[tuple[object, ...]] = set()
        for kind in self.sendable(slot, session):
            for change in self._acceptable(slot, session, kind, known, shared):
                effect = (change.session, change.posted, change.learnt, change.facts)
                changes_something = (
                    change.session != session or change.facts != c.nothing_happened or c.reaches_others(change)
                )
                teaches = not c.knowledges.values[change.learnt] <= knowledge
                if (changes_something or teaches) and effect not in seen:
                    seen.add(effect)
                    yield change

    def sendable(self, slot: int, session: int) -> Iterator[type[Message]]:
        """The classes of messages that the attacker can send and a session has rows for."""
        c = self._world
        for kind in c.machines[c.roles[slot]].accepts:
            needs_browser = issubclass(kind, FrontChannel | UserInterface)
            if kind.forged and (self._attacker.browser or not needs_browser) and c.expects(slot, session, kind):
                yield kind

    def _acceptable(
        self, slot: int, session: int, kind: type[Message], known: int, shared: Records
    ) -> tuple[Change, ...]:
        c = self._world
        cookies = c.cookies_for(slot, c.knowledges.values[known])
        key = (slot, session, kind, self._relevant_to(kind, known), cookies, shared)
        found = self._sent.get(key)
        if found is None:
            changes = (
                c.local(slot, session, c.envelopes.number(way.with_message(message, c.addresses[slot])), shared, "send")
                for way in self.ways(slot, kind, cookies)
                for message in self.forger(slot, session, kind, way, shared).with_terms(key[3])
            )
            found = self._sent[key] = tuple(change for change in changes if change)
        return found

    def forger(self, slot: int, session: int, kind: type[Message], way: Way, shared: Records) -> Forger:
        """Makes the messages of a class that a session takes when they come this way."""
        c = self._world

        def takes(message: Message) -> bool:
            envelope = way.with_message(message, c.addresses[slot])
            return c.has_effect(c.outcome(slot, session, envelope, shared), session, envelope)

        cast = self._cast
        return Forger(kind, takes, own=True, idle=cast.unused_response_types, signed=cast.signed_parameters)

    def _relevant_to(self, kind: type[Message], known: int) -> Knowledge:
        found = self._relevant.get((kind, known))
        if found is None:
            found = self._relevant[kind, known] = relevant(kind, self._world.knowledges.values[known])
        return found

    # -------------------------------------------------------------- lured browsers

    def lures(self, world: World, shared: int) -> Iterator[Change]:
        """Links that the attacker makes a browser follow, of those whose request has an effect at a server now."""
        c = self._world
        for window in self._windows:
            for sender in self.directs(window, world[window]):
                for slots, sessions in self._servers:
                    key = (window, world[window], sender, slots, sessions(world), world[c.n + 1], shared)
                    found = self._lures.get(key)
                    if found is None:
                        found = self._lures[key] = tuple(self._followed(world, window, sender, slots))
                    yield from found

    def directs(self, window: int, session: int) -> tuple[Address, ...]:
        """The addresses from which the attacker can direct a window: an empty one as who lures it, others as a
        server that it may have asked, or in place of one that it asked over http. Whether the window listens is the
        user agent's to say."""
        if self._world.is_idle(window, session):
            return (Address(ATTACKER),) if self._attacker.lures else ()
        memory = self._world.sessions.values[session].memory
        in_place_of = [memory.server] if memory.cleartext and self._attacker.network else []
        return tuple(Address(party) for party in (ATTACKER, *sorted(self._cast.owned), *in_place_of))

    def _followed(self, world: World, window: int, sender: Address, slots: tuple[int, ...]) -> Iterator[Change]:
        """What a window does with each link to one server, given by its slots, that has an effect there."""
        c = self._world
        shared = c.shared(world[c.n + 2])
        role, party = c.roles[slots[0]], c.addresses[slots[0]].party
        seen: set[int] = set()
        cookies = [term for term in c.knowledges.values[world[c.n + 1]] if isinstance(term, Cookie)]
        for kind in self.linkable(role):
            for slot, _ in c.candidates(world, slots, c.addresses[window]):
                if not c.expects(slot, world[slot], kind):
                    continue
                for way in self.link_ways(window, world[window], party, kind, sender, cookies):
                    known = self._relevant_to(kind, world[c.n + 1])
                    key = (window, world[window], slot, world[slot], kind, way, known, *shared.values())
                    links = self._links.get(key)
                    if links is None:
                        forger = self.link_forger(window, world[window], slot, world[slot], kind, way, shared)
                        links = self._links[key] = tuple(forger.with_terms(known))
                    for message in links:
                        number = c.envelopes.number(way.with_message(message, c.addresses[window]))
                        change = c.local(window, world[window], number, shared[USER_AGENT], "lure")
                        assert change is not None
                        if number not in seen and any(
                            self._has_effect(taken, world)
                            for posted in change.posted
                            for taken in c.deliver(world, posted)
                        ):
                            seen.add(number)
                            yield change

    def linkable(self, role: str) -> Iterator[type[Message]]:
        """The classes of messages to a role that a link can carry."""
        for kind in self._world.machines[role].accepts:
            if issubclass(kind, FrontChannel) and kind.forged and kind.receiver == role:
                yield kind

    def link_forger(
        self,
        window: int,
        waiting: int,
        slot: int,
        session: int,
        kind: type[Message],
        way: Way,
        shared: Mapping[str, Records],
    ) -> Forger:
        """Makes the links that a window follows and whose request has an effect on a session of a server."""
        c = self._world

        def takes(message: Message) -> bool:
            link = way.with_message(message, c.addresses[window])
            return self.link_works(window, waiting, link, slot, session, (shared[USER_AGENT], shared[c.roles[slot]]))

        return Forger(kind, takes, own=False, idle=self._cast.unused_response_types)

    def link_works(
        self, window: int, waiting: int, link: Envelope, slot: int, session: int, records: tuple[Records, Records]
    ) -> bool:
        """Whether a window follows a link and its request has an effect on a session of a server; `records` is what
        the one and the other look up."""
        c = self._world
        followed = c.outcome(window, waiting, link, records[0])
        if not isinstance(followed, Accepted) or followed.row.otherwise:
            return False
        for request in followed.sent:
            if request.receiver.party != c.addresses[slot].party:
                continue  # a copy, for somebody else
            taken = c.outcome(slot, session, request, records[1])
            effect = c.has_effect(taken, session, request)
            if isinstance(taken, Accepted) and not taken.row.otherwise:
                return True
            if effect:
                # Who answers a refusal depends on what others make of the message: decide all of it.
                return look_at_everything(link.message)
        return False

    def _has_effect(self, taken: Change, world: World) -> bool:
        """Whether a request does something at the server: it is accepted, or its refusal leaves a trace."""
        c = self._world
        changed = taken.session != world[taken.step.slot] or taken.facts != c.nothing_happened
        return changed or not taken.otherwise or c.reaches_others(taken)
