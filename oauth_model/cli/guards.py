"""The table of guards: what breaks without each, or why it is there all the same."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from oauth_model.checkers.guards import GuardReport, each_guard
from oauth_model.cli.output import count, counting, say, say_json, table

UNACCOUNTED = "nothing breaks, and no reason is given"


def print_guards(jobs: int, executor: Executor | None, as_json: bool) -> int:
    """Take out each guard, print what breaks, and return 0 if every guard is accounted for, else 1."""
    with counting("guards") as note:
        reports = list(each_guard(note, jobs=jobs, executor=executor))
    left = [report for report in reports if not report.accounted_for]
    if as_json:
        say_json({"schema": 1, "guards": [_plain(report) for report in reports]})
    else:
        rows = [("role", "guard", "without it", "attacker", "steps")]
        rows += [(report.role, report.guard, *_what(report)) for report in reports]
        say(*table(rows))
        carrying = sum(report.broken is not None for report in reports)
        say("", f"{count(len(reports), 'guard')}: {carrying} carry weight, {len(left)} not accounted for")
    return 1 if left else 0


def _what(report: GuardReport) -> tuple[str, str, str]:
    if report.broken is None:
        return (f"defence in depth: {report.reason}" if report.reason else UNACCOUNTED), "-", "-"
    attacker = str(report.scenario.attacker) if report.scenario is not None else "-"
    return f"breaks {report.broken}", attacker, str(len(report.run.steps)) if report.run is not None else "-"


def _plain(report: GuardReport) -> dict[str, Any]:
    return {
        "role": report.role,
        "guard": report.guard,
        "claim": report.claim,
        "breaks": report.broken.slug if report.broken is not None else None,
        "attacker": report.scenario.attacker.slug if report.scenario is not None else None,
        "steps": len(report.run.steps) if report.run is not None else None,
        "reason": report.reason,
        "accounted_for": report.accounted_for,
    }
