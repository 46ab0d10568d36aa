"""A report as SARIF 2.1.0: a rule for each rule of the findings, a result for each finding, its run as a code flow.

There are no files and lines in it: what a finding is about is a server, and its steps are of parties. Both are logical
locations. A consumer that asks for physical ones will show the results without them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from oauth_model.live.findings import Finding, Report
from oauth_model.live.reports.text import race_words, verdict_line
from oauth_model.run import Run, RunStep

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "oauthModelFinding/v1"


def as_sarif(report: Report) -> str:
    """The report as the text of a SARIF file."""
    return json.dumps(sarif_log(report), indent=2, ensure_ascii=False) + "\n"


def sarif_log(report: Report) -> dict[str, Any]:
    """The report as a SARIF log."""
    rules = list(dict.fromkeys(finding.rule for finding in report.findings))
    first = {finding.rule: finding for finding in reversed(report.findings)}
    invocation: dict[str, Any] = {"executionSuccessful": report.cut is None}
    unknown = [each for each in report.races if each.state == "unknown"]
    notifications = [f"race for {each.what}: unknown: {race_words(each)[1]}" for each in unknown]
    if report.cut is not None:
        notifications.insert(0, f"cut: {report.cut}")
    if notifications:
        told = [{"level": "warning", "message": _message(text)} for text in notifications]
        invocation["toolExecutionNotifications"] = told
    seen: Counter[str] = Counter()
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {**_tool(), "rules": [_rule(first[rule]) for rule in rules]}},
                "invocations": [invocation],
                "results": [_result(report, each, rules.index(each.rule), seen) for each in report.findings],
                "properties": {"target": report.target, "verdict": verdict_line(report)},
            }
        ],
    }


def _tool() -> dict[str, Any]:
    try:
        return {"name": "oauth-model", "semanticVersion": version("oauth-model")}
    except PackageNotFoundError:  # run from a source folder that is not installed
        return {"name": "oauth-model"}


def _rule(finding: Finding) -> dict[str, Any]:
    words = "".join(part.capitalize() for part in finding.rule.replace("_", "-").split("-"))
    return {
        "id": finding.rule,
        "name": words,
        "shortDescription": _message(finding.title),
        "fullDescription": _message(f"{finding.title} ({finding.reference})"),
        "help": _message(f"See {finding.reference}. The script beside the report repeats the requests."),
        "defaultConfiguration": {"level": finding.level},
        "properties": {"kind": finding.kind, "reference": finding.reference},
    }


def _result(report: Report, finding: Finding, index: int, seen: Counter[str]) -> dict[str, Any]:
    mark = _fingerprint(finding)
    seen[mark] += 1
    server = {"name": report.title, "fullyQualifiedName": report.target, "kind": "module"}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "kind": "fail",
        "message": _message(f"{finding.title}: {finding.summary} ({finding.reference})"),
        "locations": [{"logicalLocations": [server], "message": _message(report.title)}],
        "partialFingerprints": {FINGERPRINT: f"{mark}:{seen[mark]}"},
    }
    if finding.run is not None and finding.run.steps:
        result["codeFlows"] = [_flow(finding.run)]
    if finding.exchanges:
        asked = [f"{each.request.method} {each.request.url.partition('?')[0]}" for each in finding.exchanges]
        result["properties"] = {"requests": asked}
    return result


def _fingerprint(finding: Finding) -> str:
    """The same from probe to probe: nothing in it depends on a value, an address or the length of a run."""
    last = finding.run.steps[-1] if finding.run is not None and finding.run.steps else None
    parts = (finding.kind, finding.rule, last.role if last else "", last.name if last else "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _flow(run: Run) -> dict[str, Any]:
    locations = [{"location": _location(step), "executionOrder": number} for number, step in enumerate(run.steps, 1)]
    message = f"breaks {run.broken}" if run.broken is not None else "the run"
    return {"message": _message(message), "threadFlows": [{"locations": locations}]}


def _location(step: RunStep) -> dict[str, Any]:
    text = str(step)
    if step.learnt:
        text += f"; the attacker learns {', '.join(sorted(str(term) for term in step.learnt))}"
    place = {"name": str(step.session), "fullyQualifiedName": f"{step.role}: {step.session}", "kind": "member"}
    return {"logicalLocations": [place], "message": _message(text)}


def _message(text: str) -> dict[str, str]:
    """A message of plain text; braces, which stand for arguments in it, are doubled (SARIF section 3.11.5)."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}
