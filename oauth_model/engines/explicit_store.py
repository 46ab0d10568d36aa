"""Where the explicit search keeps its states and sets: numpy arrays that grow, packed and looked up by the kernel.

Arrays grow by a modest part of their size, and in place: numpy's `resize` has the system move pages and copies
nothing, so that little more memory is ever taken than states need. No view of such an array may outlive a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.kernel_arrays import Interned, Layout, Pairs, Sets, Store, Words

WORD = 64
REMEMBERED, AT_MOST = 8, 1 << 14
"""How many unions are remembered for each set that there is room for, and in all."""

FIRST = 1 << 12
"""How many states there is room for at first."""

SMALL_TABLE = 1 << 22
"""Up to how many entries a table grows by much at once, as that is done again and again."""


def words_of(numbers: Iterable[int], width: int) -> Words:
    """A set of numbers as the bits of some words."""
    bits = sum(1 << number for number in numbers)
    return np.frombuffer(bits.to_bytes(8 * width, "little"), np.uint64).copy()


def numbers_of(row: Words) -> frozenset[int]:
    """The numbers whose bits are set."""
    bits = int.from_bytes(row.tobytes(), "little")
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)


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
    """Sets of small numbers, and the part of each that is relevant to what happens next.

    `most` is how many sets a field must have numbers for: some more than there is room for, as states have to
    be packed anew whenever it grows.
    """

    def __init__(self, first: frozenset[int]) -> None:
        self.all, self.parts = InternedRows(1), InternedRows(1, 16)
        self.most = 16 * self.all.rows.shape[0]
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
        if self.all.rows.shape[0] > self.most:
            self.most = 16 * self.all.rows.shape[0]

    @property
    def saved(self) -> dict[str, NDArray[Any]]:
        """What there is, as arrays to save."""
        return {"sets": self.all.saved, "parts": self.parts.saved, "part": self.part[: self.all.used]}

    def restore(self, saved: dict[str, NDArray[Any]]) -> None:
        """Have what was saved, and nothing else."""
        self.all.restore(saved["sets"])
        self.most = max(self.most, self.all.used)
        self.parts.restore(saved["parts"])
        self.part = saved["part"].copy()
        self._forget_unions()
        self._width = self.all.rows.shape[1]

    def _forget_unions(self) -> None:
        """Remember no unions, and have room for more than twice as many as so far, if there are more sets."""
        room = 1 << (2 * REMEMBERED * self.all.rows.shape[0]).bit_length()
        self.joined = np.zeros((min(room, AT_MOST), 2), np.uint64)

    def __getitem__(self, number: int) -> frozenset[int]:
        return numbers_of(self.all.rows[number])


class States:
    """The states found, and how they are packed."""

    def __init__(self, fields: int) -> None:
        self._widths = [0] * fields
        self.layout = Layout(np.zeros(fields, np.int64), np.zeros(fields, np.uint64), np.zeros(fields, np.uint64))
        self.words = np.zeros((FIRST, 1), np.uint64)
        self.parent = np.zeros(FIRST, np.uint32)
        self.table = np.zeros(2 * FIRST, np.uint64)
        self.pairs = InternedRows(1, 2048)
        self.first = np.zeros(2048, np.int64)
        self.count = np.zeros(5, np.int64)
        self._no_marks = np.zeros(0, np.uint64)

    @property
    def store(self) -> Store:
        """What the kernel takes."""
        return Store(self.words, self.parent, self.table, self._no_marks, self._no_marks)

    @property
    def seen(self) -> Pairs:
        """The pairs of sets, as the kernel takes them."""
        return Pairs(self.pairs.arrays, self.first, np.zeros(1, np.uint64))

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
        own = self.words.nbytes + self.parent.nbytes + self.table.nbytes
        return own + self.pairs.memory + self.first.nbytes

    def fields(self, number: int) -> list[int]:
        """The values of a state's fields."""
        row = self.words[number - int(self.count[kernel.FORGOTTEN])]
        return [kernel.read(self.layout, row, field) for field in range(len(self._widths))]

    def forget(self, done: int) -> None:
        """States below a number need not be there any more; here they stay, as runs lead through them."""

    def growth(self, more: int) -> int:
        """The bytes that `make_room` would add."""
        rows, size = self._rows(more), self._size(more)
        return (rows - self.words.shape[0]) * (8 * self.words.shape[1] + 4) + (size - self.table.size) * 8

    def _rows(self, more: int) -> int:
        rows = self.words.shape[0]
        return rows if self.used + more <= rows else max(self.used + more, rows * 6 // 5)

    def _size(self, more: int) -> int:
        size = self.table.size
        if self.used + more <= kernel.LOAD * size:
            return size
        return max((self.used + more) * 2, size * 4 if size * 4 <= SMALL_TABLE else size * 7 // 4)

    def make_room(self, more: int) -> None:
        """Have room for some more states."""
        rows, size = self._rows(more), self._size(more)
        if rows > self.words.shape[0]:
            self.words.resize((rows, self.words.shape[1]), refcheck=False)
            self.parent.resize(rows, refcheck=False)
        if size > self.table.size:
            self._index(size)
        self.pairs.make_room(more)
        self.first.resize(self.pairs.rows.shape[0], refcheck=False)

    def _index(self, size: int) -> None:
        self.table = np.zeros(0, np.uint64)  # the old one goes before the new one comes
        self.table = np.zeros(size, np.uint64)
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

    def restore(self, saved: dict[str, NDArray[Any]]) -> None:
        """Have what was saved, and nothing else."""
        self.count[:] = saved["count"]
        self._widths = [int(width) for width in saved["widths"]]
        self.layout = Layout(*(saved[f"layout {name}"] for name in Layout._fields))
        self.words, self.parent = (
            np.require(saved[name], requirements=["C", "O", "W"]) for name in ("words", "parent")
        )
        self.pairs.restore(saved["pairs"])
        self.first = saved["first"].copy()
        self._index(2 * self.used + 1)

    def fit(self, sizes: Sequence[int]) -> None:
        """Have fields that can take values below some sizes; all states are packed anew if need be."""
        needed = [(size - 1).bit_length() for size in sizes]
        if all(width <= has for width, has in zip(needed, self._widths, strict=True)):
            return
        places: list[tuple[int, int]] = [(0, 0)] * len(needed)
        used: list[int] = []
        for field in sorted(range(len(needed)), key=lambda field: (-needed[field], field)):
            width = needed[field]
            word = next((w for w, bits in enumerate(used) if bits + width <= WORD), len(used))
            if word == len(used):
                used.append(0)
            places[field] = (word, width)
            used[word] += width
        new = self._with_spare_bits(places, used)
        old, before, self.layout = self.layout, self.words.shape[1], new
        wider = max(len(used), before)
        self.words.resize((self.words.shape[0], wider), refcheck=False)
        values = np.zeros(len(needed), np.int64)
        kernel.repack(self.words.reshape(-1), self._kept, old, before, new, wider, values)
        self._packed_anew()

    def _packed_anew(self) -> None:
        self._index(self.table.size)

    def _with_spare_bits(self, places: list[tuple[int, int]], used: list[int]) -> Layout:
        """Each word's fields, with the bits that are left over shared out among them."""
        shifts, widths = [0] * len(places), [width for _, width in places]
        for word, bits in enumerate(used):
            fields = [field for field, (where, _) in enumerate(places) if where == word]
            at = 0
            for number, field in enumerate(fields):
                spare = WORD - bits
                widths[field] = min(31, widths[field] + spare // len(fields) + (number < spare % len(fields)))
                shifts[field], at = at, at + widths[field]
        self._widths = widths
        masks: NDArray[np.uint64] = np.array([(1 << width) - 1 for width in widths], np.uint64)
        return Layout(np.array([word for word, _ in places], np.int64), np.array(shifts, np.uint64), masks)
