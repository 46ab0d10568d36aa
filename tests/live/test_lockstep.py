"""Where model and server part: the run is minimal, tells which protection is missing, and shows it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from oauth_model.goals import SAFETY
from oauth_model.live.again import again
from oauth_model.live.attacks import Rig
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.discovery import discover
from oauth_model.live.lab import Lab
from oauth_model.live.lockstep import Walked, walk
from oauth_model.live.manners import Manners
from oauth_model.live.probe import known_target, measured_of, walked_scenario
from oauth_model.live.transport import Transport
from oauth_model.replay import SavedRun, SavedStep

pytestmark = pytest.mark.xdist_group("live-lockstep")

WRONG = "pkce-s256"
"""What the walks take for enforced, and is not: as if the server did it only while it was measured."""


def walked(off: tuple[str, ...], believed: tuple[str, ...], examples: int = 15) -> Walked:
    """Walks at the demo server with mitigations `off`, of which some are believed to be on."""
    adapter = DemoAdapter(off)
    try:
        target = adapter.start()
        with Transport(Manners().with_host_of(*target.origins())) as transport:
            found = discover(Lab(adapter, target, transport))
            measured = measured_of(found)
            measured = replace(measured, on=measured.on | set(believed), off=measured.off - set(believed))
            rig = Rig(adapter, known_target(target, found), transport)
            scenario = walked_scenario(measured, target)
            return walk(rig, scenario, SAFETY, enforced=measured.on, examples=examples)
    finally:
        adapter.stop()


@pytest.fixture(scope="module")
def parted() -> Iterator[Walked]:
    """Walks of a model that is stricter than the server."""
    yield walked((WRONG,), (WRONG,))


def test_a_model_that_is_told_the_truth_agrees_with_the_server() -> None:
    found = walked((WRONG,), ())
    assert found.asked > 50 and found.examples == 15
    assert not [each for each in found.divergences if each.is_acceptance]


def test_a_protection_that_is_not_there_after_all_is_named(parted: Walked) -> None:
    explained = [each for each in parted.divergences if each.explained_by and each.explained_by.slug == WRONG]
    assert explained and all(each.is_acceptance and not each.leaks and not each.not_fresh for each in explained)
    for each in explained:
        assert each.run.steps[-1].name == "token request" and "the server with token" in each.what
        assert each.exchanges[-1].answer is not None and each.exchanges[-1].answer.status == 200


def test_it_is_short_and_shows_again(parted: Walked) -> None:
    each = next(each for each in parted.divergences if each.explained_by and each.explained_by.slug == WRONG)
    steps = [SavedStep(step.kind, step.session, step.envelope) for step in each.run.steps]
    done = again(DemoAdapter([WRONG]), Manners(), SavedRun(each.run.scenario, tuple(steps)))
    assert done.failed_at == len(steps) and done.reason == each.what
    sound = again(DemoAdapter(), Manners(), SavedRun(each.run.scenario, tuple(steps)))
    assert sound.reason == "" and sound.asked == done.asked
    assert len(steps) <= 10 and len(each.exchanges) <= 6


def test_two_walks_with_one_seed_find_the_same(parted: Walked) -> None:
    other = walked((WRONG,), (WRONG,))
    assert [each.run.steps for each in other.divergences] == [each.run.steps for each in parted.divergences]
    assert other.asked == parted.asked
