"""Goals as conditions: where a goal is broken, as a disjunction of conjunctions of bits.

A goal is a predicate in Python. It is asked about every evidence that occurs, and each evidence that breaks it
becomes a conjunction, from which literals are dropped while it still covers no evidence in which the goal holds.
So the condition says what the goal says of every state that is reached, and nothing of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oauth_model.cast import Cast
from oauth_model.checkers.judge import Watched
from oauth_model.export.closed import Bit, Literals
from oauth_model.facts import Fact
from oauth_model.goals.goal import Goal, Kind
from oauth_model.terms import Term


class Seen:
    """The evidences that occur: each as the number whose binary digits are the bits that are there.

    `always` are the facts and terms that are there in all of them.
    """

    def __init__(self, bits: Sequence[Bit], always: Bit, evidences: Sequence[int], cast: Cast) -> None:
        self._bits, self._always, self._evidences, self._cast = bits, always, evidences, cast

    def cubes(self, goal: Goal) -> tuple[Literals, ...]:
        """The conjunctions that together are true exactly where the goal is false. None for a goal that holds."""
        mask, answers = self._answers(goal)
        good = [part for part, holds in answers.items() if holds]
        left = sorted((part for part, holds in answers.items() if not holds), key=_size)
        found = []
        while left:
            ones, zeros = _widened(left[0], mask, good)
            found.append(Literals(frozenset(_numbers(ones)), frozenset(_numbers(zeros))))
            left = [part for part in left if not _covers(ones, zeros, part)]
        return tuple(found)

    def _answers(self, goal: Goal) -> tuple[int, dict[int, bool]]:
        """Whether a goal holds, for each different part of the evidences that it reads; and a mask for that part."""
        read: set[Kind] = set()
        mask, answers = 0, dict[int, bool]()
        again = True
        while again:
            again = False
            for evidence in self._evidences:
                if evidence & mask in answers:
                    continue
                watched = self._watched(evidence)
                holds = goal.holds(watched)
                if watched.read <= read:
                    answers[evidence & mask] = holds
                    continue
                # It reads more than it was seen to read: what was answered for less says too little.
                read |= watched.read
                mask, answers, again = self._mask(tuple(read)), {}, True
                break
        return mask, answers

    def _mask(self, read: tuple[Kind, ...]) -> int:
        return sum(
            1 << number
            for number, bit in enumerate(self._bits)
            if any(isinstance(value, read) for value in (*bit.facts, *bit.terms))
        )

    def _watched(self, evidence: int) -> Watched:
        there = [self._always, *(self._bits[number] for number in _numbers(evidence))]
        facts: frozenset[Fact] = frozenset(fact for bit in there for fact in bit.facts)
        terms: frozenset[Term] = frozenset(term for bit in there for term in bit.terms)
        return Watched(facts, terms, self._cast)


def _widened(evidence: int, mask: int, good: list[int]) -> tuple[int, int]:
    """The bits that a conjunction must have and must not have that covers an evidence, and none of the good ones."""
    ones, zeros = evidence, mask & ~evidence
    if not any(_covers(ones, 0, part) for part in good):
        zeros = 0
    else:
        for number in _numbers(zeros):
            if not any(_covers(ones, zeros & ~(1 << number), part) for part in good):
                zeros &= ~(1 << number)
    for number in _numbers(ones):
        if not any(_covers(ones & ~(1 << number), zeros, part) for part in good):
            ones &= ~(1 << number)
    return ones, zeros


def _covers(ones: int, zeros: int, evidence: int) -> bool:
    return evidence & ones == ones and not evidence & zeros


def _numbers(evidence: int) -> Iterator[int]:
    return (number for number in range(evidence.bit_length()) if evidence >> number & 1)


def _size(evidence: int) -> tuple[int, int]:
    return evidence.bit_count(), evidence
