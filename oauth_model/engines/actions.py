"""Actions: steps with all that is delivered at once after them, and the states between which they lead.

A state is given here in smaller variables than the program's: each session, each message on its way, each term and
each fact is one of its own. Sets of messages, terms, facts and actions are the bits of integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from oauth_model.steps import Change


class Calm(NamedTuple):
    """A state in which nothing must be delivered at once: sessions, messages on their way, terms and facts (as
    bits), and forgeries made."""

    sessions: tuple[int, ...]
    network: int
    known: int
    happened: int
    made: int


@dataclass(frozen=True, slots=True)
class Action:
    """A step with all that is delivered at once after it, as one guarded assignment.

    `guard` says among which sessions those of some slots must be; `takes` are the messages that must be on their way,
    `needs` and `unknown` the terms that the attacker must know and must not, `present` and `absent` the facts
    that there must be and must not. It gives slots new sessions (`assigns`), takes messages and posts others, adds
    terms and facts. `stages` are the terms and facts of its single steps (`changes`), in their order.
    """

    guard: tuple[tuple[int, frozenset[int]], ...]
    takes: frozenset[int]
    needs: frozenset[int]
    unknown: frozenset[int]
    present: frozenset[int]
    absent: frozenset[int]
    assigns: tuple[tuple[int, int], ...]
    posts: frozenset[int]
    learns: frozenset[int]
    records: frozenset[int]
    forged: bool
    teaches: bool
    stages: tuple[tuple[frozenset[int], frozenset[int]], ...]
    changes: tuple[Change, ...] = field(compare=False)

    @property
    def only_teaches(self) -> bool:
        """Whether all that it does is to add to what the attacker knows."""
        return not (self.assigns or self.takes or self.posts or self.records or self.forged)


def members(bits: int) -> Iterator[int]:
    """The numbers whose bits are set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def as_bits(numbers: Iterable[int]) -> int:
    """A set of numbers as bits."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
