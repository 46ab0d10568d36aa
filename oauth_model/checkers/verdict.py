"""Verdicts: what a search found, and how far it looked."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.goals.goal import Goal
from oauth_model.run import Run
from oauth_model.scenario import Scenario


@dataclass(frozen=True)
class Verdict:
    """Whether one goal holds in one scenario.

    `holds` is True (for the whole bounded scenario), False (with `run`, the shortest there is) or None: the
    search was cut before it found a violation, and says nothing about what lies beyond.
    """

    goal: Goal
    holds: bool | None
    states: int
    depth: int
    complete: bool
    run: Run | None = None
    reason: str = ""

    @property
    def word(self) -> str:
        """The verdict in one word."""
        return {True: "holds", False: "broken", None: "cut"}[self.holds]

    def sentence(self, scenario: Scenario) -> str:
        """The verdict with its bound."""
        if self.holds is False:
            steps = f" in {len(self.run.steps)} steps" if self.run else ""
            return f"broken{steps}: {self.reason or self.goal.title}"
        bound = f"{scenario.bounds}, {self.states:,} states"
        if self.holds is None:
            return f"no violation found, but the search was cut: {bound}, depth {self.depth}"
        return f"holds for {bound}, complete"


@dataclass(frozen=True)
class Result:
    """The verdicts of one check: a scenario, and one verdict for each goal that was asked."""

    scenario: Scenario
    verdicts: tuple[Verdict, ...]
    states: int
    transitions: int
    depth: int
    complete: bool

    def __getitem__(self, goal: Goal) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.goal is goal)

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """The verdicts of the goals that are broken."""
        return tuple(verdict for verdict in self.verdicts if verdict.holds is False)

    @property
    def holds(self) -> bool:
        """Whether every goal that was asked holds, by a complete search."""
        return all(verdict.holds for verdict in self.verdicts)
