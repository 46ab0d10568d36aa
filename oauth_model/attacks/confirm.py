"""Confirming an attack: the search asked about each part of the claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from oauth_model.attacks.attack import Attack, Set
from oauth_model.checkers.exhaustive import Progress, check
from oauth_model.checkers.verdict import Result, Verdict
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


def claims(attack: Attack, progress: Progress | None = None) -> Iterator[Claim]:
    """Ask the search about an attack: its precondition, then each mitigation.

    Yields one claim after the other, as each is decided.
    """
    parts: list[tuple[Set, str, tuple[Goal, ...], str | None]] = [((), "broken", attack.breaks, None)]
    parts += [(mitigations, "holds", attack.breaks, None) for mitigations in attack.stopped_by]
    parts += [(mitigations, "broken", attack.breaks, None) for mitigations in attack.not_stopped_by]
    parts += [(refuted.mitigations, "broken", refuted.goals, refuted.because) for refuted in attack.refuted]
    known: dict[tuple[Scenario, tuple[Goal, ...]], Result] = {}
    for mitigations, expected, goals, because in parts:
        scenario = attack.scenario.plus(*mitigations)  # often the same: what does not help was on already
        if expected == "holds" and attack.bounds_when_stopped is not None:
            scenario = replace(scenario, bounds=attack.bounds_when_stopped)
        if (scenario, goals) not in known:
            enough = frozenset(goals[:1]) if expected == "broken" and because is None else frozenset(goals)
            asked = (*goals, honest_run_reaches_its_end)
            known[scenario, goals] = check(scenario, asked, progress=progress, enough=enough)
        yield Claim(mitigations, expected, goals, known[scenario, goals], because)
