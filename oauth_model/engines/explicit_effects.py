"""What each command assigns in a packed state, as masks: for each word the bits that it leaves, and those it sets."""

from __future__ import annotations

import numpy as np

from oauth_model.engines import kernel
from oauth_model.engines.kernel_arrays import Layout, Tables


class Effects:
    """The masks of the commands noted so far, as states are packed now."""

    def __init__(self) -> None:
        self.array = np.zeros((0, 0), np.uint64)
        self._layout: Layout | None = None
        self._noted = 0

    def note(self, tables: Tables, commands: int, layout: Layout, width: int) -> None:
        """Note so many commands, for states of some words: the new ones, or all where states are packed anew."""
        if layout is not self._layout or commands > self.array.shape[0]:
            self.array = np.zeros((2 * commands, 2 * width), np.uint64)
            self._layout, self._noted = layout, 0
        kernel.note_effects(tables, layout, self.array, self._noted, commands)
        self._noted = commands
