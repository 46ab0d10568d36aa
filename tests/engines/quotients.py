"""Searches that keep one of the states that differ in names only, to be compared with those that keep all; and what
they are tried on: goals that name somebody, and users who are not alike."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.attackers import BROWSES, READS_RESPONSES
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import ATTACKER, Cast
from oauth_model.engines.actions import members
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.reduced_search import Asked, Search, Uneven
from oauth_model.engines.symmetry import Guesses, Symmetry
from oauth_model.engines.walk import Limits
from oauth_model.facts import Ended, LoggedIn, Served, Started
from oauth_model.goals import SAFETY, always
from oauth_model.goals.goal import Evidence, Goal
from oauth_model.machine import View, refuses_with
from oauth_model.messages import AuthorizationRequest, Message, ResourceRequest
from oauth_model.mitigations import Mitigation
from oauth_model.scenario import Bounds, Scenario
from oauth_model.steps import Change

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


def searched(
    scenario: Scenario,
    goals: tuple[Goal, ...] = SAFETY,
    *,
    symmetry: bool = False,
    values: bool = False,
    reduce: bool = False,
) -> Searched:
    program = Program(scenario)
    closure = Closure(program)
    closure.close()
    assert not closure.why
    guesses, count = Guesses(closure, users=symmetry, values=values), 0
    while True:
        found = guesses.best()
        search = Search(program, Asked(goals, frozenset(), Limits(), None, reduce, reduce))
        try:
            search.run(closure, found)
            return Searched(search, found, count, closure)
        except Uneven as met:
            guesses.without(found, met.action)
            count += 1


def one_of_each_kind(
    scenario: Scenario, goals: tuple[Goal, ...] = SAFETY, *, symmetry: bool = True, values: bool = False
) -> tuple[int, int, int]:
    """Compare the states that are left with all; how many there are, how many there were, and the renamings."""
    all_of_them = searched(scenario, goals)
    left = searched(scenario, goals, symmetry=symmetry, values=values)
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


def steal(names: tuple[str, ...] = PAIR) -> Scenario:
    """Codes are read on their way, and are good for whoever has one."""
    bounds = Bounds(client_runs=2, authorizations=1, windows=1, forgeries=1)
    return Scenario(attacker=READS_RESPONSES, cast=Cast(users=names), bounds=bounds)


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


DIFFERENT: dict[str, tuple[Scenario, Goal]] = {
    "a user is served later": (users(PAIR, 1, 2, ALICE_LATE, time_passes=True), alice_waits_for_others),
    "a user's place is the attacker's": (users(PAIR, 2, 1, attacker=BROWSES), attacker_begins_last),
}
"""Scenarios in which the users' sessions are alike and what they do is not, and what that is good for."""
