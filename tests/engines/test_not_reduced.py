"""Where the reduced engine leaves nothing out, and what it tells before it knows."""

from __future__ import annotations

import pytest

from oauth_model.engines import actions_closure, explicit, reduced_goals
from oauth_model.engines.program import Program
from oauth_model.engines.walk import Status
from oauth_model.goals import SAFETY
from tests.engines.test_reduced import ALL, reduced, reference


@pytest.mark.parametrize(
    ("most", "why"),
    [
        ("MOST", "what a session looks up may be any of 2^1 sets"),
        ("NODES", "what could ever happen takes more than 0"),
        ("ACTIONS", "what could ever happen is more than 0 actions"),
    ],
)
def test_where_there_is_too_much_nothing_is_reduced(most: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions_closure, most, 0)
    walk = reduced("code-injection")
    assert walk.why.startswith(f"not reduced: {why}")
    assert {goal: len(run) for goal, run in walk.found.items()} == reference("code-injection")
    assert walk.states == reduced("code-injection", shortest=explicit.search).states


def test_where_it_is_not_known_what_mends_a_violation_nothing_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced_goals, "LEAVES", 1)
    walk = reduced("code-injection")
    assert walk.why.startswith("not reduced: what could mend a violation of ")
    assert {goal: len(run) for goal, run in walk.found.items()} == reference("code-injection")
    assert walk.states == explicit.search(Program(ALL["code-injection"]), SAFETY).states
    assert reduced("code-injection", stubborn=False, knowledge_first=False).why == ""


def test_progress_is_told_and_can_be_interrupted_while_actions_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions_closure, "EVERY", 100)
    told: list[Status] = []
    reduced("two users", progress=told.append)
    before = [status for status in told if not status.states]
    assert [status.depth for status in before] == sorted(status.depth for status in before)
    assert before[-1].depth > 1 and all(status.frontier % 100 == 0 < status.memory for status in before)

    def stop(status: Status) -> None:
        assert not status.states
        raise KeyboardInterrupt

    walk = reduced("two users", progress=stop)
    assert (walk.states, walk.cut, walk.complete) == (0, "interrupted", False)
