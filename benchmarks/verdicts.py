"""Part 2: the time to a complete verdict on all safety goals, as sessions are added: `auto` beside SPIN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import ours, spin
from benchmarks.cases import Case
from benchmarks.figures import TIMES, Figure, Report, say, seconds
from benchmarks.models import exported
from benchmarks.ours import Said
from benchmarks.spin import CHAINS, FULL, REDUCED, Mode

LIMIT = 120.0
"""Seconds after which a search is stopped."""

LONG = 8.0
"""Seconds from which on a run is not repeated, but where the figure is made of it."""

LARGEST = {0: 8, 1: 6, 2: 5}
"""The honest sessions of the largest size, for each number of the attacker's; SPIN ends some series before."""

SERIES = tuple(tuple(Case(honest, other) for honest in range(1, most + 1)) for other, most in LARGEST.items())
QUICK = ((Case(1), Case(2)), (Case(1, 1),))

MODES = (REDUCED, CHAINS, FULL)


@dataclass
class Point:
    """One size: its states, our times and start, and for each way to run SPIN its times; none if it took too long."""

    case: Case
    states: int
    engine: str
    ours: float
    start: float
    theirs: dict[Mode, float | None] = field(default_factory=dict)
    made_in: float | None = None


def measure(
    series: Sequence[Sequence[Case]], folder: Path, times: int = TIMES, limit: float = LIMIT
) -> tuple[Report, list[Point]]:
    """The report, and the points of the first series for the plot."""
    report = Report(2, "Time to a complete verdict, as sessions are added")
    theirs = [word for mode in MODES for word in (mode.name,)]
    report.table.append(("scenario", "states", "engine", "ours", "start", *theirs, "to make it"))
    found = [_series(cases, folder, times, limit) for cases in series]
    done = (point for points in found for point in _done(points))
    largest = max(done, key=lambda point: point.states, default=None)
    for points in found:
        report.table += [_row(point, limit) for point in points]
        report.figures += _ratios(points, limit, largest)
    report.remarks += [
        f"Seconds by the clock; a search is stopped after {limit:.0f}. Ours is `check` of all safety goals by the "
        "engine that `auto` takes, from the scenario to the verdict; that includes learning the steps. What is apart: "
        "the start of Python and loading libraries (`start`), and for SPIN making and compiling the verifier (`to make "
        "it`); its model was exported before, which is not counted at all.",
        f"Times below {LONG:.0f} s are medians of {times} after one that does not count, in turns; so are those "
        "of SPIN with its reduction. Other long ones were taken once.",
        "SPIN checks all goals, and is run in three ways: with its partial order reduction, which finds nothing to "
        "leave out in a model of one process; with the reduction and with steps merged that follow each other at once, "
        "which is the least that the export makes it look at; and without any.",
        "Each session more means some seventeen times as many states; so the last size that SPIN finishes in time may "
        "take it a fraction of that time. The target is for the largest size of all that it finishes.",
    ]
    if spin.MISSING:
        report.remarks.append(f"For SPIN: {spin.WITHOUT}.")
    return report, found[0]


def _series(cases: Sequence[Case], folder: Path, times: int, limit: float) -> list[Point]:
    """Measure sizes up to one beyond those that SPIN can do."""
    points: list[Point] = []
    for case in cases:
        say(f"2: {case}")
        point = _point(case, folder, times, limit)
        points.append(point)
        if not spin.MISSING and point.theirs[REDUCED] is None:
            break
    return points


def _asked(case: Case, limit: float) -> Said:
    said = ours.ask("verdict", case.encoded, "auto", limit=3 * limit)
    if said is None:
        raise RuntimeError(f"{case}: no verdict after {3 * limit:.0f} s")
    assert said.answer["complete"], f"{case}: the search was cut"
    return said


def _point(case: Case, folder: Path, times: int, limit: float) -> Point:
    said = _asked(case, limit)
    point = Point(case, said.answer["states"], said.answer["engine"], said.wall, said.start)
    if spin.MISSING:
        return _medians(point, [_asked(case, limit) for _ in range(times)], {})
    model = exported(case)
    assert model.states == point.states, f"{case}: {point.states:,} states, and {model.states:,} in the model"
    verifiers = {mode: model.verifier(mode, folder) for mode in MODES}
    point.made_in = max(verifier.made_in for verifier in verifiers.values())

    def theirs(mode: Mode) -> float | None:
        ran, pan = verifiers[mode].run(limit)
        if pan is None:
            return None
        if mode is FULL:
            assert pan.counts(point.states), f"{case}: SPIN counts {pan.states:,} states, not {point.states:,}"
        assert bool(pan.errors) == bool(said.answer["broken"]), f"{case}: SPIN does not agree on the goals"
        return ran.wall

    point.theirs[REDUCED] = theirs(REDUCED)
    done = point.theirs[REDUCED] is not None
    for mode in (CHAINS, FULL):
        point.theirs[mode] = theirs(mode) if done else None
    repeated = [mode for mode, time in point.theirs.items() if time is not None and time < LONG]
    if done and REDUCED not in repeated:
        repeated.append(REDUCED)  # it may be the largest size that is done in time, of which the figure is made
    asked: list[Said] = []
    taken: dict[Mode, list[float]] = {mode: [] for mode in repeated}
    for _ in range(times):
        asked.append(_asked(case, limit))
        for mode in repeated:
            taken[mode].append(theirs(mode) or limit)
    return _medians(point, asked, taken)


def _medians(point: Point, asked: list[Said], taken: dict[Mode, list[float]]) -> Point:
    point.ours = median(said.wall for said in asked)
    point.start = median(said.start for said in asked)
    for mode, times in taken.items():
        point.theirs[mode] = median(times)
    return point


def _row(point: Point, limit: float) -> tuple[str, ...]:
    theirs = [
        "-" if mode not in point.theirs or (mode is not REDUCED and point.theirs[REDUCED] is None)
        else f"more than {limit:.0f} s" if point.theirs[mode] is None
        else seconds(point.theirs[mode])
        for mode in MODES
    ]  # fmt: skip
    row = f"{point.states:,}", point.engine, seconds(point.ours), seconds(point.start), *theirs, seconds(point.made_in)
    return (str(point.case), *row)


def _done(points: Sequence[Point]) -> list[Point]:
    """Those that SPIN with its reduction finishes in time."""
    return [point for point in points if point.theirs.get(REDUCED) is not None]


def _ratios(points: Sequence[Point], limit: float, largest: Point | None) -> list[Figure]:
    """How much faster at the last size that SPIN finishes; the target is for the largest of all."""
    done = _done(points)
    found = []
    if done:
        last = done[-1]
        whole, least = last.theirs[REDUCED] or limit, last.theirs.get(CHAINS)
        target = 50 if last is largest else None
        found.append(Figure(f"{last.case}: faster than SPIN with its reduction", whole / last.ours, "times", target))
        if least is not None:
            found.append(Figure(f"{last.case}: and with merged steps", least / last.ours, "times"))
    found += [
        Figure(f"{point.case}: which SPIN does not finish, done in", point.ours, "s")
        for point in points
        if REDUCED in point.theirs and point.theirs[REDUCED] is None
    ]
    return found
