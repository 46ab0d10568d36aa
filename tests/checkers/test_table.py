"""Tables of searches: the same answers wherever the searches run, and none lost with a worker that dies."""

import importlib.util
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from oauth_model.attackers import READS_RESPONSES, WEB
from oauth_model.attacks import ATTACKS, claims
from oauth_model.checkers import guards
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.parcel import Packer
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.survey import Inquiry, survey
from oauth_model.checkers.table import TRIES, run_table
from oauth_model.checkers.verdict import Result
from oauth_model.cli import main
from oauth_model.errors import ModelError
from oauth_model.facts import Attached
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.goals import GOALS, Goal, always, redirect_uris_match
from oauth_model.goals.goal import Evidence
from oauth_model.machine import Claim, Row
from oauth_model.messages import AuthorizationRequest
from oauth_model.mitigations import MITIGATIONS, STATE, Mitigation, Policy
from oauth_model.names import InputError
from oauth_model.profiles import OAUTH21
from oauth_model.scenario import Bounds, Scenario
from oauth_model.view import View

ROOT = Path(__file__).resolve().parents[2]
SMALL = Bounds(client_runs=1, forgeries=1)
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install 'oauth-model[ray]')"
)


@contextmanager
def nothing() -> Iterator[None]:
    yield None


PLACES: dict[str, tuple[Callable[[], object], int]] = {
    "here": (nothing, 1),
    "two processes": (nothing, 2),
    "threads of the caller's": (partial(ThreadPoolExecutor, 2), 1),
    "processes of the caller's": (partial(ProcessPoolExecutor, 2), 1),
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    """Where a table is worked on, as keyword arguments."""
    make, jobs = PLACES[request.param]
    with make() as executor:
        yield {"executor": executor, "jobs": jobs}


# ------------------------------------------------------------------ what workers are given to do


def square(number: int) -> int:
    return number * number


def process(number: int) -> int:
    time.sleep(0.2)  # so that one worker does not do everything
    return os.getpid()


def refuse(number: int) -> int:
    if number == 2:
        raise ModelError("this model is put together wrongly")
    return number


class Awkward(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_awkwardly(number: int) -> int:
    raise Awkward(number, number)


def die_once(folder: Path, number: int) -> int:
    """The number's square; but whoever is first to work on 3 is killed."""
    if number == 3:
        try:
            (folder / "died").touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def die_always(folder: Path, number: int) -> int:
    if number == 3:
        with (folder / "deaths").open("a", encoding="utf-8") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def ask(scenario: Scenario) -> Result:
    return check(scenario, (redirect_uris_match,))


def die_then_ask(folder: Path, scenario: Scenario) -> Result:
    die_once(folder, 3 if STATE in scenario.policy else 0)
    return ask(scenario)


def call_it(number: int) -> str:
    return f"the search about {number}"


# ------------------------------------------------------------------ the same everywhere


def test_answers_are_in_the_order_of_the_tasks(place: dict[str, object]) -> None:
    seen: list[tuple[int, int, str]] = []
    notes = partial(_append, seen)
    assert run_table(range(7), square, progress=notes, named=call_it, **place) == [n * n for n in range(7)]
    assert [done for done, _, _ in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert {total for _, total, _ in seen} == {7}
    assert {name for _, _, name in seen} == {call_it(number) for number in range(7)}


def _append(seen: list[tuple[int, int, str]], *note: object) -> None:
    seen.append(note)  # type: ignore[arg-type]


def test_one_job_needs_no_other_process_and_two_are_two() -> None:
    assert set(run_table(range(3), process)) == {os.getpid()}
    pids = set(run_table(range(6), process, jobs=2))
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_an_error_of_a_task_is_the_callers(place: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"^this model is put together wrongly$"):
        run_table(range(5), refuse, **place)


def test_an_exception_that_cannot_travel_is_told_all_the_same() -> None:
    with pytest.raises(RuntimeError, match="Awkward: 0 and 0"):
        run_table(range(2), fail_awkwardly, jobs=2)


def test_what_cannot_travel_is_told_with_its_name() -> None:
    with pytest.raises(InputError, match=r"the search about .*: cannot be handed to another process: .*jobs=1"):
        run_table([sys.stdin, sys.stdout], square, jobs=2, named=call_it)  # type: ignore[list-item]


def test_no_tasks_no_answers(place: dict[str, object]) -> None:
    assert run_table([], square, **place) == []


def scenarios() -> list[Scenario]:
    base = Scenario(policy=Policy(), attacker=WEB | READS_RESPONSES, bounds=SMALL)
    return [base, base.plus(STATE), base.plus(*MITIGATIONS[:4])]


def test_verdicts_and_runs_are_the_same(place: dict[str, object]) -> None:
    questions = [Question(scenario, GOALS) for scenario in scenarios()]
    found = dict(results(questions, **place))
    for number, scenario in enumerate(scenarios()):
        alone = check(scenario, GOALS)
        assert found[number] == alone
        for verdict, goal in zip(found[number].verdicts, GOALS, strict=True):
            assert verdict.goal is goal
            if verdict.run is not None:
                assert verdict.run.text() == alone[goal].run.text()  # type: ignore[union-attr]


def test_the_survey_of_a_profile_is_the_same(place: dict[str, object]) -> None:
    inquiry = Inquiry((OAUTH21,), GOALS, (WEB,), bounds={"forgeries": 1})
    assert list(survey(inquiry, **place)) == list(survey(inquiry, jobs=1))


def test_the_claims_of_an_attack_are_the_same(place: dict[str, object]) -> None:
    attack = next(attack for attack in ATTACKS if attack.id == "SI01")
    assert list(claims(attack, **place)) == list(claims(attack))


def test_the_guards_are_the_same_in_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "scenarios", partial(iter, guards.hardened_scenarios()[:2]))
    alone = list(guards.each_guard())
    assert {"window_is_my_own", "token_is_active"} <= {report.guard for report in alone if report.broken is not None}
    assert any(report.broken is None for report in alone)
    assert list(guards.each_guard(jobs=2)) == alone


# ------------------------------------------------------------------ what travels


def own_records() -> tuple[Mitigation, Goal]:
    """A mitigation and a goal that no module binds to a name, one of which must be the goal's own, wherever it is."""

    def always_refuses(me: View, message: AuthorizationRequest) -> bool:
        return False

    @always("house rules")
    def nothing_is_attached(evidence: Evidence) -> bool:
        """No grant is attached to any session."""
        return not list(evidence.all(Attached))

    checks = {AuthorizationRequest: [always_refuses]}
    return Mitigation("refuses-all", "refuses everything", "house rules", checks=checks), nothing_is_attached


def test_records_without_a_name_travel_and_answers_are_about_the_callers_own(place: dict[str, object]) -> None:
    mitigation, goal = own_records()
    base = Scenario(policy=Policy(), bounds=SMALL)
    questions = [Question(base, (goal,), frozenset((goal,))), Question(base.plus(mitigation), (goal,))]
    found = dict(results(questions, **place))
    assert [found[number][goal].word for number in (0, 1)] == ["broken", "holds"]
    assert found[0][goal].goal is goal
    assert found[0][goal].run == check(base, (goal,))[goal].run
    assert found[1].scenario is questions[1].scenario


ROWS = [row for rows in AUTHORIZATION_CODE.rows.values() for row in rows]


def same_as_here(sent: tuple[tuple[object, ...], list[Row]]) -> bool:
    """Whether what was sent is what has these names here, guards too, though they hide the functions they decorate."""
    records, rows = sent
    wrapped = [(one, other) for row, here in zip(rows, ROWS, strict=True) for one, other in pairs(row, here)]
    assert wrapped
    return all(one is other for one, other in [*zip(records, RECORDS, strict=True), *wrapped])


def pairs(row: Row, here: Row) -> Iterator[tuple[object, object]]:
    for one, other in zip(row.guards, here.guards, strict=True):
        if isinstance(other, Claim):
            yield one, other


RECORDS = (AUTHORIZATION_CODE, *MITIGATIONS, *GOALS, *ATTACKS, WEB)


def test_what_has_a_name_is_itself_where_it_arrives() -> None:
    assert run_table([(RECORDS, ROWS)] * 2, same_as_here, jobs=2) == [True, True]
    assert same_as_here(pickle.loads(Packer().pack((RECORDS, ROWS), "records")))


# ------------------------------------------------------------------ workers that die


def test_the_task_of_a_killed_worker_is_done_again(tmp_path: Path) -> None:
    assert run_table(range(6), partial(die_once, tmp_path), jobs=2) == [n * n for n in range(6)]
    assert (tmp_path / "died").exists()


def test_an_executor_that_breaks_is_replaced(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as executor:
        assert run_table(range(6), partial(die_once, tmp_path), executor=executor) == [n * n for n in range(6)]
    assert (tmp_path / "died").exists()


def test_verdicts_survive_a_killed_worker(tmp_path: Path) -> None:
    assert run_table(scenarios(), partial(die_then_ask, tmp_path), jobs=2) == run_table(scenarios(), ask)
    assert (tmp_path / "died").exists()


def test_a_task_that_no_worker_outlives_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=rf"^the search about 3: the worker died {TRIES} times .*lower its bounds"):
        run_table(range(6), partial(die_always, tmp_path), jobs=2, named=call_it)
    assert (tmp_path / "deaths").read_text(encoding="utf-8") == "x" * TRIES


# ------------------------------------------------------------------ ends

LONG = """
import os, sys, time
from oauth_model.checkers.table import run_table

def wait(number):
    open(os.path.join(sys.argv[1], str(os.getpid())), "w").close()
    time.sleep(120)

if __name__ == "__main__":
    try:
        run_table(range(4), wait, jobs=2)
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["Ctrl-C", "kill -9"])
def test_workers_end_with_who_started_them(tmp_path: Path, number: signal.Signals, status: int) -> None:
    (tmp_path / "long.py").write_text(LONG, encoding="utf-8")
    (tmp_path / "pids").mkdir()
    caller = subprocess.Popen(
        [sys.executable, tmp_path / "long.py", tmp_path / "pids"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    _until(lambda: len(list((tmp_path / "pids").iterdir())) == 2)
    workers = [int(path.name) for path in (tmp_path / "pids").iterdir()]
    if number == signal.SIGINT:
        os.killpg(caller.pid, number)  # as a terminal does: everybody in the foreground hears of it
    else:
        caller.kill()
    _, told = caller.communicate(timeout=20)
    assert caller.returncode == status
    assert told == b""
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


# ------------------------------------------------------------------ Ray


@pytest.fixture(scope="module")
def ray() -> Iterator[Executor]:
    """A local Ray of two workers."""
    from oauth_model.checkers.ray_executor import RayExecutor

    with RayExecutor(workers=2) as executor:
        yield executor


@needs_ray
@pytest.mark.slow
@pytest.mark.xdist_group("ray")
def test_a_worker_of_ray_that_is_killed_loses_nothing(
    ray: Executor, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    there = run_table(scenarios(), partial(die_then_ask, tmp_path), executor=ray)
    assert (tmp_path / "died").exists()
    here = run_table(scenarios(), ask)
    assert there == here
    for one, other in zip(there, here, strict=True):  # Ray's workers draw hash seeds of their own
        runs = [verdict.run for result in (one, other) for verdict in result.verdicts]
        assert len({run.steps for run in runs if run is not None}) <= 1
    time.sleep(1)
    assert capfd.readouterr().out == "", "Ray told of it where results go"


@needs_ray
@pytest.mark.slow
@pytest.mark.xdist_group("ray")
def test_on_ray_the_survey_is_the_same_and_errors_are_the_callers(ray: Executor, tmp_path: Path) -> None:
    inquiry = Inquiry((OAUTH21,), GOALS, (WEB,), bounds={"forgeries": 1})
    assert list(survey(inquiry, executor=ray)) == list(survey(inquiry, jobs=1))
    with pytest.raises(ModelError, match=r"^this model is put together wrongly$"):
        run_table(range(5), refuse, executor=ray)
    with pytest.raises(ModelError, match=rf"^the search about 3: the worker died {TRIES} times"):
        run_table(range(6), partial(die_always, tmp_path), executor=ray, named=call_it)


@needs_ray
@pytest.mark.slow
@pytest.mark.xdist_group("ray")
def test_ray_that_cannot_be_reached_is_one_clear_error() -> None:
    code = "from oauth_model.cli import main; main(prog_name='oauth-model')"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "--ray", "127.0.0.1:1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("oauth-model: Ray: cannot be reached at '127.0.0.1:1': ")
    assert len(done.stderr.splitlines()) == 1


def test_where_ray_is_missing_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for arguments in (["check", "--ray"], ["check", "--each-guard", "--ray", "auto"]):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 2
        assert "oauth-model: Ray is not installed; install it with: pip install 'oauth-model[ray]'" in done.output


def test_ray_goes_with_no_file() -> None:
    done = CliRunner().invoke(main, ["check", "--ray", "auto", "deployment.toml"])
    assert done.exit_code == 2
    assert "--ray does not go with a FILE" in done.output
