"""A report as plain data, for JSON: all that is in it, runs as run files have them.

It takes a report as it is; secrets are masked before (`masking`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from oauth_model.live.exchange import Exchange, Pairs
from oauth_model.live.findings import Report
from oauth_model.live.reports.text import word_of
from oauth_model.names import InputError
from oauth_model.run import Run
from oauth_model.run_file import to_plain

SCHEMA = 1


def as_json(report: Report) -> str:
    """The report as the text of a JSON file."""
    return json.dumps(as_plain(report), indent=2, ensure_ascii=False) + "\n"


def as_plain(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "schema": SCHEMA,
        "target": report.target,
        "title": report.title,
        "verdict": word_of(report),
        "requests": report.requests,
        "bound": report.bound,
        "cut": report.cut,
        "measurements": [
            {
                "mitigation": each.mitigation,
                "state": each.state,
                "because": each.because,
                "exchanges": _exchanges(each.exchanges),
            }
            for each in report.measurements
        ],
        "differences": [
            {"name": each.name, "said": each.said, "measured": each.measured} for each in report.differences
        ],
        "attacks": [
            {
                "attack": each.attack,
                "state": each.state,
                "because": each.because,
                "careful": each.careful,
                "stopped_by": each.stopped_by,
                "goal": each.goal,
                "step": each.step,
                "answer": each.answer,
                "run": run_as_plain(each.run),
                "exchanges": _exchanges(each.exchanges),
            }
            for each in report.outcomes
        ],
        "races": [
            {
                "what": each.what,
                "state": each.state,
                "trials": each.trials,
                "at_once": each.at_once,
                "successes": list(each.successes),
                "because": each.because,
                "exchanges": _exchanges(each.exchanges),
            }
            for each in report.races
        ],
        "walk": vars(report.walk) if report.walk is not None else None,
        "findings": [
            {
                "kind": each.kind,
                "rule": each.rule,
                "title": each.title,
                "reference": each.reference,
                "level": each.level,
                "summary": each.summary,
                "run": run_as_plain(each.run),
                "exchanges": _exchanges(each.exchanges),
            }
            for each in report.findings
        ],
    }


def run_as_plain(run: Run | None) -> dict[str, Any] | None:
    """A run as it stands in a file; one with parts that no file can name as its text, with the reason."""
    if run is None:
        return None
    try:
        return to_plain(run)
    except InputError as failure:
        return {"schema": None, "reason": str(failure), "text": run.text()}


def _exchanges(exchanges: Iterable[Exchange]) -> list[dict[str, Any]]:
    return [
        {
            "who": each.who,
            "purpose": each.purpose,
            "request": {
                "method": each.request.method,
                "url": each.request.url,
                "headers": _pairs(each.request.headers),
                "form": _pairs(each.request.form) if each.request.form is not None else None,
                "json": each.request.json,
            },
            "answer": {
                "status": each.answer.status,
                "headers": _pairs(each.answer.headers),
                "body": each.answer.body,
            }
            if each.answer is not None
            else None,
        }
        for each in exchanges
    ]


def _pairs(pairs: Pairs) -> list[list[str]]:
    return [[name, value] for name, value in pairs]
