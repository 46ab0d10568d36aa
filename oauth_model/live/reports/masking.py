"""Masking: a report in which every secret is a short label, `code-1` or `access-token-2`, the same one everywhere.

What a secret is follows from its place (`places`) or is told by the report (`Report.secrets`, `Exchange.secrets`). It
is then looked for in everything that is printed, however it is escaped there. Runs are left as they are: they are of
the model, whose terms are names and no values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse, Pairs, fragment_of, query_of
from oauth_model.live.findings import Difference, Finding, Measurement, Outcome, Race, Report
from oauth_model.live.reports.places import Place, in_header, in_text, kind_of, password_of_basic
from oauth_model.live.reports.scanner import SHORTEST, Scanner

_COOKIES_BELOW = 8
"""Cookies shorter than this are masked where they stand, and not looked for elsewhere: they may be plain words."""


class Mask:
    """The labels for a report's secrets, and the means to put them in."""

    def __init__(self, report: Report) -> None:
        self._labels: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        local = set()
        for kind, value in _secrets_of(report):
            if value and value not in self._labels:
                self._numbers[kind] += 1
                self._labels[value] = f"{kind}-{self._numbers[kind]}"
            if kind != "cookie" or len(value) >= _COOKIES_BELOW:
                local.add(value)
        self._scanner = Scanner(local)
        self._plain = Scanner(local, encoded=False)

    @property
    def labels(self) -> Mapping[str, str]:
        """The label of each secret."""
        return self._labels

    def secrets_in(self, text: str) -> Iterator[str]:
        """The secrets that stand in a text as they are."""
        if text in self._labels:
            yield text
        else:
            yield from (value for _, value in self._plain.split(text) if value is not None)

    # -------------------------------------------------------------- of a text

    def text(self, text: str) -> str:
        """A text without its secrets."""
        return self._scanned(self._placed(text, in_text(text)))

    def header(self, name: str, value: str) -> str:
        """The value of a header field without its secrets."""
        places = list(in_header(name, value))
        return self._scanned(self._placed(value, places)) if places else self.text(value)

    def _placed(self, text: str, places: Iterable[Place]) -> str:
        """Those that are not found by looking for them put to their labels where they stand."""
        found, last = [], 0
        for place in sorted(places, key=lambda place: place.start):
            local = len(place.value) < SHORTEST or (place.kind == "cookie" and len(place.value) < _COOKIES_BELOW)
            if local and place.start >= last and place.value in self._labels:
                found += [text[last : place.start], self._labels[place.value]]
                last = place.end
        return "".join((*found, text[last:]))

    def _scanned(self, text: str) -> str:
        pieces = self._scanner.split(text)
        return "".join(self._labels[value] if value is not None else piece for piece, value in pieces)

    def _named(self, pairs: Pairs) -> Pairs:
        return tuple(
            (name, self._labels[value] if kind_of(name, value) and value in self._labels else self.text(value))
            for name, value in pairs
        )

    # -------------------------------------------------------------- of records

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange without its secrets. Who takes part is the model's and stays."""
        request, answer, purpose = exchange.request, exchange.answer, self.text(exchange.purpose)
        asked = HttpRequest(
            request.method,
            self.text(request.url),
            tuple((name, self.header(name, value)) for name, value in request.headers),
            self._named(request.form) if request.form is not None else None,
            self.text(request.json) if request.json is not None else None,
        )
        if answer is None:
            return Exchange(exchange.who, asked, None, purpose)
        headers = tuple((name, self.header(name, value)) for name, value in answer.headers)
        return Exchange(exchange.who, asked, HttpResponse(answer.status, headers, self.text(answer.body)), purpose)

    def finding(self, finding: Finding) -> Finding:
        """A finding without its secrets."""
        title, summary = self.text(finding.title), self.text(finding.summary)
        return replace(finding, title=title, summary=summary, exchanges=self._all(finding.exchanges))

    def report(self, report: Report) -> Report:
        """A whole report without its secrets."""
        return replace(
            report,
            target=self.text(report.target),
            title=self.text(report.title),
            measurements=tuple(self._measurement(each) for each in report.measurements),
            differences=tuple(
                Difference(each.name, self.text(each.said), self.text(each.measured)) for each in report.differences
            ),
            outcomes=tuple(self._outcome(each) for each in report.outcomes),
            races=tuple(self._race(each) for each in report.races),
            findings=tuple(self.finding(each) for each in report.findings),
            cut=self.text(report.cut) if report.cut is not None else None,
            secrets=frozenset(),
        )

    def _all(self, exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
        return tuple(self.exchange(each) for each in exchanges)

    def _measurement(self, each: Measurement) -> Measurement:
        return replace(each, because=self.text(each.because), exchanges=self._all(each.exchanges))

    def _outcome(self, each: Outcome) -> Outcome:
        answer = self.text(each.answer) if each.answer is not None else None
        return replace(each, because=self.text(each.because), answer=answer, exchanges=self._all(each.exchanges))

    def _race(self, each: Race) -> Race:
        return replace(each, because=self.text(each.because), exchanges=self._all(each.exchanges))


def masked(report: Report) -> Report:
    """A report without its secrets."""
    return Mask(report).report(report)


# ------------------------------------------------------------------ what there is to mask


def _secrets_of(report: Report) -> Iterator[tuple[str, str]]:
    """Kind and value of each secret; those that a place tells come first, in the order of the report."""
    told = set(report.secrets)
    for exchange in _exchanges(report):
        yield from _in_exchange(exchange)
        told |= exchange.secrets
    for value in sorted(told):
        yield "secret", value


def _exchanges(report: Report) -> Iterator[Exchange]:
    for records in (report.findings, report.outcomes, report.races, report.measurements):
        for record in records:
            yield from record.exchanges


def _in_exchange(exchange: Exchange) -> Iterator[tuple[str, str]]:
    request, answer = exchange.request, exchange.answer
    for name, value in (*query_of(request.url), *fragment_of(request.url), *(request.form or ())):
        kind = kind_of(name, value)
        if kind:
            yield kind, value
    for text in (request.url, request.json or ""):
        yield from _pairs(in_text(text))
    yield from _in_headers(request.headers)
    if answer is not None:
        yield from _in_headers(answer.headers)
        yield from _pairs(in_text(answer.body))


def _in_headers(headers: Pairs) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        password = password_of_basic(value)
        if password is not None:
            yield "client-secret", password
        found = list(in_header(name, value))
        yield from _pairs(found or in_text(value))


def _pairs(places: Iterable[Place]) -> Iterator[tuple[str, str]]:
    return ((place.kind, place.value) for place in places)
