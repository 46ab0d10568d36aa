"""Silent approval: a browser that is signed in gets its answer without a page, if its user consented before.

Everybody here consented to honest clients once, for what these ask for. What is at stake is whether it is that client
which asks again (RFC 6749 section 10.2): a public client is whoever says so. The authorization server finds the
resource owner by its own session's cookie; a question to the browser and its answer stand for that. The rows are in a
scenario whose authorization servers remember, and for the code grant with plain requests alone; they come before those
that show the page.
"""

from __future__ import annotations

from oauth_model.flows.authorization_code import issue_code_for_granted_scope
from oauth_model.flows.authorization_endpoint import (
    client_is_registered,
    client_may_use_response_type,
    grant_is_within_the_request,
    keep_request,
    page_is_mine,
    redirect_uri_is_plausible,
    resource_owner_is_authenticated,
    response_type_is_code,
    scope_is_supported,
)
from oauth_model.flows.browser import answer_is_from_the_server_asked
from oauth_model.flows.flow import Flow
from oauth_model.machine import Guard, Row, View, disabled
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    USER_AGENT,
    AuthorizationRequest,
    RememberedConsent,
    SessionLookup,
)
from oauth_model.terms import Cookie, Password


def user_agent_rows() -> list[Row]:
    return [
        #   on             source     dest       guards                             effect
        Row(SessionLookup, "waiting", "waiting", [answer_is_from_the_server_asked], show_the_session),
    ]


def authorization_server_rows() -> list[Row]:
    looking = "looking_at_the_session"
    request: list[Guard] = [client_is_registered, redirect_uri_is_plausible, response_type_is_code, client_may_use_response_type, scope_is_supported, client_is_remembered]
    consent = [page_is_mine, resource_owner_is_authenticated, grant_is_within_the_request]
    return [
        #   on                    source   dest           guards                                      effect
        Row(AuthorizationRequest, "idle",  looking,       [*request, client_will_authenticate],       look_at_the_session),
        Row(AuthorizationRequest, "idle",  looking,       [*request, whoever_says_so_is_the_client],  look_at_the_session),
        Row(RememberedConsent,    looking, "code_issued", consent,                                    issue_code_for_granted_scope),
    ]


def client_is_remembered(me: View, message: AuthorizationRequest) -> bool:
    """Resource owners consented to this client before, and to no less."""
    return bool(me.cast.honest(message.client_id.name)) and (message.scope or me.cast.scope) <= me.cast.scope


def client_will_authenticate(me: View, message: AuthorizationRequest) -> bool:
    """Whoever redeems the code has to authenticate as the client."""
    return bool(me.cast.confidential)


whoever_says_so_is_the_client = disabled("no-silent-approval", "whoever_says_so_is_the_client")


def look_at_the_session(me: View, message: AuthorizationRequest) -> None:
    """Keep the request, and find out whose session the browser has."""
    keep_request(me, message)
    me.reply(SessionLookup(me.memory.scope), set_cookie=Cookie(me.party, me.index))


def show_the_session(me: View, message: SessionLookup) -> None:
    """Send the cookie of the session in which the resource owner is signed in here."""
    session, cookie = Password(me.cast.user(me.party), me.memory.server), me.envelope.set_cookie
    me.send(me.memory.server, RememberedConsent(session, message.scope), cookies=frozenset([cookie] if cookie else []))


SILENT_APPROVAL = Flow(
    "silent-approval",
    "Approval without a page",
    "RFC 6749 section 10.2",
    {USER_AGENT: user_agent_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
)
