"""Sets of terms and of facts, on their way between the workers of a split search: as rows of bits, and as bytes.

A set that came from elsewhere is put among a worker's own (`explicit_sets`), where the kernel finds it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.explicit_pools import WORD
from oauth_model.engines.explicit_sets import InternedRows, SetsOf
from oauth_model.engines.kernel_arrays import Longs, Whole, Words

AHEAD = 8
"""Fields are wide enough for so many times the sets that there are when they have to grow."""


def renumbered(rows: Words, to: Longs, width: int) -> Words:
    """Sets as rows of bits, with other numbers for their members, in rows of some words."""
    new = np.zeros((rows.shape[0], width * WORD), np.uint8)
    bits = np.unpackbits(np.ascontiguousarray(rows).view(np.uint8), axis=1, bitorder="little")
    new[:, to] = bits[:, : to.size]
    assert not bits[:, to.size :].any(), "a set has a member that has no number"
    return np.packbits(new, axis=1, bitorder="little").view(np.uint64)


def keys(rows: Words) -> list[bytes]:
    """Rows as bytes that do not depend on how many words a row has."""
    size = 8 * rows.shape[1]
    whole = rows.tobytes()
    return [whole[at : at + size].rstrip(b"\0") for at in range(0, len(whole), size)]


def append(sets: SetsOf, rows: Words, of_parts: dict[bytes, int]) -> None:
    """Add sets that are not among them yet; `of_parts` has the numbers of their parts, as far as they were needed."""
    for key in keys(sets.parts.rows[len(of_parts) : sets.parts.used]):
        of_parts[key] = len(of_parts)
    relevant: Words = rows & sets.relevant
    new: list[int] = []
    part: list[int] = []
    for at, key in enumerate(keys(relevant)):
        number = of_parts.setdefault(key, len(of_parts))
        if number == sets.parts.used + len(new):
            new.append(at)
        part.append(number)
    before = sets.all.used
    _enter(sets.parts, relevant[new])
    _enter(sets.all, rows)
    room = sets.all.rows.shape[0]
    sets.part.resize(room, refcheck=False)
    sets.part[before : before + len(part)] = part


def _enter(interned: InternedRows, rows: Words) -> None:
    """Add rows that are not there yet."""
    begin, many = interned.used, rows.shape[0]
    interned.make_room(many)
    interned.rows[begin : begin + many] = rows
    interned.arrays.used[0] = begin + many
    enter(interned.table, hashes_of(rows), begin)


@kernel.compiled
def enter(table: NDArray[np.uint32], hashes: Words, begin: Whole) -> None:
    """Enter rows from a number on where the kernel looks for them, as it does itself."""
    for each in range(hashes.size):
        place: Whole = np.int64(((hashes[each] >> np.uint64(32)) * np.uint64(table.size)) >> np.uint64(32))
        while table[place]:
            place = place + 1 if place + 1 < table.size else 0
        table[place] = begin + each + 1


def hashes_of(rows: Words) -> Words:
    """What the kernel's `hash_of` says of each row."""
    found = np.full(rows.shape[0], 0x9E3779B97F4A7C15, np.uint64)
    for word in range(rows.shape[1]):
        found ^= rows[:, word]
        found *= np.uint64(0xD6E8FEB86659FD93)
        found ^= found >> np.uint64(32)
    return found * np.uint64(0xD6E8FEB86659FD93)
