"""The tables of docs/guards.md: `python -m tests.guard_tables` writes them; the suite makes them again and compares.

Which goal breaks first without a guard, and against whom, depends on where it is tried first: any goal would do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from oauth_model.checkers.guards import GuardReport, each_guard

PAGE = Path(__file__).parent.parent / "docs" / "guards.md"


def page(text: str, reports: Iterable[GuardReport]) -> str:
    """The text of the page with these reports as its tables."""
    reports = tuple(reports)
    text = _with("carry weight", text, _carrying(reports))
    return _with("in depth", text, _in_depth(reports))


def _with(mark: str, text: str, lines: Iterator[str]) -> str:
    table = "".join(f"{line}\n" for line in lines)
    made, count = re.subn(
        rf"(<!-- {mark} -->\n).*?(<!-- end -->\n)", lambda found: f"{found[1]}{table}{found[2]}", text, flags=re.DOTALL
    )
    assert count == 1, f"{PAGE} has no place for what is marked {mark!r}"
    return made


def _carrying(reports: Iterable[GuardReport]) -> Iterator[str]:
    yield "| role | guard | without it breaks | for example against |"
    yield "|---|---|---|---|"
    for report in reports:
        if report.broken is not None and report.scenario is not None:
            yield f"| {report.role} | `{report.guard}` | {report.broken.slug} | {report.scenario} |"


def _in_depth(reports: Iterable[GuardReport]) -> Iterator[str]:
    yield "| role | guard | why it is there |"
    yield "|---|---|---|"
    for report in reports:
        if report.broken is None:
            yield f"| {report.role} | `{report.guard}` | {report.reason} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), each_guard(jobs=2)), encoding="utf-8")
