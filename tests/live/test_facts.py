"""What experiments find beside mitigations: rules, ports, refresh tokens, native clients, values that are not fresh."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oauth_model.live.adapter import CONFIDENTIAL, PUBLIC, Registration, Target
from oauth_model.live.exchange import HttpResponse
from oauth_model.live.experiments import EXPERIMENTS, Bench, freshness
from oauth_model.live.experiments.responses import refuses_frames
from oauth_model.live.findings import State
from oauth_model.uris import MATCHINGS
from tests.live.fake_adapter import PLAIN, FakeAdapter, bench_at, clients
from tests.live.fake_server import CALLBACK, CLIENTS


def state(bench: Bench, slug: str) -> State:
    """What is measured of a mitigation."""
    found = next(each for each in EXPERIMENTS if slug in each.measures).perform(bench)
    return next(each.state for each in found if each.mitigation == slug)


@pytest.mark.parametrize("canonical", [True, False], ids=["canonical", "any-reading"])
@pytest.mark.parametrize("rule", [rule.slug for rule in MATCHINGS])
def test_the_rule_that_fits_is_found(rule: str, canonical: bool) -> None:
    off = (PLAIN, "exact-redirect-uri", *(() if canonical else ("canonical-uris",)))
    with bench_at(*off, rule=rule) as bench:
        assert state(bench, "exact-redirect-uri") == "off"
        assert bench.facts.matching == rule


def test_a_registered_uri_that_can_be_read_in_two_ways_tells() -> None:
    strange = f"{CALLBACK}/%2e%2e/cb"

    def registered(target: Target) -> Target:
        known = target.clients[CONFIDENTIAL]
        return replace(target, clients={CONFIDENTIAL: replace(known, redirect_uris=(*known.redirect_uris, strange))})

    for off, expected in (((), "on"), (("canonical-uris",), "off")):
        with bench_at(PLAIN, *off, change=registered) as bench:
            adapter = bench.lab.adapter
            assert isinstance(adapter, FakeAdapter)
            adapter.server.by_id["web"] = bench.client
            assert state(bench, "canonical-uris") == expected


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        ((), {"refresh_rotation": True, "refresh_reuse_revokes": True}),
        (("reuse-revokes",), {"refresh_rotation": True, "refresh_reuse_revokes": False}),
        (("rotation",), {"refresh_rotation": False, "refresh_reuse_revokes": None}),
        (("refresh",), {"refresh_rotation": None, "refresh_reuse_revokes": None}),
    ],
)
def test_what_becomes_of_refresh_tokens(off: tuple[str, ...], expected: dict[str, bool | None]) -> None:
    with bench_at(PLAIN, *off) as bench:
        next(each for each in EXPERIMENTS if each.slug == "refresh-tokens").perform(bench)
        assert {name: getattr(bench.dialect, name) for name in expected} == expected
        assert bench.facts.refresh_tokens == ("refresh" not in off)


def test_the_port_of_a_loopback_uri() -> None:
    experiment = next(each for each in EXPERIMENTS if each.slug == "loopback-port")
    for off, expected in (((), True), (("loopback",), False)):
        with bench_at(PLAIN, *off) as bench:
            assert experiment.perform(bench) == ()
            assert bench.dialect.loopback is expected
    with bench_at(PLAIN, change=clients(CONFIDENTIAL)) as bench:
        experiment.perform(bench)
        assert bench.dialect.loopback is None


def test_a_private_use_uri_makes_a_native_client() -> None:
    app = Registration("app", ("com.example.app:/cb",), authentication="none")
    with bench_at(PLAIN, change=lambda target: replace(target, clients={PUBLIC: app})) as bench:
        adapter = bench.lab.adapter
        assert isinstance(adapter, FakeAdapter)
        adapter.server.by_id["app"] = app
        assert state(bench, "exact-redirect-uri") == "on"
        assert bench.facts.native == "private-use"


def test_codes_that_are_counted_short_or_seen_twice() -> None:
    with bench_at(PLAIN) as bench:
        assert state(bench, "code-single-use") == "on"
        assert freshness(bench) == ()
        bench.codes[:] = ["41", "42", "43", "44"]
        assert [finding.rule for finding in freshness(bench)] == ["code-is-counted"]
        bench.codes[:] = ["k3jd8s", "a9dK2x", "Qm1z0p", "77Hg2w", "zzT5sd"]
        assert [finding.rule for finding in freshness(bench)] == ["code-is-short"]
        bench.codes[:] = [*CLIENTS] * 2
        assert next(finding.rule for finding in freshness(bench)) == "code-seen-twice"
        bench.codes[:] = [f"{number:032x}" for number in range(7, 9000, 999)]
        assert freshness(bench) == ()


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'", True),
        ("Content-Security-Policy", "frame-ancestors 'self' https://portal.example", True),
        ("Content-Security-Policy", "frame-ancestors *", False),
        ("Content-Security-Policy", "frame-ancestors https:", False),
        ("Content-Security-Policy", "default-src 'none'", False),
        ("X-Frame-Options", "deny", True),
        ("X-Frame-Options", "SAMEORIGIN", True),
        ("X-Frame-Options", "ALLOW-FROM https://portal.example", False),
        ("X-Other", "DENY", False),
    ],
)
def test_headers_that_refuse_frames(name: str, value: str, refused: bool) -> None:
    assert refuses_frames(HttpResponse(200, ((name, value),), "")) is refused
