"""Symmetry: one state for all that differ in names only, and the certificate without which no name is exchanged.

The states that are left are compared with those of a search that exchanges nothing: one of each kind, and of each kind
one. Machines and goals that treat one user in a way of their own must be noticed, and so must faults that are put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from oauth_model.attackers import BROWSES, READS_RESPONSES
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import ATTACKER, Cast
from oauth_model.checkers.exhaustive import Judge, explore
from oauth_model.engines import symmetry
from oauth_model.engines.actions import members
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.reduced import search
from oauth_model.engines.reduced_search import Asked, Search, Uneven
from oauth_model.engines.symmetry import Guesses, Symmetry
from oauth_model.engines.symmetry_names import Renaming, of_users
from oauth_model.engines.symmetry_numbers import Exchange
from oauth_model.engines.walk import Limits, Walk
from oauth_model.facts import Consented, Ended, LoggedIn, Served, Started
from oauth_model.goals import SAFETY, always
from oauth_model.goals.goal import Evidence, Goal
from oauth_model.machine import Address, Memory, Session, View, refuses_with
from oauth_model.messages import AuthorizationRequest, Message, ResourceRequest
from oauth_model.mitigations import Mitigation
from oauth_model.scenario import Bounds, Scenario
from oauth_model.steps import Change
from oauth_model.terms import AccessToken, Code, Scope
from oauth_model.world import Composition

PAIR, THREE = ("alice", "bob"), ("alice", "bob", "carol")


def users(names: tuple[str, ...], runs: int, authorizations: int, *more: Mitigation, **given: object) -> Scenario:
    bounds = Bounds(client_runs=runs, authorizations=authorizations, windows=1, forgeries=1)
    return Scenario(policy=EVERYTHING.plus(*more), cast=Cast(users=names), bounds=bounds, **given)  # type: ignore[arg-type]


# ------------------------------------------------------------------ searches to compare


@dataclass(frozen=True)
class Searched:
    """A search that is over, with its symmetry and how often it began again."""

    search: Search
    symmetry: Symmetry
    began_again: int
    closure: Closure


def searched(scenario: Scenario, goals: tuple[Goal, ...] = SAFETY, *, symmetry: bool, reduce: bool = False) -> Searched:
    program = Program(scenario)
    closure = Closure(program)
    closure.close()
    assert not closure.stuck
    guesses, count = Guesses(closure), 0
    while True:
        found = guesses.best() if symmetry else Symmetry(closure)
        search = Search(program, Asked(goals, frozenset(), Limits(), None, reduce, reduce))
        try:
            search.run(closure, found)
            return Searched(search, found, count, closure)
        except Uneven as met:
            guesses.without(found, met.action)
            count += 1


def one_of_each_kind(scenario: Scenario, goals: tuple[Goal, ...] = SAFETY) -> tuple[int, int, int]:
    """Compare the states that are left with all; how many there are, how many there were, and the renamings."""
    all_of_them = searched(scenario, goals, symmetry=False)
    left = searched(scenario, goals, symmetry=True)
    assert {left.symmetry.least(state)[0] for state in all_of_them.search.states} == set(left.search.states)
    assert left.search.broken.keys() == all_of_them.search.broken.keys()
    for goal in left.search.broken:
        assert not goal.holds(at_the_end(left.search.program, left.search.path(goal)))
    return len(left.search.states), len(all_of_them.search.states), len(left.symmetry.elements)


def at_the_end(program: Program, run: tuple[Change, ...]) -> Evidence:
    """The evidence at the end of a run, taken step by step by the plain search."""
    plain = Plain(program)
    state: State = plain.initial
    for change in run:
        state = plain.after(state, next(n for n in plain.commands(state) if program.change(n) == change))
    facts = frozenset(program.facts.values[number] for number in members(state.happened))
    terms = frozenset(program.terms.values[number] for number in members(state.known))
    return Evidence(facts, terms, program.composition.cast)


# ------------------------------------------------------------------ one of each kind


def steal(names: tuple[str, ...] = PAIR) -> Scenario:
    """Codes are read on their way, and are good for whoever has one."""
    bounds = Bounds(client_runs=2, authorizations=1, windows=1, forgeries=1)
    return Scenario(attacker=READS_RESPONSES, cast=Cast(users=names), bounds=bounds)


KINDS: dict[str, tuple[Scenario, tuple[int, int, int]]] = {
    "two users apart": (users(PAIR, 2, 2), (120, 225, 2)),
    "two users at one authorization": (users(PAIR, 2, 1), (42, 81, 2)),
    "two users at one run": (users(PAIR, 1, 2, time_passes=True), (51, 100, 2)),
    "three users at one run": (users(THREE, 1, 3), (43, 164, 6)),
    "codes are stolen": (steal(), (432, 861, 2)),
}


@pytest.mark.parametrize("name", KINDS)
def test_one_of_each_kind_is_left(name: str) -> None:
    scenario, numbers = KINDS[name]
    assert one_of_each_kind(scenario) == numbers


@pytest.mark.parametrize("name", KINDS)
def test_every_switch_leaves_verdicts_and_shortest_runs(name: str) -> None:
    scenario, (least, most, _) = KINDS[name]
    composition = Composition(scenario)
    found = explore(composition, Judge(composition, SAFETY))
    reference = {goal: len(found.path(world)) for goal, world in found.found.items()}
    for reduce in (False, True):
        switches = {"stubborn": reduce, "knowledge_first": reduce}
        walks = [search(Program(scenario), SAFETY, symmetry=on, **switches) for on in (False, True)]
        for walk in walks:
            assert {goal: len(run) for goal, run in walk.found.items()} == reference
            assert (walk.complete, walk.cut, walk.why) == (True, "", "")
        assert walks[1].states < walks[0].states <= most and walks[1].states <= least
        assert [walk.renamings for walk in walks] == [1, KINDS[name][1][2]]


def test_the_search_s_own_run_is_one_of_the_program_s() -> None:
    """Where no shortest run is found, the run is that of a quotient, under the names with which a goal is broken."""

    def none_found(program: Program, goals: tuple[Goal, ...], **given: object) -> Walk:
        return Walk("none")

    program = Program(steal())
    walk = search(program, SAFETY, shortest=none_found)
    assert walk.found and walk.cut == "some runs may not be shortest ones" and walk.renamings == 2
    for goal, run in walk.found.items():
        assert not goal.holds(at_the_end(program, run))


# ------------------------------------------------------------------ goals that name somebody


@always("RFC 6749 section 4.1")
def bob_is_never_logged_in(world: Evidence) -> bool:
    """One user alone can break this."""
    return not any(world.all(LoggedIn, user="bob"))


@always("RFC 6749 section 4.1", stable=True)
def second_run_is_never_started(world: Evidence) -> bool:
    """The same for a session, and the goal is not taken apart."""
    return not any(world.all(Started, run=2))


@always("RFC 6749 section 4.1")
def bob_is_not_logged_in_before_alice_begins(world: Evidence) -> bool:
    """This can be mended, by one user, when it was made false by the other."""
    return not any(world.all(LoggedIn, user="bob")) or any(world.all(Started, run=1))


@always("RFC 6749 section 4.1")
def alice_is_not_logged_in_before_bob_begins(world: Evidence) -> bool:
    """The same the other way round."""
    return not any(world.all(LoggedIn, user="alice")) or any(world.all(Started, run=2))


NAMING = (
    bob_is_never_logged_in,
    second_run_is_never_started,
    bob_is_not_logged_in_before_alice_begins,
    alice_is_not_logged_in_before_bob_begins,
)


def named(goal: Goal) -> Searched:
    return searched(users(PAIR, 2, 2), (goal,), symmetry=True, reduce=True)


@pytest.mark.parametrize("goal", NAMING, ids=str)
def test_a_goal_is_asked_under_all_names(goal: Goal) -> None:
    found = named(goal).search
    assert set(found.broken) == {goal}
    assert not goal.holds(at_the_end(found.program, found.path(goal)))


# ------------------------------------------------------------------ users who are not alike


def is_not_alice(me: View, message: Message) -> bool:
    """One user is turned away."""
    return me.sender.party != "alice's browser"


@refuses_with("invalid_token")
def alice_is_served_after_others(me: View, message: ResourceRequest) -> bool:
    """All that can become of one user can become of another, but not at the same times."""
    return message.access_token.user != "alice" or any(fact.token.user != "alice" for fact in me.looks_up(Ended))


@always("RFC 6749 section 7")
def alice_waits_for_others(world: Evidence) -> bool:
    """What that guard is for."""
    served = any(fact.token.user == "alice" for fact in world.all(Served))
    return not served or any(fact.token.user != "alice" for fact in world.all(Ended))


@always("RFC 6749 section 4.1")
def attacker_begins_last(world: Evidence) -> bool:
    """Of two sessions the attacker begins the second first."""
    return not any(world.all(Started, run=1, browser=ATTACKER)) or any(world.all(Started, run=2))


NOT_ALICE = Mitigation("not-alice", "alice is turned away", "", checks={AuthorizationRequest: [is_not_alice]})
ALICE_LATE = Mitigation("alice-late", "alice waits", "", checks={ResourceRequest: [alice_is_served_after_others]})


def test_a_user_who_is_treated_differently_is_not_exchanged() -> None:
    pair, three = users(PAIR, 1, 1, NOT_ALICE), users(THREE, 1, 1, NOT_ALICE)
    assert one_of_each_kind(pair)[2] == 1
    assert one_of_each_kind(three)[2] == 2
    swap = searched(three, symmetry=True).symmetry.elements[1]
    addresses = Composition(three).addresses
    moved = {addresses[old].party for old, new in enumerate(swap.slots) if old != new}
    assert moved == {"bob", "bob's browser", "carol", "carol's browser"}


DIFFERENT: dict[str, tuple[Scenario, Goal]] = {
    "a user is served later": (users(PAIR, 1, 2, ALICE_LATE, time_passes=True), alice_waits_for_others),
    "a user's place is the attacker's": (users(PAIR, 2, 1, attacker=BROWSES), attacker_begins_last),
}
"""Scenarios in which the users' sessions are alike and what they do is not, and what that is good for."""


@pytest.mark.parametrize("name", DIFFERENT)
def test_an_action_without_image_makes_a_search_begin_again(name: str) -> None:
    scenario, goal = DIFFERENT[name]
    found = searched(scenario, (goal,), symmetry=True)
    assert found.began_again == 1 and len(found.symmetry.elements) == 1
    walk = search(Program(scenario), (goal,))
    assert (walk.renamings, walk.complete, walk.why, walk.broken) == (1, True, "", frozenset())


def test_renamings_that_do_not_fit_the_windows_are_none() -> None:
    world = Composition(Scenario(cast=Cast(users=PAIR), bounds=Bounds(client_runs=3, authorizations=1, windows=2)))
    assert of_users(world, {"alice": "bob", "bob": "alice"}) is None  # alice begins at 1 and 3, bob at 2 and 1
    world = Composition(Scenario(cast=Cast(users=PAIR), bounds=Bounds(client_runs=4, authorizations=1, windows=2)))
    assert of_users(world, {"alice": "bob", "bob": "alice"}) is not None


def test_no_more_permutations_than_there_is_use_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symmetry, "MOST", 6)
    closure = Closure(Program(Scenario(cast=Cast(users=(*THREE, "dave")), bounds=Bounds(1, 1, 1))))
    closure.close()
    elements = Guesses(closure).best().elements
    assert len(elements) == 6 and all(each.slots[3] == 3 for each in elements)


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
