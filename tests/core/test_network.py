"""Pages on http and cookies that others set: what the network reads, where it answers, and what keeps it out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.adversary import Adversary
from oauth_model.attackers import BROWSES, IS_AUTHORIZATION_SERVER, NETWORK, NOBODY, TAKES_OVER_HOST, WEB, Attacker
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.facts import SentInCleartext
from oauth_model.goals import (
    LIVENESS,
    Evidence,
    codes_stay_secret,
    front_channel_is_encrypted,
    state_and_verifier_stay_secret_until_used,
)
from oauth_model.machine import Address
from oauth_model.messages import USER_AGENT
from oauth_model.mitigations import HOST_COOKIES, TLS
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import Cookie, Uri
from oauth_model.world import Composition
from tests.core.scenarios import walked

LOGIN, CALLBACK, BOTH = ("login",), ("redirection endpoint",), ("login", "redirection endpoint")
ON_HTTP = Scenario(
    policy=EVERYTHING.minus(TLS, HOST_COOKIES),
    attacker=NETWORK,
    bounds=Bounds(client_runs=1, windows=1, forgeries=0),
    cast=Cast(cleartext=BOTH),
)
COOKIE = Cookie("client.example", 1)


def on_http(*pages: str) -> Scenario:
    return replace(ON_HTTP, cast=Cast(cleartext=pages))


@pytest.mark.parametrize(
    ("pages", "read"),
    [((), set()), (LOGIN, {"state"}), (CALLBACK, {"code", "state"}), (BOTH, {"code", "state"})],
    ids=["none", "login", "callback", "both"],
)
def test_the_network_reads_requests_to_http_pages_and_their_answers(pages: tuple[str, ...], read: set[str]) -> None:
    goals = {codes_stay_secret: "code", state_and_verifier_stay_secret_until_used: "state"}
    result = check(on_http(*pages), tuple(goals))
    assert {name for goal, name in goals.items() if result[goal].holds is False} == read


def test_others_read_nothing_there() -> None:
    result = check(ON_HTTP.attacked_by(BROWSES), (codes_stay_secret,))
    assert result.holds


def test_tls_leaves_nothing_on_http() -> None:
    assert check(ON_HTTP, (front_channel_is_encrypted,))[front_channel_is_encrypted].holds is False
    assert check(ON_HTTP.attacked_by(NOBODY), (front_channel_is_encrypted,)).holds is False
    assert check(ON_HTTP.plus(TLS), (front_channel_is_encrypted,)).holds


def test_a_loopback_interface_is_no_network() -> None:
    def holds(uri: Uri) -> bool:
        return front_channel_is_encrypted.holds(Evidence(frozenset([SentInCleartext(uri)]), frozenset(), Cast()))

    assert holds(Uri("127.0.0.1", "/cb", "http", port=51004))
    assert not holds(Uri("www.client.example", "/cb", "http"))


def test_cookies_with_the_prefix_are_not_for_http() -> None:
    assert check(ON_HTTP.attacked_by(NOBODY), LIVENESS).holds
    assert not check(ON_HTTP.attacked_by(NOBODY).plus(HOST_COOKIES), LIVENESS).holds
    assert check(ON_HTTP.attacked_by(NOBODY).plus(HOST_COOKIES, TLS), LIVENESS).holds


@pytest.mark.parametrize(
    ("attacker", "tosses"), [(WEB, False), (WEB | NETWORK, True), (WEB | TAKES_OVER_HOST, True)], ids=str
)
def test_who_can_set_a_cookie_for_a_clients_host(attacker: Attacker, tosses: bool) -> None:
    scenario = ON_HTTP.attacked_by(attacker)
    other = Cookie("as.example", 1)
    assert Adversary(Composition(scenario)).tossed([COOKIE, other]) == ((None, COOKIE) if tosses else (None,))
    assert Adversary(Composition(scenario.plus(HOST_COOKIES))).tossed([COOKIE]) == (None,)


@pytest.mark.parametrize(
    ("pages", "attacker", "answers"),
    [(LOGIN, NETWORK, True), (LOGIN, BROWSES, False), ((), NETWORK, False)],
    ids=["network", "no network", "https"],
)
def test_the_network_answers_in_place_of_an_http_page(
    pages: tuple[str, ...], attacker: Attacker, answers: bool
) -> None:
    composition, changes = walked(on_http(*pages).attacked_by(attacker))
    adversary = Adversary(composition)
    windows = [slot for slot, role in enumerate(composition.roles) if role == USER_AGENT]
    found = {sender for world in changes for slot in windows for sender in adversary.directs(slot, world[slot])}
    assert (Address("client.example") in found) == answers


def test_tls_is_no_help_to_those_who_can_be_lured() -> None:
    attack = next(attack for attack in ATTACKS if attack.id == "MX02")
    scenario = attack.scenario.plus(TLS).bounded(client_runs=1)
    assert check(scenario, (codes_stay_secret,)).holds
    lured = scenario.attacked_by(WEB | IS_AUTHORIZATION_SERVER).bounded(windows=2, forgeries=3)
    assert not check(lured, (codes_stay_secret,)).holds


def test_careful_users_set_out_with_honest_servers_only() -> None:
    cast = Cast(authorization_servers=("as.example", "evil-as.example"), owned=frozenset(["evil-as.example"]))
    assert cast.issuers_on_offer == ("as.example", "evil-as.example")
    assert replace(cast, careful_users=True).issuers_on_offer == ("as.example",)
