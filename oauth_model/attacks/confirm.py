"""Confirming an attack: the search asked about each part of the claim."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from oauth_model.attacks.attack import Attack, Set
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.table import in_order
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.engines.walk import Progress
from oauth_model.goals import Goal, honest_run_reaches_its_end
from oauth_model.scenario import Scenario


@dataclass(frozen=True)
class Claim:
    """One part of an attack's claim, and what the search found.

    `mitigations` were added to the deployment of the precondition, `expected` is "broken" (one of `goals`, or
    for a refuted claim every one of them) or "holds" (all of `goals`). `because` is set for a refuted claim.
    """

    mitigations: Set
    expected: str
    goals: tuple[Goal, ...]
    result: Result
    because: str | None = None

    @property
    def broken(self) -> Verdict | None:
        """The verdict on the most telling goal that is broken, if any is."""
        return next((self.result[goal] for goal in self.goals if self.result[goal].holds is False), None)

    @property
    def honest_run_ends(self) -> bool:
        """Whether the deployment works at all: nothing is stopped by stopping the flow."""
        return bool(self.result[honest_run_reaches_its_end].holds)

    @property
    def found(self) -> str:
        """What the search found: "broken", "holds" or "cut"."""
        if self.broken is not None:
            every = all(self.result[goal].holds is False for goal in self.goals)
            return "broken" if every or self.because is None else "partly broken"
        return "holds" if self.result.complete else "cut"

    @property
    def confirmed(self) -> bool:
        """Whether the search found what was claimed, in a deployment in which honest runs end."""
        return self.found == self.expected and self.honest_run_ends

    @property
    def label(self) -> str:
        """The mitigations by name."""
        return " + ".join(mitigation.slug for mitigation in self.mitigations) or "(precondition)"


Part = tuple[Set, str, tuple[Goal, ...], str | None]
"""Of an attack's claim: the mitigations, what is expected with them, of which goals, and why that is refuted."""


def claims(
    attack: Attack, progress: Progress | None = None, *, jobs: int = 1, executor: Executor | None = None
) -> Iterator[Claim]:
    """Ask the search about an attack: its precondition, then each mitigation.

    Yields one claim after the other, as each is decided; `jobs` are at a time, or as many as the executor takes.
    `progress` is told of searches in this process. Raises as `checkers.table.run_table` does.
    """
    parts = list(_parts(attack))
    asked: dict[tuple[Scenario, tuple[Goal, ...]], Question] = {}
    for part in parts:
        question = _question(attack, part)
        asked.setdefault((question.scenario, part[2]), question)  # often the same: what does not help was on already
    keys = list(asked)
    decided = in_order(results(list(asked.values()), jobs=jobs, executor=executor, progress=progress))
    known: dict[tuple[Scenario, tuple[Goal, ...]], Result] = {}
    for part in parts:
        mitigations, expected, goals, because = part
        key = _question(attack, part).scenario, goals
        while key not in known:
            known[keys[len(known)]] = next(decided)
        yield Claim(mitigations, expected, goals, known[key], because)


def _parts(attack: Attack) -> Iterator[Part]:
    yield (), "broken", attack.breaks, None
    yield from ((mitigations, "holds", attack.breaks, None) for mitigations in attack.stopped_by)
    yield from ((mitigations, "broken", attack.breaks, None) for mitigations in attack.not_stopped_by)
    yield from ((refuted.mitigations, "broken", refuted.goals, refuted.because) for refuted in attack.refuted)


def _question(attack: Attack, part: Part) -> Question:
    mitigations, expected, goals, because = part
    scenario = attack.scenario.plus(*mitigations)
    if expected == "holds" and attack.bounds_when_stopped is not None:
        scenario = replace(scenario, bounds=attack.bounds_when_stopped)
    enough = frozenset(goals[:1]) if expected == "broken" and because is None else frozenset(goals)
    return Question(scenario, (*goals, honest_run_reaches_its_end), enough)
