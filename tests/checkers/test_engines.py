"""Engines behind one check: which is taken, and what a search says that does not come to its end."""

from __future__ import annotations

import pytest

from oauth_model.attackers import NOBODY, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers import engines
from oauth_model.checkers.engines import ENGINES, search
from oauth_model.checkers.exhaustive import check
from oauth_model.engines.walk import Limits, Status
from oauth_model.errors import ModelError
from oauth_model.goals import (
    GOALS,
    SAFETY,
    every_run_comes_to_an_end,
    honest_run_reaches_its_end,
    redirect_uris_match,
)
from oauth_model.mitigations import PKCE_REQUIRED, Policy
from oauth_model.scenario import Bounds, Scenario

STRONG = Scenario(policy=EVERYTHING, attacker=WEB)
WEAK = Scenario(attacker=WEB, bounds=Bounds(forgeries=2))
USERS = Cast(users=("alice", "bob", "carol", "dave"))
SIDE_BY_SIDE = Scenario(
    policy=EVERYTHING, cast=USERS, bounds=Bounds(client_runs=4, authorizations=4, windows=1, states=None)
)


def interrupted(status: Status) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "auto"])
def test_every_engine_gives_the_same_verdicts(engine: str) -> None:
    expected = check(WEAK, SAFETY, enough=(), engine="reference")
    result = check(WEAK, SAFETY, enough=(), engine=engine)
    assert result.engine == engine
    assert result.why == "asked for"
    assert [verdict.word for verdict in result.verdicts] == [verdict.word for verdict in expected.verdicts]
    for verdict, same in zip(result.broken, expected.broken, strict=True):
        assert verdict.run is not None and same.run is not None
        assert len(verdict.run.steps) == len(same.run.steps)


def test_auto_takes_what_the_number_of_states_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(STRONG, SAFETY).engine == "reference"
    stages = tuple((name, states, why) for (name, _, why), states in zip(engines.STAGES, (1000, 2000), strict=True))
    monkeypatch.setattr(engines, "STAGES", stages[:1] + (("explicit", 10_000, "more than a thousand"),))
    compiled = check(STRONG, SAFETY)
    assert (compiled.engine, compiled.why) == ("explicit", "more than a thousand")
    monkeypatch.setattr(engines, "STAGES", stages)
    by_sets = check(STRONG, SAFETY)
    assert by_sets.engine == "symbolic"
    assert by_sets.states == compiled.states
    assert by_sets.depth is None


def test_auto_takes_sets_of_states_at_once_where_runs_multiply() -> None:
    result = check(SIDE_BY_SIDE, GOALS)
    assert result.holds
    assert (result.engine, result.states) == ("symbolic", 185_625)
    assert result.why == "4 resource owners, whose runs multiply"
    assert result[honest_run_reaches_its_end].states == 185_625


def test_goals_about_the_honest_run_can_be_broken_where_runs_multiply() -> None:
    nobody_gets_in = Scenario(policy=Policy([PKCE_REQUIRED]), cast=USERS, bounds=SIDE_BY_SIDE.bounds)
    result = check(nobody_gets_in, (honest_run_reaches_its_end, every_run_comes_to_an_end))
    small = check(nobody_gets_in.bounded(states=100_000), (honest_run_reaches_its_end, every_run_comes_to_an_end))
    assert [verdict.holds for verdict in result.verdicts] == [verdict.holds for verdict in small.verdicts]
    assert result[honest_run_reaches_its_end].holds is False
    assert result[honest_run_reaches_its_end].states == small[honest_run_reaches_its_end].states


def test_an_engine_that_there_is_not() -> None:
    with pytest.raises(ModelError, match=r"no engine 'fast'; there are: auto, explicit, symbolic, reduced, reference"):
        search(STRONG, SAFETY, engine="fast")


@pytest.mark.parametrize("engine", ["reference", "explicit", "symbolic"])
def test_an_interrupted_check_says_how_far_it_came(engine: str) -> None:
    scenario = Scenario(policy=EVERYTHING, attacker=WEB, bounds=Bounds(client_runs=3, authorizations=2, states=None))
    result = check(scenario, GOALS, engine=engine, progress=interrupted, partial=True)
    assert not result.complete
    assert not result.holds
    assert {verdict.holds for verdict in result.verdicts} <= {None, False}
    verdict = result[redirect_uris_match]
    assert verdict.cut == "interrupted"
    assert "(interrupted)" in verdict.sentence(scenario)
    with pytest.raises(KeyboardInterrupt):
        check(scenario, SAFETY, engine=engine, progress=interrupted)


@pytest.mark.parametrize("engine", ["explicit", "symbolic"])
def test_a_search_that_takes_too_much_memory_is_cut(engine: str) -> None:
    scenario = Scenario(policy=EVERYTHING, attacker=WEB, bounds=Bounds(client_runs=3, authorizations=3, states=None))
    result = check(scenario, SAFETY, engine=engine, limits=Limits(memory=1 << 20))
    assert not result.complete
    assert {verdict.word for verdict in result.verdicts} <= {"cut", "broken"}
    assert result[redirect_uris_match].cut == "at 1 MB of memory"


def test_without_goals_that_need_it_nothing_is_searched() -> None:
    result = check(Scenario(attacker=NOBODY), (honest_run_reaches_its_end,))
    assert result.holds
    assert result.engine == "none"
