"""Part 6: the commands as a whole, beside an earlier release of them."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import TIMES, Figure, Report, in_turns, say, seconds
from benchmarks.processes import ROOT, run

KEPT = {"the survey": 57.7}
"""Seconds that the search in plain Python took, on two cores: `oauth-model check` at 299e765."""

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


def measure(work: dict[str, tuple[str, ...]], against: Path | None = None, times: int = TIMES) -> Report:
    """Wall time of each command here, and in turns with it that of the sources in another folder, if one is given."""
    report = Report(6, "The commands")
    report.table.append(("", "now", "before", "faster"))
    for name, command in work.items():
        say(f"6: {name}")
        here, there = _clock(command, ROOT), None
        if against is not None:
            before = _clock(command, against)
            in_turns(here, before, times=1)
            now, there = in_turns(here, before, times=times)
        else:
            # Without turns to take fewer are enough; what takes long by itself varies little.
            first = here()
            now = statistics.median([first, *(here() for _ in range(times - 1 if first < 5 else 2))])
            there = KEPT.get(name)
        report.figures.append(Figure(f"{name}: seconds", now, "s", TARGETS.get(name), less_is_better=True))
        ratio = "-" if there is None else f"{there / now:.1f} times"
        report.table.append((name, seconds(now), seconds(there), ratio))
    origin = "measured in this run" if against is not None else "kept from that release, where there is a figure"
    report.remarks.append(
        "`oauth-model check` without a file, which surveys all profiles against all attackers with two processes; all "
        "claims about the attacks that the earlier release has, one after the other; and the start of the command "
        f"line. Before: the search in plain Python of commit 299e765, {origin}."
    )
    return report


def _clock(command: tuple[str, ...], folder: Path) -> Callable[[], float]:
    def clock() -> float:
        return run(*command, folder=folder, environment={"PYTHONPATH": str(folder)}).wall

    return clock
