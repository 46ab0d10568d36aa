"""What there could be without something, in the abstraction in which actions are collected.

What was there once is there for good, whatever came of it: so more seems possible than is, and never less.
"""

from __future__ import annotations

from typing import NamedTuple

from oauth_model.engines.actions import Action, as_bits
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.stubborn import Actions


class _Step(NamedTuple):
    """An action as sets of things, in bits: all that it needs, of each set one, what it adds one after the other, and
    what it leads to at last."""

    needs: int
    one_of: tuple[int, ...]
    adds: tuple[int, ...]
    leads_to: int


class Reach:
    """Answers what evidence there could be without some of it: known terms, and facts from `shift` on."""

    def __init__(self, closure: Closure, actions: Actions, shift: int) -> None:
        program = closure.program
        self._shift = shift
        self._messages = shift + len(program.facts.values)
        self._sessions = self._messages + len(program.composition.envelopes.values)
        self._steps = [self._step(action) for action in actions.all]
        self._initial = as_bits(program.initially_known)
        self._initial |= as_bits(program.composition.initial[: program.n]) << self._sessions
        self._evidence = (1 << self._messages) - 1
        self._found: dict[int, int] = {}

    def _step(self, action: Action) -> _Step:
        return _Step(
            as_bits(action.needs) | as_bits(action.present) << self._shift | as_bits(action.takes) << self._messages,
            tuple(as_bits(some) << self._sessions for _, some in action.guard),
            tuple(as_bits(learns) | as_bits(records) << self._shift for learns, records in action.stages),
            as_bits(action.posts) << self._messages | as_bits(now for _, now in action.assigns) << self._sessions,
        )

    def without(self, absent: int) -> int:
        """The evidence that there could be, as bits, if some of it never is."""
        found = self._found.get(absent)
        if found is None:
            found = self._found[absent] = self._all(absent) & self._evidence
        return found

    def _all(self, absent: int) -> int:
        here = self._initial
        waiting = self._steps
        before = -1
        while before != len(waiting):
            before = len(waiting)
            later = []
            for step in waiting:
                if step.needs & ~here or not all(some & here for some in step.one_of):
                    later.append(step)
                    continue
                for adds in step.adds:
                    if adds & absent:
                        break
                    here |= adds
                else:
                    here |= step.leads_to
            waiting = later
        return here
