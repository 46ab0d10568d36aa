"""Running a command and measuring it: wall time, processor time and memory of that one process."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Ran:
    """What a process said and took: seconds by the clock and of a processor, and bytes at its largest.

    `ended` is False for one that was stopped because its time was over.
    """

    said: str
    wall: float
    processor: float
    memory: int
    ended: bool


def run(*command: str, folder: Path = ROOT, limit: float = 3600, environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command, for so many seconds at most. Raises RuntimeError with what it said if it fails."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        over = threading.Timer(limit, process.kill)
        over.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            over.cancel()
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace")
    killed = process.returncode == -signal.SIGKILL and wall >= limit
    if process.returncode != 0 and not killed:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said[-2000:]}")
    return Ran(said, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, not killed)
