"""Experiments: each says on of a server that has its protection, off of one that has not, and unknown of the rest.

The servers are our own (`fake_server`). That everything is refused must never pass for a protection.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oauth_model.live.adapter import ATTACKERS, CONFIDENTIAL, PUBLIC, Target
from oauth_model.live.experiments import EXPERIMENTS, Bench, Experiment
from oauth_model.live.findings import State
from tests.live.fake_adapter import PLAIN, bench_at, clients, no_choice_of_scopes, same, without
from tests.live.fake_server import CLIENTS

BY_SLUG = {slug: experiment for experiment in EXPERIMENTS for slug in experiment.measures}


def measured(bench: Bench, slug: str) -> State:
    """What the experiment for a mitigation says of it."""
    found = {each.mitigation: each for each in BY_SLUG[slug].perform(bench)}
    assert set(found) == set(BY_SLUG[slug].measures)
    return found[slug].state


# ------------------------------------------------------------------ on and off

SWITCHED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "exact-redirect-uri": ((PLAIN,), (PLAIN, "exact-redirect-uri")),
    "canonical-uris": ((PLAIN, "exact-redirect-uri"), (PLAIN, "exact-redirect-uri", "canonical-uris")),
    "no-implicit": ((PLAIN,), (PLAIN, "no-implicit")),
    "response-mode-locked": ((PLAIN,), (PLAIN, "response-mode-locked")),
    "target-origin": ((PLAIN, "no-messages"), (PLAIN, "no-messages", "target-origin")),
    "see-other": ((PLAIN,), (PLAIN, "see-other")),
    "framing-refused": ((PLAIN,), (PLAIN, "framing-refused")),
    "iss": ((PLAIN,), (PLAIN, "iss")),
    "no-automatic-redirect": ((PLAIN,), (PLAIN, "no-automatic-redirect")),
    "pkce-s256": ((PLAIN,), (PLAIN, "pkce-s256")),
    "pkce-required": ((PLAIN,), (PLAIN, "pkce-required")),
    "plain-refused": ((PLAIN,), (PLAIN, "plain-refused")),
    "pkce-no-downgrade": ((PLAIN, "pkce-required"), (PLAIN, "pkce-required", "pkce-no-downgrade")),
    "client-authentication": ((PLAIN,), (PLAIN, "client-authentication")),
    "code-bound-to-client": ((PLAIN,), (PLAIN, "code-bound-to-client")),
    "pushed-requests": ((), (PLAIN,)),
    "registration-policy": ((PLAIN,), (PLAIN, "registration-policy")),
    "redirect-uri-at-token-endpoint": ((PLAIN,), (PLAIN, "redirect-uri-at-token-endpoint")),
    "code-single-use": ((PLAIN,), (PLAIN, "code-single-use")),
    "replay-revokes": ((PLAIN,), (PLAIN, "replay-revokes")),
    "code-lifetime": ((PLAIN,), (PLAIN, "code-lifetime")),
    "scope-subset": ((PLAIN,), (PLAIN, "scope-subset")),
    "audience": ((PLAIN,), (PLAIN, "audience")),
    "token-in-header-only": ((PLAIN,), (PLAIN, "token-in-header-only")),
    "no-silent-approval": ((PLAIN,), (PLAIN, "no-silent-approval")),
    "request-uri-once": ((PLAIN,), (PLAIN, "request-uri-once")),
    "short-lived-tokens": ((PLAIN,), (PLAIN, "short-lived-tokens")),
    "unguessable-secrets": ((PLAIN,), (PLAIN, "long-codes")),
    "token-status-checked": ((PLAIN,), (PLAIN, "token-status-checked")),
}
"""For each mitigation what is off in a server that has it, and in one that has not."""

NEVER_ON = (
    "signed-requests", "dpop", "dpop-jkt", "mtls", "private-key-jwt", "mtls-client-authentication",
    "audience-is-issuer", "assertion-single-use", "effects-need-token",
)  # fmt: skip
"""Of these it is only seen that a server does not ask for them, or nothing at all."""


AT_THE_FRONT = {
    "exact-redirect-uri", "canonical-uris", "no-implicit", "response-mode-locked", "see-other", "framing-refused",
    "iss", "no-automatic-redirect", "plain-refused", "request-uri-once", "unguessable-secrets",
}  # fmt: skip
"""What shows before the token endpoint is asked."""


def test_every_mitigation_that_is_measured_is_tested() -> None:
    assert set(BY_SLUG) == {*SWITCHED, *NEVER_ON}
    assert len(BY_SLUG) == sum(len(experiment.measures) for experiment in EXPERIMENTS)


@pytest.mark.parametrize("slug", SWITCHED)
def test_what_is_there_is_on(slug: str) -> None:
    with bench_at(*SWITCHED[slug][0]) as bench:
        assert measured(bench, slug) == "on"


@pytest.mark.parametrize("slug", sorted(set(SWITCHED) - AT_THE_FRONT - {"registration-policy", "target-origin"}))
def test_where_codes_are_spent_by_any_request_it_is_seen_too(slug: str) -> None:
    for off, state in zip(SWITCHED[slug], ("on", "off"), strict=True):
        with bench_at(*off, "codes-survive") as bench:
            assert measured(bench, slug) == state


@pytest.mark.parametrize("slug", SWITCHED)
def test_what_is_not_there_is_off(slug: str) -> None:
    with bench_at(*SWITCHED[slug][1]) as bench:
        assert measured(bench, slug) == "off"
        assert bench.exchanges()


@pytest.mark.parametrize("slug", NEVER_ON[:6])
def test_what_a_server_does_not_ask_for_is_off(slug: str) -> None:
    with bench_at(PLAIN) as bench:
        assert measured(bench, slug) == "off"


# ------------------------------------------------------------------ unknown

UNKNOWN: tuple[tuple[str, tuple[str, ...], Callable[[Target], Target]], ...] = (
    ("exact-redirect-uri", (PLAIN, "steady"), same),
    ("canonical-uris", (PLAIN,), same),
    ("no-implicit", (PLAIN, "clear"), same),
    ("response-mode-locked", (PLAIN, "clear"), same),
    ("target-origin", (PLAIN,), same),
    ("see-other", (PLAIN, "pages"), same),
    ("framing-refused", (PLAIN, "pages"), same),
    ("iss", (PLAIN, "everything"), same),
    ("no-automatic-redirect", (PLAIN,), clients(CONFIDENTIAL)),
    ("pkce-s256", (PLAIN, "clear"), same),
    ("pkce-required", (PLAIN, "clear"), same),
    ("plain-refused", (PLAIN, "clear"), same),
    ("pkce-no-downgrade", (PLAIN,), same),
    ("client-authentication", (PLAIN,), clients(PUBLIC)),
    ("code-bound-to-client", (PLAIN,), clients(CONFIDENTIAL)),
    ("pushed-requests", (), without("pushed")),
    ("signed-requests", (), same),
    ("dpop", (PLAIN, "everything"), same),
    ("dpop-jkt", (PLAIN, "everything"), same),
    ("mtls", (PLAIN, "everything"), same),
    ("private-key-jwt", (PLAIN, "everything"), same),
    ("mtls-client-authentication", (PLAIN, "everything"), same),
    ("audience-is-issuer", (PLAIN,), same),
    ("assertion-single-use", (PLAIN,), same),
    ("registration-policy", (PLAIN,), without("metadata")),
    ("redirect-uri-at-token-endpoint", (PLAIN, "clear"), same),
    ("code-single-use", (PLAIN, "clear"), same),
    ("replay-revokes", (PLAIN,), without("resource")),
    ("code-lifetime", (PLAIN, "clear"), same),
    ("scope-subset", (PLAIN,), no_choice_of_scopes),
    ("audience", (PLAIN,), without("other_resource")),
    ("token-in-header-only", (PLAIN,), without("resource")),
    ("effects-need-token", (PLAIN,), same),
    ("no-silent-approval", (PLAIN,), clients(CONFIDENTIAL)),
    ("request-uri-once", (PLAIN,), without("pushed")),
    ("short-lived-tokens", (PLAIN, "lifetimes-told"), same),
    ("unguessable-secrets", (PLAIN, "everything"), same),
    ("token-status-checked", (PLAIN,), without("resource")),
)


def test_every_mitigation_has_a_server_of_which_it_is_unknown() -> None:
    assert {slug for slug, _, _ in UNKNOWN} == set(BY_SLUG)


@pytest.mark.parametrize(("slug", "off", "change"), UNKNOWN, ids=[slug for slug, _, _ in UNKNOWN])
def test_what_cannot_be_told_is_unknown(slug: str, off: tuple[str, ...], change: Callable[[Target], Target]) -> None:
    with bench_at(*off, change=change) as bench:
        found = next(each for each in BY_SLUG[slug].perform(bench) if each.mitigation == slug)
        assert found.state == "unknown"
        assert len(found.because) > 20


WITH_GRANTS = [experiment for experiment in EXPERIMENTS if experiment.slug != "registration-policy"]
"""All but that of registration, which needs no grant."""


@pytest.mark.parametrize("experiment", WITH_GRANTS, ids=[experiment.slug for experiment in WITH_GRANTS])
@pytest.mark.parametrize("trouble", ["everything", "steady-tokens"])
def test_where_everything_is_refused_nothing_is_on(experiment: Experiment, trouble: str) -> None:
    with bench_at(PLAIN, trouble) as bench:
        on = {each.mitigation for each in experiment.perform(bench) if each.state == "on"}
        assert on <= (set() if trouble == "everything" else AT_THE_FRONT)


HALVES: tuple[tuple[str, tuple[str, ...], State], ...] = (
    ("pkce-s256", ("verifier-asked-for",), "off"),
    ("pkce-s256", ("verifier-asked-for", "codes-survive"), "off"),
    ("client-authentication", ("secret-asked-for",), "off"),
    ("redirect-uri-at-token-endpoint", ("uri-asked-for",), "off"),
    ("code-bound-to-client", ("code-bound-to-client", "serves-evil"), "unknown"),
    ("code-lifetime", ("code-lifetime", "lasting"), "unknown"),
    ("replay-revokes", ("serves-resource",), "unknown"),
    ("token-in-header-only", ("serves-resource",), "unknown"),
    ("audience", ("audience", "serves-resource"), "unknown"),
    ("audience", ("audience", "serves-other"), "unknown"),
    ("scope-subset", ("scope-subset", "wide"), "unknown"),
    ("plain-refused", ("plain-refused", "steady-grants"), "unknown"),
    ("pkce-required", ("pkce-required", "steady-grants"), "unknown"),
)
"""Servers that do half of it, or that refuse for another reason: what is off, and what is to be said of them."""


@pytest.mark.parametrize(("slug", "off", "expected"), HALVES, ids=["+".join(off) for _, off, _ in HALVES])
def test_a_server_that_does_half_of_it(slug: str, off: tuple[str, ...], expected: State) -> None:
    with bench_at(PLAIN, *off) as bench:
        assert measured(bench, slug) == expected


def test_pushed_requests_that_anybody_may_push() -> None:
    with bench_at("push-authenticated") as bench:
        assert measured(bench, "pushed-requests") == "off"


def test_where_nothing_can_be_chosen_the_scope_tells_nothing() -> None:
    with bench_at(PLAIN, "pages") as bench:
        assert measured(bench, "scope-subset") == "unknown"


def test_time_that_does_not_pass_leaves_lifetimes_unknown() -> None:
    with bench_at(PLAIN, time=False) as bench:
        assert measured(bench, "code-lifetime") == "unknown"


def test_the_attackers_client_is_the_one_that_nobody_vetted() -> None:
    with bench_at(PLAIN, "no-automatic-redirect") as bench:
        assert measured(bench, "no-automatic-redirect") == "off"
        last = bench.exchanges()[-1]
        assert f"client_id={CLIENTS[ATTACKERS].client_id}" in last.request.url
