"""The clock of a target: the machine's, which can be put forward."""

from __future__ import annotations

import time


class Clock:
    """Seconds since the epoch, and what was added to them."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """The time at the target."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds
