"""A search split over workers finds what the explicit search finds, whatever room they have and however it is cut."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from oauth_model.checkers.engines import search as search_with
from oauth_model.checkers.judge import Judge
from oauth_model.cli import main
from oauth_model.engines import explicit, kernel, split, split_sets, split_team, split_worker
from oauth_model.engines.program import Program
from oauth_model.engines.split_team import Spread
from oauth_model.engines.walk import Limits, Status, at_memory, at_states
from oauth_model.errors import ModelError
from oauth_model.goals import SAFETY, always
from oauth_model.goals.goal import Evidence
from oauth_model.scenario import Scenario
from tests.engines.scenarios import SCENARIO
from tests.engines.teams import FORGERY, SEVERAL, SMALL, TWO, InThisProcess, counts, split_search, whole_of

ROOT = Path(__file__).resolve().parents[2]


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
