"""Confirming an attack: the search asked about each part of the claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oauth_model.attacks.attack import Attack
from oauth_model.checkers.exhaustive import Progress, check
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.goals import honest_run_reaches_its_end
from oauth_model.mitigations import Mitigation


@dataclass(frozen=True)
class Claim:
    """One part of an attack's claim, and what the search found.

    `mitigations` were added to the deployment of the precondition. `expected` is "broken" or "holds".
    """

    mitigations: tuple[Mitigation, ...]
    expected: str
    result: Result

    @property
    def broken(self) -> Verdict | None:
        """The broken goal with the shortest run, if any is broken."""
        broken = [verdict for verdict in self.result.broken if verdict.goal.kind == "always"]
        return min(broken, key=lambda verdict: len(verdict.run.steps) if verdict.run else 0, default=None)

    @property
    def honest_run_ends(self) -> bool:
        """Whether the deployment works at all: nothing is stopped by stopping the flow."""
        return bool(self.result[honest_run_reaches_its_end].holds)

    @property
    def found(self) -> str:
        """What the search found: "broken", "holds" or "cut"."""
        if self.broken is not None:
            return "broken"
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
    goals = (*attack.breaks, honest_run_reaches_its_end)
    parts: list[tuple[tuple[Mitigation, ...], str]] = [((), "broken")]
    parts += [(mitigations, "holds") for mitigations in attack.stopped_by]
    parts += [(mitigations, "broken") for mitigations in attack.not_stopped_by]
    for mitigations, expected in parts:
        result = check(attack.scenario.plus(*mitigations), goals, progress=progress)
        yield Claim(mitigations, expected, result)
