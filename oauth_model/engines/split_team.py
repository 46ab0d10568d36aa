"""Where the workers of a split search are: processes on this machine, each with a pipe.

A team answers calls of its workers' methods, in the order of the workers, or says that one of them died (`Died`).
It does not know what they do. No worker outlives its team, nor this process, however it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from typing import Any

from oauth_model.checkers.parcel import Packer, Places, _packed_failure, called, opened
from oauth_model.checkers.table import _begin, _uninterrupted
from oauth_model.engines.split_worker import Worker
from oauth_model.errors import ModelError


class Died(Exception):
    """A worker is gone, and with it all that it knew."""


class Team(ABC):
    """Some workers; `size` says how many."""

    size: int

    @abstractmethod
    def call(self, method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
        """Have workers do something, from the first one on, each with arguments of its own; what they answer.

        Raises Died, and whatever a worker raises.
        """

    @abstractmethod
    def stop(self) -> None:
        """End the workers, now."""

    def all(self, method: str, *arguments: Any) -> list[Any]:
        """Have every worker do something with the same arguments."""
        return self.call(method, [arguments] * self.size)

    def one(self, worker: int, method: str, *arguments: Any) -> Any:
        """Have one worker do something."""
        return self.call(method, [arguments], worker)[0]


@dataclass(frozen=True)
class Spread:
    """Over how many workers one search is split, and where they are: here, or on the Ray that was set up (`ray`)."""

    workers: int = 2
    ray: bool = False

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ModelError(f"a search cannot be split over {self.workers} workers; one is the least")

    def __str__(self) -> str:
        return f"split over {self.workers} {'actors of Ray' if self.ray else 'processes'}"

    def team(self, task: Any, what: str) -> Team:
        """The workers, told of the scenario and the goals; `what` is what errors call them. Raises InputError."""
        packer = Packer()
        parcel = packer.pack(task, what)
        if not self.ray:
            return Processes(parcel, packer.places, self.workers)
        from oauth_model.engines.split_ray import Actors

        return Actors(parcel, packer.places, self.workers)


# ------------------------------------------------------------------ processes


class Processes(Team):
    """Workers in processes of this one's. To be used by one thread; of no more use once a call was interrupted."""

    def __init__(self, parcel: bytes, places: Places, size: int) -> None:
        self.size = size
        self.processes: list[Any] = []
        self._pipes: list[connection.Connection] = []
        self._busy = False
        try:
            with _uninterrupted():
                for me in range(size):
                    here, there = multiprocessing.Pipe()
                    self._pipes.append(here)
                    arguments = (there, os.getcwd(), parcel, places, me, size)
                    process = multiprocessing.Process(target=_serve, args=arguments, daemon=True)
                    process.start()
                    self.processes.append(process)
                    there.close()
        except BaseException:
            self.stop()
            raise

    def call(self, method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
        """Send all what they are asked, and wait for one after the other."""
        if self._busy:
            raise Died("a call was interrupted")
        self._busy = True
        try:
            for number, arguments in enumerate(each, first):
                self._pipes[number].send((method, arguments))
            answers = [self._answer(number) for number in range(first, first + len(each))]
        except (EOFError, OSError):
            raise Died(self._end()) from None
        self._busy = False
        return [opened(answer) for answer in answers]

    def _answer(self, number: int) -> bytes:
        pipe, process = self._pipes[number], self.processes[number]
        if pipe not in connection.wait([pipe, process.sentinel]):
            raise EOFError
        return pipe.recv_bytes()

    def _end(self) -> str:
        """How a process ended whose pipe did."""
        ready = connection.wait([process.sentinel for process in self.processes], 1)
        for process in self.processes:
            if process.sentinel in ready:
                process.join()
                return f"its process ended with status {process.exitcode}"
        return "its pipe was closed"

    def stop(self) -> None:
        """Kill the processes."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.join()
            process.close()
        for pipe in self._pipes:
            pipe.close()
        self.processes, self._pipes = [], []


def _serve(pipe: connection.Connection, folder: str, parcel: bytes, places: Places, me: int, of: int) -> None:
    """A process: do what is asked until nobody asks any more."""
    _begin(folder)
    host = Host(parcel, places, me, of)
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        pipe.send_bytes(host.call(method, arguments))


class Host:
    """Holds a worker, wherever it is, and packs its answers, or the exception that a call ended with."""

    def __init__(self, parcel: bytes, places: Places, me: int, of: int) -> None:
        self._make = partial(Worker, parcel, places, me, of)
        self._worker: Worker | None = None

    def call(self, method: str, arguments: tuple[Any, ...]) -> bytes:
        """Have the worker do something; it is made when it is first called."""
        try:
            return pickle.dumps((True, called(self._do, (method, arguments))), pickle.HIGHEST_PROTOCOL)
        except Exception as failure:
            return _packed_failure(failure)

    def _do(self, task: tuple[str, tuple[Any, ...]]) -> Any:
        if self._worker is None:
            self._worker = self._make()
        method, arguments = task
        return getattr(self._worker, method)(*arguments)
