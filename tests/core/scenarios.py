"""Scenarios that the tests of the core share: between them every row fires and every error code is sent."""

from __future__ import annotations

from collections.abc import Iterator

from oauth_model.attackers import (
    BROWSES,
    HAS_APP,
    HOLDS_TOKEN,
    IS_AUTHORIZATION_SERVER,
    PERSUADES,
    READS_HISTORY,
    READS_RESPONSES,
    WEB,
)
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import Judge, explore
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.hybrid import HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.machine import View
from oauth_model.messages import (
    AuthorizationRequest,
    AuthorizationRequestByReference,
    ResourceRequest,
    ResourceRequestInUri,
    TokenRequest,
)
from oauth_model.mitigations import (
    AUDIENCE,
    CLAIMED_REDIRECT_URI,
    CLIENT_AUTHENTICATION,
    CODE_SINGLE_USE,
    DPOP,
    DPOP_JKT,
    EVERY_CODE_REDEEMED,
    EXACT_REDIRECT_URI,
    LONG_VERIFIERS,
    MTLS,
    PKCE_NO_DOWNGRADE,
    PKCE_REQUIRED,
    PKCE_S256,
    PRIVATE_KEY_JWT,
    PUSHED_REQUESTS,
    REPLAY_REVOKES,
    REQUEST_URI_ONCE,
    SCOPE_SUBSET,
    SHORT_LIVED_TOKENS,
    SIGNED_REQUESTS,
    STATE,
    TOKEN_IN_HEADER_ONLY,
    Mitigation,
    Policy,
)
from oauth_model.scenario import Bounds, Scenario
from oauth_model.steps import Change, World
from oauth_model.terms import ClientId, Scope, Uri
from oauth_model.world import Composition


def old_redirect_uri(me: View) -> Uri:
    """A redirection URI that the client no longer has registered."""
    return Uri(f"old.{me.party}", "/cb")


def no_secret(me: View) -> None:
    """A secret that was lost."""


def write(me: View) -> str:
    """The operation for which the token has no scope."""
    return "write"


OLD_REDIRECT_URI = Mitigation(
    "old-redirect-uri",
    "a client configured with a redirection URI that it has not registered",
    "",
    fills={AuthorizationRequest: {"redirect_uri": old_redirect_uri}},
)
LOST_SECRET = Mitigation(
    "lost-secret", "a client that lost its secret", "", fills={TokenRequest: {"client_secret": no_secret}}
)

WRITES = Mitigation(
    "writes",
    "a client that asks for more than its scope covers",
    "",
    fills={ResourceRequest: {"operation": write}, ResourceRequestInUri: {"operation": write}},
)


def another_client(me: View) -> ClientId:
    """A client identifier that is not the sender's."""
    return ClientId("other-client.example")


WRONG_NAME = Mitigation(
    "wrong-name",
    "a client that refers to its pushed request in another client's name",
    "",
    fills={AuthorizationRequestByReference: {"client_id": another_client}},
)

OPEN_CODES = EVERYTHING.minus(PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION)
DISCOVERS = Cast(discovery=True)
IMPLICIT_FIRST = (IMPLICIT, AUTHORIZATION_CODE)
FEW = Bounds(forgeries=2)
WEAK = {attack.slug: attack.scenario.bounded(client_runs=1, forgeries=2) for attack in ATTACKS}

SCENARIOS: dict[str, Scenario] = {
    # ---------------------------------------------------------------- honest parties, and what may go wrong
    "weakest": Scenario(),
    "strongest": Scenario(policy=EVERYTHING),
    "time and faults": Scenario(policy=EVERYTHING, time_passes=True, faults_happen=True),
    "implicit": Scenario((IMPLICIT,), time_passes=True, faults_happen=True),
    "implicit, short-lived tokens": Scenario((IMPLICIT,), Policy([SHORT_LIVED_TOKENS]), time_passes=True),
    "implicit, granted scope": Scenario((IMPLICIT,), Policy([SCOPE_SUBSET])),
    "hybrid": Scenario((HYBRID,), time_passes=True, faults_happen=True),
    "hybrid, granted scope": Scenario((HYBRID,), Policy([SCOPE_SUBSET])),
    "hybrid, pushed": Scenario((HYBRID,), Policy([PUSHED_REQUESTS])),
    # ---------------------------------------------------------------- parties that do not fit each other
    "code not supported": Scenario(cast=Cast(response_types_supported=("token",))),
    "token not supported": Scenario((IMPLICIT,), cast=Cast(response_types_supported=("code",))),
    "response type not registered": Scenario(cast=Cast(response_types=("token",))),
    "unknown scope": Scenario(cast=Cast(scope=Scope(("admin",)))),
    "no challenge": Scenario(policy=Policy([PKCE_REQUIRED])),
    "old redirection URI": Scenario(policy=Policy([EXACT_REDIRECT_URI, OLD_REDIRECT_URI])),
    "old redirection URI, implicit": Scenario((IMPLICIT,), Policy([EXACT_REDIRECT_URI, OLD_REDIRECT_URI])),
    "scope unknown to the implicit grant": Scenario((IMPLICIT,), cast=Cast(scope=Scope(("admin",)))),
    "lost secret": Scenario(policy=Policy([CLIENT_AUTHENTICATION, LOST_SECRET])),
    "grant type not registered": Scenario(cast=Cast(grant_types=())),
    "grant type not supported": Scenario(cast=Cast(grant_types_supported=())),
    "insufficient scope": Scenario(policy=Policy([WRITES])),
    "link where only the header is taken": Scenario(policy=Policy([TOKEN_IN_HEADER_ONLY])).without_guard(
        "uri_query_is_allowed"
    ),
    # ---------------------------------------------------------------- attackers
    "login forgery": Scenario(attacker=WEB, bounds=FEW),
    "login forgery refused": Scenario(policy=EVERYTHING, attacker=WEB, bounds=Bounds(forgeries=3)),
    "login forgery, implicit": Scenario((IMPLICIT,), attacker=WEB, bounds=FEW),
    "login forgery refused, implicit": Scenario((IMPLICIT,), Policy([STATE]), WEB, FEW),
    "login forgery, hybrid": Scenario((HYBRID,), attacker=WEB, bounds=Bounds(client_runs=1, forgeries=2)),
    "login forgery refused, hybrid": Scenario((HYBRID,), Policy([STATE]), WEB, Bounds(client_runs=1, forgeries=2)),
    "downgrade refused": Scenario(
        policy=Policy([PKCE_S256, PKCE_NO_DOWNGRADE]), attacker=WEB, bounds=Bounds(client_runs=1, forgeries=2)
    ),
    "code of another server": Scenario(
        attacker=BROWSES | IS_AUTHORIZATION_SERVER, bounds=Bounds(client_runs=1, windows=1, forgeries=2)
    ),
    "replay": Scenario(policy=OPEN_CODES.minus(CODE_SINGLE_USE), attacker=READS_RESPONSES),
    "replay denied": Scenario(policy=OPEN_CODES.minus(REPLAY_REVOKES), attacker=READS_RESPONSES),
    "replay revokes": Scenario(policy=OPEN_CODES, attacker=READS_RESPONSES, time_passes=True),
    "stolen token": Scenario(
        policy=Policy([AUDIENCE]),
        attacker=HOLDS_TOKEN | BROWSES,
        cast=Cast(resource_servers=("rs.example", "other-rs.example")),
        bounds=Bounds(client_runs=1, forgeries=2),
    ),
    # ---------------------------------------------------------------- parts of a deployment that not all have
    "pushed requests": Scenario(policy=EVERYTHING.plus(PUSHED_REQUESTS), attacker=WEB, bounds=FEW),
    "pushed request of another client": Scenario(policy=Policy([PUSHED_REQUESTS, WRONG_NAME])),
    "pushed requests, implicit": Scenario((IMPLICIT,), Policy([PUSHED_REQUESTS])),
    "pushed request for a response type that is not registered": Scenario(
        policy=Policy([PUSHED_REQUESTS]), cast=Cast(response_types=("token",))
    ),
    "signed requests": Scenario(policy=EVERYTHING.plus(SIGNED_REQUESTS), attacker=WEB, bounds=FEW),
    "redirector": WEAK["open-redirector"],
    "redirector, fragment": WEAK["reattached-fragment"],
    "page by a user": WEAK["path-confusion"],
    "embedded content": WEAK["referer-leak"],
    "script on the error page": WEAK["response-mode-downgrade"],
    "web message": WEAK["web-message-to-anybody"],
    "web message, implicit": Scenario((IMPLICIT,), cast=Cast(response_mode="web_message")),
    "web message, hybrid": Scenario((HYBRID,), cast=Cast(response_mode="web_message")),
    "frame": WEAK["clickjacking"],
    # ---------------------------------------------------------------- clients that configure themselves
    "discovery": Scenario(policy=EVERYTHING, cast=DISCOVERS),
    "discovery, hybrid": Scenario((HYBRID,), EVERYTHING, cast=DISCOVERS),
    "discovery, implicit": Scenario((IMPLICIT,), cast=DISCOVERS),
    "discovery, pushed, with assertions": Scenario(
        policy=EVERYTHING.minus(CLIENT_AUTHENTICATION).plus(PUSHED_REQUESTS, PRIVATE_KEY_JWT), cast=DISCOVERS
    ),
    "app on the device": Scenario(
        policy=OPEN_CODES.minus(CLAIMED_REDIRECT_URI), attacker=HAS_APP, cast=Cast(native="private-use")
    ),
    "nobody listens": Scenario(
        policy=EVERYTHING.minus(CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION),
        attacker=WEB | PERSUADES,
        bounds=FEW,
        cast=Cast(native="loopback"),
    ),
    "history": Scenario(policy=OPEN_CODES, attacker=READS_HISTORY, faults_happen=True),
    "guesses": Scenario(
        policy=EVERYTHING.minus(LONG_VERIFIERS, CLIENT_AUTHENTICATION),
        attacker=READS_RESPONSES,
        cast=Cast(short_verifiers=True),
    ),
    "keys": Scenario(policy=OPEN_CODES.plus(DPOP, DPOP_JKT), attacker=READS_RESPONSES | HOLDS_TOKEN),
    "certificates": Scenario(policy=OPEN_CODES.plus(MTLS), attacker=READS_RESPONSES | HOLDS_TOKEN),
    "silent approval": WEAK["silent-impersonation"],
    "silent approval of a client that authenticates": Scenario(policy=EVERYTHING, cast=Cast(remembers_consent=True)),
    "codes that are burnt": Scenario(
        policy=OPEN_CODES.plus(EVERY_CODE_REDEEMED), attacker=WEB, bounds=Bounds(client_runs=1, forgeries=3)
    ),
    "codes that cannot be burnt": Scenario(
        policy=EVERYTHING.plus(EVERY_CODE_REDEEMED), attacker=WEB, bounds=Bounds(forgeries=3)
    ),
    "references that can be used again": Scenario(
        policy=EVERYTHING.plus(PUSHED_REQUESTS).minus(REQUEST_URI_ONCE),
        attacker=WEB,
        bounds=Bounds(authorizations=2, forgeries=3),
    ),
    "two users": Scenario(policy=EVERYTHING, cast=Cast(users=("alice", "bob")), bounds=Bounds(windows=1)),
}


def walked(scenario: Scenario) -> tuple[Composition, dict[World, list[Change]]]:
    """Every world of a scenario with the changes that are possible in it."""
    composition = Composition(scenario)
    search = explore(composition, Judge(composition, ()))
    assert search.complete
    return composition, {world: composition.changes(world) for world in search.came_from}


def taken(changes: dict[World, list[Change]]) -> Iterator[Change]:
    """Each change once that is taken in some world."""
    seen: set[int] = set()
    for options in changes.values():
        for change in options:
            if id(change) not in seen:
                seen.add(id(change))
                yield change
