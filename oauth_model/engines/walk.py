"""What every engine is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from oauth_model.goals.goal import Goal
from oauth_model.steps import Change


@dataclass(frozen=True)
class Limits:
    """Where a search is cut: a number of states, and of bytes of memory for them; None for no limit."""

    states: int | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Status:
    """How far a search is: states found, states not looked at yet, the depth, and bytes of memory taken."""

    states: int
    frontier: int
    depth: int
    memory: int


Progress = Callable[[Status], None]
"""Called now and then while a search runs."""


INTERRUPTED = "interrupted"
"""Why a search was cut that somebody interrupted."""


def at_states(states: int) -> str:
    """Why a search was cut that found so many states."""
    return f"at {states:,} states"


def at_memory(size: int) -> str:
    """Why a search was cut that took so many bytes."""
    return f"at {size >> 20:,} MB of memory"


@dataclass
class Walk:
    """What a search found.

    `found` has a shortest run to a violation for each goal that is broken, `broken` those of which a search of
    sets of states knows that they are. `complete` says that all states were
    looked at; else `cut` says in a few words why not, "" where enough was found. `transitions` is None for
    an engine that does not take steps one by one, and so is `depth`, else that of the deepest states found.
    `doubt` bounds the probability that a state was taken for another and so not looked at; 0 where states are told
    apart by all that is in them.
    """

    engine: str
    states: int = 0
    transitions: int | None = None
    depth: int | None = 0
    complete: bool = True
    cut: str = ""
    found: dict[Goal, tuple[Change, ...]] = field(default_factory=dict)
    broken: frozenset[Goal] = frozenset()
    doubt: float = 0.0
