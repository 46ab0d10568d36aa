"""Machines: a role's table of rows, run by `transitions`.

A `Row` is one transition. A role's machine is a literal list of rows, and what is not in the list
is refused: no transition hides in an `if`. Guards and effects are plain named functions of
`(me, message)`, where `me` is the session as it sees itself (`View`): its memory, the policy of the
deployment, what arrived with the message, and the means to send and to record.

A step is pure: `Machine.step(session, envelope, shared)` runs the row on a throw-away view and
returns what would happen. The session it was given is not changed, so results can be remembered.

Rows marked `otherwise` say how a refusal is answered. They are tried only when no other row of the
same event fires, and they may ask which guard refused (`me.refusal_reason`, `me.error`).

This is the one module that imports `transitions`. It knows nothing of OAuth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

import transitions

from oauth_model.facts import Fact, InFrontChannel, Shared
from oauth_model.messages import USER_AGENT, FrontChannel, Message
from oauth_model.terms import Cookie, Term, Uri

SAME = "="
"""As a row's destination: stay in the state one is in."""

ANY = "*"
"""As a row's source: every state of the machine."""

Guard = Callable[["View", Any], bool]
Effect = Callable[["View", Any], None]
M = TypeVar("M", bound=Message)


class ModelError(Exception):
    """The model, or something a user added to it, is put together wrongly. Its text says where and why."""


@dataclass(frozen=True)
class Claim:
    """A guard that knows the error code its refusal is answered with."""

    check: Guard
    error: str

    @property
    def __name__(self) -> str:
        return self.check.__name__

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.check.__doc__

    def __call__(self, me: View, message: Any) -> bool:
        return self.check(me, message)


def refuses_with(error: str) -> Callable[[Guard], Claim]:
    """Decorate a guard with the RFC's error code for its refusal."""
    return lambda check: Claim(check, error)


@dataclass(frozen=True)
class Switch:
    """A guard that asks whether a mitigation is on; so a row can say what happens without it."""

    slug: str
    name: str
    on: bool

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return f"The mitigation {self.slug!r} is {'on' if self.on else 'off'}."

    def __call__(self, me: View, message: Any) -> bool:
        return me.on(self.slug) is self.on


def enabled(slug: str, name: str) -> Switch:
    """A guard that holds when the mitigation `slug` is on; `name` is how tables and drawings call it."""
    return Switch(slug, name, True)


def disabled(slug: str, name: str) -> Switch:
    """A guard that holds when the mitigation `slug` is off."""
    return Switch(slug, name, False)


def nothing(me: View, message: Any) -> None:
    """No effect beyond the change of state."""


@dataclass(frozen=True)
class Row:
    """One transition: on a message, from a state, to a state, if every guard holds, with an effect.

    `on` is a message class (or a channel, for every message on it), or a tuple of them; `source` a
    state, a tuple of states, or ANY. An `otherwise` row answers a refusal; one that is also the `last_resort`
    answers a message that concerns no session of its party at all.
    """

    on: type[Message] | tuple[type[Message], ...]
    source: str | tuple[str, ...]
    dest: str
    guards: Sequence[Guard] = ()
    effect: Effect = nothing
    otherwise: bool = False
    last_resort: bool = False

    def sources(self) -> tuple[str, ...]:
        """The states named as source; empty for ANY."""
        if self.source == ANY:
            return ()
        return (self.source,) if isinstance(self.source, str) else self.source

    def receives(self, message: type[Message]) -> bool:
        """Whether the row is about messages of this class."""
        return issubclass(message, self.on)


# ------------------------------------------------------------------ sessions and envelopes


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One session of one party; index 0 stands for a party that is not modelled by sessions: the attacker."""

    party: str
    index: int = 0

    def __str__(self) -> str:
        return f"{self.party}#{self.index}" if self.index else self.party


class Memory(Mapping[str, Any]):
    """What a session remembers: a frozen mapping. A name that is not there is None."""

    __slots__ = ("_hash", "_values")

    def __init__(self, values: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._values = dict(values)
        self._hash = hash(tuple(sorted(self._values.items(), key=lambda item: item[0])))

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memory) and self._values == other._values

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Memory({self._values})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._values.get(name)


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a role's machine: where it is and what it remembers."""

    role: str
    address: Address
    state: str
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way, with what its channel adds.

    `receiver` is a session, or with index 0 a party, any session of which may take the message. Front
    channel: `uri` is where the browser is sent, `cookies` go with a request, `set_cookie` comes with an
    answer, `form` is a credential that a browser posts on (`repost` says the server asked for that).
    `at_once` marks a request whose moment the attacker chooses.
    """

    sender: Address
    receiver: Address
    message: Message
    uri: Uri | None = None
    cookies: frozenset[Cookie] = frozenset()
    set_cookie: Cookie | None = None
    form: Term | None = None
    repost: bool = False
    at_once: bool = False

    def terms(self) -> Iterator[Term]:
        """What the receiver learns."""
        yield from self.message.terms()
        yield from self.cookies
        if self.set_cookie is not None:
            yield self.set_cookie
        if self.form is not None:
            yield self.form


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row fired: the session after it, what it sent, what happened, and the row itself."""

    session: Session
    sent: tuple[Envelope, ...]
    facts: tuple[Fact, ...]
    row: Row


@dataclass(frozen=True, slots=True)
class Refused:
    """No row fired. `guard` is the one that refused; None where no row is for this message here."""

    guard: Guard | None = None
    passed: int = 0

    @property
    def reason(self) -> str:
        """The guard's name, or why there is none."""
        return self.guard.__name__ if self.guard else "not expected in this state"


Outcome = Accepted | Refused


# ------------------------------------------------------------------ the view


@dataclass(frozen=True)
class Setting:
    """What every session of a scenario is told: who is there (`cast`) and which mitigations are on."""

    cast: Any
    policy: frozenset[str]
    fills: Mapping[type[Message], tuple[tuple[str, Callable[[View], Any]], ...]]


class View:
    """A session as its guards and effects see it; thrown away after one step."""

    __slots__ = (
        "_nearest", "_passed", "_session", "_setting", "_shared",
        "envelope", "facts", "fired", "memory", "sent", "state",
    )  # fmt: skip

    def __init__(self, session: Session, envelope: Envelope, setting: Setting, shared: frozenset[Shared]) -> None:
        self._session, self._setting, self._shared = session, setting, shared
        self.envelope = envelope
        self.state = session.state
        self.memory = session.memory
        self.sent: list[Envelope] = []
        self.facts: list[Fact] = []
        self.fired: Row | None = None
        self._nearest: Guard | None = None
        self._passed = -1

    # -------------------------------------------------------------- what it is and sees

    @property
    def party(self) -> str:
        """The name of the party whose session this is."""
        return self._session.address.party

    @property
    def index(self) -> int:
        """The session's index; fresh values are named by it."""
        return self._session.address.index

    @property
    def cast(self) -> Any:
        """Who takes part, and the configuration they were given (`cast.Cast`)."""
        return self._setting.cast

    @property
    def sender(self) -> Address:
        """Where an answer goes. Which party that is, a receiver knows only of a server it asked over TLS."""
        return self.envelope.sender

    @property
    def uri(self) -> Uri | None:
        """The URI at which a front-channel request arrived, or to which a redirect points."""
        return self.envelope.uri

    @property
    def cookies(self) -> frozenset[Cookie]:
        """The cookies that came with a front-channel request."""
        return self.envelope.cookies

    @property
    def refusal_reason(self) -> str:
        """In an otherwise row: the name of the guard that refused, of the row that came nearest to firing."""
        return self._nearest.__name__ if self._nearest else "not expected"

    @property
    def error(self) -> str | None:
        """The error code that goes with the refusal, if the guard has one."""
        return getattr(self._nearest, "error", None)

    def on(self, slug: str) -> bool:
        """Whether a mitigation is on."""
        return slug in self._setting.policy

    def looks_up(self, kind: type[Fact]) -> Iterator[Any]:
        """The shared facts of a kind, as far as this role may look them up."""
        return (fact for fact in self._shared if isinstance(fact, kind))

    # -------------------------------------------------------------- what it does

    def remember(self, **values: Any) -> None:
        """Add to the memory, or replace; None forgets."""
        kept = {**self.memory, **values}
        self.memory = Memory({name: value for name, value in kept.items() if value is not None})

    def forget(self, *names: str) -> None:
        """Drop what will not be needed again: sessions that differ in less meet more often."""
        self.memory = Memory({name: value for name, value in self.memory.items() if name not in names})

    def make(self, message: type[M], **parameters: Any) -> M:
        """A message with these parameters and those that the mitigations fill in."""
        for name, fill in self._setting.fills.get(message, ()):
            parameters[name] = fill(self)
        return message(**parameters)

    def send(self, receiver: str | Address, message: Message, **extras: Any) -> None:
        """Send a message to a party or to one of its sessions."""
        to = Address(receiver) if isinstance(receiver, str) else receiver
        envelope = Envelope(self._session.address, to, message, **extras)
        if isinstance(message, FrontChannel) and self._session.role != USER_AGENT:  # who wrote it, not who relays it
            self.facts += [InFrontChannel(term) for term in message.terms() if term.back_channel_only]
        self.sent.append(envelope)

    def reply(self, message: Message, **extras: Any) -> None:
        """Answer the request that is being handled."""
        self.send(self.sender, message, **extras)

    def happened(self, fact: Fact) -> None:
        """Record a fact for the goals."""
        self.facts.append(fact)

    # -------------------------------------------------------------- for the machine

    def refused(self) -> Refused:
        """The outcome, when no row fired."""
        return Refused(self._nearest, max(self._passed, 0))

    def note_refusal(self, guard: Guard, passed: int) -> None:
        """Keep the refusal of the row of which the most guards held."""
        if passed > self._passed:
            self._nearest, self._passed = guard, passed


class _Watched:
    """A guard as `transitions` calls it, telling the view when it refuses."""

    def __init__(self, guard: Guard, position: int, otherwise: bool) -> None:
        self.guard, self.position, self.otherwise = guard, position, otherwise

    def __call__(self, me: View, message: Message) -> bool:
        holds = bool(self.guard(me, message))
        if not holds and not self.otherwise:
            me.note_refusal(self.guard, self.position)
        return holds


class _Fires:
    """A row's effect as `transitions` calls it."""

    def __init__(self, row: Row) -> None:
        self.row = row

    def __call__(self, me: View, message: Message) -> None:
        me.fired = self.row
        self.row.effect(me, message)


# ------------------------------------------------------------------ the machine


class Machine:
    """The state machine of one role, built from rows and run by `transitions`.

    `vocabulary` is the list of message classes that a row on a channel stands for. `without` names guards
    that are left out everywhere. Raises ModelError for a row that leaves a state nothing leads to.
    """

    def __init__(
        self,
        role: str,
        initial: str,
        rows: Iterable[Row],
        vocabulary: Iterable[type[Message]],
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.role = role
        self.initial = initial
        self.rows = tuple(_without(row, without) for row in rows)
        self.states = tuple(dict.fromkeys([initial, *_states(self.rows)]))
        reached = {self.initial, *(row.dest for row in self.rows)}
        for row in self.rows:
            for state in set(row.sources()) - reached:
                raise ModelError(f"a row of the {role} leaves the state {state!r}, to which no row leads")
        self.accepts = tuple(kind for kind in vocabulary if any(row.receives(kind) for row in self.rows))
        states = list(self.states)
        self._machine = transitions.Machine(model=None, states=states, initial=initial, auto_transitions=False)
        # `transitions` takes the first row whose guards hold, so the rows for refusals come last.
        for row in sorted(self.rows, key=lambda row: (row.otherwise, row.last_resort)):
            for kind in self.accepts:
                if row.receives(kind):
                    self._add(kind, row)

    def _add(self, kind: type[Message], row: Row) -> None:
        guards: list[str | Callable[..., bool | None]] = [
            _Watched(guard, position, row.otherwise) for position, guard in enumerate(row.guards)
        ]
        source: str | list[str | Enum | transitions.State] = list(row.sources()) or ANY
        self._machine.add_transition(kind.__name__, source, row.dest, conditions=guards, before=_Fires(row))

    def expects(self, kind: type[Message], state: str) -> bool:
        """Whether some row is for this message in this state."""
        event = self._machine.events.get(kind.__name__)
        return event is not None and state in event.transitions

    def step(self, session: Session, envelope: Envelope, setting: Setting, shared: frozenset[Shared]) -> Outcome:
        """What one session does with one message. Pure: nothing that was passed in is changed."""
        kind = type(envelope.message)
        if not self.expects(kind, session.state):
            return Refused()
        me = View(session, envelope, setting, shared)
        if not self._machine.events[kind.__name__].trigger(me, me, envelope.message):
            return me.refused()
        assert me.fired is not None
        after = Session(session.role, session.address, me.state, me.memory)
        return Accepted(after, tuple(me.sent), tuple(me.facts), me.fired)


def _states(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from row.sources()
        if row.dest != SAME:
            yield row.dest


def _without(row: Row, names: frozenset[str]) -> Row:
    if not names:
        return row
    guards = [guard for guard in row.guards if guard.__name__ not in names]
    return replace(row, guards=guards)

