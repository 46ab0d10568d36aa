"""Symmetry: what renamings make of values and actions, and the faults in them that must show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from oauth_model.engines.symmetry import Symmetry
from oauth_model.engines.symmetry_names import Renaming, of_users
from oauth_model.engines.symmetry_numbers import Exchange
from oauth_model.facts import Consented
from oauth_model.machine import Address, Memory, Session
from oauth_model.terms import AccessToken, Code, Scope
from oauth_model.world import Composition
from tests.engines.quotients import (
    DIFFERENT,
    NAMING,
    PAIR,
    THREE,
    bob_is_not_logged_in_before_alice_begins,
    named,
    one_of_each_kind,
    searched,
    steal,
    users,
)

# ------------------------------------------------------------------ renamings


def test_renaming_of_values() -> None:
    world = Composition(users(PAIR, 2, 2))
    rename = of_users(world, {"alice": "bob", "bob": "alice"})
    assert rename is not None
    client, server, scope = "client.example", "as.example", Scope(("read",))
    before = Session(
        "client",
        Address(client, 1),
        "waiting",
        Memory({"code": Code(server, 2), "window": Address("alice's browser", 1), "number": 1}),
    )
    after = Session(
        "client",
        Address(client, 2),
        "waiting",
        Memory({"code": Code(server, 1), "window": Address("bob's browser", 1), "number": 1}),
    )
    assert rename(before) == after and rename(after) == before
    token = AccessToken(server, 1, 1, "alice", client, scope)
    assert rename(token) == AccessToken(server, 2, 1, "bob", client, scope)
    assert rename((token, None, frozenset((1, "bob")))) == (rename(token), None, frozenset((1, "alice")))
    fact = Consented(server, 1, "bob", "bob's browser", client, scope)
    assert rename(fact) == Consented(server, 2, "alice", "alice's browser", client, scope)


def test_a_value_that_is_not_understood_stays() -> None:
    rename = Renaming({"alice": "bob", "bob": "alice"}, {})
    assert rename(["alice"]) == ["alice"] and rename(Scope) is Scope and rename("carol") == "carol"


def test_renamings_are_a_group_and_take_actions_to_actions() -> None:
    found = searched(users(THREE, 1, 1), symmetry=True)
    group, count = found.symmetry, len(found.symmetry.elements)
    assert count == 6 and not group.uneven
    state = found.search.states[-1]
    for first in range(count):
        assert {group.product(second, first) for second in range(count)} == set(range(count))
        for second in range(count):
            twice = group.elements[second].of_state(group.elements[first].of_state(state))
            assert twice == group.elements[group.product(second, first)].of_state(state)
        images = {group.image(first, number) for number in range(group.own)}
        assert images == set(range(group.own))
        renamed = group.elements[first].of_state(state)
        assert group.least(renamed)[0] == group.least(state)[0] == state


# ------------------------------------------------------------------ faults that must show


def no_orbits(self: Symmetry, actions: Iterable[int]) -> set[int]:
    """The certificate is skipped."""
    return set()


@pytest.mark.parametrize("name", DIFFERENT)
def test_skipping_the_certificate_gives_a_wrong_verdict(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, goal = DIFFERENT[name]
    monkeypatch.setattr(Symmetry, "_orbits", no_orbits)
    assert set(searched(scenario, (goal,), symmetry=True).search.broken) == {goal}


def same(self: Exchange, value: int) -> int:
    return value


@pytest.mark.parametrize("method", ["of_happened", "of_known", "of_network"])
def test_forgetting_to_rename_something_shows(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exchange, method, same)
    with pytest.raises(AssertionError):
        one_of_each_kind(steal())


def under_their_own_names(self: Symmetry, known: int, happened: int) -> Iterator[tuple[int, int, int]]:
    yield known, happened, 0


def test_asking_under_one_name_only_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Symmetry, "evidence", under_their_own_names)
    assert not all(named(goal).search.broken for goal in NAMING)


def not_renamed(self: Symmetry, element: int, action: int) -> int:
    return action


def test_a_run_whose_steps_are_not_renamed_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    right = {goal: named(goal).search.path(goal) for goal in NAMING}
    monkeypatch.setattr(Symmetry, "image", not_renamed)
    assert any(named(goal).search.path(goal) != run for goal, run in right.items())


def as_they_are(self: Symmetry, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    return set(pairs)


def test_what_mends_a_violation_is_known_under_all_names(monkeypatch: pytest.MonkeyPatch) -> None:
    goal = bob_is_not_logged_in_before_alice_begins
    kept = named(goal).search.kept
    monkeypatch.setattr(Symmetry, "all_images", as_they_are)
    assert named(goal).search.kept.keys() < kept.keys()
