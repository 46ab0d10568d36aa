"""The interleaving checker: Hypothesis takes random steps in a random order and asks goals on the way.

It says "broken", with a minimal run, or "no violation in so many examples": never "holds". It is an
independent second look at what the exhaustive checker says, and reaches scenarios that are too large for
that one.

How steps are drawn: there is a fixed ring of step names, (kind, session, message class), read off the
machines' tables, so that a draw means the same in every example. A number picks a place on the ring, and the
first step from there on that is possible now is taken; where several steps have that name, a second number
picks one. Each example draws which kinds of steps its attacker leaves alone (swarm testing), and begins again
from the initial world when nothing is left to do. A step without an alternative is not drawn: it follows.

This is the one module that imports `hypothesis`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from oauth_model.checkers.exhaustive import Judge
from oauth_model.checkers.minimize import minimize
from oauth_model.checkers.step_names import PROGRESS, RING, Drawn, Feature, Ring, StepName, by_name, universe
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.goals import SAFETY
from oauth_model.goals.goal import Goal
from oauth_model.machine import ModelError
from oauth_model.run import Run, run_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.world import Composition

M = TypeVar("M", bound="Interleavings")

VARIANTS = 1 << 10
"""From how many numbers the one is drawn that tells steps of the same name apart."""

BATCH = 25
"""How many examples a survey tries before it looks whether it has found enough."""

MOST_STEPS = 800
"""How many steps an example may have: Hypothesis gives up on those that draw much more."""

ABOVE = 1 << 70
"""Numbers are drawn from here on. Among smaller ones Hypothesis also tries those that it finds in the source of the
modules that happen to be loaded, so that the same seed would draw otherwise in another program; and of small ones
it draws the smallest most."""

DRAWS = st.integers(ABOVE, ABOVE + RING * VARIANTS - 1).map(lambda drawn: divmod(drawn - ABOVE, VARIANTS))
"""A position on the ring, and the number that tells steps of the same name apart."""


@dataclass(frozen=True)
class SampledVerdict(Verdict):
    """What random interleavings say of one goal: False, with a minimal run, or None, which is not "holds".

    `examples` and `steps` are how many examples were tried, and of how many drawn steps each. `states` counts
    the different worlds that were met, `depth` is the length of the longest run.
    """

    examples: int = 0
    steps: int = 0

    @property
    def word(self) -> str:
        """The verdict in one word or two."""
        return "broken" if self.holds is False else "not broken"

    def sentence(self, scenario: Scenario) -> str:
        """The verdict with its bound."""
        if self.holds is False:
            return super().sentence(scenario)
        return (
            f"no violation in {self.examples:,} examples of at most {self.steps:,} drawn steps: "
            f"{scenario.bounds}, {self.states:,} states met"
        )


class GoalBroken(AssertionError):
    """A goal is false in a world that an interleaving reached. Its text has the goal and a minimal run."""

    def __init__(self, composition: Composition, judge: Judge, goal: Goal, taken: Iterable[Change]) -> None:
        super().__init__(goal.slug)
        self.goal = goal
        self._found = composition, judge, goal, tuple(taken)

    @cached_property
    def run(self) -> Run:
        """A minimal run that breaks the goal; worked out when it is asked for, as shrinking does not need it."""
        return minimal_run(*self._found)

    def __str__(self) -> str:
        length = len(self.run.steps)
        return f"{self.goal.slug} is broken in {length} steps ({self.goal.reference})\n{self.run.text()}"


@st.composite
def _steps(draw: st.DrawFn) -> Drawn:
    machine: Interleavings = draw(st.runner())
    return machine.draw(*draw(DRAWS))


class Interleavings(RuleBasedStateMachine):
    """Random interleavings of one scenario; `interleavings` makes a subclass of it for each."""

    composition: ClassVar[Composition]
    judge: ClassVar[Judge]
    ring: ClassVar[Ring]
    swarm: ClassVar[st.SearchStrategy[frozenset[Feature]]]

    def __init__(self) -> None:
        super().__init__()
        self.left_out: frozenset[Feature] = frozenset()
        self.broken: Goal | None = None
        self._begin()

    # -------------------------------------------------------------- rules

    @initialize(data=st.data())
    def pick_an_attacker(self, data: st.DataObject) -> None:
        """Draw which kinds of steps the attacker leaves alone in this example."""
        self.left_out = data.draw(self.swarm, label="the attacker leaves out")
        self._begin()

    @rule(drawn=_steps())
    def take(self, drawn: Drawn) -> None:
        """Take a step, and what follows it without a choice; where nothing is left to do, begin again."""
        if drawn.name is None:
            self._begin()
            return
        self._advance(self.possible[drawn.name][drawn.variant])
        changes = self.composition.changes(self.world)
        while self.broken is None and len(changes) == 1 and changes[0].step.kind in PROGRESS:
            self._advance(changes[0])
            changes = self.composition.changes(self.world)
        self._offer(changes)

    @invariant()
    def goals_hold(self) -> None:
        """Every goal holds in every world on the way."""
        if self.broken is not None:
            raise GoalBroken(self.composition, self.judge, self.broken, self.taken)

    # -------------------------------------------------------------- what they are made of

    def draw(self, position: int, variant: int) -> Drawn:
        """The first step that is possible from a position of the ring on."""
        if not self.possible:
            return Drawn(None, 0)
        name = min(self.possible, key=lambda name: self.ring.distance(position, name))
        return Drawn(name, variant % len(self.possible[name]))

    def _begin(self) -> None:
        self.world: World = self.composition.initial
        self.taken: list[Change] = []
        self._ask()
        self._offer(self.composition.changes(self.world))

    def _offer(self, changes: Iterable[Change]) -> None:
        self.possible = by_name(self.composition, changes, self.left_out)

    def _advance(self, change: Change) -> None:
        self.world = self.composition.after(self.world, change)
        self.taken.append(change)
        self._ask()

    def _ask(self) -> None:
        false = self.judge.false_in(self.world)
        if false:
            self.broken = next(goal for goal in self.judge.goals if goal in false)


class Survey(Interleavings):
    """Interleavings that go on after a violation, to meet as many goals' as they can."""

    found: ClassVar[dict[Goal, list[Change]]]
    worlds: ClassVar[set[World]]
    totals: ClassVar[Counter[str]]

    def _advance(self, change: Change) -> None:
        super()._advance(change)
        self.totals["transitions"] += 1
        self.totals["depth"] = max(self.totals["depth"], len(self.taken))

    def _ask(self) -> None:
        self.worlds.add(self.world)
        for goal in self.judge.false_in(self.world):
            if goal not in self.found or len(self.taken) < len(self.found[goal]):
                self.found[goal] = list(self.taken)


# ------------------------------------------------------------------ for users


def interleavings(scenario: Scenario, goals: Iterable[Goal] = SAFETY) -> type[Interleavings]:
    """A Hypothesis state machine for a scenario, to be run by pytest: `TestX = interleavings(scenario).TestCase`.

    Fails with `GoalBroken` where some interleaving breaks a goal. How many examples it tries, and of how many
    steps, is Hypothesis's `settings`. Raises ModelError for goals that are not about every world, and for a
    scenario that is put together wrongly.
    """
    return machine_of(Interleavings, scenario, goals)


def sample(
    scenario: Scenario,
    goals: Iterable[Goal] = SAFETY,
    *,
    examples: int = 200,
    steps: int = 40,
    seed: int = 0,
    enough: Iterable[Goal] | None = None,
) -> Result:
    """Try so many random interleavings of so many drawn steps, and say which goals they broke.

    A verdict is False, with a minimal run, or None: no violation was found, which is not "holds". It stops early
    when every goal is broken, or those in `enough` are; with `enough` empty it never does. The same seed gives
    the same answer with the same version of Hypothesis. Raises ModelError like `interleavings`,
    and for more than MOST_STEPS steps.
    """
    machine = machine_of(Survey, scenario, goals)
    machine.found, machine.worlds, machine.totals = {}, set(), Counter()
    wanted = set(machine.judge.goals if enough is None else enough)
    done = 0
    while done < examples and not (wanted and wanted <= machine.found.keys()):
        batch = min(BATCH, examples - done)
        walk_at_random(machine, examples=batch, steps=steps, seed=(seed << 32) + done)
        done += batch
    states, depth = len(machine.worlds), machine.totals["depth"]
    verdicts = []
    for goal in machine.judge.goals:
        path = machine.found.get(goal)
        run = minimal_run(machine.composition, machine.judge, goal, path) if path is not None else None
        holds = False if run else None
        verdicts.append(SampledVerdict(goal, holds, states, depth, False, run, examples=done, steps=steps))
    return Result(scenario, tuple(verdicts), states, machine.totals["transitions"], depth, False, "random")


def walk_at_random(machine: type[Interleavings], *, examples: int, steps: int, seed: int) -> None:
    """Try so many examples of so many drawn steps, without shrinking. What they find, the machine keeps.

    Hypothesis draws them, but does not run the machine as a stateful test: such a one draws some small numbers of its
    own (see `ABOVE`). Raises ModelError for more than MOST_STEPS steps.
    """
    if steps > MOST_STEPS:
        raise ModelError(f"{steps:,} steps in an example: there can be {MOST_STEPS}; take more examples instead")

    @hypothesis.seed(seed)
    @settings(
        max_examples=examples,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
    )
    @hypothesis.given(st.data())
    def example(data: st.DataObject) -> None:
        walk = machine()
        walk.pick_an_attacker(data)
        for _ in range(steps):
            walk.take(walk.draw(*data.draw(DRAWS)))

    example()


def minimal_run(composition: Composition, judge: Judge, goal: Goal, changes: Iterable[Change]) -> Run:
    """The run that breaks a goal, without the steps that are not needed for it."""
    kept = minimize(composition, list(changes), lambda world: goal in judge.false_in(world))
    return run_of(composition, kept, goal.slug)


def machine_of(base: type[M], scenario: Scenario, goals: Iterable[Goal], more: tuple[StepName, ...] = ()) -> type[M]:
    """A subclass of `base` for one scenario. `more` are names of steps that `base` offers beside the composition's."""
    goals = tuple(goals)
    for goal in goals:
        if goal.kind != "always":
            raise ModelError(
                f"{goal.slug} is a {goal.kind!r} goal: random interleavings answer only what must be true in every"
                " world. Ask the exhaustive checker (checkers.exhaustive.check)"
            )
    composition = Composition(scenario)
    names = (*universe(composition), *more)
    features = tuple(dict.fromkeys((name.kind, name.message) for name in names if name.kind not in PROGRESS))
    members: dict[str, Any] = {
        "composition": composition,
        "judge": Judge(composition, goals),
        "ring": Ring(names),
        "swarm": _swarm(features),
        "__doc__": f"Random interleavings of {scenario}.",
        "__module__": __name__,
    }
    metaclass: Any = type(base)
    return cast("type[M]", metaclass(base.__name__, (base,), members))


def _swarm(features: tuple[Feature, ...]) -> st.SearchStrategy[frozenset[Feature]]:
    """Any set of features, each in it once in four times."""
    draws = st.lists(st.integers(0, 3), min_size=len(features), max_size=len(features))
    return draws.map(
        lambda drawn: frozenset(feature for feature, draw in zip(features, drawn, strict=True) if draw == 3)
    )
