"""What keeps an authorization request as the client wrote it: pushed (RFC 9126), or signed (RFC 9101).

A client of the attacker's can push or sign whatever it likes, so its plain requests stand for such ones.
"""

from __future__ import annotations

from oauth_model.machine import View, refuses_with
from oauth_model.messages import AuthorizationRequest, PushedAuthorizationRequest
from oauth_model.mitigations.authorization_server import client_is_authenticated, registered_secret
from oauth_model.mitigations.mitigation import Mitigation


@refuses_with("invalid_request")
def request_was_pushed(me: View, message: AuthorizationRequest | PushedAuthorizationRequest) -> bool:
    """The request came from the client itself (RFC 9126 section 5)."""
    pushed = isinstance(message, PushedAuthorizationRequest)
    return pushed or not me.cast.honest(message.client_id.name)


PUSHED_REQUESTS = Mitigation(
    "pushed-requests",
    "clients push their authorization requests, authenticated, and no others are taken",
    "RFC 9126 section 5",
    id="PAR",
    fills={PushedAuthorizationRequest: {"client_secret": registered_secret}},
    checks={AuthorizationRequest: [request_was_pushed], PushedAuthorizationRequest: [client_is_authenticated]},
    configures={"confidential": True},
    extension=True,
)


REQUEST_URI_ONCE = Mitigation(
    "request-uri-once",
    "the reference to a pushed request is used once",
    "RFC 9126 section 7.3",
    id="RURI1",
)


@refuses_with("invalid_request")
def request_is_signed(me: View, message: AuthorizationRequest | PushedAuthorizationRequest) -> bool:
    """All parameters are as the client signed them (RFC 9101 section 6.2); a pushed request needs no signature."""
    if isinstance(message, PushedAuthorizationRequest) or not me.cast.honest(message.client_id.name):
        return True
    if message.request is None or message.request.client != message.client_id.name:
        return False
    signed = dict(message.request.parameters)
    return all(value == signed.get(name) for name, value in message.outer_parameters())


SIGNED_REQUESTS = Mitigation(
    "signed-requests",
    "authorization requests are signed by the client, and no others are taken",
    "RFC 9101 section 10.5",
    id="JAR",
    checks={AuthorizationRequest: [request_is_signed]},
    extension=True,
)
