"""The demo server: what honest parties do with it, and what it makes of bad input."""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.lab import Back, Lab
from tests.live.demo_lab import CHALLENGE, VERIFIER, asked, authorized, laboratory, redeemed


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A laboratory at a server with everything on."""
    with laboratory(DemoAdapter()) as lab:
        yield lab


def refreshed(lab: Lab, token: str, client: str = CONFIDENTIAL, **changes: str | None) -> Back:
    """The answer to a token request with a refresh token."""
    parameters = {"grant_type": "refresh_token", "refresh_token": token, **changes}
    return Back(asked(lab, lab.target.endpoints.token, client, **parameters))


# ------------------------------------------------------------------ honest runs


@pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC, ATTACKERS])
@pytest.mark.parametrize("account", ["alice", ATTACKER])
def test_a_grant_goes_through_to_the_resource(lab: Lab, client: str, account: str) -> None:
    front = authorized(lab, client, account, state="of this run")
    assert (front.place, front.uri, front.visit.status) == ("query", lab.client(client).redirect_uris[0], 303)
    assert (front.get("state"), front.get("iss")) == ("of this run", lab.target.endpoints.issuer)
    back = redeemed(lab, front, client)
    assert (back.json["token_type"], back.json["expires_in"], back.json["scope"]) == ("Bearer", 600, "read")
    assert back.answer.header("Cache-Control") == "no-store"
    served = lab.use(back.token)
    assert (served.status, json.loads(served.body)["owner"]) == (200, lab.target.accounts[account].username)
    assert lab.adapter.alive(lab.target, lab.transport, back.token) is True
    assert lab.adapter.advance(601)
    assert lab.adapter.alive(lab.target, lab.transport, back.token) is False


def test_a_denial_and_an_error_go_to_the_client(lab: Lab) -> None:
    denied = lab.authorize(lab.request(**CHALLENGE), allow=False)
    assert (denied.error, denied.get("iss")) == ("access_denied", lab.target.endpoints.issuer)
    assert authorized(lab, scope="everything").error == "invalid_scope"
    assert authorized(lab, resource="https://elsewhere.example/").error == "invalid_target"
    assert authorized(lab, redirect_uri="https://elsewhere.example/").error == "page with status 400"
    assert authorized(lab, client_id="somebody").error == "page with status 400"


def test_part_of_the_scope_can_be_granted(lab: Lab) -> None:
    back = redeemed(lab, authorized(lab, scope="read write", grants="read"))
    assert back.json["scope"] == "read"
    assert lab.use(back.token, method="POST").status == 403
    full = redeemed(lab, authorized(lab, scope="read write"))
    assert lab.use(full.token, method="POST").status == 200


def test_responses_can_be_posted() -> None:
    with laboratory(DemoAdapter(["response-mode-locked"])) as lab:
        front = authorized(lab, response_mode="form_post")
        assert (front.place, front.uri) == ("form_post", lab.client().redirect_uris[0])
        assert redeemed(lab, front).ok


def test_refresh_tokens_rotate_and_their_reuse_ends_the_grant(lab: Lab) -> None:
    one = redeemed(lab, authorized(lab))
    assert refreshed(lab, one.json["refresh_token"], PUBLIC).error == "invalid_grant"
    assert refreshed(lab, one.json["refresh_token"], scope="read write").error == "invalid_scope"
    two = refreshed(lab, one.json["refresh_token"])
    assert lab.use(two.token).status == lab.use(one.token).status == 200
    assert refreshed(lab, one.json["refresh_token"]).error == "invalid_grant"
    assert lab.use(two.token).status == lab.use(one.token).status == 401
    assert refreshed(lab, two.json["refresh_token"]).error == "invalid_grant"


def test_introspection_and_revocation(lab: Lab) -> None:
    endpoints = lab.target.endpoints
    back = redeemed(lab, authorized(lab))
    told = json.loads(asked(lab, endpoints.introspection, token=back.token).body)
    assert (told["active"], told["username"], told["aud"]) == (True, "alice", endpoints.resource)
    assert json.loads(asked(lab, endpoints.introspection, ATTACKERS, token=back.token).body) == {"active": False}
    assert asked(lab, endpoints.introspection, PUBLIC, token=back.token).status == 401
    assert asked(lab, endpoints.revocation, PUBLIC, token=back.token).status == 400
    assert asked(lab, endpoints.revocation, token=back.token).status == 200
    assert json.loads(asked(lab, endpoints.introspection, token=back.token).body) == {"active": False}
    again = refreshed(lab, back.json["refresh_token"])
    assert asked(lab, endpoints.revocation, token=again.json["refresh_token"]).status == 200
    assert lab.use(again.token).status == 401
    assert asked(lab, endpoints.revocation, token="unknown").status == 200


def test_a_form_is_taken_only_from_the_browser_that_has_it(lab: Lab) -> None:
    request = lab.request(**CHALLENGE)
    page = lab.ask(request)
    lab.ask(request, ATTACKER)
    assert lab.decide(page, ATTACKER).error == "page with status 400"
    assert lab.decide(page).code is not None
    assert lab.decide(page).error == "page with status 400"


def test_reset_forgets_all(lab: Lab) -> None:
    front = authorized(lab)
    token = redeemed(lab, authorized(lab)).token
    lab.adapter.reset()
    assert redeemed(lab, front).error == "invalid_grant"
    assert lab.use(token).status == 401
    assert redeemed(lab, authorized(lab)).ok


# ------------------------------------------------------------------ bad input

NAMES = ("response_type", "client_id", "redirect_uri", "scope", "state", "code", "grant_type", "refresh_token", "token",
         "response_mode", "resource", "code_challenge", "code_challenge_method", "request_uri", "request", "csrf_token",
         "client_secret", "code_verifier", "token_type_hint", "username", "password", "decision")  # fmt: skip
VALUES = ("", "code", "token", "code token", "client.example", "public-client.example", "https://www.client.example/cb",
          "https://[::1", "https://www.client.example/cb#x", "read", "read read", "\"'<\\", "é\u2028", "\x00", "\ud800",
          "a\r\nSet-Cookie: x=y", "authorization_code", "refresh_token", "x" * 3000, "form_post", "S256", "%", " ",
          "access_token", "javascript:alert(1)", "https://a:99999/")  # fmt: skip
HEADERS = ("Basic", "Basic !", "Basic w6k6", "Basic /w==", "Basic Og==", "Basic YTpi", "Bearer", "Bearer  ",
           "Bearer a b", "Digest x", "Basic Y2xpZW50LmV4YW1wbGU6")  # fmt: skip


def test_no_request_makes_the_server_fail(lab: Lab) -> None:
    chance = random.Random(7)
    honest = tuple(lab.request(**CHALLENGE))
    paths = ("/authorize", "/token", "/introspect", "/revoke", "/par", "/login", "/consent", "/decision", "/resource")
    statuses = set()
    for _ in range(400):
        drawn = tuple((chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randint(0, 5)))
        pairs = (honest if chance.random() < 0.6 else ()) + drawn
        header = {"Authorization": chance.choice(HEADERS)} if chance.random() < 0.4 else {}
        method, path = chance.choice(("GET", "POST")), chance.choice(paths)
        status, cookie = raw(lab, method, path, header, urlencode(pairs, errors="surrogatepass"))
        assert status < 500, (method, path, header, pairs)
        assert "x=y" not in cookie
        statuses.add(status)
    assert {200, 303, 400, 401, 405} <= statuses


def raw(lab: Lab, method: str, path: str, header: dict[str, str], text: str) -> tuple[int, str]:
    """The status and the cookie of the answer to a request that no client of ours would send."""
    host, _, port = (lab.target.endpoints.issuer or "").removeprefix("http://").partition(":")
    with closing(HTTPConnection(host, int(port), timeout=10)) as connection:
        if method == "GET":
            connection.request(method, f"{path}?{text}", headers=header)
        else:
            connection.request(method, path, text, {**header, "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Set-Cookie") or ""


def test_what_came_twice_is_refused(lab: Lab) -> None:
    request = lab.request(**CHALLENGE)
    assert lab.authorize((*request, ("scope", "write"))).error == "invalid_request"
    assert lab.authorize((*request, ("client_id", "evil-client.example"))).error == "page with status 400"
    sent = lab.token_request(authorized(lab).code or "", code_verifier=VERIFIER)
    assert sent.form is not None
    twice = HttpRequest("POST", sent.url, sent.headers, (*sent.form, ("code", "another")))
    assert Back(lab.transport.send(twice)).error == "invalid_request"
    two_ways = HttpRequest("POST", sent.url, sent.headers, (*sent.form, ("client_secret", "x")))
    assert Back(lab.transport.send(two_ways)).error == "invalid_request"
    assert lab.transport.send(HttpRequest("POST", sent.url, sent.headers, (("scope", "x" * 70_000),))).status == 413
