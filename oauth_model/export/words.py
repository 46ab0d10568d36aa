"""What the exported languages share: identifiers, and what a model's comments say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oauth_model.export.closed import Closed, Literals


def slot_names(closed: Closed, reserved: frozenset[str]) -> tuple[str, ...]:
    """An identifier for each slot, such as `client_example_1`; none twice, and none that is reserved."""
    taken = set(reserved)
    names = []
    for slot in closed.slots:
        name = identifier(f"{slot.address.party}_{slot.address.index}")
        while name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return tuple(names)


def identifier(text: str) -> str:
    """A text as an identifier: letters, digits and underscores, with a letter in front."""
    name = re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_")
    return name if name[:1].isalpha() else f"p_{name}"


def varies(closed: Closed, slot: int) -> bool:
    """Whether a slot has more than one value; else it needs no variable."""
    return len(closed.slots[slot].values) > 1


def counts_forgeries(closed: Closed) -> bool:
    """Whether the number of messages that the attacker made is a part of the state."""
    return closed.bound is not None and any(action.forged for action in closed.actions)


def about(closed: Closed) -> Iterator[str]:
    """What is modelled, and what the walk of it counted."""
    scenario = closed.scenario
    yield f"{', '.join(flow.title for flow in scenario.flows)} ({', '.join(flow.reference for flow in scenario.flows)})"
    yield f"mitigations on: {', '.join(scenario.policy.slugs) or 'none'}"
    yield f"attacker: {scenario.attacker}: {scenario.attacker.reference}"
    yield f"bounds: {scenario.bounds}"
    depth = "" if closed.depth is None else f", depth {closed.depth}"
    yield f"{closed.states:,} states{depth}; in {closed.settled:,} nothing has to be delivered at once"
    if closed.left_out:
        left_out = ", ".join(goal.slug for goal in closed.left_out)
        yield f"not here, since it is asked of honest parties alone: {left_out}"


def legend_of_bits(closed: Closed) -> Iterator[str]:
    """What each bit stands for."""
    for number, bit in enumerate(closed.bits):
        yield f"{number}: {bit}"


def legend_of_slot(closed: Closed, slot: int) -> Iterator[str]:
    """What each value of a slot stands for."""
    for number, value in enumerate(closed.slots[slot].values):
        yield f"{number}: {value}"


def in_words(literals: Literals) -> str:
    """A conjunction of bits, by their numbers."""
    there = [str(bit) for bit in sorted(literals.present)]
    missing = [f"not {bit}" for bit in sorted(literals.absent)]
    return " and ".join([*there, *missing]) or "always"
