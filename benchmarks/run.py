"""Figures beside their targets: `python -m benchmarks.run`, or `make bench`.

Each figure is measured in this run, on this machine, and printed with its target and whether it is reached; one that is
not never fails the command. What does fail it is two programs that disagree on what there is to be counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import commands, jobs, largest, page, rates, reductions, verdicts
from benchmarks.figures import Report, as_text, say
from benchmarks.processes import ROOT
from benchmarks.verdicts import Point

PARTS = (1, 2, 3, 4, 5, 6)


class Bench:
    """One run of some parts; `points` are there for the plot once part 2 was measured."""

    def __init__(self, quick: bool, against: Path | None, folder: Path) -> None:
        self.quick, self.against, self.folder = quick, against, folder
        self.times = 1 if quick else 5
        self.points: list[Point] = []

    def measure(self, part: int) -> Report:
        """Measure one part."""
        parts: dict[int, Callable[[], Report]] = {
            1: self._rates,
            2: self._verdicts,
            3: self._largest,
            4: self._reductions,
            5: self._jobs,
            6: self._commands,
        }
        return parts[part]()

    def _rates(self) -> Report:
        return rates.measure(rates.QUICK if self.quick else rates.CASES, self.folder, self.times)

    def _verdicts(self) -> Report:
        series = verdicts.QUICK if self.quick else verdicts.SERIES
        report, self.points = verdicts.measure(series, self.folder, self.times)
        return report

    def _largest(self) -> Report:
        return largest.measure(first=1, most=2) if self.quick else largest.measure()

    def _reductions(self) -> Report:
        return reductions.measure(reductions.QUICK if self.quick else reductions.CASES)

    def _jobs(self) -> Report:
        return jobs.measure(jobs.QUICK if self.quick else jobs.CASES, self.times)

    def _commands(self) -> Report:
        work = commands.QUICK if self.quick else commands.WORK
        return commands.measure(work, self.against, self.times)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write if asked to. The exit status: 1 where a part could not be measured, else 0."""
    given = _arguments(arguments)
    began, failed = time.monotonic(), False
    reports = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.quick, given.against, Path(folder))
        for part in given.only:
            try:
                reports.append(bench.measure(part))
            except Exception as failure:
                failed = True
                traceback.print_exc()
                say(f"part {part} could not be measured: {failure}")
                continue
            print(as_text(reports[-1]), flush=True)
    say(f"{(time.monotonic() - began) / 60:.1f} minutes")
    if given.write and failed:
        say("nothing is written, since a part is missing")
    elif given.write:
        for path in page.write(ROOT / "docs", reports, bench.points, verdicts.LIMIT):
            say(f"wrote {path.relative_to(ROOT)}")
    return int(failed)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Figures beside their targets.")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="1,2", help="only these parts, of 1 to 6")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, each measured once")
    parser.add_argument("--write", action="store_true", help="write them, and the plot, to docs/performance.*")
    parser.add_argument("--against", type=_sources, metavar="DIR", help="sources of an earlier release to compare with")
    given = parser.parse_args(arguments)
    if given.write and given.quick:
        parser.error("--write keeps figures, so it goes without --quick")
    return given


def _parts(text: str) -> tuple[int, ...]:
    numbers = {int(word) for word in text.split(",") if word.strip().isdigit()}
    if not numbers or len(text.split(",")) != len(numbers) or not numbers <= {*PARTS}:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of parts, such as 1,3; there are 1 to 6")
    return tuple(sorted(numbers))


def _sources(text: str) -> Path:
    folder = Path(text).resolve()
    if not (folder / "oauth_model" / "__init__.py").is_file():
        raise argparse.ArgumentTypeError(f"{text!r} has no folder oauth_model; unpack a release there")
    return folder


if __name__ == "__main__":
    sys.exit(main())
