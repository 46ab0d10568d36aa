"""A user agent on the wire: it keeps cookies, reads forms and submits them.

It follows redirects only from page to page of one server. One that leads anywhere else - to a client's redirection
URI, above all - is where a visit ends: nobody is there, and what matters is what the URI carries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.parse import quote, urldefrag, urljoin, urlsplit
from urllib.request import Request

import httpx

from oauth_model.live.exchange import HttpRequest, HttpResponse, Pairs, with_query
from oauth_model.live.forms import Form, forms_of, text_of
from oauth_model.live.manners import LiveError, is_loopback
from oauth_model.live.transport import Transport

HOPS = 20
"""Redirects in a row that are followed; more are a loop."""


@dataclass(frozen=True)
class Visit:
    """Where a browser came to: the page at `url`, or if `left_for` is set the URL that it was sent to elsewhere.

    `status` is that of the redirect that leads away, or of the page.
    """

    url: str
    answer: HttpResponse
    left_for: str | None = None

    @property
    def status(self) -> int:
        """The status of the last answer."""
        return self.answer.status

    @property
    def page(self) -> str:
        """The URL without its query, as errors name it."""
        return self.url.partition("?")[0]

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """The forms of the page."""
        return forms_of(self.url, self.answer.body)

    @cached_property
    def text(self) -> str:
        """What the page says, for people."""
        return text_of(self.answer.body)

    @property
    def asks_for_password(self) -> bool:
        """Whether the page has a field for a password."""
        return any(form.passwords for form in self.forms)


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as a header field has it (RFC 6454 section 6.2). Raises ValueError."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    is_usual = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


class Browser:
    """One user agent with its cookies. `home` are URLs whose origins are the server's: there it follows redirects."""

    def __init__(self, transport: Transport, name: str, home: tuple[str, ...]) -> None:
        self.transport, self.name = transport, name
        self._home = {origin(url) for url in home}
        self.forget()

    def forget(self) -> None:
        """Delete all cookies."""
        self.cookies = httpx.Cookies(CookieJar(_Policy()))

    def open(self, url: str, query: Pairs = (), purpose: str = "") -> Visit:
        """Open a URL, with parameters added to its query."""
        return self._go(HttpRequest("GET", with_query(url, query) if query else url), purpose)

    def submit(self, form: Form, values: Pairs = (), button: tuple[str, str] | None = None, purpose: str = "") -> Visit:
        """Submit a form: its fields with `values` in place of those of the same name, and a button.

        A button without a name is pressed, and adds no field, as in browsers.
        """
        named = {name for name, _ in values}
        fields = tuple(field for field in form.fields if field[0] not in named) + values
        fields += (button,) if button and button[0] else ()
        action, method = form.sent_by(button)
        if method == "GET":
            return self._go(HttpRequest("GET", with_query(action.partition("?")[0], fields)), purpose)
        page = urldefrag(form.page or action)[0]
        headers = (("Origin", origin(page)), ("Referer", quote(page, safe="/:?#[]@!$&'()*+,;=%~")))
        return self._go(HttpRequest("POST", urldefrag(action)[0], headers, form=fields), purpose)

    # -------------------------------------------------------------- inside

    def _go(self, request: HttpRequest, purpose: str) -> Visit:
        for _ in range(HOPS):
            answer = self._send(request, purpose)
            if answer.location is None:
                return Visit(request.url, answer)
            target, is_home = self._led_to(request, answer)
            if not is_home:
                return Visit(request.url, answer, left_for=target)
            # 307 and 308 repeat method and body; 301, 302 and 303 become GET, as browsers do (RFC 9110 section 15.4).
            if answer.status in (307, 308):
                request = HttpRequest(request.method, urldefrag(target)[0], request.headers, request.form, request.json)
            else:
                request = HttpRequest("GET", urldefrag(target)[0])
        raise LiveError(f"{request.url.partition('?')[0]}: {HOPS} redirects in a row; the server redirects in a loop")

    def _led_to(self, request: HttpRequest, answer: HttpResponse) -> tuple[str, bool]:
        """Where a redirect leads, and whether that is the server's own."""
        places = {value for name, value in answer.headers if name.lower() == "location"}
        page = request.url.partition("?")[0]
        if len(places) > 1:
            raise LiveError(f"{page}: redirects to {len(places)} places at once, which no browser follows")
        try:
            target = urljoin(request.url, places.pop())
            return target, origin(target) in self._home
        except ValueError as failure:
            raise LiveError(f"{page}: redirects to what is no URL: {failure}") from None

    def _send(self, request: HttpRequest, purpose: str) -> HttpResponse:
        try:
            self.cookies.jar.add_cookie_header(asked := Request(request.url))
        except ValueError as failure:
            raise LiveError(f"{request.url.partition('?')[0]}: is no URL that can be asked: {failure}") from None
        cookie = asked.get_header("Cookie")
        headers = request.headers + ((("Cookie", cookie),) if cookie else ())
        sent = HttpRequest(request.method, request.url, headers, request.form, request.json)
        answer = self.transport.send(sent, self.name, purpose)
        self._keep_cookies(request, answer)
        return answer

    def _keep_cookies(self, request: HttpRequest, answer: HttpResponse) -> None:
        host = re.escape(urlsplit(request.url).hostname or "")
        # A Domain that is the host itself makes no difference, but http.cookiejar knows none without a dot in it.
        own = re.compile(rf";\s*domain\s*=\s*\.?{host}\s*(?=;|$)", re.IGNORECASE)
        fields = [
            (b"Set-Cookie", own.sub("", value).encode())
            for name, value in answer.headers
            if name.lower() == "set-cookie"
        ]
        if fields:
            bare = httpx.Request(request.method, request.url)
            self.cookies.extract_cookies(httpx.Response(answer.status, headers=fields, request=bare))


class _Policy(DefaultCookiePolicy):
    """Secure cookies go to this machine without TLS too, as browsers that hold it for trustworthy send them."""

    def return_ok_secure(self, cookie: Cookie, request: Request) -> bool:
        return is_loopback(urlsplit(request.full_url).hostname or "") or super().return_ok_secure(cookie, request)
