"""The composition, as properties: steps are deterministic, independent ones commute, nothing is unlearnt.

Hypothesis draws small deployments (any mitigations, any attacker, tight bounds) and walks through them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_model.attackers import ATTACKERS, IS_AUTHORIZATION_SERVER, NOBODY, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import ATTACKER
from oauth_model.checkers.minimize import replay
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.knowledge import close
from oauth_model.machine import ModelError
from oauth_model.messages import RESOURCE_OWNER, USER_AGENT
from oauth_model.mitigations import MITIGATIONS, Policy
from oauth_model.run import run_of
from oauth_model.scenario import Bounds, Scenario
from oauth_model.steps import Change, World
from oauth_model.terms import AccessToken, Code, State, Term, Verifier
from oauth_model.world import Composition
from tests.core.scenarios import walked

GRANTS: list[tuple[Flow, ...]] = [(AUTHORIZATION_CODE,), (IMPLICIT,), (IMPLICIT, AUTHORIZATION_CODE)]

SCENARIOS = st.builds(
    Scenario,
    flows=st.sampled_from(GRANTS),
    policy=st.sets(st.sampled_from(MITIGATIONS)).map(Policy),
    attacker=st.lists(st.sampled_from(ATTACKERS), min_size=1, max_size=3).map(lambda joined: reduce(or_, joined)),
    bounds=st.builds(Bounds, client_runs=st.integers(1, 2), forgeries=st.integers(0, 3)),
    time_passes=st.booleans(),
    faults_happen=st.booleans(),
)
SMALL = Scenario(attacker=WEB, bounds=Bounds(client_runs=1, forgeries=2))
WALKS = st.lists(st.integers(0, 1000), max_size=25)


def walk(composition: Composition, picks: list[int]) -> Iterator[tuple[World, Change, World]]:
    """A walk from the initial world: in each world the change that is picked, and where it leads."""
    world = composition.initial
    for pick in picks:
        changes = composition.changes(world)
        if not changes:
            return
        change = changes[pick % len(changes)]
        after = composition.after(world, change)
        yield world, change, after
        world = after


def last(composition: Composition, picks: list[int]) -> World:
    """The world in which a walk ends."""
    world = composition.initial
    for _, _, after in walk(composition, picks):
        world = after
    return world


def spelt_out(composition: Composition, world: World) -> tuple[object, ...]:
    """A world without its numbers, which depend on what was looked up first."""
    sessions = tuple(composition.session(world, slot) for slot in range(composition.n))
    return sessions, frozenset(composition.in_flight(world)), composition.knowledge(world), composition.facts(world)


@given(scenario=SCENARIOS, picks=WALKS)
def test_the_same_steps_are_offered_again_and_lead_to_the_same_world(scenario: Scenario, picks: list[int]) -> None:
    composition, fresh = Composition(scenario), Composition(scenario)
    other = fresh.initial
    for world, change, after in walk(composition, picks):
        offered = composition.changes(world)
        assert composition.changes(world) == offered
        again = fresh.changes(other)
        assert [fresh.envelopes.values[option.step.envelope] for option in again] == [
            composition.envelopes.values[option.step.envelope] for option in offered
        ]
        other = fresh.after(other, again[offered.index(change)])
        assert spelt_out(fresh, other) == spelt_out(composition, after)


@given(scenario=SCENARIOS, picks=WALKS)
def test_steps_taken_elsewhere_before_do_not_matter(scenario: Scenario, picks: list[int]) -> None:
    """What a composition remembers is a memory only: a walk in one that has walked before is the same walk."""
    used = Composition(scenario)
    last(used, picks[::-1])
    fresh = Composition(scenario)
    there = [spelt_out(used, after) for _, _, after in walk(used, picks)]
    assert there == [spelt_out(fresh, after) for _, _, after in walk(fresh, picks)]


@given(scenario=SCENARIOS, picks=WALKS)
def test_facts_and_knowledge_only_grow(scenario: Scenario, picks: list[int]) -> None:
    composition = Composition(scenario)
    for world, _, after in walk(composition, picks):
        assert composition.facts(world) <= composition.facts(after)
        assert composition.knowledge(world) <= composition.knowledge(after)
        assert close(composition.knowledge(after)) == composition.knowledge(after)


def independent_steps(composition: Composition, world: World) -> Iterator[tuple[Change, Change]]:
    """Pairs of steps of two sessions, each of which is just the same after the other."""
    changes = composition.changes(world)[:12]
    for number, one in enumerate(changes):
        for other in changes[number + 1 :]:
            if one.step.slot != other.step.slot and one.step.envelope != other.step.envelope:
                after_one, after_other = composition.after(world, one), composition.after(world, other)
                if other in composition.changes(after_one) and one in composition.changes(after_other):
                    yield one, other


@given(scenario=SCENARIOS, picks=WALKS)
def test_independent_steps_lead_to_the_same_world_in_either_order(scenario: Scenario, picks: list[int]) -> None:
    composition = Composition(scenario)
    world = last(composition, picks)
    for one, other in independent_steps(composition, world):
        this_way = composition.after(composition.after(world, one), other)
        assert composition.after(composition.after(world, other), one) == this_way


def test_there_are_independent_steps() -> None:
    composition, worlds = walked(SMALL)
    assert sum(1 for world in worlds for _ in independent_steps(composition, world)) > 10


@given(scenario=SCENARIOS, picks=WALKS)
def test_a_walk_is_a_run_and_can_be_replayed(scenario: Scenario, picks: list[int]) -> None:
    composition = Composition(scenario)
    steps = list(walk(composition, picks))
    changes = [change for _, change, _ in steps]
    assert replay(composition, [change.step for change in changes]) == changes
    run = run_of(composition, changes)
    assert len(run.steps) == len(changes)
    for (world, change, after), step in zip(steps, run.steps, strict=True):
        assert step.session == composition.addresses[change.step.slot]
        assert step.source == composition.session(world, change.step.slot).state
        assert step.dest == composition.session(after, change.step.slot).state
        assert set(step.facts) == composition.facts(after) - composition.facts(world)
    assert len([line for line in run.text().splitlines() if line.lstrip()[:1].isdigit()]) == len(changes)


@given(scenario=SCENARIOS, picks=WALKS)
def test_what_goes_to_browsers_and_people_is_delivered_before_anything_else(
    scenario: Scenario, picks: list[int]
) -> None:
    composition = Composition(scenario)
    at_once = {
        address
        for role, address in zip(composition.roles, composition.addresses, strict=True)
        if role in (USER_AGENT, RESOURCE_OWNER)
    }
    for world, change, _ in walk(composition, picks):
        waiting = [envelope for envelope in composition.in_flight(world) if envelope.receiver in at_once]
        if waiting:
            assert change.step.kind == "deliver"


# ------------------------------------------------------------------ knowing more

SECRETS: tuple[Term, ...] = (
    Code("as.example", 1),
    State("client.example", 1),
    Verifier("client.example", 1),
)


def told(composition: Composition, world: World, terms: set[Term]) -> World:
    """The same world, but for an attacker who knows more."""
    number = composition.knowledges.number(close({*composition.knowledge(world), *terms}))
    return (*world[: composition.n + 1], number, *world[composition.n + 2 :])


def reached_by_the_attacker(composition: Composition, world: World, terms: set[Term]) -> set[tuple[object, ...]]:
    """What the attacker's next step can lead to, once it is told these terms; a lured request is delivered."""
    found = set()
    for change in composition.changes(world):
        after = composition.after(world, change)
        if change.step.kind == "send":
            ends = [after]
        elif change.step.kind == "lure":
            ends = [end for _, end in composition.steps(after)]
        else:
            continue
        found |= {spelt_out(composition, told(composition, end, terms)) for end in ends}
    return found


@given(
    scenario=SCENARIOS.map(lambda scenario: scenario.attacked_by(scenario.attacker | WEB)),
    picks=WALKS,
    terms=st.sets(st.sampled_from(SECRETS)),
)
def test_knowing_more_takes_no_step_away_from_the_attacker(
    scenario: Scenario, picks: list[int], terms: set[Term]
) -> None:
    """Some step leads to the same, or what it was good for was to learn what is now known.

    Cookies are not among what it is told: with more of them its requests carry more, and are other requests.
    """
    composition = Composition(scenario)
    world = last(composition, picks)
    richer = told(composition, world, terms)
    before = reached_by_the_attacker(composition, world, terms)
    after = reached_by_the_attacker(composition, richer, terms)
    assert before - after <= {spelt_out(composition, richer)}


def test_knowing_more_gives_the_attacker_steps() -> None:
    composition = Composition(Scenario(attacker=WEB))
    terms: set[Term] = {Code("as.example", 1)}
    richer = told(composition, composition.initial, terms)
    before = reached_by_the_attacker(composition, composition.initial, terms)
    assert before < reached_by_the_attacker(composition, richer, terms)


# ------------------------------------------------------------------ how it is put together


def test_nobody_takes_no_steps_of_an_attackers() -> None:
    composition = Composition(Scenario(policy=EVERYTHING))
    assert composition.attacker is NOBODY
    assert composition.knowledge(composition.initial) == frozenset()
    assert {change.step.kind for change in composition.changes(composition.initial)} == {"own"}


def test_what_the_attacker_plays_has_no_sessions() -> None:
    composition = Composition(Scenario(attacker=reduce(or_, ATTACKERS)))
    assert len(composition.cast.owned) == 3
    assert not composition.cast.owned & composition.by_party.keys()
    assert ATTACKER not in composition.by_party


def test_the_bound_on_forgeries_is_kept() -> None:
    composition = Composition(Scenario(attacker=WEB, bounds=Bounds(forgeries=1)))
    change = next(change for change in composition.changes(composition.initial) if change.step.kind == "send")
    world = composition.after(composition.initial, change)
    assert not {change.step.kind for change in composition.changes(world)} & {"send", "lure"}


def test_a_scenario_without_a_grant_is_refused() -> None:
    with pytest.raises(ModelError, match="at least one grant"):
        Scenario(flows=())


def test_a_token_of_the_attackers_own_server_is_known_to_it() -> None:
    composition = Composition(Scenario(attacker=IS_AUTHORIZATION_SERVER))
    kinds = {type(term) for term in composition.knowledge(composition.initial)}
    assert {Code, AccessToken} <= kinds
