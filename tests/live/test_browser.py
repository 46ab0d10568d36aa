"""The browser against a server of raw bytes: where it goes and where it stops, which cookies it keeps, and how it sends
forms. Which forms a page has is test_forms."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from oauth_model.live.adapter import Account, Pages
from oauth_model.live.browser import HOPS, Browser, origin
from oauth_model.live.manners import LiveError, Manners
from oauth_model.live.transport import Transport
from tests.live.raw import Answer, Raw, answer, page, redirect, serving

DONE = page("<p>done</p>")


@dataclass(frozen=True)
class Opened:
    """A server, and a browser at it."""

    server: Raw
    browser: Browser

    @property
    def base(self) -> str:
        return self.server.base

    def cookies(self) -> list[str | None]:
        """The cookies of each request."""
        return [field(request, "Cookie") for request in self.server.requests]


@contextlib.contextmanager
def at(*answers: Answer) -> Iterator[Opened]:
    with serving(*answers) as server, Transport(Manners().with_host_of(server.base)) as transport:
        yield Opened(server, Browser(transport, "browser", (server.base,)))


def field(request: bytes, name: str) -> str | None:
    """A header field of a request."""
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return next((line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name.lower()}: ")), None)


def body(request: bytes) -> str:
    return request.partition(b"\r\n\r\n")[2].decode()


# ------------------------------------------------------------------ redirects


def test_it_follows_redirects_of_the_server_to_their_end() -> None:
    with at(redirect("/dir/two?x=1"), redirect("three#top"), DONE) as it:
        visit = it.browser.open(f"{it.base}/one?p=", (("q", "a b"), ("q", "c")))
        assert (visit.url, visit.status, visit.left_for, visit.text) == (f"{it.base}/dir/three", 200, None, "done")
        assert it.server.heads() == ["GET /one?p=&q=a+b&q=c", "GET /dir/two?x=1", "GET /dir/three"]


@pytest.mark.parametrize(
    "to",
    [
        "https://www.client.example/cb?code=c&state=s#f",
        "//www.client.example/cb",
        "com.example.app:/cb?code=c",
        "http://127.0.0.1:1/cb?code=c",
        "http://localhost/cb",
        "app:callback?code=c",
        "javascript:alert(1)",
        "https://www.client.example/caf\u00e9",
        "https://www.client.example/a b",
    ],
)
def test_a_redirect_to_anywhere_else_ends_the_visit(to: str) -> None:
    with at(redirect(to, status="303 See Other")) as it:
        visit = it.browser.open(f"{it.base}/one")
        left_for = f"http:{to}" if to.startswith("//") else to
        assert (visit.url, visit.status, visit.left_for) == (f"{it.base}/one", 303, left_for)
        assert len(it.server.requests) == 1


def test_https_at_the_same_host_is_somewhere_else() -> None:
    with at(redirect("https://127.0.0.1/")) as it:
        assert it.browser.open(it.base).left_for == "https://127.0.0.1/"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
def test_a_form_becomes_a_get_when_it_is_redirected(status: str) -> None:
    html = '<form method=post action="/in"><input name=a value=1></form>'
    with at(page(html), redirect("/", status=status), DONE) as it:
        it.browser.submit(it.browser.open(it.base).forms[0])
        assert it.server.heads()[1:] == ["POST /in", "GET /"]
        assert [body(request) for request in it.server.requests] == ["", "a=1", ""]
        assert field(it.server.requests[2], "Origin") is None


@pytest.mark.parametrize("status", ["307 Temporary", "308 Permanent"])
def test_a_form_is_sent_again_where_the_redirect_says_so(status: str) -> None:
    with at(page("<form method=post><input name=a value=1></form>"), redirect("/b", status=status), DONE) as it:
        it.browser.submit(it.browser.open(it.base).forms[0])
        assert it.server.heads()[1:] == ["POST /", "POST /b"]
        assert [body(request) for request in it.server.requests[1:]] == ["a=1", "a=1"]


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary"])
def test_a_loop_of_redirects_is_an_error(status: str) -> None:
    with at(redirect("/again", status=status)) as it:
        with pytest.raises(LiveError, match=rf"/again: {HOPS} redirects in a row; the server redirects in a loop"):
            it.browser.open(it.base)
        assert len(it.server.requests) == HOPS


@pytest.mark.parametrize("to", ["http://[::1", "http://127.0.0.1:99999/", "http://127.0.0.1:port/"])
def test_a_redirect_to_what_is_no_url_is_an_error(to: str) -> None:
    with at(redirect(to)) as it, pytest.raises(LiveError, match=r"/one: redirects to what is no URL: "):
        it.browser.open(f"{it.base}/one")


def test_two_places_at_once_are_an_error_and_the_same_twice_is_none() -> None:
    with at(redirect("/a", "Location: /b"), redirect("/a", "Location: /a"), DONE) as it:
        with pytest.raises(LiveError, match="redirects to 2 places at once"):
            it.browser.open(it.base)
        assert it.browser.open(it.base).url == f"{it.base}/a"


def test_a_page_on_the_way_that_cannot_be_read_is_an_error() -> None:
    with at(redirect("/next"), b"nonsense\r\n\r\n") as it, pytest.raises(LiveError, match=r"/next: .*no HTTP"):
        it.browser.open(it.base)


@pytest.mark.parametrize("url", ["http://[::1", "no url", "http://127.0.0.1:99999/", ""])
def test_what_is_no_url_is_not_opened(url: str) -> None:
    with at(DONE) as it, pytest.raises(LiveError):
        it.browser.open(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://AS.example/path", "http://as.example"),
        ("http://as.example:80", "http://as.example"),
        ("https://as.example:443/", "https://as.example"),
        ("https://as.example:80", "https://as.example:80"),
        ("http://127.0.0.1:8080/?q#f", "http://127.0.0.1:8080"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://user:secret@as.example/", "https://as.example"),
    ],
)
def test_an_origin_is_as_header_fields_have_it(url: str, expected: str) -> None:
    assert origin(url) == expected


# ------------------------------------------------------------------ cookies


def test_cookies_are_sent_back_the_longest_path_first_and_only_there() -> None:
    paths = ["root=1; Path=/", "deep=2; Path=/a/b", "mid=3; Path=/a", "other=4; Path=/ab", "HERE=5"]
    with at(answer("", *(f"Set-Cookie: {each}" for each in paths)), DONE) as it:
        for path in ("/a/b/set", "/a/b", "/ab", "/a/c", "/"):
            it.browser.open(it.base + path)
        assert it.cookies()[1] == "deep=2; HERE=5; mid=3; root=1"
        assert it.cookies()[2:] == ["other=4; root=1", "mid=3; root=1", "root=1"]


def test_cookies_of_a_redirect_are_there_at_its_end_and_can_change_and_go() -> None:
    first = redirect("/2", "Set-Cookie: a=1", "Set-Cookie: b=1", "Set-Cookie: c=1; Max-Age=0")
    gone = "Set-Cookie: b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    with at(first, redirect("/3", "Set-Cookie: a=2", gone), DONE) as it:
        it.browser.open(it.base)
        assert it.cookies() == [None, "a=1; b=1", "a=2"]
        it.browser.forget()
        it.browser.open(it.base)
        assert it.cookies()[3] is None


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("a=1; Secure; HttpOnly; SameSite=Lax", "a=1"),
        ("a=1; Domain=127.0.0.1", "a=1"),
        ("a=1; domain = .127.0.0.1 ; Path=/", "a=1"),
        ('a="x y\\073z"', 'a="x y\\073z"'),
        ("a=b=c==", "a=b=c=="),
        ("a=", "a="),
        ("a=caf\u00e9", "a=caf\u00e9"),
        ("__Host-a=1; Secure; Path=/", "__Host-a=1"),
        ("a=1; Expires=no date at all", "a=1"),
        ("a=1; Domain=as.example", None),
        ("a=1; Domain=127.0.0.12", None),
        ("", None),
        (";;;", None),
    ],
)
def test_a_cookie_comes_back_as_it_was_set(said: str, back: str | None) -> None:
    with at(answer("", "Set-Cookie: " + said.encode().decode("latin-1")), DONE) as it:
        it.browser.open(it.base)
        it.browser.open(it.base)
        assert it.cookies() == [None, back]


def test_cookies_of_localhost_come_back_to_it() -> None:
    with at(answer("", "Set-Cookie: a=1; Domain=localhost; Secure", "Set-Cookie: b=2; Domain=.localhost"), DONE) as it:
        url = f"http://localhost:{it.server.port}/"
        with Transport(Manners().with_host_of(url)) as transport:
            browser = Browser(transport, "browser", (url,))
            browser.open(url)
            browser.open(url)
        assert it.cookies() == [None, "a=1; b=2"]


def test_browsers_do_not_share_cookies() -> None:
    with at(answer("", "Set-Cookie: a=1"), DONE) as it:
        it.browser.open(it.base)
        Browser(it.browser.transport, "another", (it.base,)).open(it.base)
        assert it.cookies() == [None, None]


# ------------------------------------------------------------------ forms


def test_a_form_is_sent_with_what_is_filled_in_and_from_its_page() -> None:
    html = """<form method=POST action="/log/in?a=1&amp;b=2#here"><input type=hidden name=csrf value="&lt;t&gt;">
        <input name=user><input type=password name=pass><button name=go value=1>Go</button></form>"""
    with at(page(html), DONE) as it:
        form = it.browser.open(f"{it.base}/caf\u00e9?next=/x#top").forms[0]
        it.browser.submit(form, (("user", "alice"), ("pass", "a b&c")), ("go", "1"))
        sent = it.server.requests[1]
        assert it.server.heads()[1] == "POST /log/in?a=1&b=2"
        assert body(sent) == "csrf=%3Ct%3E&user=alice&pass=a+b%26c&go=1"
        assert field(sent, "Origin") == it.base
        assert field(sent, "Referer") == f"{it.base}/caf%C3%A9?next=/x"


def test_a_form_that_gets_has_its_own_query_alone() -> None:
    with at(page('<form action="/find?old=1"><input name=q value="a b"><input name=q value=c></form>'), DONE) as it:
        it.browser.submit(it.browser.open(it.base).forms[0])
        assert it.server.heads()[1] == "GET /find?q=a+b&q=c"


@pytest.mark.parametrize(
    ("button", "head", "sent"),
    [
        (("do", "allow"), "POST /allow", "t=1&do=allow"),
        (("do", "deny"), "POST /deny", "t=1&do=deny"),
        (("do", "help"), "GET /allow?t=1&do=help", ""),
        (("", ""), "POST /allow", "t=1"),
        (None, "POST /allow", "t=1"),
    ],
)
def test_a_button_says_where_a_form_goes(button: tuple[str, str] | None, head: str, sent: str) -> None:
    html = """<form method=post action="/allow"><input type=hidden name=t value=1><button name=do value=allow>
        <button name=do value=deny formaction="/deny"><button name=do value=help formmethod=get></form>"""
    with at(page(html), DONE) as it:
        it.browser.submit(it.browser.open(it.base).forms[0], button=button)
        assert (it.server.heads()[1], body(it.server.requests[1])) == (head, sent)


def test_a_form_to_what_is_no_url_is_an_error() -> None:
    with at(page('<form method=post action="http://127.0.0.1:99999/">'), DONE) as it:
        form = it.browser.open(it.base).forms[0]
        with pytest.raises(LiveError, match="is no URL that can be asked"):
            it.browser.submit(form)


def test_a_form_to_a_host_that_nobody_named_is_not_sent() -> None:
    with at(page('<form method=post action="https://elsewhere.example/"><input name=a>'), DONE) as it:
        form = it.browser.open(it.base).forms[0]
        with pytest.raises(LiveError, match=r"'elsewhere\.example' was not named by you"):
            it.browser.submit(form)
        assert len(it.server.requests) == 1


def test_pages_that_are_no_login_or_consent_pages_are_one_error_each() -> None:
    alice = Account("alice", "secret")
    login = page("<form method=post><input name=username><input type=password name=password></form>")
    other = page("<form method=post><input name=login><input type=password name=password></form>")
    with at(other, login, login, page("<p>Nothing here</p>")) as it:
        with pytest.raises(LiveError, match="the login form has no field 'username'; it has: login, password"):
            Pages().arrive(it.browser, it.browser.open(it.base), alice)
        with pytest.raises(LiveError, match="'alice' cannot log in"):
            Pages().arrive(it.browser, it.browser.open(it.base), alice)
        with pytest.raises(LiveError, match="expected a consent page with a form, got: 'Nothing here'"):
            Pages().decide(it.browser, it.browser.open(it.base), True, None)
