"""Every row of every table fires in some explored scenario, and every error code is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.browser import BROWSER
from oauth_model.flows.burned_codes import BURNED_CODES
from oauth_model.flows.client_site import CLIENT_SITE
from oauth_model.flows.discovery import DISCOVERY
from oauth_model.flows.framed_page import FRAMED_PAGE
from oauth_model.flows.guessing import GUESSING
from oauth_model.flows.history import BREAKDOWNS, HISTORY
from oauth_model.flows.hybrid import DISCOVERED_HYBRID, HYBRID, PUSHED_HYBRID_REQUESTS
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.flows.native_apps import NATIVE_APPS
from oauth_model.flows.pushed_requests import PUSHED_REQUESTS, REUSED_REFERENCES
from oauth_model.flows.resource_access import RESOURCE_ACCESS
from oauth_model.flows.silent_approval import SILENT_APPROVAL
from oauth_model.flows.web_message import WEB_MESSAGE
from oauth_model.messages import (
    AuthorizationErrorResponse,
    Message,
    Page,
    ResourceErrorResponse,
    TokenErrorResponse,
)
from oauth_model.world import Composition
from tests.core.scenarios import SCENARIOS, taken, walked

FLOWS = (
    *(BROWSER, RESOURCE_ACCESS, CLIENT_SITE, WEB_MESSAGE, FRAMED_PAGE, NATIVE_APPS, HISTORY, BREAKDOWNS, GUESSING),
    *(SILENT_APPROVAL, BURNED_CODES, REUSED_REFERENCES),
    *(PUSHED_REQUESTS, DISCOVERY, AUTHORIZATION_CODE, IMPLICIT, HYBRID, PUSHED_HYBRID_REQUESTS, DISCOVERED_HYBRID),
)

Place = tuple[str, str, int]
"""A row: its flow, its role, and which one it is in that table."""

Code = tuple[type[Message], str]
"""An error code, and the message it was sent in."""


def places(composition: Composition) -> dict[int, Place]:
    """Where each row of a composition's machines stands, by the row's identity."""
    found: dict[int, Place] = {}
    for role, machine in composition.machines.items():
        rows = iter(machine.rows)
        for flow in composition.scenario.all_flows:
            for number, row in enumerate(flow.rows.get(role, ())):
                assembled = next(rows)
                assert assembled.effect is row.effect
                found[id(assembled)] = (flow.slug, role, number)
    return found


@pytest.fixture(scope="module")
def fired() -> tuple[set[Place], set[Code]]:
    """The rows that fire in the scenarios, and the error codes that are sent."""
    rows: set[Place] = set()
    codes: set[Code] = set()
    for scenario in SCENARIOS.values():
        composition, changes = walked(scenario)
        place = places(composition)
        for change in taken(changes):
            if id(change.row) in place:
                rows.add(place[id(change.row)])
            for number in change.sent:
                message = composition.envelopes.values[number].message
                if isinstance(message, AuthorizationErrorResponse | TokenErrorResponse | ResourceErrorResponse):
                    codes.add((type(message), message.error))
                elif isinstance(message, Page) and message.error is not None:
                    codes.add((Page, message.error))
    return rows, codes


def rows_of_all_flows() -> Iterator[Place]:
    for flow in FLOWS:
        for role, rows in flow.rows.items():
            for number, _ in enumerate(rows):
                yield flow.slug, role, number


def test_every_row_fires(fired: tuple[set[Place], set[Code]]) -> None:
    rows, _ = fired
    by_place = {
        (flow.slug, role, number): f"{flow.slug}, {role}: {row.source} -> {row.dest}, {row.effect.__name__}"
        for flow in FLOWS
        for role, table in flow.rows.items()
        for number, row in enumerate(table)
    }
    assert [by_place[place] for place in rows_of_all_flows() if place not in rows] == []


CODES: dict[type[Message], tuple[str, ...]] = {
    AuthorizationErrorResponse: (
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
    ),
    TokenErrorResponse: (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
    ),
    ResourceErrorResponse: ("invalid_token", "insufficient_scope"),
    # What RFC 6750 section 3.1 calls invalid_request is here a token in the wrong place; that answer is a page.
    Page: ("invalid_request", "invalid_token", "insufficient_scope"),
}


@pytest.mark.parametrize(
    ("message", "code"),
    [(message, code) for message, codes in CODES.items() for code in codes],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_error_code_is_sent(message: type[Message], code: str, fired: tuple[set[Place], set[Code]]) -> None:
    assert (message, code) in fired[1]


def test_an_error_that_must_not_be_redirected_is_a_page(fired: tuple[set[Place], set[Code]]) -> None:
    assert (Page, "redirect_uri_is_registered") in fired[1]
