"""The measured policy: what the model is told of a server and of its clients, and which attacks can be tried."""

from __future__ import annotations

import pytest

from oauth_model.attacks import ATTACKS, EVERYTHING, Attack
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.discovery import discover
from oauth_model.live.findings import Measurement
from oauth_model.live.lab import Lab
from oauth_model.live.manners import Manners
from oauth_model.live.measured_deployment import switches
from oauth_model.live.policy import (
    Measured,
    NotApplicable,
    careful_policy,
    careless_policy,
    scenario_of,
)
from oauth_model.live.probe import measured_of
from oauth_model.live.transport import Transport
from oauth_model.mitigations import Policy


def attack(slug: str) -> Attack:
    return next(each for each in ATTACKS if each.slug == slug)


@pytest.fixture(scope="module")
def demo() -> DemoAdapter:
    return DemoAdapter()


@pytest.fixture(scope="module")
def target(demo: DemoAdapter):  # type: ignore[no-untyped-def]
    try:
        yield demo.start()
    finally:
        demo.stop()


@pytest.mark.parametrize("off", [(), ("iss",), ("pkce-required", "plain-refused"), ("client-authentication",)])
def test_the_policy_of_searches_is_that_of_the_deployment_file(off: tuple[str, ...]) -> None:
    adapter = DemoAdapter(off)
    try:
        there = adapter.start()
        with Transport(Manners().with_host_of(*there.origins())) as transport:
            found = discover(Lab(adapter, there, transport))
    finally:
        adapter.stop()
    deployed = Policy(switch.mitigation for switch in switches(found) if switch.on)
    assert careful_policy(measured_of(found), there) == deployed


def test_unknown_counts_as_off_and_at_best_as_on() -> None:
    measured = Measured.of([Measurement("iss", "on", ""), Measurement("audience", "unknown", "")])
    assert measured.not_on == {"audience"}
    assert measured.at_best.on == {"iss", "audience"} and not measured.at_best.not_on


def test_a_server_that_does_all_that_is_asked_has_no_more_extensions() -> None:
    measured = Measured(frozenset({"iss"}), frozenset({"pkce-required", "dpop"}), frozenset({"audience"}))
    assert measured.all_on.on == {"iss", "pkce-required", "audience"}
    assert measured.all_on.off == {"dpop"}


def test_careful_clients_do_everything_and_careless_ones_what_the_server_makes_them_do(target) -> None:  # type: ignore[no-untyped-def]
    usual = frozenset(each.slug for each in EVERYTHING)
    server = frozenset({"pkce-s256", "pkce-required", "iss", "client-authentication", "exact-redirect-uri"})
    injection = attack("code-injection")
    all_on = Measured(server, frozenset())
    assert set(careful_policy(all_on, target).slugs) == usual
    careless = careless_policy(injection, all_on, target).slugs
    assert "pkce-s256" in careless, "the server requires it"
    optional = Measured(server - {"pkce-required"}, frozenset({"pkce-required"}))
    assert "pkce-s256" not in careless_policy(injection, optional, target).slugs, "the attack's clients do without"
    assert "pkce-s256" in careful_policy(optional, target).slugs


def test_what_needs_something_that_is_off_is_off(target) -> None:  # type: ignore[no-untyped-def]
    measured = Measured(frozenset({"pkce-required"}), frozenset({"pkce-s256"}))
    assert not {"pkce-s256", "pkce-required"} & set(careful_policy(measured, target).slugs)


@pytest.mark.parametrize(
    ("slug", "needs"),
    [
        ("loopback-impersonation", "a native client"),
        ("malicious-endpoints", "clients that register themselves"),
        ("code-substitution", "ID tokens"),
        ("web-message-to-anybody", "the response mode web_message"),
    ],
)
def test_an_attack_that_cannot_be_tried_says_what_it_needs(slug: str, needs: str, target) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotApplicable, match=needs):
        scenario_of(attack(slug), Measured(frozenset(), frozenset()), target, careful=False)
