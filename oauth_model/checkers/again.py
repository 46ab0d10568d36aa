"""A run taken again in another deployment: what broke a goal there may break it here.

The steps are taken one after the other, each by the machines of this deployment and with all their guards: so a goal
that is broken at the end is broken here. Messages may have more in them than they had: a step is the same if it is
of the same kind, and the same party takes the same class of message from the same sender. A run that cannot be
taken again says nothing: then the whole scenario has to be searched.
"""

from __future__ import annotations

from oauth_model.checkers.judge import Judge
from oauth_model.goals.goal import Goal
from oauth_model.run import Run, RunStep, run_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.world import Composition

WORLDS = 300
"""So many worlds are looked at before a run counts as one that cannot be taken again."""


class Again:
    """Takes runs again in one scenario; `worlds` says how many worlds were looked at."""

    def __init__(self, scenario: Scenario) -> None:
        self._composition = Composition(scenario)
        self.worlds = 0

    def take(self, run: Run, goal: Goal) -> Run | None:
        """The run of this scenario that takes a run's steps and breaks a goal, if one is found."""
        judge = Judge(self._composition, (goal,))
        most = self.worlds + WORLDS
        # Depth first: a world, the steps to it, and what can be done there of the run's next step, best last.
        waiting: list[tuple[World, tuple[Change, ...]]] = [(self._composition.initial, ())]
        while waiting and self.worlds < most:
            world, taken = waiting.pop()
            self.worlds += 1
            if goal in judge.false_in(world):
                return run_of(self._composition, taken, goal.slug)
            if len(taken) < len(run.steps):
                following = self._such_as(world, run.steps[len(taken)])
                waiting += [(self._composition.after(world, change), (*taken, change)) for change in following]
        return None

    def _such_as(self, world: World, step: RunStep) -> list[Change]:
        """The changes that are the same step; one with the very same message is the last."""
        found = [change for change in self._composition.changes(world) if self._is_such(change, step)]
        return sorted(found, key=lambda change: self._message(change) == step.envelope.message)

    def _is_such(self, change: Change, step: RunStep) -> bool:
        taken = self._composition.envelopes.values[change.step.envelope]
        return (
            change.step.kind == step.kind
            and self._composition.addresses[change.step.slot] == step.session
            and taken.sender == step.envelope.sender
            and type(taken.message) is type(step.envelope.message)
        )

    def _message(self, change: Change) -> object:
        return self._composition.envelopes.values[change.step.envelope].message
