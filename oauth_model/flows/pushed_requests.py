"""Pushed authorization requests (RFC 9126): the client sends the request over the back channel first.

What passes through the browser is a reference to it, so nobody there can change a parameter. The rows are in
a scenario where the mitigation of that name is on; the code grant's own go on from there.
"""

from __future__ import annotations

from oauth_model.facts import ReferenceUsed
from oauth_model.flows.authorization_code import code_grant_is_used
from oauth_model.flows.authorization_endpoint import (
    client_is_registered,
    client_may_use_response_type,
    keep_request,
    prompt,
    redirect_uri_is_plausible,
    scope_is_supported,
    show_error_page,
)
from oauth_model.flows.client_assertions import note_assertion, note_authentication
from oauth_model.flows.client_runs import (
    answer_is_from_my_issuer,
    endpoints_are_configured,
    issuer_is_mine,
    note_start,
    report_failure,
    request_for_issuer,
    send_to_authorization_endpoint,
)
from oauth_model.flows.flow import Flow
from oauth_model.flows.implicit import implicit_grant_is_used
from oauth_model.machine import SAME, Guard, Row, View, enabled, refuses_with
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    AuthorizationRequestByReference,
    LoginRequest,
    PushedAuthorizationErrorResponse,
    PushedAuthorizationRequest,
    PushedAuthorizationResponse,
)
from oauth_model.terms import ClientId, RequestUri


def client_rows() -> list[Row]:
    pushed, answered = "request_pushed", answer_is_from_my_issuer
    return [
        #   on                                source  dest                guards                                      effect
        Row(LoginRequest,                     "idle", pushed,             [issuer_is_mine, endpoints_are_configured], push_authorization_request),
        Row(PushedAuthorizationResponse,      pushed, "response_awaited", [answered, code_grant_is_used],             send_request_by_reference),
        Row(PushedAuthorizationResponse,      pushed, "token_awaited",    [answered, implicit_grant_is_used],         send_request_by_reference),
        Row(PushedAuthorizationErrorResponse, pushed, "failed",           [answered],                                 report_failure),
    ]


def authorization_server_rows() -> list[Row]:
    request: list[Guard] = [client_is_registered, redirect_uri_is_plausible, response_type_is_supported, client_may_use_response_type, scope_is_supported]
    mine: list[Guard] = [request_uri_is_mine, pushed_by_that_client]
    return [
        #   on                               source    dest                guards                        effect
        Row(PushedAuthorizationRequest,      "idle",   "pushed",           request,                      answer_with_request_uri),
        Row(AuthorizationRequestByReference, "pushed", "asking",           [*mine, code_was_asked_for],  ask_about_pushed_request),
        Row(AuthorizationRequestByReference, "pushed", "asking_for_token", [*mine, token_was_asked_for], ask_about_pushed_request),
        Row(PushedAuthorizationRequest,      "idle",   SAME,               [],                           answer_pushed_error, otherwise=True),
        Row(AuthorizationRequestByReference, "pushed", SAME,               [request_uri_is_mine],        show_error_page,     otherwise=True),
    ]


def authorization_server_rows_when_reused() -> list[Row]:
    return [
        #   on                               source  dest      guards                     effect
        Row(AuthorizationRequestByReference, "idle", "asking", [reference_was_used_here], ask_about_it_again),
    ]


# ------------------------------------------------------------------ client


request_goes_directly = enabled("pushed-requests", "request_goes_directly")


def push_authorization_request(me: View, message: LoginRequest) -> None:
    """Send the authorization request to the authorization server itself (RFC 9126 section 2.1)."""
    note_start(me, message)
    me.remember(issuer=message.issuer, resource=message.resource, window=me.sender)
    push(me)


def push(me: View) -> None:
    """Send the request of a run that knows its issuer, to the endpoint that was named if one was."""
    request = me.make(PushedAuthorizationRequest, **dict(request_for_issuer(me).parameters()))
    endpoint = me.memory.pushed_request_endpoint
    if endpoint is not None:
        me.remember(server_asked=endpoint.server)
        me.forget("pushed_request_endpoint")
    note_assertion(me, request, endpoint.server if endpoint else me.memory.issuer.name)
    me.send(endpoint.server if endpoint else me.memory.issuer.name, request)


def send_request_by_reference(me: View, message: PushedAuthorizationResponse) -> None:
    """Redirect the browser to the authorization endpoint with the reference (RFC 9126 section 4)."""
    reference = message.request_uri
    request = me.make(AuthorizationRequestByReference, client_id=ClientId(me.party), request_uri=reference)
    send_to_authorization_endpoint(me, me.memory.window, request)
    me.forget("window", "server_asked")


# ------------------------------------------------------------------ authorization server


def request_uri_is_mine(me: View, message: AuthorizationRequestByReference) -> bool:
    """The reference is the one given out for the request that is kept here."""
    return message.request_uri == RequestUri(me.party, me.index)


def pushed_by_that_client(me: View, message: AuthorizationRequestByReference) -> bool:
    """The client named is the one that pushed the request (RFC 9126 section 2.2)."""
    return bool(message.client_id.name == me.memory.client)


@refuses_with("unsupported_response_type")
def response_type_is_supported(me: View, message: PushedAuthorizationRequest) -> bool:
    """The server has a grant of this response type (RFC 6749 section 3.1.1)."""
    return message.response_type in me.cast.response_types_supported


def code_was_asked_for(me: View, message: AuthorizationRequestByReference) -> bool:
    """The request that was pushed asks for a code."""
    return bool(me.memory.response_type == "code")


def token_was_asked_for(me: View, message: AuthorizationRequestByReference) -> bool:
    """The request that was pushed asks for a token."""
    return bool(me.memory.response_type == "token")


def answer_with_request_uri(me: View, message: PushedAuthorizationRequest) -> None:
    """Keep the request, and give out a reference to it (RFC 9126 section 2.2)."""
    note_authentication(me, message)
    keep_request(me, message)
    me.remember(response_type=message.response_type)
    me.reply(PushedAuthorizationResponse(RequestUri(me.party, me.index)))


def answer_pushed_error(me: View, message: PushedAuthorizationRequest) -> None:
    """Answer with the refusing guard's error code (RFC 9126 section 2)."""
    me.reply(me.make(PushedAuthorizationErrorResponse, error=me.error or "invalid_request"))


def ask_about_pushed_request(me: View, message: AuthorizationRequestByReference) -> None:
    """Show the login and consent page for the request that was pushed."""
    kept = tuple(sorted((name, value) for name, value in me.memory.items()))
    me.happened(ReferenceUsed(me.party, message.request_uri, me.index, kept))
    prompt(me)
    me.forget("response_type")


def reference_was_used_here(me: View, message: AuthorizationRequestByReference) -> bool:
    """The reference was given out here, an authorization begun with it, and nobody minds (RFC 9126 section 7.3)."""
    return bool(me.looks_up(ReferenceUsed, request_uri=message.request_uri))


def ask_about_it_again(me: View, message: AuthorizationRequestByReference) -> None:
    """Begin another authorization with the same request."""
    me.remember(**dict(me.looks_up(ReferenceUsed, request_uri=message.request_uri)[0].kept))
    ask_about_pushed_request(me, message)


PUSHED_REQUESTS = Flow(
    "pushed-requests",
    "Pushed authorization requests",
    "RFC 9126 section 1",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
)

REUSED_REFERENCES = Flow(
    "reused-references",
    "References to pushed requests that can be used again",
    "RFC 9126 section 7.3",
    {AUTHORIZATION_SERVER: authorization_server_rows_when_reused()},
    looks_up={AUTHORIZATION_SERVER: (ReferenceUsed,)},
)
