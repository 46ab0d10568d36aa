"""The judge: asks goals about worlds, and a goal no more often than what it reads of them differs.

What a goal reads is learnt by watching it: the kinds of facts and of terms that it looks up. Two worlds
that agree in these look the same to it, so one answer does for both. That rests on a goal being a
function of its evidence alone, and nothing else is known of it here.
"""

from __future__ import annotations

from collections.abc import Iterable

from oauth_model.cast import Cast
from oauth_model.facts import Fact
from oauth_model.goals.goal import Evidence, F, Goal, Kind, Matching, Subject, T
from oauth_model.knowledge import Knowledge
from oauth_model.steps import Table, World
from oauth_model.terms import Term
from oauth_model.world import Composition


class Watched(Evidence):
    """Evidence that notes the kinds of facts and terms that are asked for."""

    __slots__ = ("read",)

    def __init__(self, facts: frozenset[Fact], knowledge: Knowledge, cast: Cast) -> None:
        super().__init__(facts, knowledge, cast)
        self.read: set[Kind] = set()

    def _facts(self, kind: type[F], matching: Matching) -> Iterable[F]:
        self.read.add(kind)
        return super()._facts(kind, matching)

    def _terms(self, kind: type[T], matching: Matching) -> Iterable[T]:
        self.read.add(kind)
        return super()._terms(kind, matching)

    def _knows(self, term: Term) -> bool:
        self.read.add(type(term))
        return super()._knows(term)


class Parts:
    """Sets of facts or of terms, by number, and the part of each that is of one kind, as a number too."""

    def __init__(self, sets: list[frozenset[Fact]] | list[Knowledge]) -> None:
        self._sets = sets
        self._tables: dict[Kind, Table[frozenset[Subject]]] = {}
        self._numbers: dict[Kind, dict[int, int]] = {}

    def number(self, kind: Kind, of: int) -> int:
        """A number for the part of a set that is of a kind: the same for sets that do not differ in it."""
        numbers = self._numbers.setdefault(kind, {})
        found = numbers.get(of)
        if found is None:
            part: frozenset[Subject] = frozenset(value for value in self._sets[of] if isinstance(value, kind))
            found = numbers[of] = self._tables.setdefault(kind, Table()).number(part)
        return found


class Answers:
    """What one goal answered, by the parts of the evidence that it was ever seen to read."""

    def __init__(self) -> None:
        self.facts: tuple[Kind, ...] = ()
        self.terms: tuple[Kind, ...] = ()
        self.holds: dict[tuple[int, ...], bool] = {}

    def read(self, kinds: set[Kind]) -> bool:
        """Take note of what the goal reads; whether that is more than was known. Older answers are then dropped."""
        if kinds <= {*self.facts, *self.terms}:
            return False
        more = sorted({*kinds, *self.facts, *self.terms}, key=lambda kind: (kind.__module__, kind.__qualname__))
        self.facts = tuple(kind for kind in more if issubclass(kind, Fact))
        self.terms = tuple(kind for kind in more if issubclass(kind, Term))
        self.holds.clear()
        return True


class Judge:
    """Asks goals about the worlds of one composition, each goal once for what it reads of a world."""

    def __init__(self, composition: Composition, goals: Iterable[Goal]) -> None:
        self.goals = tuple(goals)
        self._composition = composition
        self._facts = Parts(composition.fact_sets.values)
        self._terms = Parts(composition.knowledges.values)
        self._answers = tuple((goal, Answers()) for goal in self.goals)
        self._false: dict[tuple[int, int], frozenset[Goal]] = {}

    def false_in(self, world: World) -> frozenset[Goal]:
        """The goals whose predicate is false in a world."""
        evidence = self._composition.evidence(world)
        found = self._false.get(evidence)
        return self.false_of(*evidence) if found is None else found

    def false_of(self, facts: int, knowledge: int) -> frozenset[Goal]:
        """The same for an evidence: a set of facts and one of terms, by their numbers in the composition's tables."""
        found = self._false.get((facts, knowledge))
        if found is None:
            found = self._false[facts, knowledge] = frozenset(
                goal for goal, answers in self._answers if not self._holds(goal, answers, facts, knowledge)
            )
        return found

    def _holds(self, goal: Goal, answers: Answers, facts: int, knowledge: int) -> bool:
        key = self._key(answers, facts, knowledge)
        holds = answers.holds.get(key)
        if holds is None:
            composition = self._composition
            evidence = Watched(
                composition.fact_sets.values[facts], composition.knowledges.values[knowledge], composition.cast
            )
            holds = goal.holds(evidence)
            if answers.read(evidence.read):
                key = self._key(answers, facts, knowledge)
            answers.holds[key] = holds
        return holds

    def _key(self, answers: Answers, facts: int, knowledge: int) -> tuple[int, ...]:
        of_facts = [self._facts.number(kind, facts) for kind in answers.facts]
        return (*of_facts, *(self._terms.number(kind, knowledge) for kind in answers.terms))
