"""The closed form: a scenario that was walked to its end, as a finite model that needs no Python any more.

Its variables are a small number for each session's local state, bits for what happened and for what the attacker
knows, and the number of messages it made. Its commands are all that was ever possible. It says nothing about
any other program's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from oauth_model.facts import Fact
from oauth_model.goals.goal import Goal
from oauth_model.scenario import Scenario
from oauth_model.session import Address
from oauth_model.terms import Term


@dataclass(frozen=True)
class Slot:
    """A session's variable: from 0 up to `urgent` - 1 nothing must be delivered at once, from there on something.

    `values` describes each value in words; 0 is where the session begins.
    """

    address: Address
    role: str
    values: tuple[str, ...]
    urgent: int


@dataclass(frozen=True)
class Bit:
    """Facts and terms that are there together or not at all, in every state: one bit is enough for them."""

    facts: tuple[Fact, ...]
    terms: tuple[Term, ...]

    def __str__(self) -> str:
        known = [f"the attacker knows {term!r}" for term in self.terms]
        return "; ".join([*map(repr, self.facts), *known])


@dataclass(frozen=True)
class Literals:
    """A conjunction: bits that must be there, and bits that must not."""

    present: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Action:
    """A guarded assignment of the closed form.

    It is a step of `slot`, possible where the values of slots are among those in `guard` (a slot that is not named may
    have any), the bits are as in `bits`, not all bits in `unless` are there (if it is not empty), and, if it
    is `forged`, the bound on forgeries is not reached. If it is `urgent` no slot before `slot` has an urgent
    value; else no slot at all has one. It gives slots new values (`assigns`), and adds bits (`adds`).
    `meaning` says in words what it is, and `name` is its message's.
    """

    slot: int
    urgent: bool
    guard: tuple[tuple[int, frozenset[int]], ...]
    bits: Literals
    unless: frozenset[int]
    forged: bool
    assigns: tuple[tuple[int, int], ...]
    adds: frozenset[int]
    name: str
    meaning: str

    @property
    def effect(self) -> tuple[object, ...]:
        """All but where sessions must be, and the words."""
        return (self.slot, self.urgent, self.bits, self.unless, self.forged, self.assigns, self.adds)


@dataclass(frozen=True)
class Violation:
    """Where a goal is broken: in a state in which one of the conjunctions is true; exact on states that are reached."""

    goal: Goal
    cubes: tuple[Literals, ...]


@dataclass(frozen=True)
class Closed:
    """A scenario as a finite model, with what the walk counted.

    `bound` is that on forgeries; None where they are not counted. In the initial state all slots are 0, and no
    bit is there. `left_out` are goals that are asked of honest parties alone, and so not of these states. `settled` is
    the number of states in which nothing must be delivered at once, or in which nothing can happen any more; `depth`
    is None where it was not counted.
    """

    scenario: Scenario
    slots: tuple[Slot, ...]
    bits: tuple[Bit, ...]
    bound: int | None
    actions: tuple[Action, ...]
    violations: tuple[Violation, ...]
    left_out: tuple[Goal, ...]
    states: int
    settled: int
    depth: int | None


def ranges(values: frozenset[int]) -> list[tuple[int, int]]:
    """Numbers as runs of consecutive ones: the first and the last of each."""
    found = []
    for _, run in groupby(enumerate(sorted(values)), key=_offset):
        numbers = [value for _, value in run]
        found.append((numbers[0], numbers[-1]))
    return found


def _offset(entry: tuple[int, int]) -> int:
    return entry[1] - entry[0]
