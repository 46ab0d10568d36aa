"""The targets: each starts, completes the honest flow for both clients, says no where consent is denied, and stops.

And each does what its adapter says of it: the error codes and the choices of `Dialect` are asked for, one by one.
Whether a server ought to do so is not the matter here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, Adapter, Registration, Target
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.lab import Back, Front, Lab
from oauth_model.live.manners import LiveError
from tests.live.targets import TARGETS
from tests.live.targets.django_toolkit import DjangoToolkit
from tests.live.targets.steps import Grant, laboratory, listens, refresh

ROOT = Path(__file__).resolve().parents[2]
IN_ONE_WORKER = [pytest.param(slug, marks=pytest.mark.xdist_group(f"target {slug}")) for slug in TARGETS]
each_client = pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC])


@pytest.fixture(scope="module", params=IN_ONE_WORKER)
def started(request: pytest.FixtureRequest) -> Iterator[tuple[Adapter, Target]]:
    adapter = TARGETS[request.param]()
    try:
        yield adapter, adapter.start()
    finally:
        adapter.stop()


@pytest.fixture
def lab(started: tuple[Adapter, Target]) -> Iterator[Lab]:
    with laboratory(*started) as lab:
        yield lab


# -------------------------------------------------------------------- what every target does


@each_client
def test_the_honest_flow_ends_with_a_token_that_is_alive(lab: Lab, client: str) -> None:
    registration = lab.client(client)
    grant = Grant(lab, registration)
    front = lab.authorize(grant.request)
    assert (front.place, front.uri) == ("query", registration.redirect_uris[0])
    assert front.get("state") == dict(grant.request)["state"]
    answer = grant.redeem(front.code)
    assert lab.use(answer.token).status == 200
    assert lab.adapter.alive(lab.target, lab.transport, answer.token) is True
    assert lab.adapter.alive(lab.target, lab.transport, "not-" + answer.token) is False


def test_the_attackers_client_and_account_work(lab: Lab) -> None:
    client = lab.client(ATTACKERS)
    grant = Grant(lab, client)
    front = lab.authorize(grant.request, ATTACKER)
    assert front.uri == client.redirect_uris[0] == "https://www.evil-client.example/cb"
    assert lab.use(grant.redeem(front.code).token).status == 200


def test_both_scopes_can_be_granted(lab: Lab) -> None:
    both = " ".join(lab.target.scopes)
    assert len(lab.target.scopes) == 2
    assert Grant(lab, lab.client(CONFIDENTIAL), scope=both).redeem().json.get("scope", both).split() == both.split()


@each_client
def test_denied_consent_gives_access_denied(lab: Lab, client: str) -> None:
    grant = Grant(lab, lab.client(client))
    front = lab.authorize(grant.request, allow=False)
    assert (front.error, front.code, front.uri) == ("access_denied", None, grant.client.redirect_uris[0])
    assert front.get("state") == dict(grant.request)["state"]


def test_a_wrong_password_is_told(lab: Lab) -> None:
    page = lab.browser("somebody").open(lab.target.endpoints.authorization, Grant(lab, lab.client()).request)
    with pytest.raises(LiveError, match="cannot log in"):
        account = lab.target.accounts["alice"]
        lab.target.pages.arrive(lab.browser("somebody"), page, type(account)("alice", "wrong"))


def test_nobody_is_redirected_before_they_log_in(lab: Lab) -> None:
    bad = Grant(lab, lab.client(ATTACKERS), code_challenge_method="none").request
    page = lab.browser("somebody").open(lab.target.endpoints.authorization, bad)
    assert page.left_for is None and page.asks_for_password


def test_a_state_comes_back_as_it_was_sent(lab: Lab) -> None:
    state = "a b&c=d%20\u00e9\"<>'+/?#"
    grant = Grant(lab, lab.client(), state=state)
    lab.browser().forget()
    assert lab.authorize(grant.request).get("state") == state
    assert lab.authorize(grant.request, allow=False).get("state") == state


def test_a_form_of_another_session_is_not_taken(lab: Lab) -> None:
    grant = Grant(lab, lab.client())
    mine, theirs = lab.ask(grant.request, ATTACKER), lab.ask(grant.request)
    assert theirs.place == mine.place == "page"
    after = lab.target.pages.decide(lab.browser(), mine.visit, True, None)
    assert after.left_for is None and after.status in (400, 403)


def test_reset_forgets_tokens(lab: Lab) -> None:
    token = Grant(lab, lab.client()).redeem().token
    lab.adapter.reset()
    assert lab.adapter.alive(lab.target, lab.transport, token) is False


def test_time_can_be_put_forward(lab: Lab) -> None:
    grant = Grant(lab, lab.client())
    token, code = grant.redeem().token, grant.code()
    assert lab.adapter.advance(10_000_000) is True
    assert grant.redeem(code).error == "invalid_grant"
    assert lab.adapter.alive(lab.target, lab.transport, token) is False
    assert grant.redeem().ok


def test_metadata_is_at_its_url_and_names_the_issuer(lab: Lab) -> None:
    url = lab.target.endpoints.metadata
    assert url is not None
    document = json.loads(lab.transport.send(HttpRequest("GET", url)).body)
    assert document["issuer"] == lab.target.endpoints.issuer
    for member, endpoint in (("authorization_endpoint", "authorization"), ("token_endpoint", "token")):
        assert urlsplit(document[member]).path == urlsplit(getattr(lab.target.endpoints, endpoint)).path


# -------------------------------------------------------------------- what the adapter says of it


def refused_requests(lab: Lab) -> Iterator[tuple[str, Front]]:
    """Authorization requests with one fault each, and the error code of RFC 6749 section 4.1.2.1 for it."""
    client = lab.client(CONFIDENTIAL)
    yield "invalid_request", lab.authorize(Grant(lab, client, response_type=None).request)
    yield "invalid_request", lab.authorize(Grant(lab, client, code_challenge_method="none").request)
    yield "unsupported_response_type", lab.authorize(Grant(lab, client, response_type="token").request)
    yield "unsupported_response_type", lab.authorize(Grant(lab, client, response_type="nothing").request)
    yield "invalid_scope", lab.authorize(Grant(lab, client, scope="nonsense").request)


def refused_token_requests(lab: Lab) -> Iterator[tuple[str, Back]]:
    """Token requests with one fault each, and the error code of RFC 6749 section 5.2 for it."""
    client, other = lab.client(CONFIDENTIAL), lab.client(ATTACKERS)
    grant = Grant(lab, client)
    yield "invalid_request", grant.redeem(grant_type=None)
    yield "unsupported_grant_type", grant.redeem(grant_type="nothing")
    owner = lab.target.accounts["alice"]
    password = {"grant_type": "password", "username": owner.username, "password": owner.password}
    yield "unsupported_grant_type", grant.redeem(**password)
    yield "invalid_grant", grant.redeem("nonsense")
    yield "invalid_grant", grant.redeem(redirect_uri=f"{client.redirect_uris[0]}/other")
    yield "invalid_grant", grant.redeem(code_verifier=lab.fresh())
    yield "invalid_grant", grant.redeem(code_verifier=None)
    yield "invalid_grant", lab.redeem(grant.code(), other, code_verifier=grant.verifier)
    yield "invalid_client", lab.redeem(grant.code(), client, secret="wrong", code_verifier=grant.verifier)
    yield "invalid_client", lab.redeem(grant.code(), client, secret=False, code_verifier=grant.verifier)
    unknown = Registration("nobody", client.redirect_uris, client.secret)
    yield "invalid_client", lab.redeem(grant.code(), unknown, code_verifier=grant.verifier)
    yield "invalid_grant", refresh(lab, client, "nonsense")


def test_error_codes_are_those_that_the_adapter_says(lab: Lab) -> None:
    others: dict[str, set[str]] = {}
    answers: list[tuple[str, Front | Back]] = [*refused_requests(lab), *refused_token_requests(lab)]
    for expected, answer in answers:
        assert answer.error is not None, f"expected {expected}, and it was granted"
        if answer.error != expected:
            others.setdefault(expected, set()).add(answer.error)
    assert others == {code: set(instead) for code, instead in lab.target.dialect.errors.items()}


def test_the_rule_about_pkce_is_what_the_adapter_says(lab: Lab) -> None:
    refused = {}
    for name in (CONFIDENTIAL, PUBLIC):
        grant = Grant(lab, lab.client(name), code_challenge=None, code_challenge_method=None)
        front = lab.authorize(grant.request)
        refused[name] = front.code is None or not grant.redeem(front.code, code_verifier=None).ok
    expected = {"required": {True}, "optional": {False}, None: {True, False}}
    assert set(refused.values()) == expected[lab.target.dialect.pkce]


def test_the_method_plain_is_taken_if_the_adapter_says_so(lab: Lab) -> None:
    verifier = lab.fresh()
    grant = Grant(lab, lab.client(), code_challenge=verifier, code_challenge_method="plain")
    front = lab.authorize(grant.request)
    taken = front.code is not None and grant.redeem(front.code, code_verifier=verifier).ok
    assert taken is lab.target.dialect.plain


def test_responses_have_an_issuer_if_the_adapter_says_so(lab: Lab) -> None:
    front = lab.authorize(Grant(lab, lab.client()).request)
    assert (front.get("iss") is not None) is lab.target.dialect.iss


def test_a_code_that_comes_again_is_refused_and_ends_tokens_if_the_adapter_says_so(lab: Lab) -> None:
    grant = Grant(lab, lab.client())
    code = grant.code()
    token = grant.redeem(code).token
    assert grant.redeem(code).error == "invalid_grant"
    assert (not lab.adapter.alive(lab.target, lab.transport, token)) is lab.target.dialect.replay_revokes


@each_client
def test_refresh_tokens_are_replaced_and_end_with_reuse_if_the_adapter_says_so(lab: Lab, client: str) -> None:
    registration, dialect = lab.client(client), lab.target.dialect
    old = Grant(lab, registration).redeem().json.get("refresh_token")
    if old is None:
        assert dialect.refresh_rotation is None and dialect.refresh_reuse_revokes is None
        return
    answer = refresh(lab, registration, old)
    assert lab.use(answer.token).status == 200
    new = answer.json.get("refresh_token")
    assert (new not in (None, old)) is dialect.refresh_rotation
    assert refresh(lab, registration, old).error == "invalid_grant"
    assert (refresh(lab, registration, new).error == "invalid_grant") is dialect.refresh_reuse_revokes


# -------------------------------------------------------------------- start and stop


@pytest.mark.parametrize("slug", IN_ONE_WORKER)
def test_stop_leaves_nothing_and_a_second_start_works(slug: str) -> None:
    adapter = TARGETS[slug]()
    adapter.stop()
    for _ in range(2):
        try:
            target = adapter.start()
            pid = getattr(adapter, "pid", None)
            with laboratory(adapter, target) as lab:
                assert Grant(lab, lab.client()).redeem().ok
        finally:
            adapter.stop()
        adapter.stop()
        assert not listens(target.endpoints.token)
        assert pid is None or is_gone(pid)


@pytest.mark.xdist_group(f"target {DjangoToolkit.slug}")
def test_a_child_ends_when_the_process_that_started_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "from tests.live.targets.django_toolkit import DjangoToolkit\n"
        "adapter = DjangoToolkit(); print(adapter.start().endpoints.token, flush=True); input()"
    )
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = [sys.executable, "-c", program]
    parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdin is not None and parent.stdout is not None
    with parent.stdin, parent.stdout:
        try:
            url = parent.stdout.readline().strip()
            assert listens(url) and list(tmp_path.iterdir())
        finally:
            parent.send_signal(signal.SIGKILL)
            parent.wait()
    tries = 0
    while listens(url) or list(tmp_path.iterdir()):
        tries += 1
        assert tries < 600, "the child is there still"
        time.sleep(0.05)


@pytest.mark.xdist_group(f"target {DjangoToolkit.slug}")
def test_a_child_that_does_not_start_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = DjangoToolkit()
    with pytest.raises(LiveError, match="is not running"):
        adapter.reset()
    monkeypatch.setattr("tests.live.targets.django_toolkit.SITE", "no_such_site")
    with pytest.raises(LiveError, match="no_such_site"):
        adapter.start()
    assert adapter.pid is None


def is_gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
