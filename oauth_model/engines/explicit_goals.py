"""Asks goals about the pairs of sets that the explicit search meets, each goal once for what it reads of them.

What a goal reads is learnt by watching it, as the judge does. The kernel finds, of many pairs, those that differ
in that from all before; only those are asked about. A goal once broken is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from oauth_model.checkers.judge import Watched
from oauth_model.engines import kernel
from oauth_model.engines.explicit_pools import words_of
from oauth_model.engines.explicit_sets import InternedRows, SetsOf
from oauth_model.engines.explicit_store import States
from oauth_model.engines.program import Program
from oauth_model.facts import Fact
from oauth_model.goals.goal import Goal, Kind
from oauth_model.terms import Term


class Question:
    """One goal, the kinds of facts and terms that it was ever seen to read, and what it was asked about."""

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.kinds: set[Kind] = set()
        self.seen = InternedRows(1)
        self.mask = np.zeros(1, np.uint64)

    def look_at(self, program: Program, terms: int, facts: int) -> None:
        """Prepare the mask of what the goal reads, for sets of terms and facts of some words."""
        kinds = tuple(self.kinds)
        of_terms = (number for number, term in enumerate(program.terms.values) if isinstance(term, kinds))
        of_facts = (number for number, fact in enumerate(program.facts.values) if isinstance(fact, kinds))
        self.mask = np.concatenate([words_of(of_terms, terms), words_of(of_facts, facts)])


class Questions:
    """All goals that are not broken yet, and for those that are the first state in which they were."""

    def __init__(self, program: Program, goals: Iterable[Goal]) -> None:
        self._program = program
        self._open = [Question(goal) for goal in dict.fromkeys(goals)]
        self._asked = 0
        self._words = (0, 0)
        self.broken: dict[Goal, int] = {}
        self._terms: dict[int, frozenset[Term]] = {}
        self._facts: dict[int, frozenset[Fact]] = {}

    @property
    def memory(self) -> int:
        """In bytes."""
        return sum(question.seen.memory for question in self._open)

    def ask(self, states: States, known: SetsOf, happened: SetsOf) -> None:
        """Ask about the pairs that came since the last time."""
        begin, end = self._asked, states.pairs.used
        if begin == end:
            return
        self._asked = end
        words = known.all.rows.shape[1], happened.all.rows.shape[1]
        for question in self._open:
            if words != self._words:
                question.seen = InternedRows(sum(words))
            question.look_at(self._program, *words)
            state = self._first_broken(question, states, known, happened, begin, end)
            if state is not None:
                self.broken[question.goal] = state
        self._words = words
        self._terms.clear()
        self._facts.clear()
        self._open = [question for question in self._open if question.goal not in self.broken]

    def _first_broken(
        self, question: Question, states: States, known: SetsOf, happened: SetsOf, begin: int, end: int
    ) -> int | None:
        new, row = np.zeros(end - begin, np.int64), np.zeros(question.mask.size, np.uint64)
        question.seen.make_room(end - begin)
        pairs, terms, facts = states.pairs.rows, known.all.rows, happened.all.rows
        many = kernel.project(pairs, begin, end, terms, facts, question.mask, question.seen.arrays, row, new)
        for pair in new[:many]:
            one, other = divmod(int(pairs[pair, 0]), 1 << 32)
            if one not in self._terms:
                self._terms[one] = frozenset(self._program.terms.values[number] for number in known[one])
            if other not in self._facts:
                self._facts[other] = frozenset(self._program.facts.values[number] for number in happened[other])
            evidence = Watched(self._facts[other], self._terms[one], self._program.composition.cast)
            if not question.goal.holds(evidence):
                return int(states.first[pair])
            if not evidence.read <= question.kinds:
                # It reads more than was thought: pairs that looked the same may not be. Those before were asked.
                question.kinds |= evidence.read
                question.seen = InternedRows(terms.shape[1] + facts.shape[1])
                question.look_at(self._program, terms.shape[1], facts.shape[1])
                return self._first_broken(question, states, known, happened, int(pair), end)
        return None
