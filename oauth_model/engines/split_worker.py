"""One worker of a split search: it owns the states whose hash falls to it.

What it owns is kept in agreed numbers (`split_numbers`). To find their successors it has an explicit search of its own,
in its program's own numbers, of which it keeps only what it found lately: a memory of what need not be
sent again. It knows nothing of other workers; the coordinator (`split`) calls its methods, wherever it is.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oauth_model.checkers.parcel import Places
from oauth_model.engines import explicit, kernel
from oauth_model.engines.explicit import Explicit
from oauth_model.engines.explicit_store import States
from oauth_model.engines.kernel_arrays import Ints, Layout, Longs, Words, Work
from oauth_model.engines.program import Program
from oauth_model.engines.split_numbers import News, Numbers, Report
from oauth_model.goals.goal import Goal

AT_A_TIME = 1 << 16
"""How many states a worker looks at between two exchanges."""

REMEMBERED = 1 << 20
"""How many of the states that it found last it remembers, those of one exchange aside."""

INSERTED = 1 << 15
"""How many states are looked up at a time."""

Bucket = tuple[Words, Longs]
"""Packed states in agreed numbers, and the place of each one's parent."""


class Broken(NamedTuple):
    """A goal, by its number, a state where it is broken in agreed numbers, and the place of its parent; -1 for none."""

    goal: int
    fields: list[int]
    parent: int


class Standing(NamedTuple):
    """How far a worker is: states owned, those of them looked at, transitions taken, and bytes of memory.

    `full` says that it can number no more states, and has left some out.
    """

    states: int
    done: int
    transitions: int
    memory: int
    full: bool


class Piece(NamedTuple):
    """Some states that a worker owns, packed as `layout` says, to be kept elsewhere."""

    layout: Layout
    words: Words
    parent: NDArray[np.uint32]


@kernel.compiled
def moved(
    rows: Words,
    old: Layout,
    numbers: Ints,
    begins: Longs,
    known: Ints,
    happened: Ints,
    new: Layout,
    into: Words,
    hashes: Words,
) -> bool:
    """Pack states anew, with other numbers for the values of each field; False if a value has none.

    `numbers` has those of each field from the place in `begins` on, but for sets of terms and of facts.
    The hashes are those of the new values, whatever the layout.
    """
    sets = begins.size - 3
    for each in range(rows.shape[0]):
        for word in range(into.shape[1]):
            into[each, word] = 0
        hashed = np.uint64(0x9E3779B97F4A7C15)
        for field in range(begins.size):
            value = np.int64((rows[each, old.word[field]] >> old.shift[field]) & old.mask[field])
            if field == sets:
                number = known[value]
            elif field == sets + 1:
                number = happened[value]
            else:
                number = numbers[begins[field] + value]
            if number < 0:
                return False
            into[each, new.word[field]] |= np.uint64(number) << new.shift[field]
            hashed = (hashed ^ np.uint64(number)) * np.uint64(0xD6E8FEB86659FD93)
            hashed ^= hashed >> np.uint64(32)
        hashes[each] = hashed
    return True


def renumbered(rows: Words, old: Layout, maps: Sequence[Ints], new: Layout, width: int) -> tuple[Words, Words]:
    """States packed anew, and the hashes of their new values."""
    into, hashes = np.empty((rows.shape[0], width), np.uint64), np.empty(rows.shape[0], np.uint64)
    *slots, known, happened, made = maps
    small = [*slots, np.zeros(0, np.int32), np.zeros(0, np.int32), made]
    begins = np.cumsum([0, *(one.size for one in small)])[:-1]
    well = moved(rows, old, np.concatenate(small), begins, known, happened, new, into, hashes)
    assert well, "a state has a value that has no number"
    return into, hashes


def owners_of(hashes: Words, of: int) -> Longs:
    """To which of so many workers hashes fall."""
    return ((hashes >> np.uint64(32)) * np.uint64(of) >> np.uint64(32)).astype(np.int64)


# ------------------------------------------------------------------ finding successors


class Near(Explicit):
    """An explicit search of one worker: it is given states, and keeps the successors found lately."""

    def look_at(self, rows: Words) -> range:
        """Find the successors of some states in this search's numbers; the places of those not found lately."""
        if self.states.used > REMEMBERED:
            self.states.count[kernel.STATES] = 0
            self.states.table.fill(0)
        begin = self.states.used
        self.states.make_room(rows.shape[0])
        self.states.words[begin : begin + rows.shape[0]] = rows
        self.states.count[kernel.STATES] += rows.shape[0]
        end = self.states.used
        self._ask()
        for first in range(begin, end, explicit.AT_ONCE):
            self._expand(np.arange(first, min(first + explicit.AT_ONCE, end)))
        return range(end, self.states.used)

    def fit(self) -> None:
        """Bring everything up to date with what the program learnt."""
        self._flat.update()
        self._fit()


class Worker:
    """What one of some workers owns, and how it looks at it.

    `parcel` has the scenario and the goals; the worker is number `me` of so many, from 0 on.
    """

    def __init__(self, parcel: bytes, places: Places, me: int, of: int) -> None:
        sys.path += [place for place in places if place not in sys.path]
        self._me, self._of = me, of
        scenario, goals = pickle.loads(parcel)
        self._goals: tuple[Goal, ...] = goals
        self._program = Program(scenario)
        self._near = Near(self._program, goals)
        self._numbers = Numbers(self._program, self._near.known, self._near.happened)
        self._owned = States(self._program.n + 3)
        self._looked_at, self._found, self._kept = range(0), range(0), self._nothing()
        self._done, self._end, self._depth = 0, 0, 0
        self._told: set[Goal] = set()

    def _nothing(self) -> Bucket:
        return np.zeros((0, self._owned.words.shape[1]), np.uint64), np.zeros(0, np.int64)

    @property
    def _memory(self) -> int:
        return self._owned.memory + self._near.memory

    @property
    def _standing(self) -> Standing:
        transitions = int(self._near.states.count[kernel.TRANSITIONS])
        return Standing(self._owned.used, self._done, transitions, self._memory, bool(self._owned.count[kernel.BEYOND]))

    # -------------------------------------------------------------- a round of the search, in this order

    def look_at(self, depth: int) -> Report:
        """Find the successors of the next states of the layer at a depth; what in them has no agreed number."""
        if depth != self._depth:
            self._depth, self._end = depth, self._owned.used
        last = min(self._done + AT_A_TIME, self._end)
        own, near = self._owned, self._near.states
        here = [numbers.here for numbers in self._numbers.fields]
        rows, _ = renumbered(own.words[self._done : last], own.layout, here, near.layout, near.words.shape[1])
        self._found = self._near.look_at(rows)
        self._looked_at, self._done = range(self._done, last), last
        return self._numbers.report()

    def exchange(self, news: News) -> tuple[list[Bucket], list[Broken]]:
        """Number what was found: the new states by owner, and the goals that are broken in them."""
        self._numbers.take_values(news)
        self._near.fit()
        self._numbers.take_sets(news)
        self._near.fit()
        self._owned.fit(news.sizes)
        near, there = self._near.states, [numbers.there for numbers in self._numbers.fields]
        found = near.words[self._found.start : self._found.stop]
        rows, hashes = renumbered(found, near.layout, there, self._owned.layout, self._owned.words.shape[1])
        parents = self._parents(near.parent[self._found.start : self._found.stop].astype(np.int64))
        owners = owners_of(hashes, self._of)
        buckets = [(rows[mine], parents[mine]) for mine in (owners == owner for owner in range(self._of))]
        broken = [self._broken(goal, at) for goal, at in self._near.questions.broken.items() if goal not in self._told]
        self._told |= self._near.questions.broken.keys()
        self._kept, buckets[self._me] = buckets[self._me], self._nothing()
        self._found = range(0)
        return buckets, broken

    def accept(self, buckets: list[Bucket]) -> Standing:
        """Own the states that are new, found by each worker in turn."""
        for sender, bucket in enumerate(buckets):
            self._insert(*(self._kept if sender == self._me else bucket))
        self._kept = self._nothing()
        return self._standing

    def _parents(self, near: Longs) -> Longs:
        """The places of states owned here that were looked at last, from those where they were looked at."""
        begin = self._found.start - len(self._looked_at)
        return ((near - begin) + self._looked_at.start) * self._of + self._me

    def _broken(self, goal: Goal, at: int) -> Broken:
        """A broken goal; `at` is where the state was found, or one that was looked at if it is the first of all."""
        states = self._near.states
        fields, parent = states.fields(at), -1
        numbers = [int(field.there[value]) for field, value in zip(self._numbers.fields, fields, strict=True)]
        if at in self._found:
            parent = int(self._parents(states.parent[at : at + 1].astype(np.int64))[0])
        return Broken(self._goals.index(goal), numbers, parent)

    def _insert(self, rows: Words, parents: Longs) -> None:
        states = self._owned
        for begin in range(0, rows.shape[0], INSERTED):
            some = np.require(rows[begin : begin + INSERTED], requirements=["C", "W"])
            many, none = some.shape[0], np.zeros(0, np.int32)
            states.make_room(many)
            hashes = np.zeros(many + 1, np.uint64)
            from_ = np.require(parents[begin : begin + INSERTED], requirements=["C", "W"])
            work = Work(some, hashes, from_, np.zeros(0, np.int64), none, none, np.zeros((0, 3), np.int64))
            store, slots, most = states.store, self._program.n, explicit.MOST // self._of
            kernel.insert(store, states.layout, work, slots, states.seen, states.count, many, most)

    # -------------------------------------------------------------- beginning, keeping, telling

    def begin(self, news: News) -> Standing:
        """Know what has a number, and own the first state of all if it falls to this worker."""
        self.exchange(news)
        rows, hashes = self._first()
        if owners_of(hashes, self._of)[0] == self._me:
            self._insert(rows, np.array([self._me]))
        self._depth = -1
        return self._standing

    def _first(self) -> tuple[Words, Words]:
        near, own = self._near.states, self._owned
        there = [numbers.there for numbers in self._numbers.fields]
        return renumbered(near.words[:1], near.layout, there, own.layout, own.words.shape[1])

    def piece(self, begin: int, end: int) -> Piece:
        """Some of the states owned."""
        own = self._owned
        return Piece(own.layout, own.words[begin:end].copy(), own.parent[begin:end].copy())

    def put_back(self, piece: Piece, sizes: list[int]) -> Standing:
        """Own states again that were kept, all of them in their order."""
        same = [np.arange(size, dtype=np.int32) for size in sizes]
        own = self._owned
        rows, _ = renumbered(piece.words, piece.layout, same, own.layout, own.words.shape[1])
        self._insert(rows, piece.parent.astype(np.int64))
        return self._standing

    def go_on(self, done: int) -> Standing:
        """Have looked at so many of the states owned: the rest is the next layer."""
        self._done = done
        return self._standing

    def state(self, number: int) -> tuple[list[int], int]:
        """A state that is owned, in agreed numbers, and the place of its parent."""
        return self._owned.fields(number), int(self._owned.parent[number])

    def process(self) -> int:
        """The number of the process in which this is."""
        return os.getpid()
