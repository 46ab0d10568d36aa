"""Ctrl-C in a search: noted, and met where the search is whole."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def noted_interrupts() -> Iterator[list[int]]:
    """Have a first Ctrl-C noted in a list, so that it is met between two steps; a second one interrupts at once."""
    noted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if noted:
            raise KeyboardInterrupt
        noted.append(number)

    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    try:
        before = signal.signal(signal.SIGINT, note) if usual else None
    except ValueError:  # in a thread that gets no signals
        before = None
    try:
        yield noted
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
