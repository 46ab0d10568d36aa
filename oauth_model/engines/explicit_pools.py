"""Arrays that rows are added to: what a program learns, written down for the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import DTypeLike

from oauth_model.engines.kernel_arrays import Words

WORD = 64
"""How many bits a word has."""


def words_of(numbers: Iterable[int], width: int) -> Words:
    """A set of numbers as the bits of some words."""
    bits = sum(1 << number for number in numbers)
    return np.frombuffer(bits.to_bytes(8 * width, "little"), np.uint64).copy()


def numbers_of(bits: int) -> frozenset[int]:
    """The numbers whose bits are set."""
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)


class Pool:
    """An array to which rows are added."""

    def __init__(self, columns: int = 0, kind: DTypeLike = np.int32) -> None:
        self._columns = (columns,) if columns else ()
        self.array = np.zeros((256, *self._columns), kind)
        self.used = 0

    def extend(self, many: int) -> int:
        """Add some rows of zeros; the first one's number."""
        begin, self.used = self.used, self.used + many
        if self.used > self.array.shape[0]:
            self.array.resize((max(self.used, self.array.shape[0] * 2), *self._columns), refcheck=False)
        return begin

    def add(self, rows: Sequence[object]) -> tuple[int, int]:
        """Add some rows; where they begin and end."""
        begin = self.extend(len(rows))
        if rows:
            self.array[begin : self.used] = rows
        return begin, self.used


class SetPool:
    """Sets of numbers, each kept once, as rows of bits; the first one is empty."""

    def __init__(self) -> None:
        self._numbers: dict[frozenset[int], int] = {frozenset(): 0}
        self._written = 0
        self.rows = np.zeros((64, 1), np.uint64)

    def number(self, members: frozenset[int]) -> int:
        """The number of a set; 0 for that of nothing."""
        return self._numbers.setdefault(members, len(self._numbers))

    def write(self, width: int) -> None:
        """Write what is new, in rows of a width."""
        if width > self.rows.shape[1] or len(self._numbers) > self.rows.shape[0]:
            self.rows = np.zeros((2 * len(self._numbers), width), np.uint64)
            self._written = 0
        for members, number in islice(self._numbers.items(), self._written, None):
            self.rows[number] = words_of(members, width)
        self._written = len(self._numbers)
