"""Part 5: a table of scenarios, one process and two."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import ours
from benchmarks.cases import Case
from benchmarks.figures import TIMES, Figure, Report, in_turns, say, seconds

CASES = (Case(2, 1), Case(3, 1), Case(2, 2), Case(4), Case(3, 1), Case(2, 1), Case(4), Case(2, 2))
"""As many searches as are about alike, a few seconds each."""

QUICK = (Case(1), Case(2))


def measure(cases: Sequence[Case], times: int = TIMES) -> Report:
    """How much faster two processes are than one."""
    report = Report(5, "A table of scenarios with two processes")
    encoded = json.dumps([asdict(case) for case in cases])
    found: set[tuple[int, int]] = set()

    def with_jobs(jobs: int) -> float:
        say(f"5: {jobs} at a time")
        said = ours.ask("table", str(jobs), encoded)
        assert said is not None
        found.add((said.answer["scenarios"], said.answer["states"]))
        return said.wall

    def one() -> float:
        return with_jobs(1)

    def two() -> float:
        return with_jobs(2)

    in_turns(one, two, times=1)  # to warm up
    alone, together = in_turns(one, two, times=times)
    assert len(found) == 1, f"the number of states depends on the number of processes: {found}"
    ((scenarios, states),) = found
    report.figures.append(Figure("faster with two processes", alone / together, "times", 1.6))
    report.table += [
        ("scenarios", "states", "one process", "two"),
        (str(scenarios), f"{states:,}", seconds(alone), seconds(together)),
    ]
    report.remarks.append(
        "Each scenario is searched to its end for all safety goals by `auto`; starting the processes counts. "
        f"This machine has {os.cpu_count()} cores."
    )
    return report
