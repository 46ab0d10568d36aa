"""The parts of a split search's states, kept in files: from there it goes on when a worker died.

A file for each worker, to which states are added as they are found; they never change, so each is written once.
The files are the coordinator's, wherever the workers are, and go with it: they are no checkpoints.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from oauth_model.engines.split_team import Team
from oauth_model.engines.split_worker import Piece

AT_ONCE = 1 << 18
"""How many states are fetched from a worker at a time."""


class Kept:
    """Files in a folder, one for each worker."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._states: list[int] = []
        self._sizes: list[int] = []

    def keep(self, team: Team, states: list[int]) -> bool:
        """Keep so many states of each worker; whether there was a place for all of them."""
        before = self._states or [0] * team.size
        written = list(self._sizes) or [0] * team.size
        try:
            for worker, (begin, end) in enumerate(zip(before, states, strict=True)):
                path = self._file(worker)
                path.touch()
                os.truncate(path, written[worker])  # somebody died while this was written
                with open(path, "ab") as file:
                    for first in range(begin, end, AT_ONCE):
                        piece: Piece = team.one(worker, "piece", first, min(first + AT_ONCE, end))
                        pickle.dump(piece, file, pickle.HIGHEST_PROTOCOL)
                    file.flush()
                    written[worker] = file.tell()
        except OSError:  # no room: what was kept before is still good
            for worker, size in enumerate(self._sizes or [0] * team.size):
                with suppress(OSError):
                    os.truncate(self._file(worker), size)
            return False
        self._states, self._sizes = states, written
        return True

    def pieces(self) -> Iterator[tuple[int, Piece]]:
        """What was kept, worker by worker, in the order in which it was found."""
        for worker, size in enumerate(self._sizes):
            with open(self._file(worker), "rb") as file:
                while file.tell() < size:
                    yield worker, pickle.load(file)

    def _file(self, worker: int) -> Path:
        return self._folder / f"part-{worker}"
