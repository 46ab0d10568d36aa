"""Where an answer has a value, and how a shell script takes it from there.

What a script can take is checked beforehand on the answer that was recorded: a place is named only if the very command
that the script will run finds the value there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from oauth_model.live.exchange import Exchange, HttpResponse, fragment_of, query_of

FUNCTIONS = r"""
# ---- values of the last answer; each prints one, decoded

decoded() {
    awk 'BEGIN { for (i = 0; i < 256; i++) letter[sprintf("%02X", i)] = sprintf("%c", i) }
        { gsub(/\+/, " "); out = ""
          while (match($0, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
              out = out substr($0, 1, RSTART - 1) letter[toupper(substr($0, RSTART + 1, 2))]
              $0 = substr($0, RSTART + 3) }
          print out $0 }'
}
encode() {
    printf '%s' "$1" | awk 'BEGIN { for (i = 1; i < 256; i++) number[sprintf("%c", i)] = i }
        { for (i = 1; i <= length($0); i++) {
              c = substr($0, i, 1)
              if (c ~ /[A-Za-z0-9._~-]/) printf "%s", c; else printf "%%%02X", number[c] } }'
}
plain() { sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#34;/"/g; s/&#39;/'"'"'/g; s/&#x27;/'"'"'/g; s/&amp;/\&/g'; }
in_location() { sed -n "s/^[Ll]ocation:.*[?&#]$1=\([^&#]*\).*/\1/p" "$dir/header" | decoded; }
in_path() { sed 's/[?#].*//' "$dir/next" | cut -d / -f "$1"; }
in_cookie() { sed -n "s/^[Ss]et-[Cc]ookie: *$1=\([^;]*\).*/\1/p" "$dir/header"; }
in_json() { tr -d '\r\n' < "$dir/body" | sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' | sed 's,\\/,/,g'; }
in_field() {
    tr "\r\n<'" '  \n"' < "$dir/body" | sed -n '/^input /{/ name="'"$1"'"/s/.* value="\([^"]*\)".*/\1/p;}' | plain
}
given() { [ -n "$2" ] || { echo "$0: the server's answer has no $1 now" >&2; exit 1; }; }
"""

Kind = Literal["location", "path", "cookie", "json", "field"]

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_SEGMENT = re.compile(r"[A-Za-z0-9_.~-]{6,}")


@dataclass(frozen=True)
class Source:
    """A place in an answer: a parameter of its Location, a part of that one's path, a cookie, a member, a field."""

    kind: Kind
    name: str

    @property
    def command(self) -> str:
        """What prints the value that is there."""
        return f"in_{self.kind} {self.name}"

    @property
    def title(self) -> str:
        """How the value may be called."""
        return "path" if self.kind == "path" else self.name


def sources(exchange: Exchange) -> Iterator[tuple[str, Source]]:
    """The values that an answer has, each with its place."""
    answer = exchange.answer
    if answer is None:
        return
    if answer.location is not None:
        yield from _of_location(answer.location, urljoin(exchange.request.url, answer.location))
    cookies = [value for name, value in answer.headers if name.lower() == "set-cookie"]
    names = [cookie.partition("=")[0].strip() for cookie in cookies]
    for name, cookie in zip(names, cookies, strict=True):
        value = cookie.partition("=")[2].partition(";")[0]
        if names.count(name) == 1 and _NAME.fullmatch(name) and value == value.strip():
            yield value, Source("cookie", name)
    yield from _of_body(answer)


def _of_location(location: str, whole: str) -> Iterator[tuple[str, Source]]:
    pairs = (*query_of(location), *fragment_of(location))
    names = [name for name, _ in pairs]
    for name, value in pairs:
        if names.count(name) == 1 and _NAME.fullmatch(name) and value.isprintable():
            yield value, Source("location", name)
    for number, part in enumerate(re.split("[?#]", whole)[0].split("/"), 1):
        if number > 3 and _SEGMENT.fullmatch(part):
            yield part, Source("path", str(number))


def _of_body(answer: HttpResponse) -> Iterator[tuple[str, Source]]:
    line = re.sub("[\r\n]", "", answer.body)
    for name in dict.fromkeys(re.findall(r'"([A-Za-z0-9_-]+)" *: *"', line)):
        found = re.match(rf'.*"{name}" *: *"([^"]*)"', line)
        if found and "\\" not in found[1].replace("\\/", "/"):
            yield found[1].replace("\\/", "/"), Source("json", name)
    tags = re.sub("[\r\n]", " ", answer.body).replace("'", '"').split("<")
    seen: set[str] = set()
    for tag in tags:
        name, value = re.search(r' name="([A-Za-z0-9_-]+)"', tag), re.search(r'.* value="([^"]*)"', tag)
        if tag.startswith("input ") and name and name[1] not in seen:
            seen.add(name[1])
            alone = sum(other.startswith("input ") and f' name="{name[1]}"' in other for other in tags) == 1
            plain = html.unescape(value[1]) if value else ""
            if alone and plain.isascii() and plain.isprintable():
                yield plain, Source("field", name[1])
