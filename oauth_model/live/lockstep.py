"""Lockstep: Hypothesis walks the composition, and at every step of the server's the running one is asked, too.

After each step the server's answer must be one that the model's machine gives under the measured policy, and every goal
that the model says holds must hold in the world reached, which is what was really observed. Beside the model's own
steps a tester tries requests that the server has to refuse (`tries`); from then on goals are not asked, for the
tester knows everything. A disagreement ends an example; it is made minimal by leaving out steps as long as it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from oauth_model.checkers.interleaving import BATCH, Interleavings, machine_of, walk_at_random
from oauth_model.checkers.judge import Judge
from oauth_model.checkers.step_names import StepName
from oauth_model.goals import SAFETY
from oauth_model.goals.goal import Goal
from oauth_model.live.attacks import Bench
from oauth_model.live.bindings import NotFresh, NotOnTheWire
from oauth_model.live.exchange import Exchange
from oauth_model.live.party import Disagreement, Dissent, LiveParty
from oauth_model.live.tries import TESTER, Tester
from oauth_model.machine import Address
from oauth_model.messages import AuthorizationRequest, Consent, ResourceRequest, TokenRequest
from oauth_model.mitigations import Mitigation
from oauth_model.replay import SavedStep
from oauth_model.run import Run, RunStep, step_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.world import Composition

Signature = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
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


@dataclass(frozen=True)
class Walked:
    """What random walks found. `broken` are goals that were false in a world observed, with the run there."""

    examples: int
    steps: int
    asked: int
    differences: tuple[Difference, ...]
    broken: tuple[tuple[Goal, Run], ...]
    dissents: tuple[Dissent, ...]


class Lockstep(Interleavings):
    """Interleavings of one scenario with a running server in it. Every difference is kept, the shortest of its kind."""

    bench: ClassVar[Bench]
    tester: ClassVar[Tester]
    found: ClassVar[dict[Signature, list[RunStep]]]
    false: ClassVar[dict[Goal, list[RunStep]]]
    dissents: ClassVar[dict[Dissent, None]]
    asked: ClassVar[list[int]]

    def _begin(self) -> None:
        self.party = self.bench.party(self.composition.scenario)
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
        before = self.world
        after, self.tried = _after(self.composition, self.tester, before, change, self.tried)
        step = step_of(self.composition, before, change, after)
        self.steps.append(step)
        self.world = after
        self.taken.append(change)
        try:
            seen = self.party.take(step)
        except NotOnTheWire:
            self._begin()
            return
        except (Disagreement, NotFresh) as failure:
            self._keep(_signature(failure))
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
    bench: Bench,
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

    `enforced` are the slugs of the mitigations that the server was found to enforce: a difference may be that it does
    not after all. Raises LiveError where the server cannot be talked to any more.
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
    machine.bench, machine.tester = bench, Tester(machine.composition, bench.target)
    machine.found, machine.false, machine.dissents, machine.asked = {}, {}, {}, [0]
    done = 0
    while done < examples:
        if progress is not None:
            told = f"{machine.asked[0]:,} questions, {len(machine.found)} answers differ"
            progress(f"random walks: {done} of {examples}, {told}")
        batch = min(BATCH, examples - done)
        walk_at_random(machine, examples=batch, steps=steps, seed=(seed << 32) + done)
        done += batch
    differences = [minimal(bench, scenario, enforced, signature, found) for signature, found in machine.found.items()]
    broken = tuple((goal, Run(scenario, tuple(found), goal.slug)) for goal, found in machine.false.items())
    kept = tuple(each for each in differences if each is not None)
    return Walked(done, steps, machine.asked[0], kept, broken, tuple(machine.dissents))


# ------------------------------------------------------------------ making a difference minimal


class Follower:
    """Takes a list of steps again in a composition, without those that are not possible, with or without a server."""

    def __init__(self, scenario: Scenario, bench: Bench) -> None:
        self.composition, self._bench = Composition(scenario), bench
        self._tester = Tester(self.composition, bench.target)

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
            world, _ = _after(self.composition, self._tester, before, change, False)
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
    bench: Bench, scenario: Scenario, enforced: frozenset[str], signature: Signature, steps: list[RunStep]
) -> Difference | None:
    """The difference without the steps that it does not need, told and explained; None if it does not come again."""
    follower = Follower(scenario, bench)

    def still(tried: Sequence[RunStep]) -> list[RunStep] | None:
        taken, _, failure = follower.follow(tried, bench.party(scenario))
        return taken if isinstance(failure, (Disagreement, NotFresh)) and _signature(failure) == signature else None

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
    since = len(bench.transport.transcript)
    _, _, failure = follower.follow(best, bench.party(scenario))
    exchanges = tuple(bench.transport.transcript[since:])
    run = Run(scenario, tuple(best))
    if isinstance(failure, NotFresh):
        return Difference(str(failure), run, exchanges, True, not_fresh=True)
    if not isinstance(failure, Disagreement):
        return None
    mitigation, goals = explain(bench, scenario, enforced, best)
    return Difference(str(failure), run, exchanges, failure.is_acceptance, False, failure.leaks, mitigation, goals)


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
    bench: Bench, scenario: Scenario, enforced: frozenset[str], steps: Sequence[RunStep]
) -> tuple[Mitigation | None, tuple[Goal, ...]]:
    """The mitigation without which model and server agree on the last of some steps, and the goals then broken.

    Only those are tried on the server that make the model answer otherwise.
    """
    usual, _, _ = Follower(scenario, bench).follow(steps, None)
    for mitigation in scenario.mitigations:
        if mitigation.slug not in enforced:
            continue
        weaker = scenario.without(mitigation, *(each for each in scenario.policy if mitigation.slug in each.needs))
        follower = Follower(weaker, bench)
        taken, world, _ = follower.follow(steps, None)
        if len(taken) != len(steps) or taken[-1].sent == usual[-1].sent:
            continue
        if follower.follow(steps, bench.party(weaker))[2] is None:
            tried = any(step.envelope.sender == TESTER for step in taken)
            false = () if tried else Judge(follower.composition, SAFETY).false_in(world)
            return mitigation, tuple(goal for goal in SAFETY if goal in false)
    return None, ()


def _after(composition: Composition, tester: Tester, world: World, change: Change, tried: bool) -> tuple[World, bool]:
    if composition.envelopes.values[change.step.envelope].sender == TESTER:
        return tester.after(world, change), True
    return composition.after(world, change), tried


def _name(composition: Composition, change: Change) -> StepName:
    envelope = composition.envelopes.values[change.step.envelope]
    party = envelope.receiver.party
    servers = composition.scenario.cast
    first = servers.resource_servers[0] if party in servers.resource_servers else party
    return StepName("try", Address(first), type(envelope.message))


def _signature(failure: Disagreement | NotFresh) -> Signature:
    if isinstance(failure, NotFresh):
        return ("not fresh", type(failure.term).__name__)
    return failure.signature
