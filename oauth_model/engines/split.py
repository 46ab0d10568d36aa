"""The explicit search, split by hash over several workers that each own a part of the states.

Breadth-first, one layer after the other: each worker looks at the next states of its part of a layer, what is new in
what it found gets a number that all agree on, and the states found go to their owners. So there are exactly the
states, transitions and depth of the explicit search, and violations by shortest runs. Which of several shortest runs is
told may differ from what it tells, and with the number of workers.

A worker that dies takes its part of the states with it. Now and then, between two layers, all parts are kept in files
of this process's; new workers then go on from there, or from the beginning if nothing was kept yet. What was
found since is found again: the verdict is the same, only later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from tempfile import TemporaryDirectory
from time import monotonic

from oauth_model.engines.explicit import MOST, SECONDS, Cut
from oauth_model.engines.interrupts import noted_interrupts
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.split_kept import Kept
from oauth_model.engines.split_numbers import Lengths, Register
from oauth_model.engines.split_team import Died, Spread, Team
from oauth_model.engines.split_worker import Broken, Standing
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Status, Walk, at_memory, at_states
from oauth_model.errors import ModelError
from oauth_model.goals.goal import Goal
from oauth_model.steps import Change

TRIES = 3
"""How often a search goes on from one place when a worker dies each time."""

OFTEN = 30.0
"""Seconds between two times that the workers' parts are kept."""

NO_LIMITS = Limits()


@dataclass
class Place:
    """How far a search is: the depth of the layer that is looked at, how each worker stands, and what is broken."""

    depth: int = 0
    standings: list[Standing] = field(default_factory=list)
    broken: dict[Goal, Broken] = field(default_factory=dict)
    before: int = 0
    """Transitions taken by workers that are no more."""

    @property
    def states(self) -> int:
        """All that were found."""
        return sum(standing.states for standing in self.standings)

    @property
    def left(self) -> int:
        """Those not looked at yet."""
        return sum(standing.states - standing.done for standing in self.standings)

    @property
    def memory(self) -> int:
        """Bytes taken, by all workers."""
        return sum(standing.memory for standing in self.standings)

    @property
    def transitions(self) -> int:
        """Those taken."""
        return self.before + sum(standing.transitions for standing in self.standings)


class Split:
    """One search, by the workers of one team after the other."""

    def __init__(
        self,
        program: Program,
        goals: tuple[Goal, ...],
        stop_on: frozenset[Goal],
        limits: Limits,
        progress: Progress | None,
        kept: Kept,
    ) -> None:
        self._program, self._goals, self._stop_on = program, goals, stop_on
        self._limits, self._progress, self._kept = limits, progress, kept
        self._most = min(limits.states or MOST, MOST)
        self._register = Register(program)
        self._nothing: Lengths = (0,) * program.n, 0, 0, 0, 0
        self._lengths = self._nothing
        self._place, self._kept_place = Place(), Place()
        self._end = 0
        self._told = self._kept_when = monotonic()
        self.deaths = 0

    # -------------------------------------------------------------- the search

    def run(self, team: Team, interrupts: list[int]) -> Walk:
        """Search with workers that know nothing yet, from what was kept on. Raises Died."""
        cut = None
        try:
            self._begin(team)
            while self._place.left:
                self._layer(team, interrupts)
                self._keep(team)
        except Cut as why:
            cut = str(why)
        except KeyboardInterrupt:
            cut = INTERRUPTED
        try:
            return self._walk(cut, self._runs(team))
        except Died:
            if cut != INTERRUPTED:
                raise
            return self._walk(cut, {})  # interrupted twice, or while a worker was dying

    def _begin(self, team: Team) -> None:
        """Have new workers know what was kept."""
        news = self._register.since(self._nothing)
        self._lengths = self._register.lengths
        standings = team.all("begin", news)
        kept = self._kept_place
        if kept.standings:
            for worker, piece in self._kept.pieces():
                standings[worker] = team.one(worker, "put_back", piece, news.sizes)
            standings = team.call("go_on", [(standing.done,) for standing in kept.standings])
        self._place = Place(kept.depth, standings, dict(kept.broken), kept.transitions)
        self._end = self._place.states

    def _layer(self, team: Team, interrupts: list[int]) -> None:
        """Look at all states of a layer, found in the one before. Raises Cut."""
        place = self._place
        ends = [standing.states for standing in place.standings]
        while any(standing.done < end for standing, end in zip(place.standings, ends, strict=True)):
            for report in team.all("look_at", place.depth):
                self._register.take(report)
            news, self._lengths = self._register.since(self._lengths), self._register.lengths
            exchanged = team.all("exchange", news)
            for each in [each for _, broken in exchanged for each in broken]:
                place.broken.setdefault(self._goals[each.goal], each)
            each_gets = [([buckets[owner] for buckets, _ in exchanged],) for owner in range(team.size)]
            place.standings = team.call("accept", each_gets)
            self._tell()
            self._stop_where_enough(interrupts)
        if place.left:
            place.depth, self._end = place.depth + 1, place.states

    def _stop_where_enough(self, interrupts: list[int]) -> None:
        place, memory = self._place, self._limits.memory
        if self._stop_on and self._stop_on <= place.broken.keys():
            raise Cut
        if place.states > self._most or any(standing.full for standing in place.standings):
            raise Cut(at_states(min(self._most, place.states)))
        if memory is not None and place.memory > memory:
            raise Cut(at_memory(memory))
        if interrupts:
            raise Cut(INTERRUPTED)

    def _tell(self) -> None:
        if self._progress is not None and monotonic() - self._told > SECONDS:
            place = self._place
            self._progress(Status(place.states, place.left, self._deepest, place.memory))
            self._told = monotonic()

    @property
    def _deepest(self) -> int:
        """The depth of the deepest states found."""
        return self._place.depth + (self._place.states > self._end)

    def _keep(self, team: Team) -> None:
        """Keep all parts, if it is time; between two layers."""
        if monotonic() - self._kept_when < OFTEN:
            return
        place = self._place
        if self._kept.keep(team, [standing.states for standing in place.standings]):
            self._kept_place = Place(place.depth, place.standings, dict(place.broken), place.before)
            self.deaths = 0
        self._kept_when = monotonic()

    # -------------------------------------------------------------- what came of it

    def _walk(self, cut: str | None, found: dict[Goal, tuple[Change, ...]]) -> Walk:
        place = self._place
        states = min(place.states, self._most)
        return Walk("explicit", states, place.transitions, self._deepest, cut is None, cut or "", found)

    def _runs(self, team: Team) -> dict[Goal, tuple[Change, ...]]:
        """The runs to violations, goals in the order in which they were found broken."""
        return {goal: self._run(team, broken) for goal, broken in self._place.broken.items()}

    def _run(self, team: Team, broken: Broken) -> tuple[Change, ...]:
        """A shortest one, by the states from which each was found."""
        states, place = [self._unpacked(broken.fields)], broken.parent
        while place >= 0:
            index, owner = divmod(place, team.size)
            fields, before = team.one(owner, "state", index)
            states.append(self._unpacked(fields))
            place = before if before != place else -1
        plain = Plain(self._program)
        return tuple(
            self._program.change(
                next(number for number in plain.commands(state) if plain.after(state, number) == after)
            )
            for state, after in pairwise(reversed(states))
        )

    def _unpacked(self, fields: list[int]) -> State:
        *locals_, known, happened, made = fields
        return State(tuple(locals_), self._register.known.bits(known), self._register.happened.bits(happened), made)


def search(
    program: Program,
    goals: tuple[Goal, ...],
    spread: Spread,
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
) -> Walk:
    """Walk every state of a program that nothing was asked of yet, with the workers of a team.

    Stops early as `explicit.search` does, and says so; a limit is on the states, or the memory, of all workers
    together, and is looked at after each exchange. Raises InputError for a scenario that cannot be handed to other
    processes, or if a user's module failed in one, and ModelError if workers die again and again.
    """
    scenario = program.composition.scenario
    goals = tuple(dict.fromkeys(goals))
    with TemporaryDirectory(prefix="oauth-model-") as folder, noted_interrupts() as interrupts:
        split = Split(program, goals, stop_on, limits, progress, Kept(folder))
        while True:
            team = spread.team((scenario, goals), "a search")
            try:
                return split.run(team, interrupts)
            except Died as failure:
                split.deaths += 1
                if split.deaths == TRIES:
                    raise ModelError(
                        f"a worker of the search died {TRIES} times ({failure}). Most likely it ran out of memory: "
                        "lower the scenario's bounds, or set a limit of memory"
                    ) from None
            finally:
                team.stop()
