"""The arrays on which the kernel works, put together by what they are about.

Numba takes such tuples apart when it compiles; there is nothing in them but arrays.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

Whole = Any
"""A whole number, of whichever type compiled code has for it."""


class Layout(NamedTuple):
    """Where each field of a state is: its word, its shift, and its mask once shifted."""

    word: Words
    shift: Words
    mask: Words


class Tables(NamedTuple):
    """A program's trees and commands, as far as they are learnt.

    A bundle is some nodes of trees that are looked at together (`explicit_bundles`). A row of `bundles` has where its
    `actions` begin, where those of the attacker's messages do, and where they end; and the same of its `probes`. A
    probe looks at one field for all nodes of the bundle that do: its row has the field, and base and size of its part
    of `after`, which has for each value the bundle that follows. In place of a bundle there may be NOTHING, where there
    is nothing in it; UNKNOWN; or SINGLE and a probe's row, where there is only that probe in it.
    A row of `commands` has begin and end of its `assigns` (field, value), its rows in `needs`, `learns` and `records`
    (whose first rows are empty), and its flags. `starts` has, for each slot and local state, the bundle to begin with;
    if it is that slot's turn before all others', it is taken from URGENT - 1; and URGENT is such a one that is unknown.
    """

    bundles: Ints
    probes: Ints
    after: Ints
    actions: Ints
    commands: Ints
    assigns: Ints
    needs: Words
    learns: Words
    records: Words
    starts: Ints


class Interned(NamedTuple):
    """Rows of words, each once; `table` has row numbers plus one, and is at least twice as long as `rows`."""

    rows: Words
    table: NDArray[np.uint32]
    used: Longs


class Sets(NamedTuple):
    """Sets as bits, each with the number of its `part`: what steps can depend on of it.

    `joined` remembers unions lately made, each with what it is one of; a forgotten one is made again.
    """

    all: Interned
    parts: Interned
    part: Ints
    relevant: Words
    joined: Words
    row: Words


class Store(NamedTuple):
    """The states found, in the order in which they were; the state from which each was; and their hash table.

    An entry of the table has half of a hash above, a state's number plus one below. With fingerprints an entry is a
    state's own, as far as `kept` shows; the only states that are there are the last ones, each with its fingerprint
    (`marks`), and no parents.
    """

    words: Words
    parent: NDArray[np.uint32]
    table: Words
    marks: Words
    kept: Words


class Pairs(NamedTuple):
    """The pairs of a set of terms and a set of facts that occur, the first state of each, and some met `lately`."""

    seen: Interned
    first: Longs
    row: Words
    lately: Words


class Work(NamedTuple):
    """Room for the work on some states: successors not looked up yet, and what one state's walk needs."""

    words: Words
    hashes: Words
    parent: Longs
    now: Longs
    stack: Ints
    enabled: Ints
    stuck: Longs
