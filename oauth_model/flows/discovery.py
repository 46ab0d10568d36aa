"""Clients that configure themselves: metadata (RFC 8414), then registration (RFC 7591), then the flow.

What a client learns so it keeps for one issuer in one run: where to send the browser, where to send the code, and
with which credentials. Nothing in RFC 8414 says that the endpoints are the issuer's own. A scenario has these rows
where its cast says that clients use discovery; the grants' own go on from there.
"""

from __future__ import annotations

from oauth_model.facts import Configured
from oauth_model.flows.authorization_code import code_grant_is_used
from oauth_model.flows.client_runs import (
    answer_is_from_my_issuer,
    issuer_is_mine,
    note_start,
    request_for_issuer,
    request_goes_through_browser,
    send_to_authorization_endpoint,
)
from oauth_model.flows.flow import Flow
from oauth_model.flows.implicit import implicit_grant_is_used
from oauth_model.flows.pushed_requests import push, request_goes_directly
from oauth_model.machine import ANY, SAME, Guard, Row, View
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    LoginRequest,
    MetadataRequest,
    MetadataResponse,
    RegistrationRequest,
    RegistrationResponse,
)
from oauth_model.terms import (
    AuthorizationEndpoint,
    ClientId,
    Issuer,
    PushedRequestEndpoint,
    RegistrationEndpoint,
    TokenEndpoint,
)


def client_rows() -> list[Row]:
    registering = "registration_requested"
    mine: list[Guard] = [answer_is_from_my_issuer]
    return [
        #   on                    source                dest                  guards                                                            effect
        Row(LoginRequest,         "idle",               "metadata_requested", [issuer_is_mine, endpoints_are_discovered],                       ask_for_metadata),
        Row(MetadataResponse,     "metadata_requested", registering,          mine,                                                             register),
        Row(RegistrationResponse, registering,          "response_awaited",   [*mine, code_grant_is_used, request_goes_through_browser],        send_request),
        Row(RegistrationResponse, registering,          "token_awaited",      [*mine, implicit_grant_is_used, request_goes_through_browser],    send_request),
        Row(RegistrationResponse, registering,          "request_pushed",     [*mine, request_goes_directly],                                   push_request),
    ]


def authorization_server_rows() -> list[Row]:
    return [
        #   on                   source dest  guards                effect
        Row(MetadataRequest,     ANY,   SAME, [],                   answer_with_metadata),
        Row(RegistrationRequest, ANY,   SAME, [],                   register_client),
    ]


# ------------------------------------------------------------------ client


def endpoints_are_discovered(me: View, message: LoginRequest) -> bool:
    """This client learns endpoints from metadata."""
    return bool(me.cast.discovery)


def ask_for_metadata(me: View, message: LoginRequest) -> None:
    """Ask the issuer for its metadata (RFC 8414 section 3.1)."""
    note_start(me, message)
    me.remember(issuer=message.issuer, resource=message.resource, window=me.sender)
    me.send(message.issuer.name, MetadataRequest())


def register(me: View, message: MetadataResponse) -> None:
    """Keep the endpoints for this issuer, and register a redirection URI for it (RFC 7591 section 3.1)."""
    me.happened(Configured(me.party, me.index, me.memory.issuer.name, message.issuer.name))
    pushed = message.pushed_authorization_request_endpoint if me.on("pushed-requests") else None
    me.remember(
        issuer=message.issuer,
        authorization_endpoint=message.authorization_endpoint,
        token_endpoint=message.token_endpoint,
        pushed_request_endpoint=pushed,
        server_asked=message.registration_endpoint.server,
    )
    redirect_uri = me.cast.redirect_uri(me.party, message.issuer.name)
    me.send(message.registration_endpoint.server, RegistrationRequest(redirect_uri))


def send_request(me: View, message: RegistrationResponse) -> None:
    """Redirect the browser to the authorization endpoint that the metadata named."""
    _keep_credentials(me, message)
    send_to_authorization_endpoint(me, me.memory.window, request_for_issuer(me))
    me.forget("window")


def push_request(me: View, message: RegistrationResponse) -> None:
    """Push the request to the endpoint that the metadata named."""
    _keep_credentials(me, message)
    push(me)


def _keep_credentials(me: View, message: RegistrationResponse) -> None:
    me.forget("server_asked")
    if me.cast.confidential:
        me.remember(client_secret=message.client_secret)


# ------------------------------------------------------------------ authorization server


def answer_with_metadata(me: View, message: MetadataRequest) -> None:
    """Tell the endpoints, all of them this server's own (RFC 8414 section 3.2)."""
    endpoints = AuthorizationEndpoint(me.party), TokenEndpoint(me.party), RegistrationEndpoint(me.party)
    me.reply(MetadataResponse(Issuer(me.party), *endpoints, PushedRequestEndpoint(me.party)))


def register_client(me: View, message: RegistrationRequest) -> None:
    """Register the redirection URI, and tell the client its credentials here (RFC 7591 section 3.2.1).

    What a client may come to register counts as registered from the start (`Cast.redirect_uris`).
    """
    client = me.sender.party
    me.reply(RegistrationResponse(ClientId(client), me.cast.client_secret(client, me.party)))


DISCOVERY = Flow(
    "discovery",
    "Metadata and registration",
    "RFC 8414 section 3",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
)
