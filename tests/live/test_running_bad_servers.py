"""A running server that does not do its part: one clear error, status 2, and nothing left running."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.live.probing import one_error, run
from tests.live.raw import Answer, answer, page, redirect, serving
from tests.live.test_transport import certificate, tls
from tests.processes import until

FILE = """
[endpoints]
{endpoints}

[clients.confidential]
client_id = "web"
secret = "web-secret"
redirect_uris = ["https://www.client.example/cb"]

[accounts.alice]
username = "alice"
password = "alice-password"
"""
ENDPOINTS = 'authorization = "{base}/authorize"\ntoken = "{base}/token"'
LOGIN = page("<form method=post><input name=username><input type=password name=password></form>")


def error_of(folder: Path, endpoints: str, *options: object) -> str:
    """What a probe of a server that a file describes ends with; no thread is left of it, but for the server's own."""
    file = folder / "server.toml"
    file.write_text(FILE.format(endpoints=endpoints), encoding="utf-8")
    before = set(threading.enumerate())
    result = run("probe", file, "--jobs", 1, "--patience", 60, *options)
    until(lambda: not [each for each in set(threading.enumerate()) - before if not each.name.endswith("(_answer)")])
    return one_error(result)


def hang(server, wire) -> None:  # type: ignore[no-untyped-def]
    """Say nothing until the end."""
    server.over.wait(20)


def test_a_server_that_is_down(tmp_path: Path) -> None:
    with serving(answer()) as server:
        base = server.base
    assert "cannot be reached" in error_of(tmp_path, ENDPOINTS.format(base=base))
    assert "cannot be reached" in error_of(tmp_path, f'metadata = "{base}/metadata"')


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((hang,), "no whole answer within 0.5 s"),
        ((b"\x00\x01 what is HTTP?\r\n\r\n",), "no HTTP that can be read"),
        ((redirect("/authorize"),), "redirects"),
        ((LOGIN,), "cannot log in"),
        ((LOGIN, LOGIN, hang), "no whole answer within 0.5 s"),
    ],
    ids=["hangs", "garbage", "redirects in a loop", "asks again", "hangs later"],
)
def test_a_server_that_does_not_do_its_part(tmp_path: Path, answers: tuple[Answer, ...], why: str) -> None:
    with serving(*answers) as server:
        assert why in error_of(tmp_path, ENDPOINTS.format(base=server.base), "--patience", 0.5)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer("<h1>Hello</h1>"), "no metadata document came"),
        (answer("{}", status="404 Not Found"), "status 404"),
        (answer("[1]"), "no metadata document came"),
        (answer('{"token_endpoint": "http://127.0.0.1:1/token"}'), "endpoints.authorization: missing"),
        (answer('{"authorization_endpoint": "http://as.example/", "token_endpoint": "http://as.example/"}'), "i-may"),
        (redirect("/metadata"), "status 302"),
    ],
    ids=["page", "not there", "list", "half", "elsewhere", "redirect"],
)
def test_metadata_that_is_none(tmp_path: Path, said: bytes, why: str) -> None:
    with serving(said) as server:
        assert why in error_of(tmp_path, f'metadata = "{server.base}/metadata"')


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    with serving(answer(), tls=tls(certificate(tmp_path))) as server:
        assert "TLS failed: self-signed certificate" in error_of(tmp_path, ENDPOINTS.format(base=server.base))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[endpoints", "not TOML"),
        ("title = 7", "title: 7 is no text"),
        ("endpoint = 'x'", "'endpoint'"),
        ("[endpoints]\ntokn = 'x'\n" + FILE.split("{endpoints}")[1], "'tokn'"),
        ("[clients.web]", "'web'"),
        ("[clients.public]\nclient_id = 'x'", "clients.public.redirect_uris: missing"),
        ("[clients.public]\nredirect_uris = ['x']", "clients.public.client_id: missing"),
        ("[clients.public]\nclient_id = 'x'\nredirect_uris = []", "clients.public.redirect_uris: there is none"),
        ("[clients.public]\nclient_id = 'x'\nredirect_uris = ['x']\nauthentication = 'y'", "authentication: 'y'"),
        ("[clients.public]\nclient_id = 'x'\nredirect_uris = ['x']", "there is no [accounts.alice]"),
        ("[accounts.alice]\nusername = 'x'", "accounts.alice.password: missing"),
        ("", "clients: there is none"),
        (FILE.format(endpoints="token = 'http://127.0.0.1:1/'"), "endpoints.authorization: missing"),
        (FILE.format(endpoints="") + "[pages]\nallow = ['x']", "pages.allow: is a field and its value"),
        (FILE.format(endpoints="") + "[dialect]\nplain = 'x'", "dialect.plain: 'x' is neither true nor false"),
        ("code_lifetime = -1\n" + FILE.format(endpoints=ENDPOINTS.format(base="http://127.0.0.1:1")), "code_lifetime"),
        ("scopes = 'read'\n" + FILE.format(endpoints=ENDPOINTS.format(base="http://127.0.0.1:1")), "scopes: 'read'"),
        (FILE.format(endpoints="authorization = 'as.example'\ntoken = 'x'"), "is no http or https URL"),
        (
            FILE.format(endpoints="").replace("secret =", "authentication ="),
            "confidential.authentication: 'web-secret'",
        ),
        (
            FILE.format(endpoints="").replace('secret = "web-secret"', 'authentication = "client_secret_basic"'),
            "clients.confidential.secret: missing",
        ),
        (
            FILE.format(endpoints="").replace('secret = "web-secret"', 'authentication = "client_secret_post"'),
            "clients.confidential.secret: missing",
        ),
        ("scopes = ['read']\n" + FILE.format(endpoints=""), "scopes: ['read']: are not two different ones"),
        ("scopes = ['a', 'a']\n" + FILE.format(endpoints=""), "scopes: ['a', 'a']: are not two different ones"),
        ("scopes = ['a', 'a b']\n" + FILE.format(endpoints=""), "scopes: 'a b' is no scope value"),
        (
            FILE.format(endpoints="") + "[operations]\nread = 'FETCH ME'",
            "operations.read: 'FETCH ME' is no HTTP method",
        ),
        (FILE.format(endpoints="") + "[operations]\nreed = 'GET'", "operations: 'reed'"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_key(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "server.toml"
    file.write_text(text, encoding="utf-8")
    told = one_error(run("probe", file, "--jobs", 1))
    assert why in told
    assert str(file) in told or "URL" in told
