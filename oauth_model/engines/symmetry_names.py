"""Renamings: which parties, sessions and values may be interchangeable, and what a value is called after that.

These are guesses, made from names alone, and nothing rests on them: whether a scenario really is alike under a renaming
is looked at by `symmetry`. A guess that is wrong costs reduction and no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from itertools import combinations
from typing import Any

from oauth_model.adversary import SERVERS
from oauth_model.knowledge import in_order
from oauth_model.machine import Memory
from oauth_model.messages import USER_AGENT
from oauth_model.terms import Term
from oauth_model.world import Composition

NUMBERED_BY = {"index": ("party",), "run": ("client", "owner"), "grant": ("issuer",), "session": ("server",)}
"""Attributes that number a session, each with those beside it that may name the session's party."""

One = tuple[str, int]
"""A session: its party and its index."""


class Renaming:
    """Other names for some parties, other indices for some of a party's sessions, and others for some values, in any
    value made of them.

    It looks into dataclasses, tuples, sets and memories. An integer is taken for an index by the name of its attribute
    only; whatever else there is in a value stays as it is.
    """

    def __init__(
        self, names: Mapping[str, str], sessions: Mapping[One, int], values: Mapping[Any, Any] | None = None
    ) -> None:
        self._names, self._sessions = names, sessions
        self._known: dict[object, Any] = {**(values or {})}

    def __call__(self, value: Any) -> Any:
        """The value under its new names."""
        if isinstance(value, str):
            return self._names.get(value, value)
        known = isinstance(value, tuple | frozenset | Memory) or is_dataclass(value)
        if not known or isinstance(value, type) or type(value).__hash__ is None:
            return value
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = self._renamed(value)
        return found

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, Memory):
            return Memory({name: self(each) for name, each in value.items()})
        if isinstance(value, tuple):
            each = [self(one) for one in value]
            return type(value)(*each) if hasattr(value, "_fields") else tuple(each)
        if isinstance(value, frozenset):
            return frozenset(self(one) for one in value)
        return self._dataclass(value)

    def _dataclass(self, value: Any) -> Any:
        after = copy(value)
        for field in fields(value):
            object.__setattr__(after, field.name, self._attribute(value, field.name))
        return after

    def _attribute(self, value: Any, name: str) -> Any:
        now = getattr(value, name)
        for beside in NUMBERED_BY.get(name, ()):
            party = getattr(value, beside, None)
            if isinstance(party, str) and isinstance(now, int):
                return self._sessions.get((party, now), now)
        return self(now)


# ------------------------------------------------------------------ what may be interchangeable


def of_users(world: Composition, to: Mapping[str, str]) -> Renaming | None:
    """Users renamed, with their browsers and the sessions at which their windows begin; None if that cannot be done.

    A window begins at a session of its own of each server, if there are enough.
    """
    cast = world.cast
    names = {**to, **{cast.browser(old): cast.browser(new) for old, new in to.items()}}
    sessions: dict[One, int] = {}
    for party, slots in _servers(world):
        homes = _homes(world, slots)
        for (browser, window), index in homes.items():
            after = homes.get((names.get(browser, browser), window))
            if after is None or sessions.setdefault((party, index), after) != after:
                return None
        moved = {old: new for (of, old), new in sessions.items() if of == party}
        if len(set(moved.values())) < len(moved):
            return None
    return Renaming(names, sessions)


def of_own_parties(world: Composition) -> Iterator[tuple[str, str]]:
    """Pairs of parties of the attacker's that are of one role: it plays them, and they have no sessions."""
    for role in SERVERS:
        yield from combinations([party for party in world.cast.parties(role) if party in world.cast.owned], 2)


def of_first_terms(world: Composition) -> Iterator[tuple[Term, Term]]:
    """Pairs of terms of one kind that the attacker knows before anything happens."""
    by_kind: dict[type[Term], list[Term]] = {}
    for term in in_order(world.knowledge(world.initial)):
        by_kind.setdefault(type(term), []).append(term)
    for alike in by_kind.values():
        yield from combinations(alike, 2)


def _servers(world: Composition) -> Iterator[tuple[str, tuple[int, ...]]]:
    for party, slots in world.by_party.items():
        if world.roles[slots[0]] in SERVERS:
            yield party, slots


def _homes(world: Composition, slots: tuple[int, ...]) -> dict[One, int]:
    """For each window the index of the session at which it begins, of those in some slots."""
    windows = (address for role, address in world.slots if role == USER_AGENT)
    return {(each.party, each.index): world.addresses[world.in_order_for(each, slots)[0]].index for each in windows}
