"""Sets of terms and of facts as the explicit search keeps them: rows of words, each kept once and known by a number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.explicit_pools import numbers_of, words_of
from oauth_model.engines.kernel_arrays import Interned, Sets, Words

REMEMBERED, AT_MOST = 8, 1 << 20
"""How many unions are remembered for each set that there is room for, and in all."""


class InternedRows:
    """Rows of words, each kept once and known by a number."""

    def __init__(self, width: int, room: int = 64) -> None:
        self.rows = np.zeros((room, width), np.uint64)
        self.table = np.zeros(2 * room + 1, np.uint32)
        self._used = np.zeros(1, np.int64)

    @property
    def arrays(self) -> Interned:
        """What the kernel takes."""
        return Interned(self.rows, self.table, self._used)

    @property
    def used(self) -> int:
        """How many rows there are."""
        return int(self._used[0])

    @property
    def memory(self) -> int:
        """In bytes."""
        return self.rows.nbytes + self.table.nbytes

    @property
    def saved(self) -> Words:
        """The rows in use."""
        return self.rows[: self.used]

    def restore(self, rows: Words) -> None:
        """Have these rows, and no others."""
        self.rows = rows.copy()
        self._used[0] = rows.shape[0]
        self._index()

    def make_room(self, more: int = 1) -> None:
        """Have room for some more rows."""
        if self.used + more <= self.rows.shape[0]:
            return
        room = max(self.used + more, self.rows.shape[0] * 3 // 2)
        self.rows.resize((room, self.rows.shape[1]), refcheck=False)
        self._index()

    def widen(self, width: int) -> None:
        """Have rows of more words."""
        wider = np.zeros((self.rows.shape[0], width), np.uint64)
        wider[:, : self.rows.shape[1]] = self.rows
        self.rows = wider
        self._index()

    def _index(self) -> None:
        self.table = np.zeros(2 * self.rows.shape[0] + 1, np.uint32)
        kernel.index_rows(self.arrays)


class SetsOf:
    """Sets of small numbers, and the part of each that is relevant to what happens next."""

    def __init__(self, first: frozenset[int]) -> None:
        self.all, self.parts = InternedRows(1), InternedRows(1, 16)
        self.part = np.zeros(self.all.rows.shape[0], np.int32)
        self.relevant = np.zeros(1, np.uint64)
        self._forget_unions()
        self._first = first
        self._width = 0

    @property
    def arrays(self) -> Sets:
        """What the kernel takes."""
        row = np.zeros(self.all.rows.shape[1], np.uint64)
        return Sets(self.all.arrays, self.parts.arrays, self.part, self.relevant, self.joined, row)

    @property
    def room(self) -> int:
        """How many sets there is room for; a field must have numbers for so many."""
        return self.all.rows.shape[0]

    @property
    def memory(self) -> int:
        """In bytes."""
        return self.all.memory + self.parts.memory + self.part.nbytes + self.joined.nbytes

    def fit(self, relevant: frozenset[int], width: int) -> None:
        """Know which numbers are relevant, of those that fit into some words.

        A number that becomes known must be in no set yet: the parts of those that there are stay as they are.
        """
        self.relevant = words_of(relevant, width)
        if width > self._width:
            self._width = width
            self.all.widen(width)
            self.parts.widen(width)
        if not self.all.used:
            kernel.intern_set(self.arrays, words_of(self._first, width))

    def make_room(self) -> None:
        """Have room for more sets."""
        self.all.make_room()
        self.parts.make_room()
        self.part.resize(self.all.rows.shape[0], refcheck=False)
        if REMEMBERED * self.all.rows.shape[0] > self.joined.shape[0] < AT_MOST:
            self._forget_unions()

    @property
    def saved(self) -> dict[str, NDArray[Any]]:
        """What there is, as arrays to save."""
        return {"sets": self.all.saved, "parts": self.parts.saved, "part": self.part[: self.all.used]}

    def restore(self, saved: dict[str, NDArray[Any]]) -> None:
        """Have what was saved, and nothing else."""
        self.all.restore(saved["sets"])
        self.parts.restore(saved["parts"])
        self.part = saved["part"].copy()
        self._forget_unions()
        self._width = self.all.rows.shape[1]

    def _forget_unions(self) -> None:
        """Remember no unions, and have room for more than twice as many as so far, if there are more sets."""
        room = 1 << (2 * REMEMBERED * self.all.rows.shape[0]).bit_length()
        self.joined = np.zeros((min(room, AT_MOST), 2), np.uint64)

    def __getitem__(self, number: int) -> frozenset[int]:
        return numbers_of(self.bits(number))

    def bits(self, number: int) -> int:
        """A set as the bits of one number."""
        return int.from_bytes(self.all.rows[number].tobytes(), "little")
