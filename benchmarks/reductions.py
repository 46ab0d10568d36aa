"""Part 4: how many states each reduction leaves."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence

from benchmarks import ours
from benchmarks.cases import Case
from benchmarks.figures import Report, number, say

CASES = (Case(2), Case(3), Case(2, 1))
QUICK = (Case(2), Case(1, 1))

LIMIT = 60.0
"""Seconds after which a reduced search is stopped: what is of interest is not the time."""


def measure(cases: Sequence[Case], limit: float = LIMIT) -> Report:
    """States without any reduction, with each by itself, and with all of them."""
    report = Report(4, "States left per reduction")
    try:
        from oauth_model.engines import reduced
    except ImportError:
        report.remarks.append("There is no reduced engine here.")
        return report
    parameters = inspect.signature(reduced.search).parameters.values()  # each reduction has a switch there
    switches = [each.name for each in parameters if isinstance(each.default, bool)]
    report.table.append(("scenario", "states", *(switch.replace("_", " ") for switch in switches), "all", "fewer"))
    for case in cases:
        say(f"4: {case}")
        full = ours.ask("verdict", case.encoded, "auto")
        assert full is not None
        left: list[int | None] = []
        for on in (*([switch] for switch in switches), switches):
            given = json.dumps({switch: switch in on for switch in switches})
            said = ours.ask("reduced", case.encoded, given, limit=limit)
            left.append(None if said is None or said.answer["why"] else said.answer["states"])
        states, last = full.answer["states"], left[-1]
        fewer = "-" if last is None else f"{number(states / last)} times"
        report.table.append((str(case), f"{states:,}", *("-" if each is None else f"{each:,}" for each in left), fewer))
    report.remarks.append(
        f"Each reduction by itself, then all of them; a dash for a search that took more than {limit:.0f} s, or that "
        "left nothing out. The bytes of a state are in part 1."
    )
    return report
