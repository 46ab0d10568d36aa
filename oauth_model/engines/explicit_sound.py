"""Whether the arrays of a checkpoint belong together: the kernel believes what it is given.

Compiled code does not ask whether an index is one of the array: with a damaged checkpoint it would read, and write,
memory that is somebody else's, and the process would end without a word. So before a search goes on, every number
that it would use as an index is looked at once. What is not looked at is whether the states are those of a search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines import kernel
from oauth_model.engines.explicit_pools import WORD
from oauth_model.engines.program import Program

MOST_BITS = 31
"""How many bits a field may have."""

SETS = ("known", "happened")

FORMS: Mapping[str, tuple[type, int]] = {
    **dict.fromkeys(("place", "count", "widths", "first"), (np.int64, 1)),
    **{f"layout {name}": (np.uint64, 1) for name in ("word", "shift", "mask")},
    "words": (np.uint64, 2),
    "parent": (np.uint32, 1),
    "pairs": (np.uint64, 2),
    **{f"{name} {what}": (np.uint64, 2) for name in SETS for what in ("sets", "parts")},
    **{f"{name} part": (np.int32, 1) for name in SETS},
}
"""The type of each array's numbers, and how many indexes it has."""
FORMS_OF_FINGERPRINTS: Mapping[str, tuple[type, int]] = {"marks": (np.uint64, 1), "table": (np.uint64, 1)}
"""Of those that there are with fingerprints only."""

Arrays = Mapping[str, NDArray[Any]]


class Damaged(ValueError):
    """The arrays cannot be those of a search; says what is wrong with them."""


def check(arrays: Arrays, program: Program) -> None:
    """Raises Damaged unless the arrays belong together, and their numbers are those of a program."""
    wrong = next(_faults(arrays, program), None)
    if wrong is not None:
        raise Damaged(wrong)


def _faults(arrays: Arrays, program: Program) -> Iterator[str]:
    """What is wrong, one thing after the other; each is looked at when those before are right."""
    forms = {**FORMS, **(FORMS_OF_FINGERPRINTS if "marks" in arrays else {})}
    if forms != {name: (array.dtype.type, array.ndim) for name, array in arrays.items()}:
        yield "it has not the form of a checkpoint"
    members = len(program.terms.values), len(program.facts.values)
    for name, many in zip(SETS, members, strict=True):
        yield from _faults_of_sets(arrays, name, many)
    used = [len(arrays[f"{name} sets"]) for name in SETS]
    yield from _faults_of_counts(arrays)
    yield from _faults_of_layout(arrays, program.n + 3)
    sizes = [*(len(table.values) for table in program.locals), *used, (program.bound or 0) + 1]
    words = arrays["words"]
    for field, size in enumerate(sizes):
        word, shift, mask = (arrays[f"layout {name}"][field] for name in ("word", "shift", "mask"))
        if len(words) and int(((words[:, int(word)] >> shift) & mask).max()) >= size:
            yield f"field {field} of a state has a value that stands for nothing"
    pairs = arrays["pairs"]
    if int((pairs >> np.uint64(32)).max()) >= used[0] or int((pairs & np.uint64(0xFFFFFFFF)).max()) >= used[1]:
        yield "a pair is of sets that are not there"


def _faults_of_sets(arrays: Arrays, name: str, members: int) -> Iterator[str]:
    sets, parts, part = (arrays[f"{name} {what}"] for what in ("sets", "parts", "part"))
    if not len(sets) or sets.shape[1] != parts.shape[1] or part.shape != sets.shape[:1]:
        yield f"the {name} sets and their parts do not match"
    if int(part.min()) < 0 or int(part.max()) >= len(parts):
        yield f"a {name} set has a part that is not there"
    if int.from_bytes(np.bitwise_or.reduce(sets).tobytes(), "little") >> members:
        yield f"a {name} set has a member that stands for nothing"


def _faults_of_counts(arrays: Arrays) -> Iterator[str]:
    count, words, parent = arrays["count"], arrays["words"], arrays["parent"]
    pairs, first, place = arrays["pairs"], arrays["first"], arrays["place"]
    if count.shape != (5,) or place.shape != (3,):
        yield "the counts are not those of a search"
    used, forgotten = int(count[kernel.STATES]), int(count[kernel.FORGOTTEN])
    depth, done, end = (int(number) for number in place)
    if not (0 <= forgotten <= done <= end <= used and used and depth >= 0):
        yield "the place in the search is none"
    if len(words) != used - forgotten:
        yield "there are other states than were counted"
    if "marks" in arrays:
        marks, table = arrays["marks"], arrays["table"]
        if marks.shape != words.shape[:1] or table.shape != (used,) or not table.all() or len(parent):
            yield "states and fingerprints do not match"
    elif forgotten or parent.shape != (used,):
        yield "states and their parents do not match"
    elif np.any(parent[1:] >= np.arange(1, used, dtype=np.uint32)):
        yield "a state was found before that from which it was"
    if not len(pairs) or pairs.shape[1] != 1 or first.shape != pairs.shape[:1]:
        yield "the pairs of sets are none"
    if int(first.min()) < 0 or int(first.max()) >= used:
        yield "a pair of sets was met nowhere"


def _faults_of_layout(arrays: Arrays, fields: int) -> Iterator[str]:
    widths = arrays["widths"].tolist()
    layout = [arrays[f"layout {name}"] for name in ("word", "shift", "mask")]
    if any(len(each) != fields for each in (widths, *layout)):
        yield "the fields are not those of the scenario's states"
    taken = [0] * arrays["words"].shape[1]
    for width, word, shift, mask in zip(widths, *(one.tolist() for one in layout), strict=True):
        if not 0 <= width <= MOST_BITS or mask != (1 << width) - 1 or word >= len(taken) or shift + width > WORD:
            yield "a field has no place in a state"
        if taken[word] & mask << shift:
            yield "two fields of a state have the same place"
        taken[word] |= mask << shift
