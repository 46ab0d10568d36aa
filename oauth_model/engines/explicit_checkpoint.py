"""Checkpoints of the explicit search: a file from which it goes on after it was stopped or killed.

What is saved are the packed states and the meaning of the numbers in them: the sessions and messages that a local
state stands for, the terms and the facts. Of the program's trees nothing is: they are learnt again where
they are needed. A checkpoint is written beside the file and then put in its place, so that there is always a
whole one. It is read by unpickling: open only your own.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oauth_model.checkers.parcel import Packer
from oauth_model.engines.program import Program
from oauth_model.names import InputError
from oauth_model.scenario import Scenario
from oauth_model.session import Memory, Session

TITLE = b"oauth-model explicit search 3\n"
DIGEST = hashlib.sha256().digest_size
OFTEN = 60.0
"""Seconds between two checkpoints, if nothing else is said."""

Arrays = dict[str, NDArray[Any]]


class Saved(NamedTuple):
    """What a search has to know to go on: a program with the meaning of all numbers, and the search's arrays."""

    program: Program
    arrays: Arrays


class _Digesting:
    """A file to write to that keeps a digest of what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write, and note what."""
        self.digest.update(data)
        return self._file.write(data)


class Checkpoint:
    """A file for checkpoints, and how many seconds there are between two of them."""

    def __init__(self, path: str | Path, seconds: float = OFTEN) -> None:
        self.path, self._seconds = Path(path), seconds
        self._last = monotonic()

    def is_due(self) -> bool:
        """Whether it is time for the next one."""
        return monotonic() - self._last >= self._seconds

    def save(self, saved: Saved) -> None:
        """Write one. Raises InputError where that is not possible."""
        beside = self.path.with_name(self.path.name + ".new")
        meaning = Packer().pack(_meaning(saved.program), f"checkpoint {self.path}")
        try:
            with open(beside, "wb") as file:
                file.write(TITLE + bytes(DIGEST))
                contents = _Digesting(file)
                pickle.dump((meaning, list(saved.arrays)), contents)
                for array in saved.arrays.values():
                    np.save(contents, array, allow_pickle=False)
                file.seek(len(TITLE))
                file.write(contents.digest.digest())
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        except OSError as failure:
            raise InputError(f"checkpoint {self.path}: cannot be written: {failure.strerror}; name another") from None
        self._last = monotonic()

    def load(self, program: Program) -> Saved | None:
        """Read it, if there is one, and have a new program give all things the numbers that they have there.

        Raises InputError if it is of another scenario, or no checkpoint.
        """
        try:
            with open(self.path, "rb") as file:
                if file.read(len(TITLE)) != TITLE:
                    raise InputError(
                        f"checkpoint {self.path}: is no checkpoint of this version; delete it or name another"
                    )
                digest = file.read(DIGEST)
                if hashlib.file_digest(file, "sha256").digest() != digest:
                    raise InputError(f"checkpoint {self.path}: is damaged; delete it or name another")
                file.seek(len(TITLE) + DIGEST)
                return self._read(file, program)
        except FileNotFoundError:
            return None
        except OSError as failure:
            raise InputError(f"checkpoint {self.path}: cannot be read: {failure.strerror}; name another") from None

    def _read(self, file: BinaryIO, program: Program) -> Saved:
        try:
            meaning, names = pickle.load(file)
            scenario, *values = pickle.loads(meaning)
        except InputError:
            raise
        except Exception as failure:  # it is whole: what it names is not there any more, or is something else
            why = f"{type(failure).__name__}: {failure}".splitlines()[0]
            raise InputError(
                f"checkpoint {self.path}: is of another version of the model ({why}); delete it or name another"
            ) from failure
        if _as_searched(scenario) != _as_searched(program.composition.scenario):
            raise InputError(f"checkpoint {self.path}: is of another scenario ({scenario}); delete it or name another")
        if not _give_numbers(program, *values):
            raise InputError(f"checkpoint {self.path}: is of another version of the model; delete it or name another")
        return Saved(program, {name: np.load(file, allow_pickle=False) for name in names})

    def remove(self) -> None:
        """The search came to its end: nothing is left to go on with."""
        self.path.unlink(missing_ok=True)


def _as_searched(scenario: Scenario) -> Scenario:
    """A scenario without the number of states at which a search of it is cut: a higher one is a reason to go on."""
    return scenario.bounded(states=None)


def _meaning(program: Program) -> tuple[Any, ...]:
    """What a program's numbers stand for. A session's memory travels as a mapping: its hash is of this process."""
    world = program.composition
    locals_ = [
        [
            (_as_told(world.sessions.values[session]), [world.envelopes.values[number] for number in waiting])
            for session, waiting in table.values
        ]
        for table in program.locals
    ]
    return world.scenario, locals_, program.terms.values, program.facts.values


def _as_told(session: Session) -> tuple[Any, ...]:
    return session.role, session.address, session.state, dict(session.memory)


def _give_numbers(program: Program, locals_: Any, terms: Any, facts: Any) -> bool:
    """Have a new program number things as they were; whether it could."""
    world = program.composition
    same = True
    for slot, values in enumerate(locals_):
        for number, (told, waiting) in enumerate(values):
            role, address, state, memory = told
            session = world.sessions.number(Session(role, address, state, Memory(memory)))
            same &= program.local(slot, session, map(world.envelopes.number, waiting)) == number
    for number, term in enumerate(terms):
        same &= program.known([term]) == {number}
    for number, fact in enumerate(facts):
        same &= program.happened([fact]) == {number}
    return same
