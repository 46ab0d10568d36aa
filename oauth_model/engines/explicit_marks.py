"""The states of a search that knows most of them by a fingerprint only: a number of 64 bits for each.

A state is there as it is from when it is found until it was looked at. Of the others there is one table of
fingerprints, so that two states of the same fingerprint are taken for one, and what follows from the second is not
looked at. What is found is there, but something may be missed; how likely that is, `doubt` says. The
fingerprint is one of a state's values, not of how they are packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.explicit_store import SMALL_TABLE, States
from oauth_model.engines.kernel_arrays import Store

KEPT = 2**64 - 1
"""Which bits of a fingerprint are kept."""

AT_ONCE = 1 << 20
"""How many fingerprints are compared at a time."""


def doubt(states: int) -> float:
    """A bound on the probability that among so many states two had the same fingerprint.

    There are n (n - 1) / 2 pairs of states, and each has the same with a probability of 1 / 2^64.
    """
    return min(1.0, states * states / 2**65)


class Marked(States):
    """The states found: those not looked at yet as they are, of all others the fingerprints."""

    def __init__(self, fields: int) -> None:
        super().__init__(fields)
        self.parent = np.zeros(0, np.uint32)
        self.marks = np.zeros(self.words.shape[0], np.uint64)
        self._bits = np.full(1, KEPT, np.uint64)

    @property
    def store(self) -> Store:
        """What the kernel takes."""
        return Store(self.words, self.parent, self.table, self.marks, self._bits)

    @property
    def memory(self) -> int:
        """In bytes."""
        return super().memory + self.marks.nbytes

    def forget(self, done: int) -> None:
        """Have only states from a number on, if that makes much room."""
        gone, there = done - int(self.count[kernel.FORGOTTEN]), self._kept
        if 4 * gone < self.words.shape[0]:
            return
        self.words[: there - gone] = self.words[gone:there]
        self.marks[: there - gone] = self.marks[gone:there]
        self.count[kernel.FORGOTTEN] = done

    def growth(self, more: int) -> int:
        """The bytes that `make_room` would add; a table is there until all of it is in the new one."""
        rows, size = self._rows(more), self._size(more)
        return (rows - self.words.shape[0]) * (self._row + 8) + (size * 8 if size > self.table.size else 0)

    @property
    def _row(self) -> int:
        """The bytes of a state, which has no parent."""
        return 8 * self.words.shape[1]

    def _rows(self, more: int) -> int:
        rows, needed = self.words.shape[0], self._kept + more
        return rows if needed <= rows else max(needed, rows * 5 // 4)

    def _size(self, more: int) -> int:
        size, needed = self.table.size, self.used + more
        if needed <= kernel.LOAD_OF_MARKS * size:
            return size
        return max(needed * 5 // 4 + 1, size * 2 if size * 2 <= SMALL_TABLE else size * 5 // 4)

    def _have_rows(self, rows: int) -> None:
        """Have room for so many states at a time, and for no more: what was forgotten is used again."""
        self.words.resize((rows, self.words.shape[1]), refcheck=False)
        self.marks.resize(rows, refcheck=False)

    def _packed_anew(self) -> None:
        """Fingerprints stay as they are."""

    def _have_table(self) -> None:
        """It is saved as it is, and restored so."""

    @property
    def saved(self) -> dict[str, NDArray[Any]]:
        """What there is, as arrays to save."""
        usual = super().saved | {"words": self.words[: self._kept], "marks": self.marks[: self._kept]}
        return usual | {"table": self.table[self.table != 0]}

    def saved_before(self, used: int, transitions: int) -> dict[str, NDArray[Any]]:
        """What there was when there were so many states, and transitions: none of the later ones was looked at yet."""
        saved, rows = super().saved_before(used, transitions), used - int(self.count[kernel.FORGOTTEN])
        table, later = saved["table"], saved["marks"][rows:] & self._bits[0]
        later[later == 0] = 1  # as the kernel has it
        parts = [table[begin : begin + AT_ONCE] for begin in range(0, table.size, AT_ONCE)]
        kept = np.concatenate([part[~np.isin(part, later)] for part in parts])
        return saved | {"marks": saved["marks"][:rows], "table": kept}

    def restore(self, saved: dict[str, NDArray[Any]]) -> None:
        """Have what was saved, and nothing else."""
        super().restore(saved)
        self.table = np.zeros(2 * saved["table"].size + 1, np.uint64)
        kernel.index_again(self.table, saved["table"], np.zeros(1024, np.uint64))
        self.marks = np.require(saved["marks"], requirements=["O", "W"])
