"""A search split over workers loses nothing with a worker that dies, and leaves no process behind."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oauth_model.engines import split, split_kept, split_team
from oauth_model.engines.program import Program
from oauth_model.engines.split_team import Died, Processes, Spread
from oauth_model.errors import ModelError
from oauth_model.goals import SAFETY, always
from oauth_model.goals.goal import Evidence
from tests.engines.teams import SEVERAL, SMALL, TWO, InThisProcess, Watched, counts, split_search, whole_of
from tests.processes import runs, started, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are kept after every layer, in small pieces."""
    monkeypatch.setattr(split, "OFTEN", 0.0)
    monkeypatch.setattr(split_kept, "AT_ONCE", 50)


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


# ------------------------------------------------------------------ workers that die


@pytest.mark.parametrize("method", ["begin", "look_at", "exchange", "accept", "state"])
def test_without_anything_kept_a_killed_worker_costs_time_only(method: str) -> None:
    spread = Watched(2, kill=((method, 1 if method in ("begin", "state") else 9),))
    assert counts(split_search(SEVERAL[SMALL], spread)) == counts(whole_of(SMALL))
    assert len(spread.calls) == 2
    assert "put_back" not in spread.calls[1]


@pytest.mark.usefixtures("kept_always")
@pytest.mark.parametrize("method", ["accept", "piece", "put_back"])
def test_a_search_goes_on_from_what_was_kept_when_a_worker_is_killed(method: str) -> None:
    first = ("look_at", 14) if method == "put_back" else (method, 14)
    spread = Watched(2, kill=(first, ("put_back", 2)) if method == "put_back" else (first, ("look_at", 4)))
    assert counts(split_search(SEVERAL[SMALL], spread)) == counts(whole_of(SMALL))
    assert len(spread.calls) == 3
    assert all("put_back" in calls for calls in spread.calls[1:])
    layers = whole_of(SMALL).depth or 0
    assert all(calls.count("look_at") <= layers - 4 for calls in spread.calls[1:])


def test_workers_that_always_die_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "OFTEN", float("inf"))  # deaths count anew once something was kept, however slow this is
    spread = Watched(2, kill=(("accept", 2),) * 5, surely=True)
    with pytest.raises(ModelError, match=r"^a worker of the search died 3 times \(.* status -9\)\. .*lower the"):
        split_search(SEVERAL[SMALL], spread)
    assert len(spread.calls) == split.TRIES


def test_no_room_for_files_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "OFTEN", 0.0)
    monkeypatch.setattr(split_kept.Path, "touch", _no_room)
    assert counts(split_search(SEVERAL[SMALL], InThisProcess(2))) == counts(whole_of(SMALL))


def _no_room(path: Path) -> None:
    raise OSError(28, "No space left on device")


def test_an_interrupted_call_leaves_a_team_of_no_use() -> None:
    packer = split_team.Packer()
    team = Processes(packer.pack((SEVERAL["strongest"], SAFETY), "a search"), packer.places, 1)
    try:
        team._busy = True
        with pytest.raises(Died, match="a call was interrupted"):
            team.all("process")
    finally:
        team.stop()


@always("a test's")
def faulty_goal(world: Evidence) -> bool:
    """A goal that cannot be asked about."""
    raise ModelError("this goal is put together wrongly")


def test_what_fails_in_a_worker_fails_here() -> None:
    with pytest.raises(ModelError, match=r"^goal faulty-goal: this goal is put together wrongly$"):
        split.search(Program(SEVERAL["strongest"]), (faulty_goal,), TWO)


LONG = """
import multiprocessing, sys, time
from oauth_model.engines import split
from oauth_model.engines.program import Program
from oauth_model.engines.split_team import Spread
from oauth_model.goals import SAFETY
from tests.core.scenarios import SCENARIOS

def wait(status):
    print(*[process.pid for process in multiprocessing.active_children()], flush=True)
    time.sleep(60)

if __name__ == "__main__":
    split.SECONDS = 0.0
    print(split.search(Program(SCENARIOS["login forgery"]), SAFETY, Spread(2), progress=wait).cut)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -9)], ids=["Ctrl-C", "kill -9"])
def test_workers_end_with_who_started_them(tmp_path: Path, number: signal.Signals, status: int) -> None:
    (tmp_path / "long.py").write_text(LONG, encoding="utf-8")
    with started(
        sys.executable,
        tmp_path / "long.py",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as caller:
        assert caller.stdout is not None
        workers = [int(word) for word in caller.stdout.readline().split()]
        assert len(workers) == 2
        if number == signal.SIGINT:
            for _ in range(2):  # the first is noted, the second ends the wait; as a terminal does, to everybody
                os.killpg(caller.pid, number)
                time.sleep(0.3)
        else:
            caller.kill()
        told, complaints = caller.communicate(timeout=20)
    assert (caller.returncode, complaints) == (status, "")
    assert told == ("interrupted\n" if status == 0 else "")
    until(lambda: not any(runs(pid) for pid in workers))


# ------------------------------------------------------------------ Ray


@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install 'oauth-model[ray]')"
)
@pytest.mark.slow
@pytest.mark.xdist_group("ray")
def test_on_ray_a_killed_worker_loses_nothing(kept_always: None) -> None:
    from oauth_model.checkers.ray_executor import RayExecutor
    from oauth_model.names import InputError

    with RayExecutor(workers=2):
        assert counts(split_search(SEVERAL["login-csrf"], Spread(2, ray=True))) == counts(whole_of("login-csrf"))
        spread = Watched(2, True, kill=(("accept", 10), ("look_at", 3)))
        assert counts(split_search(SEVERAL["login-csrf"], spread)) == counts(whole_of("login-csrf"))
        assert len(spread.calls) == 3
        assert "put_back" in spread.calls[1]
        with pytest.raises(ModelError, match=r"^goal faulty-goal: this goal is put together wrongly$"):
            split.search(Program(SEVERAL["strongest"]), (faulty_goal,), Spread(2, ray=True))
        with pytest.raises(InputError, match="too few to split a search over 3 workers; lower --jobs"):
            split_search(SEVERAL["strongest"], Spread(3, ray=True))
