"""Client assertions (RFC 7523): what authorization servers remember of them, and what is recorded of their use.

There are no rows: assertions travel in the requests of other flows. A scenario has this where its clients use them.
"""

from __future__ import annotations

from oauth_model.facts import AssertionMade, ClientAuthenticated
from oauth_model.flows.flow import Flow
from oauth_model.machine import View
from oauth_model.messages import AUTHORIZATION_SERVER, PushedAuthorizationRequest, TokenRequest

Request = TokenRequest | PushedAuthorizationRequest


def note_assertion(me: View, request: Request, server: str) -> None:
    """Record for which server an assertion was made, if the request has one."""
    if request.client_assertion is not None:
        me.happened(AssertionMade(me.party, request.client_assertion, server))


def note_authentication(me: View, message: Request) -> None:
    """Record that a client was authenticated by an assertion, and in which request."""
    if me.cast.authentication == "private_key_jwt" and message.client_assertion is not None:
        client = message.client_id.name
        me.happened(ClientAuthenticated(me.party, client, message.client_assertion, message.name, me.index))


CLIENT_ASSERTIONS = Flow(
    "client-assertions",
    "Client assertions",
    "RFC 7523 section 3",
    looks_up={AUTHORIZATION_SERVER: (ClientAuthenticated,)},
)
