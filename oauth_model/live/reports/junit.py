"""A report as JUnit XML: a test case for each measurement, attack and race, and for the walk.

A case fails where a finding of level "error" is about it, and is skipped where nothing could be told. Findings that are
about none of them, such as disagreements, are cases of their own; so some case fails where the report is broken, and
none where it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from oauth_model.live.findings import Finding, Report
from oauth_model.live.reports.text import outcome_detail, race_words, verdict_line, walk_words
from oauth_model.live.reports.transcript import transcript

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> str:
    """The report as the text of an XML file."""
    left = [finding for finding in report.findings if finding.level == "error"]
    root = Element("testsuites", name=_clean(f"oauth-model probe: {report.title}"))
    _measurements(root, report, left)
    _attacks(root, report, left)
    _races(root, report, left)
    _walk(root, report, left)
    suites = list(root)
    for name in ("tests", "failures", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.set("errors", "0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _measurements(root: Element, report: Report, left: list[Finding]) -> None:
    suite = _Suite("measurements", report)
    for each in report.measurements:
        case = suite.case(each.mitigation, f"{each.state}: {each.because}")
        if not suite.fail(case, _take(left, "policy", each.mitigation)) and each.state == "unknown":
            suite.skip(case, each.because)
    suite.close(root)


def _attacks(root: Element, report: Report, left: list[Finding]) -> None:
    suite = _Suite("attacks", report)
    for each in report.outcomes:
        detail = outcome_detail(each)
        case = suite.case(each.attack, f"{each.state}: {detail}")
        if not suite.fail(case, _take(left, "attack", each.attack)) and each.state == "not applicable":
            suite.skip(case, detail)
    suite.close(root)


def _races(root: Element, report: Report, left: list[Finding]) -> None:
    suite = _Suite("races", report)
    for each in report.races:
        word, detail = race_words(each)
        case = suite.case(each.what, f"{word}: {detail}")
        about = [found for found in left if found.kind == "race" and found.exchanges == each.exchanges and each.broken]
        left[:] = [found for found in left if found not in about]
        if not suite.fail(case, about) and each.state in ("unknown", "not applicable"):
            suite.skip(case, detail)
    suite.close(root)


def _walk(root: Element, report: Report, left: list[Finding]) -> None:
    suite = _Suite("walk", report)
    if report.walk is not None:
        suite.case("random walks", walk_words(report))
    for finding in left:
        suite.fail(suite.case(f"{finding.kind}: {finding.rule}", finding.title), [finding])
    if report.cut is not None:
        suite.skip(suite.case("the whole probe", verdict_line(report)), f"cut: {report.cut}")
    suite.close(root)


def _take(left: list[Finding], kind: str, rule: str) -> list[Finding]:
    """The findings that are about something, taken out of those that are left."""
    found = [finding for finding in left if finding.kind == kind and finding.rule == rule]
    left[:] = [finding for finding in left if finding not in found]
    return found


class _Suite:
    def __init__(self, name: str, report: Report) -> None:
        self.element = Element("testsuite", name=name)
        self._class = f"oauth-model.{name}"
        self._counts = {"tests": 0, "failures": 0, "skipped": 0}

    def case(self, name: str, said: str) -> Element:
        self._counts["tests"] += 1
        case = SubElement(self.element, "testcase", classname=self._class, name=_clean(name), time="0")
        SubElement(case, "system-out").text = _clean(said)
        return case

    def fail(self, case: Element, findings: Iterable[Finding]) -> bool:
        found = list(findings)
        if found:
            self._counts["failures"] += 1
            message = "; ".join(f"{finding.title} ({finding.reference})" for finding in found)
            failure = Element("failure", message=_clean(message), type=found[0].kind)
            failure.text = _clean("\n\n".join(_shown(finding) for finding in found))
            case.insert(0, failure)
        return bool(found)

    def skip(self, case: Element, reason: str) -> None:
        self._counts["skipped"] += 1
        case.insert(0, Element("skipped", message=_clean(reason)))

    def close(self, root: Element) -> None:
        if self._counts["tests"]:
            for name, number in self._counts.items():
                self.element.set(name, str(number))
            self.element.set("errors", "0")
            root.append(self.element)


def _shown(finding: Finding) -> str:
    parts = [finding.summary]
    if finding.run is not None:
        parts.append(finding.run.text())
    if finding.exchanges:
        parts.append(transcript(finding.exchanges))
    return "\n\n".join(parts)


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
