"""Transcripts: requests and answers as they went over the wire, in the form that editors know as `.http` files.

Requests stand as they were sent, answers after them as comments. Nothing is masked here: that is done before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oauth_model.live.exchange import Exchange


def transcript(exchanges: Iterable[Exchange], longest: int | None = None) -> str:
    """Exchanges as text, numbered from 1; of each body no more than `longest` characters."""
    return "\n\n".join("\n".join(_lines(number, each, longest)) for number, each in enumerate(exchanges, 1))


def _lines(number: int, exchange: Exchange, longest: int | None) -> Iterator[str]:
    request, answer = exchange.request, exchange.answer
    yield f"### {number}. {exchange.who}: {exchange.purpose or 'request'}"
    yield f"{request.method} {request.url}"
    yield from (f"{name}: {value}" for name, value in request.headers)
    if request.form is not None:
        yield "Content-Type: application/x-www-form-urlencoded"
    elif request.json is not None:
        yield "Content-Type: application/json"
    if request.body:
        yield ""
        yield from _body(request.body, longest)
    yield ""
    if answer is None:
        yield "# no answer"
        return
    yield f"# HTTP {answer.status}"
    yield from (f"# {name}: {value}" for name, value in answer.headers)
    if answer.body:
        yield "#"
        yield from (f"# {line}".rstrip() for line in _body(answer.body, longest))


def _body(body: str, longest: int | None) -> list[str]:
    shown = body if longest is None or len(body) <= longest else body[:longest].rstrip()
    more = len(body) - len(shown)
    return [*shown.splitlines(), *([f"... {more:,} more characters"] if more else [])]
