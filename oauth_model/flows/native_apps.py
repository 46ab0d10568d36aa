"""Native clients (RFC 8252): what happens where a redirection URI leads to nobody.

Which app gets what a browser sends to a private-use scheme or to the loopback interface, the operating system
decides; the cast knows (`Cast.owner`). Where no app has the scheme or listens at the port that fails, and the address
stays on the screen with all that is in its query. A scenario has these rows where it has native clients; they come
before those of the browser, which would send the request.
"""

from __future__ import annotations

from oauth_model.cast import ATTACKER
from oauth_model.flows.browser import answer_is_from_the_server_asked
from oauth_model.flows.flow import Flow
from oauth_model.machine import Address, Row, View
from oauth_model.messages import (
    RESOURCE_OWNER,
    USER_AGENT,
    FailedPage,
    FrontChannel,
    Paste,
    PastedAddress,
)
from oauth_model.terms import Location


def resource_owner_rows() -> list[Row]:
    before = ("idle", "signing_in", "consented", "denied")
    return [
        #   on          source           dest              guards  effect
        Row(FailedPage, before,          "sees_address",   [],     look_at_the_address),
        Row(Paste,      "sees_address",  "address_pasted", [],     paste_the_address),
    ]


def user_agent_rows() -> list[Row]:
    return [
        #   on            source     dest       guards                                              effect
        Row(FrontChannel, "waiting", "at_page", [answer_is_from_the_server_asked, nobody_listens], show_the_failure),
    ]


def nobody_listens(me: View, message: FrontChannel) -> bool:
    """The redirect leads to a port at which no app listens, or to a scheme that no app has."""
    return me.uri is not None and bool(me.cast.nobody_listens(me.uri))


def show_the_failure(me: View, message: FrontChannel) -> None:
    """Show that the connection failed, under the address that was asked for."""
    owner = Address(me.cast.user(me.party), me.index)
    me.send(owner, FailedPage(Location(tuple(message.terms()))))
    me.forget("server", "form", "address", "mode")


def look_at_the_address(me: View, message: FailedPage) -> None:
    """See the address."""
    if me.cast.persuaded:
        me.remember(address=message.address)


def paste_the_address(me: View, message: Paste) -> None:
    """Give the address to who asked for it."""
    me.send(ATTACKER, PastedAddress(me.memory.address))
    me.forget("address")


NATIVE_APPS = Flow(
    "native-apps",
    "Redirection to native clients",
    "RFC 8252 section 7",
    {RESOURCE_OWNER: resource_owner_rows(), USER_AGENT: user_agent_rows()},
)
