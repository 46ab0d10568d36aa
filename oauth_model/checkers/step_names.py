"""Names for the steps of a composition, and how a number picks one of those that are possible.

There is a fixed ring of step names, (kind, session, message class), read off the machines' tables, so that
a number means the same in every example. Nothing here is random: the numbers come from the interleaving checker.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from oauth_model.machine import Address
from oauth_model.messages import Message, Spontaneous
from oauth_model.steps import Change
from oauth_model.world import Composition

Feature = tuple[str, type[Message]]
"""A kind of step of the attacker's that an example has or has not."""

PROGRESS = ("deliver", "own")
"""Kinds of steps that honest parties take."""

WEIGHT = 2
"""How much likelier a step of an honest party's is than one of the attacker's. Where there is an attacker there
are many more of its steps than of theirs; with a larger weight it gets less far, with none they do."""

RING = 1 << 13
"""How many positions the ring of step names has."""


@dataclass(frozen=True)
class StepName:
    """A step by name: how it comes about, in which session, by which class of message."""

    kind: str
    session: Address
    message: type[Message]

    def __repr__(self) -> str:
        return f"{self.kind} {self.message.name!r} at {self.session}"


def universe(composition: Composition) -> tuple[StepName, ...]:
    """The names of all steps that some world of the composition could offer, honest parties' first.

    They are read off the tables: for each session a name for each class of message that its machine has a row
    for, in each way in which such a message can come.
    """
    honest: list[StepName] = []
    attacker: list[StepName] = []
    for slot, address in enumerate(composition.addresses):
        for kind in composition.machines[composition.roles[slot]].accepts:
            if issubclass(kind, Spontaneous):
                honest.append(StepName("own", address, kind))
                continue
            honest.append(StepName("deliver", address, kind))
            if composition.attacker.acts and kind.forged:
                attacker += [StepName("send", address, kind), StepName("lure", address, kind)]
    return (*honest, *attacker)


def by_name(
    composition: Composition, changes: Iterable[Change], left_out: frozenset[Feature] = frozenset()
) -> dict[StepName, list[Change]]:
    """Changes by the names of their steps, in the order given, without those that are left out."""
    found: dict[StepName, list[Change]] = {}
    for change in changes:
        step = change.step
        kind = type(composition.envelopes.values[step.envelope].message)
        if (step.kind, kind) not in left_out:
            found.setdefault(StepName(step.kind, composition.addresses[step.slot], kind), []).append(change)
    return found


class Ring:
    """The step names on a ring of fixed length: a position means the first possible step from there on.

    Each honest party's name stands there WEIGHT times as often as one of the attacker's, in an order that is
    mixed once for all. So a draw means the same in every example in which the step is possible, a draw is
    never in vain, and a number near zero, which shrinking prefers, means an honest party's step.
    """

    def __init__(self, names: tuple[StepName, ...]) -> None:
        honest = [name for name in names if name.kind in PROGRESS]
        attackers = [name for name in names if name.kind not in PROGRESS]
        pattern = honest * WEIGHT + attackers
        mixed = (pattern * (RING // len(pattern) + 1))[: RING - len(honest)]
        Random(0).shuffle(mixed)
        self._positions: dict[StepName, list[int]] = {name: [] for name in names}
        for position, name in enumerate([*honest, *mixed]):
            self._positions[name].append(position)

    def distance(self, position: int, name: StepName) -> int:
        """How far ahead of a position a name stands."""
        positions = self._positions[name]
        at = bisect_left(positions, position)
        return positions[at] - position if at < len(positions) else positions[0] + RING - position


@dataclass(frozen=True)
class Drawn:
    """What was drawn: a step's name and which of the steps of that name; no name where nothing is possible."""

    name: StepName | None
    variant: int

    def __repr__(self) -> str:
        if self.name is None:
            return "begin again"
        return f"{self.name!r}, variant {self.variant}" if self.variant else repr(self.name)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis prints it."""
        printer.text(repr(self))
