"""The servers from npm as targets: they start, the honest flow goes through, they obey, and nothing is left running.

`make live` installs them into a cache folder; elsewhere these tests run if they are there already.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, VICTIM, Account, Target
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.lab import Back, Lab, authenticated, s256
from oauth_model.live.manners import LiveError, Manners
from oauth_model.live.transport import Transport
from tests.live.targets_js import TARGETS_JS, node, packages
from tests.live.targets_js.node import NodeAdapter, NodeServer

# One worker runs all of these: each server is started once for most of them.
pytestmark = [pytest.mark.network, pytest.mark.xdist_group("npm")]

LIVE = "OAUTH_MODEL_LIVE"


@pytest.fixture(scope="module")
def node_is_here() -> None:
    try:
        packages.node()
    except packages.NotHere as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def installed(node_is_here: None) -> None:
    if not packages.are_installed() and os.environ.get(LIVE) != "1":
        pytest.skip(f"the servers from npm are not installed; `make live`, or {LIVE}=1, installs them")
    try:
        packages.install()
    except packages.NotHere as missing:
        pytest.skip(str(missing))


@dataclass(frozen=True)
class Running:
    adapter: NodeAdapter
    target: Target
    transport: Transport

    def lab(self) -> Lab:
        """A laboratory with browsers that have no cookies yet."""
        return Lab(self.adapter, self.target, self.transport)


@contextlib.contextmanager
def running(adapter: NodeAdapter) -> Iterator[Running]:
    try:
        target = adapter.start()
        with Transport(Manners().with_host_of(*target.origins())) as transport:
            yield Running(adapter, target, transport)
    finally:
        adapter.stop()


@pytest.fixture(scope="module", params=sorted(TARGETS_JS))
def server(request: pytest.FixtureRequest, installed: None) -> Iterator[Running]:
    with running(TARGETS_JS[request.param]()) as started:
        yield started


@pytest.fixture
def lab(server: Running) -> Lab:
    return server.lab()


def tokens(lab: Lab, name: str) -> Back:
    """What a client gets that does all as it should."""
    client, verifier = lab.client(name), lab.fresh()
    asked = lab.request(client, code_challenge=s256(verifier), code_challenge_method="S256")
    front = lab.authorize(asked)
    assert (front.uri, front.get("state")) == (client.redirect_uris[0], dict(asked)["state"])
    assert front.code is not None
    return lab.redeem(front.code, client, code_verifier=verifier)


def refresh(lab: Lab, name: str, token: str) -> Back:
    fields: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": token}
    request = authenticated(lab.target.endpoints.token, lab.client(name), fields)
    return Back(lab.transport.send(request))


@pytest.mark.parametrize("name", [CONFIDENTIAL, PUBLIC, ATTACKERS])
def test_an_honest_flow_comes_to_its_end(lab: Lab, name: str) -> None:
    answer = tokens(lab, name)
    assert lab.adapter.alive(lab.target, lab.transport, answer.token) is True
    resource = lab.use(answer.token)
    assert resource.status == 200 and VICTIM in resource.body
    refreshed = refresh(lab, name, answer.json["refresh_token"])
    assert lab.use(refreshed.token).status == 200


def test_a_token_that_nobody_issued_is_not_alive(lab: Lab) -> None:
    assert lab.adapter.alive(lab.target, lab.transport, "nobody-issued-this") is False


@pytest.mark.parametrize("name", [CONFIDENTIAL, PUBLIC])
def test_a_denial_is_answered_at_the_redirection_uri(lab: Lab, name: str) -> None:
    client = lab.client(name)
    asked = lab.request(client, code_challenge=s256(lab.fresh()), code_challenge_method="S256")
    front = lab.authorize(asked, allow=False)
    assert (front.uri, front.error, front.code) == (client.redirect_uris[0], "access_denied", None)
    assert lab.authorize(asked, allow=True).code is not None


def test_consent_is_asked_for_each_time(lab: Lab) -> None:
    for _ in range(2):
        asked = lab.ask(lab.request())
        assert asked.place == "page" and asked.visit.status == 200
        assert lab.decide(asked).code is not None


def test_who_types_a_wrong_password_is_not_let_in(server: Running) -> None:
    lab = server.lab()
    wrong = Account(VICTIM, "no password of hers")
    visit = lab.browser().open(lab.target.endpoints.authorization, lab.request())
    with pytest.raises(LiveError, match="'alice' cannot log in"):
        lab.target.pages.arrive(lab.browser(), visit, wrong)


def test_a_form_is_of_no_use_in_another_browser(lab: Lab) -> None:
    lab.authorize(lab.request(), ATTACKER)
    asked = lab.ask(lab.request())
    elsewhere = lab.decide(asked, ATTACKER)
    assert (elsewhere.place, elsewhere.code) == ("page", None)
    assert elsewhere.visit.status in (400, 403)


def test_all_its_redirection_uris_are_registered_and_others_are_not(lab: Lab) -> None:
    for registered in lab.client().redirect_uris:
        assert lab.authorize(lab.request(redirect_uri=registered)).uri == registered
    refused = lab.authorize(lab.request(redirect_uri=lab.client(ATTACKERS).redirect_uris[0]))
    assert (refused.place, refused.visit.status) == ("page", 400)


def test_what_the_dialect_says_of_codes_that_come_again_is_so(lab: Lab) -> None:
    verifier = lab.fresh()
    code = lab.authorize(lab.request(code_challenge=s256(verifier), code_challenge_method="S256")).code
    assert code is not None
    first = lab.redeem(code, code_verifier=verifier)
    assert lab.redeem(code, code_verifier=verifier).error == "invalid_grant"
    revoked = lab.adapter.alive(lab.target, lab.transport, first.token) is False
    assert revoked is lab.target.dialect.replay_revokes


def test_what_the_dialect_says_of_refresh_tokens_is_so(lab: Lab) -> None:
    used = tokens(lab, PUBLIC).json["refresh_token"]
    successor = refresh(lab, PUBLIC, used).json["refresh_token"]
    assert successor != used
    assert refresh(lab, PUBLIC, used).error == "invalid_grant"
    revoked = not refresh(lab, PUBLIC, successor).ok
    assert revoked is lab.target.dialect.refresh_reuse_revokes


def test_what_the_dialect_says_of_plain_and_iss_is_so(lab: Lab) -> None:
    assert lab.target.dialect.plain is False
    assert lab.authorize(lab.request(code_challenge=lab.fresh(), code_challenge_method="plain")).code is None
    iss = lab.authorize(lab.request()).get("iss")
    assert iss == (lab.target.endpoints.issuer if lab.target.dialect.iss else None)


def test_metadata_name_the_endpoints_of_the_target(lab: Lab) -> None:
    endpoints = lab.target.endpoints
    if endpoints.metadata is None:
        assert endpoints.issuer is None
        return
    said = Back(lab.transport.send(HttpRequest("GET", endpoints.metadata))).json
    assert said["issuer"] == endpoints.issuer
    assert said["authorization_endpoint"] == endpoints.authorization
    assert said["token_endpoint"] == endpoints.token
    assert said["userinfo_endpoint"] == endpoints.resource
    assert said["introspection_endpoint"] == endpoints.introspection
    assert said["revocation_endpoint"] == endpoints.revocation
    assert said["pushed_authorization_request_endpoint"] == endpoints.pushed


def test_reset_forgets_what_was_granted(lab: Lab) -> None:
    token = tokens(lab, CONFIDENTIAL).token
    lab.adapter.reset()
    assert lab.adapter.alive(lab.target, lab.transport, token) is False
    assert tokens(lab, CONFIDENTIAL).ok


def test_time_can_pass(lab: Lab) -> None:
    token = tokens(lab, CONFIDENTIAL).token
    verifier = lab.fresh()
    code = lab.authorize(lab.request(code_challenge=s256(verifier), code_challenge_method="S256")).code
    assert code is not None
    assert lab.adapter.advance(lab.target.code_lifetime)
    assert lab.redeem(code, code_verifier=verifier).error == "invalid_grant"
    assert lab.adapter.alive(lab.target, lab.transport, token) is True
    assert lab.adapter.advance(lab.target.token_lifetime)
    assert lab.adapter.alive(lab.target, lab.transport, token) is False
    assert tokens(lab, CONFIDENTIAL).ok


def test_every_operation_needs_its_scope(lab: Lab) -> None:
    narrow, wide = lab.target.scopes
    for scope, allowed in ((narrow, {"read"}), (f"{narrow} {wide}", {"read", "write"})):
        code = lab.authorize(lab.request(scope=scope)).code
        assert code is not None
        token = lab.redeem(code).token
        for operation, method in lab.target.operations.items():
            assert (lab.use(token, method=method).status == 200) is (operation in allowed)


# ------------------------------------------------------------------ starting and stopping


@pytest.mark.parametrize("slug", sorted(TARGETS_JS))
def test_stop_leaves_nothing_and_a_second_start_works(slug: str, installed: None) -> None:
    adapter = TARGETS_JS[slug]()
    adapter.stop()
    with running(adapter) as first:
        assert adapter.server is not None
        process = adapter.server.process
        adapter.stop()
        assert process.poll() is not None
        with pytest.raises(LiveError, match="cannot be reached"):
            first.lab().ask(first.lab().request())
        again = adapter.start()
        assert tokens(Lab(adapter, again, first.transport), PUBLIC).ok
    adapter.stop()
    assert adapter.server is None and not adapter.advance(1)


@pytest.mark.parametrize("slug", sorted(TARGETS_JS))
def test_a_server_ends_with_its_parent(slug: str, installed: None) -> None:
    with running(TARGETS_JS[slug]()) as started:
        assert started.adapter.server is not None
        process = started.adapter.server.process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(node.PATIENCE) == 0
        with pytest.raises(LiveError, match="did not obey 'reset'"):
            started.adapter.reset()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("throw new Error('no such day');", "no such day"),
        ("console.error('out of order'); process.exit(3);", "out of order"),
        ("console.log('hello');", "nothing"),
        ("process.stdin.resume();", "nothing"),
    ],
)
def test_a_server_that_does_not_start_is_one_error(
    script: str, said: str, node_is_here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "resume" in script:  # it says nothing, ever
        monkeypatch.setattr(node, "PATIENCE", 0.2)
    file = tmp_path / "broken.mjs"
    file.write_text(script)
    with pytest.raises(LiveError, match=rf"broken\.mjs: did not start; it said: [\s\S]*{said}"):
        NodeServer(file, {})


# ------------------------------------------------------------------ the cache

NPM_THAT_WORKS = """#!/bin/sh
while [ "$1" != --prefix ]; do shift; done
mkdir "$2/node_modules" && echo once >> "$COUNT"
"""


def fake_npm(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("the stand-in for npm is a shell script")
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(text)
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("OAUTH_MODEL_CACHE", str(folder / "cache"))
    monkeypatch.setenv("COUNT", str(folder / "count"))


def test_who_comes_at_the_same_time_installs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_npm(tmp_path, NPM_THAT_WORKS, monkeypatch)
    assert not packages.are_installed()
    with ThreadPoolExecutor(4) as threads:
        folders = set(threads.map(lambda _: packages.install(), range(4)))
    assert folders == {packages.folder()}
    assert (tmp_path / "count").read_text().split() == ["once"]
    assert {each.name for each in packages.folder().iterdir()} == {"package.json", "node_modules"}
    assert {each.suffix for each in packages.folder().parent.iterdir()} == {"", ".lock"}


@pytest.mark.parametrize(
    ("said", "kind"), [("ENOTFOUND", packages.NotHere), ("ECONNREFUSED", packages.NotHere), ("E404", LiveError)]
)
def test_an_installation_that_fails_leaves_nothing(
    said: str, kind: type[LiveError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(tmp_path, f"#!/bin/sh\necho npm error code {said} >&2\nexit 1\n", monkeypatch)
    with pytest.raises(LiveError, match=said) as failure:
        packages.install()
    assert failure.type is kind
    assert not packages.are_installed()
    assert [each.suffix for each in packages.folder().parent.iterdir()] == [".lock"]


@pytest.mark.parametrize("name", ["node", "npm"])
def test_a_machine_without_node_is_told_what_to_install(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("OAUTH_MODEL_CACHE", str(tmp_path))
    with pytest.raises(packages.NotHere, match=f"no {name} on PATH"):
        packages.node() if name == "node" else packages.install()
