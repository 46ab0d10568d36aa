"""One search of this package in a process of its own: `python -m benchmarks.ours TASK JSON...`, which prints JSON.

Each is measured in a process that has done nothing but the same search of a tiny scenario, so that libraries are
loaded and compiled code is there, as a verifier is compiled before it is run; what that takes is said apart.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.cases import Case, decoded
from benchmarks.processes import run

TINY = Case(1)


@dataclass(frozen=True)
class Said:
    """What a search said, seconds by the clock and of a processor, and those before it began."""

    answer: dict[str, Any]
    wall: float
    processor: float
    start: float


def ask(task: str, *arguments: str, limit: float = 3600) -> Said | None:
    """Do a task in a process; None if it took longer than so many seconds, start included."""
    ran = run(sys.executable, "-m", "benchmarks.ours", task, *arguments, limit=limit)
    if not ran.ended:
        return None
    answer = json.loads(ran.said.splitlines()[-1])
    return Said(answer, answer["wall"], answer["processor"], ran.wall - answer["wall"])


def _timed(function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    wall, processor = time.perf_counter(), time.process_time()
    answer = function()
    return {**answer, "wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


# ------------------------------------------------------------------ tasks


def verdict(case: str, engine: str) -> dict[str, Any]:
    """Check all safety goals of a case, to the end."""
    _check(TINY, engine)
    return _timed(lambda: _check(decoded(case), engine))


def _check(case: Case, engine: str) -> dict[str, Any]:
    from oauth_model.checkers.exhaustive import check
    from oauth_model.goals import SAFETY

    result = check(case.scenario, SAFETY, engine=engine, enough=())
    broken = [verdict.goal.slug for verdict in result.broken]
    return {"states": result.states, "engine": result.engine, "complete": result.complete, "broken": broken}


def rate(case: str) -> dict[str, Any]:
    """Visit all states one by one, without goals: once learning the steps, and once more, knowing them."""
    from oauth_model.engines.program import Program

    _visit(Program(TINY.scenario))
    program = Program(decoded(case).scenario)
    learning = _timed(lambda: _visit(program))
    return {**_timed(lambda: _visit(program)), "learning": learning["processor"]}


def _visit(program: Any) -> dict[str, Any]:
    from oauth_model.engines.explicit import Explicit

    explicit = Explicit(program, ())
    for _ in explicit.steps():
        pass
    return {"states": explicit.states.used, "memory": explicit.memory}


def table(jobs: str, cases: str) -> dict[str, Any]:
    """Search some cases to their ends, so many at a time."""
    from oauth_model.checkers.questions import Question, results
    from oauth_model.goals import SAFETY

    scenarios = [Case(**case).scenario for case in json.loads(cases)]
    questions = [Question(scenario, SAFETY, frozenset()) for scenario in scenarios]

    def all_of_them() -> dict[str, Any]:
        return {"states": sum(result.states for _, result in results(questions, jobs=int(jobs)))}

    return {**_timed(all_of_them), "scenarios": len(scenarios)}


def reduced(case: str, switches: str) -> dict[str, Any]:
    """Search a case with some reductions on."""
    from oauth_model.engines import reduced
    from oauth_model.engines.program import Program
    from oauth_model.goals import SAFETY

    def search() -> dict[str, Any]:
        walk = reduced.search(Program(decoded(case).scenario), SAFETY, **json.loads(switches))
        assert walk.complete, walk.cut
        return {"states": walk.states, "why": walk.why}

    return _timed(search)


TASKS: dict[str, Callable[..., dict[str, Any]]] = {"verdict": verdict, "rate": rate, "table": table, "reduced": reduced}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
