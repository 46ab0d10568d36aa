"""Tables of searches: many tasks that do not depend on each other, one after the other or side by side.

A task is whatever its function takes; each is worked on by itself, here, in processes of this module's own, or
wherever a `concurrent.futures.Executor` works. What is found does not depend on which of these it is. A worker that
dies loses nothing: its task is done again. This module knows no search from another: what a task asks is the
function's business, and one search is not split here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any, TypeVar

from oauth_model.checkers.parcel import Packer, called, opened, work
from oauth_model.errors import ModelError

T = TypeVar("T")
R = TypeVar("R")

Note = Callable[[int, int, str], None]
"""Called after each task with how many are done, how many there are, and what the task is called."""

TRIES = 3
"""How often a task is begun whose worker dies each time."""


def run_table(
    tasks: Iterable[T],
    function: Callable[[T], R],
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    progress: Note | None = None,
    named: Callable[[T], str] = str,
) -> list[R]:
    """What the function says of each task, in the order of the tasks.

    With an `executor` the tasks go there, all at once. Else `jobs` of them are worked on at a time, each in a process
    of its own; one job is done here, without any other process. `named` is how errors and `progress` call a task.

    A task whose worker died is begun again, three times in all; an executor that takes no more tasks then is
    replaced by `jobs` processes. Raises ModelError for a task that never outlives its worker, InputError for one that
    cannot be handed over, or that a user's module failed in; and whatever else the function raises.
    """
    tasks = list(tasks)
    found = dict(answers(tasks, function, executor=executor, jobs=jobs, progress=progress, named=named))
    return [found[number] for number in range(len(tasks))]


def answers(
    tasks: Sequence[T],
    function: Callable[[T], R],
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    progress: Note | None = None,
    named: Callable[[T], str] = str,
) -> Iterator[tuple[int, R]]:
    """The same, each answer as soon as it is there, with the number of its task. Raises as `run_table` does."""
    if executor is None and (jobs == 1 or len(tasks) < 2):
        found: Iterator[tuple[int, R]] = ((number, called(function, task)) for number, task in enumerate(tasks))
    else:
        found = _elsewhere(tasks, function, executor, min(jobs, len(tasks)), named)
    for done, (number, answer) in enumerate(found, 1):
        if progress is not None:
            progress(done, len(tasks), named(tasks[number]))
        yield number, answer


def in_order(found: Iterable[tuple[int, R]]) -> Iterator[R]:
    """Numbered answers in the order of their numbers, each as soon as those before it are there."""
    waiting: dict[int, R] = {}
    following = 0
    for number, answer in found:
        waiting[number] = answer
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def _elsewhere(
    tasks: Sequence[T],
    function: Callable[[T], R],
    executor: Executor | None,
    jobs: int,
    named: Callable[[T], str],
) -> Iterator[tuple[int, R]]:
    packer = Packer()
    workers = _Workers(jobs)
    place: Executor = executor or workers
    waiting = deque(range(len(tasks)))
    running: dict[Future[bytes], int] = {}
    deaths: Counter[int] = Counter()
    try:
        while waiting or running:
            while waiting and (place is not workers or len(running) < jobs):
                number = waiting[0]
                parcel = packer.pack((function, tasks[number]), named(tasks[number]))
                try:
                    running[place.submit(work, packer.places, parcel)] = number
                except BrokenExecutor:
                    if place is workers:
                        raise
                    place = workers  # nobody knows which task it was that the executor died of
                    deaths.clear()
                    continue
                waiting.popleft()
            for future in sorted(wait(running, return_when=FIRST_COMPLETED).done, key=running.__getitem__):
                number = running.pop(future)
                try:
                    answer = future.result()
                except BrokenExecutor as failure:
                    deaths[number] += 1
                    if deaths[number] == TRIES:
                        raise _never_ends(named(tasks[number]), failure) from None
                    waiting.appendleft(number)
                else:
                    yield number, opened(answer)
        workers.shutdown()
    finally:
        # Whatever it is that came before the end, nobody wants the rest any more; it could take minutes.
        for future in running:
            future.cancel()
        workers.stop()


def _never_ends(name: str, failure: BaseException) -> ModelError:
    why = str(failure).splitlines()[0] if str(failure) else type(failure).__name__
    return ModelError(
        f"{name}: the worker died {TRIES} times while working on this ({why}). Most likely it ran out of memory: "
        "lower its bounds, or run fewer at a time"
    )


# ------------------------------------------------------------------ processes of our own


class _Workers(Executor):
    """Processes, each a pool of one: so one that dies takes no other's task with it, and is known by its task.

    To be used by one thread. `submit` waits for a worker to be free.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[_Worker] = []

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Call a function in a process."""
        while True:
            worker = self._free()
            try:
                future = worker.pool.submit(fn, *args, **kwargs)
            except BrokenExecutor:  # it died, of its last task or since
                self._workers.remove(worker)
                worker.stop()
                continue
            worker.task = future
            return future

    def _free(self) -> _Worker:
        free = next((worker for worker in self._workers if worker.task.done()), None)
        if free is not None:
            return free
        if len(self._workers) < self._count:
            self._workers.append(_Worker())
            return self._workers[-1]
        wait([worker.task for worker in self._workers], return_when=FIRST_COMPLETED)
        return self._free()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when they have done what they are at."""
        for worker in self._workers:
            worker.pool.shutdown(wait, cancel_futures=cancel_futures)
        self._workers.clear()

    def stop(self) -> None:
        """End the processes now."""
        for worker in self._workers:
            worker.stop()
        self._workers.clear()


class _Worker:
    """A pool of one process, which is there once this is made; `task` is the last that it was given."""

    def __init__(self) -> None:
        others = set(multiprocessing.active_children())
        self.pool = ProcessPoolExecutor(1, initializer=_begin, initargs=(os.getcwd(),))
        with _uninterrupted():
            self.task: Future[Any] = self.pool.submit(_nothing)
        self._processes = set(multiprocessing.active_children()) - others

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
        self.pool.shutdown(cancel_futures=True)


def _nothing() -> None:
    """A worker's first task: to be there."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C waiting; a process that is started meanwhile never hears of it, from its very beginning."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(folder: str) -> None:
    """A worker's beginning: its parent alone answers to Ctrl-C, and users' modules are found as it finds them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(folder)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
