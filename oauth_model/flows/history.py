"""The browser's history (RFC 9700 section 4.3): who uses the device later sees where the browser has been.

A window's address gets into the history when the window has come to rest, so that a code there was used, if all went
well. It was not if the client did not want it, or broke down before it could redeem it (`BREAKDOWNS`). A scenario has
these rows where its cast has somebody who reads the history.
"""

from __future__ import annotations

from oauth_model.cast import ATTACKER
from oauth_model.flows.client_runs import browser_session_is_mine, callback_is_asked, show_failure
from oauth_model.flows.flow import Flow
from oauth_model.machine import Row, View, nothing
from oauth_model.messages import (
    CLIENT,
    USER_AGENT,
    AuthorizationResponse,
    BreakDown,
    HistoryEntry,
    ReadHistory,
)


def client_rows() -> list[Row]:
    mine = [callback_is_asked, browser_session_is_mine]
    return [
        #   on                     source              dest           guards  effect
        Row(BreakDown,             "response_awaited", "broken_down", [],     nothing),
        Row(AuthorizationResponse, "broken_down",      "failed",      mine,   show_failure),
    ]


def user_agent_rows() -> list[Row]:
    return [
        #   on           source     dest            guards                       effect
        Row(ReadHistory, "at_page", "history_read", [history_has_an_address], tell_the_history),
    ]


def history_has_an_address(me: View, message: ReadHistory) -> bool:
    """The window was at an address with parameters; what is posted is in no address."""
    return me.memory.visited is not None


def tell_the_history(me: View, message: ReadHistory) -> None:
    """Show the address to whoever looks."""
    me.send(ATTACKER, HistoryEntry(me.memory.visited))
    me.forget("visited")


HISTORY = Flow(
    "history",
    "The browser's history, read by others",
    "RFC 9700 section 4.3",
    {USER_AGENT: user_agent_rows()},
)

BREAKDOWNS = Flow(
    "breakdowns",
    "Runs of the code grant that a client does not finish",
    "RFC 9700 section 4.3.1",
    {CLIENT: client_rows()},
)
