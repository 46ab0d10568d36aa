"""Deployments: what the keys of a file mean, what a metadata document gives, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from oauth_model.attackers import IS_AUTHORIZATION_SERVER, WEB
from oauth_model.deployment import DEFAULT_BOUNDS, deployment_in, load
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import GOALS, codes_stay_secret
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    ISS,
    PKCE_S256,
    STATE,
    Policy,
)
from oauth_model.names import InputError
from oauth_model.profiles import OAUTH21, RFC6749, RFC9700
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import Scope
from tests.deployment_helpers import only, toml

# ------------------------------------------------------------------ what a file says


def test_an_empty_file_has_nothing_on_and_asks_everything() -> None:
    deployment = toml("")
    assert only(deployment) == Scenario((AUTHORIZATION_CODE,), Policy(), WEB, DEFAULT_BOUNDS)
    assert deployment.goals == GOALS


def test_every_key_arrives() -> None:
    deployment = toml(
        """
        title = "All of it"
        flows = ["implicit", "authorization-code"]
        client_type = "confidential"
        attacker = ["web", "W-AS"]
        goals = ["CF1", "codes_stay_secret"]
        redirect_uri_matching = "prefix"
        scope = ["write", "read"]
        time_passes = true
        faults_happen = true
        [mitigations]
        STATE = true
        pkce-s256 = false
        [cast]
        users = ["alice", "bob"]
        clients = ["shop.example"]
        [bounds]
        client_runs = 1
        authorizations = 3
        windows = 4
        forgeries = "any"
        states = 10_000
        """
    )
    scenario = only(deployment)
    assert deployment.title == "All of it"
    assert deployment.goals == (codes_stay_secret,)
    assert scenario.flows == (IMPLICIT, AUTHORIZATION_CODE)
    assert scenario.policy == {CLIENT_AUTHENTICATION, STATE}
    assert scenario.attacker == WEB | IS_AUTHORIZATION_SERVER
    assert scenario.bounds == Bounds(1, 3, 4, None, 10_000)
    assert (scenario.cast.users, scenario.cast.clients) == (("alice", "bob"), ("shop.example",))
    assert scenario.cast.authorization_servers == ("as.example",)
    assert (scenario.cast.matching, scenario.cast.scope) == ("prefix", Scope(("read", "write")))
    assert scenario.time_passes and scenario.faults_happen


@pytest.mark.parametrize("profile", [RFC6749, RFC9700, OAUTH21], ids=str)
@pytest.mark.parametrize("client_type", ["public", "confidential"])
def test_a_level_is_the_profiles(profile: Any, client_type: str) -> None:
    def at(level: str) -> list[Policy]:
        text = f'extends = "{profile.slug}"\nlevel = "{level}"\nclient_type = "{client_type}"'
        return [setup.scenario.policy for setup in toml(text).setups]

    confidential = client_type == "confidential"
    assert at("recommended") == [profile.recommended(confidential, several_issuers=False)]
    assert at("strongest") == [profile.strongest(confidential)]
    weakest = [
        policy for policy in profile.weakest(several_issuers=False) if (CLIENT_AUTHENTICATION in policy) == confidential
    ]
    assert at("weakest") == weakest


def test_without_a_level_it_is_the_weakest_of_both_client_types() -> None:
    policies = [setup.scenario.policy for setup in toml('extends = "rfc9700"').setups]
    assert policies == list(RFC9700.weakest(several_issuers=False))
    assert len({CLIENT_AUTHENTICATION in policy for policy in policies}) == 2


def test_several_authorization_servers_need_what_the_profile_asks_of_them() -> None:
    text = 'extends = "rfc9700"\nlevel = "recommended"'
    assert ISS not in only(toml(text)).policy
    assert ISS in only(toml(f'{text}\ncast.authorization_servers = ["a.example", "b.example"]')).policy
    assert ISS in only(deployment_in(text, "file.toml", WEB | IS_AUTHORIZATION_SERVER)).policy


def test_what_departs_from_the_profile_is_noted() -> None:
    deployment = toml('extends = "rfc9700"\nlevel = "recommended"\n[mitigations]\nexact-redirect-uri = false')
    assert deployment.notes == (
        "not as rfc9700 has it: exact-redirect-uri must be on for public clients (RFC 9700 section 2.1)",
    )


def test_what_is_switched_on_leaves_only_the_minimal_policies() -> None:
    text = 'extends = "rfc9700"\nclient_type = "public"\ncast.authorization_servers = ["a.example", "b.example"]\n'
    assert len(toml(text).setups) == 2
    assert len(toml(f"{text}[mitigations]\niss = true").setups) == 1


def test_a_mitigation_without_what_it_needs_is_noted() -> None:
    (note,) = toml("[mitigations]\npkce-required = true").notes
    assert note == "pkce-required is on without pkce-s256, which it needs: the flow may not come to its end"


def test_changes_apply_to_every_policy() -> None:
    deployment = toml('extends = "rfc9700"').changed(plus=[STATE], minus=[PKCE_S256], bounds={"windows": 1})
    for setup in deployment.setups:
        assert STATE in setup.scenario.policy
        assert PKCE_S256 not in setup.scenario.policy
        assert setup.scenario.bounds.windows == 1


def test_another_grant_takes_the_place_of_the_grants() -> None:
    assert only(toml("").changed(flows=[IMPLICIT])).flows == (IMPLICIT,)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("flows = [", "file.toml:1: not TOML: "),
        ("title = 'x'\nflows == 3", "file.toml:2: not TOML: "),
        ("title = 'x'\ntitle = 'y'", "file.toml:2: not TOML: "),
        ("client = 'public'", "file.toml: 'client' is not a key of a deployment (did you mean 'client_type'?)"),
        ("title = 3", "file.toml: title: 3 is not a string"),
        ("client_type = 'private'", "file.toml: client_type: 'private' is not one of the allowed values"),
        ("client_type = 'private'", "allowed: public, confidential"),
        ("client_type = ['public']", "file.toml: client_type: ['public'] is not one of the allowed values"),
        ("client_type = 'public'\nmitigations.CAUTH = true", "client_type is 'public', but mitigations.client-auth"),
        ("client_type = 'public'\nmitigations.private-key-jwt = true", "but mitigations.private-key-jwt is true"),
        ("client_type = 'public'\nmitigations.pushed-requests = true", "but mitigations.pushed-requests is true"),
        ("client_type = 'confidential'\nmitigations.client-authentication = false", "is 'confidential', but"),
        ("level = 'weakest'", "file.toml: level means nothing without extends"),
        ("extends = 'rfc9701'", "file.toml: extends: 'rfc9701' is not a profile known here (did you mean 'rfc9700'?)"),
        ("extends = 'rfc9700'\nlevel = 'strong'", "(did you mean 'strongest'?)"),
        ("extends = 9700", "file.toml: extends: 9700 is not the name of a profile"),
        ("mitigations = ['state']", "file.toml: mitigations: ['state'] is not a table of mitigations"),
        ("mitigations.stat = true", "file.toml: mitigations: 'stat' is not a mitigation known here (did you mean"),
        ("mitigations.state = 'on'", "file.toml: mitigations.state: 'on' is neither true nor false"),
        ("mitigations = {state = true, STATE = false}", "mitigations.STATE: state is switched twice"),
        ("attacker = 'webb'", "file.toml: attacker: 'webb' is not an attacker known here (did you mean 'web'?)"),
        ("attacker = []", "file.toml: attacker: [] is neither a name nor a list of names"),
        ("attacker = [3]", "file.toml: attacker: [3] is neither a name nor a list of names"),
        ("flows = ['code']", "file.toml: flows: 'code' is not a flow known here"),
        ("flows = ['browser']", "file.toml: a scenario needs at least one grant"),
        ("goals = 'AZ0'", "file.toml: goals: 'AZ0' is not a goal known here"),
        ("redirect_uri_matching = 'exact'", "allowed: unregistered, glob, prefix, sub-domain"),
        ("scope = 'read admin'", "file.toml: scope: 'admin' is not a scope value of this model"),
        ("scope = 'write'", "file.toml: scope: 'write' has no 'read'"),
        ("scope = 3", "file.toml: scope: 3 is neither a name nor a list of names"),
        ("bounds = 3", "file.toml: bounds: 3 is not a table of bounds"),
        ("bounds.runs = 3", "file.toml: bounds: 'runs' is not a bound"),
        ("bounds.client_runs = 0", "file.toml: bounds.client_runs: 0 is not a whole number from 1 up"),
        ("bounds.client_runs = 'any'", "file.toml: bounds.client_runs: 'any' is not a whole number from 1 up"),
        ("bounds.windows = 1001", "file.toml: bounds.windows: 1001 is too many; it must be at most 1,000"),
        ("bounds.windows = true", "file.toml: bounds.windows: True is not a whole number"),
        ("bounds.forgeries = -1", "file.toml: bounds.forgeries: -1 is not a whole number from 0 up, or 'any'"),
        ("cast = ['alice']", "file.toml: cast: ['alice'] is not a table of parties"),
        ("cast.servers = ['a.example']", "file.toml: cast: 'servers' is not a kind of parties"),
        ("cast.clients = ['Shop']", "file.toml: cast.clients: 'Shop' is not the name of a party of this kind"),
        ("cast.users = ['alice', 'alice']", "file.toml: cast.users: 'alice' is taken"),
        ("cast.clients = ['as.example']", "'as.example' is taken: it is the name of a party of authorization_servers"),
        ("cast.clients = ['evil-as.example']", "'evil-as.example' is taken: it is the name of a party of the attacker"),
        ("cast.users = ['mallory']", "'mallory' is taken"),
        ("cast.clients = ['www.shop.example']", "begins with 'www.'"),
        ("time_passes = 1", "file.toml: time_passes: 1 is neither true nor false"),
    ],
)
def test_bad_files(text: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        toml(text)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("title = 'für'".encode("latin-1"))
    for path, told in [("missing.toml", "cannot be read"), ("latin.toml", "not UTF-8 text"), (".", "cannot be read")]:
        with pytest.raises(InputError, match=told):
            load(str(tmp_path / path))
