"""Goals as sets of states: where a goal is violated, found by asking it as rarely as possible.

A goal is an ordinary predicate. It is asked with evidence in which nothing is decided yet; where it looks at a
fact or a term, the states are divided into those that have it and those that have not, and it is asked again
about each part that is not empty. A goal that is about facts one by one divides little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeGuard

from oauth_model.engines.diagrams import Diagram
from oauth_model.engines.encoding import Encoding
from oauth_model.engines.tree import Unread
from oauth_model.goals.goal import Evidence, F, Goal, Matching, S, Subject, T
from oauth_model.terms import Term


class Undecided(Evidence):
    """Evidence of which only some facts and terms are decided, by diagram variable; raises Unread for others."""

    __slots__ = ("_decided", "_encoding")

    def __init__(self, encoding: Encoding, decided: Mapping[int, bool]) -> None:
        super().__init__(frozenset(), frozenset(), encoding.program.composition.cast)
        self._encoding, self._decided = encoding, decided

    def _is(self, variable: int) -> bool:
        value = self._decided.get(variable)
        if value is None:
            raise Unread(variable)
        return value

    def _facts(self, kind: type[F], matching: Matching) -> Iterator[F]:
        for fact, number in self._encoding.program.facts.numbers.items():
            if _fits(fact, kind, matching) and self._is(self._encoding.facts[number]):
                yield fact

    def _terms(self, kind: type[T], matching: Matching) -> Iterator[T]:
        for term, number in self._encoding.program.terms.numbers.items():
            if _fits(term, kind, matching) and self._is(self._encoding.terms[number]):
                yield term

    def _knows(self, term: Term) -> bool:
        number = self._encoding.program.terms.numbers.get(term)
        return number is not None and self._is(self._encoding.terms[number])


def _fits(value: Subject, kind: type[S], matching: Matching) -> TypeGuard[S]:
    return isinstance(value, kind) and all(getattr(value, name) == wanted for name, wanted in matching)


def violations(goal: Goal, encoding: Encoding, states: Diagram) -> Diagram:
    """Those of some states in which a goal is false."""
    subjects = _subjects(goal, encoding)
    return encoding.diagrams.union([part for subject in subjects for part in _false(goal, encoding, states, *subject)])


def _subjects(goal: Goal, encoding: Encoding) -> Iterable[tuple[Subject | None, int | None]]:
    """What a goal is asked about, and the variable that says whether it is there; only once, for a goal about all."""
    if not goal.each:
        return [(None, None)]
    program = encoding.program
    found: list[tuple[Subject | None, int | None]] = []
    found += [(fact, encoding.facts[n]) for fact, n in program.facts.numbers.items() if isinstance(fact, goal.each)]
    found += [(term, encoding.terms[n]) for term, n in program.terms.numbers.items() if isinstance(term, goal.each)]
    return found


def _false(
    goal: Goal, encoding: Encoding, states: Diagram, subject: Subject | None, variable: int | None
) -> Iterator[Diagram]:
    diagrams = encoding.diagrams
    decided: dict[int, bool] = {}
    if variable is not None:
        decided[variable] = True
        states &= diagrams.variable(variable)
    waiting = [(decided, states)]
    while waiting:
        decided, part = waiting.pop()
        if part == diagrams.false:
            continue
        evidence = Undecided(encoding, decided)
        try:
            holds = goal.holds(evidence) if subject is None else goal.holds_for(evidence, subject)
        except Unread as question:
            bit = diagrams.variable(question.variable)
            waiting.append(({**decided, question.variable: True}, part & bit))
            waiting.append(({**decided, question.variable: False}, part & ~bit))
            continue
        if not holds:
            yield part
