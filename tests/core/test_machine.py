"""Machines: `transitions` does with a table of rows what the table says, and misuse is told.

The table is interpreted once more, in plain Python and without `transitions`, for every session and message
that the shared scenarios bring together; both must come to the same outcome.
"""

from __future__ import annotations

from typing import Any

import pytest

from oauth_model.facts import Records, Shared
from oauth_model.machine import (
    ANY,
    SAME,
    Accepted,
    Address,
    Envelope,
    Guard,
    Machine,
    Memory,
    Outcome,
    Refused,
    Row,
    Session,
    Setting,
    View,
    refuses_with,
)
from oauth_model.messages import AuthorizationPrompt, Consent, Denial, Message, UserInterface
from oauth_model.scenario import Scenario
from oauth_model.terms import ClientId, Password, Scope
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS

# ------------------------------------------------------------------ the table, interpreted a second time


def interpret(machine: Machine, session: Session, envelope: Envelope, setting: Setting, shared: Any) -> Outcome:
    """What a session does with a message, read off the rows."""
    kind = type(envelope.message)
    here = [
        row for row in machine.rows if issubclass(kind, row.on) and session.state in (row.sources() or machine.states)
    ]
    refusal: tuple[int, Guard | None] = (-1, None)
    for row in sorted(here, key=lambda row: (row.otherwise, row.last_resort)):
        me = View(session, envelope, setting, shared)
        if refusal[1] is not None:
            me.note_refusal(refusal[1], refusal[0])
        passed = 0
        for guard in row.guards:
            if not guard(me, envelope.message):
                break
            passed += 1
        if passed == len(row.guards):
            row.effect(me, envelope.message)
            state = session.state if row.dest == SAME else row.dest
            return Accepted(
                Session(session.role, session.address, state, me.memory), tuple(me.sent), tuple(me.facts), row
            )
        if not row.otherwise and passed > refusal[0]:
            refusal = (passed, row.guards[passed])
    return Refused(refusal[1], max(refusal[0], 0)) if here else Refused()


class Compared:
    """A composition whose machines are compared with the interpreter at every step that is computed."""

    def __init__(self, scenario: Scenario) -> None:
        self.accepted = self.refused = 0
        self.composition = Composition(scenario)
        for machine in self.composition.machines.values():
            self._watch(machine)

    def _watch(self, machine: Machine) -> None:
        run = machine.step

        def step(session: Session, envelope: Envelope, setting: Setting, shared: frozenset[Shared]) -> Outcome:
            before = (session, hash(session), repr(session))
            outcome = run(session, envelope, setting, shared)
            assert outcome == interpret(machine, session, envelope, setting, shared)
            assert before == (session, hash(session), repr(session)), "the session that was passed in has changed"
            if isinstance(outcome, Accepted):
                self.accepted += 1
            else:
                self.refused += 1
            return outcome

        machine.step = step  # type: ignore[method-assign]


@pytest.mark.parametrize("name", SCENARIOS)
def test_machines_do_what_their_tables_say(name: str) -> None:
    compared = Compared(SCENARIOS[name])
    composition = compared.composition
    seen = {composition.initial}
    waiting = [composition.initial]
    while waiting and len(seen) < 1500:
        for _, world in composition.steps(waiting.pop()):
            if world not in seen:
                seen.add(world)
                waiting.append(world)
    assert compared.accepted >= 5


# ------------------------------------------------------------------ small machines

CONSENT = Consent(Password("alice", "as.example"), Scope(("read",)))
PROMPT = AuthorizationPrompt(ClientId("client.example"), Scope(("read",)))


def never(me: View, message: Message) -> bool:
    """It never holds."""
    return False


def always(me: View, message: Message) -> bool:
    """It always holds."""
    return True


@refuses_with("invalid_grant")
def never_with_a_code(me: View, message: Message) -> bool:
    """It never holds, and has an error code."""
    return False


def note_first(me: View, message: Message) -> None:
    """Remember that the first row fired."""
    me.remember(row=1)


def note_second(me: View, message: Message) -> None:
    """Remember that the second row fired."""
    me.remember(row=2)


def note_refusal(me: View, message: Message) -> None:
    """Remember what refused."""
    me.remember(reason=me.refusal_reason, error=me.error)


def outcome(rows: list[Row], message: Message, state: str = "idle") -> Outcome:
    machine = Machine("role", "idle", rows, [Consent, Denial, AuthorizationPrompt])
    session = Session("role", Address("party", 1), state)
    setting = Setting(None, frozenset(), {})
    return machine.step(session, Envelope(Address("other", 1), session.address, message), setting, Records())


def test_the_first_row_whose_guards_hold_fires() -> None:
    rows = [Row(Consent, "idle", "a", [never], note_first), Row(Consent, "idle", "b", [always], note_second)]
    found = outcome(rows, CONSENT)
    assert isinstance(found, Accepted)
    assert (found.session.state, found.session.memory.row) == ("b", 2)
    found = outcome([Row(Consent, "idle", "a", [], note_first), *rows], CONSENT)
    assert isinstance(found, Accepted)
    assert found.session.memory.row == 1


def test_what_is_not_in_the_table_is_refused() -> None:
    refused = outcome([Row(Consent, "idle", "a")], Denial())
    assert isinstance(refused, Refused)
    assert refused.guard is None
    assert refused.reason == "not expected in this state"
    assert isinstance(outcome([Row(Consent, "idle", "a")], CONSENT, state="a"), Refused)


def test_a_refusal_names_the_guard_of_the_row_that_came_nearest() -> None:
    rows = [Row(Consent, "idle", "a", [never]), Row(Consent, "idle", "b", [always, never_with_a_code])]
    refused = outcome(rows, CONSENT)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.passed) == ("never_with_a_code", 1)


def test_otherwise_rows_come_last_wherever_they_stand_and_know_the_refusal() -> None:
    answer = Row(Consent, "idle", SAME, [], note_refusal, otherwise=True)
    found = outcome([answer, Row(Consent, "idle", "a", [always], note_first)], CONSENT)
    assert isinstance(found, Accepted)
    assert found.session.state == "a"
    found = outcome([answer, Row(Consent, "idle", "a", [always, never_with_a_code], note_first)], CONSENT)
    assert isinstance(found, Accepted)
    assert found.row.otherwise
    assert dict(found.session.memory) == {"reason": "never_with_a_code", "error": "invalid_grant"}
    assert found.session.state == "idle"


def test_a_row_on_a_channel_is_for_every_message_on_it() -> None:
    rows = [Row(UserInterface, ANY, "a", [], note_first)]
    assert all(isinstance(outcome(rows, message), Accepted) for message in (CONSENT, Denial(), PROMPT))


def test_a_guard_that_is_taken_out_refuses_nothing() -> None:
    rows = [Row(Consent, "idle", "a", [always, never], note_first)]
    machine = Machine("role", "idle", rows, [Consent], frozenset({"never"}))
    assert [guard.__name__ for guard in machine.rows[0].guards] == ["always"]


def test_memory_is_a_mapping_in_which_what_is_not_there_is_none() -> None:
    memory = Memory({"code": 1})
    assert (memory.code, memory.state) == (1, None)
    assert hash(memory) == hash(Memory({"code": 1}))
    assert hash(Memory({"a": 1, "b": 2})) == hash(Memory({"b": 2, "a": 1}))


def test_remembering_none_forgets() -> None:
    session = Session("role", Address("party", 1), "idle", Memory({"code": 1, "state": 2}))
    me = View(session, Envelope(Address("o"), session.address, CONSENT), Setting(None, frozenset(), {}), frozenset())
    me.remember(code=None, scope=3)
    assert dict(me.memory) == {"state": 2, "scope": 3}
    assert dict(session.memory) == {"code": 1, "state": 2}
