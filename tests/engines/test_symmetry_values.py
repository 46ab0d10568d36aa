"""Symmetry of what the attacker has of its own: values that play the same part, and parties that it plays."""

from __future__ import annotations

import pytest

from oauth_model import world
from oauth_model.attackers import BROWSES, Attacker
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import ATTACKER, Cast
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.program import Program
from oauth_model.engines.reduced import search
from oauth_model.engines.symmetry import Guesses
from oauth_model.goals import SAFETY
from oauth_model.knowledge import Knowledge, at_the_start, close
from oauth_model.messages import AuthorizationRequest
from oauth_model.mitigations import Mitigation
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import Challenge, Verifier
from oauth_model.view import View
from tests.core.scenarios import SCENARIOS
from tests.engines.quotients import one_of_each_kind, searched

PAGES = {"https://attacker.example/.client.example/cb", "https://attacker.example/cb"}
TWO_PAGES = SCENARIOS["replay revokes"]
"""The attacker has two pages of its own here, and a redirection URI must be the one that is registered."""

VERIFIERS = {str(Verifier(ATTACKER, index)) for index in (0, 1)}
OWN_RUN = Scenario(policy=EVERYTHING, attacker=BROWSES, bounds=Bounds(1, 1, windows=1, forgeries=2))


def exchanged(scenario: Scenario) -> list[set[str]]:
    """What may be exchanged of the attacker's."""
    closure = Closure(Program(scenario))
    closure.close()
    guesses = Guesses(closure, users=False)
    return [{str(name) for name in alike} for alike in guesses.alike() if len(alike) > 1]


def with_another_verifier(attacker: Attacker, cast: Cast, *bounds: int) -> Knowledge:
    return close(at_the_start(attacker, cast, *bounds) | {Verifier(ATTACKER, 1)})


def is_not_the_second(me: View, message: AuthorizationRequest) -> bool:
    """One value is turned away."""
    return message.code_challenge != Challenge(Verifier(ATTACKER, 1))


NOT_THE_SECOND = Mitigation(
    "not-the-second", "one value is refused", "", checks={AuthorizationRequest: [is_not_the_second]}
)


def test_pages_that_play_the_same_part_are_exchanged() -> None:
    assert exchanged(TWO_PAGES) == [PAGES]
    left, all_of_them, renamings = one_of_each_kind(TWO_PAGES, symmetry=False, values=True)
    assert renamings == 2 and left == all_of_them  # nobody takes either: no state has them


def test_of_everything_else_there_is_one() -> None:
    """Were there another, it would be exchanged, as the next test shows of one."""
    assert exchanged(OWN_RUN) == [PAGES]


def test_a_second_value_of_a_kind_makes_no_more_states(monkeypatch: pytest.MonkeyPatch) -> None:
    one = len(searched(OWN_RUN).search.states)
    monkeypatch.setattr(world, "at_the_start", with_another_verifier)
    assert VERIFIERS in exchanged(OWN_RUN)
    left, all_of_them, _ = one_of_each_kind(OWN_RUN, symmetry=False, values=True)
    assert (one, left, all_of_them) == (57, 57, 89)
    walks = [search(Program(OWN_RUN), SAFETY, attacker_values=on) for on in (False, True)]
    assert walks[0].broken == walks[1].broken
    assert walks[0].states > walks[1].states and (walks[0].renamings, walks[1].why) == (1, "")


def test_a_value_that_is_treated_differently_is_not_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "at_the_start", with_another_verifier)
    scenario = OWN_RUN.plus(NOT_THE_SECOND)
    assert VERIFIERS not in exchanged(scenario)
    left, all_of_them, _ = one_of_each_kind(scenario, symmetry=False, values=True)
    assert left == all_of_them


def test_parties_that_the_attacker_plays_are_exchanged() -> None:
    two = frozenset({"one.example", "other.example"})
    cast = Cast(clients=("client.example", *sorted(two)), owned=two)
    scenario = Scenario(policy=EVERYTHING, attacker=BROWSES, cast=cast, bounds=Bounds(1, 1, windows=1, forgeries=1))
    assert any(two <= alike for alike in exchanged(scenario))
