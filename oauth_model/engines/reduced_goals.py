"""What goals come to for a reduced search: the cases in which each is false, and what could mend that.

A goal is asked about each subject with evidence in which nothing is decided; where it looks, both answers are tried.
So it comes to a list of cases, and of these it shows whether a violation can go away again, and by which actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from oauth_model.engines.actions import Action, as_bits, members
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.reduced_reach import Reach
from oauth_model.engines.stubborn import Actions
from oauth_model.engines.symmetry import Symmetry
from oauth_model.engines.tree import Unread
from oauth_model.facts import Fact
from oauth_model.goals.goal import Evidence, F, Goal, Kind, Matching, Subject, T
from oauth_model.terms import Term

LEAVES = 512
"""How many cases a goal may come to for one subject; one that comes to more is not taken apart."""

Case = Mapping[int, bool]
"""Which members of the evidence are there and which are not; others do not matter."""


class _Asking(Evidence):
    """Evidence of which some members are decided; raises Unread for another that is asked for and could be there."""

    __slots__ = ("_closure", "_decided", "_like", "_shift")

    def __init__(self, closure: Closure, shift: int, decided: Case, like: dict[object, list[int]]) -> None:
        super().__init__(frozenset(), frozenset(), closure.program.composition.cast)
        self._closure, self._shift, self._decided, self._like = closure, shift, decided, like

    def _is(self, member: int) -> bool:
        value = self._decided.get(member)
        if value is None:
            raise Unread(member)
        return value

    def _facts(self, kind: type[F], matching: Matching) -> Iterator[F]:
        facts = self._closure.program.facts.values
        like = self._like.get((kind, matching))
        if like is None:
            possible = sorted(self._closure.facts)
            like = self._like[kind, matching] = [n for n in possible if _matches(facts[n], kind, matching)]
        for number in like:
            fact = facts[number]
            if isinstance(fact, kind) and self._is(number + self._shift):
                yield fact

    def _terms(self, kind: type[T], matching: Matching) -> Iterator[T]:
        terms = self._closure.program.terms.values
        for number in sorted(self._closure.terms):
            term = terms[number]
            if isinstance(term, kind) and _matches(term, kind, matching) and self._known(number):
                yield term

    def _knows(self, term: Term) -> bool:
        number = self._closure.program.terms.numbers.get(term)
        return number is not None and number in self._closure.terms and self._known(number)

    def _known(self, number: int) -> bool:
        return number in self._closure.program.initially_known or self._is(number)


def _matches(value: Subject, kind: Kind, matching: Matching) -> bool:
    return isinstance(value, kind) and all(getattr(value, name) == wanted for name, wanted in matching)


class Questions:
    """What the goals come to for one closure, each taken apart into cases by asking it.

    `keep` has for the actions that could mend a violation, by adding to the evidence, those that could make it; both
    belong into a stubborn set, or neither. `undivided` are goals for which that is not known.
    """

    def __init__(
        self, closure: Closure, actions: Actions, goals: tuple[Goal, ...], symmetry: Symmetry | None = None
    ) -> None:
        self._closure, self._actions = closure, actions
        self.shift = len(closure.program.terms.values)
        self._together: set[tuple[int, int]] = set()
        self.undivided: list[Goal] = []
        self._bad: dict[Goal, dict[int | None, list[tuple[int, int]]]] = {}
        self._like: dict[object, list[int]] = {}
        self._reach = Reach(closure, actions, self.shift)
        for goal in goals:
            self._bad[goal] = {}
            if goal.stable:
                continue
            divided = [self._take(goal, *subject) for subject in self._subjects(goal)]
            if not all(divided):
                self.undivided.append(goal)
        self.keep = self._kept(self._together if symmetry is None else symmetry.all_images(self._together))

    def false_in(self, evidence: int, known: Iterable[Goal]) -> list[Goal]:
        """The goals that an evidence breaks (known terms, and what happened above them), but for some."""
        return [goal for goal in self._bad if goal not in known and self._is_false(goal, evidence)]

    def _is_false(self, goal: Goal, evidence: int) -> bool:
        if goal.stable or goal in self.undivided:
            program = self._closure.program
            terms = frozenset(program.terms.values[n] for n in members(evidence & (1 << self.shift) - 1))
            facts = frozenset(program.facts.values[n] for n in members(evidence >> self.shift))
            return not goal.holds(Evidence(facts, terms, program.composition.cast))
        return any(
            evidence & ones == ones and not evidence & zeros
            for subject, cases in self._bad[goal].items()
            if subject is None or evidence >> subject & 1
            for ones, zeros in cases
        )

    def _subjects(self, goal: Goal) -> list[tuple[Subject | None, int | None]]:
        if not goal.each:
            return [(None, None)]
        closure, program = self._closure, self._closure.program
        facts: list[tuple[Fact, int]] = [(program.facts.values[n], n + self.shift) for n in sorted(closure.facts)]
        terms: list[tuple[Term, int]] = [(program.terms.values[n], n) for n in sorted(closure.terms)]
        return [(value, number) for value, number in (*facts, *terms) if isinstance(value, goal.each)]

    def _take(self, goal: Goal, subject: Subject | None, member: int | None) -> bool:
        """Take note of what a goal says of one subject; whether all that matters of it is known."""
        cases = self._cases(goal, subject, member)
        if cases is None:
            return False
        bad = [case for case, holds in cases if not holds]
        good = [case for case, holds in cases if holds]
        if bad:
            self._bad[goal][member] = [
                (as_bits(m for m in case if case[m]), as_bits(m for m in case if not case[m])) for case in bad
            ]
        return all(self._keep_together(case, good) for case in bad)

    def _cases(self, goal: Goal, subject: Subject | None, member: int | None) -> list[tuple[Case, bool]] | None:
        found: list[tuple[Case, bool]] = []
        given = member is None or member in self._closure.program.initially_known
        waiting: list[Case] = [{}] if given or member is None else [{member: True}]
        while waiting:
            case = waiting.pop()
            evidence = _Asking(self._closure, self.shift, case, self._like)
            try:
                holds = goal.holds(evidence) if subject is None else goal.holds_for(evidence, subject)
            except Unread as question:
                waiting += [{**case, question.variable: False}, {**case, question.variable: True}]
            else:
                found.append((case, holds))
            if len(found) + len(waiting) > LEAVES:
                return None
        if not given and member is not None:
            found.append(({member: False}, True))
        return found

    # -------------------------------------------------------------- violations that can be mended

    def _keep_together(self, bad: Case, good: list[Case]) -> bool:
        """Have whatever could mend a violation kept together with what could make it, in stubborn sets.

        What an action adds turns one case into another, and takes nothing away. False if one action can do both.
        """
        mended = [self._added(bad, case) for case in good]
        mending = frozenset(member for added in mended if added for member in added)
        if not mending or not self._is_reachable(bad):
            return True
        made = [self._added(case, bad) for case in good]
        making = frozenset(member for added in made if added for member in added)
        menders, makers = self._adding(mending), self._adding(making)
        self._together.add((menders, makers))
        both = (self._actions.all[number] for number in members(menders & makers))
        return not any(self._makes_then_mends(action, making, mending) for action in both)

    @staticmethod
    def _kept(together: Iterable[tuple[int, int]]) -> dict[int, int]:
        keep: dict[int, int] = {}
        for menders, makers in together:
            for number in members(menders):
                keep[number] = keep.get(number, 0) | makers & ~(1 << number)
        return keep

    @staticmethod
    def _added(before: Case, after: Case) -> frozenset[int] | None:
        """What turns one case into another; None if something would have to be taken away for that."""
        if any(before[member] and not after.get(member, True) for member in before):
            return None
        return frozenset(member for member in before if not before[member] and after.get(member, False))

    def _adding(self, evidence: Iterable[int]) -> int:
        evidence = tuple(evidence)
        terms = [member for member in evidence if member < self.shift]
        facts = [member - self.shift for member in evidence if member >= self.shift]
        return self._actions.those("learns", terms) | self._actions.those("records", facts)

    def _makes_then_mends(self, action: Action, making: frozenset[int], mending: frozenset[int]) -> bool:
        """Whether an action, of its single steps, has one that makes and a later one that mends."""
        stages = [{*learns, *(fact + self.shift for fact in records)} for learns, records in action.stages]
        return any(stages[i] & making and stages[j] & mending for j in range(len(stages)) for i in range(j))

    def _is_reachable(self, case: Case) -> bool:
        """Whether what a case has could be there without anything that it must not have."""
        wanted = as_bits(member for member in case if case[member])
        return not wanted & ~self._reach.without(as_bits(member for member in case if not case[member]))
