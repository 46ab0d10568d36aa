"""Clients that configure themselves, platforms, and clients that authenticate by assertions or certificates."""

from __future__ import annotations

import pytest

from oauth_model.attackers import IS_AUTHORIZATION_SERVER, NOBODY
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.facts import AssertionMade, ClientAuthenticated, Records
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import LIVENESS, SAFETY, Evidence, client_meant_the_assertion_for_this_server
from oauth_model.machine import Accepted, Address, Envelope
from oauth_model.messages import (
    AuthorizationRequest,
    MetadataRequest,
    MetadataResponse,
    PushedAuthorizationRequest,
    RegistrationRequest,
    RegistrationResponse,
    TokenRequest,
)
from oauth_model.mitigations import (
    ASSERTION_SINGLE_USE,
    AUDIENCE_IS_ISSUER,
    CLIENT_AUTHENTICATION,
    CONNECTION_CONTEXT,
    INTENT,
    KEY_FOR_EACH_SERVER,
    MTLS_CLIENT_AUTHENTICATION,
    NO_IMPLICIT,
    PRIVATE_KEY_JWT,
    PUSHED_REQUESTS,
    Mitigation,
)
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import ClientAssertion, ClientId, Issuer, TokenEndpoint
from oauth_model.world import Composition
from tests.core.scenarios import taken, walked

ONE = Bounds(client_runs=1, windows=1)
BY_KEY = EVERYTHING.minus(CLIENT_AUTHENTICATION).plus(PRIVATE_KEY_JWT)
CLIENT, SERVER, OTHER = "client.example", "as.example", "evil-as.example"


@pytest.mark.parametrize(
    ("flows", "on"),
    [
        ((AUTHORIZATION_CODE,), ()),
        ((AUTHORIZATION_CODE,), (PUSHED_REQUESTS,)),
        ((AUTHORIZATION_CODE,), (PRIVATE_KEY_JWT,)),
        ((AUTHORIZATION_CODE,), (PRIVATE_KEY_JWT, PUSHED_REQUESTS)),
        ((AUTHORIZATION_CODE,), (MTLS_CLIENT_AUTHENTICATION, PUSHED_REQUESTS)),
        ((IMPLICIT,), ()),
    ],
    ids=["code", "pushed", "assertion", "assertion, pushed", "certificate", "implicit"],
)
@pytest.mark.parametrize("cast", [Cast(), Cast(discovery=True), Cast(context_in_uri=True, token_vault=True)], ids=str)
def test_honest_runs_end_and_nothing_breaks(flows: tuple[Flow, ...], on: tuple[Mitigation, ...], cast: Cast) -> None:
    policy = EVERYTHING.plus(*on).minus(*[NO_IMPLICIT] * (IMPLICIT in flows), INTENT)
    result = check(Scenario(flows, policy, NOBODY, ONE, cast), (*SAFETY, *LIVENESS))
    # An access token of the implicit grant does pass through the browser.
    assert [v.goal.slug for v in result.broken] == ["tokens-never-leave-the-back-channel"] * (IMPLICIT in flows)


def test_a_client_asks_then_registers_then_sends_the_browser_on() -> None:
    composition, changes = walked(Scenario(policy=EVERYTHING, bounds=ONE, cast=Cast(discovery=True)))
    order = (MetadataRequest, MetadataResponse, RegistrationRequest, RegistrationResponse, AuthorizationRequest)
    sent = {
        type(composition.envelopes.values[number].message): composition.envelopes.values[number]
        for change in taken(changes)
        for number in change.sent
    }
    assert set(order) <= set(sent)
    metadata = sent[MetadataResponse].message
    assert isinstance(metadata, MetadataResponse)
    assert metadata.issuer == Issuer(SERVER)
    assert metadata.token_endpoint == TokenEndpoint(SERVER)
    assert sent[TokenRequest].receiver.party == SERVER


def test_a_client_registers_at_one_server_the_uri_it_has_for_another() -> None:
    cast = Scenario(attacker=IS_AUTHORIZATION_SERVER, cast=Cast(discovery=True, distinct_redirect_uris=True)).full_cast
    assert cast.redirect_uri(CLIENT, OTHER) in cast.redirect_uris(CLIENT, SERVER)
    configured = Scenario(attacker=IS_AUTHORIZATION_SERVER, cast=Cast(distinct_redirect_uris=True)).full_cast
    assert configured.redirect_uris(CLIENT, SERVER) == (configured.redirect_uri(CLIENT, SERVER),)


# ------------------------------------------------------------------ platforms


def test_a_context_in_the_uri_goes_with_a_uri_for_each_connection() -> None:
    cast = Scenario(policy=EVERYTHING.minus(INTENT), attacker=IS_AUTHORIZATION_SERVER, cast=Cast(context_in_uri=True))
    assert cast.full_cast.redirect_uri(CLIENT, SERVER) != cast.full_cast.redirect_uri(CLIENT, OTHER)
    assert not cast.plus(INTENT).full_cast.context_in_uri
    assert cast.plus(CONNECTION_CONTEXT).full_cast.distinct_redirect_uris


# ------------------------------------------------------------------ assertions


def assertion(audience: Issuer | TokenEndpoint, key: str | None = None) -> ClientAssertion:
    return ClientAssertion(CLIENT, key, audience, 1)


@pytest.mark.parametrize(
    ("on", "accepted"),
    [
        ((), [True, True, False, False, False]),
        ((AUDIENCE_IS_ISSUER,), [True, False, False, False, False]),
        ((KEY_FOR_EACH_SERVER,), [False, False, False, True, False]),
    ],
    ids=["one key", "issuer only", "a key for each"],
)
def test_by_key_and_audience_a_server_knows_what_is_for_it(on: tuple[Mitigation, ...], accepted: list[bool]) -> None:
    off = {AUDIENCE_IS_ISSUER, KEY_FOR_EACH_SERVER} - set(on)
    cast = Scenario(policy=BY_KEY.minus(*off)).full_cast
    offered = [
        assertion(Issuer(SERVER)),
        assertion(TokenEndpoint(SERVER)),
        assertion(Issuer(OTHER)),
        assertion(Issuer(SERVER), SERVER),
        assertion(Issuer(SERVER), OTHER),
    ]
    assert [cast.accepts(one, SERVER) for one in offered] == accepted


def pushed(policy_on: tuple[Mitigation, ...], sender: str, records: Records) -> bool:
    """Whether the authorization server takes a pushed request with the client's assertion."""
    policy = BY_KEY.plus(PUSHED_REQUESTS).minus(KEY_FOR_EACH_SERVER, ASSERTION_SINGLE_USE).plus(*policy_on)
    composition = Composition(Scenario(policy=policy, attacker=IS_AUTHORIZATION_SERVER))
    request = PushedAuthorizationRequest("code", ClientId(CLIENT), client_assertion=assertion(Issuer(SERVER)))
    slot = composition.by_party[SERVER][0]
    envelope = Envelope(Address(sender), composition.addresses[slot], request)
    bare = composition.scenario.without_guard("challenge_is_present").without_guard("response_mode_is_registered")
    composition = Composition(bare)
    outcome = composition.outcome(slot, composition.initial[slot], envelope, records)
    return isinstance(outcome, Accepted) and not outcome.row.otherwise


USED = Records([ClientAuthenticated(SERVER, CLIENT, assertion(Issuer(SERVER)), "token request", 1)])


def test_an_assertion_is_taken_once_from_whoever_has_it() -> None:
    assert pushed((), OTHER, Records())
    assert pushed((), OTHER, USED)
    assert pushed((ASSERTION_SINGLE_USE,), OTHER, Records())
    assert not pushed((ASSERTION_SINGLE_USE,), OTHER, USED)


def test_a_certificate_is_of_use_to_its_client_alone() -> None:
    assert pushed((MTLS_CLIENT_AUTHENTICATION,), CLIENT, Records())
    assert not pushed((MTLS_CLIENT_AUTHENTICATION,), OTHER, Records())


@pytest.mark.parametrize(
    ("mitigation", "guard"),
    [(PRIVATE_KEY_JWT, "assertion_is_for_me"), (MTLS_CLIENT_AUTHENTICATION, "connection_is_the_clients")],
    ids=str,
)
def test_a_stolen_code_is_of_no_use_without_the_clients_key(mitigation: Mitigation, guard: str) -> None:
    attack = next(attack for attack in ATTACKS if attack.id == "SI03")
    assert check(attack.scenario.plus(mitigation), attack.breaks).holds
    assert not check(attack.scenario.plus(mitigation).without_guard(guard), attack.breaks).holds


def test_an_assertion_is_for_one_server_and_one_request() -> None:
    made = AssertionMade(CLIENT, assertion(Issuer(SERVER)), SERVER)
    elsewhere = AssertionMade(CLIENT, assertion(Issuer(SERVER)), OTHER)
    once = ClientAuthenticated(SERVER, CLIENT, assertion(Issuer(SERVER)), "token request", 1)
    twice = ClientAuthenticated(SERVER, CLIENT, assertion(Issuer(SERVER)), "token request", 2)

    def holds(*facts: AssertionMade | ClientAuthenticated) -> bool:
        return client_meant_the_assertion_for_this_server.holds(Evidence(frozenset(facts), frozenset(), Cast()))

    assert holds(made, once)
    assert not holds(elsewhere, once)
    assert not holds(made, once, twice)
