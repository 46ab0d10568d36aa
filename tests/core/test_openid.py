"""OpenID Connect: honest runs end in every policy, and what each check of an ID token is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.attackers import BROWSES, HOLDS_TOKEN, IS_AUTHORIZATION_SERVER, READS_RESPONSES
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.hybrid import CODE_AND_BOTH_TOKENS, CODE_AND_TOKEN, HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    LIVENESS,
    SAFETY,
    Goal,
    access_tokens_stay_secret,
    grant_belongs_to_the_browser_that_consented,
    id_token_is_as_it_should_be,
    login_is_the_users_own,
    nobody_logs_in_as_another,
    tokens_never_leave_the_back_channel,
)
from oauth_model.mitigations import (
    HASHES,
    ID_TOKEN_VALIDATION,
    KEY_BY_ISSUER,
    MITIGATIONS,
    NO_IMPLICIT,
    NONCE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    STATE,
    Mitigation,
    Policy,
)
from oauth_model.scenario import Bounds, Scenario

FLOWS: dict[str, tuple[Flow, ...]] = {
    "code": (AUTHORIZATION_CODE,),
    "implicit": (IMPLICIT, AUTHORIZATION_CODE),
    "hybrid": (HYBRID,),
    "code and token": (CODE_AND_TOKEN, AUTHORIZATION_CODE),
    "code and both tokens": (CODE_AND_BOTH_TOKENS, AUTHORIZATION_CODE),
    "all": (HYBRID, IMPLICIT, AUTHORIZATION_CODE, CODE_AND_TOKEN, CODE_AND_BOTH_TOKENS),
}
WHOLE = Policy(MITIGATIONS).minus(PKCE_PLAIN)
SMALL = Bounds(client_runs=1, windows=1)
OPENID = Cast(openid=True)
ON = (ID_TOKEN_VALIDATION, KEY_BY_ISSUER, NONCE, HASHES)


def ends(flows: tuple[Flow, ...], policy: Policy, cast: Cast = OPENID) -> None:
    verdicts = check(Scenario(flows, policy, bounds=SMALL, cast=cast), LIVENESS).verdicts
    assert [str(verdict.goal) for verdict in verdicts if not verdict.holds] == []


@pytest.mark.parametrize("mitigation", MITIGATIONS, ids=str)
@pytest.mark.parametrize("flow", FLOWS)
def test_honest_runs_end_with_any_mitigation_and_without_any(flow: str, mitigation: Mitigation) -> None:
    on = [mitigation, *(other for other in MITIGATIONS if other.slug in mitigation.needs)]
    ends(FLOWS[flow], Policy(on))
    needing = [other for other in MITIGATIONS if mitigation.slug in other.needs]
    ends(FLOWS[flow], WHOLE.minus(mitigation, *needing))


@pytest.mark.parametrize("policy", [Policy(), EVERYTHING, WHOLE], ids=["none", "all", "extensions, too"])
@pytest.mark.parametrize("flow", FLOWS)
def test_honest_runs_end_with_two_authorization_servers(flow: str, policy: Policy) -> None:
    ends(FLOWS[flow], policy, Cast(openid=True, authorization_servers=("as.example", "other-as.example")))


@pytest.mark.parametrize("flow", FLOWS)
def test_without_an_attacker_no_goal_breaks(flow: str) -> None:
    result = check(Scenario(FLOWS[flow], EVERYTHING.plus(*ON)), SAFETY)
    assert result.complete
    assert [str(verdict.goal) for verdict in result.verdicts if not verdict.holds] == []


def broken(scenario: Scenario, goal: Goal) -> bool:
    return check(scenario, (goal,))[goal].holds is False


SUBSTITUTION = Scenario(
    (HYBRID,),
    EVERYTHING.minus(PKCE_S256, PKCE_REQUIRED).plus(ID_TOKEN_VALIDATION, HASHES),
    BROWSES | READS_RESPONSES,
    Bounds(authorizations=2, windows=1),
)


@pytest.mark.parametrize("guard", ["code_is_that_of_the_id_token", "state_is_that_of_the_id_token"])
def test_code_substitution_is_stopped_by_both_hashes_together(guard: str) -> None:
    """Without the one the attacker's own ID token will do, without the other the victim's."""
    assert not broken(SUBSTITUTION, nobody_logs_in_as_another)
    assert broken(SUBSTITUTION.without_guard(guard), nobody_logs_in_as_another)


def test_the_hash_of_state_is_worth_what_state_is_worth() -> None:
    assert broken(SUBSTITUTION.without(STATE), nobody_logs_in_as_another)


def test_hashes_say_nothing_in_an_id_token_that_anybody_can_make() -> None:
    assert broken(SUBSTITUTION.without(ID_TOKEN_VALIDATION), nobody_logs_in_as_another)


INJECTION = next(attack for attack in ATTACKS if attack.id == "SI13").scenario.bounded(authorizations=2, windows=1)


@pytest.mark.parametrize("left_out", ON[:1] + ON[2:], ids=str)
def test_a_token_is_not_injected_where_hash_nonce_and_validation_are_all_on(left_out: Mitigation) -> None:
    guarded = INJECTION.plus(HASHES, NONCE, ID_TOKEN_VALIDATION)
    assert not broken(guarded, grant_belongs_to_the_browser_that_consented)
    assert broken(guarded.without(left_out), grant_belongs_to_the_browser_that_consented)


CONFUSION = Scenario(
    policy=EVERYTHING, attacker=BROWSES | IS_AUTHORIZATION_SERVER, bounds=Bounds(windows=1, forgeries=3), cast=OPENID
)


@pytest.mark.parametrize("goal", [nobody_logs_in_as_another, id_token_is_as_it_should_be], ids=str)
def test_an_id_token_is_believed_of_its_own_issuer_only(goal: Goal) -> None:
    assert broken(CONFUSION, goal)
    assert not broken(CONFUSION.plus(ID_TOKEN_VALIDATION), goal)
    assert not broken(CONFUSION.plus(KEY_BY_ISSUER), goal)
    assert broken(CONFUSION.plus(KEY_BY_ISSUER).without_guard("id_token_is_signed_by_its_issuer"), goal)


def test_a_key_chosen_by_issuer_is_not_enough_where_an_honest_id_token_is_at_hand() -> None:
    """It is signed by whom it names, and that is not the run's authorization server."""
    at_hand = CONFUSION.attacked_by(BROWSES | IS_AUTHORIZATION_SERVER | HOLDS_TOKEN)
    assert broken(at_hand.plus(KEY_BY_ISSUER), nobody_logs_in_as_another)
    assert not broken(at_hand.plus(KEY_BY_ISSUER, NONCE), nobody_logs_in_as_another)
    validated = at_hand.plus(ID_TOKEN_VALIDATION)
    assert not broken(validated, nobody_logs_in_as_another)
    assert broken(validated.without_guard("id_token_is_from_my_issuer"), nobody_logs_in_as_another)


BESIDE = Scenario(
    (CODE_AND_BOTH_TOKENS, AUTHORIZATION_CODE),
    EVERYTHING.minus(NO_IMPLICIT).plus(*ON),
    BROWSES | READS_RESPONSES,
    Bounds(client_runs=1, windows=1),
)


@pytest.mark.parametrize("flow", [CODE_AND_TOKEN, CODE_AND_BOTH_TOKENS], ids=str)
def test_an_access_token_beside_the_code_is_read_with_it(flow: Flow) -> None:
    scenario = replace(BESIDE, flows=(flow, AUTHORIZATION_CODE))
    assert broken(scenario, access_tokens_stay_secret)
    assert not broken(scenario.plus(NO_IMPLICIT), access_tokens_stay_secret)
    assert broken(scenario, tokens_never_leave_the_back_channel)


def test_the_hash_of_the_access_token_beside_the_code_is_compared() -> None:
    """Nobody uses that token here; but who reads responses could put another's in its place."""
    bounds = Bounds(authorizations=2, windows=1, forgeries=4)
    mixed = replace(BESIDE, bounds=bounds).without(HASHES, PKCE_S256, PKCE_REQUIRED, NONCE)
    assert broken(mixed, id_token_is_as_it_should_be)
    assert not broken(mixed.plus(HASHES), id_token_is_as_it_should_be)


def test_who_is_signed_in_is_whom_the_id_token_names() -> None:
    """The token of another client is nobody's sign-in where there is an ID token for this one."""
    substitution = next(attack for attack in ATTACKS if attack.id == "SI14")
    scenario = substitution.scenario.plus(ID_TOKEN_VALIDATION).bounded(forgeries=3)
    assert not broken(scenario, nobody_logs_in_as_another)
    assert broken(scenario.without_guard("id_token_is_for_me"), nobody_logs_in_as_another)
    assert not broken(scenario, login_is_the_users_own)
