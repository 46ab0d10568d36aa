"""A report as text for a terminal: what was measured, tried and found, and a verdict in its last line.

It prints a report as it is; secrets are masked before (`masking`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from oauth_model.live.findings import Finding, Outcome, Race, Report
from oauth_model.live.reports.transcript import transcript

Paint = Callable[[str, str], str]
"""Gives a text the colour of a word: "holds", "broken" or "cut"."""

LONGEST_BODY = 600
"""Characters of a body that a terminal is shown; the files have all of it."""

_WORDS = {
    "holds": "holds",
    "broken": "broken",
    "on": "holds",
    "off": "broken",
    "unknown": "cut",
    "succeeded": "broken",
    "refused": "holds",
    "stopped": "holds",
    "not applicable": "",
    "error": "broken",
    "warning": "cut",
    "note": "",
}


def plainly(text: str, word: str) -> str:
    """No colours."""
    return text


def as_text(report: Report, paint: Paint = plainly, *, transcripts: bool = True) -> str:
    """The report, without a line break at its end."""
    return "\n".join(_lines(report, paint, transcripts))


def word_of(report: Report) -> str:
    """The verdict: "broken" if a goal is, "cut" if the probe ended before its end, else "holds"."""
    return "broken" if report.is_broken else "cut" if report.cut else "holds"


def verdict_line(report: Report, paint: Paint = plainly) -> str:
    """The verdict in a line, with its bound."""
    word = word_of(report)
    levels = [finding.level for finding in report.findings]
    told = ", ".join(_count(levels.count(level), level) for level in ("error", "warning", "note") if level in levels)
    made = f"{_count(report.requests, 'request')}" + (f"; {report.bound}" if report.bound else "")
    cut = f"; cut ({report.cut}): what was not found may still be there" if report.cut else ""
    return f"{paint(word, word)}: {told or 'no findings'}; {made}{cut}"


def _lines(report: Report, paint: Paint, transcripts: bool) -> Iterator[str]:
    yield f"{report.title} ({report.target})" if report.title != report.target else report.target
    if report.measurements:
        yield ""
        yield "What the server enforces:"
        yield from columns([(each.mitigation, each.state, each.because) for each in report.measurements], paint)
    if report.differences:
        yield ""
        yield "What it says otherwise of itself:"
        rows = [(each.name, f"said: {each.said}", f"measured: {each.measured}") for each in report.differences]
        yield from columns(rows, paint)
    if report.outcomes:
        yield ""
        yield "Attacks:"
        yield from columns([(each.attack, each.state, outcome_detail(each)) for each in report.outcomes], paint)
    if report.races:
        yield ""
        yield "Races:"
        yield from columns([(each.what, *race_words(each)) for each in report.races], paint)
    if report.walk is not None:
        yield ""
        yield f"Walks: {walk_words(report)}"
    for number, finding in enumerate(report.findings, 1):
        yield ""
        yield from _finding(number, finding, paint, transcripts)
    yield ""
    yield verdict_line(report, paint)


def _finding(number: int, finding: Finding, paint: Paint, transcripts: bool) -> Iterator[str]:
    level = paint(finding.level, _WORDS[finding.level])
    yield f"{number}. {level}: {finding.title} ({finding.rule}, {finding.reference})"
    yield f"   {finding.summary}"
    if finding.run is not None:
        yield "   The run:"
        yield finding.run.text()
    if finding.exchanges and transcripts:
        yield "   Over HTTP:"
        yield from (f"   {line}".rstrip() for line in transcript(finding.exchanges, LONGEST_BODY).splitlines())


# ------------------------------------------------------------------ words that other formats share


def outcome_detail(outcome: Outcome) -> str:
    """What became of an attack, after its state."""
    words = []
    if outcome.state == "succeeded":
        if outcome.goal:
            words.append(f"breaks {outcome.goal}" + (f" in {len(outcome.run.steps)} steps" if outcome.run else ""))
        if not outcome.careful:
            words.append("at a client that does not do all it can")
        if outcome.stopped_by is None:
            words.append("nothing that the server could enforce would stop it")
        else:
            words.append(f"stopped by {outcome.stopped_by}")
    elif outcome.state == "refused":
        where = f"at step {outcome.step}" if outcome.step is not None else "on the way"
        name = _step_name(outcome)
        words.append(f"{where}{f' ({name})' if name else ''}: {outcome.answer or 'no answer'}")
    return "; ".join((*words, *([outcome.because] if outcome.because else [])))


def _step_name(outcome: Outcome) -> str:
    steps = outcome.run.steps if outcome.run is not None else ()
    return steps[outcome.step - 1].name if outcome.step is not None and 0 < outcome.step <= len(steps) else ""


def race_words(race: Race) -> tuple[str, str]:
    """What a race shows, and how often how many of the requests went through."""
    if not race.successes:
        return race.state, race.because or "there was no trial"
    often = [(number, race.successes.count(number)) for number in sorted(set(race.successes))]
    counts = ", ".join(f"{number} in {_count(trials, 'trial')}" for number, trials in often)
    said = "; none went through, so it shows nothing" if race.state == "unknown" else ""
    return race.state, f"{race.at_once} at once; went through: {counts}{said}"


def walk_words(report: Report) -> str:
    """What the random walks saw."""
    walk = report.walk
    if walk is None:
        return "none"
    asked = f"the server was asked {walk.asked:,} times"
    return f"{_count(walk.examples, 'random walk')} of up to {_count(walk.steps, 'step')}; {asked}"


def columns(rows: Sequence[tuple[str, ...]], paint: Paint = plainly, indent: str = "  ") -> Iterator[str]:
    """Rows as aligned lines; the last column is not padded."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)] if rows else []
    for row in rows:
        cells = [paint(cell.ljust(width), _WORDS.get(cell, "")) for cell, width in zip(row, widths, strict=False)]
        yield f"{indent}{'  '.join((*cells, row[-1]))}".rstrip()


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
