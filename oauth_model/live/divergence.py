"""Divergences between model and server: taken again, made minimal, and explained.

A divergence is where a run parts: the model's machine answers one thing, the server another. It is made minimal by
leaving out steps as long as it stays the same one, and explained by the one mitigation without which the two agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oauth_model.checkers.judge import Judge
from oauth_model.goals import SAFETY
from oauth_model.goals.goal import Goal
from oauth_model.live.attacks import Rig
from oauth_model.live.bindings import NotFresh, NotOnTheWire
from oauth_model.live.exchange import Exchange
from oauth_model.live.party import Disagreement, LiveParty
from oauth_model.live.tries import TESTER, Tester
from oauth_model.mitigations import Mitigation
from oauth_model.replay import SavedStep
from oauth_model.run import Run, RunStep, step_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.world import Composition

Signature = tuple[str, ...]
"""What tells one kind of divergence from another."""


@dataclass(frozen=True)
class Divergence:
    """A minimal run at whose last step model and server part; and what it took on the wire.

    `explained_by` is the mitigation without which the model does as the server did, if there is one; `goals` are
    those that are then broken. It `leaks` where a credential is in the front channel that does not belong there. `what`
    says in a sentence how they differ.
    """

    what: str
    run: Run
    exchanges: tuple[Exchange, ...]
    is_acceptance: bool
    not_fresh: bool = False
    leaks: bool = False
    explained_by: Mitigation | None = None
    goals: tuple[Goal, ...] = ()

    @property
    def is_of_weight(self) -> bool:
        """Whether the server did what the model refuses, or refused what an honest party asked for."""
        sender = self.run.steps[-1].envelope.sender.party
        return self.is_acceptance or (sender != TESTER.party and self.run.scenario.full_cast.honest(sender))


class Follower:
    """Takes a list of steps again in a composition, without those that are not possible, with or without a server."""

    def __init__(self, scenario: Scenario, rig: Rig) -> None:
        self.composition = Composition(scenario)
        self._tester = Tester(self.composition, rig.target)

    def follow(
        self, steps: Sequence[RunStep | SavedStep], party: LiveParty | None
    ) -> tuple[list[RunStep], World, Exception | None]:
        """The steps that could be taken, the world after them, and what ended them, if the server did."""
        world, taken = self.composition.initial, list[RunStep]()
        for step in steps:
            change = self._find(world, step)
            if change is None:
                continue
            before = world
            world, _ = after(self.composition, self._tester, before, change, False)
            taken.append(step_of(self.composition, before, change, world))
            if party is not None:
                try:
                    party.take(taken[-1])
                except (Disagreement, NotFresh, NotOnTheWire) as failure:
                    return taken, world, failure
        return taken, world, None

    def _find(self, world: World, step: RunStep | SavedStep) -> Change | None:
        c = self.composition
        if step.envelope.sender == TESTER:
            changes = list(self._tester.taken(world, step.envelope))
        else:
            changes = [change for change in c.changes(world) if change.step.kind == step.kind]
        for change in changes:
            there = c.envelopes.values[change.step.envelope]
            if there == step.envelope and c.addresses[change.step.slot] == step.session:
                return change
        return None


def minimal(
    rig: Rig, scenario: Scenario, enforced: frozenset[str], signature: Signature, steps: list[RunStep]
) -> Divergence | None:
    """The divergence without the steps that it does not need, told and explained; None if it does not come again."""
    follower = Follower(scenario, rig)

    def still(tried: Sequence[RunStep]) -> list[RunStep] | None:
        taken, _, failure = follower.follow(tried, rig.party(scenario))
        return taken if isinstance(failure, (Disagreement, NotFresh)) and signature_of(failure) == signature else None

    best = still(steps)
    if best is None:
        return None
    size = max(len(best) // 2, 1)
    while size:
        shorter = _without_a_piece(best, size, still)
        if shorter is not None:
            best = shorter
            size = min(size, max(len(best) // 2, 1))
        else:
            size //= 2
    since = len(rig.transport.transcript)
    _, _, failure = follower.follow(best, rig.party(scenario))
    exchanges = tuple(rig.transport.transcript[since:])
    run = Run(scenario, tuple(best))
    if isinstance(failure, NotFresh):
        return Divergence(str(failure), run, exchanges, True, not_fresh=True)
    if not isinstance(failure, Disagreement):
        return None
    mitigation, goals = explain(rig, scenario, enforced, best)
    return Divergence(str(failure), run, exchanges, failure.is_acceptance, False, failure.leaks, mitigation, goals)


def _without_a_piece(
    steps: list[RunStep], size: int, still: Callable[[Sequence[RunStep]], list[RunStep] | None]
) -> list[RunStep] | None:
    """The steps without some `size` in a row, the last such piece that can be spared; None if none can."""
    for end in range(len(steps) - 1, 0, -size):
        kept = still([*steps[: max(end - size, 0)], *steps[end:]])
        if kept is not None and len(kept) < len(steps):
            return kept
    return None


def explain(
    rig: Rig, scenario: Scenario, enforced: frozenset[str], steps: Sequence[RunStep]
) -> tuple[Mitigation | None, tuple[Goal, ...]]:
    """The mitigation without which model and server agree on the last of some steps, and the goals then broken.

    Only those are tried on the server that make the model answer otherwise.
    """
    usual, _, _ = Follower(scenario, rig).follow(steps, None)
    for mitigation in scenario.mitigations:
        if mitigation.slug not in enforced:
            continue
        weaker = scenario.without(mitigation, *(each for each in scenario.policy if mitigation.slug in each.needs))
        follower = Follower(weaker, rig)
        taken, world, _ = follower.follow(steps, None)
        if len(taken) != len(steps) or taken[-1].sent == usual[-1].sent:
            continue
        if follower.follow(steps, rig.party(weaker))[2] is None:
            tried = any(step.envelope.sender == TESTER for step in taken)
            false = () if tried else Judge(follower.composition, SAFETY).false_in(world)
            return mitigation, tuple(goal for goal in SAFETY if goal in false)
    return None, ()


def after(composition: Composition, tester: Tester, world: World, change: Change, tried: bool) -> tuple[World, bool]:
    """The world after a change, and whether the tester has had a part in it by now."""
    if composition.envelopes.values[change.step.envelope].sender == TESTER:
        return tester.after(world, change), True
    return composition.after(world, change), tried


def signature_of(failure: Disagreement | NotFresh) -> Signature:
    """What tells this divergence from others."""
    if isinstance(failure, NotFresh):
        return ("not fresh", type(failure.term).__name__)
    return failure.signature
