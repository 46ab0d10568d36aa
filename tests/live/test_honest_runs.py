"""Before anything else a probe sees that honest runs reach their end: where one does not, that is its one error."""

from __future__ import annotations

from pathlib import Path

import pytest

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, VICTIM
from oauth_model.live.browser import origin
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.honest import see_that_honest_runs_end
from oauth_model.live.races import race_for_code, race_for_refresh_token
from tests.live.demo_lab import laboratory
from tests.live.probing import one_error, run, running

pytestmark = pytest.mark.xdist_group("live-honest-runs")

QUICK = ("--jobs", 1, "--only", "races")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"demo-secret-of-client.example"', '"x"', ("clients.confidential", "token request", "secret")),
        ('"demo-secret-of-evil-client.example"', '"x"', ("clients.attackers", "invalid_client", "secret")),
        ('"public-client.example"', '"x"', ("clients.public", "authorization request", "status 400", "client_id")),
        ('["https://www.client.example/cb"]', '["https://a.example/"]', ("clients.confidential", "redirect_uris")),
        ('["read", "write"]', '["red", "write"]', ("invalid_scope", "look at scopes")),
        ('["read", "write"]', '["read", "wrote"]', ("invalid_scope", "look at scopes")),
        ("/resource", "/nowhere", ("resource request", "status 404", "endpoints.resource")),
        ("mallory-in-the-middle", "wrong", ("accounts.mallory", "'mallory' cannot log in")),
        ("alice-through-the-looking-glass", "wrong", ("accounts.alice", "'alice' cannot log in")),
        ("[pages]", '[pages]\nallow = ["decision", "deny"]', ("access_denied", "pages.allow")),
    ],
    ids=["secret", "attackers secret", "client", "redirect", "scope", "wide scope", "resource", "mallory", "alice",
         "button"],
)  # fmt: skip
def test_what_is_wrong_in_the_description_is_named(
    tmp_path: Path, right: str, wrong: str, told: tuple[str, ...]
) -> None:
    file = tmp_path / "running.toml"
    with running(DemoAdapter(), file):
        text = file.read_text(encoding="utf-8")
        assert right in text
        file.write_text(text.replace(right, wrong), encoding="utf-8")
        error = one_error(run("probe", file, *QUICK))
    assert error.startswith(f"{file}: ")
    assert not [each for each in told if each not in error], error


def test_each_client_and_each_account_has_its_run() -> None:
    with laboratory(DemoAdapter()) as lab:
        see_that_honest_runs_end(lab)
        sent = [each.request for each in lab.transport.transcript]
        issuer = origin(lab.target.endpoints.token)
    asked = [request.url for request in sent if request.url.startswith(f"{issuer}/authorize?")]
    for name in (CONFIDENTIAL, PUBLIC, ATTACKERS):
        assert any(f"client_id={lab.target.clients[name].client_id}&" in url for url in asked), name
    typed = {value for request in sent for name, value in request.form or () if name == "username"}
    assert typed == {lab.target.accounts[name].username for name in (VICTIM, ATTACKER)}


def test_a_server_that_wants_requests_pushed_gets_them_so() -> None:
    with laboratory(DemoAdapter(on=["pushed-requests"])) as lab:
        see_that_honest_runs_end(lab)
        assert race_for_code(lab, trials=1).successes == (1,)
        assert race_for_refresh_token(lab, trials=1).successes == (1,)


@pytest.mark.parametrize("sabotage", ["leaks-token-in-redirect", "wrong-audience"])
def test_a_token_that_comes_otherwise_is_left_to_the_walks(sabotage: str) -> None:
    with laboratory(DemoAdapter(sabotage=sabotage)) as lab:
        see_that_honest_runs_end(lab)
