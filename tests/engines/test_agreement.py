"""All ways to search say the same, on scenarios at random: one after the other, and as a table over processes."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, seed, settings
from hypothesis import strategies as st

from oauth_model.attackers import IS_AUTHORIZATION_SERVER, READS_RESPONSES, WEB
from oauth_model.checkers.engines import search
from oauth_model.checkers.table import run_table
from oauth_model.engines.walk import Limits
from oauth_model.flows.hybrid import HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import SAFETY
from oauth_model.mitigations import (
    ID_TOKEN_VALIDATION,
    KEY_BY_ISSUER,
    LOGIN_NEEDS_GESTURE,
    NONCE,
    PUSHED_REQUESTS,
    SHORT_LIVED_TOKENS,
    TOKEN_IN_HEADER_ONLY,
    TOKEN_STATUS_CHECKED,
    Policy,
)
from oauth_model.scenario import Bounds, Scenario
from tests.engines.scenarios import SCENARIO
from tests.engines.ways import HOW, WAYS, How, Said, compare, reference, said

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
"""Thousands of larger scenarios instead of some hundreds of small ones."""

PARTS = 6
"""So many tests draw scenarios of their own: they can run side by side."""

EXAMPLES = 500 if DEEP else 40
STATES = 2000 if DEEP else 1000
FEW_STATES = 150
"""Up to so many states are looked at with diagrams of pure Python."""

SLOW = ("reduced", "split", "pure Python diagrams")
"""The ways that take long: each scenario is searched in one of them, and half of them with fingerprints."""

PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
RANDOM = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=False,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("part", range(PARTS))
def test_all_ways_agree_on_scenarios_at_random(part: int) -> None:
    agreed: set[tuple[Scenario, How, str]] = set()

    @seed(part)
    @RANDOM
    @given(scenario=SCENARIO, how=HOW, slow=st.sampled_from(SLOW))
    def agree(scenario: Scenario, how: How, slow: str) -> None:
        if (scenario, how, slow) in agreed:
            return
        expected = reference(scenario, STATES)
        assume(expected is not None)
        assert expected is not None and expected.states is not None
        event(f"attacked: {scenario.attacker.acts}; broken: {bool(expected.steps)}")
        left_out = {*SLOW} - {slow}
        if expected.states > FEW_STATES:
            left_out.add("pure Python diagrams")
        if not how.fingerprints:
            left_out.add("fingerprints")
        compare(scenario, expected, [way for way in WAYS if way not in left_out], how)
        agreed.add((scenario, how, slow))

    agree()


LATE = (
    SHORT_LIVED_TOKENS,
    TOKEN_STATUS_CHECKED,
    TOKEN_IN_HEADER_ONLY,
    LOGIN_NEEDS_GESTURE,
    KEY_BY_ISSUER,
    PUSHED_REQUESTS,
    NONCE,
)


def test_messages_forged_of_what_is_learnt_late_may_look_at_what_nothing_looked_at_before() -> None:
    """States that were searched by then are searched again for shortest runs, and nothing new is found in them."""
    bounds = Bounds(client_runs=1, authorizations=1, windows=2, forgeries=1)
    scenario = Scenario((IMPLICIT,), Policy(LATE), WEB | READS_RESPONSES, bounds, time_passes=True)
    expected = reference(scenario)
    assert expected is not None and expected.states is not None and expected.steps
    compare(scenario, expected, ["explicit", "symbolic", "reduced"], How())


@pytest.mark.parametrize("windows", [1, 2])
def test_what_is_looked_up_makes_no_links_that_differ_in_nothing(windows: int) -> None:
    """A client that looks up whether an ID token has lapsed, and an attacker who can make ID tokens."""
    bounds = Bounds(1, 1, windows=windows, forgeries=1)
    attacker = WEB | IS_AUTHORIZATION_SERVER
    scenario = Scenario((HYBRID,), Policy([ID_TOKEN_VALIDATION]), attacker, bounds, time_passes=True)
    expected = reference(scenario)
    assert expected is not None and expected.states is not None
    compare(scenario, expected, ["explicit", "symbolic"] if windows == 1 else ["explicit"], How())


# ------------------------------------------------------------------ tables over processes


def ask(task: tuple[Scenario, str]) -> Said | None:
    """What an engine says of a scenario, anywhere; None if there are too many states."""
    scenario, engine = task
    searched = search(scenario, SAFETY, engine=engine, limits=Limits(STATES))
    return said(searched) if searched.walk.complete else None


def test_a_table_over_processes_says_the_same() -> None:
    @seed(1)
    @settings(RANDOM, max_examples=40 if DEEP else 2)
    @given(scenarios=st.lists(SCENARIO, min_size=8, max_size=8))
    def agree(scenarios: list[Scenario]) -> None:
        tasks = [(scenario, engine) for scenario in scenarios for engine in ("reference", "explicit", "reduced")]
        table = run_table(tasks, ask, jobs=2)
        for at, scenario in enumerate(scenarios):
            expected, *others = table[3 * at : 3 * at + 3]
            assert expected == reference(scenario, STATES)
            if expected is not None:
                assert not any(other is None or expected.disagrees(other) for other in others)

    agree()
