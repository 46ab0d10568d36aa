"""The catalogue of attacks, decided: every part of every claim is asked of the exhaustive search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oauth_model.attacks import ATTACKS, EVERYTHING, Attack, claims
from oauth_model.machine import Row
from oauth_model.mitigations import MITIGATIONS, Mitigation

REQUIRED = {
    *("RU01", "RU02", "RU15", "SI01", "SI02", "SI03", "SI04", "SI05", "SI08", "SI13", "SI14"),
    *("MX01", "MX03", "CL01", "LC01", "LC03"),
    *("RU11", "SI10", "MX02", "MX04", "MX09", "MX10", "MX11"),
    *("RU08", "RU10", "RU14", "SI19", "SI20"),
    *("SI07", "SI15", "MX07", "MX13", "CL24"),
}

NAMED: dict[str, str] = {
    "ASJTI": "assertion-single-use",
    "ASKEYS": "key-for-each-server",
    "ATTOK": "effects-need-token",
    "AUD": "audience",
    "AUDISS": "audience-is-issuer",
    "BURN": "every-code-redeemed",
    "C1": "code-single-use",
    "CANON": "canonical-uris",
    "CAUTH": "client-authentication",
    "CBIND": "code-bound-to-client",
    "CLAIM": "claimed-redirect-uri",
    "CONS": "no-silent-approval",
    "CREV": "replay-revokes",
    "CTTL": "code-lifetime",
    "CTX": "connection-context",
    "DCRP": "registration-policy",
    "DPOP": "dpop",
    "DRU": "distinct-redirect-uris",
    "ENT": "unguessable-secrets",
    "EXACT": "exact-redirect-uri",
    "FPOST": "form-post",
    "FRAME": "framing-refused",
    "GEST": "login-needs-gesture",
    "HASH": "hashes",
    "HONLY": "token-in-header-only",
    "HOSTCK": "host-cookies",
    "IDT": "id-token-validation",
    "INTENT": "intent",
    "ISS": "iss",
    "JAR": "signed-requests",
    "JKT": "dpop-jkt",
    "JWTT": "key-by-issuer",
    "META": "metadata-issuer",
    "MTLS": "mtls",
    "MTLSS": "mtls-client-authentication",
    "NOAUTO": "no-automatic-redirect",
    "NOIMPL": "no-implicit",
    "NONCE": "nonce",
    "NOOPEN": "no-open-redirector",
    "NOPLAIN": "plain-refused",
    "PAR": "pushed-requests",
    "PKCE": "pkce-s256",
    "PKCEREQ": "pkce-required",
    "PMORG": "target-origin",
    "R303": "see-other",
    "REFPOL": "referrer-policy",
    "RMLOCK": "response-mode-locked",
    "RURI1": "request-uri-once",
    "RUTOK": "redirect-uri-at-token-endpoint",
    "SAMEUSR": "same-user",
    "SHORT": "short-lived-tokens",
    "STATE": "state",
    "SUBK": "subject-with-issuer",
    "TCHK": "token-issued-to-client",
    "TLS": "tls",
    "TXFRESH": "transaction-secrets",
    "VERLEN": "long-verifiers",
}
"""The mitigations that the catalogue names where attacks on redirection, sessions and mix-up (RU, SI, MX) are stopped,
hindered or not stopped: its name, and ours. One that it names is not here: proximity (PROX), which SI08 has among what
helps, is about two devices, and here are no flows across devices (docs/model.md)."""


def test_the_model_has_the_mitigations_that_the_catalogue_names() -> None:
    known = {mitigation.id: mitigation.slug for mitigation in MITIGATIONS if mitigation.id}
    assert {name: known.get(name) for name in NAMED} == NAMED
    assert len(NAMED) == 57


def without_what_the_matrix_says(attack: Attack) -> Attack:
    """An attack with only those of its claims that are about several mitigations, or about one that is on anyway.

    What one mitigation alone does that is off in the precondition, tests/test_matrix.py asks the search about.
    """

    def is_left(mitigations: tuple[Mitigation, ...]) -> bool:
        return len(mitigations) > 1 or mitigations[0] in attack.scenario.policy

    stopped, not_stopped = filter(is_left, attack.stopped_by), filter(is_left, attack.not_stopped_by)
    return replace(attack, stopped_by=tuple(stopped), not_stopped_by=tuple(not_stopped))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id or attack.slug)
def test_the_search_confirms_every_part_of_the_claim(attack: Attack) -> None:
    decided = list(claims(without_what_the_matrix_says(attack)))
    assert decided[0].found == "broken", "the attack is not found in the deployment of its precondition"
    for claim in decided:
        assert claim.honest_run_ends, f"{claim.label}: honest runs do not end, so the verdict says nothing"
        assert claim.found == claim.expected, f"{claim.label}: {claim.found}, not {claim.expected}"
        if claim.expected == "holds":
            assert claim.result.complete


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id or attack.slug)
def test_a_found_run_ends_where_its_goal_breaks(attack: Attack) -> None:
    precondition = next(claims(replace(attack, stopped_by=(), not_stopped_by=(), refuted=())))
    assert precondition.broken is not None
    run = precondition.broken.run
    assert run is not None
    assert run.broken == precondition.broken.goal.slug
    assert run.steps, "a goal that is broken before anything happens is no attack"


def test_the_catalogue_names_what_it_must_and_nothing_twice() -> None:
    ids = [attack.id for attack in ATTACKS if attack.id]
    assert set(ids) >= REQUIRED
    assert len(ids) == len(set(ids))
    assert len({attack.slug for attack in ATTACKS}) == len(ATTACKS)


def test_browser_swapping_survives_everything() -> None:
    swapping = next(attack for attack in ATTACKS if attack.id == "SI08")
    assert not swapping.off
    assert swapping.scenario.policy == EVERYTHING
    assert not swapping.stopped_by


def test_every_mitigation_stops_something() -> None:
    """A mitigation that stops no attack in the catalogue would be decoration, or its attack is missing."""
    useful = {mitigation for attack in ATTACKS for entry in attack.stopped_by for mitigation in entry}
    left_over = {mitigation.slug for mitigation in MITIGATIONS if mitigation not in useful}
    # The plain method is a weakness beside S256, assertions a way to authenticate; what is left is defence in depth
    # (docs/findings.md). Who cannot register a client of its own still passes for another (RU08).
    weak, ways = {"pkce-plain"}, {"private-key-jwt"}
    depth = {"redirect-uri-at-token-endpoint", "replay-revokes", "assertion-single-use", "registration-policy"}
    assert left_over == weak | ways | depth


def test_attacks_hold_no_steps() -> None:
    """An attack is data: it holds no rows, and its module makes no message."""
    for path in (Path(__file__).parent.parent / "oauth_model" / "attacks").glob("*.py"):
        assert "oauth_model.messages" not in path.read_text(encoding="utf-8"), path.name
    assert not any(isinstance(value, Row) for attack in ATTACKS for value in vars(attack).values())
