"""Stubborn sets: which of the possible actions are enough, because the others can wait.

A set of actions is *stubborn* in a state if with each action that is possible it has all that this one does not
commute with, and with each that is not possible all that could put one thing right that it lacks.
What may happen outside such a set neither disables nor is disabled by what is in it.
"""

from __future__ import annotations

from oauth_model.engines.actions import Calm, as_bits
from oauth_model.engines.actions_index import NEVER, ActionIndex


class Actions(ActionIndex):
    """The actions of a closure: which of them commute, and which are enough in a state."""

    # -------------------------------------------------------------- dependence

    def conflicts(self, number: int) -> int:
        """The other actions that may be possible together with an action and do not commute with it."""
        found = self._conflicts.get(number)
        if found is None:
            together = self._together(number)
            found = self._conflicts[number] = self._interfering(number) & together & ~(1 << number)
        return found

    def _together(self, number: int) -> int:
        """The actions that may be possible in a state in which one is."""
        action = self.all[number]
        found = self._every
        for slot, some in action.guard:
            admitted = 0
            for session in some:
                admitted |= self._admits[slot][session]
            found &= admitted
        found &= ~self.those("absent", action.present) & ~self.those("present", action.absent)
        return found & ~self.those("unknown", action.needs) & ~self.those("needs", action.unknown)

    def _interfering(self, number: int) -> int:
        action = self.all[number]
        found = 0
        for slot, session in action.assigns:
            found |= self._assigns[slot] | self._reads.get(slot, 0) & ~self._admits[slot][session]
        for slot, some in action.guard:
            kept = 0
            for session in some:
                kept |= self._to.get((slot, session), 0)
            found |= self._assigns.get(slot, 0) & ~kept
        found |= self.those("takes", action.takes | action.posts) | self.those("posts", action.takes)
        found |= self.those("absent", action.records) | self.those("records", action.absent)
        found |= self.those("unknown", action.learns) | self.those("learns", action.unknown)
        alike = self.those("learns", action.learns)
        found |= alike if self._picky >> number & 1 else alike & self._picky
        return found | self._forged if action.forged else found

    # -------------------------------------------------------------- stubborn sets

    def only_more_knowledge(self, possible: list[int], keep: dict[int, int]) -> int | None:
        """An action that does nothing but teach the attacker something, and disturbs nobody."""
        for number in possible:
            if self.all[number].only_teaches and not self.conflicts(number) and not keep.get(number):
                return number
        return None

    def stubborn(self, state: Calm, possible: list[int], keep: dict[int, int]) -> int:
        """A stubborn set, as bits: the one with the fewest possible actions, of those that begin with one of them.

        `keep` has for an action further ones that must be in every set in which it is and is possible.
        """
        now = as_bits(possible)
        best, fewest = self._every, len(possible)
        for seed in possible if fewest > 1 else ():
            found = self._closed(state, seed, now, keep, fewest)
            if found is not None:
                best, fewest = found, (found & now).bit_count()
                if fewest == 1:
                    break
        return best

    def _closed(self, state: Calm, seed: int, now: int, keep: dict[int, int], less_than: int) -> int | None:
        """The stubborn set of one action; None if there are not fewer than so many possible ones in it."""
        inside = waiting = 1 << seed
        while waiting:
            ready = waiting & now
            if ready:
                number = ready.bit_length() - 1
                waiting ^= 1 << number
                more = self.conflicts(number) | keep.get(number, 0)
            else:
                more, done = self._enabling(state, waiting.bit_length() - 1, inside, now)
                waiting &= ~done
            more &= ~inside
            inside |= more
            waiting |= more
            if (inside & now).bit_count() >= less_than:
                return None
        return inside

    def _enabling(self, state: Calm, number: int, inside: int, now: int) -> tuple[int, int]:
        """The actions that could bring what an impossible one lacks, and all for which they are enough too."""
        lack = self.lack(state, number)
        assert lack is not None
        if lack is NEVER:
            return 0, 1 << number
        best, least = lack, (1 << 60, 1 << 60)
        for one in self.lacks(state, self.all[number]):
            more = one.brought_by & ~inside
            cost = (more & now).bit_count(), more.bit_count()
            if cost < least:
                best, least = one, cost
        return best.brought_by, best.wanted_by & ~now | 1 << number
