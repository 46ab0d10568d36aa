"""Hypothesis profiles for the whole repository: `quick` unless another is asked for, and `deep`.

`HYPOTHESIS_PROFILE=deep pytest properties`, or `pytest properties --hypothesis-profile=deep`. The quick one
draws the same examples every time. `Phase.explain` is left out of both: on a failing state machine it takes
minutes, and the minimal run says more.

No test takes all memory: it fails before the machine has none left and kills the process that ran it. With the quick
one none runs without an end, either: one that takes too long fails, and its process is ended if it cannot even fail,
since compiled code, or a wait that nothing interrupts, holds it.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType

import pytest
from hypothesis import HealthCheck, Phase, settings

PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
PROFILES = ("quick", "deep")

settings.register_profile(
    "quick",
    max_examples=100,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    max_examples=2000,
    stateful_step_count=80,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
if PROFILE not in PROFILES:
    raise pytest.UsageError(f"HYPOTHESIS_PROFILE is {PROFILE!r}; it can be {' or '.join(PROFILES)}")
settings.load_profile(PROFILE)

# ------------------------------------------------------------------ an end to every test

SECONDS, SECONDS_TO_FAIL = 900, 60
"""How long a test may take, or what is set up for it; and how long it may then take to clean up."""

MEMORY = 8 << 30
"""How many bytes a process of the tests may take."""

STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Tests capture the standard error; what ends their process must be told all the same.

    A run in the background of a shell script is started with Ctrl-C ignored, and would hand that on to what it starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[STDERR] = os.dup(2)
    _limit_memory()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give it back."""
    os.close(config.stash[STDERR])


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):  # a system without such limits, or with a lower one
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Limit what is set up."""
    return (yield from _limited(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Limit the test."""
    return (yield from _limited(item))


def _limited(item: pytest.Item) -> Iterator[None]:
    if PROFILE != "quick" or not hasattr(signal, "setitimer"):
        return (yield)
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    faulthandler.dump_traceback_later(SECONDS + SECONDS_TO_FAIL, exit=True, file=item.config.stash[STDERR])
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _too_long(number: int, frame: FrameType | None) -> None:
    pytest.fail(f"it took more than {SECONDS} seconds")
