"""Where the explicit search keeps its states: numpy arrays that grow, packed and looked up by the kernel.

Small arrays grow in place. A large one is made with room for several times what it has: the system gives memory only
for what is written, and gives it in large pages, which states looked up here and there need. Where so much
cannot be had, it grows in place as well. No view of such an array may outlive a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.explicit_packing import layout_for
from oauth_model.engines.explicit_sets import InternedRows
from oauth_model.engines.kernel_arrays import Layout, Pairs, Store, Words

FIRST = 1 << 12
"""How many states there is room for at first."""

LATELY = 1 << 14
"""How many pairs of sets are known to have been noted, without a look."""

LARGE, RESERVED = 1 << 22, 4
"""From how many bytes on states are given memory in large pages, and how many times what they need."""

SMALL_TABLE = 1 << 22
"""Up to how many entries a table grows by much at once, as that is done again and again."""


class States:
    """The states found, and how they are packed."""

    def __init__(self, fields: int) -> None:
        self._widths = [0] * fields
        self._is_large = False
        self.layout = Layout(np.zeros(fields, np.uint64), np.zeros(fields, np.uint64), np.zeros(fields, np.uint64))
        self.words = np.zeros((FIRST, 1), np.uint64)
        self.parent = np.zeros(FIRST, np.uint32)
        self.table = np.zeros(2 * FIRST, np.uint64)
        self.pairs = InternedRows(1, 2048)
        self.first = np.zeros(2048, np.int64)
        self._lately = np.zeros(LATELY, np.uint64)
        self.count = np.zeros(5, np.int64)
        self._no_marks = np.zeros(0, np.uint64)

    @property
    def store(self) -> Store:
        """What the kernel takes."""
        return Store(self.words, self.parent, self.table, self._no_marks, self._no_marks)

    @property
    def seen(self) -> Pairs:
        """The pairs of sets, as the kernel takes them."""
        return Pairs(self.pairs.arrays, self.first, np.zeros(1, np.uint64), self._lately)

    @property
    def used(self) -> int:
        """How many states there are."""
        return int(self.count[kernel.STATES])

    @property
    def _kept(self) -> int:
        """How many of them are there as they are."""
        return self.used - int(self.count[kernel.FORGOTTEN])

    @property
    def memory(self) -> int:
        """In bytes."""
        rows = self._kept if self._is_large else self.words.shape[0]
        return rows * self._row + self.table.nbytes + self.pairs.memory + self.first.nbytes

    @property
    def _row(self) -> int:
        """The bytes of a state with its parent."""
        return 8 * self.words.shape[1] + 4

    def fields(self, number: int) -> list[int]:
        """The values of a state's fields."""
        row = self.words[number - int(self.count[kernel.FORGOTTEN])]
        where = self.layout
        return [int(value) for value in (row[where.word] >> where.shift) & where.mask]

    def forget(self, done: int) -> None:
        """States below a number need not be there any more; here they stay, as runs lead through them."""

    def growth(self, more: int) -> int:
        """The bytes that `make_room` would add while it is at work, when what grows is there twice."""
        rows, size = self._rows(more), self._size(more)
        added = more if self._is_large else rows - self.words.shape[0]
        if self._is_large and rows > self.words.shape[0]:
            added += self.used
        return added * self._row + (size * 8 if size > self.table.size else 0)

    def _rows(self, more: int) -> int:
        rows = self.words.shape[0]
        return rows if self.used + more <= rows else max(self.used + more, rows * 6 // 5)

    def _size(self, more: int) -> int:
        size = self.table.size
        if self.used + more <= kernel.LOAD * size:
            return size
        return max((self.used + more) * 2, size * 4 if size * 4 <= SMALL_TABLE else size * 2)

    def make_room(self, more: int) -> None:
        """Have room for some more states."""
        rows, size = self._rows(more), self._size(more)
        if rows > self.words.shape[0]:
            self._have_rows(rows)
        if size > self.table.size:
            table, self.table = self.table, np.zeros(size, np.uint64)
            kernel.index_again(self.table, table, np.zeros(1024, np.uint64))
        self.pairs.make_room(more)
        self.first.resize(self.pairs.rows.shape[0], refcheck=False)

    def _have_rows(self, rows: int) -> None:
        """Have room for so many states, and for more of them where that takes no memory before it is used."""
        if rows * self._row > LARGE:
            try:
                words, parent = self._empty(rows * RESERVED, self.words.shape[1])
            except MemoryError:
                self._is_large = False
            else:
                words[: self._kept], parent[: self._kept] = self.words[: self._kept], self.parent[: self._kept]
                self.words, self.parent, self._is_large = words, parent, True
                return
        self.words.resize((rows, self.words.shape[1]), refcheck=False)
        self.parent.resize(rows, refcheck=False)

    def _empty(self, rows: int, width: int) -> tuple[Words, NDArray[np.uint32]]:
        return np.empty((rows, width), np.uint64), np.empty(rows, np.uint32)

    def _index(self) -> None:
        self.table.fill(0)
        kernel.index_states(self.store, self.used, np.zeros(1024, np.uint64))

    @property
    def saved(self) -> dict[str, NDArray[Any]]:
        """What there is, as arrays to save."""
        return {
            "count": self.count,
            "widths": np.array(self._widths),
            **{f"layout {name}": array for name, array in self.layout._asdict().items()},
            "words": self.words[: self.used],
            "parent": self.parent[: self.used],
            "pairs": self.pairs.saved,
            "first": self.first[: self.pairs.used],
        }

    def saved_before(self, used: int, transitions: int) -> dict[str, NDArray[Any]]:
        """What there was when there were so many states, and transitions: none of the later ones was looked at yet."""
        saved = self.saved
        count = self.count.copy()
        count[[kernel.STATES, kernel.TRANSITIONS, kernel.STUCK, kernel.BEYOND]] = used, transitions, 0, 0
        pairs = int(np.searchsorted(saved["first"], used))  # they are in the order of the states that they were met in
        rows = used - int(count[kernel.FORGOTTEN])
        kept = {"words": saved["words"][:rows], "parent": saved["parent"][:used]}
        return saved | kept | {"count": count, "pairs": saved["pairs"][:pairs], "first": saved["first"][:pairs]}

    def restore(self, saved: dict[str, NDArray[Any]]) -> None:
        """Have what was saved, and nothing else."""
        self.count[:] = saved["count"]
        self._widths = [int(width) for width in saved["widths"]]
        self.layout = Layout(*(saved[f"layout {name}"] for name in Layout._fields))
        self.words, self.parent = (
            np.require(saved[name], requirements=["C", "O", "W"]) for name in ("words", "parent")
        )
        self.pairs.restore(saved["pairs"])
        self._lately.fill(0)
        self.first = saved["first"].copy()
        self._is_large = False
        self._have_table()

    def _have_table(self) -> None:
        """Have the table anew."""
        self.table = np.zeros(2 * self.used + 1, np.uint64)
        self._index()

    def fit(self, sizes: Sequence[int]) -> None:
        """Have fields that can take values below some sizes; all states are packed anew if need be."""
        needed = [(size - 1).bit_length() for size in sizes]
        if all(width <= has for width, has in zip(needed, self._widths, strict=True)):
            return
        new, self._widths = layout_for(needed)
        old, before, self.layout = self.layout, self.words.shape[1], new
        wider = max(int(new.word.max()) + 1, before)
        if wider > before:
            self._widen(wider)
        values = np.zeros(len(needed), np.int64)
        kernel.repack(self.words.reshape(-1), self._kept, old, before, new, wider, values)
        self._packed_anew()

    def _widen(self, width: int) -> None:
        """Have rows of so many words; the first ones of what there is are still packed as they were."""
        rows = self.words.shape[0]
        if self._is_large:
            old, kept = self.words, self._kept * self.words.shape[1]
            self.words = np.empty((rows, width), np.uint64)
            self.words.reshape(-1)[:kept] = old.reshape(-1)[:kept]
        else:
            self.words.resize((rows, width), refcheck=False)

    def _packed_anew(self) -> None:
        self._index()
