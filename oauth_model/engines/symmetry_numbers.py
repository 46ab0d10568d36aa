"""Renamings as permutations of a closure's numbers, and groups of them.

What a renaming does to values is worked out once; states, evidence and actions are then renamed by look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from oauth_model.engines.actions import Action, Calm, members
from oauth_model.engines.actions_closure import Closure

Numbers = Mapping[int, int]


@dataclass(frozen=True)
class Exchange:
    """A permutation of all that a state is made of: slots, messages, terms, facts, and the sessions of each slot, which
    become those of the slot to which it goes."""

    slots: tuple[int, ...]
    sessions: tuple[Numbers, ...]
    messages: Numbers
    terms: Numbers
    facts: Numbers
    _from: tuple[tuple[int, Numbers], ...] = field(init=False, compare=False, repr=False)
    _known: dict[int, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    _happened: dict[int, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    _network: dict[int, int] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """All that it does, to be looked up."""
        maps = (self.messages, self.terms, self.facts, *self.sessions)
        return self.slots, tuple(tuple(sorted(each.items())) for each in maps)

    def __post_init__(self) -> None:
        origin = sorted(range(len(self.slots)), key=self.slots.__getitem__)
        object.__setattr__(self, "_from", tuple((slot, self.sessions[slot]) for slot in origin))

    # -------------------------------------------------------------- what it makes of things

    def of_sessions(self, sessions: tuple[int, ...]) -> tuple[int, ...]:
        """The sessions of all slots."""
        return tuple([numbers[sessions[slot]] for slot, numbers in self._from])

    def of_network(self, network: int) -> int:
        """Messages on their way."""
        return _moved(network, self.messages, self._network)

    def of_known(self, known: int) -> int:
        """Terms that are known."""
        return _moved(known, self.terms, self._known)

    def of_happened(self, happened: int) -> int:
        """Facts that happened."""
        return _moved(happened, self.facts, self._happened)

    def of_state(self, state: Calm) -> Calm:
        """A state."""
        return self.with_sessions(self.of_sessions(state.sessions), state)

    def with_sessions(self, sessions: tuple[int, ...], state: Calm) -> Calm:
        """A state, of which the sessions are known already."""
        network, known, happened = self.of_network(state.network), self.of_known(state.known), state.happened
        return Calm(sessions, network, known, self.of_happened(happened), state.made)

    def of_action(self, action: Action) -> Action:
        """An action. Which steps of the composition it stands for, it does not say."""
        return Action(
            tuple(sorted((self.slots[s], _all(some, self.sessions[s])) for s, some in action.guard)),
            _all(action.takes, self.messages),
            _all(action.needs, self.terms),
            _all(action.unknown, self.terms),
            _all(action.present, self.facts),
            _all(action.absent, self.facts),
            tuple(sorted((self.slots[s], self.sessions[s][now]) for s, now in action.assigns)),
            _all(action.posts, self.messages),
            _all(action.learns, self.terms),
            _all(action.records, self.facts),
            action.forged,
            action.teaches,
            tuple((_all(learns, self.terms), _all(records, self.facts)) for learns, records in action.stages),
            (),
        )

    def after(self, first: Exchange) -> Exchange:
        """Another one first, and then this one."""
        return Exchange(
            tuple(self.slots[slot] for slot in first.slots),
            tuple(_chained(each, self.sessions[first.slots[slot]]) for slot, each in enumerate(first.sessions)),
            _chained(first.messages, self.messages),
            _chained(first.terms, self.terms),
            _chained(first.facts, self.facts),
        )


def _moved(bits: int, numbers: Numbers, known: dict[int, int]) -> int:
    found = known.get(bits)
    if found is None:
        found = 0
        for number in members(bits):
            found |= 1 << numbers[number]
        known[bits] = found
    return found


def _all(some: Iterable[int], numbers: Numbers) -> frozenset[int]:
    return frozenset([numbers[number] for number in some])


def _chained(first: Numbers, then: Numbers) -> Numbers:
    return {old: then[new] for old, new in first.items()}


# ------------------------------------------------------------------ from renamings of values


def exchange(closure: Closure, rename: Callable[[Any], Any]) -> Exchange | None:
    """What a renaming does to a closure's numbers; None if it leads out of them, or from the initial state."""
    program = closure.program
    world = program.composition
    slots = _numbers(range(program.n), world.addresses, {a: n for n, a in enumerate(world.addresses)}, rename)
    terms = _numbers(closure.terms, program.terms.values, program.terms.numbers, rename)
    if slots is None or terms is None:
        return None
    if {terms[number] for number in program.initially_known} != program.initially_known:
        return None
    facts = _numbers(closure.facts, program.facts.values, program.facts.numbers, rename)
    if facts is None:
        return None
    messages = _numbers(set().union(*closure.envelopes), world.envelopes.values, world.envelopes.numbers, rename)
    if messages is None:
        return None
    sessions: list[Numbers] = []
    for slot, those in enumerate(closure.sessions):
        to = closure.sessions[slots[slot]]
        moved = _numbers(those, world.sessions.values, world.sessions.numbers, rename, to)
        if moved is None or moved[world.initial[slot]] != world.initial[slots[slot]]:
            return None
        sessions.append(moved)
    return Exchange(tuple(slots[slot] for slot in range(program.n)), tuple(sessions), messages, terms, facts)


def identity(closure: Closure) -> Exchange:
    """The exchange that leaves all as it is."""
    found = exchange(closure, _same)
    assert found is not None
    return found


def _same(value: Any) -> Any:
    return value


def _numbers(
    those: Iterable[int],
    values: Any,
    numbers: Mapping[Any, int],
    rename: Callable[[Any], Any],
    to: Iterable[int] | None = None,
) -> dict[int, int] | None:
    """For each of some numbers that of the renamed value; None if these are not just those that it may lead to."""
    those = sorted(those)
    moved = {number: numbers.get(rename(values[number])) for number in those}
    found = {old: new for old, new in moved.items() if new is not None}
    wanted = those if to is None else sorted(to)
    return found if sorted(found.values()) == wanted and len(found) == len(those) else None
