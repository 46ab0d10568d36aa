"""What a goal is: a predicate on what happened, with the RFC section that asks for it.

A goal sees the evidence of a world: the facts and the attacker's knowledge, never the sessions, so
that what it says does not depend on how a flow is written down. Most goals speak of one subject at a
time, a fact or a term (`each`), and look up few others: whoever asks them in many worlds then has
little to ask. What that reading comes down to is three questions (`Evidence._facts`, `_terms`,
`_knows`), which an engine that keeps no sets may answer in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from inspect import signature
from typing import Any, TypeVar

from oauth_model.cast import Cast
from oauth_model.errors import ModelError
from oauth_model.facts import Consented, Fact, Started
from oauth_model.knowledge import Knowledge
from oauth_model.terms import AccessToken, Code, Term

F = TypeVar("F", bound=Fact)
T = TypeVar("T", bound=Term)

Matching = tuple[tuple[str, object], ...]
"""Names of attributes, and what each must be equal to."""

Kind = type[Fact] | type[Term]
Subject = Fact | Term


class Evidence:
    """What a goal may look at: facts, knowledge, and who takes part.

    Facts and terms come in no particular order: no goal may depend on it.
    """

    __slots__ = ("_happened", "_knowledge", "cast")

    def __init__(self, facts: frozenset[Fact], knowledge: Knowledge, cast: Cast) -> None:
        self._happened, self._knowledge, self.cast = facts, knowledge, cast

    # -------------------------------------------------------------- the three questions

    def _facts(self, kind: type[F], matching: Matching) -> Iterable[F]:
        """The facts of a kind whose attributes are as said."""
        return _picked(self._happened, kind, matching)

    def _terms(self, kind: type[T], matching: Matching) -> Iterable[T]:
        """The known terms of a kind whose attributes are as said."""
        return _picked(self._knowledge, kind, matching)

    def _knows(self, term: Term) -> bool:
        """Whether the attacker knows a term."""
        return term in self._knowledge

    # -------------------------------------------------------------- how goals ask them

    def all(self, kind: type[F], /, **matching: object) -> Iterator[F]:
        """The facts of one kind; with attributes given, those in which these are equal to what is given.

        The fewer facts are asked for, the faster a goal is: `world.all(Attached, client=client, run=run)`. Raises
        ModelError where facts of this kind have no such attribute.
        """
        return iter(self._facts(kind, _checked(kind, matching)))

    def known(self, kind: type[T], /, **matching: object) -> Iterator[T]:
        """The terms of one kind that the attacker knows, picked as in `all`. Raises ModelError likewise."""
        return iter(self._terms(kind, _checked(kind, matching)))

    def knows(self, term: Term) -> bool:
        """Whether the attacker knows a term."""
        return self._knows(term)

    # -------------------------------------------------------------- what goals ask again and again

    def honest(self, *parties: str) -> bool:
        """Whether none of these parties is the attacker's."""
        return all(self.cast.honest(party) for party in parties)

    def consent(self, credential: Code | AccessToken) -> Consented | None:
        """The consent from which a code or token descends."""
        return next(self.all(Consented, issuer=credential.issuer, grant=credential.grant), None)

    def started(self, client: str, run: int) -> Started | None:
        """How a client run was started, if it was."""
        return next(self.all(Started, client=client, run=run), None)

    def honest_consents(self, **matching: object) -> Iterator[Consented]:
        """The consents of honest resource owners for honest clients at honest authorization servers."""
        consents = self.all(Consented, **matching)
        return (fact for fact in consents if self.honest(fact.user, fact.client, fact.issuer))


S = TypeVar("S", bound=Subject)


def _picked(values: Iterable[Subject], kind: type[S], matching: Matching) -> Iterator[S]:
    of_kind = (value for value in values if isinstance(value, kind))
    if not matching:
        return of_kind
    return (value for value in of_kind if all(getattr(value, name) == wanted for name, wanted in matching))


def _checked(kind: Kind, matching: dict[str, object]) -> Matching:
    for name in matching:
        if not hasattr(kind, name) and name not in kind.__dataclass_fields__:
            has = ", ".join(field.name for field in fields(kind)) or "none"
            raise ModelError(f"{kind.__name__} has no attribute {name!r} to be picked by; it has: {has}")
    return tuple(matching.items())


Predicate = Callable[..., bool]
"""What a goal says: `predicate(world)`, or for a goal with `each`, `predicate(world, subject)`."""


@dataclass(frozen=True, eq=False)
class Goal:
    """A security goal, or a liveness goal.

    `kind` is "always" (in every world), "sometimes" (in some world of the honest run) or "finally" (in every
    world in which the honest run has come to its end). `id` is the catalogue's, None where it has none. `each` are
    the classes of facts and of terms that the goal is about one by one: it holds where the predicate is true of
    every such fact that happened and every such term that the attacker knows. With `each` empty the predicate is
    about the world as a whole. `stable` says of an "always" goal that nothing more that happens or gets known can
    make it true again, whatever it is; a search that leaves steps out may then put them off (docs/reductions.md).
    Raises ModelError where `each` and the predicate do not fit each other.
    """

    slug: str
    kind: str
    reference: str
    predicate: Predicate
    id: str | None = None
    each: tuple[Kind, ...] = ()
    stable: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.each, tuple) or not all(_is_kind(kind) for kind in self.each):
            raise ModelError(f"goal {self.slug}: each={self.each!r} is no tuple of fact or term classes: (Attached,)")
        if self.each and self.kind == "sometimes":
            raise ModelError(
                f"goal {self.slug}: with `each` it would be true before anything has happened; leave it out"
            )
        takes = ("world", "subject") if self.each else ("world",)
        try:
            signature(self.predicate).bind(*takes)
        except TypeError as error:
            wanted = f"{'with' if self.each else 'without'} `each`, its function takes ({', '.join(takes)})"
            raise ModelError(f"goal {self.slug}: {wanted}: {error}") from None

    @property
    def title(self) -> str:
        """The goal as a sentence: the first line of the predicate's docstring."""
        return (self.predicate.__doc__ or self.slug).strip().splitlines()[0]

    def holds(self, evidence: Evidence) -> bool:
        """Whether the goal is true of the evidence: of each of its subjects there, where it has such."""
        if not self.each:
            return self._ask(evidence)
        return all(self.holds_for(evidence, subject) for kind in self.each for subject in _present(evidence, kind))

    def holds_for(self, evidence: Evidence, subject: Subject) -> bool:
        """Whether a goal with `each` is true of one subject, a fact or a known term of one of these classes."""
        return self._ask(evidence, subject)

    def _ask(self, *of: Evidence | Subject) -> bool:
        try:
            return bool(self.predicate(*of))
        except ModelError as error:
            raise ModelError(f"goal {self.slug}: {error}") from None

    def __str__(self) -> str:
        return self.slug


def _is_kind(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, (Fact, Term))


def _present(evidence: Evidence, kind: Kind) -> Iterator[Subject]:
    return evidence.all(kind) if issubclass(kind, Fact) else evidence.known(kind)


def _decorate(
    kind: str, reference: str, id: str | None, each: tuple[Kind, ...], stable: bool = False
) -> Callable[[Predicate], Goal]:
    def goal(predicate: Predicate) -> Goal:
        return Goal(predicate.__name__.replace("_", "-"), kind, reference, predicate, id, each, stable)

    return goal


def always(
    reference: str, id: str | None = None, each: tuple[Kind, ...] = (), *, stable: bool = False
) -> Callable[[Predicate], Goal]:
    """Decorate a predicate that must be true in every world; with `each`, of every subject in it.

    `stable` promises that it never becomes true again where it is false, whatever more happens.
    """
    return _decorate("always", reference, id, each, stable)


def sometimes(reference: str, id: str | None = None, each: tuple[Kind, ...] = ()) -> Callable[[Predicate], Goal]:
    """Decorate a predicate that must be true in some world that honest parties reach by themselves.

    Raises ModelError where `each` is given: of no subject at all, anything is true.
    """
    return _decorate("sometimes", reference, id, each)


def finally_(reference: str, id: str | None = None, each: tuple[Kind, ...] = ()) -> Callable[[Predicate], Goal]:
    """Decorate a predicate that must be true wherever honest parties, by themselves, have nothing left to do.

    With `each`, of every subject there.
    """
    return _decorate("finally", reference, id, each)
