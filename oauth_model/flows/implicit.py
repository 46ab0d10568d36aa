"""The implicit grant (RFC 6749 section 4.2): the access token comes in the authorization response.

There is no code and no token endpoint: what the user agent hands over is the token itself. RFC 9700
section 2.1.2 advises against it; it is here as the negative control of nearly every goal.
"""

from __future__ import annotations

from oauth_model.facts import Attached, ResponseAccepted, TokenIssued
from oauth_model.flows.accounts import account_of
from oauth_model.flows.authorization_endpoint import (
    answer_fault,
    ask_resource_owner,
    note_consent,
    page_is_mine,
    redirect_error,
    redirect_uri_is_trusted,
    refusal_may_be_redirected,
    response_type_is_token,
    rows_up_to_response,
    show_error_page,
)
from oauth_model.flows.client_runs import (
    browser_has_no_session,
    browser_session_is_mine,
    callback_is_asked,
    endpoints_are_configured,
    issuer_is_mine,
    request_goes_through_browser,
    response_is_where_i_look,
    send_authorization_request,
    share_with_tenant,
    show_callback_page,
    show_failure,
    show_refusal,
    take_up_context,
    unsolicited_issuer,
)
from oauth_model.flows.flow import Flow
from oauth_model.flows.id_tokens import id_token_for, log_in_by_id_token
from oauth_model.flows.token_endpoint import end_tokens, outlive_tokens, tokens_are_short_lived, tokens_live_long
from oauth_model.machine import SAME, Guard, Row, View
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    AuthorizationErrorResponse,
    AuthorizationRequest,
    Consent,
    Denial,
    Expire,
    ImplicitResponse,
    LoginRequest,
    Message,
)
from oauth_model.terms import AccessToken, Issuer, ResourceIndicator, Scope


def client_rows() -> list[Row]:
    waiting = "token_awaited"
    starts: list[Guard] = [issuer_is_mine, endpoints_are_configured, implicit_grant_is_used, request_goes_through_browser]
    mine: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_session_is_mine]
    stray: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_has_no_session, implicit_grant_is_used]
    session = [browser_session_is_mine]
    return [
        #   on                          source   dest          guards   effect
        Row(LoginRequest,               "idle",  waiting,      starts,  send_authorization_request),
        Row(ImplicitResponse,           waiting, "token_held", mine,    attach_token),
        Row(ImplicitResponse,           "idle",  "token_held", stray,   attach_unsolicited_token),
        Row(AuthorizationErrorResponse, waiting, "failed",     session, show_failure),
        Row(ImplicitResponse,           waiting, SAME,         mine,    show_refusal, otherwise=True),
        Row(AuthorizationErrorResponse, waiting, SAME,         session, show_refusal, otherwise=True),
    ]


def authorization_server_rows() -> list[Row]:
    redirected: list[Guard] = [refusal_may_be_redirected, redirect_uri_is_trusted]
    effects = issue_token_for_granted_scope, issue_token_for_requested_scope
    return [
        *rows_up_to_response(response_type_is_token, ask_resource_owner, "asking_for_token", "token_issued", *effects),
        #   on                    source          dest                     guards                    effect
        Row(Expire,               "token_issued", "issued_token_expired",  [tokens_are_short_lived], end_tokens),
        Row(Expire,               "token_issued", "issued_token_outlived", [tokens_live_long],       outlive_tokens),
        Row((Consent, Denial),    "faulty",       "failed",                [page_is_mine],           answer_fault),
        Row(AuthorizationRequest, "idle",         SAME,                    redirected,               redirect_error,  otherwise=True),
        Row(AuthorizationRequest, "idle",         SAME,                    [],                       show_error_page, otherwise=True),
    ]


# ------------------------------------------------------------------ client


def implicit_grant_is_used(me: View, message: Message) -> bool:
    """This client uses the implicit grant."""
    return bool(me.cast.client_uses == "token")


def attach_token(me: View, message: ImplicitResponse) -> None:
    """Attach the token to the session with the browser that brought it."""
    take_up_context(me)
    _attach(me, message, pending=True)


def attach_unsolicited_token(me: View, message: ImplicitResponse) -> None:
    """Take a token that was not asked for, as a client without CSRF protection does."""
    me.remember(issuer=Issuer(unsolicited_issuer(me)), resource=ResourceIndicator(me.cast.resource_servers[0]))
    _attach(me, message, pending=False)


def _attach(me: View, message: ImplicitResponse, *, pending: bool) -> None:
    token = message.access_token
    show_callback_page(me)
    me.happened(ResponseAccepted(me.party, me.index, me.sender.party, token, pending, me.memory.issuer.name))
    me.remember(window=me.sender, access_token=token)
    me.happened(Attached(me.party, me.index, account_of(me), token))
    share_with_tenant(me, token)
    if me.cast.openid:
        log_in_by_id_token(me, message)
    me.forget("redirect_uri")


# ------------------------------------------------------------------ authorization server


def issue_token_for_granted_scope(me: View, message: Consent) -> None:
    """Put a token for what the resource owner granted in the fragment (RFC 6749 section 4.2.2)."""
    _issue_token(me, note_consent(me, message, "token"))


def issue_token_for_requested_scope(me: View, message: Consent) -> None:
    """The same for what the client asked for, whatever was granted."""
    note_consent(me, message, "token")
    _issue_token(me, me.memory.scope)


def _issue_token(me: View, scope: Scope) -> None:
    memory = me.memory
    token = AccessToken(me.party, me.index, 1, memory.user, memory.client, scope, memory.audience)
    id_token = id_token_for(me, at_hash=token) if me.cast.openid else None
    answer = me.make(ImplicitResponse, access_token=token, state=memory.state, id_token=id_token)
    me.reply(answer, uri=memory.redirect_uri, repost=me.cast.redirect_status == 307, mode=memory.response_mode)
    me.happened(TokenIssued(token, None, memory.client, me.sender.party, True, "none"))
    me.forget(*memory)
    if me.cast.lifetimes_end:
        me.remember(tokens=(token,))


IMPLICIT = Flow(
    "implicit",
    "Implicit grant",
    "RFC 6749 section 4.2",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
    response_type="token",
)
