"""The hybrid flow (OpenID Connect Core section 3.3): with the code something else comes in the authorization response.

Its response types are `code id_token`, `code token` and `code id_token token`, a flow each with the same rows, and the
response is in the fragment of the redirection URI. From there on it is the code grant: a scenario with such a flow
has the rows of that one, too. A client signs its user in when the token endpoint has answered, and remembers until then
whether something was wrong with the first ID token. It goes on with the access token of the token endpoint: that of the
fragment is for scripts in the browser, which are not here.
"""

from __future__ import annotations

from oauth_model.facts import TokenIssued
from oauth_model.flows.authorization_code import redeem_code, redeem_unsolicited_code, send_code
from oauth_model.flows.authorization_endpoint import (
    ask_resource_owner,
    note_consent,
    response_type_is_hybrid,
    rows_up_to_response,
)
from oauth_model.flows.client_runs import (
    answer_is_from_my_issuer,
    browser_has_no_session,
    browser_session_is_mine,
    callback_is_asked,
    endpoints_are_configured,
    issuer_is_mine,
    request_goes_through_browser,
    response_is_where_i_look,
    send_authorization_request,
    show_failure,
    show_refusal,
)
from oauth_model.flows.discovery import send_request
from oauth_model.flows.flow import Flow
from oauth_model.flows.id_tokens import id_token_for, is_sound
from oauth_model.flows.pushed_requests import (
    ask_about_pushed_request,
    pushed_by_that_client,
    request_uri_is_mine,
    send_request_by_reference,
)
from oauth_model.machine import SAME, Guard, Row, View
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    HYBRID_TYPES,
    AuthorizationErrorResponse,
    AuthorizationRequest,
    AuthorizationRequestByReference,
    Consent,
    HybridResponse,
    LoginRequest,
    Message,
    PushedAuthorizationResponse,
    RegistrationResponse,
)
from oauth_model.terms import AccessToken, Code, Scope

WAITING = "code_and_id_token_awaited"
ASKING = "asking_for_code_and_id_token"


def client_rows() -> list[Row]:
    starts: list[Guard] = [issuer_is_mine, endpoints_are_configured, hybrid_flow_is_used, request_goes_through_browser]
    mine: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_session_is_mine]
    stray: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_has_no_session, hybrid_flow_is_used]
    session = [browser_session_is_mine]
    return [
        #   on                          source   dest               guards   effect
        Row(LoginRequest,               "idle",  WAITING,           starts,  send_authorization_request),
        Row(HybridResponse,             WAITING, "token_requested", mine,    redeem_code_beside_id_token),
        Row(HybridResponse,             "idle",  "token_requested", stray,   redeem_unsolicited_code_beside_id_token),
        Row(AuthorizationErrorResponse, WAITING, "failed",          session, show_failure),
        Row(HybridResponse,             WAITING, SAME,              mine,    show_refusal, otherwise=True),
        Row(AuthorizationErrorResponse, WAITING, SAME,              session, show_refusal, otherwise=True),
    ]


def authorization_server_rows() -> list[Row]:
    effects = issue_all_for_granted_scope, issue_all_for_requested_scope
    return rows_up_to_response(response_type_is_hybrid, ask_for_all, ASKING, "code_issued", *effects)


def client_rows_when_pushed() -> list[Row]:
    return [
        #   on                           source            dest     guards                                           effect
        Row(PushedAuthorizationResponse, "request_pushed", WAITING, [answer_is_from_my_issuer, hybrid_flow_is_used], send_request_by_reference),
    ]


def authorization_server_rows_when_pushed() -> list[Row]:
    mine: list[Guard] = [request_uri_is_mine, pushed_by_that_client]
    return [
        #   on                               source    dest    guards                       effect
        Row(AuthorizationRequestByReference, "pushed", ASKING, [*mine, more_was_asked_for], ask_about_pushed_hybrid_request),
    ]


def client_rows_when_discovered() -> list[Row]:
    registered: list[Guard] = [answer_is_from_my_issuer, hybrid_flow_is_used, request_goes_through_browser]
    return [
        #   on                    source                    dest     guards      effect
        Row(RegistrationResponse, "registration_requested", WAITING, registered, send_request),
    ]


# ------------------------------------------------------------------ client


def hybrid_flow_is_used(me: View, message: Message) -> bool:
    """This client uses the hybrid flow."""
    return me.cast.client_uses in HYBRID_TYPES


def redeem_code_beside_id_token(me: View, message: HybridResponse) -> None:
    """Ask the token endpoint for tokens (OpenID Connect Core section 3.3.3)."""
    redeem_code(me, message)
    me.remember(first_id_token_unsound=not is_sound(me, message) or None)


def redeem_unsolicited_code_beside_id_token(me: View, message: HybridResponse) -> None:
    """The same for a response to which there was no request."""
    redeem_unsolicited_code(me, message)
    me.remember(first_id_token_unsound=not is_sound(me, message) or None)


# ------------------------------------------------------------------ authorization server


def more_was_asked_for(me: View, message: AuthorizationRequestByReference) -> bool:
    """The request that was pushed asks for a code and for something beside it."""
    return me.memory.response_type in HYBRID_TYPES


def ask_for_all(me: View, message: AuthorizationRequest) -> None:
    """Keep the request and what it asks for, and show the login and consent page."""
    ask_resource_owner(me, message)
    me.remember(response_type=message.response_type)


def ask_about_pushed_hybrid_request(me: View, message: AuthorizationRequestByReference) -> None:
    """Show the login and consent page for the request that was pushed, and keep what it asks for."""
    response_type = me.memory.response_type
    ask_about_pushed_request(me, message)
    me.remember(response_type=response_type)


def issue_all_for_granted_scope(me: View, message: Consent) -> None:
    """Issue what was asked for, with what the resource owner granted (OpenID Connect Core section 3.3.2.5)."""
    _issue_all(me, note_consent(me, message, me.memory.response_type))


def issue_all_for_requested_scope(me: View, message: Consent) -> None:
    """The same for what the client asked for, whatever was granted."""
    note_consent(me, message, me.memory.response_type)
    _issue_all(me, me.memory.scope)


def _issue_all(me: View, scope: Scope) -> None:
    memory, asked = me.memory, me.memory.response_type.split()
    code, token, id_token = Code(me.party, me.index), None, None
    if "token" in asked:
        token = AccessToken(me.party, me.index, 1, memory.user, memory.client, scope, memory.audience)
        me.happened(TokenIssued(token, None, memory.client, me.sender.party, True, "none"))
        me.remember(tokens=(token,))
    if "id_token" in asked:
        id_token = id_token_for(me, at_hash=token, c_hash=code, s_hash=memory.state)
    answer = me.make(HybridResponse, code=code, id_token=id_token, state=memory.state, access_token=token)
    send_code(me, scope, answer)
    me.forget("response_type")


HYBRID = Flow(
    "hybrid",
    "Hybrid flow",
    "OpenID Connect Core section 3.3",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
    response_type="code id_token",
)

CODE_AND_TOKEN = Flow(
    "code-and-token", "Hybrid flow, code and token", "OpenID Connect Core section 3.3", response_type="code token"
)

CODE_AND_BOTH_TOKENS = Flow(
    "code-and-both-tokens",
    "Hybrid flow, code and both tokens",
    "OpenID Connect Core section 3.3",
    response_type="code id_token token",
)

HYBRID_FLOWS = (HYBRID, CODE_AND_TOKEN, CODE_AND_BOTH_TOKENS)
"""One for each response type. Their rows are the same, and stand in the first."""

PUSHED_HYBRID_REQUESTS = Flow(
    "pushed-hybrid-requests",
    "Pushed authorization requests of the hybrid flow",
    "RFC 9126 section 1",
    {CLIENT: client_rows_when_pushed(), AUTHORIZATION_SERVER: authorization_server_rows_when_pushed()},
)

DISCOVERED_HYBRID = Flow(
    "discovered-hybrid",
    "The hybrid flow of clients that configure themselves",
    "RFC 8414 section 3",
    {CLIENT: client_rows_when_discovered()},
)
