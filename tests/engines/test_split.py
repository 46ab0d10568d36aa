"""A search split over workers finds what the explicit search finds, and loses nothing with a worker that dies."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from oauth_model.attacks import ATTACKS
from oauth_model.checkers.engines import search as search_with
from oauth_model.checkers.judge import Judge
from oauth_model.cli import main
from oauth_model.engines import explicit, kernel, split, split_kept, split_sets, split_team, split_worker
from oauth_model.engines.program import Program
from oauth_model.engines.split_team import Died, Host, Processes, Spread, Team
from oauth_model.engines.walk import Limits, Status, Walk, at_memory, at_states
from oauth_model.errors import ModelError
from oauth_model.goals import SAFETY, always
from oauth_model.goals.goal import Evidence
from oauth_model.scenario import Scenario
from tests.core.scenarios import SCENARIOS
from tests.engines.scenarios import SCENARIO

ROOT = Path(__file__).resolve().parents[2]
SMALL = "token-injection"
FORGERY = "login forgery, implicit"
FIVE = ("login-csrf", "code-injection", "pkce-downgrade", "token-injection", "code-replay")
SEVERAL = SCENARIOS | {a.slug: a.scenario.bounded(client_runs=1) for a in ATTACKS if a.slug in FIVE}
TWO = Spread(2)


@cache
def whole_of(name: str) -> Walk:
    return explicit.search(Program(SEVERAL[name]), SAFETY)


def split_search(scenario: Scenario, spread: Spread = TWO, **how: Any) -> Walk:
    return split.search(Program(scenario), SAFETY, spread, **how)


def counts(walk: Walk) -> tuple[object, ...]:
    lengths = {goal.slug: len(run) for goal, run in walk.found.items()}
    return walk.states, walk.transitions, walk.depth, walk.complete, walk.cut, lengths


# ------------------------------------------------------------------ teams to watch


class Here(Team):
    """Workers in this process; what they are asked and answer still travels as bytes."""

    def __init__(self, parcel: bytes, places: tuple[str, ...], size: int) -> None:
        self.size = size
        self.hosts = [Host(parcel, places, me, size) for me in range(size)]

    def call(self, method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
        hosts = self.hosts[first : first + len(each)]
        answers = [host.call(method, pickle.loads(pickle.dumps(one))) for host, one in zip(hosts, each, strict=True)]
        return [split_team.opened(answer) for answer in answers]

    def stop(self) -> None:
        self.hosts = []


@dataclass(frozen=True)
class InThisProcess(Spread):
    def team(self, task: Any, what: str) -> Team:
        packer = split_team.Packer()
        return Here(packer.pack(task, what), packer.places, self.workers)


@dataclass(frozen=True)
class Watched(Spread):
    """A team of processes of which one is killed when a method is called for the so-many-th time, in each team.

    It may still be dying while it is called, or not: `surely` it is dead by then.
    """

    kill: tuple[tuple[str, int], ...] = ()
    surely: bool = False
    calls: list[list[str]] = field(default_factory=list)

    def team(self, task: Any, what: str) -> Team:
        team = super().team(task, what)
        calls: list[str] = []
        self.calls.append(calls)
        usual, when = team.call, self.kill[len(self.calls) - 1 :][:1]

        def call(method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
            calls.append(method)
            if (method, calls.count(method)) in when:
                victim = team.size - 1
                pid = usual("process", [()], victim)[0]
                os.kill(pid, signal.SIGKILL)
                if self.surely:
                    _until(lambda: not _runs(pid))
            return usual(method, each, first)

        team.call = call  # type: ignore[method-assign]
        return team


@pytest.fixture
def kept_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are kept after every layer, in small pieces."""
    monkeypatch.setattr(split, "OFTEN", 0.0)
    monkeypatch.setattr(split_kept, "AT_ONCE", 50)


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of this process look at few states at a time, and forget soon what they found."""
    monkeypatch.setattr(split_worker, "AT_A_TIME", 37)
    monkeypatch.setattr(split_worker, "REMEMBERED", 100)
    monkeypatch.setattr(split_worker, "INSERTED", 10)


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


# ------------------------------------------------------------------ the same as one process


@pytest.mark.parametrize(
    ("name", "workers"), [("time and faults", 2), (FORGERY, 2), ("login-csrf", 3), ("code-injection", 2), (SMALL, 1)]
)
def test_counts_and_shortest_runs_are_those_of_one_process(name: str, workers: int) -> None:
    assert counts(split_search(SEVERAL[name], Spread(workers))) == counts(whole_of(name))


@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("name", [FORGERY, "code-replay"])
def test_the_room_that_workers_have_makes_no_difference(name: str) -> None:
    assert counts(split_search(SEVERAL[name], InThisProcess(3))) == counts(whole_of(name))


@given(scenario=SCENARIO)
@settings(max_examples=6, deadline=None)
def test_on_random_scenarios_too(scenario: Scenario) -> None:
    limits = Limits(states=1500)
    one = explicit.search(Program(scenario), SAFETY, limits=limits)
    several = split_search(scenario, InThisProcess(3), limits=limits)
    if one.complete:
        assert counts(several) == counts(one)
    else:
        assert (several.states, several.complete, several.cut) == (one.states, False, one.cut)


def test_workers_may_hash_as_they_like(monkeypatch: pytest.MonkeyPatch) -> None:
    context = multiprocessing.get_context("spawn")
    start, seeds = context.Process.start, iter("123")

    def start_with_a_seed(process: Any) -> None:
        monkeypatch.setenv("PYTHONHASHSEED", next(seeds))
        start(process)

    monkeypatch.setattr(context.Process, "start", start_with_a_seed)
    monkeypatch.setattr(split_team, "multiprocessing", context)
    assert counts(split_search(SEVERAL[SMALL])) == counts(whole_of(SMALL))
    assert next(seeds) == "3"


def test_every_run_can_be_taken_and_breaks_its_goal_at_its_end() -> None:
    program = Program(SEVERAL["login-csrf"])
    found = split.search(program, SAFETY, TWO).found
    assert found
    composition = program.composition
    judge = Judge(composition, SAFETY)
    for goal, run in found.items():
        world = composition.initial
        for change in run:
            assert goal not in judge.false_in(world)
            assert change.step in [possible.step for possible in composition.changes(world)]
            world = composition.after(world, change)
        assert goal in judge.false_in(world)


def test_twice_the_same() -> None:
    runs = []
    for _ in range(2):
        found = split_search(SEVERAL["login-csrf"]).found
        runs.append({goal.slug: [change.step for change in run] for goal, run in found.items()})
    assert runs[0] and runs[0] == runs[1]


@always("a test's")
def nothing_ever_is(world: Evidence) -> bool:
    """Broken before anything happens."""
    return False


def test_what_is_broken_at_once_has_an_empty_run() -> None:
    walk = split.search(Program(SEVERAL["code-replay"]), (nothing_ever_is,), InThisProcess(2))
    assert walk.found == {nothing_ever_is: ()}
    assert counts(walk) == counts(explicit.search(Program(SEVERAL["code-replay"]), (nothing_ever_is,)))


def test_rows_are_hashed_as_the_kernel_hashes_them() -> None:
    rows = np.random.default_rng(1).integers(0, 1 << 63, (50, 3), np.uint64)
    assert split_sets.hashes_of(rows).tolist() == [int(kernel.hash_of(row)) for row in rows]


# ------------------------------------------------------------------ cut


@pytest.mark.usefixtures("cramped")
def test_a_limit_of_states_is_on_all_workers_together() -> None:
    whole = whole_of(SMALL).states
    walk = split_search(SEVERAL[SMALL], InThisProcess(2), limits=Limits(states=100))
    assert (walk.states, walk.complete, walk.cut) == (100, False, at_states(100))
    assert split_search(SEVERAL[SMALL], InThisProcess(2), limits=Limits(states=whole)).complete
    assert not split_search(SEVERAL[SMALL], InThisProcess(2), limits=Limits(states=whole - 1)).complete


@pytest.mark.usefixtures("cramped")
def test_a_limit_of_memory_is_on_all_workers_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "SECONDS", 0.0)
    told: list[Status] = []
    split_search(SEVERAL[FORGERY], InThisProcess(2), progress=told.append)
    limit = (told[0].memory + told[-1].memory) // 2
    walk = split_search(SEVERAL[FORGERY], InThisProcess(2), limits=Limits(memory=limit))
    assert (walk.complete, walk.cut) == (False, at_memory(limit))
    assert 1 < walk.states < whole_of(FORGERY).states


def test_it_stops_when_all_goals_to_stop_on_are_broken() -> None:
    whole = whole_of("login-csrf")
    shallow = min(whole.found, key=lambda goal: len(whole.found[goal]))
    walk = split_search(SEVERAL["login-csrf"], InThisProcess(2), stop_on=frozenset({shallow}))
    assert (walk.complete, walk.cut) == (False, "")
    assert len(walk.found[shallow]) == len(whole.found[shallow]) == walk.depth
    assert walk.states < whole.states


@pytest.mark.usefixtures("cramped")
def test_progress_is_that_of_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "SECONDS", 0.0)
    told: list[Status] = []
    walk = split_search(SEVERAL[FORGERY], InThisProcess(3), progress=told.append)
    assert [status.states for status in told] == sorted(status.states for status in told)
    assert (told[-1].states, told[-1].depth, told[-1].frontier) == (walk.states, walk.depth, 0)
    assert all(0 < status.frontier <= status.states for status in told[:-1])


@pytest.mark.parametrize("by_signal", [True, False])
def test_an_interrupted_search_says_what_it_found(monkeypatch: pytest.MonkeyPatch, by_signal: bool) -> None:
    monkeypatch.setattr(split, "SECONDS", 0.0)

    def interrupt(status: Status) -> None:
        if status.depth == 12:
            if not by_signal:
                raise KeyboardInterrupt
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    walk = split_search(SEVERAL["login-csrf"], progress=interrupt)
    assert (walk.complete, walk.cut, walk.depth) == (False, "interrupted", 12)
    assert 1 < walk.states < whole_of("login-csrf").states
    whole = whole_of("login-csrf").found
    assert {goal: len(run) for goal, run in walk.found.items()} == {g: len(r) for g, r in whole.items() if len(r) <= 12}
    assert signal.getsignal(signal.SIGINT) is before


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
    with subprocess.Popen(
        [sys.executable, tmp_path / "long.py"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
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
    _until(lambda: not any(_runs(pid) for pid in workers))


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether a process is there, and no zombie that nobody has asked about yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    entry = Path(f"/proc/{pid}/stat")
    return not entry.exists() or entry.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


# ------------------------------------------------------------------ asked for


def test_only_the_explicit_engine_can_be_split() -> None:
    scenario = SEVERAL["strongest"]
    found = search_with(scenario, SAFETY, engine="explicit", spread=InThisProcess(2))
    assert counts(found.walk) == counts(whole_of("strongest"))
    assert found.why == "asked for; split over 2 processes"
    with pytest.raises(ModelError, match="only the explicit engine can be split over workers, not auto"):
        search_with(scenario, SAFETY, spread=TWO)
    with pytest.raises(ModelError, match="one is the least"):
        Spread(0)


def test_on_the_command_line_it_says_the_same() -> None:
    file = str(ROOT / "examples" / "single_page_app.toml")
    command = ["check", file, "--engine", "explicit", "--client-runs", "1"]
    alone, together = (CliRunner().invoke(main, [*command, "--jobs", jobs]) for jobs in ("1", "2"))
    assert alone.exit_code == together.exit_code
    assert "\n  engine: explicit (asked for; split over 2 processes)" in together.stdout
    verdicts = [
        [line for line in done.stdout.splitlines() if "  holds" in line or "  broken" in line or " states, " in line]
        for done in (alone, together)
    ]
    assert len(verdicts[0]) == 5 and verdicts[0] == verdicts[1]


@pytest.mark.parametrize("option", ["--jobs=2", "--ray"])
@pytest.mark.parametrize("engine", [[], ["--engine", "symbolic"]])
def test_other_engines_are_not_split(option: str, engine: list[str]) -> None:
    done = CliRunner().invoke(main, ["check", str(ROOT / "examples" / "web_app.toml"), *engine, option])
    assert done.exit_code == 2
    assert f"{option[:6].rstrip('=')} does not go with a FILE, unless with --engine explicit" in done.stderr


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
