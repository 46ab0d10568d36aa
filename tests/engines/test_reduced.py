"""The reduced search: the verdicts of a search that leaves nothing out, from fewer states.

What the reductions rest on is looked at as well: that actions say just what a program does, and that nothing which
happens outside a stubborn set touches what is in it. Faults that are put in must show.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from oauth_model.attackers import WEB
from oauth_model.attacks import ATTACKS
from oauth_model.checkers.exhaustive import Judge, explore
from oauth_model.engines import explicit
from oauth_model.engines.actions import Calm, as_bits, members
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.actions_index import Lack
from oauth_model.engines.plain import Plain
from oauth_model.engines.program import Program
from oauth_model.engines.reduced import Reduced, search
from oauth_model.engines.reduced_goals import Questions
from oauth_model.engines.reduced_parts import terminal
from oauth_model.engines.stubborn import Actions
from oauth_model.engines.walk import Limits, Status
from oauth_model.facts import LoggedIn, Started
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import SAFETY, always, state_and_verifier_stay_secret_until_used
from oauth_model.goals.goal import Evidence, Goal
from oauth_model.mitigations import Policy
from oauth_model.scenario import Bounds, Scenario
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS

ALL: dict[str, Scenario] = {**SCENARIOS, **{attack.slug: attack.scenario for attack in ATTACKS}}
ALL |= {
    name: ALL[name].bounded(client_runs=runs, windows=1, forgeries=2)
    for name, runs in (("issuer-confusion", 1), ("reused-challenge", 2), ("rogue-token-endpoint", 1))
}
ALL["two users apart"] = SCENARIOS["two users"].bounded(authorizations=2)
LARGER = {"downgrade refused", "code of another server", "login forgery", "login forgery refused", "stolen token"}
LARGER |= {"login forgery, implicit", "login forgery refused, implicit", "login forgery, hybrid"}
LARGER |= {"login forgery refused, hybrid", "redirector", "redirector, fragment", "page by a user", "embedded content"}
LARGER |= {"silent approval", "codes that are burnt", "codes that cannot be burnt", "references that can be used again"}
LARGER |= {"script on the error page", "web message", "frame", "nobody listens", "signed requests"}
QUICK = [name for name in SCENARIOS if name not in LARGER]
QUICK += ["token-in-uri", "stolen-code", "token-injection", "code-injection", "scope-not-narrowed"]
SWITCHES = [(False, False), (True, False), (False, True), (True, True)]


def _ends_before(world: Evidence, first: int, second: int) -> bool:
    return any(world.all(LoggedIn, run=first)) and not any(world.all(Started, run=second))


@always("RFC 6749 section 4.1")
def first_run_does_not_end_before_the_second(world: Evidence) -> bool:
    """The first run ends when the second has begun; where it did not, that is mended as soon as it begins."""
    return not _ends_before(world, 1, 2)


@always("RFC 6749 section 4.1")
def second_run_does_not_end_before_the_first(world: Evidence) -> bool:
    """The same the other way round."""
    return not _ends_before(world, 2, 1)


@cache
def reference(name: str) -> dict[Goal, int]:
    """The goals that are broken, with the length of a shortest run, by the exhaustive checker."""
    composition = Composition(ALL[name])
    found = explore(composition, Judge(composition, SAFETY))
    assert found.complete
    return {goal: len(found.path(world)) for goal, world in found.found.items()}


def reduced(name: str, goals: tuple[Goal, ...] = SAFETY, **options: Any) -> Reduced:
    return search(Program(ALL[name]), goals, **options)


@pytest.mark.parametrize("name", QUICK)
def test_every_switch_leaves_verdicts_and_shortest_runs(name: str) -> None:
    states = []
    for stubborn, knowledge_first in SWITCHES:
        walk = reduced(name, stubborn=stubborn, knowledge_first=knowledge_first)
        assert {goal: len(run) for goal, run in walk.found.items()} == reference(name)
        assert (walk.engine, walk.complete, walk.cut, walk.why) == ("reduced", True, "", "")
        states.append(walk.states)
    assert max(states) == states[0] and states[3] <= min(states[1], states[2])


def test_a_code_never_meets_the_session_that_issued_a_token_instead() -> None:
    # Which happen together is forgotten while actions are collected: a row that is for sessions with a code would find
    # nothing in the memory of one that gave a token at once, if both were in a state of the same name.
    both = Scenario((AUTHORIZATION_CODE, IMPLICIT), Policy(), WEB, Bounds(1, 1, 1, 1), time_passes=True)
    walk = search(Program(both), SAFETY)
    assert walk.why == ""
    assert walk.broken == explicit.search(Program(both), SAFETY).broken


def test_fewer_states_are_left() -> None:
    for name in ("replay", "token-injection"):
        assert 1.9 * reduced(name).states < reduced(name, stubborn=False, knowledge_first=False).states


# ------------------------------------------------------------------ what it rests on


def calm_states(program: Program) -> set[Calm]:
    """The states of the plain search in which nothing must be delivered at once."""
    plain, found = Plain(program), set()
    seen, waiting = {plain.initial}, [plain.initial]
    while waiting:
        state = waiting.pop()
        if all(program.urgent(*entry) is None for entry in enumerate(state.locals)):
            values = [program.locals[slot].values[local] for slot, local in enumerate(state.locals)]
            network = as_bits(number for _, channel in values for number in channel)
            sessions = tuple(session for session, _ in values)
            found.add(Calm(sessions, network, state.known, state.happened, state.made))
        after = {plain.after(state, command) for command in plain.commands(state)} - seen
        seen |= after
        waiting += after
    return found


def actions_of(name: str) -> tuple[Program, Actions, Calm]:
    program = Program(ALL[name])
    closure = Closure(program)
    closure.close()
    assert not closure.why
    known = as_bits(program.initially_known)
    return program, Actions(closure), Calm(program.composition.initial[: program.n], 0, known, 0, 0)


def reachable(actions: Actions, state: Calm, outside: int = -1) -> set[Calm]:
    """The states that are reached by actions among some."""
    seen, waiting = {state}, [state]
    while waiting:
        state = waiting.pop()
        after = {actions.after(state, number) for number in actions.possible(state) if outside >> number & 1} - seen
        seen |= after
        waiting += after
    return seen


@pytest.mark.parametrize("name", QUICK)
def test_actions_say_what_the_program_does(name: str) -> None:
    program, actions, initial = actions_of(name)
    assert reachable(actions, initial) == calm_states(program)


def outside_touches_inside(name: str) -> bool:
    """Whether in some state something outside the stubborn set enables or disables what is in it."""
    _, actions, initial = actions_of(name)
    for state in sorted(reachable(actions, initial))[::3]:
        inside = actions.stubborn(state, actions.possible(state), {})
        for other in reachable(actions, state, ~inside):
            before, after = (as_bits(actions.possible(each)) & inside for each in (state, other))
            if any(not actions.all[number].teaches for number in members(before ^ after)):
                return True
    return False


@pytest.mark.parametrize("name", ["two users", "replay revokes", "code-injection", "time and faults"])
def test_what_happens_outside_does_not_touch_a_stubborn_set(name: str) -> None:
    assert not outside_touches_inside(name)


# ------------------------------------------------------------------ faults that must show


def no_enabling(self: Actions, state: Calm, number: int, inside: int, now: int) -> tuple[int, int]:
    return 0, 1 << number


def no_conflicts(self: Actions, number: int) -> int:
    return 0


def without(kind: str) -> Callable[[Actions, str, str, int], Lack]:
    """What brings about a message, or a term, is forgotten."""
    right = Actions._lack_of

    def lack_of(self: Actions, wanted: str, brought: str, member: int) -> Lack:
        lack = right(self, wanted, brought, member)
        return Lack(lack.wanted_by, 0) if wanted == kind else lack

    return lack_of


@pytest.mark.parametrize(
    ("method", "fault"),
    [("_enabling", no_enabling), ("conflicts", no_conflicts), ("_lack_of", without("takes"))],
    ids=["no enabling sets", "no conflicts", "messages enable nothing"],
)
def test_a_wrong_stubborn_set_gives_a_wrong_verdict(
    method: str, fault: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Actions, method, fault)
    assert set(reduced("code-injection").found) < set(reference("code-injection"))


def test_forgetting_that_knowledge_enables_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Actions, "_lack_of", without("needs"))
    assert outside_touches_inside("code-injection")


# ------------------------------------------------------------------ violations that can be mended


def mended(name: str, goals: tuple[Goal, ...]) -> set[Goal]:
    """The goals of which a violation goes away again somewhere."""
    composition = Composition(ALL[name])
    judge = Judge(composition, goals)
    found: set[Goal] = set()
    for world in explore(composition, judge).came_from:
        broken = judge.false_in(world)
        for change in composition.changes(world) if broken else ():
            found |= broken - judge.false_in(composition.after(world, change))
    return found


def test_a_violation_that_can_be_mended_is_not_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    goals = (first_run_does_not_end_before_the_second, second_run_does_not_end_before_the_first)
    assert mended("two users apart", goals) == set(goals)
    walk = reduced("two users apart", goals)
    assert set(walk.found) == set(goals) and not walk.why
    monkeypatch.setattr(Questions, "_keep_together", lambda self, bad, good: True)
    assert set(reduced("two users apart", goals).found) < set(goals)


BREAKING_STABLE_GOALS = ("replay", "issuer-confusion", "reused-challenge", "rogue-token-endpoint", "reference-reused")
"""Scenarios in whose actions every goal that is marked stable can be broken."""


def test_goals_marked_stable_are_so() -> None:
    """Whatever more is added to some evidence: a goal that says so stays false."""
    stable = {goal for goal in SAFETY if goal.stable}
    assert stable
    assert stable == {goal for name in BREAKING_STABLE_GOALS for goal in broken_by_adding(name, stable)}


def broken_by_adding(name: str, stable: set[Goal]) -> set[Goal]:
    """Add what random actions add, in a random order; the goals that get broken, and must stay so."""
    program, actions, _ = actions_of(name)
    adds = [(action.learns, action.records) for action in actions.all]
    draw, broken = random.Random(1), set[Goal]()
    for _ in range(300):
        terms, facts, false = set(program.initially_known), set[int](), set[Goal]()
        for learns, records in draw.sample(adds, 40):
            terms |= learns
            facts |= records
            happened = frozenset(program.facts.values[n] for n in facts)
            known = frozenset(program.terms.values[n] for n in terms)
            evidence = Evidence(happened, known, program.composition.cast)
            now = {goal for goal in stable if not goal.holds(evidence)}
            assert false <= now
            false = now
        broken |= false
    return broken


def test_goals_that_are_mended_are_not_marked_stable() -> None:
    found = set[Goal]().union(*(mended(name, SAFETY) for name in QUICK))
    assert found == {state_and_verifier_stay_secret_until_used}
    assert not any(goal.stable for goal in found)


# ------------------------------------------------------------------ parts that are never left, and cuts


def test_terminal_parts() -> None:
    assert sorted(map(sorted, terminal([[1], [2], [1], [4, 0], []]))) == [[1, 2], [4]]
    assert [sorted(part) for part in terminal([[1], [2, 3], [0], [1]])] == [[0, 1, 2, 3]]


def test_limits_interrupts_and_enough() -> None:
    walk = reduced("two users", limits=Limits(states=10))
    assert (walk.states, walk.complete, walk.cut) == (10, False, "at 10 states")

    def stop(status: Status) -> None:
        raise KeyboardInterrupt

    walk = reduced("two users", progress=stop)
    assert (walk.cut, walk.complete) == ("interrupted", False)
    goal = min(reference("replay"), key=SAFETY.index)
    walk = reduced("replay", stop_on=frozenset((goal,)))
    assert not walk.complete and not walk.cut and len(walk.found[goal]) == reference("replay")[goal]
