"""Where each field of a packed state is: as few words as possible, and what is left of them shared out.

States have to be packed anew whenever a field does not have the bits for its values, so bits are left over for those
that are still to come.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from oauth_model.engines.explicit_pools import WORD
from oauth_model.engines.kernel_arrays import Layout

MORE_BITS = 16
"""How many bits more than it needs the field of sets of facts has at best."""


def layout_for(needed: list[int]) -> tuple[Layout, list[int]]:
    """Places for fields of some bits, and how many bits each has there.

    Sets grow most, those of facts above all, so they have some bits more where that takes no further word.
    """
    fewest = max(word for word, _ in _packed(needed)) + 1
    for more in range(MORE_BITS, -1, -1):
        *slots, known, happened, made = needed
        generous = [*slots, min(31, known + more // 4), min(31, happened + more), made]
        places = _packed(generous)
        if max(word for word, _ in places) < fewest:
            break
    shifts, widths = [0] * len(places), [width for _, width in places]
    for word in range(fewest):
        fields = [field for field, (where, _) in enumerate(places) if where == word]
        spare = WORD - sum(widths[field] for field in fields)
        at = 0
        for number, field in enumerate(fields):
            widths[field] = min(31, widths[field] + spare // len(fields) + (number < spare % len(fields)))
            shifts[field], at = at, at + widths[field]
    masks: NDArray[np.uint64] = np.array([(1 << width) - 1 for width in widths], np.uint64)
    return Layout(np.array([word for word, _ in places], np.uint64), np.array(shifts, np.uint64), masks), widths


def _packed(widths: list[int]) -> list[tuple[int, int]]:
    """The word of each field, and its bits again: the widest first, each in the first word that has room for it."""
    places, used = [(0, 0)] * len(widths), [0]
    for field in sorted(range(len(widths)), key=lambda field: (-widths[field], field)):
        word = next((word for word, bits in enumerate(used) if bits + widths[field] <= WORD), len(used))
        if word == len(used):
            used.append(0)
        places[field] = word, widths[field]
        used[word] += widths[field]
    return places
