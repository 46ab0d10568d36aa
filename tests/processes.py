"""Processes that tests start: none is left behind, and none is waited for without an end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SECONDS = 120
"""After so many a process is killed, whatever it does."""


@contextmanager
def started(*command: str | Path, seconds: float = SECONDS, **how: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process, that is killed with all that it started when this ends, or when so many seconds are over."""
    with subprocess.Popen([str(word) for word in command], start_new_session=True, **how) as process:
        timer = threading.Timer(seconds, _kill, [process])
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            _kill(process)


def _kill(process: subprocess.Popen[Any]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds; fails if it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether a process is there, and no zombie that nobody has asked about yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    entry = Path(f"/proc/{pid}/stat")
    return not entry.exists() or entry.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
