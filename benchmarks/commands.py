"""Part 6: the commands as a whole, beside an earlier release of them."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import TIMES, Figure, Report, in_turns, say, seconds
from benchmarks.processes import ROOT, run

KEPT = {"the survey": (57.7, 100), "the attack suite": (34.0, 101)}
"""Seconds that the search in plain Python took at 299e765, on two cores, and how many things it decided."""

CLI = (sys.executable, "-m", "oauth_model.cli")
SURVEY = (*CLI, "check")
HELP = (*CLI, "--help")

SUITE = """
from oauth_model.attacks import ATTACKS
from oauth_model.attacks.confirm import claims
FIRST = (
    "RU01 RU02 RU15 RU16 SI01 SI02 SI03 SI04 SI05 SI08 SI13 SI14 MX01 MX03 CL01 LC01 LC03 RS01".split()
)  # those that the earlier release has as well
decided = [claim for attack in ATTACKS if attack.id in FIRST for claim in claims(attack)]
assert all(claim.confirmed for claim in decided)
print(len(decided))
"""

WORK: dict[str, tuple[str, ...]] = {
    "the survey": SURVEY,
    "the attack suite": (sys.executable, "-c", SUITE),
    "`oauth-model --help`": HELP,
}
TARGETS = {"the survey": 60.0, "`oauth-model --help`": 0.3}
QUICK: dict[str, tuple[str, ...]] = {"`oauth-model --help`": HELP}

MANY = re.compile(r"\[(\d+)/\1]|^(\d+)$", re.MULTILINE)
"""How many searches a survey tells of at its end, or claims the suite decided."""


def measure(work: dict[str, tuple[str, ...]], against: Path | None = None, times: int = TIMES) -> Report:
    """Wall time of each command here, and in turns with it that of the sources in another folder, if one is given."""
    report = Report(6, "The commands")
    report.table.append(("", "now", "before", "faster", "decided now", "before", "faster for each"))
    for name, command in work.items():
        say(f"6: {name}")
        there: float | None
        earlier: int | None
        many: dict[Path, int] = {}
        here = _clock(command, ROOT, many)
        if against is not None:
            before = _clock(command, against, many)
            in_turns(here, before, times=1)
            now, there = in_turns(here, before, times=times)
            earlier = many.get(against)
        else:
            # Without turns to take fewer are enough; what takes long by itself varies little.
            first = here()
            now = statistics.median([first, *(here() for _ in range(times - 1 if first < 5 else 2))])
            there, earlier = KEPT.get(name, (None, None))
        report.figures.append(Figure(f"{name}: seconds", now, "s", TARGETS.get(name), less_is_better=True))
        faster = "-" if there is None else f"{there / now:.1f} times"
        decided = many.get(ROOT)
        for_each = f"{there / earlier / (now / decided):.1f} times" if there and decided and earlier else "-"
        counts = str(decided or "-"), str(earlier or "-")
        report.table.append((name, seconds(now), seconds(there), faster, *counts, for_each))
    origin = "measured in this run" if against is not None else "kept from that release, where there is a figure"
    report.remarks.append(
        "`oauth-model check` without a file, which surveys all profiles against all attackers with two processes; all "
        "claims about the attacks that the earlier release has, one after the other; and the start of the command "
        f"line. Before: the search in plain Python of commit 299e765, {origin}. What is decided are searches of the "
        "survey and claims of the suite; there are more of them now, and of a larger model."
    )
    return report


def _clock(command: tuple[str, ...], folder: Path, many: dict[Path, int]) -> Callable[[], float]:
    """Takes the time of a command, and notes how many things it decided, if it says so."""

    def clock() -> float:
        ran = run(*command, folder=folder, environment={"PYTHONPATH": str(folder)})
        if found := MANY.findall(ran.said):
            many[folder] = int("".join(found[-1]))
        return ran.wall

    return clock
