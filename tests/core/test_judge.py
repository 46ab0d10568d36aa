"""The judge gives the answers that goals give, and asks them less often; goals say what they read, and one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from oauth_model.checkers.exhaustive import explore
from oauth_model.checkers.judge import Judge
from oauth_model.errors import ModelError
from oauth_model.facts import Attached, Consented, Ended, Fact, LoggedIn, Served, Shared, Started, TokenIssued
from oauth_model.goals import SAFETY, Evidence, Goal, always, finally_, sometimes
from oauth_model.terms import AccessToken, Code, Scope, State, Term
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS

CAST = SCENARIOS["login forgery"].full_cast
CODE = Code("as.example", 1)
STARTED = Started("client.example", 1, "alice's browser", "as.example", "rs.example")
CONSENTED = Consented("as.example", 1, "alice", "alice's browser", "client.example", Scope(("read",)))
TOKEN = AccessToken("as.example", 1, 1, "alice", "client.example", Scope(("read",)))


def evidence(*facts: Fact, knows: Iterable[Term] = ()) -> Evidence:
    return Evidence(frozenset(facts), frozenset(knows), CAST)


# ------------------------------------------------------------------ goals that read in their own ways


@always("nowhere")
def no_state_is_known(world: Evidence) -> bool:
    """The attacker knows no `state` at all."""
    return not any(world.known(State))


@always("nowhere", each=(Code,))
def known_codes_are_unused(world: Evidence, code: Code) -> bool:
    """Of the codes that the attacker knows none has given a token."""
    return not any(world.all(TokenIssued, from_code=code))


@always("nowhere")
def first_run_ends_before_it_is_known(world: Evidence) -> bool:
    """Reads more and more, the further things have come: the kinds that the judge watches for grow."""
    if world.started("client.example", 1) is None:
        return True
    if not any(world.all(Attached)):
        return not world.knows(State("client.example", 1))
    return any(world.all(LoggedIn)) or not any(world.knows(fact.token) for fact in world.all(TokenIssued))


@always("nowhere")
def at_most_a_third_is_shared(world: Evidence) -> bool:
    """Reads facts by classes that others are derived from."""
    return 3 * len(list(world.all(Shared))) <= len(list(world.all(Fact)))


OWN = (no_state_is_known, known_codes_are_unused, first_run_ends_before_it_is_known, at_most_a_third_is_shared)
GOALS = (*SAFETY, *OWN)


def met(name: str) -> tuple[Composition, list[tuple[int, int]]]:
    """The evidences that the search meets in a scenario, in its order."""
    composition = Composition(SCENARIOS[name])
    search = explore(composition, Judge(composition, ()))
    assert search.complete
    return composition, list(dict.fromkeys(composition.evidence(world) for world in search.came_from))


def answers(
    composition: Composition, evidences: list[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], frozenset[Goal]]]:
    """For each evidence the goals that are false of it, each asked afresh."""
    for facts, knowledge in evidences:
        plain = Evidence(
            composition.fact_sets.values[facts], composition.knowledges.values[knowledge], composition.cast
        )
        yield (facts, knowledge), frozenset(goal for goal in GOALS if not goal.holds(plain))


# ------------------------------------------------------------------ the judge


@pytest.mark.parametrize("name", ["login forgery, implicit", "replay", "code of another server"])
def test_the_judge_answers_as_the_goals_do(name: str) -> None:
    composition, evidences = met(name)
    expected = dict(answers(composition, evidences))
    for order in (evidences, evidences[::-1]):
        judge = Judge(composition, GOALS)
        assert {each: judge.false_of(*each) for each in order} == expected


def test_each_of_these_goals_is_both_true_and_false_there() -> None:
    expected = dict(answers(*met("replay")))
    for goal in OWN:
        assert {goal in false for false in expected.values()} == {True, False}, goal


def test_the_judge_answers_for_worlds_too() -> None:
    composition = Composition(SCENARIOS["replay"])
    judge = Judge(composition, GOALS)
    search = explore(composition, judge)
    assert {judge.false_in(world) for world in search.came_from} == {
        judge.false_of(*composition.evidence(world)) for world in search.came_from
    }
    assert search.found.keys() == {goal for world in search.came_from for goal in judge.false_in(world)} != set()


def test_a_goal_is_asked_once_for_what_it_reads() -> None:
    composition, evidences = met("login forgery")
    asked = 0

    @always("nowhere")
    def nobody_is_logged_in(world: Evidence) -> bool:
        """Nobody is logged in, unless a code is known."""
        nonlocal asked
        asked += 1
        return not any(world.all(LoggedIn)) or any(world.known(Code))

    judge = Judge(composition, (nobody_is_logged_in,))
    for pair in evidences:
        judge.false_of(*pair)
    logins = {
        frozenset(fact for fact in values if isinstance(fact, LoggedIn)) for values in composition.fact_sets.values
    }
    codes = {frozenset(term for term in values if isinstance(term, Code)) for values in composition.knowledges.values}
    assert asked <= len(logins) * len(codes) + 1 < len(evidences) / 10


# ------------------------------------------------------------------ evidence


def test_facts_are_picked_by_their_attributes() -> None:
    first = TokenIssued(TOKEN, CODE, "client.example", "client.example", True, "bound")
    second = TokenIssued(TOKEN, None, "client.example", "client.example", True, "none")
    world = evidence(first, second, STARTED, Ended(TOKEN, revoked=True))
    assert set(world.all(TokenIssued)) == {first, second}
    assert list(world.all(TokenIssued, from_code=CODE)) == [first]
    assert list(world.all(TokenIssued, from_code=None)) == [second]
    assert list(world.all(TokenIssued, from_code=CODE, pkce="none")) == []
    assert list(world.all(Shared)) == [Ended(TOKEN, revoked=True)]


def test_terms_are_picked_by_their_attributes() -> None:
    world = evidence(knows=(CODE, Code("as.example", 2), State("client.example", 1)))
    assert set(world.known(Code)) == {CODE, Code("as.example", 2)}
    assert list(world.known(Code, grant=2)) == [Code("as.example", 2)]
    assert world.knows(CODE) and not world.knows(Code("as.example", 3))


def test_consents_and_starts_are_found() -> None:
    world = evidence(STARTED, CONSENTED)
    assert world.consent(CODE) == world.consent(TOKEN) == CONSENTED
    assert world.consent(Code("as.example", 2)) is None
    assert world.started("client.example", 1) == STARTED
    assert world.started("client.example", 2) is None
    assert list(world.honest_consents(grant=1)) == [CONSENTED]
    assert list(world.honest_consents(grant=2)) == []


def test_an_attribute_that_does_not_exist_is_an_error_even_where_there_is_nothing_to_pick() -> None:
    with pytest.raises(ModelError, match=r"^Attached has no attribute 'user' to be picked by; it has: client, run,"):
        evidence().all(Attached, user="alice")
    with pytest.raises(ModelError, match=r"^Code has no attribute 'client' to be picked by; it has: issuer, grant$"):
        evidence().known(Code, client="client.example")

    @always("nowhere", each=(Attached,))
    def nothing_of_alices(world: Evidence, attached: Attached) -> bool:
        """Has a mistake."""
        return not any(world.all(Attached, user="alice"))

    with pytest.raises(ModelError, match=r"^goal nothing-of-alices: Attached has no attribute 'user'"):
        nothing_of_alices.holds(evidence(Attached("client.example", 1, "alice's browser", TOKEN)))


# ------------------------------------------------------------------ goals


@always("nowhere", each=(Attached, Code))
def only_number_one(world: Evidence, subject: Attached | Code) -> bool:
    """Grants and runs are numbered one."""
    return (subject.run if isinstance(subject, Attached) else subject.grant) == 1


def test_a_goal_is_asked_of_each_subject() -> None:
    attached = [Attached("client.example", run, "alice's browser", TOKEN) for run in (1, 2)]
    assert only_number_one.holds(evidence())
    assert only_number_one.holds(evidence(attached[0], knows=[CODE]))
    assert not only_number_one.holds(evidence(*attached))
    assert not only_number_one.holds(evidence(attached[0], knows=[CODE, Code("as.example", 2)]))
    assert [only_number_one.holds_for(evidence(), fact) for fact in attached] == [True, False]


def test_a_finally_goal_may_have_subjects_and_a_sometimes_goal_may_not() -> None:
    @finally_("nowhere", each=(Started,))
    def every_run_is_served(world: Evidence, start: Started) -> bool:
        """Every run is served."""
        return any(world.all(Served, server=start.server))

    assert every_run_is_served.holds(evidence()) and not every_run_is_served.holds(evidence(STARTED))
    with pytest.raises(ModelError, match="true before anything has happened"):
        sometimes("nowhere", each=(Started,))(only_number_one.predicate)


def test_a_goal_and_its_function_must_fit() -> None:
    def about_the_world(world: Evidence) -> bool:
        return True

    with pytest.raises(ModelError, match=r"goal about-the-world: with `each`, its function takes \(world, subject\)"):
        always("nowhere", each=(Attached,))(about_the_world)
    with pytest.raises(ModelError, match=r"goal only-number-one: without `each`, its function takes \(world\)"):
        always("nowhere")(only_number_one.predicate)
    for wrong in (Attached, (Evidence,), ("Attached",)):
        with pytest.raises(ModelError, match=r"is no tuple of fact or term classes"):
            Goal("wrong", "always", "nowhere", only_number_one.predicate, each=wrong)  # type: ignore[arg-type]
