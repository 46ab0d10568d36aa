"""A report as a folder: all formats of it, and for each finding its run, transcript, script and picture.

A folder that it made before is made again; any other that is not empty is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from oauth_model.drawing.errors import DrawingError
from oauth_model.drawing.model import draw_run
from oauth_model.drawing.render import HOW_TO_GET_PICTURES
from oauth_model.live.findings import Finding, Report
from oauth_model.live.manners import LiveError
from oauth_model.live.reports.curl import curl_script
from oauth_model.live.reports.junit import as_junit
from oauth_model.live.reports.masking import Mask
from oauth_model.live.reports.plain import as_json
from oauth_model.live.reports.sarif import as_sarif
from oauth_model.live.reports.text import as_text
from oauth_model.live.reports.transcript import transcript
from oauth_model.names import InputError
from oauth_model.run_file import save

MARKER = ".oauth-model-probe"
"""The file by which a folder is known again; it lists what was written."""


@dataclass
class Written:
    """The files that were written, and what is to be said of those that were not."""

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write(report: Report, folder: Path, *, show: bool = False, deployment: str | None = None) -> Written:
    """Write a report to a folder, its secrets masked unless `show` is set; `deployment` is the text of a TOML file.

    Raises LiveError for a folder that holds something else, or cannot be written.
    """
    try:
        return _Folder(report, folder, show).write(deployment)
    except OSError as failure:
        raise _cannot_be_written(failure.filename or folder, failure) from None


def prepare(folder: Path) -> None:
    """Make a folder for a report, and see that it can be written, before a probe that takes minutes. Raises LiveError.

    What stands in a folder that was made before stays until there is another report.
    """
    try:
        may_be_written(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as failure:
        raise _cannot_be_written(folder, failure) from None


def _cannot_be_written(place: object, failure: OSError) -> LiveError:
    return LiveError(f"--output: {place}: cannot be written: {failure.strerror or failure}; name another folder")


def may_be_written(folder: Path) -> None:
    """See that a folder is empty, or was made by a probe before. Raises LiveError."""
    if folder.exists() and not folder.is_dir():
        raise LiveError(f"--output: {folder}: is a file; name a folder")
    if folder.exists() and not (folder / MARKER).is_file() and any(folder.iterdir()):
        raise LiveError(
            f"--output: {folder}: is not empty, and was not made by this command; name a new folder, or empty it"
        )


class _Folder:
    def __init__(self, report: Report, folder: Path, show: bool) -> None:
        self.folder, self.show, self.found = folder, show, report
        self.mask = Mask(report)
        self.report = report if show else self.mask.report(report)
        self.written = Written()

    def write(self, deployment: str | None) -> Written:
        self._prepare()
        try:
            self._text("report.txt", as_text(self.report) + "\n")
            self._text("report.json", as_json(self.report))
            self._text("report.sarif", as_sarif(self.report))
            self._text("junit.xml", as_junit(self.report))
            if deployment is not None:
                self._text("deployment.toml", deployment)
            for number, (found, shown) in enumerate(zip(self.found.findings, self.report.findings, strict=True), 1):
                self._finding(f"{number:02}-{re.sub('[^a-z0-9]+', '-', found.rule.lower()).strip('-')}", found, shown)
        finally:
            listed = "".join(f"{path.name}\n" for path in self.written.paths)
            (self.folder / MARKER).write_text(listed, encoding="utf-8")
        return self.written

    def _prepare(self) -> None:
        folder = self.folder
        may_be_written(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker = folder / MARKER
        if marker.is_file():
            for name in marker.read_text(encoding="utf-8").splitlines():
                if Path(name).name == name:
                    (folder / name).unlink(missing_ok=True)
        marker.touch()

    def _text(self, name: str, text: str, mode: int | None = None) -> None:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        self.written.paths.append(path)
        if mode is not None:
            path.chmod(mode)

    def _finding(self, stem: str, found: Finding, shown: Finding) -> None:
        if found.exchanges:
            self._text(f"{stem}.http", transcript(shown.exchanges) + "\n")
            self._text(f"{stem}.sh", curl_script(found, self.mask, show=self.show), 0o700)
        if found.run is None:
            return
        path = self.folder / f"{stem}.run.json"
        try:
            save(found.run, path)
            self.written.paths.append(path)
        except InputError as failure:
            self.written.notes.append(f"{path.name} is not there: {failure}")
        try:
            paths = draw_run(found.run, self.folder / stem, shown.title, shown.reference)
        except DrawingError as failure:
            self.written.notes.append(f"{stem} has no picture: {failure}")
            return
        self.written.paths += paths
        if any(each.suffix == ".mmd" for each in paths) and HOW_TO_GET_PICTURES not in self.written.notes:
            self.written.notes.append(HOW_TO_GET_PICTURES)
