"""Finding known values in a text, however they are escaped there: for URLs, for HTML, for JSON, in base64.

A value of fewer than eight characters is found only where it stands alone, since it may be a part of any word; one of
fewer than four is not looked for.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 4
ALONE_BELOW = 8
_PLAIN = re.compile(r"[A-Za-z0-9_.-]*")
_ALONE_BEFORE = re.compile(r"(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})")
_ALONE_AFTER = "(?![A-Za-z0-9])"
_RESERVED = "!$&'()*+,;=:@/?~"


class Scanner:
    """Finds values in texts; with `encoded` not only as they are, but also escaped and in base64."""

    def __init__(self, values: Iterable[str], *, encoded: bool = True) -> None:
        self._starts: dict[str, list[tuple[int, str, str | re.Pattern[str]]]] = {}
        for value in sorted(set(values)):
            if len(value) >= SHORTEST:
                self._add(value, encoded)
        for found in self._starts.values():
            found.sort(key=lambda each: -each[0])

    def _add(self, value: str, encoded: bool) -> None:
        variants, form = {value}, value if len(value) >= ALONE_BELOW else re.compile(re.escape(value) + _ALONE_AFTER)
        if encoded and not _PLAIN.fullmatch(value):
            variants |= set(_variants(value))
            form = re.compile(_loosely(value) + (_ALONE_AFTER if len(value) < ALONE_BELOW else ""))
        for start in sorted({variant[:SHORTEST] for variant in variants}):
            self._starts.setdefault(start, []).append((len(value), value, form))
        for text in sorted(set(_base64_forms(value))) if encoded else ():
            self._starts.setdefault(text[:SHORTEST], []).append((len(text), value, text))

    def split(self, text: str) -> Iterator[tuple[str, str | None]]:
        """The text in pieces, each with the value that it stands for, or with None."""
        last = at = 0
        while at <= len(text) - SHORTEST:
            found = self._at(text, at)
            if found is None:
                at += 1
                continue
            end, value = found
            if last < at:
                yield text[last:at], None
            yield text[at:end], value
            last = at = end
        if last < len(text):
            yield text[last:], None

    def _at(self, text: str, at: int) -> tuple[int, str] | None:
        for _, value, form in self._starts.get(text[at : at + SHORTEST], ()):
            if isinstance(form, str):
                if text.startswith(form, at):
                    return at + len(form), value
                continue
            found = form.match(text, at)
            if found and (len(value) >= ALONE_BELOW or _ALONE_BEFORE.match(text, at)):
                return found.end(), value
        return None


def _variants(value: str) -> Iterator[str]:
    for text in (quote(value, safe=""), quote(value, safe=_RESERVED), quote_plus(value), quote(value, safe="~")):
        yield text
        yield re.sub("%..", lambda found: found[0].lower(), text)
        yield text.replace("%", "%25")
    yield html.escape(value)
    yield html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield text
        yield text.replace("/", "\\/")


def _loosely(value: str) -> str:
    return "".join(re.escape(each) if _PLAIN.fullmatch(each) else _any_escape(each) for each in value)


def _any_escape(letter: str) -> str:
    percent = "".join(f"%(?:25)?(?i:{byte:02x})" for byte in letter.encode())
    units = letter.encode("utf-16-be").hex()
    unicode = "".join(rf"\\u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4))
    forms = [percent, unicode, f"&(?:amp;)?#0*{ord(letter)};", f"&(?:amp;)?#[xX]0*(?i:{ord(letter):x});"]
    if html.escape(letter) != letter:
        forms.append(f"&(?:amp;)?{html.escape(letter)[1:]}")
    forms += [re.escape(text) for text in (json.dumps(letter)[1:-1], f"\\{letter}", letter)]
    if letter == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _base64_forms(value: str) -> Iterator[str]:
    """What of a value's base64 does not depend on what stands before and after it."""
    raw = value.encode()
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(before) + raw).decode()
            whole = (before + len(raw)) * 8 // 6
            form = text[(0, 2, 3)[before] : whole]
            if len(form) >= ALONE_BELOW:
                yield form
