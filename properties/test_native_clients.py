"""Native clients: who gets what a browser sends to an app, and what that is worth."""

from __future__ import annotations

import pytest

from oauth_model.attackers import HAS_APP, PERSUADES, READS_HISTORY, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import check
from oauth_model.goals import (
    LIVENESS,
    codes_are_single_use,
    nobody_else_is_served,
    redirect_uris_match,
    stolen_code_is_useless,
)
from oauth_model.mitigations import (
    CLAIMED_REDIRECT_URI,
    CLIENT_AUTHENTICATION,
    CODE_SINGLE_USE,
    DPOP,
    DPOP_JKT,
    MTLS,
    PKCE_REQUIRED,
    PKCE_S256,
    Mitigation,
)
from oauth_model.scenario import Scenario
from oauth_model.terms import Uri
from properties.deployments import shortest_break

PUBLIC = EVERYTHING.minus(CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION)
KINDS = ("private-use", "loopback")


MORE = [(), (DPOP,), (DPOP, DPOP_JKT), (MTLS,), (DPOP, DPOP_JKT, MTLS)]


@pytest.mark.parametrize("native", KINDS)
@pytest.mark.parametrize("more", MORE, ids=lambda more: "+".join(map(str, more)) or "none")
def test_honest_runs_of_native_clients_end(native: str, more: tuple[Mitigation, ...]) -> None:
    assert check(Scenario(policy=PUBLIC.plus(*more), cast=Cast(native=native)), LIVENESS).holds


@pytest.mark.parametrize("native", KINDS)
def test_an_attacker_from_afar_gets_nothing_from_native_clients(native: str) -> None:
    scenario = Scenario(policy=PUBLIC, attacker=WEB, cast=Cast(native=native))
    assert check(scenario, (nobody_else_is_served, stolen_code_is_useless, redirect_uris_match)).holds


def test_pkce_is_of_no_use_against_an_app_that_starts_the_flow_itself() -> None:
    scheme = Cast(native="private-use")
    assert check(Scenario(policy=PUBLIC, attacker=HAS_APP, cast=scheme), (nobody_else_is_served,)).holds
    run = shortest_break(nobody_else_is_served, Scenario(policy=PUBLIC, attacker=WEB | HAS_APP, cast=scheme))
    assert run.steps[0].kind == "lure"


def test_where_the_client_listens_there_is_nothing_to_paste() -> None:
    scheme, loopback = (Scenario(policy=PUBLIC, attacker=WEB | PERSUADES, cast=Cast(native=kind)) for kind in KINDS)
    assert check(scheme, (nobody_else_is_served,)).holds
    assert not check(loopback, (nobody_else_is_served,)).holds


def test_a_port_is_no_part_of_what_a_loopback_uri_is_compared_by() -> None:
    cast = Cast(native="loopback", clients=("client.example", "other.example"))
    own = cast.redirect_uri("client.example", "as.example")
    other_port = Uri(own.host, own.path, own.scheme, port=1)
    assert cast.is_registered(other_port, "client.example", "as.example")
    assert not cast.is_registered(Uri(own.host, "/elsewhere", own.scheme, port=1), "client.example", "as.example")
    assert cast.owner(own) == "client.example"
    assert cast.owner(cast.redirect_uri("other.example", "as.example")) == "other.example"
    assert not Cast(native="private-use").is_registered(other_port, "client.example", "as.example")


def test_single_use_is_enough_where_every_run_is_finished() -> None:
    policy = EVERYTHING.minus(PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION)
    goals = (codes_are_single_use, stolen_code_is_useless, nobody_else_is_served)
    finished = Scenario(policy=policy, attacker=READS_HISTORY)
    assert check(finished, goals).holds
    assert not check(finished.without(CODE_SINGLE_USE), goals).holds
    run = shortest_break(nobody_else_is_served, Scenario(policy=policy, attacker=READS_HISTORY, faults_happen=True))
    assert "break down" in [step.name for step in run.steps]
