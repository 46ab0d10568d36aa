"""Profiles: their data, the policies made of it, what they admit, and the page that shows them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from oauth_model.attackers import READS_REQUESTS, READS_RESPONSES
from oauth_model.checkers.exhaustive import check
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import LIVENESS, nobody_else_is_served
from oauth_model.machine import ModelError
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CODE_SINGLE_USE,
    DISTINCT_REDIRECT_URIS,
    EXACT_REDIRECT_URI,
    INTENT,
    ISS,
    MITIGATIONS,
    NO_IMPLICIT,
    NONCE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    PLAIN_REFUSED,
    REPLAY_REVOKES,
    STATE,
    TOKEN_ISSUED_TO_CLIENT,
    Mitigation,
    Policy,
)
from oauth_model.profiles import (
    OAUTH21,
    PROFILES,
    RFC6749,
    RFC9700,
    Alternative,
    Clause,
    Entry,
    Profile,
)
from oauth_model.profiles.table import markdown
from oauth_model.scenario import Scenario

PAGE = Path(__file__).parent.parent / "docs" / "profiles.md"
ISSUERS = (True, False)


def made_of(profile: Profile) -> Iterator[tuple[Policy, bool, bool]]:
    """Every policy that a profile makes, with the client type and whether there are several issuers."""
    for several in ISSUERS:
        for policy in profile.weakest(several_issuers=several):
            yield policy, CLIENT_AUTHENTICATION in policy, several
        for confidential in (False, True):
            yield profile.recommended(confidential, several_issuers=several), confidential, several
            yield profile.strongest(confidential), confidential, several


ALL_POLICIES = [
    pytest.param(profile, policy, confidential, several, id=f"{profile}-{number}")
    for profile in PROFILES
    for number, (policy, confidential, several) in enumerate(made_of(profile))
]
DISTINCT_POLICIES = sorted({policy for profile in PROFILES for policy, _, _ in made_of(profile)}, key=lambda p: p.slugs)


# ------------------------------------------------------------------ what policies are


@pytest.mark.parametrize(("profile", "policy", "confidential", "several"), ALL_POLICIES)
def test_a_profile_admits_every_policy_that_it_makes(
    profile: Profile, policy: Policy, confidential: bool, several: bool
) -> None:
    assert profile.admits(policy, confidential, several_issuers=several) == []
    assert profile.admits(policy, not confidential, several_issuers=several) != []
    needed = {slug for mitigation in policy for slug in mitigation.needs}
    assert needed <= set(policy.slugs)


@pytest.mark.parametrize("policy", DISTINCT_POLICIES, ids=[str(number) for number in range(len(DISTINCT_POLICIES))])
def test_honest_runs_come_to_their_end_under_every_policy(policy: Policy) -> None:
    result = check(Scenario(policy=policy), LIVENESS)
    assert result.holds, [verdict.goal.slug for verdict in result.broken]


@pytest.mark.parametrize("profile", PROFILES, ids=str)
@pytest.mark.parametrize("several", ISSUERS)
def test_of_a_weakest_policy_nothing_can_be_taken_away(profile: Profile, several: bool) -> None:
    for policy in profile.weakest(several_issuers=several):
        confidential = CLIENT_AUTHENTICATION in policy
        for mitigation in policy - {PKCE_PLAIN}:
            assert profile.admits(policy.minus(mitigation), confidential, several_issuers=several), mitigation.slug


@pytest.mark.parametrize("profile", PROFILES, ids=str)
def test_every_conforming_policy_has_a_weakest_one_below_it(profile: Profile) -> None:
    # Flipping one or two mitigations of the policies it makes gives policies on both sides of the border.
    seen: Counter[bool] = Counter()
    for policy, confidential, _ in made_of(profile):
        weakest = [low for low in profile.weakest() if (CLIENT_AUTHENTICATION in low) == confidential]
        for flipped in itertools.combinations_with_replacement(MITIGATIONS, 2):
            other = Policy(policy ^ set(flipped))
            said = [profile.entry(mitigation, confidential) for mitigation in other]
            forbidden = any(entry is not None and entry.level == "must not" for entry in said)
            above = any(low - {PKCE_PLAIN} <= other for low in weakest)
            conforms = not profile.admits(other, confidential)
            assert conforms == (above and not forbidden)
            seen[conforms] += 1
    assert seen[True] and seen[False]


@pytest.mark.parametrize("profile", PROFILES, ids=str)
@pytest.mark.parametrize("confidential", [False, True])
def test_recommended_lies_between_a_weakest_and_the_strongest(profile: Profile, confidential: bool) -> None:
    recommended = profile.recommended(confidential)
    assert recommended <= profile.strongest(confidential)
    assert any(policy - {PKCE_PLAIN} <= recommended for policy in profile.weakest())
    assert PKCE_PLAIN not in recommended
    assert PKCE_PLAIN not in profile.strongest(confidential)


def test_the_number_of_weakest_policies_is_that_of_the_choices_left() -> None:
    assert [len(profile.weakest()) for profile in PROFILES] == [2, 6, 6]
    assert [len(profile.weakest(several_issuers=False)) for profile in PROFILES] == [2, 3, 3]
    assert [RFC9700.variant(policy) for policy in RFC9700.weakest()] == [
        "public, mix-up: iss",
        "public, mix-up: distinct-redirect-uris",
        "confidential, CSRF: pkce-s256, code injection: pkce-s256, mix-up: iss",
        "confidential, CSRF: pkce-s256, code injection: pkce-s256, mix-up: distinct-redirect-uris",
        "confidential, CSRF: nonce, code injection: nonce, mix-up: iss",
        "confidential, CSRF: nonce, code injection: nonce, mix-up: distinct-redirect-uris",
    ]
    assert RFC6749.variant(RFC6749.recommended()) == "confidential"


# ------------------------------------------------------------------ what the specifications say


def on(mitigation: Mitigation, policies: tuple[Policy, ...]) -> set[bool]:
    return {mitigation in policy for policy in policies}


def test_rfc_6749_demands_protection_against_csrf_and_names_state() -> None:
    assert on(STATE, RFC6749.weakest()) == {True}
    (violation,) = RFC6749.admits(RFC6749.recommended().minus(STATE), True)
    assert (violation.name, violation.level, violation.reference) == ("CSRF", "must", "RFC 6749 section 10.12")
    assert "another value bound to the user agent (not in the model)" in str(violation)
    assert EXACT_REDIRECT_URI in RFC6749.recommended()
    assert on(EXACT_REDIRECT_URI, RFC6749.weakest()) == {False}
    assert on(PKCE_PLAIN, RFC6749.weakest()) == {False}


def test_rfc_9700_leaves_plain_open_and_oauth_21_forbids_it() -> None:
    assert on(PKCE_PLAIN, tuple(policy for policy in RFC9700.weakest() if PKCE_S256 in policy)) == {True}
    assert on(PKCE_PLAIN, OAUTH21.weakest()) == {False}
    assert RFC9700.admits(RFC9700.recommended().plus(PKCE_PLAIN), True) == []
    (violation,) = OAUTH21.admits(OAUTH21.recommended().plus(PKCE_PLAIN), True)
    assert str(violation) == "pkce-plain must not be on for confidential clients (OAuth 2.1 section 7.5.2)"
    assert (violation.name, violation.level) == ("pkce-plain", "must not")
    assert PLAIN_REFUSED not in RFC9700.recommended()


def test_a_defence_against_mix_up_is_demanded_of_clients_with_several_issuers() -> None:
    assert INTENT not in RFC9700.recommended(several_issuers=False)
    bare = RFC9700.recommended(several_issuers=False).plus(INTENT)
    assert not bare & {ISS, DISTINCT_REDIRECT_URIS}
    (violation,) = RFC9700.admits(bare, True)
    assert str(violation) == (
        "a defence against mix-up must be on if the client uses more than one authorization server: iss or iss in an "
        "ID Token or a signed response (not in the model) or distinct-redirect-uris (RFC 9700 section 4.4.2)"
    )
    assert RFC9700.admits(bare, True, several_issuers=False) == []
    assert RFC9700.admits(bare.plus(DISTINCT_REDIRECT_URIS), True) == []
    assert ISS in RFC9700.recommended()
    assert DISTINCT_REDIRECT_URIS not in RFC9700.recommended()


def test_public_clients_must_use_pkce_and_confidential_ones_may_have_nonce_instead() -> None:
    (public,) = [v for v in OAUTH21.admits(OAUTH21.recommended(False).minus(PKCE_S256), False) if v.name == "pkce-s256"]
    assert public.level == "must"
    names = {v.name: v for v in OAUTH21.admits(OAUTH21.recommended().minus(PKCE_S256, PKCE_REQUIRED), True)}
    assert set(names) == {"CSRF", "code injection", "code injection at the server"}
    assert names["code injection"].sentence.endswith("pkce-s256 or nonce")
    assert OAUTH21.admits(OAUTH21.recommended().minus(PKCE_S256, PKCE_REQUIRED).plus(NONCE), True) == []
    assert OAUTH21.admits(OAUTH21.recommended(False).minus(PKCE_S256).plus(NONCE), False) != []
    assert PKCE_REQUIRED in OAUTH21.recommended() and PKCE_REQUIRED not in RFC9700.recommended()


def test_state_is_another_way_against_csrf_but_none_against_code_injection() -> None:
    violations = RFC9700.admits(RFC9700.recommended().minus(PKCE_S256).plus(STATE), True)
    assert [violation.name for violation in violations] == ["code injection"]


def test_clients_of_the_implicit_grant_must_check_whose_the_token_is() -> None:
    assert on(TOKEN_ISSUED_TO_CLIENT, RFC6749.weakest()) == {False}
    assert on(TOKEN_ISSUED_TO_CLIENT, RFC6749.weakest(implicit=True)) == {True}
    assert TOKEN_ISSUED_TO_CLIENT in RFC6749.recommended(implicit=True)
    (violation,) = RFC6749.admits(RFC6749.recommended(), True, implicit=True)
    assert violation.reference == "RFC 6749 section 10.16"
    assert on(NO_IMPLICIT, OAUTH21.weakest()) == {True}
    policy = RFC6749.weakest(implicit=True)[0]
    assert check(Scenario(flows=(IMPLICIT,), policy=policy), LIVENESS).holds
    assert check(Scenario(flows=(AUTHORIZATION_CODE, IMPLICIT), policy=policy), LIVENESS).holds


def test_later_specifications_keep_every_must_of_the_code_grant() -> None:
    dropped = {
        (later.slug, entry.mitigation.slug)
        for earlier, later in ((RFC6749, RFC9700), (RFC9700, OAUTH21))
        for entry in earlier.entries
        for confidential in (False, True)
        if entry.level == "must" and entry.clients in ("any", "confidential" if confidential else "public")
        if (said := later.entry(entry.mitigation, confidential)) is None or said.level != "must"
    }
    # Without the implicit grant there is no token to check, PKCE takes the place of the redirection URI, and OAuth 2.1
    # does not speak of responses by web message.
    assert dropped == {
        ("oauth21", "token-issued-to-client"),
        ("oauth21", "redirect-uri-at-token-endpoint"),
        ("oauth21", "target-origin"),
        ("oauth21", "sender-origin"),
    }


def test_what_plain_is_worth_shows_against_one_who_reads_requests() -> None:
    reader = READS_REQUESTS | READS_RESPONSES
    weakest, recommended = (
        check(Scenario(policy=policy, attacker=reader), (nobody_else_is_served,))
        for policy in (RFC9700.weakest()[0], RFC9700.recommended(False))
    )
    assert not weakest.holds
    assert recommended.holds


# ------------------------------------------------------------------ profiles of one's own


def test_two_entries_on_one_mitigation_are_refused() -> None:
    entries = (Entry(ISS, "must", "here"), Entry(ISS, "may", "there", "public"))
    with pytest.raises(ModelError, match="'mine' has two entries on 'iss' for public clients"):
        Profile("mine", "Mine", "here", entries)


def test_a_clause_that_no_mitigation_meets_is_refused() -> None:
    clause = Clause("CSRF", "here", (Alternative("state", STATE, "here", "public"), Alternative("nonce", None, "here")))
    with pytest.raises(ModelError, match="meets the clause 'CSRF' for confidential clients"):
        Profile("mine", "Mine", "here", (), (clause,))


def test_what_a_demand_cannot_do_without_is_on_too() -> None:
    own = Mitigation("own", "Own", "here", needs=("replay-revokes",))
    profile = Profile("mine", "Mine", "here", (Entry(own, "must", "here"),))
    needed = Policy({own, REPLAY_REVOKES, CODE_SINGLE_USE})
    assert profile.weakest() == (needed, needed.plus(CLIENT_AUTHENTICATION))
    assert (profile.recommended(False), profile.recommended(True)) == profile.weakest()
    assert own in profile.strongest() and CLIENT_AUTHENTICATION not in profile.strongest(False)
    (violation,) = profile.admits(needed, True)
    assert violation.reference == "RFC 6749 section 3.2.1"


# ------------------------------------------------------------------ the page


def test_the_page_shows_the_data() -> None:
    text = PAGE.read_text(encoding="utf-8")
    _, begin, rest = text.partition("<!-- tables -->\n")
    shown, end, _ = rest.partition("<!-- end of tables -->")
    assert begin and end, "docs/profiles.md has lost its markers"
    hint = "put the output of `python -m oauth_model.profiles.table` between the markers of docs/profiles.md"
    assert shown.strip() == markdown(), hint


def test_the_table_has_a_row_for_every_mitigation_and_says_where_a_text_is_silent() -> None:
    rows = {line.split("|")[1].strip(): line for line in markdown().splitlines() if line.startswith("| `")}
    assert list(rows) == [f"`{mitigation.slug}`" for mitigation in MITIGATIONS]
    assert "| silent |" in rows["`iss`"]
