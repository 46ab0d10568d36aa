"""The hybrid flow (OpenID Connect Core section 3.3): code and ID token come in the authorization response.

Its response type is `code id_token`, and the response is in the fragment of the redirection URI. From there on it is
the code grant: a scenario with this flow has the rows of that one, too. A client signs its user in when the token
endpoint has answered, and remembers until then whether something was wrong with the first ID token.
"""

from __future__ import annotations

from oauth_model.flows.authorization_code import redeem_code, redeem_unsolicited_code, send_code
from oauth_model.flows.authorization_endpoint import (
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
    AuthorizationErrorResponse,
    AuthorizationRequestByReference,
    Consent,
    HybridResponse,
    LoginRequest,
    Message,
    PushedAuthorizationResponse,
)
from oauth_model.terms import Code, Scope

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
    effects = issue_both_for_granted_scope, issue_both_for_requested_scope
    return rows_up_to_response(response_type_is_hybrid, ASKING, "code_issued", *effects)


def client_rows_when_pushed() -> list[Row]:
    return [
        Row(PushedAuthorizationResponse, "request_pushed", WAITING, [answer_is_from_my_issuer, hybrid_flow_is_used], send_request_by_reference),
    ]


def authorization_server_rows_when_pushed() -> list[Row]:
    mine: list[Guard] = [request_uri_is_mine, pushed_by_that_client]
    return [
        Row(AuthorizationRequestByReference, "pushed", ASKING, [*mine, both_were_asked_for], ask_about_pushed_request),
    ]


# ------------------------------------------------------------------ client


def hybrid_flow_is_used(me: View, message: Message) -> bool:
    """This client uses the hybrid flow."""
    return bool(me.cast.client_uses == "code id_token")


def redeem_code_beside_id_token(me: View, message: HybridResponse) -> None:
    """Ask the token endpoint for tokens (OpenID Connect Core section 3.3.3)."""
    redeem_code(me, message)
    me.remember(first_id_token_unsound=not is_sound(me, message) or None)


def redeem_unsolicited_code_beside_id_token(me: View, message: HybridResponse) -> None:
    """The same for a response to which there was no request."""
    redeem_unsolicited_code(me, message)
    me.remember(first_id_token_unsound=not is_sound(me, message) or None)


# ------------------------------------------------------------------ authorization server


def both_were_asked_for(me: View, message: AuthorizationRequestByReference) -> bool:
    """The request that was pushed asks for a code and an ID token."""
    return bool(me.memory.response_type == "code id_token")


def issue_both_for_granted_scope(me: View, message: Consent) -> None:
    """Issue a code for what the resource owner granted, and an ID token (OpenID Connect Core section 3.3.2.5)."""
    _issue_both(me, note_consent(me, message, "code id_token"))


def issue_both_for_requested_scope(me: View, message: Consent) -> None:
    """The same for what the client asked for, whatever was granted."""
    note_consent(me, message, "code id_token")
    _issue_both(me, me.memory.scope)


def _issue_both(me: View, scope: Scope) -> None:
    code, state = Code(me.party, me.index), me.memory.state
    id_token = id_token_for(me, c_hash=code, s_hash=state)
    send_code(me, scope, me.make(HybridResponse, code=code, id_token=id_token, state=state))


HYBRID = Flow(
    "hybrid",
    "Hybrid flow",
    "OpenID Connect Core section 3.3",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
    response_type="code id_token",
)

PUSHED_HYBRID_REQUESTS = Flow(
    "pushed-hybrid-requests",
    "Pushed authorization requests of the hybrid flow",
    "RFC 9126 section 1",
    {CLIENT: client_rows_when_pushed(), AUTHORIZATION_SERVER: authorization_server_rows_when_pushed()},
)
