"""What a fact is, and how some are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. Parties are named by their name, sessions by their index."""


@dataclass(frozen=True, slots=True)
class Shared(Fact):
    """A fact that the sessions of a role may look up."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which shared facts somebody looks up: those of a kind with certain attributes."""

    kind: type[Shared]
    matching: tuple[tuple[str, Any], ...] = ()

    def matches(self, fact: Fact) -> bool:
        """Whether a fact is one of them."""
        return isinstance(fact, self.kind) and all(getattr(fact, name) == value for name, value in self.matching)


class Records(frozenset[Shared]):
    """The shared facts that the sessions of a role may look up."""

    def those(self, pattern: Pattern) -> list[Shared]:
        """The ones that match a pattern."""
        return sorted((fact for fact in self if pattern.matches(fact)), key=repr)
