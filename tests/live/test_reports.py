"""Reports as text, JSON, SARIF and JUnit: their structure, not their bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from oauth_model.live.findings import Finding, Report
from oauth_model.live.reports import (
    as_json,
    as_junit,
    as_plain,
    as_sarif,
    as_text,
    masked,
    word_of,
)
from tests.live import made_up


@pytest.fixture(scope="module")
def report() -> Report:
    return made_up.report()


# ------------------------------------------------------------------ text


def test_text_has_all_parts_in_order(report: Report) -> None:
    lines = as_text(masked(report)).splitlines()
    headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["What the server enforces:", "What it says otherwise of itself:", "Attacks:", "Races:"]
    assert lines[0] == "The made-up server (http://127.0.0.1:9)"
    assert lines[-1] == ("broken: 3 errors, 1 warning, 1 note; 1,234 requests; at most 20,000 requests and 900 s")
    assert "Walks: 20 random walks of up to 40 steps; the server was asked 512 times" in lines
    assert any("authorization code  broken" in line and "1 in 1 trial, 4 in 2 trials" in line for line in lines)
    assert any("at step 12 (token request): invalid_grant code-1" in line for line in lines)
    assert any("breaks codes-are-single-use in 13 steps" in line for line in lines)
    assert "1. error: A code is redeemed twice (code-replay, RFC 6749 section 10.5)" in lines
    assert made_up.attack_run().text().splitlines()[0] in lines
    assert any("# HTTP 303" in line for line in lines) and any("more characters" in line for line in lines)


def test_columns_are_aligned(report: Report) -> None:
    lines = as_text(masked(report)).splitlines()
    at = lines.index("What the server enforces:") + 1
    assert [line[: len("  code-single-use  unknown")] for line in lines[at : at + 3]] == [
        "  code-single-use  off    ",
        "  pkce-s256        on     ",
        "  dpop             unknown",
    ]


def test_the_verdict(report: Report) -> None:
    fine = replace(report, findings=report.findings[3:])
    assert word_of(fine) == "holds" and as_text(fine).splitlines()[-1].startswith("holds: 1 warning, 1 note;")
    cut = replace(fine, findings=(), cut="900 seconds are over")
    assert word_of(cut) == "cut"
    assert as_text(cut).splitlines()[-1].endswith("cut (900 seconds are over): what was not found may still be there")
    assert word_of(replace(report, cut="the bound")) == "broken"


def test_an_empty_report() -> None:
    empty = Report("as.example", "as.example")
    assert as_text(empty).splitlines() == ["as.example", "", "holds: no findings; 0 requests"]
    assert ElementTree.fromstring(as_junit(empty)).get("tests") == "0"
    assert json.loads(as_sarif(empty))["runs"][0]["results"] == []


def test_colours_are_the_callers(report: Report) -> None:
    painted: list[tuple[str, str]] = []

    def paint(text: str, word: str) -> str:
        painted.append((text.strip(), word))
        return text

    assert as_text(report, paint) == as_text(report)
    assert {("off", "broken"), ("succeeded", "broken"), ("refused", "holds"), ("warning", "cut")} <= set(painted)


def test_a_race_in_which_nothing_went_through_shows_nothing(report: Report) -> None:
    lost = replace(report, races=(replace(report.races[0], successes=(0, 0, 0)),))
    (line,) = (line for line in as_text(lost).splitlines() if line.startswith("  authorization code  "))
    assert line.startswith("  authorization code  unknown  ") and "0 in 3 trials" in line
    assert [each["state"] for each in as_plain(lost)["races"]] == ["unknown"]
    (notification,) = json.loads(as_sarif(lost))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("race for authorization code: unknown")
    suites = {suite.get("name"): suite for suite in ElementTree.fromstring(as_junit(lost))}
    assert suites["races"].get("skipped") == "1"
    assert [race["state"] for race in as_plain(report)["races"]] == ["broken", "not applicable"]
    won = replace(report, races=(replace(report.races[0], successes=(0, 1, 0)),))
    assert as_plain(won)["races"][0]["state"] == "holds"


# ------------------------------------------------------------------ JSON


def test_json_has_everything(report: Report) -> None:
    data = json.loads(as_json(report))
    assert data == as_plain(report)
    assert (data["schema"], data["verdict"], data["requests"]) == (1, "broken", 1234)
    assert [each["state"] for each in data["attacks"]] == ["succeeded", "refused", "stopped", "not applicable"]
    finding = data["findings"][0]
    assert finding["run"]["schema"] == 1 and len(finding["run"]["steps"]) == 13
    assert len(finding["exchanges"]) == 5 and finding["exchanges"][4]["answer"] is None
    assert [name for name, _ in finding["exchanges"][2]["request"]["form"]].count("code") == 2
    assert data["races"][1]["because"] == "the server issues no refresh token"
    assert data["walk"] == {"examples": 20, "steps": 40, "asked": 512}


def test_json_of_a_run_that_no_file_can_name(report: Report) -> None:
    run = replace(made_up.attack_run(), broken="a-goal-of-nobody")
    data = as_plain(replace(report, findings=(replace(report.findings[0], run=run),)))
    plain = data["findings"][0]["run"]
    assert plain["schema"] is None and "a-goal-of-nobody" in plain["reason"] and plain["text"] == run.text()


# ------------------------------------------------------------------ SARIF

REQUIRED = {
    "log": {"version", "runs"},
    "run": {"tool"},
    "driver": {"name"},
    "rule": {"id"},
    "result": {"message"},
    "codeFlow": {"threadFlows"},
    "threadFlow": {"locations"},
    "invocation": {"executionSuccessful"},
}
ALLOWED = {
    "log": {"$schema", "version", "runs", "properties"},
    "run": {"tool", "invocations", "results", "properties"},
    "driver": {"name", "semanticVersion", "rules"},
    "rule": {"id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"},
    "result": {
        *("ruleId", "ruleIndex", "level", "kind", "message", "locations", "codeFlows"),
        *("partialFingerprints", "properties"),
    },
    "codeFlow": {"message", "threadFlows"},
    "threadFlow": {"locations"},
    "threadFlowLocation": {"location", "executionOrder"},
    "location": {"logicalLocations", "message"},
    "logicalLocation": {"name", "fullyQualifiedName", "kind"},
    "invocation": {"executionSuccessful", "toolExecutionNotifications"},
}


def conforms(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    assert REQUIRED.get(kind, set()) <= set(value), kind
    assert set(value) <= ALLOWED[kind], kind
    return value


def test_sarif_has_the_structure_of_its_schema(report: Report) -> None:
    log = conforms("log", json.loads(as_sarif(masked(report))))
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    run = conforms("run", log["runs"][0])
    rules = [conforms("rule", rule) for rule in conforms("driver", run["tool"]["driver"])["rules"]]
    identifiers = [rule["id"] for rule in rules]
    assert identifiers == ["code-replay", "codes-are-single-use", "token-request", "pkce-s256", "state"]
    assert all("helpUri" not in rule and rule["help"]["text"] for rule in rules)
    assert conforms("invocation", run["invocations"][0])["executionSuccessful"] is True
    results = [conforms("result", result) for result in run["results"]]
    assert [result["level"] for result in results] == ["error", "error", "error", "warning", "note"]
    for result in results:
        assert identifiers[result["ruleIndex"]] == result["ruleId"]
        for location in result["locations"]:
            conforms("location", location)
        for flow in result.get("codeFlows", ()):
            for thread in conforms("codeFlow", flow)["threadFlows"]:
                assert conforms("threadFlow", thread)["locations"]


def test_sarif_has_the_run_step_by_step(report: Report) -> None:
    result = json.loads(as_sarif(report))["runs"][0]["results"][0]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [conforms("threadFlowLocation", step)["executionOrder"] for step in steps] == list(range(1, 14))
    last = conforms("location", steps[-1]["location"])
    assert last["message"]["text"].startswith("as.example#1 takes, from the attacker, token request: ")
    assert "the attacker learns access_token" in last["message"]["text"]
    assert conforms("logicalLocation", last["logicalLocations"][0])["name"] == "as.example#1"
    assert "{{braces}}" in result["message"]["text"], "braces would be arguments"


def test_fingerprints_are_the_same_from_probe_to_probe(report: Report) -> None:
    def marks(report: Report) -> list[str]:
        results = json.loads(as_sarif(report))["runs"][0]["results"]
        return [mark for result in results for mark in result["partialFingerprints"].values()]

    other = [replace(each, summary="else", exchanges=(), title="else") for each in report.findings]
    assert marks(replace(report, target="http://127.0.0.1:10", findings=tuple(other))) == marks(report)
    assert len(set(marks(report))) == len(report.findings)
    assert len(set(marks(replace(report, findings=report.findings[:1] * 2)))) == 2


def test_sarif_says_that_a_probe_was_cut(report: Report) -> None:
    invocation = json.loads(as_sarif(replace(report, cut="the bound")))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "cut: the bound"


# ------------------------------------------------------------------ JUnit


def test_junit_has_a_case_for_each_thing(report: Report) -> None:
    root = ElementTree.fromstring(as_junit(masked(report)))
    suites = {suite.get("name"): [case.get("name") for case in suite] for suite in root}
    assert suites == {
        "measurements": ["code-single-use", "pkce-s256", "dpop"],
        "attacks": ["code-replay", "code-injection", "mix-up", "device-code"],
        "races": ["authorization code", "refresh token"],
        "walk": ["random walks", "disagreement: token-request"],
    }
    failed = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert failed == ["code-replay", "authorization code", "disagreement: token-request"]
    reasons = {case.get("name"): each.get("message") for case in root.iter("testcase") for each in case.iter("skipped")}
    assert reasons == {
        "dpop": "no resource endpoint is known",
        "device-code": "it has no such endpoint",
        "refresh token": "the server issues no refresh token",
    }
    for element in (root, *root):
        assert element.get("tests") == str(len(list(element.iter("testcase"))))
        assert element.get("failures") == str(len(list(element.iter("failure"))))
        assert element.get("skipped") == str(len(list(element.iter("skipped"))))


def test_junit_fails_where_the_report_is_broken_and_only_there(report: Report) -> None:
    for finding in report.findings:
        bare = Report("t", "t", findings=(finding,))
        assert (ElementTree.fromstring(as_junit(bare)).get("failures") != "0") == bare.is_broken
    fine = replace(report, findings=report.findings[3:], cut="the bound")
    root = ElementTree.fromstring(as_junit(fine))
    assert root.get("failures") == "0" and "cut: the bound" in as_junit(fine)


def test_junit_has_no_character_that_xml_has_not(report: Report) -> None:
    bare = Report("t", "t", findings=(Finding("goal", "g", "a\x00b\ud800", "r", "error", "\x1b[0m"),))
    root = ElementTree.fromstring(as_junit(bare).encode("utf-8"))
    failure = next(root.iter("failure"))
    assert (failure.get("message"), failure.text) == ("a\ufffdb\ufffd (r)", "\ufffd[0m")
