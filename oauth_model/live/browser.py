"""A user agent on the wire: it keeps cookies, reads forms and submits them.

It follows redirects only from page to page of one server. One that leads anywhere else - to a client's redirection
URI, above all - is where a visit ends: nobody is there, and what matters is what the URI carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from bs4 import BeautifulSoup, Tag

from oauth_model.live.exchange import HttpRequest, HttpResponse, Pairs, with_query
from oauth_model.live.manners import LiveError
from oauth_model.live.transport import Transport

HOPS = 20
"""Redirects in a row that are followed; more are a loop."""


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what is filled in already, and its buttons as (name, value)."""

    action: str
    method: str
    fields: Pairs
    buttons: Pairs
    passwords: tuple[str, ...] = ()
    checkboxes: Pairs = ()

    def has(self, name: str) -> bool:
        """Whether it has a field of that name."""
        return any(key == name for key, _ in (*self.fields, *self.checkboxes)) or name in self.passwords


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
        page = BeautifulSoup(self.answer.body, "html.parser")
        return tuple(_form(tag, self.url) for tag in page.find_all("form"))

    @cached_property
    def text(self) -> str:
        """What the page says, for people."""
        return " ".join(BeautifulSoup(self.answer.body, "html.parser").get_text(" ").split())

    @property
    def asks_for_password(self) -> bool:
        """Whether the page has a field for a password."""
        return any(form.passwords for form in self.forms)


def origin(url: str) -> str:
    """Scheme, host and port of a URL (RFC 6454 section 4)."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


class Browser:
    """One user agent with its cookies. `home` are URLs whose origins are the server's: there it follows redirects."""

    def __init__(self, transport: Transport, name: str, home: tuple[str, ...]) -> None:
        self.transport, self.name = transport, name
        self._home = {origin(url) for url in home}
        self.cookies = httpx.Cookies()

    def forget(self) -> None:
        """Delete all cookies."""
        self.cookies = httpx.Cookies()

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
        if form.method == "GET":
            return self._go(HttpRequest("GET", with_query(form.action.partition("?")[0], fields)), purpose)
        return self._go(HttpRequest("POST", form.action, form=fields), purpose)

    # -------------------------------------------------------------- inside

    def _go(self, request: HttpRequest, purpose: str) -> Visit:
        for _ in range(HOPS):
            answer = self._send(request, purpose)
            if answer.location is None:
                return Visit(request.url, answer)
            target = urljoin(request.url, answer.location)
            if origin(target) not in self._home:
                return Visit(request.url, answer, left_for=target)
            # 307 and 308 repeat method and body; 301, 302 and 303 become GET, as browsers do (RFC 9110 section 15.4).
            if answer.status in (307, 308):
                request = HttpRequest(request.method, urldefrag(target)[0], request.headers, request.form, request.json)
            else:
                request = HttpRequest("GET", urldefrag(target)[0])
        raise LiveError(f"{request.url.partition('?')[0]}: {HOPS} redirects in a row; the server redirects in a loop")

    def _send(self, request: HttpRequest, purpose: str) -> HttpResponse:
        bare = httpx.Request(request.method, request.url)
        self.cookies.set_cookie_header(bare)
        cookie = bare.headers.get("Cookie")
        headers = request.headers + ((("Cookie", cookie),) if cookie else ())
        if request.method == "POST":
            headers += (("Origin", origin(request.url)), ("Referer", request.url))
        sent = HttpRequest(request.method, request.url, headers, request.form, request.json)
        answer = self.transport.send(sent, self.name, purpose)
        self.cookies.extract_cookies(httpx.Response(answer.status, headers=list(answer.headers), request=bare))
        return answer


def _form(tag: Tag, url: str) -> Form:
    fields: list[tuple[str, str]] = []
    buttons: list[tuple[str, str]] = []
    passwords: list[str] = []
    boxes: list[tuple[str, str]] = []
    for element in tag.find_all(["input", "button", "select", "textarea"]):
        name, kind = _text(element.get("name")), _text(element.get("type")).lower()
        value = _text(element.get("value"))
        if element.name == "button" or kind in ("submit", "image"):
            if kind != "button":
                buttons.append((name, value))
        elif not name or element.has_attr("disabled"):
            continue
        elif element.name == "select":
            chosen = element.find("option", selected=True) or element.find("option")
            if isinstance(chosen, Tag):
                fields.append((name, _text(chosen.get("value")) or chosen.get_text()))
        elif element.name == "textarea":
            fields.append((name, element.get_text()))
        elif kind in ("checkbox", "radio"):
            boxes.append((name, value or "on"))
            if element.has_attr("checked"):
                fields.append((name, value or "on"))
        elif kind == "password":
            passwords.append(name)
            fields.append((name, value))
        elif kind not in ("button", "reset", "file"):
            fields.append((name, value))
    action = urljoin(url, _text(tag.get("action")) or url)
    method = (_text(tag.get("method")) or "GET").upper()
    return Form(action, method, tuple(fields), tuple(buttons), tuple(passwords), tuple(boxes))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
