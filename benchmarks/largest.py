"""Part 3: the largest scenario with a web attacker that is finished in a minute."""

from __future__ import annotations

from benchmarks import ours
from benchmarks.cases import Case
from benchmarks.figures import Figure, Report, say, seconds

LIMIT = 60.0
FIRST = 8


def measure(limit: float = LIMIT, first: int = FIRST, most: int = 18) -> Report:
    """Add one honest session after the other until the time is over; starting Python counts."""
    report = Report(3, f"The largest scenario in {limit:.0f} s")
    report.table.append(("scenario", "states, exactly", "by the clock", "start"))
    states = 0
    for honest in range(first, most + 1):
        case = Case(honest, 1)
        say(f"3: {case}")
        said = ours.ask("verdict", case.encoded, "symbolic", limit=limit)
        if said is None:
            break
        assert said.answer["complete"]
        states = said.answer["states"]
        report.table.append((str(case), f"{states:,}", seconds(said.wall), seconds(said.start)))
    report.figures.append(Figure("states of the largest", states, "states", 1e12))
    report.remarks.append(
        "The authorization code flow with every mitigation on, a web attacker with one session of its own and one "
        "forged message, all safety goals checked by the symbolic engine. One run each."
    )
    return report
