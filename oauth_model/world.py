"""The composition: the machines of all parties put together into one protocol.

A world is a tuple of small integers: the session of each slot, then the messages in flight, the
attacker's knowledge, the facts, and the number of forgeries made. Each integer stands for a value
kept in a table of the composition, so that a step is a look-up and a tuple splice: what a session
does with a message is computed by its machine once and remembered.

There are four kinds of steps: a message is *delivered*; a session takes a step of its *own* accord;
the attacker *sends* a message that it made; the attacker *lures* a browser, or answers one that asked
it. Two rules order them, neither of which hides a behaviour:

- A message to a user agent or a resource owner is delivered at once. Between a server's redirect and
  the browser's following it nothing can happen that could not happen before or after.
- A lured browser's request is delivered at once, and only if it is accepted: the attacker picks the
  moment, so a lure whose request waits is the same as a later lure.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from oauth_model.adversary import Adversary
from oauth_model.assembly import machines_of, setting_of
from oauth_model.delivery import Delivery
from oauth_model.facts import Fact, Records, Shared
from oauth_model.forging import needed
from oauth_model.knowledge import Knowledge, at_the_start
from oauth_model.machine import Address, Envelope, Session
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_OWNER,
    RESOURCE_SERVER,
    ROLES,
    USER_AGENT,
    Message,
    Spontaneous,
)
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, Step, Table, World
from oauth_model.terms import Term

AT_ONCE = (USER_AGENT, RESOURCE_OWNER)


class Composition(Delivery):
    """One scenario's protocol: its initial world, and the steps from any world."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.cast = scenario.full_cast
        self.attacker = scenario.attacker
        self.setting = setting_of(scenario)
        self.machines = machines_of(scenario)
        self.slots = tuple(self._slots())
        self.roles = tuple(role for role, _ in self.slots)
        self.addresses = tuple(address for _, address in self.slots)
        self._by_address = {address: number for number, address in enumerate(self.addresses)}
        windows = [address for role, address in self.slots if role == USER_AGENT]
        windows.sort(key=lambda address: address.index)  # each resource owner's own window before the others
        self._windows = {address: number for number, address in enumerate(windows)}
        self._orders: dict[tuple[Address, tuple[int, ...]], tuple[int, ...]] = {}
        self.by_party: dict[str, tuple[int, ...]] = {}
        for number, address in enumerate(self.addresses):
            self.by_party[address.party] = (*self.by_party.get(address.party, ()), number)
        self._looks_up = {
            role: tuple(kind for flow in scenario.all_flows for kind in flow.looks_up.get(role, ())) for role in ROLES
        }
        self.n = len(self.slots)
        parties = enumerate(self.by_party.values())
        self._parties = tuple((number, slots, itemgetter(*slots)) for number, slots in parties)
        self._sessions_of = {slots: sessions for _, slots, sessions in self._parties}
        self._tables()
        self.initial = self._initial()
        self._adversary = Adversary(self)

    def _tables(self) -> None:
        self.sessions: Table[Session] = Table()
        self.envelopes: Table[Envelope] = Table()
        self.networks: Table[tuple[int, ...]] = Table()
        self.knowledges: Table[Knowledge] = Table()
        self.fact_sets: Table[frozenset[Fact]] = Table()
        self._shared_sets: Table[frozenset[Fact]] = Table()
        self._shared_numbers: dict[int, int] = {}
        self._shared_by_role: dict[int, dict[str, Records]] = {}
        self._step_cache: dict[tuple[str, int, int, Records], Change | None] = {}
        self._own_cache: dict[tuple[int, int, Records], tuple[Change, ...]] = {}
        self._party_cache: dict[tuple[object, ...], list[Change]] = {}
        self._deliver_cache: dict[tuple[object, ...], list[Change]] = {}
        self._network_cache: dict[tuple[int, int, tuple[int, ...]], int] = {}
        self._know_cache: dict[tuple[int, int], int] = {}
        self._fact_cache: dict[tuple[int, int], int] = {}
        self._urgent_cache: dict[int, int | None] = {}

    def _slots(self) -> Iterator[tuple[str, Address]]:
        bounds = self.scenario.bounds
        sizes = {
            RESOURCE_OWNER: bounds.windows,
            USER_AGENT: bounds.windows,
            CLIENT: bounds.client_runs,
            AUTHORIZATION_SERVER: bounds.authorizations,
            RESOURCE_SERVER: 1,
        }
        for role in ROLES:
            for party in self.cast.parties(role):
                if self.cast.honest(party):
                    for index in range(1, sizes[role] + 1):
                        yield role, Address(party, index)

    def _initial(self) -> World:
        sessions = [
            self.sessions.number(Session(role, address, self.machines[role].initial)) for role, address in self.slots
        ]
        bounds = self.scenario.bounds
        self._known_at_first = at_the_start(self.attacker, self.cast, bounds.authorizations, bounds.client_runs)
        known = self.knowledges.number(self._known_at_first)
        self.nothing_learnt = self.knowledges.number(frozenset())
        self.nothing_happened = self.fact_sets.number(frozenset())
        return (*sessions, self.networks.number(()), known, self.nothing_happened, 0)

    # -------------------------------------------------------------- reading a world

    def session(self, world: World, slot: int) -> Session:
        """The session in a slot."""
        return self.sessions.values[world[slot]]

    def in_flight(self, world: World) -> tuple[Envelope, ...]:
        """The messages on their way."""
        return tuple(self.envelopes.values[number] for number in self.networks.values[world[self.n]])

    def knowledge(self, world: World) -> Knowledge:
        """What the attacker knows."""
        return self.knowledges.values[world[self.n + 1]]

    def facts(self, world: World) -> frozenset[Fact]:
        """What happened."""
        return self.fact_sets.values[world[self.n + 2]]

    def evidence(self, world: World) -> tuple[int, int]:
        """The part of a world that goals read, as two integers: its facts and the knowledge."""
        return world[self.n + 2], world[self.n + 1]

    # -------------------------------------------------------------- steps

    def steps(self, world: World) -> Iterator[tuple[Step, World]]:
        """Every step from a world with the world after it, in a fixed order."""
        for change in self.changes(world):
            yield change.step, self.after(world, change)

    def after(self, world: World, change: Change) -> World:
        """The world after a change."""
        n = self.n
        step = change.step
        taken = step.envelope if step.kind == "deliver" else -1
        network_key = (world[n], taken, change.posted)
        network = self._network_cache.get(network_key)
        if network is None:
            network = self._network_cache[network_key] = self._post(*network_key)
        known = world[n + 1]
        if change.learnt != self.nothing_learnt:
            key = (known, change.learnt)
            found = self._know_cache.get(key)
            if found is None:
                union = self.knowledges.values[known] | self.knowledges.values[change.learnt]
                found = self._know_cache[key] = self.knowledges.number(union)
            known = found
        facts = world[n + 2]
        if change.facts != self.nothing_happened:
            key = (facts, change.facts)
            found = self._fact_cache.get(key)
            if found is None:
                found = self._fact_cache[key] = self._join(facts, change.facts)
            facts = found
        slot = step.slot
        made = world[n + 3]
        if self.scenario.bounds.forgeries is not None and step.kind in ("send", "lure"):
            made += 1
        if change.session == world[slot]:
            return (*world[:n], network, known, facts, made)
        return (*world[:slot], change.session, *world[slot + 1 : n], network, known, facts, made)

    def changes(self, world: World) -> list[Change]:
        """Every change that can happen next, in a fixed order."""
        n = self.n
        network = world[n]
        urgent = self._urgent(network)
        if urgent is not None:
            return self.deliver(world, urgent)
        found: list[Change] = []
        for number in self.networks.values[network]:
            found += self.deliver(world, number)
        bound = self.scenario.bounds.forgeries
        attacks = self.attacker.acts and (bound is None or world[n + 3] < bound)
        known, shared = world[n + 1], self.shared_number(world[n + 2])
        for party, slots, sessions in self._parties:
            key = (party, sessions(world), known if attacks else None, shared)
            changes = self._party_cache.get(key)
            if changes is None:
                changes = self._party_cache[key] = self._of_party(world, slots, attacks)
            found += changes
        if attacks:
            found += self._adversary.lures(world, shared)
        return found

    def _of_party(self, world: World, slots: tuple[int, ...], attacks: bool) -> list[Change]:
        """What the sessions of one party do of their own accord, and what the attacker can send them."""
        shared = self.shared(world[self.n + 2])[self.roles[slots[0]]]
        found = [change for slot in slots for change in self._own(slot, world[slot], shared)]
        if attacks:
            found += self._adversary.sends(world, slots, shared)
        return found

    # -------------------------------------------------------------- the network, the facts

    def _post(self, network: int, taken: int, posted: tuple[int, ...]) -> int:
        waiting = list(self.networks.values[network])
        if taken in waiting:
            waiting.remove(taken)
        return self.networks.number(tuple(sorted({*waiting, *posted})))

    def _urgent(self, network: int) -> int | None:
        if network not in self._urgent_cache:
            self._urgent_cache[network] = next(filter(self.is_urgent, self.networks.values[network]), None)
        return self._urgent_cache[network]

    def owner(self, number: int) -> int:
        """The slot to whose session a message on its way belongs: the one it is for, else the one that sent it."""
        envelope = self.envelopes.values[number]
        return self._by_address[envelope.receiver if envelope.receiver.index else envelope.sender]

    def needed_for(self, message: Message) -> tuple[Term, ...]:
        """What the attacker must know to say a message."""
        return tuple(needed(message.terms(), self._known_at_first))

    def is_urgent(self, number: int) -> bool:
        """Whether a message is delivered before anything else happens."""
        envelope = self.envelopes.values[number]
        slot = self._by_address.get(envelope.receiver)
        return envelope.at_once or (slot is not None and self.roles[slot] in AT_ONCE)

    def shared(self, facts: int) -> dict[str, Records]:
        """For each role the facts that its sessions may look up."""
        number = self.shared_number(facts)
        found = self._shared_by_role.get(number)
        if found is None:
            values = self._shared_sets.values[number]
            found = self._shared_by_role[number] = {
                role: Records(fact for fact in values if isinstance(fact, Shared) and isinstance(fact, kinds))
                for role, kinds in self._looks_up.items()
            }
        return found

    def shared_number(self, facts: int) -> int:
        """An integer for the shared facts among some facts: all that a session's step can depend on of them."""
        found = self._shared_numbers.get(facts)
        if found is None:
            shared = frozenset(fact for fact in self.fact_sets.values[facts] if isinstance(fact, Shared))
            found = self._shared_numbers[facts] = self._shared_sets.number(shared)
        return found

    def _join(self, facts: int, more: int) -> int:
        """The union of two sets of facts."""
        joined = self.fact_sets.number(self.fact_sets.values[facts] | self.fact_sets.values[more])
        if joined not in self._shared_numbers:
            first, second = self.shared_number(facts), self.shared_number(more)
            shared = self._shared_sets.values[first] | self._shared_sets.values[second]
            self._shared_numbers[joined] = self._shared_sets.number(shared)
        return joined

    # -------------------------------------------------------------- a session's own steps

    def _own(self, slot: int, session: int, shared: Records) -> tuple[Change, ...]:
        found = self._own_cache.get((slot, session, shared))
        if found is None:
            found = self._own_cache[slot, session, shared] = tuple(self._own_changes(slot, session, shared))
        return found

    def _happens(self, kind: type[Spontaneous]) -> bool:
        return kind.happens_if is None or bool(getattr(self.scenario, kind.happens_if))

    def _own_changes(self, slot: int, session: int, shared: Records) -> Iterator[Change]:
        for number in self.own_messages(slot, session):
            change = self.local(slot, session, number, shared, "own")
            if change is not None:
                yield change

    def own_messages(self, slot: int, session: int) -> Iterator[int]:
        """The steps that a session may take of its own accord, as envelopes to itself."""
        value = self.sessions.values[session]
        machine = self.machines[self.roles[slot]]
        for kind in machine.accepts:
            if issubclass(kind, Spontaneous) and machine.expects(kind, value.state) and self._happens(kind):
                for message in kind.options(value.memory, self.cast):
                    yield self.envelopes.number(Envelope(value.address, value.address, message))

    def may_look_up(self, slot: int) -> tuple[type[Shared], ...]:
        """The kinds of shared facts that a slot's session may look up."""
        return self._looks_up[self.roles[slot]]
