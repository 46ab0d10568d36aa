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
    search was cut before it found a violation, and says nothing about what lies beyond; `cut` tells why, and `doubt`
    the chance that a complete search missed a state after all. `depth`
    is that of the deepest world, None where worlds were not walked step by step.
    """

    goal: Goal
    holds: bool | None
    states: int
    depth: int | None
    complete: bool
    run: Run | None = None
    reason: str = ""
    cut: str = ""
    doubt: float = 0.0

    @property
    def word(self) -> str:
        """The verdict in one word."""
        return {True: "holds", False: "broken", None: "cut"}[self.holds]

    def sentence(self, scenario: Scenario) -> str:
        """The verdict with its bound."""
        if self.holds is False:
            steps = f" in {len(self.run.steps)} steps" if self.run else ""
            return f"broken{steps}: {self.reason or self.goal.title}"
        if self.holds is None:
            where = "" if self.depth is None else f" at depth {self.depth}"
            why = f" ({self.cut})" if self.cut else ""
            return f"no violation in {self.states:,} states, but the search was cut{where}{why}: {scenario.bounds}"
        return f"holds for {scenario.bounds}, {self.states:,} states, complete{self.but_for}"

    @property
    def but_for(self) -> str:
        """What keeps a complete search from being certain, if anything does."""
        return f" but for a chance of {self.doubt:.1e} that a state was missed" if self.doubt else ""


@dataclass(frozen=True)
class Result:
    """The verdicts of one check: a scenario, and one verdict for each goal that was asked.

    `engine` found them, `why` says why it was that one. `transitions` and `depth` are None where the worlds were
    not walked step by step.
    """

    scenario: Scenario
    verdicts: tuple[Verdict, ...]
    states: int
    transitions: int | None
    depth: int | None
    complete: bool
    engine: str = "reference"
    why: str = ""

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
