"""One HTTP request with its answer, exactly as it was sent: what transcripts and curl scripts are made of.

Parameters are lists of pairs, so that the same name can stand there twice. Nothing here sends anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Pairs = tuple[tuple[str, str], ...]
"""Names and values in their order; names may repeat."""


@dataclass(frozen=True)
class HttpRequest:
    """A request. `form` is sent as application/x-www-form-urlencoded, `json` as it stands; at most one of them."""

    method: str
    url: str
    headers: Pairs = ()
    form: Pairs | None = None
    json: str | None = None

    @property
    def body(self) -> str:
        """What is sent after the header."""
        if self.form is not None:
            return urlencode(self.form)
        return self.json or ""


@dataclass(frozen=True)
class HttpResponse:
    """An answer."""

    status: int
    headers: Pairs
    body: str

    def header(self, name: str) -> str | None:
        """The first value of a header field, its name in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def location(self) -> str | None:
        """Where a redirect leads; None if this is none (RFC 9110 section 15.4)."""
        return self.header("Location") if 300 <= self.status < 400 else None


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; `who` sent it, by its name in the model. `answer` is None if none came."""

    who: str
    request: HttpRequest
    answer: HttpResponse | None
    purpose: str = ""
    secrets: frozenset[str] = field(default=frozenset(), compare=False)


def with_query(url: str, pairs: Pairs) -> str:
    """A URL with parameters added to its query, which it may have had before (RFC 6749 section 3.1)."""
    scheme, netloc, path, query, fragment = urlsplit(url)
    return urlunsplit((scheme, netloc, path, "&".join(part for part in (query, urlencode(pairs)) if part), fragment))


def query_of(url: str) -> Pairs:
    """The parameters in a URL's query, empty and repeated ones too."""
    return tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def fragment_of(url: str) -> Pairs:
    """The parameters in a URL's fragment."""
    return tuple(parse_qsl(urlsplit(url).fragment, keep_blank_values=True))


def first(pairs: Pairs, name: str) -> str | None:
    """The first value of a parameter."""
    return next((value for key, value in pairs if key == name), None)


def repeated(pairs: Pairs) -> tuple[str, ...]:
    """The parameters that are there more than once, which RFC 6749 section 3.1 rules out."""
    names = [name for name, _ in pairs]
    return tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
