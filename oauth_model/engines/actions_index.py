"""Which actions are possible in a state, what the others lack, and the state after one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from oauth_model.engines.actions import Action, Calm, as_bits, members
from oauth_model.engines.actions_closure import Closure


class Lack(NamedTuple):
    """One thing that an action needs: the actions that need it too, and those that could bring it about."""

    wanted_by: int
    brought_by: int


NEVER = Lack(0, 0)
"""What an action lacks that can never be possible again."""


def _how_many(lack: Lack) -> int:
    return lack.brought_by.bit_count()


class ActionIndex:
    """The actions of a closure, and `added` ones, and sets of them as bits: who reads, who writes, who enables what."""

    def __init__(self, closure: Closure, added: tuple[Action, ...] = ()) -> None:
        self.all = (*closure.actions, *added)
        self.bound = closure.program.bound
        self._every = (1 << len(self.all)) - 1
        self._sessions = closure.sessions
        self._reads: dict[int, int] = {}
        self._assigns: dict[int, int] = {}
        self._to: dict[tuple[int, int], int] = {}
        self._admits: list[dict[int, int]] = [{} for _ in closure.sessions]
        self._wanted: dict[tuple[object, ...], int] = {}
        kinds = ("takes", "posts", "needs", "unknown", "present", "absent", "learns", "records")
        self._with: dict[str, dict[int, int]] = {kind: {} for kind in kinds}
        self._forged = self._picky = self._takes_none = 0
        for number, action in enumerate(self.all):
            self._index(1 << number, action)
        for slot, admits in enumerate(self._admits):
            indifferent = self._every & ~self._reads.get(slot, 0)
            for session in closure.sessions[slot]:
                admits[session] = admits.get(session, 0) | indifferent
        self._lacks: dict[tuple[object, ...], Lack] = {}
        self._conflicts: dict[int, int] = {}

    def _index(self, bit: int, action: Action) -> None:
        for slot, some in action.guard:
            self._reads[slot] = self._reads.get(slot, 0) | bit
            self._wanted[slot, some] = self._wanted.get((slot, some), 0) | bit
            for session in some:
                self._admits[slot][session] = self._admits[slot].get(session, 0) | bit
        for slot, session in action.assigns:
            self._assigns[slot] = self._assigns.get(slot, 0) | bit
            self._to[slot, session] = self._to.get((slot, session), 0) | bit
        for kind, index in self._with.items():
            for member in getattr(action, kind):
                index[member] = index.get(member, 0) | bit
        self._forged |= bit * action.forged
        self._picky |= bit * (action.teaches and not action.only_teaches)
        self._takes_none |= bit * (not action.takes)

    def those(self, kind: str, members: Iterable[int]) -> int:
        """The actions that have some of these, such as terms that they learn."""
        index = self._with[kind]
        found = 0
        for member in members:
            found |= index.get(member, 0)
        return found

    # -------------------------------------------------------------- states

    def possible(self, state: Calm) -> list[int]:
        """The actions that are possible in a state."""
        candidates = self._takes_none
        for number, takers in self._with["takes"].items():
            if state.network >> number & 1:
                candidates |= takers
        for slot, session in enumerate(state.sessions):
            candidates &= self._admits[slot][session]
        return [number for number in members(candidates) if self.lack(state, number) is None]

    def lack(self, state: Calm, number: int) -> Lack | None:
        """What an action lacks in a state, of several things one for which there are few who could bring it; None if
        it is possible."""
        action = self.all[number]
        if action.forged and state.made == self.bound:
            return NEVER
        if action.teaches and all(state.known >> term & 1 for term in action.learns):
            return NEVER
        if any(state.known >> term & 1 for term in action.unknown):
            return NEVER
        if any(state.happened >> fact & 1 for fact in action.absent):
            return NEVER
        return None if next(self.lacks(state, action), None) is None else self._fewest(state, action)

    def _fewest(self, state: Calm, action: Action) -> Lack:
        return min(self.lacks(state, action), key=_how_many)

    def lacks(self, state: Calm, action: Action) -> Iterator[Lack]:
        """All that an action lacks in a state and may yet get."""
        for slot, some in action.guard:
            if state.sessions[slot] not in some:
                yield self._lack_of_session(slot, some)
        for number in action.takes:
            if not state.network >> number & 1:
                yield self._lack_of("takes", "posts", number)
        for term in action.needs:
            if not state.known >> term & 1:
                yield self._lack_of("needs", "learns", term)
        for fact in action.present:
            if not state.happened >> fact & 1:
                yield self._lack_of("present", "records", fact)

    def _lack_of_session(self, slot: int, some: frozenset[int]) -> Lack:
        found = self._lacks.get((slot, some))
        if found is None:
            by = 0
            for session in some:
                by |= self._to.get((slot, session), 0)
            found = self._lacks[slot, some] = Lack(self._wanted[slot, some], by)
        return found

    def _lack_of(self, wanted: str, brought: str, member: int) -> Lack:
        found = self._lacks.get((wanted, member))
        if found is None:
            found = self._lacks[wanted, member] = Lack(self.those(wanted, (member,)), self.those(brought, (member,)))
        return found

    def after(self, state: Calm, number: int) -> Calm:
        """The state after an action."""
        action = self.all[number]
        sessions = list(state.sessions)
        for slot, session in action.assigns:
            sessions[slot] = session
        return Calm(
            tuple(sessions),
            state.network & ~as_bits(action.takes) | as_bits(action.posts),
            state.known | as_bits(action.learns),
            state.happened | as_bits(action.records),
            state.made + action.forged,
        )
