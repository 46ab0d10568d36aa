"""Discovery as a whole: what is measured, what differs from what the server says, and the deployment file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from oauth_model.checkers.exhaustive import check
from oauth_model.deployment import load
from oauth_model.goals import GOALS
from oauth_model.live.adapter import PUBLIC, Dialect, Target
from oauth_model.live.discovery import Discovery, deployment, differences, discover
from oauth_model.live.experiments import EXPERIMENTS, Bench, Experiment, Unclear
from oauth_model.live.findings import Measurement
from oauth_model.live.lab import Lab
from oauth_model.live.manners import LiveError, Manners
from oauth_model.live.measured_deployment import switches
from oauth_model.live.transport import Transport
from oauth_model.mitigations import MITIGATIONS
from tests.live.fake_adapter import PLAIN, FakeAdapter, same

AT_CLIENTS = {
    "state", "distinct-redirect-uris", "same-user", "login-needs-gesture", "token-issued-to-client", "userinfo-subject",
    "id-token-validation", "key-by-issuer", "nonce", "hashes", "pkce-plain", "secret-in-back-channel",
    "no-open-redirector", "referrer-policy", "form-post", "tls", "host-cookies", "metadata-issuer", "intent",
    "connection-context", "key-for-each-server", "subject-with-issuer", "transaction-secrets", "claimed-redirect-uri",
    "long-verifiers", "sender-origin", "every-code-redeemed",
}  # fmt: skip
"""What clients do, or choose: no server shows it."""

WEAKEST = (
    PLAIN, "exact-redirect-uri", "canonical-uris", "no-implicit", "response-mode-locked", "see-other", "pkce-s256",
    "framing-refused", "iss", "no-automatic-redirect", "pkce-required", "plain-refused", "pkce-no-downgrade",
    "client-authentication", "code-bound-to-client", "registration-policy", "redirect-uri-at-token-endpoint",
    "code-single-use", "replay-revokes", "code-lifetime", "scope-subset", "audience", "token-in-header-only",
    "target-origin",
)  # fmt: skip


@contextmanager
def lab_at(
    *off: str, rule: str = "unregistered", change: Callable[[Target], Target] = same, requests: int = 400
) -> Iterator[Lab]:
    """A laboratory at a server without some protections."""
    adapter = FakeAdapter(off, rule)
    try:
        target = change(adapter.start())
        with Transport(Manners(verify=False, requests=requests).with_host_of(*target.origins())) as transport:
            yield Lab(adapter, target, transport)
    finally:
        adapter.stop()


def states(found: Discovery) -> dict[str, str]:
    """What was measured, by mitigation."""
    return {each.mitigation: each.state for each in found.measurements}


# ------------------------------------------------------------------ measuring


def test_a_server_with_everything() -> None:
    said: list[tuple[int, int, str]] = []
    with lab_at(PLAIN) as lab:
        found = discover(lab, lambda done, of, name: said.append((done, of, name)))
        made = lab.transport.allowance.made
    assert {slug for slug, state in states(found).items() if state == "unknown"} == {
        "canonical-uris", "target-origin", "pkce-no-downgrade", "audience-is-issuer", "assertion-single-use",
        "effects-need-token",
    }  # fmt: skip
    assert {slug for slug, state in states(found).items() if state == "off"} == {
        PLAIN, "signed-requests", "dpop", "dpop-jkt", "mtls", "private-key-jwt", "mtls-client-authentication",
    }  # fmt: skip
    assert found.dialect == Dialect(
        "required", False, True, True, True, True, True,
        state_required=False, refusal_spends_code=False, takes_resource=True,
    )  # fmt: skip
    assert (found.differences, found.findings, found.cut) == ((), (), None)
    assert sum(found.requests.values()) <= made <= 190
    of = len(EXPERIMENTS)
    assert said == [(number, of, e.slug) for number, e in enumerate(EXPERIMENTS)] + [(of, of, "")]


def test_a_server_with_nothing() -> None:
    with lab_at(*WEAKEST, "no-messages") as lab:
        found = discover(lab)
        assert lab.transport.allowance.made <= 210
    assert {state for slug, state in states(found).items() if slug in WEAKEST} == {"off"}
    assert found.dialect == Dialect(
        "none", True, True, True, False, True, False,
        state_required=False, takes_resource=True, errors_after_login=False,
    )  # fmt: skip
    assert found.facts.response_modes == ("query", "fragment", "form_post", "web_message")


def test_a_server_that_wants_requests_pushed() -> None:
    with lab_at() as pushed, lab_at(PLAIN) as plain:
        there, here = discover(pushed), discover(plain)
    assert {slug for slug, state in states(there).items() if state != states(here)[slug]} == {
        "pushed-requests", "signed-requests",
    }  # fmt: skip
    assert there.state("pushed-requests") == "on"


def test_experiments_do_not_depend_on_each_other() -> None:
    off = (PLAIN, "pkce-required", "code-single-use")
    with lab_at(*off) as one, lab_at(*off) as two:
        forwards, backwards = discover(one), discover(two, experiments=EXPERIMENTS[::-1])
    assert states(forwards) == states(backwards)
    assert forwards.dialect == backwards.dialect


def test_a_public_client_is_measured_where_it_is_named() -> None:
    with lab_at(PLAIN) as lab:
        found = discover(lab, client=PUBLIC)
    assert not found.confidential
    assert found.state("client-authentication") == "unknown"
    assert found.facts.native == "loopback"
    assert found.state("exact-redirect-uri") == "on"


def test_a_server_that_grants_nothing_is_unknown_after_a_few_requests() -> None:
    with lab_at("everything") as lab:
        found = discover(lab)
        assert lab.transport.allowance.made < 10
    assert set(states(found).values()) == {"unknown"}
    assert all("not granted" in each.because for each in found.measurements)


# ------------------------------------------------------------------ what ends it early


def test_a_bound_cuts_it_short() -> None:
    with lab_at(PLAIN, requests=40) as lab:
        found = discover(lab)
    assert found.cut is not None and "--requests" in found.cut
    assert found.state("exact-redirect-uri") == "on"
    assert found.measurements[-1].because == found.cut
    assert len(found.measurements) == sum(len(experiment.measures) for experiment in EXPERIMENTS)


def test_a_server_that_goes_away_is_one_error() -> None:
    with lab_at(PLAIN) as lab:
        adapter = lab.adapter

        def stop(done: int, of: int, name: str) -> None:
            if done == 3:
                adapter.stop()

        with pytest.raises(LiveError, match=r"cannot be reached|no HTTP that can be read"):
            discover(lab, stop)


def test_a_client_that_is_not_there_is_one_error() -> None:
    with lab_at(PLAIN) as lab, pytest.raises(LiveError, match="no other client; register one"):
        discover(lab, client="other")


@pytest.mark.parametrize(("path", "said"), [("/nowhere", "status 404"), ("/login", "no metadata document")])
def test_metadata_that_is_none_is_one_error(path: str, said: str) -> None:
    def elsewhere(target: Target) -> Target:
        issuer = target.endpoints.issuer
        return replace(target, endpoints=replace(target.endpoints, metadata=f"{issuer}{path}"))

    with lab_at(PLAIN, change=elsewhere) as lab, pytest.raises(LiveError, match=said):
        discover(lab)


def test_an_experiment_keeps_what_it_said_before_it_could_not_go_on() -> None:
    def half(bench: Bench) -> Iterator[Measurement]:
        yield bench.says("one", "on", "it was seen")
        raise Unclear("the other was not")

    with lab_at(PLAIN) as lab:
        found = Experiment("half", ("one", "two"), half).perform(Bench.of(lab))
    assert [(each.mitigation, each.state, each.because) for each in found] == [
        ("one", "on", "it was seen"), ("two", "unknown", "the other was not"),
    ]  # fmt: skip


# ------------------------------------------------------------------ differences


def test_what_the_metadata_says_and_what_is_so() -> None:
    with lab_at(*WEAKEST, "no-messages") as lab:
        found = discover(lab)
    assert {each.name for each in found.differences} == {
        "code_challenge_methods_supported", "response_types_supported", "response_modes_supported",
        "authorization_response_iss_parameter_supported",
    }  # fmt: skip


def test_what_an_adapter_says_and_what_is_so() -> None:
    wrong = Dialect(pkce="none", plain=True, loopback=True, errors={"invalid_grant": ("bad_code",)})
    with lab_at(PLAIN, change=lambda target: replace(target, dialect=wrong)) as lab:
        found = discover(lab)
    assert [(each.name, each.said, each.measured) for each in found.differences] == [
        ("adapter: pkce", "none", "required"), ("adapter: plain", "true", "false"),
    ]  # fmt: skip


def test_each_parameter_of_metadata_is_compared() -> None:
    with lab_at(PLAIN) as lab:
        found, target = discover(lab), lab.target
    wrong = {
        "issuer": "https://elsewhere.example", "token_endpoint": "https://elsewhere.example/token",
        "response_types_supported": ["token"], "code_challenge_methods_supported": ["plain"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"], "grant_types_supported": ["implicit"],
        "require_pushed_authorization_requests": True, "authorization_response_iss_parameter_supported": False,
    }  # fmt: skip
    seen = {each.name for each in differences(wrong, target, found.dialect, found.facts, found.measurements)}
    assert seen == set(wrong)
    unknown = [replace(each, state="unknown") for each in found.measurements]
    facts = replace(found.facts, refresh_tokens=None)
    assert {each.name for each in differences(wrong, target, Dialect(), facts, unknown)} == {
        "issuer", "token_endpoint", "response_types_supported", "token_endpoint_auth_methods_supported",
    }  # fmt: skip
    assert differences(None, target, found.dialect, found.facts, found.measurements) == ()


# ------------------------------------------------------------------ deployments


def test_every_mitigation_is_the_servers_or_the_clients() -> None:
    measured = {slug for experiment in EXPERIMENTS for slug in experiment.measures}
    assert measured | AT_CLIENTS == {mitigation.slug for mitigation in MITIGATIONS}
    assert not measured & AT_CLIENTS


def on(found: Discovery, careful: bool = True) -> set[str]:
    """The mitigations that are on in the deployment that was measured."""
    return {switch.mitigation.slug for switch in switches(found, careful) if switch.on}


@pytest.mark.parametrize("careful", [True, False], ids=["careful", "careless"])
@pytest.mark.parametrize(
    ("off", "rule"),
    [((PLAIN,), "glob"), ((), "glob"), ((*WEAKEST, "no-messages"), "prefix"), (("everything",), "glob")],
    ids=["everything-on", "pushed", "everything-off", "nothing-measured"],
)
def test_the_file_says_what_was_measured(tmp_path: Path, off: tuple[str, ...], rule: str, careful: bool) -> None:
    with lab_at(*off, rule=rule) as lab:
        found = discover(lab)
    text = deployment(found, 'A "server"\nof\x00ours', careful)
    (tmp_path / "measured.toml").write_text(text, encoding="utf-8")
    loaded = load(str(tmp_path / "measured.toml"))
    assert loaded.title == 'A "server" of ours'
    (setup,) = loaded.setups
    assert set(setup.scenario.policy.slugs) == on(found, careful)
    assert (rule in text) == (found.state("exact-redirect-uri") == "off")
    assert all(f"{each.mitigation}" in text for each in found.measurements)


@pytest.mark.parametrize("off", [(PLAIN,), (), (PLAIN, "client-authentication"), (*WEAKEST, "no-messages")])
def test_an_honest_run_ends_in_what_was_measured(tmp_path: Path, off: tuple[str, ...]) -> None:
    with lab_at(*off, rule="same-host") as lab:
        found = discover(lab)
    (tmp_path / "measured.toml").write_text(deployment(found, "ours"), encoding="utf-8")
    (setup,) = load(str(tmp_path / "measured.toml")).setups
    honest = [goal for goal in GOALS if goal.slug == "honest-run-reaches-its-end"]
    assert check(setup.scenario, goals=honest).holds


def test_facts_go_where_files_have_them() -> None:
    with lab_at(*WEAKEST, "no-messages", rule="prefix") as lab:
        text = deployment(discover(lab), "ours")
    for line in (
        'client_type = "public"', 'flows = ["authorization-code", "implicit"]', 'redirect_uri_matching = "prefix"',
        'scope = "read write"', "pages_in_frames = true", "open_registration = true",
        'response_modes_supported = ["query", "fragment", "form_post", "web_message"]',
    ):  # fmt: skip
        assert line in text.splitlines()


def test_what_clients_do_depends_on_how_careful_they_are() -> None:
    with lab_at(PLAIN, "pkce-required", "plain-refused") as lab:
        found = discover(lab)
    careful, careless = on(found), on(found, careful=False)
    assert {"state", "iss", "pkce-s256", "tls"} <= careful
    assert not {"state", "iss", "pkce-s256", "tls", "nonce"} & careless
    assert "pkce-plain" not in careful and "pkce-plain" in careless
    with lab_at(PLAIN) as lab:
        assert "pkce-s256" in on(discover(lab), careful=False)
    assert {switch.kind for switch in switches(found)} == {"enforced", "not enforced", "unknown", "client"}
