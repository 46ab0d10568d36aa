"""Figures, tables of them, and the medians that they are."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

TIMES = 5
"""How often each thing is measured, in turns with what it is compared with; the figure is the median."""


@dataclass(frozen=True)
class Figure:
    """One measurement beside its target, which is a limit if `less_is_better`, else a floor; None for no target."""

    name: str
    value: float
    unit: str
    target: float | None = None
    less_is_better: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the target is; None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.less_is_better else self.value >= self.target

    @property
    def verdict(self) -> str:
        """The target and whether it is reached, in words."""
        if self.target is None:
            return ""
        limit = "at most" if self.less_is_better else "at least"
        return f"{limit} {number(self.target)}: {'reached' if self.reached else 'not reached'}"


@dataclass
class Report:
    """What one part says: figures, a table (its first row is the head), and remarks."""

    number: int
    title: str
    figures: list[Figure] = field(default_factory=list)
    table: list[tuple[str, ...]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def number(value: float) -> str:
    """A number with as many digits as say something."""
    if value >= 1e12:
        return f"{value:.2e}"
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def seconds(value: float | None) -> str:
    """A time; a dash for none."""
    return "-" if value is None else f"{number(value)} s" if value >= 0.01 else f"{1000 * value:.1f} ms"


def in_turns(*measured: Callable[[], float], times: int = TIMES) -> list[float]:
    """Measure several things in turns, and give the median of each."""
    found: list[list[float]] = [[] for _ in measured]
    for _ in range(times):
        for each, measure in zip(found, measured, strict=True):
            each.append(measure())
    return [statistics.median(each) for each in found]


def say(text: str) -> None:
    """Say what is being measured, apart from what was."""
    print(text, file=sys.stderr, flush=True)


# ------------------------------------------------------------------ as text


def as_text(report: Report) -> str:
    """A part for the terminal."""
    lines = [f"{report.number}. {report.title}", ""]
    if report.figures:
        lines += aligned([(each.name, f"{number(each.value)} {each.unit}", each.verdict) for each in report.figures])
    if report.table:
        lines += ["", *aligned(report.table)]
    for remark in report.remarks:
        lines += ["", *wrap(remark, 110)]
    return "\n".join(lines) + "\n"


def as_markdown(report: Report) -> str:
    """A part for the page."""
    lines = [f"### {report.number}. {report.title}", ""]
    if report.figures:
        figures = [(each.name, f"{number(each.value)} {each.unit}", each.verdict) for each in report.figures]
        lines += [*_piped([("figure", "measured", "target"), *figures]), ""]
    if report.table:
        lines += [*_piped(report.table), ""]
    for remark in report.remarks:
        lines += [*wrap(remark, 120, break_on_hyphens=False), ""]
    return "\n".join(lines)


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows with their columns under each other, the first to the left and the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _piped(rows: Sequence[tuple[str, ...]]) -> list[str]:
    head, *rest = ["| " + " | ".join(row) + " |" for row in rows]
    return [head, "|" + "---|" + "---:|" * (len(rows[0]) - 1), *rest]
