"""The figures' section of docs/performance.md: what was measured last of each part, and the machine that it names."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks import spin
from benchmarks.figures import Report, as_markdown
from benchmarks.plot import Line, plot
from benchmarks.spin import FULL, REDUCED
from benchmarks.verdicts import Point

BEGIN = "<!-- figures: written by `make bench ARGS=--write`, not by hand -->"
END = "<!-- end of figures -->"


def write(folder: Path, reports: Sequence[Report], points: Sequence[Point], limit: float) -> list[Path]:
    """Write these parts, and the plot where there are points for it; the page's other parts stay.

    Raises ValueError if the page has no place for them.
    """
    page, picture = folder / "performance.md", folder / "performance.svg"
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"{page}: needs one line {BEGIN!r}, and after it one {END!r}")
    before, between = text[: text.index(BEGIN)], text[text.index(BEGIN) : text.index(END)]
    parts = {int(part[4 : part.index(".")]): part.strip() for part in re.split(r"(?m)^(?=### \d+\.)", between)[1:]}
    parts |= {report.number: f"{as_markdown(report)}\n{machine()}" for report in reports}
    body = "\n\n".join(parts[number] for number in sorted(parts))
    page.write_text(f"{before}{BEGIN}\n\n{body}\n\n{text[text.index(END) :]}", encoding="utf-8")
    if not points:
        return [page]
    picture.write_text(drawn(points, limit), encoding="utf-8")
    return [page, picture]


def drawn(points: Sequence[Point], limit: float) -> str:
    """The plot of a series."""
    lines = [Line("oauth-model", {point.case.honest: point.ours for point in points})]
    for mode, name in ((REDUCED, "SPIN, reduction on"), (FULL, "SPIN, all states")):
        times = {
            point.case.honest: point.theirs[mode]
            for point in points
            if mode in point.theirs and (mode is REDUCED or point.theirs[mode] is not None)
        }
        if times:
            lines.append(Line(name, times))
    states = {point.case.honest: point.states for point in points}
    return plot(
        lines,
        states,
        limit,
        "Time to a complete verdict",
        "All safety goals of the authorization code flow, every mitigation on; logarithmic",
    )


def machine() -> str:
    """What was measured on, and with what."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    what = [
        f"{os.cpu_count()} cores of {_processor()}",
        f"{memory:.0f} GB of memory",
        f"Python {platform.python_version()}",
        f"dd with CUDD {'here' if _has_cudd() else 'not here'}",
        f"SPIN: {spin.version()}",
    ]
    return f"Measured on {date.today():%d %B %Y}: {'; '.join(what)}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _has_cudd() -> bool:
    from oauth_model.engines.diagrams import Diagrams

    return "CUDD" in Diagrams().name
