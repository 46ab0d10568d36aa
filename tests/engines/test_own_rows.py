"""Rows of a user's own, of kinds that no built-in flow has: what the attacker does with them is not lost.

Forged messages are decided parameter by parameter, as somebody looks at them, and one idle session stands for
all: each test is a row for which a careless shortcut there would say that a broken goal holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from oauth_model.attackers import BROWSES, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.checkers.exhaustive import check
from oauth_model.facts import Fact
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.goals import grant_belongs_to_the_browser_that_consented
from oauth_model.goals.goal import Evidence, always
from oauth_model.machine import SAME, ModelError, Row, View, refuses_with
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_SERVER,
    USER_AGENT,
    AuthorizationRequest,
    BackChannel,
    FrontChannel,
    Page,
)
from oauth_model.mitigations import PKCE_REQUIRED, PKCE_S256, STATE, Mitigation
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import ClientId, Cookie, Uri

ENGINES = ("reference", "explicit", "symbolic")
SMALL = Bounds(client_runs=1, windows=1, forgeries=2)


@dataclass(frozen=True)
class Ask(BackChannel):
    client: ClientId
    redirect_uri: Uri | None = None

    name, sender, receiver = "ask", CLIENT, AUTHORIZATION_SERVER


@dataclass(frozen=True)
class Relayed(BackChannel):
    client: ClientId
    redirect_uri: Uri | None = None

    name, sender, receiver = "relayed", CLIENT, RESOURCE_SERVER


@dataclass(frozen=True)
class Tell(BackChannel):
    client: ClientId

    forged = False
    name, sender, receiver = "tell", RESOURCE_SERVER, AUTHORIZATION_SERVER


@dataclass(frozen=True)
class Happened(Fact):
    what: object


@always("house rules", each=(Happened,))
def it_never_happens(world: Evidence, happened: Happened) -> bool:
    """It never happens."""
    return False


@always("house rules", each=(Happened,))
def nothing_has_a_redirect_uri(world: Evidence, happened: Happened) -> bool:
    """What happened has no redirection URI."""
    return getattr(happened.what, "redirect_uri", None) is None


def note(me: View, message: Any) -> None:
    me.happened(Happened("told"))


def note_message(me: View, message: Any) -> None:
    me.happened(Happened(message))


def tell(me: View, message: Relayed) -> None:
    me.send("as.example", Tell(message.client))


def forward(me: View, message: Relayed) -> None:
    me.send("as.example", message)


def has_redirect_uri(me: View, message: Any) -> bool:
    return message.redirect_uri is not None


def matches(me: View, message: Any) -> bool:
    match message:
        case Ask(ClientId(name="client.example"), redirect_uri=Uri()):
            return replace(message, redirect_uri=None) != message
        case _:
            return False


def swallows(me: View, message: Any) -> bool:
    try:
        return message.redirect_uri is not None
    except BaseException:
        return False


def asked(*rows: Row) -> dict[str, list[Row]]:
    return {AUTHORIZATION_SERVER: list(rows)}


OWN: dict[str, tuple[dict[str, list[Row]], Any]] = {
    "a gateway that only sends on": (
        {RESOURCE_SERVER: [Row(Relayed, "ready", SAME, [], tell)], **asked(Row(Tell, "idle", "told", [], note))},
        it_never_happens,
    ),
    "a gateway that sends on the message itself": (
        {
            RESOURCE_SERVER: [Row(Relayed, "ready", SAME, [], forward)],
            **asked(Row(Relayed, "idle", "told", [has_redirect_uri], note)),
        },
        it_never_happens,
    ),
    "a fact that holds the message": (asked(Row(Ask, "idle", "told", [], note_message)), nothing_has_a_redirect_uri),
    "a guard that matches a pattern": (asked(Row(Ask, "idle", "told", [matches], note)), it_never_happens),
    "a guard that catches everything": (asked(Row(Ask, "idle", "told", [swallows], note)), it_never_happens),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", OWN)
def test_the_attacker_uses_it(name: str, engine: str) -> None:
    rows, goal = OWN[name]
    scenario = Scenario((AUTHORIZATION_CODE, Flow("own", "own", "house rules", rows)), attacker=BROWSES, bounds=SMALL)
    assert check(scenario, (goal,), engine=engine)[goal].holds is False


# ------------------------------------------------------------------ parameters that are left out


@refuses_with("invalid_scope")
def scope_is_given(me: View, message: AuthorizationRequest) -> bool:
    """The request says a scope; there is no default."""
    return message.scope is not None


SCOPE_REQUIRED = Mitigation(
    "scope-required", "no default scope", "RFC 6749 section 3.3", checks={AuthorizationRequest: [scope_is_given]}
)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_moot_is_sent_where_nothing_comes_of_leaving_it_out(engine: str) -> None:
    policy = EVERYTHING.minus(STATE, PKCE_S256, PKCE_REQUIRED)
    scenario = Scenario(policy=policy, attacker=WEB, bounds=Bounds(client_runs=1, forgeries=3))
    goal = grant_belongs_to_the_browser_that_consented
    for each in (scenario, scenario.plus(SCOPE_REQUIRED)):
        run = check(each, (goal,), engine=engine)[goal].run
        assert run is not None
        assert len(run.steps) == 6


# ------------------------------------------------------------------ sessions that are not alike


@dataclass(frozen=True)
class Visit(FrontChannel):
    name, sender, receiver = "visit", USER_AGENT, CLIENT


@dataclass(frozen=True)
class Peek(FrontChannel):
    name, sender, receiver = "peek", USER_AGENT, CLIENT


@dataclass(frozen=True)
class Peeked(Fact):
    run: int
    by: str


def give_cookie(me: View, message: Visit) -> None:
    me.reply(Page(error="please sign in"), set_cookie=Cookie(me.party, me.index))


def cookie_is_mine(me: View, message: Peek) -> bool:
    return Cookie(me.party, me.index) in me.cookies


def look(me: View, message: Peek) -> None:
    me.happened(Peeked(me.index, me.sender.party))


@always("house rules", each=(Peeked,))
def session_is_its_browsers(world: Evidence, peeked: Peeked) -> bool:
    """Who is taken for a run's user is the browser that started it."""
    started = world.started("client.example", peeked.run)
    return started is None or started.browser == peeked.by


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("runs", [1, 2])
def test_a_cookie_that_is_given_before_anything_has_begun_fixes_a_session(runs: int, engine: str) -> None:
    rows = [
        Row(Visit, "idle", SAME, [], give_cookie),
        Row(Peek, "response_awaited", SAME, [cookie_is_mine], look),
    ]
    scenario = Scenario(
        (AUTHORIZATION_CODE, Flow("own", "own", "house rules", {CLIENT: rows})),
        attacker=BROWSES,
        bounds=Bounds(client_runs=runs, windows=1, forgeries=2),
    )
    assert check(scenario, (session_is_its_browsers,), engine=engine)[session_is_its_browsers].holds is False


# ------------------------------------------------------------------ what cannot be forged


def test_a_parameter_of_which_nobody_knows_what_fits_is_an_error() -> None:
    @dataclass(frozen=True)
    class Odd(BackChannel):
        text: str

        name, sender, receiver = "odd", CLIENT, AUTHORIZATION_SERVER

    Odd.__annotations__["text"] = str
    flow = Flow("own", "own", "house rules", asked(Row(Odd, "idle", "told", [], note)))
    scenario = Scenario((AUTHORIZATION_CODE, flow), attacker=BROWSES, bounds=SMALL)
    with pytest.raises(ModelError, match=r"Odd\.text: an attacker cannot tell what fits there"):
        check(scenario, (it_never_happens,))
