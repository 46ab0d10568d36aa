"""What each session can do next, as computations that read variables (`tree`).

The same steps as the composition's (`world`), one small computation for each, so that what does not depend on each
other is not multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator

from oauth_model.engines.attacker_steps import AttackerSteps
from oauth_model.engines.tree import Body, Found, Read


class StepsOf(AttackerSteps):
    """The computations of one program."""

    # -------------------------------------------------------------- one slot

    def of_slot(self, slot: int) -> Body:
        """All that a slot's session begins, given its local state."""

        def body(read: Read) -> Found:
            session, channel = self._program.locals[slot].values[read(slot)]
            urgent = self._program.urgent(slot, read(slot))
            if urgent is not None:
                return Found(bodies=list(self._deliveries(slot, urgent)))
            bodies = [self._own(slot, number) for number in self._world.own_messages(slot, session)]
            for number in channel:
                bodies += self._deliveries(slot, number)
            attacks = list(self._attacks(slot, session)) if self._world.attacker.acts else []
            return Found(bodies=bodies, attacks=attacks)

        return body

    def _own(self, slot: int, number: int) -> Body:
        def body(read: Read) -> Found:
            change = self._local(read, "own", slot, number)
            return Found([self._command(read, change)] if change else [])

        return body

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
