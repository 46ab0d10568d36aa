"""Runs: lists of named steps that a reader can follow."""

from __future__ import annotations

from oauth_model.attackers import WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.checkers.exhaustive import check, witness
from oauth_model.goals import honest_run_reaches_its_end, redirect_uris_match
from oauth_model.mitigations import EXACT_REDIRECT_URI
from oauth_model.run import Run, run_of
from oauth_model.scenario import Scenario
from oauth_model.terms import Code
from oauth_model.world import Composition


def honest_run() -> Run:
    run = witness(Scenario(policy=EVERYTHING), honest_run_reaches_its_end)
    assert run is not None
    return run


def test_the_honest_run_reads_like_the_rfc() -> None:
    assert [step.name for step in honest_run().steps if step.kind == "deliver"] == [
        "click",
        "login request",
        "authorization request",
        "authorization request",
        "login and consent page",
        "login and consent page",
        "login and consent",
        "login and consent",
        "authorization response",
        "authorization response",
        "token request",
        "token response",
        "resource request",
        "resource response",
    ]


def test_each_step_begins_where_its_session_was() -> None:
    where: dict[object, str] = {}
    for step in honest_run().steps:
        assert where.get(step.session, step.source) == step.source
        where[step.session] = step.dest


def test_what_a_step_sends_is_what_a_later_one_takes() -> None:
    steps = honest_run().steps
    sent = [envelope for step in steps for envelope in step.sent]
    assert all(step.envelope in sent for step in steps if step.kind == "deliver")


def test_the_text_has_a_line_for_each_step() -> None:
    run = honest_run()
    lines = run.text().splitlines()
    assert len(lines) == len(run.steps)
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]


def test_the_text_says_what_the_attacker_learns() -> None:
    scenario = Scenario(policy=EVERYTHING.minus(EXACT_REDIRECT_URI), attacker=WEB)
    verdict = check(scenario, (redirect_uris_match,))[redirect_uris_match]
    assert verdict.run is not None
    learnt = [term for step in verdict.run.steps for term in step.learnt]
    assert any(isinstance(term, Code) for term in learnt)
    assert "! the attacker learns " in verdict.run.text()


def test_the_empty_run_is_a_run() -> None:
    run = run_of(Composition(Scenario()), [])
    assert run.steps == ()
    assert run.text() == ""
