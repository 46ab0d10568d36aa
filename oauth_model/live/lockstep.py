"""Lockstep: Hypothesis walks the composition, and at every step of the server's the running one is asked, too.

After each step the server's answer must be one that the model's machine gives under the measured policy, and every goal
that the model says holds must hold in the world reached, which is what was really observed. Beside the model's own
steps a tester tries requests that the server has to refuse (`tries`); from then on goals are not asked, for the
tester knows everything. A disagreement ends an example; it is made minimal by leaving out steps as long as it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from oauth_model.checkers.interleaving import BATCH, Interleavings, machine_of, walk_at_random
from oauth_model.checkers.step_names import StepName
from oauth_model.engines.interrupts import noted_interrupts
from oauth_model.goals.goal import Goal
from oauth_model.live.attacks import Rig
from oauth_model.live.bindings import NotFresh, NotOnTheWire
from oauth_model.live.divergence import Divergence, Signature, after, minimal, signature_of
from oauth_model.live.party import Disagreement, Dissent
from oauth_model.live.tries import Tester
from oauth_model.machine import Address
from oauth_model.messages import AuthorizationRequest, Consent, ResourceRequest, TokenRequest
from oauth_model.run import Run, RunStep, step_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change
from oauth_model.world import Composition


@dataclass(frozen=True)
class Walked:
    """What random walks found. `broken` are goals that were false in a world observed, with the run there."""

    examples: int
    steps: int
    asked: int
    divergences: tuple[Divergence, ...]
    broken: tuple[tuple[Goal, Run], ...]
    dissents: tuple[Dissent, ...]


class Lockstep(Interleavings):
    """Interleavings of one scenario with a running server in it. Every divergence is kept, the shortest of its kind."""

    rig: ClassVar[Rig]
    tester: ClassVar[Tester]
    found: ClassVar[dict[Signature, list[RunStep]]]
    false: ClassVar[dict[Goal, list[RunStep]]]
    dissents: ClassVar[dict[Dissent, None]]
    asked: ClassVar[list[int]]
    noted: ClassVar[list[int]]

    def _begin(self) -> None:
        self.party = self.rig.party(self.composition.scenario)
        self.steps: list[RunStep] = []
        self.tried = False
        super()._begin()

    def _offer(self, changes: Iterable[Change]) -> None:
        super()._offer(changes)
        if self.composition.changes(self.world) and self._is_calm():
            for change in self.tester.tries(self.world, self.party.bindings, self.party.pages_of("mallory")):
                self.possible.setdefault(_name(self.composition, change), []).append(change)

    def _is_calm(self) -> bool:
        """Whether nothing has to be delivered at once: a try would be put in between."""
        return not any(
            self.composition.is_urgent(number)
            for number in self.composition.networks.values[self.world[self.composition.n]]
        )

    def _advance(self, change: Change) -> None:
        if self.noted:
            raise KeyboardInterrupt
        before = self.world
        self.world, self.tried = after(self.composition, self.tester, before, change, self.tried)
        step = step_of(self.composition, before, change, self.world)
        self.steps.append(step)
        self.taken.append(change)
        try:
            seen = self.party.take(step)
        except NotOnTheWire:
            self._begin()
            return
        except (Disagreement, NotFresh) as failure:
            self._keep(signature_of(failure))
            self._begin()
            return
        self.asked[0] += seen is not None
        self.dissents.update(self.party.dissents)
        self._ask()

    def _keep(self, signature: Signature) -> None:
        known = self.found.get(signature)
        if known is None or len(self.steps) < len(known):
            self.found[signature] = list(self.steps)

    def _ask(self) -> None:
        if self.tried:
            return
        for goal in self.judge.false_in(self.world):
            if goal not in self.false or len(self.steps) < len(self.false[goal]):
                self.false[goal] = list(self.steps)


def walk(
    rig: Rig,
    scenario: Scenario,
    goals: Iterable[Goal],
    *,
    enforced: frozenset[str],
    examples: int = 50,
    steps: int = 25,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Walked:
    """Walk so many examples of so many drawn steps.

    `enforced` are the slugs of the mitigations that the server was found to enforce: a divergence may be that it does
    not after all. Raises LiveError where the server cannot be talked to any more, and ModelError for more than
    MOST_STEPS steps. Ctrl-C is met between two steps: Hypothesis is not one to be interrupted anywhere.
    """
    names = tuple(
        StepName("try", Address(party), kind)
        for party, kinds in (
            (scenario.cast.authorization_servers[0], (TokenRequest, AuthorizationRequest, Consent)),
            (scenario.cast.resource_servers[0], (ResourceRequest,)),
        )
        for kind in kinds
    )
    machine = machine_of(Lockstep, scenario, goals, names)
    machine.rig, machine.tester = rig, Tester(machine.composition, rig.target)
    machine.found, machine.false, machine.dissents, machine.asked = {}, {}, {}, [0]
    done = 0
    with noted_interrupts() as machine.noted:
        while done < examples:
            if progress is not None:
                told = f"{machine.asked[0]:,} questions, {len(machine.found)} answers differ"
                progress(f"random walks: {done} of {examples}, {told}")
            batch = min(BATCH, examples - done)
            walk_at_random(machine, examples=batch, steps=steps, seed=(seed << 32) + done)
            done += batch
    divergences = [minimal(rig, scenario, enforced, signature, found) for signature, found in machine.found.items()]
    broken = tuple((goal, Run(scenario, tuple(found), goal.slug)) for goal, found in machine.false.items())
    kept = tuple(each for each in divergences if each is not None)
    return Walked(done, steps, machine.asked[0], kept, broken, tuple(machine.dissents))


def _name(composition: Composition, change: Change) -> StepName:
    envelope = composition.envelopes.values[change.step.envelope]
    party = envelope.receiver.party
    servers = composition.scenario.cast
    first = servers.resource_servers[0] if party in servers.resource_servers else party
    return StepName("try", Address(first), type(envelope.message))
