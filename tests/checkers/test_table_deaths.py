"""Tables of searches: none is lost with a worker that dies, no worker outlives its table; and the same on Ray."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from oauth_model.attackers import WEB
from oauth_model.checkers.survey import Inquiry, survey
from oauth_model.checkers.table import TRIES, run_table
from oauth_model.cli import main
from oauth_model.errors import ModelError
from oauth_model.goals import GOALS
from oauth_model.profiles import OAUTH21
from tests.checkers.table_tasks import ask, call_it, die_always, die_once, die_then_ask, refuse, scenarios
from tests.processes import runs, started, until

ROOT = Path(__file__).resolve().parents[2]
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install 'oauth-model[ray]')"
)


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
    command = (sys.executable, tmp_path / "long.py", tmp_path / "pids")
    with started(*command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE) as caller:
        until(lambda: len(list((tmp_path / "pids").iterdir())) == 2)
        workers = [int(path.name) for path in (tmp_path / "pids").iterdir()]
        if number == signal.SIGINT:
            os.killpg(caller.pid, number)  # as a terminal does: everybody in the foreground hears of it
        else:
            caller.kill()
        _, told = caller.communicate(timeout=20)
        until(lambda: not any(runs(pid) for pid in workers))
    assert caller.returncode == status
    assert told == b""


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
