"""Closing by sets of states comes to the same model as closing one state at a time."""

from dataclasses import replace
from pathlib import Path

import pytest

from oauth_model.attackers import WEB
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.cast import Cast
from oauth_model.export.by_sets import close_by_sets
from oauth_model.export.closed import Action
from oauth_model.export.closing import close
from oauth_model.export.promela import promela
from oauth_model.scenario import Bounds, Scenario
from tests.core.scenarios import SCENARIOS
from tests.export.spin import needs_spin, verify

TWO = Cast(users=("alice", "bob"))
LARGER = {
    "honest": Scenario(policy=EVERYTHING, cast=TWO, bounds=Bounds(windows=1, authorizations=2)),
    "attacked": Scenario(policy=EVERYTHING, attacker=WEB, cast=TWO, bounds=Bounds(2, 2, 1, forgeries=2)),
}
SMALL = {
    **SCENARIOS,
    **LARGER,
    **{attack.slug: attack.scenario for attack in ATTACKS if attack.slug in ("code-injection", "token-injection")},
}


def shape(action: Action) -> tuple[object, ...]:
    """An action without any numbers but its slot's; of merged ones, `meaning` is one's and may be another's."""
    return action.slot, action.urgent, action.name, action.forged, len(action.assigns), len(action.adds)


@pytest.mark.parametrize("name", SMALL)
def test_it_is_the_same_model(name: str) -> None:
    """In all but numbers: what is numbered, and in which order, depends on the order in which it was met."""
    plain, sets = close(SMALL[name]), close_by_sets(SMALL[name])
    assert (sets.states, sets.settled, sets.depth) == (plain.states, plain.settled, None)
    assert [len(slot.values) for slot in sets.slots] == [len(slot.values) for slot in plain.slots]
    assert [sorted(slot.values) for slot in sets.slots] == [sorted(slot.values) for slot in plain.slots]
    assert {(frozenset(bit.facts), frozenset(bit.terms)) for bit in sets.bits} == {
        (frozenset(bit.facts), frozenset(bit.terms)) for bit in plain.bits
    }
    # What one finds when a fact is not known yet, and again with it, may be one action of the other.
    assert set(map(shape, sets.actions)) == set(map(shape, plain.actions))
    broken = [[violation.goal for violation in closed.violations if violation.cubes] for closed in (plain, sets)]
    assert broken[0] == broken[1]


@needs_spin
@pytest.mark.parametrize("name", [*LARGER, "token-injection", "references that can be used again"])
def test_spin_counts_the_same_states(name: str, tmp_path: Path) -> None:
    closed = close_by_sets(SMALL[name])
    counted = verify(promela(closed), tmp_path)
    assert (counted.states, counted.errors) == (closed.states, 0)
    broken = any(violation.cubes for violation in closed.violations)
    assert verify(promela(closed), tmp_path, "CHECK_ALL").errors == broken


def test_the_bound_on_states_is_that_of_walks_one_by_one() -> None:
    scenario = LARGER["attacked"]
    assert close_by_sets(replace(scenario, bounds=replace(scenario.bounds, states=1))).states == close(scenario).states
