"""Ray as an executor: the tasks of a table on the machines of a Ray cluster, or on workers of this one.

An ordinary `concurrent.futures.Executor`, so it knows nothing of searches. Ray is an optional extra and takes a second
to import: this file and the one that splits a search over a cluster do so, and only when they are used.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from oauth_model.names import InputError

R = TypeVar("R")

MISSING = "Ray is not installed; install it with: pip install 'oauth-model[ray]'"
LOCAL = "local"
STORE = 100 * 1024 * 1024  # bytes; what is sent to and fro is small
SECONDS_TO_ANSWER = 5
NO_REPORTS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


class RayExecutor(Executor):
    """Runs each call as a Ray task.

    `address` is that of a running cluster, "auto" for one that Ray finds by itself; None or "local" starts Ray on this
    machine with as many `workers`, and ends it with the executor. Where Ray has been set up already (`ray.init`), that
    is used and left as it is. On other machines the same version of this package must be installed, and modules of a
    user's own where Python finds them.

    A call whose worker died raises BrokenExecutor; the executor goes on to be usable. Raises InputError if Ray is not
    installed or the cluster cannot be reached.
    """

    def __init__(self, address: str | None = None, workers: int = 2) -> None:
        self._ray = _imported()
        self._open: dict[Future[Any], Any] = {}
        self._changed = threading.Condition()
        self._ours = not self._ray.is_initialized()
        self._prints: Any = None
        if self._ours:
            _start(self._ray, address, workers)
            self._prints = _silence(self._ray)
        # A worker that died is the caller's to know of: Ray itself does not try again.
        self._call = self._ray.remote(max_retries=0, num_cpus=1)(_call)

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Call a function in a worker. Raises BrokenExecutor if Ray takes no more."""
        future: Future[R] = Future()
        future.set_running_or_notify_cancel()
        try:
            reference = self._call.remote(fn, args, kwargs)
        except self._ray.exceptions.RayError as failure:
            raise BrokenExecutor(_first_line(failure)) from None
        with self._changed:
            self._open[future] = reference
        reference.future().add_done_callback(partial(self._settle, future))
        return future

    def _settle(self, future: Future[R], answer: Future[R]) -> None:
        failure = answer.exception()
        if failure is None:
            future.set_result(answer.result())
        else:
            future.set_exception(self._explained(failure))
        with self._changed:
            self._open.pop(future, None)
            self._changed.notify_all()

    def _explained(self, failure: BaseException) -> BaseException:
        """What a call failed of: its own exception, or that its worker or machine is gone."""
        errors = self._ray.exceptions
        if isinstance(failure, errors.RayTaskError):
            cause: BaseException = getattr(failure, "cause", failure)
            if isinstance(cause, ImportError):
                return InputError(f"Ray: a worker cannot import what it needs: {cause}; install it on every machine")
            return cause
        return BrokenExecutor(_first_line(failure)) if isinstance(failure, errors.RayError) else failure

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what was submitted, or end it with `cancel_futures`; then end Ray, if it was started here."""
        if cancel_futures:
            with self._changed:
                left = list(self._open.values())
            for reference in left:
                self._ray.cancel(reference, force=True)
        elif wait or self._ours:
            with self._changed:
                self._changed.wait_for(lambda: not self._open)
        if self._ours and self._ray.is_initialized():
            self._ray.shutdown()
            _silence(self._ray, self._prints)

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """End it; after a failure or Ctrl-C at once."""
        self.shutdown(cancel_futures=kind is not None)
        return None


def _call(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    return function(*args, **kwargs)


def _imported() -> Any:
    for name, value in NO_REPORTS.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as failure:
        raise InputError(f"{MISSING} ({failure})") from None
    return ray


def _start(ray: Any, address: str | None, workers: int) -> None:
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    try:
        if address is None or address == LOCAL:
            ray.init(LOCAL, num_cpus=workers, include_dashboard=False, object_store_memory=STORE, **quiet)
        else:
            _knock(address)
            ray.init(address, **quiet)
    except Exception as failure:  # connecting fails in many ways, each with a class of its own
        if address is None or address == LOCAL:
            raise InputError(f"Ray: cannot be started on this machine: {_first_line(failure)}") from None
        raise InputError(
            f"Ray: cannot be reached at {address!r}: {_first_line(failure)} (a cluster that asks for a token needs "
            "RAY_AUTH_MODE=token to be set here)"
        ) from None


def _knock(address: str) -> None:
    """Raises OSError where nobody listens: Ray itself would try for minutes, and tell of each try."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), SECONDS_TO_ANSWER).close()


def _silence(ray: Any, instead: Callable[..., None] | None = None) -> Any:
    """Keep Ray from printing, and return what it printed with; or give that back as `instead`.

    It tells of a dead worker on standard output, where results go, and no option of its own keeps it from that.
    """
    printer = ray._private.worker
    before = getattr(printer, "print_to_stdstream", None)
    printer.print_to_stdstream = instead or _print_nothing
    return before


def _print_nothing(*args: Any, **kwargs: Any) -> None:
    """What Ray prints with while this package has it running."""


def _first_line(failure: BaseException) -> str:
    return next((line.strip() for line in str(failure).splitlines() if line.strip()), type(failure).__name__)
