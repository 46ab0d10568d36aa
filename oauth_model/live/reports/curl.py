"""A finding as a shell script of curl commands, which repeats its requests in their order.

What an answer supplied - codes, tokens, cookies - is taken from the new answer, since the old value would not do. Other
secrets the script asks for as environment variables, unless they may be shown. Code verifiers are the client's own
choice: where they are masked, others of the same length stand in their place, and their challenges with them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from urllib.parse import quote, quote_plus, unquote_plus, urlsplit

from oauth_model.live.exchange import Exchange, HttpRequest
from oauth_model.live.findings import Finding
from oauth_model.live.lab import s256
from oauth_model.live.manners import MARK
from oauth_model.live.reports.masking import Mask
from oauth_model.live.reports.scanner import SHORTEST, Scanner
from oauth_model.live.reports.supplied import FUNCTIONS, Source, sources

_DRAWN = 8
"""Shorter values that are no secrets are not taken for drawn ones."""

Word = list[tuple[str, bool]]
"""A word of the shell in pieces: plain texts (False), and expansions (True) that stand as they are."""

_ASK = rf"""
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# One request; of its answer the first lines are shown. CURL_OPTIONS may have more options, such as --insecure.
ask() {{
    : > "$dir/head"; : > "$dir/body"
    curl --disable --silent --show-error --globoff --path-as-is --noproxy '*' --max-time 30 ${{CURL_OPTIONS-}} \
        --header '{MARK}: repeated' --dump-header "$dir/head" --output "$dir/body" --write-out '%{{redirect_url}}' \
        "$@" > "$dir/next" || return
    tr -d '\r' < "$dir/head" > "$dir/header"
    sed -n '1p; /^[Ll]ocation:/p' "$dir/header"
    head -c 600 "$dir/body"; echo
}}
"""


def curl_script(finding: Finding, mask: Mask, *, show: bool = False) -> str:
    """The script for a finding as it was found, not masked; with `show` its secrets stand in it."""
    return "\n".join(_Writer(finding, mask, show).lines()) + "\n"


class _Writer:
    """Writes one script. `supplied` are the variables that answers so far gave values to."""

    def __init__(self, finding: Finding, mask: Mask, show: bool) -> None:
        self.finding, self.mask, self.show = finding, mask, show
        self.atoms = [list(_atoms(each.request)) for each in finding.exchanges]
        self.from_answers = self._from_answers()
        self.asked_for: dict[str, str] = {}
        self.made_up: dict[str, str] = {}
        self.where: dict[str, str] = {}
        if not show:
            self._hide()
        self.names = {value: name for found in self.from_answers.values() for value, name, _ in found}
        self.replaced = {*self.names, *self.asked_for, *self.made_up}
        self.scanner = Scanner(self.replaced, encoded=False)
        self.supplied: set[str] = set()

    # -------------------------------------------------------------- what stands for what

    def _from_answers(self) -> dict[int, list[tuple[str, str, Source]]]:
        """For each exchange the values of its answer that are fresh and used later, with variables and places."""
        found: dict[int, list[tuple[str, str, Source]]] = {}
        known: set[str] = set()
        taken: set[str] = set()
        for number, exchange in enumerate(self.finding.exchanges):
            asked = [atom for atoms in self.atoms[: number + 1] for atom in atoms]
            later = [atom for atoms in self.atoms[number + 1 :] for atom in atoms]
            for value, source in sources(exchange):
                fresh = value not in known and not any(_stands_in(value, atom) for atom in asked)
                if self._may_vary(value) and fresh and any(_stands_in(value, atom) for atom in later):
                    known.add(value)
                    found.setdefault(number, []).append((value, self._variable(value, source.title, taken), source))
        return found

    def _may_vary(self, value: str) -> bool:
        """Whether the next answer may have another value: a secret, or what looks as if it was drawn."""
        return value in self.mask.labels or (len(value) >= _DRAWN and any(letter.isdigit() for letter in value))

    def _variable(self, value: str, title: str, taken: set[str]) -> str:
        base = self.mask.labels.get(value) or f"{title}-1"
        name = re.sub("[^A-Z0-9]", "_", base.upper())
        while name in taken:
            stem, _, number = name.rpartition("_")
            name = f"{stem}_{int(number) + 1}"
        taken.add(name)
        return name

    def _hide(self) -> None:
        supplied = {value for found in self.from_answers.values() for value, _, _ in found}
        taken = {name for found in self.from_answers.values() for _, name, _ in found}
        numbered = [(number, atom) for number, atoms in enumerate(self.atoms, 1) for atom in atoms]
        for number, value in ((number, value) for number, atom in numbered for value in self.mask.secrets_in(atom)):
            label = self.mask.labels[value]
            if value in supplied or value in self.asked_for or value in self.made_up:
                continue
            if label.startswith("code-verifier-"):
                other = stand_in(label, len(value))
                self.made_up |= {value: other, s256(value): s256(other)}
            else:
                self.asked_for[value] = name = self._variable(value, label, taken)
                self.where[name] = f"is {label} of the report, first in request {number}"

    # -------------------------------------------------------------- the script

    def lines(self) -> Iterator[str]:
        finding = self.finding if self.show else self.mask.finding(self.finding)
        yield "#!/bin/sh"
        for line in f"{finding.title} ({finding.rule}, {finding.reference})\n{finding.summary}".splitlines():
            yield f"# {line}".rstrip()
        yield "# Repeats the requests of this finding. It is for servers that you may test."
        yield "set -eu"
        yield "export LC_ALL=C"
        yield from (f': "${{{name}:?{where}}}"' for name, where in self.where.items())
        yield _ASK.rstrip()
        yield FUNCTIONS.rstrip()
        number = 0
        for _, group in groupby(enumerate(self.finding.exchanges), key=self._together):
            members = list(group)
            yield ""
            for at, exchange in members:
                number += 1
                heading = f"---- {number}. {exchange.who}: {self._safe(exchange.purpose) or 'request'}"
                yield f"# {' '.join(heading.split())}"
                if len(members) == 1:
                    yield self._ask(exchange) + ("" if exchange.answer is not None else " || :")
                    yield from self._take(at)
            if len(members) > 1:
                yield from self._at_once(members[0][1], len(members))

    def _together(self, numbered: tuple[int, Exchange]) -> object:
        at, exchange = numbered
        return (exchange.who, exchange.request) if self.finding.kind == "race" else at

    def _at_once(self, exchange: Exchange, count: int) -> Iterator[str]:
        numbers = " ".join(str(number) for number in range(1, count + 1))
        yield f"echo 'at the same time, {count} times:'"
        yield f"for n in {numbers}; do"
        yield f'    (dir="$dir/$n"; mkdir "$dir"; {self._ask(exchange)} > "$dir/said"; cat "$dir/said") &'
        yield "done"
        yield "wait"

    def _take(self, at: int) -> Iterator[str]:
        for value, name, source in self.from_answers.get(at, ()):
            self.supplied.add(value)
            yield f'{name}=$({source.command}); given {source.title} "${name}"'

    def _ask(self, exchange: Exchange) -> str:
        request = exchange.request
        words = ["ask", "--head" if request.method == "HEAD" else f"--request {shlex.quote(request.method)}"]
        words.append(f"--url {_quoted(self._url(request.url))}")
        for name, value in request.headers:
            words.append(self._header(name, value))
        if request.form is not None:
            for name, value in request.form:
                if name:
                    words.append(f"--data-urlencode {_quoted([(f'{quote_plus(name)}=', False), *self._word(value)])}")
                else:  # curl would leave out its equals sign
                    words.append(f"--data-raw {_quoted([('=', False), *self._word(value, encoded=True)])}")
        elif request.json is not None:
            words += ["--header 'Content-Type: application/json'", f"--data-raw {_quoted(self._word(request.json))}"]
        if request.form == ():
            words.append("--data-raw ''")
        return " \\\n    ".join((" ".join(words[:2]), *words[2:]))

    def _header(self, name: str, value: str) -> str:
        plain = name.lower()
        pair = _basic(value) if plain == "authorization" else None
        if pair is not None:
            return f"--user {_quoted([(f'{pair[0]}:', False), *self._word(pair[1], encoded=True)])}"
        if not value:
            return f"--header {shlex.quote(f'{name};')}"
        word: Word = [(f"{name}: ", False)]
        if plain == "cookie":
            for number, cookie in enumerate(value.split("; ")):
                key, equals, worth = cookie.partition("=")
                word += [(("; " if number else "") + key + equals, False), *self._word(worth)]
        else:
            word += self._url(value) if plain == "referer" else self._word(value)
        return f"--header {_quoted(word)}"

    def _url(self, url: str) -> Word:
        """A URL without its fragment; parameters in which nothing varies stay as they were sent."""
        parts = urlsplit(url)
        word = self._word(f"{parts.scheme}://{parts.netloc}{parts.path}")
        for number, raw in enumerate(parts.query.split("&") if parts.query else []):
            name, equals, value = raw.partition("=")
            word.append((("&" if number else "?") + name + equals, False))
            plain = unquote_plus(value)
            varies = any(found is not None for _, found in self._pieces(plain))
            word += self._word(plain, encoded=True) if varies else [(self._safe(value), False)]
        return word

    def _pieces(self, text: str) -> list[tuple[str, str | None]]:
        """A text in pieces, each with the value in it that something else stands for."""
        pieces = [(text, text)] if text in self.replaced else self.scanner.split(text)
        known = self.made_up
        return [(piece, value if value in known or self._variable_of(value) else None) for piece, value in pieces]

    def _word(self, text: str, encoded: bool = False) -> Word:
        """A text with variables in it. With `encoded` it stands in a URL, or as in one."""
        word: Word = []
        for piece, value in self._pieces(text):
            found = self._variable_of(value)
            if found is not None:
                word.append((f'"$(encode "${found}")"' if encoded else f'"${found}"', True))
            else:
                plain = self.made_up[value] if value in self.made_up else self._safe(piece)
                word.append((quote(plain, safe="") if encoded else plain, False))
        return word

    def _variable_of(self, value: str | None) -> str | None:
        """The variable that has a value by now."""
        if value in self.supplied:
            return self.names[value]
        return self.asked_for.get(value) if value is not None else None

    def _safe(self, text: str) -> str:
        return text if self.show else self.mask.text(text)


# ------------------------------------------------------------------ inside requests


def _quoted(word: Word) -> str:
    """A word as it stands in the script."""
    plain = [(expands, [text for text, _ in group]) for expands, group in groupby(word, key=itemgetter(1))]
    return "".join("".join(texts) if expands else shlex.quote("".join(texts)) for expands, texts in plain) or "''"


def _atoms(request: HttpRequest) -> Iterator[str]:
    """Everything in a request that may be a value, decoded."""
    parts = urlsplit(request.url)
    yield parts.path
    for raw in parts.query.split("&"):
        yield unquote_plus(raw.partition("=")[2])
    for name, value in request.headers:
        pair = _basic(value) if name.lower() == "authorization" else None
        if name.lower() == "cookie":
            yield from (cookie.partition("=")[2] for cookie in value.split("; "))
        else:
            yield pair[1] if pair is not None else value
    yield from (value for _, value in request.form or ())
    yield request.json or ""


def _basic(value: str) -> tuple[str, str] | None:
    scheme, _, rest = value.partition(" ")
    try:
        name, colon, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, unquote_plus(secret)) if scheme.lower() == "basic" and colon else None


def _stands_in(value: str, atom: str) -> bool:
    return value in atom if len(value) >= SHORTEST else value == atom


def stand_in(label: str, length: int) -> str:
    """What stands in a script for a masked code verifier of that length."""
    text = "".join(hashlib.sha256(f"{label} {number}".encode()).hexdigest() for number in range(length // 64 + 1))
    return text[:length]
