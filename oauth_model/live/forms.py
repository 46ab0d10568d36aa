"""Forms of a page, as a browser sees them: where they go, what is filled in already, and which buttons there are.

This reads HTML and nothing else: it runs no scripts, and what only a script would fill in is not there. Multipart forms
are sent like the others (`browser` does so), since no login or consent page has files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup

from oauth_model.live.exchange import Pairs

PROLOG = re.compile(r"^\s*<\?xml[^>]*>")
CONTROLS = ("input", "button", "select", "textarea")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what is filled in already, and its buttons as (name, value).

    `elsewhere` are the buttons that send it to another place, as (button, action, method); `page` is where it stands.
    """

    action: str
    method: str
    fields: Pairs
    buttons: Pairs
    passwords: tuple[str, ...] = ()
    checkboxes: Pairs = ()
    elsewhere: tuple[tuple[tuple[str, str], str, str], ...] = ()
    page: str | None = None

    def has(self, name: str) -> bool:
        """Whether it has a field of that name."""
        return any(key == name for key, _ in (*self.fields, *self.checkboxes)) or name in self.passwords

    def sent_by(self, button: tuple[str, str] | None) -> tuple[str, str]:
        """Where a button sends it, and by which method."""
        return next(((action, method) for each, action, method in self.elsewhere if each == button), self.way)

    @property
    def way(self) -> tuple[str, str]:
        """Where it goes by itself, and by which method."""
        return self.action, self.method


def forms_of(url: str, html: str) -> tuple[Form, ...]:
    """The forms of the page at a URL."""
    page = _parsed(html)
    base = page.find("base", href=True)
    against = urljoin(url, _text(base.get("href"))) if isinstance(base, Tag) else url
    controls = [control for control in page.find_all(CONTROLS) if not _is_disabled(control)]
    return tuple(_form(tag, controls, url, against) for tag in page.find_all("form"))


def text_of(html: str) -> str:
    """What a page says, for people."""
    return " ".join((_parsed(html).get_text(" ") if "<" in html else html).split())


def _parsed(html: str) -> BeautifulSoup:
    """A page; one that is no HTML at all has nothing on it."""
    try:
        return BeautifulSoup(PROLOG.sub("", html) if "<" in html else "", "html.parser")
    except ParserRejectedMarkup:
        return BeautifulSoup("", "html.parser")


def _form(tag: Tag, controls: list[Tag], url: str, base: str) -> Form:
    fields: list[tuple[str, str]] = []
    buttons: list[tuple[str, str]] = []
    passwords: list[str] = []
    boxes: list[tuple[str, str]] = []
    elsewhere: list[tuple[tuple[str, str], str, str]] = []
    action = urljoin(base, _text(tag.get("action"))) if _text(tag.get("action")) else url
    method = _method(tag.get("method"))
    for control in controls:
        if not _belongs(control, tag):
            continue
        name, value, kind = (_text(control.get(key)) for key in ("name", "value", "type"))
        kind = kind.lower()
        if control.name == "button" or kind in ("submit", "image", "button", "reset"):
            if kind not in ("button", "reset"):
                buttons.append((name, value))
                if control.has_attr("formaction") or control.has_attr("formmethod"):
                    place = urljoin(base, _text(control.get("formaction"))) if control.get("formaction") else action
                    by = _method(control.get("formmethod")) if control.has_attr("formmethod") else method
                    elsewhere.append(((name, value), place, by))
        elif not name or kind == "file":
            continue
        elif control.name == "select":
            fields += [(name, chosen) for chosen in _chosen(control)]
        elif control.name == "textarea":
            text = control.get_text().replace("\r\n", "\n").removeprefix("\n")
            fields.append((name, text.replace("\n", "\r\n")))
        elif kind in ("checkbox", "radio"):
            value = value if control.has_attr("value") else "on"
            boxes.append((name, value))
            if control.has_attr("checked"):
                fields.append((name, value))
        else:
            if kind == "password":
                passwords.append(name)
            fields.append((name, value))
    return Form(
        action, method, tuple(fields), tuple(buttons), tuple(passwords), tuple(boxes), tuple(elsewhere), page=url
    )


def _belongs(control: Tag, form: Tag) -> bool:
    """Whether a control is one of a form's: by its `form` attribute, or else because it stands in it."""
    named = _text(control.get("form"))
    return named == _text(form.get("id")) if named else control.find_parent("form") is form


def _is_disabled(control: Tag) -> bool:
    return control.has_attr("disabled") or control.find_parent("fieldset", disabled=True) is not None


def _chosen(select: Tag) -> list[str]:
    options = [option for option in select.find_all("option") if not option.has_attr("disabled")]
    marked = [option for option in options if option.has_attr("selected")]
    if not select.has_attr("multiple"):
        marked = marked[-1:] or options[:1]
    return [
        _text(option.get("value")) if option.has_attr("value") else " ".join(option.get_text().split())
        for option in marked
    ]


def _method(value: Any) -> str:
    return "POST" if _text(value).lower() == "post" else "GET"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
