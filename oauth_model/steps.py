"""The vocabulary of the composed search: worlds, steps and changes, as integers and their tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from oauth_model.machine import Row

World = tuple[int, ...]
"""One state of the whole protocol, as integers that its composition can look up."""

T = TypeVar("T")


class Table(Generic[T]):
    """Values and the integers that stand for them."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self.numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        """The integer of a value, a new one if it was not seen before."""
        found = self.numbers.get(value)
        if found is None:
            found = self.numbers[value] = len(self.values)
            self.values.append(value)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One step by name: which session took which message, and how it came to it."""

    kind: str
    slot: int
    envelope: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one session's step does to a world, as integers.

    `posted` are the messages that go into the network; `sent` all that were sent, those to the attacker too.
    """

    step: Step
    session: int
    posted: tuple[int, ...]
    learnt: int
    facts: int
    row: Row
    otherwise: bool
    sent: tuple[int, ...] = ()
