"""The explicit search: breadth-first over packed states, in a compiled kernel that learns the program as it goes.

It visits the same states by the same transitions, and in the same layers, as a plain search over the program (`plain`);
so its counts are exact and the first violation that it meets of a goal is a shortest one. The kernel does
what is known; a state that meets something unknown waits until the program has been asked about it in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.explicit_checkpoint import Checkpoint, Saved
from oauth_model.engines.explicit_effects import Effects
from oauth_model.engines.explicit_goals import Questions
from oauth_model.engines.explicit_marks import Marked, doubt
from oauth_model.engines.explicit_runs import run_to, unpacked
from oauth_model.engines.explicit_sets import SetsOf
from oauth_model.engines.explicit_sound import Damaged, check
from oauth_model.engines.explicit_store import States
from oauth_model.engines.explicit_tables import Flat
from oauth_model.engines.interrupts import noted_interrupts
from oauth_model.engines.kernel_arrays import Longs, Work
from oauth_model.engines.program import Program
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Status, Walk, at_memory, at_states
from oauth_model.goals.goal import Goal
from oauth_model.names import InputError

AT_ONCE = 1 << 15
"""How many states the kernel is given at a time."""

COLLECTED = 2048
"""How many successors it collects before it looks them up."""

SECONDS = 0.2
"""How often progress is told."""

MOST = (1 << 32) - 1
"""How many states can be numbered."""

NO_LIMITS = Limits()


class Cut(Exception):
    """The search is over before all states were looked at; says why, "" where enough was found."""


class AtLimit(Cut):
    """It is at a limit: with a higher one it could go on."""


class Explicit:
    """One search: what was found so far, and how to go on.

    States are numbered in the order in which they are found. Those below `done` were looked at; those below `end` are
    of the layer at `depth`, or of one before.
    """

    def __init__(
        self,
        program: Program,
        goals: tuple[Goal, ...],
        stop_on: frozenset[Goal] = frozenset(),
        limits: Limits = NO_LIMITS,
        progress: Progress | None = None,
        fingerprints: bool = False,
    ) -> None:
        self.program, self._stop_on, self._limits, self._progress = program, stop_on, limits, progress
        self.fingerprints = fingerprints
        self._flat = Flat(program)
        self.known, self.happened = SetsOf(program.initially_known), SetsOf(frozenset())
        self.states = Marked(program.n + 3) if fingerprints else States(program.n + 3)
        self.questions = Questions(program, goals)
        self._effects = Effects()
        self.depth, self.done, self.end = 0, 0, 1
        self._before = 1, 0
        self._stuck = np.zeros((AT_ONCE, 3), np.int64)
        self._scratch(COLLECTED)
        self._told = monotonic()
        self._fit()
        self._begin()

    def _scratch(self, room: int) -> None:
        words = np.zeros((room, self.states.words.shape[1]), np.uint64)
        numbers, now = np.zeros(room, np.int64), np.zeros(self.program.n + 5, np.int64)
        stack, enabled = np.zeros(room + self.program.n, np.int32), np.zeros(2 * room, np.int32)
        self._work = Work(words, np.zeros(room + 1, np.uint64), numbers, now, stack, enabled, self._stuck)

    def _begin(self) -> None:
        states, work = self.states, self._work
        work.words[0] = 0
        if self.fingerprints:
            work.hashes[0] = sum(int(kernel.mark_of(field, 0)) for field in range(self.program.n + 3)) % 2**64
        kernel.insert(states.store, states.layout, work, self.program.n, states.seen, states.count, 1, 1)

    # -------------------------------------------------------------- room

    @property
    def memory(self) -> int:
        """The bytes that states take, with all that is kept to find them again."""
        return self.states.memory + self.known.memory + self.happened.memory + self.questions.memory

    def _fit(self) -> None:
        """Have fields and sets that are large enough for what the program knows."""
        flat, program = self._flat, self.program
        terms, facts = flat.widths
        self.known.fit(frozenset(flat.cookies), terms)
        self.happened.fit(frozenset(flat.shared), facts)
        sizes = [len(table.values) for table in program.locals]
        sizes += [self.known.room, self.happened.room, (program.bound or 0) + 1]
        self.states.fit(sizes)
        self._effects.note(flat.arrays, flat.commands, self.states.layout, self.states.words.shape[1])
        if self._work.words.shape[1] != self.states.words.shape[1]:
            self._scratch(self._work.words.shape[0])

    def _make_room(self, missing: int) -> None:
        if missing == kernel.ROOM:
            more, memory = self._work.words.shape[0], self._limits.memory
            self.states.forget(self.done)
            if memory is not None and self.memory + self.states.growth(more) > memory:
                raise AtLimit(at_memory(memory))
            self.states.make_room(more)
        elif missing == kernel.SETS:
            self.known.make_room()
            self.happened.make_room()
            self._fit()
        elif missing == kernel.WORK:
            self._scratch(2 * self._work.words.shape[0])

    # -------------------------------------------------------------- the search

    def steps(self) -> Iterator[None]:
        """Look at all states, some at each step, one layer after the other. Raises Cut if it is over before."""
        self._ask()
        while self.done < self.states.used:
            if self.done == self.end:
                self.depth, self.end = self.depth + 1, self.states.used
            last = min(self.done + AT_ONCE, self.end)
            self._before = self.states.used, int(self.states.count[kernel.TRANSITIONS])
            self._expand(np.arange(self.done, last))
            self.done = last
            yield

    def _expand(self, todo: Longs) -> None:
        """Find all successors of some states of a layer, learning what is needed."""
        while todo.size:
            stuck = self._kernel(todo)
            todo = stuck[:, 0].copy()
            self._learn(stuck)
            self._ask()
            if self._progress is not None and monotonic() - self._told > SECONDS:
                self._progress(Status(self.states.used, self.states.used - self.done, self._deepest, self.memory))
                self._told = monotonic()

    def _ask(self) -> None:
        self.questions.ask(self.states, self.known, self.happened)
        if self._stop_on and self._stop_on <= self.questions.broken.keys():
            raise Cut

    def _kernel(self, todo: Longs) -> Longs:
        """Give the kernel some states; the ones that are stuck, with the node and the value they are stuck at."""
        states, start, missing = self.states, 0, kernel.DONE
        states.count[kernel.STUCK] = 0
        limit = MOST if self._limits.states is None else min(self._limits.states, MOST)
        bound = -1 if self.program.bound is None else self.program.bound
        while start < todo.size:
            self._make_room(missing)
            start, missing = kernel.expand(
                todo,
                start,
                self._flat.arrays,
                states.layout,
                self._effects.array,
                states.store,
                self.known.arrays,
                self.happened.arrays,
                states.seen,
                self._work,
                states.count,
                bound,
                limit,
            )
            if missing == kernel.LIMIT:
                self._ask()
                raise AtLimit(at_states(limit))
        return self._stuck[: states.count[kernel.STUCK]]

    def _learn(self, stuck: Longs) -> None:
        """Have the program learn, from one state for each thing that is not known."""
        if not stuck.size:
            return
        _, firsts = np.unique(stuck[:, 1] << 32 | stuck[:, 2], return_index=True)
        for state, probe, value in sorted(stuck[firsts].tolist()):
            if self._flat.is_learnt(probe, value):
                continue
            fields = self.states.fields(state)
            parts = int(self.known.part[fields[-3]]), int(self.happened.part[fields[-2]])
            self._flat.learn(unpacked(state, self.states, self.known, self.happened), [*fields, *parts])
        self._flat.update()
        self._fit()

    # -------------------------------------------------------------- what came of it

    @property
    def _deepest(self) -> int:
        return self.depth + (self.states.used > self.end)

    def walk(self, cut: str | None) -> Walk:
        """What was found; `cut` is None for a search that came to its end."""
        found = self.program, self.states, self.known, self.happened
        return Walk(
            "explicit",
            self.states.used,
            int(self.states.count[kernel.TRANSITIONS]),
            self._deepest,
            cut is None,
            cut or "",
            {} if self.fingerprints else {goal: run_to(n, *found) for goal, n in self.questions.broken.items()},
            frozenset(self.questions.broken),
            doubt(self.states.used) if self.fingerprints else 0.0,
        )

    # -------------------------------------------------------------- checkpoints

    @property
    def saved(self) -> Saved:
        """All that is needed to go on elsewhere; only between two steps."""
        return self._saved(self.states.saved)

    @property
    def saved_before(self) -> Saved:
        """The same as it was before the last step, which was cut."""
        return self._saved(self.states.saved_before(*self._before))

    def _saved(self, states: dict[str, NDArray[Any]]) -> Saved:
        arrays = {
            "place": np.array([self.depth, self.done, self.end]),
            **states,
            **{f"known {name}": array for name, array in self.known.saved.items()},
            **{f"happened {name}": array for name, array in self.happened.saved.items()},
        }
        return Saved(self.program, arrays)

    def resume(self, saved: Saved) -> None:
        """Go on from there. All pairs are asked about again: the goals may be others now. Raises Damaged."""
        arrays = saved.arrays
        check(arrays, self.program)
        self._flat.update()
        self.known.restore({name: arrays[f"known {name}"] for name in self.known.saved})
        self.happened.restore({name: arrays[f"happened {name}"] for name in self.happened.saved})
        self.states.restore(arrays)
        self.depth, self.done, self.end = (int(number) for number in arrays["place"])
        self._scratch(COLLECTED)
        self._fit()


def search(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    fingerprints: bool = False,
) -> Walk:
    """Walk every state of a program, breadth first, and ask goals about what they show.

    Stops early when every goal in `stop_on` (if there is any) is broken, at a limit, or when interrupted from the
    keyboard; the answer then says so and has what was found until then. `progress` is called a few times a second.
    With a `checkpoint` the search goes on from there, if there is one of this scenario, and saves itself now and
    then, and when it comes to a limit: so it can go on with a higher one.

    With `fingerprints` a state that was looked at is known by 64 bits only: much less memory, and the answer's
    `doubt` says how likely it is that a state was missed. The runs to violations are then found by a second search,
    which keeps states as they are and ends where the last one is; if it is cut before, the answer's `broken` has goals
    of which `found` has no run: they are broken all the same.

    Raises InputError for a checkpoint that cannot be used.
    """
    explicit = Explicit(program, goals, stop_on, limits, progress, fingerprints)
    walk = explicit.walk(_searched(explicit, checkpoint))
    if fingerprints and walk.broken:
        del explicit  # its memory is needed for the second one
        again = Explicit(program, tuple(goal for goal in goals if goal in walk.broken), walk.broken, limits, progress)
        _searched(again, None)
        walk.found = again.walk(None).found
    return walk


def _searched(explicit: Explicit, checkpoint: Checkpoint | None) -> str | None:
    """Search, from a checkpoint on if there is one; why it was cut, None if it came to its end."""
    if checkpoint is not None and (saved := checkpoint.load(explicit.program)) is not None:
        if ("marks" in saved.arrays) != explicit.fingerprints:
            kind = "without" if explicit.fingerprints else "with"
            raise InputError(
                f"checkpoint {checkpoint.path}: is of a search {kind} fingerprints; search so or delete it"
            )
        try:
            explicit.resume(saved)
        except Damaged as failure:
            raise InputError(
                f"checkpoint {checkpoint.path}: is damaged ({failure}); delete it or name another"
            ) from None
    try:
        with noted_interrupts() as interrupts:
            for _ in explicit.steps():
                if checkpoint is not None and (interrupts or checkpoint.is_due()):
                    checkpoint.save(explicit.saved)
                if interrupts:
                    raise Cut(INTERRUPTED)
    except Cut as cut:
        if checkpoint is not None and isinstance(cut, AtLimit):
            checkpoint.save(explicit.saved_before)
        return str(cut)
    except KeyboardInterrupt:
        return INTERRUPTED
    if checkpoint is not None:
        checkpoint.remove()
    return None
