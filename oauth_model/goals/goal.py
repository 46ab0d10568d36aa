"""What a goal is: a predicate on what happened, with the RFC section that asks for it.

A goal sees the evidence of a world: the facts and the attacker's knowledge, never the sessions, so
that what it says does not depend on how a flow is written down. It is evaluated once for each
evidence that a search meets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from oauth_model.cast import Cast
from oauth_model.facts import Consented, Fact, Started
from oauth_model.knowledge import Knowledge
from oauth_model.terms import AccessToken, Code

F = TypeVar("F", bound=Fact)


class Evidence:
    """What a goal may look at: facts, knowledge, and who takes part."""

    __slots__ = ("_facts", "_knowledge", "cast", "knowledge_was_read")

    def __init__(self, facts: frozenset[Fact], knowledge: Knowledge, cast: Cast) -> None:
        self._facts, self._knowledge, self.cast = facts, knowledge, cast
        self.knowledge_was_read = False

    def all(self, kind: type[F]) -> Iterator[F]:
        """The facts of one kind."""
        return (fact for fact in self._facts if isinstance(fact, kind))

    @property
    def knowledge(self) -> Knowledge:
        """What the attacker knows."""
        self.knowledge_was_read = True
        return self._knowledge

    # -------------------------------------------------------------- what goals ask again and again

    def honest(self, *parties: str) -> bool:
        """Whether none of these parties is the attacker's."""
        return all(self.cast.honest(party) for party in parties)

    def consent(self, credential: Code | AccessToken) -> Consented | None:
        """The consent from which a code or token descends."""
        for fact in self.all(Consented):
            if (fact.issuer, fact.grant) == (credential.issuer, credential.grant):
                return fact
        return None

    def started(self, client: str, run: int) -> Started | None:
        """How a client run was started, if it was."""
        return next((fact for fact in self.all(Started) if (fact.client, fact.run) == (client, run)), None)

    def honest_consents(self) -> Iterator[Consented]:
        """The consents of honest resource owners for honest clients at honest authorization servers."""
        return (fact for fact in self.all(Consented) if self.honest(fact.user, fact.client, fact.issuer))


Predicate = Callable[[Evidence], bool]


@dataclass(frozen=True, eq=False)
class Goal:
    """A security goal, or a liveness goal.

    `kind` is "always" (in every world), "sometimes" (in some world of the honest run) or "finally" (in every
    world in which the honest run has come to its end). `id` is the catalogue's, None where it has none.
    """

    slug: str
    kind: str
    reference: str
    predicate: Predicate
    id: str | None = None

    @property
    def title(self) -> str:
        """The goal as a sentence: the first line of the predicate's docstring."""
        return (self.predicate.__doc__ or self.slug).strip().splitlines()[0]

    def holds(self, evidence: Evidence) -> bool:
        """Whether the predicate is true of the evidence."""
        return bool(self.predicate(evidence))

    def __str__(self) -> str:
        return self.slug


def _decorate(kind: str, reference: str, id: str | None) -> Callable[[Predicate], Goal]:
    def goal(predicate: Predicate) -> Goal:
        return Goal(predicate.__name__.replace("_", "-"), kind, reference, predicate, id)

    return goal


def always(reference: str, id: str | None = None) -> Callable[[Predicate], Goal]:
    """Decorate a predicate that must be true in every world."""
    return _decorate("always", reference, id)


def sometimes(reference: str, id: str | None = None) -> Callable[[Predicate], Goal]:
    """Decorate a predicate that must be true in some world that honest parties reach by themselves."""
    return _decorate("sometimes", reference, id)


def finally_(reference: str, id: str | None = None) -> Callable[[Predicate], Goal]:
    """Decorate a predicate that must be true wherever honest parties, by themselves, have nothing left to do."""
    return _decorate("finally", reference, id)
