"""Single steps as guarded assignments: what a session does with a message, and what of the state it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oauth_model.adversary import SERVERS, Adversary
from oauth_model.engines.tree import Command, FactsLike, Idle, Read, Takes
from oauth_model.facts import Pattern, Records, Shared
from oauth_model.machine import Address
from oauth_model.messages import Message
from oauth_model.steps import Change

if TYPE_CHECKING:
    from oauth_model.engines.program import Program

NOT_AT_ALL, BY_ITS_OWN_ROW, REFUSES = 0, 1, 2
"""Values of `Takes`; a refusal by a last resort or by an idle session comes after others."""


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


class LocalSteps:
    """Steps of one program's sessions, computed by their machines once for each value of what they look up."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._world = program.composition
        self._adversary = Adversary(program.composition)
        self._remembered: dict[tuple[str, int, int, int], list[tuple[tuple[tuple[int, int], ...], Change | None]]] = {}
        roles = self._world.roles
        self._servers = tuple(slot for slot, role in enumerate(roles) if role in SERVERS)

    # -------------------------------------------------------------- who takes a message

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
            idle = self._world.is_idle(slot, self._session(read, slot))
            return self._way(self._local(read, "deliver", slot, number), idle)
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
        if not self._world.are_alike(slots):
            return True
        order = self._world.in_order_for(sender, slots)
        return not any(read(self._program.variable(Idle(other))) for other in order[: order.index(slot)])

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
            program.known(self._world.needed_for(message)) if message is not None else frozenset(),
            tuple((slot, local) for slot, local in after.items() if local != read(slot)),
            program.known(world.knowledges.values[change.learnt]),
            program.happened(world.fact_sets.values[change.facts]),
            message is not None and program.bound is not None,
            teaches,
            change,
        )


_NOTHING = Read({})
