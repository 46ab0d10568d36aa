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

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from oauth_model.cast import ATTACKER
from oauth_model.facts import Fact, Shared
from oauth_model.knowledge import Knowledge, at_the_start, close, forgeries, relevant
from oauth_model.machine import Accepted, Address, Envelope, Machine, ModelError, Row, Session, Setting
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_OWNER,
    RESOURCE_SERVER,
    ROLES,
    USER_AGENT,
    FrontChannel,
    LoginRequest,
    Message,
    Spontaneous,
    UserInterface,
)
from oauth_model.scenario import Scenario
from oauth_model.terms import Cookie, Term, Uri

World = tuple[int, ...]
"""One state of the whole protocol, as integers that its composition can look up."""

T = TypeVar("T")
INITIAL = {USER_AGENT: "blank", RESOURCE_SERVER: "ready"}
AT_ONCE = (USER_AGENT, RESOURCE_OWNER)


class Table(Generic[T]):
    """Values and the integers that stand for them."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        """The integer of a value, a new one if it was not seen before."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.values)
            self.values.append(value)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One step by name: which session took which message, and how it came to it."""

    kind: str
    slot: int
    envelope: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one session's step does to a world, as integers."""

    step: Step
    session: int
    posted: tuple[int, ...]
    learnt: int
    facts: int
    row: Row
    otherwise: bool


class Composition:
    """One scenario's protocol: its initial world, and the steps from any world."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.cast = scenario.full_cast
        self.attacker = scenario.attacker
        self.setting = _setting(scenario)
        self.machines = _machines(scenario)
        self.slots = tuple(self._slots())
        self.roles = tuple(role for role, _ in self.slots)
        self.addresses = tuple(address for _, address in self.slots)
        self._by_address = {address: number for number, address in enumerate(self.addresses)}
        self._by_party: dict[str, tuple[int, ...]] = {}
        for number, address in enumerate(self.addresses):
            self._by_party[address.party] = (*self._by_party.get(address.party, ()), number)
        self._looks_up = {
            role: tuple(kind for flow in scenario.all_flows for kind in flow.looks_up.get(role, ())) for role in ROLES
        }
        self._n = len(self.slots)
        self._tables()
        self.initial = self._initial()

    def _tables(self) -> None:
        self.sessions: Table[Session] = Table()
        self.envelopes: Table[Envelope] = Table()
        self.networks: Table[tuple[int, ...]] = Table()
        self.knowledges: Table[Knowledge] = Table()
        self.fact_sets: Table[frozenset[Fact]] = Table()
        self._shared_cache: dict[int, dict[str, frozenset[Shared]]] = {}
        self._step_cache: dict[tuple[int, int, frozenset[Shared]], Change | None] = {}
        self._own_cache: dict[tuple[int, int], tuple[Change, ...]] = {}
        self._forge_cache: dict[tuple[int, int, int, frozenset[Shared]], tuple[Change, ...]] = {}
        self._send_cache: dict[tuple[int, int, type[Message], Knowledge], tuple[Change, ...]] = {}
        self._lure_cache: dict[tuple[int, ...], tuple[Change, ...]] = {}
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
        known = self.knowledges.number(at_the_start(self.attacker, self.cast))
        self._nothing_learnt = self.knowledges.number(frozenset())
        return (*sessions, self.networks.number(()), known, self.fact_sets.number(frozenset()), 0)

    # -------------------------------------------------------------- reading a world

    def session(self, world: World, slot: int) -> Session:
        """The session in a slot."""
        return self.sessions.values[world[slot]]

    def in_flight(self, world: World) -> tuple[Envelope, ...]:
        """The messages on their way."""
        return tuple(self.envelopes.values[number] for number in self.networks.values[world[self._n]])

    def knowledge(self, world: World) -> Knowledge:
        """What the attacker knows."""
        return self.knowledges.values[world[self._n + 1]]

    def facts(self, world: World) -> frozenset[Fact]:
        """What happened."""
        return self.fact_sets.values[world[self._n + 2]]

    def evidence(self, world: World) -> tuple[int, int]:
        """The part of a world that goals read, as two integers: its facts and the knowledge."""
        return world[self._n + 2], world[self._n + 1]

    # -------------------------------------------------------------- steps

    def steps(self, world: World) -> Iterator[tuple[Step, World]]:
        """Every step from a world with the world after it, in a fixed order."""
        for change in self.changes(world):
            yield change.step, self.after(world, change)

    def after(self, world: World, change: Change) -> World:
        """The world after a change."""
        n = self._n
        step = change.step
        taken = step.envelope if step.kind == "deliver" else -1
        network_key = (world[n], taken, change.posted)
        network = self._network_cache.get(network_key)
        if network is None:
            network = self._network_cache[network_key] = self._post(*network_key)
        known = world[n + 1]
        if change.learnt != self._nothing_learnt:
            key = (known, change.learnt)
            found = self._know_cache.get(key)
            if found is None:
                union = self.knowledges.values[known] | self.knowledges.values[change.learnt]
                found = self._know_cache[key] = self.knowledges.number(union)
            known = found
        facts = world[n + 2]
        if change.facts:
            key = (facts, change.facts)
            found = self._fact_cache.get(key)
            if found is None:
                found = self._fact_cache[key] = self.fact_sets.number(
                    self.fact_sets.values[facts] | self.fact_sets.values[change.facts]
                )
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
        n = self._n
        network = world[n]
        shared = self._shared(world[n + 2])
        urgent = self._urgent(network)
        if urgent is not None:
            return self._deliver(world, urgent, shared)
        found: list[Change] = []
        for number in self.networks.values[network]:
            found += self._deliver(world, number, shared)
        for slot in range(n):
            found += self._own(slot, world[slot])
        bound = self.scenario.bounds.forgeries
        if self.attacker.acts and (bound is None or world[n + 3] < bound):
            found += self._sends(world, shared)
            found += self._lures(world, shared)
        return found

    # -------------------------------------------------------------- delivery

    def _deliver(self, world: World, number: int, shared: dict[str, frozenset[Shared]]) -> list[Change]:
        receiver = self.envelopes.values[number].receiver
        if receiver.index:
            slot = self._by_address[receiver]
            change = self._local(slot, world[slot], number, shared[self.roles[slot]])
            return [change or self._dropped(slot, world[slot], number)]
        normal: list[Change] = []
        refused: list[tuple[bool, int, Change]] = []
        idle_seen: set[str] = set()
        for slot in self._by_party.get(receiver.party, ()):
            session = self.sessions.values[world[slot]]
            machine = self.machines[self.roles[slot]]
            idle = session.state == machine.initial and not session.memory
            if idle and self.roles[slot] in idle_seen:
                continue  # idle sessions are interchangeable: the first one takes the message
            if idle:
                idle_seen.add(self.roles[slot])
            change = self._local(slot, world[slot], number, shared[self.roles[slot]])
            if change is not None and not change.otherwise:
                normal.append(change)
            elif change is not None:
                refused.append((idle, slot, change))
        if normal:
            return normal
        # A refusal is answered once, by a session that the message concerns rather than by an idle one.
        return [min(refused, key=lambda entry: entry[:2])[2]] if refused else []

    def _local(self, slot: int, session: int, number: int, shared: frozenset[Shared]) -> Change | None:
        key = (session, number, shared)
        if key in self._step_cache:
            return self._step_cache[key]
        change = self._compute("deliver", slot, session, number, shared)
        self._step_cache[key] = change
        return change

    def _compute(self, kind: str, slot: int, session: int, number: int, shared: frozenset[Shared]) -> Change | None:
        envelope = self.envelopes.values[number]
        machine = self.machines[self.roles[slot]]
        outcome = machine.step(self.sessions.values[session], envelope, self.setting, shared)
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
        return tuple(posted), close(learnt)

    def _dropped(self, slot: int, session: int, number: int) -> Change:
        nobody = Row(Message, "", "")
        return Change(Step("deliver", slot, number), session, (), self._nothing_learnt, 0, nobody, True)

    def _post(self, network: int, taken: int, posted: tuple[int, ...]) -> int:
        waiting = list(self.networks.values[network])
        if taken in waiting:
            waiting.remove(taken)
        return self.networks.number(tuple(sorted({*waiting, *posted})))

    def _urgent(self, network: int) -> int | None:
        if network not in self._urgent_cache:
            self._urgent_cache[network] = next(
                (number for number in self.networks.values[network] if self._is_urgent(self.envelopes.values[number])),
                None,
            )
        return self._urgent_cache[network]

    def _is_urgent(self, envelope: Envelope) -> bool:
        slot = self._by_address.get(envelope.receiver)
        return envelope.at_once or (slot is not None and self.roles[slot] in AT_ONCE)

    def _shared(self, facts: int) -> dict[str, frozenset[Shared]]:
        found = self._shared_cache.get(facts)
        if found is None:
            values = self.fact_sets.values[facts]
            found = self._shared_cache[facts] = {
                role: frozenset(fact for fact in values if isinstance(fact, kinds) and isinstance(fact, Shared))
                for role, kinds in self._looks_up.items()
            }
        return found

    # -------------------------------------------------------------- a session's own steps

    def _own(self, slot: int, session: int) -> tuple[Change, ...]:
        found = self._own_cache.get((slot, session))
        if found is None:
            found = self._own_cache[slot, session] = tuple(self._own_changes(slot, session))
        return found

    def _own_changes(self, slot: int, session: int) -> Iterator[Change]:
        value = self.sessions.values[session]
        machine = self.machines[self.roles[slot]]
        for kind in machine.accepts:
            if issubclass(kind, Spontaneous) and machine.expects(kind, value.state):
                for message in kind.options(value.memory, self.cast):
                    number = self.envelopes.number(Envelope(value.address, value.address, message))
                    change = self._compute("own", slot, session, number, frozenset())
                    if change is not None:
                        yield change

    # -------------------------------------------------------------- the attacker's

    def _sends(self, world: World, shared: dict[str, frozenset[Shared]]) -> Iterator[Change]:
        """Messages of the attacker's own making, straight to a server, or as the answer of a server it plays."""
        n = self._n
        known = world[n + 1]
        idle_seen: set[str] = set()
        for slot in range(n):
            role = self.roles[slot]
            if role in AT_ONCE:
                continue
            session = self.sessions.values[world[slot]]
            if session.state == self.machines[role].initial and not session.memory:
                if session.address.party in idle_seen:
                    continue
                idle_seen.add(session.address.party)
            key = (slot, world[slot], known, shared[role])
            found = self._forge_cache.get(key)
            if found is None:
                found = self._forge_cache[key] = tuple(self._forge(*key))
            yield from found

    def _forge(self, slot: int, session: int, known: int, shared: frozenset[Shared]) -> Iterator[Change]:
        knowledge = self.knowledges.values[known]
        machine = self.machines[self.roles[slot]]
        seen: set[tuple[int, tuple[int, ...], int, int]] = set()
        for kind in machine.accepts:
            if not kind.forged or not machine.expects(kind, self.sessions.values[session].state):
                continue
            if issubclass(kind, FrontChannel | UserInterface) and not self.attacker.browser:
                continue
            for message in forgeries(kind, relevant(kind, knowledge), echo=False):
                for envelope in self._addressed(slot, message, knowledge):
                    change = self._local_forged("send", slot, session, envelope, shared)
                    if change is None or change.otherwise:
                        continue
                    effect = (change.session, change.posted, change.learnt, change.facts)
                    gains = change.session != session or not self.knowledges.values[change.learnt] <= knowledge
                    if effect not in seen and gains:
                        seen.add(effect)
                        yield change

    def _local_forged(
        self, kind: str, slot: int, session: int, envelope: Envelope, shared: frozenset[Shared]
    ) -> Change | None:
        number = self.envelopes.number(envelope)
        key = (session, number, shared)
        if key not in self._step_cache:
            self._step_cache[key] = self._compute(kind, slot, session, number, shared)
        return self._step_cache[key]

    def _addressed(self, slot: int, message: Message, knowledge: Knowledge) -> Iterator[Envelope]:
        """The ways to hand a made-up message to a session: from which address, at which URI, with which cookies."""
        to = self.addresses[slot]
        cookies = frozenset(
            term for term in knowledge if isinstance(term, Cookie) and term.server == to.party
        )
        if isinstance(message, FrontChannel):
            for uri in self._uris(to.party, message):
                yield Envelope(Address(ATTACKER), to, message, uri=uri, cookies=cookies)
        elif isinstance(message, UserInterface):
            yield Envelope(Address(ATTACKER), to, message, cookies=cookies)
        elif message.receiver in (AUTHORIZATION_SERVER, RESOURCE_SERVER):
            yield Envelope(Address(ATTACKER), to, message)
        else:
            for party in sorted(self.cast.owned):
                if party in self.cast.parties(message.sender):
                    yield Envelope(Address(party), to, message)

    def _uris(self, party: str, message: Message) -> tuple[Uri, ...]:
        if isinstance(message, LoginRequest):
            return (self.cast.login_endpoint(party),)
        if message.receiver == CLIENT:
            uris = (self.cast.redirect_uri(party, issuer) for issuer in self.cast.authorization_servers)
            return tuple(dict.fromkeys(uris))
        if message.receiver == AUTHORIZATION_SERVER:
            return (self.cast.authorization_endpoint(party),)
        return (self.cast.resource_endpoint(party),)

    def _lures(self, world: World, shared: dict[str, frozenset[Shared]]) -> Iterator[Change]:
        """Requests that the attacker makes a browser send, of those that a server would accept now."""
        n = self._n
        for slot in range(n):
            if self.roles[slot] != USER_AGENT:
                continue
            session = self.sessions.values[world[slot]]
            asked = session.memory.server
            at_attackers = session.state == "waiting" and asked is not None and not self.cast.honest(asked)
            if not at_attackers and not (self.attacker.lures and session.state == "blank"):
                continue
            servers = tuple(world[other] for other in range(n) if self.roles[other] not in AT_ONCE)
            facts = hash((shared[USER_AGENT], shared[RESOURCE_SERVER]))
            key = (slot, world[slot], world[n + 1], facts, *servers)
            found = self._lure_cache.get(key)
            if found is None:
                sender = Address(asked if at_attackers else ATTACKER)
                found = self._lure_cache[key] = tuple(self._lure(world, slot, sender, shared))
            yield from found

    def _lure(
        self, world: World, slot: int, sender: Address, shared: dict[str, frozenset[Shared]]
    ) -> Iterator[Change]:
        knowledge = self.knowledge(world)
        seen: set[tuple[tuple[int, ...], ...]] = set()
        for role in (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER):
            for kind in self.machines[role].accepts:
                if not (issubclass(kind, FrontChannel) and kind.forged and kind.receiver == role):
                    continue
                for message in forgeries(kind, relevant(kind, knowledge), echo=True):
                    for party in self.cast.parties(role):
                        if not self.cast.honest(party):
                            continue
                        for uri in self._uris(party, message):
                            envelope = Envelope(sender, self.addresses[slot], message, uri=uri)
                            change = self._local_forged("lure", slot, world[slot], envelope, shared[USER_AGENT])
                            if change is None or change.otherwise:
                                continue
                            for number in change.posted:
                                accepted = [c for c in self._deliver(world, number, shared) if not c.otherwise]
                                what = tuple((c.session, *c.posted, c.learnt, c.facts) for c in accepted)
                                if accepted and what not in seen:
                                    seen.add(what)
                                    yield change


# ------------------------------------------------------------------ building


def _setting(scenario: Scenario) -> Setting:
    fills: dict[type[Message], dict[str, object]] = {}
    for mitigation in scenario.mitigations:
        for message, parameters in mitigation.fills.items():
            fills.setdefault(message, {}).update(parameters)
    return Setting(
        scenario.full_cast,
        frozenset(scenario.policy.slugs),
        {message: tuple(parameters.items()) for message, parameters in fills.items()},  # type: ignore[misc]
        scenario.time_passes,
        scenario.faults_happen,
    )


def vocabulary(scenario: Scenario) -> tuple[type[Message], ...]:
    """Every message class that some row names, in the order of the tables."""
    kinds: dict[type[Message], None] = {}
    for flow in scenario.all_flows:
        for rows in flow.rows.values():
            for row in rows:
                for kind in row.on if isinstance(row.on, tuple) else (row.on,):
                    if "__dataclass_fields__" in vars(kind):
                        kinds[kind] = None
                        kinds.update(dict.fromkeys(kind.__subclasses__()))
    return tuple(kinds)


def _machines(scenario: Scenario) -> dict[str, Machine]:
    kinds = vocabulary(scenario)
    machines = {}
    for role in ROLES:
        rows = [_checked(row, role, scenario) for flow in scenario.all_flows for row in flow.rows.get(role, ())]
        if not rows:
            raise ModelError(f"no flow of the scenario has rows for the role {role!r}")
        machines[role] = Machine(role, INITIAL.get(role, "idle"), rows, kinds, scenario.without_guards)
    return machines


def _checked(row: Row, role: str, scenario: Scenario) -> Row:
    """A row with the checks that the policy's mitigations add to it, each guard once."""
    if row.otherwise or not isinstance(row.on, type) or row.on.receiver != role:
        return row
    checks = [check for mitigation in scenario.mitigations for check in mitigation.checks.get(row.on, ())]
    guards = list(dict.fromkeys([*row.guards, *checks]))
    return Row(row.on, row.source, row.dest, guards, row.effect)
