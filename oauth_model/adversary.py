"""The attacker's steps: which of the messages it can make would have an effect on somebody now.

Two kinds: it *sends* a message itself, to a server or as the answer of a server that it plays; and
it *lures* a browser into sending one. Messages are enumerated for each session and class from what
is known, and only those that change a session or teach the attacker something, with an effect that no
other has, become steps. A refusal can have one, too: a replay that is denied may revoke.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING

from oauth_model.cast import ATTACKER, SITE
from oauth_model.facts import Shared
from oauth_model.knowledge import Knowledge, forgeries, relevant
from oauth_model.machine import Address, Envelope
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_SERVER,
    USER_AGENT,
    FrontChannel,
    LoginRequest,
    Message,
    UserInterface,
)
from oauth_model.steps import Change, World
from oauth_model.terms import Cookie, Uri

if TYPE_CHECKING:
    from oauth_model.world import Composition

SERVERS = (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)


class Adversary:
    """The attacker of one composition. It keeps no state of its own but what it computed before."""

    def __init__(self, composition: Composition) -> None:
        self._world = composition
        self._attacker = composition.attacker
        self._cast = composition.cast
        self._relevant: dict[tuple[type[Message], int], Knowledge] = {}
        self._sent: dict[tuple[object, ...], tuple[Change, ...]] = {}
        self._sends: dict[tuple[int, int, int, frozenset[Shared]], tuple[Change, ...]] = {}
        self._windows = tuple(slot for slot, role in enumerate(composition.roles) if role == USER_AGENT)
        self._servers = itemgetter(*(slot for slot, role in enumerate(composition.roles) if role in SERVERS))
        self._senders: dict[int, tuple[Address, ...]] = {}
        self._links: dict[tuple[object, ...], tuple[Change, ...]] = {}
        self._lures: dict[tuple[object, ...], tuple[Change, ...]] = {}

    # -------------------------------------------------------------- its own messages

    def sends(self, world: World, slots: tuple[int, ...], shared: frozenset[Shared]) -> Iterator[Change]:
        """Messages of the attacker's own making that have an effect on one of a server's sessions."""
        c = self._world
        if c.roles[slots[0]] in SERVERS:
            for slot, _ in c.candidates(world, slots):
                key = (slot, world[slot], world[c.n + 1], shared)
                found = self._sends.get(key)
                if found is None:
                    found = self._sends[key] = tuple(self._useful(*key))
                yield from found

    def _useful(self, slot: int, session: int, known: int, shared: frozenset[Shared]) -> Iterator[Change]:
        """The acceptable messages for one session, without those whose effect another has, or that have none."""
        c = self._world
        knowledge = c.knowledges.values[known]
        seen: set[tuple[object, ...]] = set()
        for kind in c.machines[c.roles[slot]].accepts:
            if not self._may_send(kind) or not c.expects(slot, session, kind):
                continue
            for change in self._acceptable(slot, session, kind, known, shared):
                effect = (change.session, change.posted, change.learnt, change.facts)
                changes_something = change.session != session or change.facts != c.nothing_happened
                teaches = not c.knowledges.values[change.learnt] <= knowledge
                if (changes_something or teaches) and effect not in seen:
                    seen.add(effect)
                    yield change

    def _may_send(self, kind: type[Message]) -> bool:
        return kind.forged and (self._attacker.browser or not issubclass(kind, FrontChannel | UserInterface))

    def _acceptable(
        self, slot: int, session: int, kind: type[Message], known: int, shared: frozenset[Shared]
    ) -> tuple[Change, ...]:
        c = self._world
        cookies = frozenset(
            term
            for term in c.knowledges.values[known]
            if isinstance(term, Cookie) and term.server == c.addresses[slot].party
        )
        key = (slot, session, kind, self._relevant_to(kind, known), cookies, shared)
        found = self._sent.get(key)
        if found is None:
            changes = (
                c.local(slot, session, c.envelopes.number(envelope), shared, "send")
                for message in forgeries(kind, key[3], own=True)
                for envelope in self._addressed(slot, message, cookies)
            )
            found = self._sent[key] = tuple(change for change in changes if change)
        return found

    def _relevant_to(self, kind: type[Message], known: int) -> Knowledge:
        found = self._relevant.get((kind, known))
        if found is None:
            found = self._relevant[kind, known] = relevant(kind, self._world.knowledges.values[known])
        return found

    def _addressed(self, slot: int, message: Message, cookies: frozenset[Cookie]) -> Iterator[Envelope]:
        """The ways to hand a message to a session: from which address, at which URI, with all its cookies."""
        to = self._world.addresses[slot]
        if isinstance(message, FrontChannel):
            for uri in self._uris(to.party, message):
                yield Envelope(Address(ATTACKER), to, message, uri=uri, cookies=cookies)
        elif isinstance(message, UserInterface):
            yield Envelope(Address(ATTACKER), to, message, cookies=cookies)
        elif message.receiver in (AUTHORIZATION_SERVER, RESOURCE_SERVER):
            yield Envelope(Address(ATTACKER), to, message)
        else:
            for party in sorted(self._cast.owned):
                if party in self._cast.parties(message.sender):
                    yield Envelope(Address(party), to, message)

    def _uris(self, party: str, message: Message) -> tuple[Uri, ...]:
        """Where a server takes such a message."""
        if isinstance(message, LoginRequest):
            return (self._cast.login_endpoint(party),)
        if message.receiver == CLIENT:
            uris = (self._cast.redirect_uri(party, issuer) for issuer in self._cast.authorization_servers)
            return tuple(dict.fromkeys(uris))
        if message.receiver == AUTHORIZATION_SERVER:
            return (self._cast.authorization_endpoint(party),)
        return (self._cast.resource_endpoint(party),)

    # -------------------------------------------------------------- lured browsers

    def lures(self, world: World, shared: int) -> Iterator[Change]:
        """Links that the attacker makes a browser follow, of those whose request has an effect at a server now."""
        c = self._world
        for slot in self._windows:
            senders = self._senders.get(world[slot])
            if senders is None:
                senders = self._senders[world[slot]] = self._addresses(slot, world)
            if senders:
                key = (slot, world[slot], world[c.n + 1], shared, self._servers(world))
                found = self._lures.get(key)
                if found is None:
                    found = self._lures[key] = tuple(
                        change
                        for slots in c.by_party.values()
                        if c.roles[slots[0]] in SERVERS
                        for sender in senders
                        for change in self._accepted(world, slot, sender, slots)
                    )
                yield from found
    def _addresses(self, slot: int, world: World) -> tuple[Address, ...]:
        """The addresses from which the attacker can direct a window: an empty one as who lures it, others as a
        server that it may have asked. Whether the window listens is the user agent's to say."""
        c = self._world
        if c.session(world, slot).state == c.machines[USER_AGENT].initial:
            tried = [Address(ATTACKER)] if self._attacker.lures else []
        else:
            tried = [Address(party) for party in (ATTACKER, *sorted(self._cast.owned))]
        return tuple(sender for sender in tried if self._listens(slot, world, sender))

    def _listens(self, slot: int, world: World, sender: Address) -> bool:
        """Whether a window follows some link from a sender; a user agent does not look at what is in it."""
        c = self._world
        shared = c.shared(world[c.n + 2])[USER_AGENT]
        for kind in c.machines[USER_AGENT].accepts:
            if issubclass(kind, FrontChannel) and kind.forged:
                for message in forgeries(kind, self._relevant_to(kind, world[c.n + 1]), own=False):
                    link = Envelope(sender, c.addresses[slot], message, uri=Uri(SITE))
                    change = c.local(slot, world[slot], c.envelopes.number(link), shared, "lure")
                    return change is not None and not change.otherwise
        return False

    def _accepted(self, world: World, slot: int, sender: Address, slots: tuple[int, ...]) -> Iterator[Change]:
        """The links to one server, given by its slots, that a window follows and that have an effect there."""
        c = self._world
        seen: set[tuple[object, ...]] = set()
        role, party = c.roles[slots[0]], c.addresses[slots[0]].party
        for kind in c.machines[role].accepts:
            if not (issubclass(kind, FrontChannel) and kind.forged and kind.receiver == role):
                continue
            if not any(c.expects(other, world[other], kind) for other, _ in c.candidates(world, slots)):
                continue
            for change in self._followed(slot, world, sender, party, kind):
                for number in change.posted:
                    taken = [taken for taken in c.deliver(world, number) if self._has_effect(taken, world)]
                    effect = tuple((t.session, t.posted, t.learnt, t.facts) for t in taken)
                    if taken and effect not in seen:
                        seen.add(effect)
                        yield change

    def _has_effect(self, taken: Change, world: World) -> bool:
        """Whether a request does something at the server: it is accepted, or its refusal leaves a trace."""
        changed = taken.session != world[taken.step.slot] or taken.facts != self._world.nothing_happened
        return changed or not taken.otherwise

    def _followed(
        self, slot: int, world: World, sender: Address, party: str, kind: type[Message]
    ) -> tuple[Change, ...]:
        """What a window does with each link of a kind that the attacker can write."""
        c = self._world
        cookies = c.shared(world[c.n + 2])[USER_AGENT]
        key = (slot, world[slot], sender, party, kind, self._relevant_to(kind, world[c.n + 1]), cookies)
        found = self._links.get(key)
        if found is None:
            links = (
                Envelope(sender, c.addresses[slot], message, uri=uri)
                for message in forgeries(kind, key[5], own=False)
                for uri in self._uris(party, message)
            )
            changes = (c.local(slot, world[slot], c.envelopes.number(link), key[6], "lure") for link in links)
            found = self._links[key] = tuple(change for change in changes if change and not change.otherwise)
        return found
