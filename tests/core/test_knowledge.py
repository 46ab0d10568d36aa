"""Knowledge: what is known of what, and which messages can be made of it."""

from __future__ import annotations

from dataclasses import fields
from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_model.attackers import ATTACKERS, IS_CLIENT, NOBODY, WEB, Attacker
from oauth_model.cast import ATTACKER, Cast
from oauth_model.forging import Forger, forgeries, needed, relevant
from oauth_model.knowledge import at_the_start, close
from oauth_model.messages import (
    AuthorizationRequest,
    AuthorizationResponse,
    HybridResponse,
    Message,
    ResourceRequest,
    TokenRequest,
)
from oauth_model.scenario import Scenario
from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    ClientSecret,
    Code,
    IdToken,
    Issuer,
    Nonce,
    Password,
    ProtectedResource,
    Scope,
    SigningKey,
    State,
    Subject,
    Term,
    Verifier,
)
from tests.core.scenarios import SCENARIOS, walked
from tests.core.test_terms import TERMS

KNOWN = st.frozensets(st.sampled_from(TERMS))
KINDS: tuple[type[Message], ...] = (
    *(AuthorizationRequest, AuthorizationResponse, HybridResponse),
    *(TokenRequest, ResourceRequest),
)


@given(KNOWN, KNOWN)
def test_closing_adds_only_what_follows(known: frozenset[Term], more: frozenset[Term]) -> None:
    closed = close(known)
    assert known <= closed
    assert close(closed) == closed
    assert closed <= close(known | more)


@given(KNOWN, st.sampled_from(KINDS))
def test_a_forgery_is_well_formed_and_made_of_what_is_known(known: frozenset[Term], kind: type[Message]) -> None:
    for made in forgeries(kind, known, own=False):
        assert type(made) is kind
        assert made.well_formed()
        assert set(needed(made.terms(), known)) <= known


@given(KNOWN, KNOWN, st.sampled_from(KINDS), st.booleans())
def test_who_knows_more_can_say_more(
    known: frozenset[Term], more: frozenset[Term], kind: type[Message], own: bool
) -> None:
    assert set(forgeries(kind, known, own=own)) <= set(forgeries(kind, known | more, own=own))


@given(KNOWN, st.sampled_from(KINDS))
def test_what_is_not_relevant_changes_no_forgery(known: frozenset[Term], kind: type[Message]) -> None:
    assert list(forgeries(kind, known, own=False)) == list(forgeries(kind, relevant(kind, known), own=False))


@given(KNOWN, st.sampled_from(KINDS))
def test_no_forgery_is_made_twice(known: frozenset[Term], kind: type[Message]) -> None:
    made = list(forgeries(kind, known, own=False))
    assert len(made) == len(set(made))


def test_without_a_code_there_is_no_token_request() -> None:
    assert not list(forgeries(TokenRequest, frozenset({ClientId("client.example")}), own=True))


def test_what_makes_no_difference_to_others_is_left_out_of_ones_own_requests() -> None:
    known = frozenset({ClientId("client.example"), State("client.example", 1)})
    assert {made.state for made in forgeries(AuthorizationRequest, known, own=True)} == {None}  # type: ignore[attr-defined]
    assert {made.state for made in forgeries(AuthorizationRequest, known, own=False)} == {
        None,
        State("client.example", 1),
    }  # type: ignore[attr-defined]


def test_an_id_token_is_made_by_whoever_has_the_key() -> None:
    own, honest = SigningKey("evil.example"), SigningKey("as.example")
    known = {Code("as.example", 1), Issuer("as.example"), Subject("alice"), own}
    honest_token = IdToken(Issuer("as.example"), Subject("alice"), key=honest)

    def keys(terms: set[Term]) -> set[SigningKey | None]:
        made = (message.id_token for message in forgeries(HybridResponse, frozenset(terms), own=False))  # type: ignore[attr-defined]
        return {id_token.key for id_token in made if id_token is not None and id_token.sub == Subject("alice")}

    assert keys(known) == {None, own}
    assert keys({*known, honest_token}) == {None, own, honest}
    assert set(needed([honest_token], frozenset(known))) == {honest_token}
    assert set(needed([IdToken(sub=Subject("alice"), key=own)], frozenset(known))) == {Subject("alice"), own}


def test_of_an_id_token_is_decided_only_what_is_looked_at() -> None:
    looked_at = []

    def takes(message: Any) -> bool:
        looked_at.append(message)
        return message.id_token is not None and message.id_token.key is None and message.id_token.sub is not None

    nonces = (Nonce("client.example", run) for run in range(99))
    known = {Code("as.example", 1), Subject("alice"), Subject("bob"), *nonces}
    made = list(Forger(HybridResponse, takes, own=False).with_terms(known))
    assert [message.id_token for message in made] == [IdToken(sub=Subject(user)) for user in ("alice", "bob")]  # type: ignore[attr-defined]
    assert len(looked_at) < 99


def test_a_challenge_can_be_made_of_a_verifier_but_not_the_other_way() -> None:
    verifier = Verifier("client.example", 1)
    assert Challenge(verifier) in close({verifier})
    assert close({Challenge(verifier)}) == {Challenge(verifier)}


@given(KNOWN, st.sampled_from(KINDS), st.data())
def test_a_forger_makes_what_is_asked_for_and_nothing_twice(
    known: frozenset[Term], kind: type[Message], data: st.DataObject
) -> None:
    """Whatever a taker looks at: each message that it takes has one among those made that looks the same to it."""
    looked_at = data.draw(st.lists(st.sampled_from([field.name for field in fields(kind)]), unique=True))
    wanted = data.draw(st.sampled_from(sorted(known, key=repr) or [None]))

    def seen(message: Message) -> tuple[object, ...]:
        values = tuple(getattr(message, name) for name in looked_at)
        hash(values)  # looks into those that are put together, too
        return values

    def takes(message: Message) -> bool:
        return not looked_at or not {None, wanted}.isdisjoint(seen(message))

    first = data.draw(st.frozensets(st.sampled_from(sorted(known, key=repr)))) if known else known
    forger = Forger(kind, takes, own=False)
    made = [*forger.with_terms(first), *forger.with_terms(known)]
    every = [message for message in forgeries(kind, known, own=False) if takes(message)]
    assert len(made) == len(set(made))
    assert set(made) <= set(every)
    assert {seen(message) for message in made} == {seen(message) for message in every}


def cast_of(attacker: Attacker) -> Cast:
    return Scenario(attacker=attacker).full_cast


def test_nobody_knows_nothing() -> None:
    assert at_the_start(NOBODY, cast_of(NOBODY)) == frozenset()


@pytest.mark.parametrize("attacker", [*ATTACKERS, reduce(or_, ATTACKERS)], ids=str)
def test_no_attacker_starts_with_a_secret_of_honest_parties(attacker: Attacker) -> None:
    cast = cast_of(attacker)
    for term in at_the_start(attacker, cast):
        match term:
            case Code(issuer) | AccessToken(issuer):
                assert not cast.honest(issuer)
            case ClientSecret(client):
                assert not cast.honest(client)
            case Password(user, issuer):
                assert not cast.honest(user) or not cast.honest(issuer)
            case ProtectedResource(server, owner):
                assert not cast.honest(server) or not cast.honest(owner)
            case Verifier(owner):
                assert owner == ATTACKER
            case _:
                assert not isinstance(term, State)


def test_an_attacker_with_an_account_knows_its_password_and_no_other() -> None:
    known = at_the_start(WEB, cast_of(WEB))
    assert {term.user for term in known if isinstance(term, Password)} == {"mallory"}


def test_a_client_of_the_attackers_has_its_own_secret() -> None:
    cast = cast_of(IS_CLIENT)
    confidential = Cast(clients=cast.clients, owned=cast.owned, confidential=True)
    secrets = [term for term in at_the_start(IS_CLIENT, confidential) if isinstance(term, ClientSecret)]
    assert [secret.client for secret in secrets] == ["evil-client.example"]


def test_scopes_that_are_not_configured_are_not_made_up() -> None:
    cast = cast_of(WEB)
    known = at_the_start(WEB, cast)
    assert {term for term in known if isinstance(term, Scope)} <= {cast.scope, cast.supported_scope}


@pytest.mark.parametrize("name", ["embedded content", "redirector, fragment", "history"])
def test_an_address_that_the_attacker_wrote_tells_it_nothing(name: str) -> None:
    """So windows need not remember such addresses, though they are in the history and in the Referer header field."""
    composition, changes = walked(SCENARIOS[name])
    for world, options in changes.items():
        known = composition.knowledge(world)
        for change in options:
            if change.step.kind == "lure":
                message = composition.envelopes.values[change.step.envelope].message
                assert known.issuperset(composition.needed_for(message))
