"""The use of a bearer token (RFC 6750): client and resource server.

A client that holds a token uses it; what comes back it shows to the browser that the grant is
attached to, as the user it belongs to: that is what "signed in" means here, but with OpenID Connect, where the
ID token says who is there (`id_tokens`).
"""

from __future__ import annotations

from oauth_model.facts import Ended, LoggedIn, Outlived, RunFailed, Served, Shown
from oauth_model.flows.accounts import account_of
from oauth_model.flows.flow import Flow
from oauth_model.machine import SAME, Guard, Row, View, disabled, refuses_with
from oauth_model.messages import (
    CLIENT,
    RESOURCE_SERVER,
    LinkWithToken,
    Page,
    ResourceErrorResponse,
    ResourceRequest,
    ResourceRequestInUri,
    ResourceResponse,
    UseToken,
)
from oauth_model.terms import AccessToken, ProtectedResource


def client_rows() -> list[Row]:
    asked = "resource_requested"
    return [
        #   on                     source        dest         guards                                          effect
        Row(UseToken,              "token_held", asked,       [],                                             request_resource),
        Row(LinkWithToken,         "token_held", "linked",    [uri_query_is_allowed, token_is_for_the_bearer], link_to_resource),
        Row(ResourceResponse,      asked,        "logged_in", [answer_is_from_server_asked],                  log_in),
        Row(ResourceErrorResponse, asked,        "failed",    [answer_is_from_server_asked],                  report_failure),
    ]


def resource_server_rows() -> list[Row]:
    valid: list[Guard] = [issuer_is_trusted, scope_covers_operation]
    return [
        #   on                    source   dest  guards  effect
        Row(ResourceRequest,      "ready", SAME, valid,  serve),
        Row(ResourceRequestInUri, "ready", SAME, valid,  serve_in_browser),
        Row(ResourceRequest,      "ready", SAME, [],     answer_error,   otherwise=True),
        Row(ResourceRequestInUri, "ready", SAME, [],     show_error,     otherwise=True),
    ]


# ------------------------------------------------------------------ client


uri_query_is_allowed = disabled("token-in-header-only", "uri_query_is_allowed")


def token_is_for_the_bearer(me: View, message: LinkWithToken) -> bool:
    """The token is bound to no key: a browser that follows a link could show none."""
    return bool(me.memory.access_token.bound_to is None)


def answer_is_from_server_asked(me: View, message: ResourceResponse | ResourceErrorResponse) -> bool:
    """The answer comes over TLS from the resource server that was asked."""
    return bool(me.sender.party == me.memory.resource.server)


def request_resource(me: View, message: UseToken) -> None:
    """Ask the resource server (RFC 6750 section 2.1)."""
    operation = me.cast.scope.values[0]
    request = me.make(ResourceRequest, access_token=me.memory.access_token, operation=operation)
    me.send(me.memory.resource.server, request)
    me.forget("access_token")


def link_to_resource(me: View, message: LinkWithToken) -> None:
    """Send the browser to the resource, with the token in the query (RFC 6750 section 2.3)."""
    uri = me.cast.resource_endpoint(me.memory.resource.server)
    operation = me.cast.scope.values[0]
    request = me.make(ResourceRequestInUri, access_token=me.memory.access_token, operation=operation)
    me.send(me.memory.window, request, uri=uri)
    me.forget(*me.memory)


def log_in(me: View, message: ResourceResponse) -> None:
    """Show the resource; take the browser for that of its owner, where no ID token says who that is."""
    what = Shown if me.cast.openid else LoggedIn
    me.happened(what(me.party, me.index, account_of(me), message.resource.owner, me.sender.party))
    me.send(me.memory.window, Page(message.resource))
    me.forget(*me.memory)


def report_failure(me: View, message: ResourceErrorResponse) -> None:
    """End the run and tell the user."""
    me.happened(RunFailed(me.party, me.index))
    me.send(me.memory.window, Page(error=message.error))
    me.forget(*me.memory)


# ------------------------------------------------------------------ resource server

Request = ResourceRequest | ResourceRequestInUri


@refuses_with("invalid_token")
def issuer_is_trusted(me: View, message: Request) -> bool:
    """The token was made by an authorization server that this resource server relies on."""
    return bool(me.cast.honest(message.access_token.issuer))


@refuses_with("insufficient_scope")
def scope_covers_operation(me: View, message: Request) -> bool:
    """The token's scope covers what is asked for (RFC 6749 section 7)."""
    return message.operation in message.access_token.scope.values


def serve(me: View, message: ResourceRequest) -> None:
    """Answer with the resource of the token's user."""
    me.reply(ResourceResponse(_serve(me, message)))


def serve_in_browser(me: View, message: ResourceRequestInUri) -> None:
    """Show the resource in the browser that followed the link."""
    me.reply(Page(_serve(me, message)))


def answer_error(me: View, message: ResourceRequest) -> None:
    """Answer with the refusing guard's error code (RFC 6750 section 3.1)."""
    me.reply(me.make(ResourceErrorResponse, error=me.error or "invalid_request"))


def show_error(me: View, message: ResourceRequestInUri) -> None:
    """Show the error in the browser."""
    me.reply(Page(error=me.error or "invalid_request"))


def has_ended(me: View, token: AccessToken) -> bool:
    """Whether a token has expired or was revoked by now, as its authorization server would say."""
    return bool(me.looks_up(Ended, token=token))


def _serve(me: View, message: Request) -> ProtectedResource:
    token = message.access_token
    active, late = not has_ended(me, token), bool(me.looks_up(Outlived, token=token))
    me.happened(Served(me.party, token, message.operation, me.sender.party, active, late))
    return ProtectedResource(me.party, token.user)


RESOURCE_ACCESS = Flow(
    "resource-access",
    "Use of a bearer token",
    "RFC 6750 section 2",
    {CLIENT: client_rows(), RESOURCE_SERVER: resource_server_rows()},
    looks_up={RESOURCE_SERVER: (Ended, Outlived)},
)
