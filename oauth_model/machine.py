"""Machines: a role's table of rows, run by `transitions`.

A `Row` is one transition. A role's machine is a literal list of rows, and what is not in the list
is refused: no transition hides in an `if`. Guards and effects are plain named functions of
`(me, message)`, where `me` is the session as it sees itself (`View`): its memory, the policy of the
deployment, what arrived with the message, and the means to send and to record.

A step is pure: `Machine.step(session, envelope, setting, records)` runs the row on a throw-away view and
returns what would happen. The session it was given is not changed, so results can be remembered.

Rows marked `otherwise` say how a refusal is answered. They are tried only when no other row of the
same event fires, and they may ask which guard refused (`me.refusal_reason`, `me.error`).

This is the one module that imports `transitions`. It knows nothing of OAuth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import transitions

from oauth_model.errors import ModelError, Question
from oauth_model.facts import Fact, Records
from oauth_model.messages import Message
from oauth_model.session import Address, Envelope, Memory, Session
from oauth_model.view import (
    Claim,
    Effect,
    Guard,
    Refused,
    Setting,
    Switch,
    View,
    disabled,
    enabled,
    nothing,
    refuses_with,
)

SAME = "="
"""As a row's destination: stay in the state one is in."""

ANY = "*"
"""As a row's source: every state of the machine."""


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


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row fired: the session after it, what it sent, what happened, and the row itself."""

    session: Session
    sent: tuple[Envelope, ...]
    facts: tuple[Fact, ...]
    row: Row


Outcome = Accepted | Refused


class _Watched:
    """A guard as `transitions` calls it, telling the view when it refuses."""

    def __init__(self, guard: Guard, position: int, otherwise: bool, refusals: set[str]) -> None:
        self.guard, self.position, self.otherwise, self.refusals = guard, position, otherwise, refusals

    def __call__(self, me: View, message: Message) -> bool:
        holds = bool(self.guard(me, message))
        if not holds:
            self.refusals.add(self.guard.__name__)
            if not self.otherwise:
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
    that are left out everywhere. `acts_when_idle` says whether a session can take a message and be as if it had not.
    Raises ModelError for a row that leaves a state nothing leads to.
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
        self.refusals: set[str] = set()  # the guards that ever refused: those that make a difference here
        self.rows = tuple(_without(row, without) for row in rows)
        self.states = tuple(dict.fromkeys([initial, *_states(self.rows)]))
        reached = {self.initial, *(row.dest for row in self.rows)}
        for row in self.rows:
            for state in set(row.sources()) - reached:
                raise ModelError(f"a row of the {role} leaves the state {state!r}, to which no row leads")
        from_idle = (row for row in self.rows if initial in (row.sources() or (initial,)) and not row.otherwise)
        self.acts_when_idle = any(row.dest in (SAME, initial) for row in from_idle)
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
            _Watched(guard, position, row.otherwise, self.refusals) for position, guard in enumerate(row.guards)
        ]
        source: str | list[str | Enum | transitions.State] = list(row.sources()) or ANY
        self._machine.add_transition(kind.__name__, source, row.dest, conditions=guards, before=_Fires(row))

    def expects(self, kind: type[Message], state: str) -> bool:
        """Whether some row is for this message in this state."""
        event = self._machine.events.get(kind.__name__)
        return event is not None and state in event.transitions

    def step(self, session: Session, envelope: Envelope, setting: Setting, records: Records) -> Outcome:
        """What one session does with one message. Pure: nothing that was passed in is changed."""
        kind = type(envelope.message)
        if not self.expects(kind, session.state):
            return Refused()
        me = View(session, envelope, setting, records)
        try:
            if not self._machine.events[kind.__name__].trigger(me, me, envelope.message):
                return me.refused()
        except Question as question:
            # `transitions` keeps what was raised, and so all that the traceback holds: let go of it.
            raise question.with_traceback(None) from None
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


__all__ = [
    "ANY",
    "SAME",
    "Accepted",
    "Address",
    "Claim",
    "Effect",
    "Envelope",
    "Guard",
    "Machine",
    "Memory",
    "ModelError",
    "Outcome",
    "Refused",
    "Row",
    "Session",
    "Setting",
    "Switch",
    "View",
    "disabled",
    "enabled",
    "nothing",
    "refuses_with",
]
