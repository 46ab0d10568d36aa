"""The TLA+ module: the same actions, variables and goals as the closed form that SPIN's model is made of."""

import re

import pytest

from oauth_model.export.closing import close
from oauth_model.export.tlaplus import configuration, invariant, tlaplus
from tests.core.scenarios import SCENARIOS


def without_comments(text: str) -> str:
    return re.sub(r"\(\*.*?\*\)", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", ["weakest", "two users", "stolen token", "replay revokes"])
def test_every_action_variable_and_goal_is_there(name: str) -> None:
    closed = close(SCENARIOS[name])
    text = without_comments(tlaplus(closed, "model"))
    assert text.startswith("---- MODULE model ----\n")
    assert text.endswith("====\n")
    defined = re.findall(r"^(S\d+_\w+) ==$", text, flags=re.MULTILINE)
    offered = re.findall(r"^  \\/ (\w+)$", text, flags=re.MULTILINE)
    assert len(set(defined)) == len(closed.actions)
    assert offered == defined
    variables = re.search(r"^VARIABLES (.*)$", text, flags=re.MULTILINE)
    assert variables is not None
    names = variables.group(1).split(", ")
    moving = sum(len(slot.values) > 1 for slot in closed.slots)
    assert len(names) == len(set(names)) == moving + 1 + (closed.bound is not None)
    for action in re.split(r"^S\d+_\w+ ==$", text, flags=re.MULTILINE)[1:]:
        body = action.split("\n\n")[0]
        changed = re.findall(r"/\\ (\w+)' =", body)
        kept = re.findall(r"UNCHANGED <<(.*)>>", body)
        assert sorted([*changed, *(", ".join(kept).split(", ") if kept else [])]) == sorted(names)
    for violation in closed.violations:
        goal = re.search(rf"^{invariant(violation.goal.slug)} ==\n((?:  /\\ .*\n)+)", text, flags=re.MULTILINE)
        assert goal is not None
        assert goal.group(1).count("/\\ ~(") == max(len(violation.cubes), 1)


def test_the_configuration_names_the_goals() -> None:
    closed = close(SCENARIOS["weakest"])
    lines = configuration(closed).splitlines()
    assert lines[:2] == ["SPECIFICATION Spec", "CHECK_DEADLOCK FALSE"]
    assert lines[2:] == [f"INVARIANT {invariant(each.goal.slug)}" for each in closed.violations]


def test_comments_are_closed_and_balanced() -> None:
    text = tlaplus(close(SCENARIOS["stolen token"]), "model")
    assert text.count("(*") == text.count("*)")
    assert "*)" not in without_comments(text)
