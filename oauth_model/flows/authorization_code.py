"""The authorization code grant (RFC 6749 section 4.1): client and authorization server.

The tables come first and read like the section: authorization request, consent, authorization
response, access token request, access token response. What the rows name follows below them. None
of the optional protections is here: those are in `mitigations`, each adding its check to the row
that receives the message.
"""

from __future__ import annotations

from oauth_model.facts import (
    Attached,
    ForeignEndpointUsed,
    ResponseAccepted,
)
from oauth_model.flows.accounts import account_of
from oauth_model.flows.authorization_endpoint import (
    AnyConsent,
    answer_access_denied,
    answer_fault,
    ask_resource_owner,
    break_down,
    client_is_registered,
    client_may_use_response_type,
    consent_limits_scope,
    grant_is_within_the_request,
    note_consent,
    page_is_mine,
    redirect_error,
    redirect_uri_is_plausible,
    redirect_uri_is_trusted,
    refusal_may_be_redirected,
    request_decides_scope,
    resource_owner_is_authenticated,
    response_type_is_code,
    scope_is_supported,
    show_error_page,
)
from oauth_model.flows.client_assertions import note_assertion
from oauth_model.flows.client_runs import (
    answer_is_from_my_issuer,
    authorization_request,
    browser_has_no_session,
    browser_session_is_mine,
    callback_is_asked,
    endpoints_are_configured,
    issuer_is_mine,
    refusal_is_for_this_run,
    report_failure,
    request_goes_through_browser,
    response_is_where_i_look,
    send_authorization_request,
    share_with_tenant,
    show_callback_page,
    show_failure,
    show_refusal,
    start_with,
    take_up_context,
    unsolicited_issuer,
)
from oauth_model.flows.flow import Flow
from oauth_model.flows.id_tokens import log_in_by_id_token
from oauth_model.flows.token_endpoint import (
    answer_token_error,
    answer_unknown_code,
    client_may_use_grant_type,
    code_is_mine,
    deny_replay,
    end_tokens,
    grant_type_is_supported,
    issue_access_token,
    issue_access_token_again,
    issue_access_token_late,
    lapse_is_overlooked,
    only_fault_is_replay,
    outlive_tokens,
    replay_is_only_denied,
    replay_revokes,
    revoke_tokens,
    tokens_are_short_lived,
    tokens_live_long,
)
from oauth_model.machine import ANY, SAME, Guard, Row, View, disabled, enabled, nothing
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    AuthorizationErrorResponse,
    AuthorizationRequest,
    AuthorizationRequestWithSecret,
    AuthorizationResponse,
    Consent,
    Denial,
    Expire,
    Fault,
    HybridResponse,
    LoginRequest,
    Message,
    TokenErrorResponse,
    TokenRequest,
    TokenResponse,
)
from oauth_model.terms import (
    ClientId,
    Code,
    Issuer,
    ResourceIndicator,
    Scope,
)


def client_rows() -> list[Row]:
    waiting, asked = "response_awaited", "token_requested"
    starts: list[Guard] = [issuer_is_mine, endpoints_are_configured, code_grant_is_used, request_goes_through_browser]
    mine: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_session_is_mine]
    stray: list[Guard] = [callback_is_asked, response_is_where_i_look, browser_has_no_session, code_grant_is_used]
    session, answer = [browser_session_is_mine], [answer_is_from_my_issuer]
    return [
        #   on                          source   dest          guards                        effect
        Row(LoginRequest,               "idle",  waiting,      [*starts, secret_stays_out],  send_authorization_request),
        Row(LoginRequest,               "idle",  waiting,      [*starts, secret_goes_along], send_authorization_request_with_secret),
        Row(AuthorizationResponse,      waiting, asked,        mine,                         redeem_code),
        Row(AuthorizationResponse,      "idle",  asked,        stray,                        redeem_unsolicited_code),
        Row(AuthorizationErrorResponse, waiting, "failed",     session,                      show_failure),
        Row(TokenResponse,              asked,   "token_held", answer,                       attach_grant),
        Row(TokenErrorResponse,         asked,   "failed",     answer,                       report_failure),
        Row(AuthorizationResponse,      waiting, SAME,         [*mine, refusal_is_for_this_run], show_refusal, otherwise=True),
        Row(AuthorizationErrorResponse, waiting, SAME,         session,                      show_refusal, otherwise=True),
    ]


def authorization_server_rows() -> list[Row]:
    request: list[Guard] = [client_is_registered, redirect_uri_is_plausible, response_type_is_code, client_may_use_response_type, scope_is_supported]
    consent = [page_is_mine, resource_owner_is_authenticated, grant_is_within_the_request]
    valid: list[Guard] = [code_is_mine, grant_type_is_supported, client_may_use_grant_type]
    replay: list[Guard] = [code_is_mine, only_fault_is_replay]
    live = ("redeemed", "token_outlived")
    return [
        #   on                    source          dest              guards                              effect
        Row(AuthorizationRequest, "idle",         "asking",         request,                            ask_resource_owner),
        Row(Consent,              "asking",       "code_issued",    [*consent, consent_limits_scope],   issue_code_for_granted_scope),
        Row(Consent,              "asking",       "code_issued",    [*consent, request_decides_scope],  issue_code_for_requested_scope),
        Row(Denial,               "asking",       "denied",         [page_is_mine],                     answer_access_denied),
        Row(Fault,                "asking",       "faulty",         [],                                 break_down),
        Row((Consent, Denial),    "faulty",       "failed",         [page_is_mine],                     answer_fault),
        Row(Expire,               "code_issued",  "code_expired",   [],                                 nothing),
        Row(TokenRequest,         "code_issued",  "redeemed",       valid,                              issue_access_token),
        Row(TokenRequest,         "code_expired", "redeemed",       [*valid, lapse_is_overlooked],      issue_access_token_late),
        Row(TokenRequest,         live,           "redeemed_twice", valid,                              issue_access_token_again),
        Row(Expire,               "redeemed",     "token_expired",  [tokens_are_short_lived],           end_tokens),
        Row(Expire,               "redeemed",     "token_outlived", [tokens_live_long],                 outlive_tokens),
        Row(AuthorizationRequest, "idle",         SAME,             [refusal_may_be_redirected, redirect_uri_is_trusted], redirect_error, otherwise=True),
        Row(AuthorizationRequest, "idle",         SAME,             [],                                 show_error_page,     otherwise=True),
        Row(TokenRequest,         live,           "revoked",        [*replay, replay_revokes],          revoke_tokens,       otherwise=True),
        Row(TokenRequest,         live,           "replayed",       [*replay, replay_is_only_denied],   deny_replay,         otherwise=True),
        Row(TokenRequest,         ANY,            SAME,             [code_is_mine],                     answer_token_error,  otherwise=True),
        Row(TokenRequest,         ANY,            SAME,             [],                                 answer_unknown_code, otherwise=True, last_resort=True),
    ]


# ------------------------------------------------------------------ guards: client


def code_grant_is_used(me: View, message: Message) -> bool:
    """This client uses the authorization code grant."""
    return bool(me.cast.client_uses == "code")


secret_stays_out = enabled("secret-in-back-channel", "secret_stays_out")
secret_goes_along = disabled("secret-in-back-channel", "secret_goes_along")


# ------------------------------------------------------------------ effects: client


def send_authorization_request_with_secret(me: View, message: LoginRequest) -> None:
    """The same, with the client secret in the URI, as no specification has it."""
    request = authorization_request(me, message)
    secret = me.cast.client_secret(me.party, message.issuer.name)
    with_secret = me.make(AuthorizationRequestWithSecret, **dict(request.parameters()), client_secret=secret)
    start_with(me, message, with_secret)


def redeem_code(me: View, message: AuthorizationResponse | HybridResponse) -> None:
    """Ask the token endpoint for the access token (RFC 6749 section 4.1.3)."""
    take_up_context(me)
    _redeem(me, message, pending=True)


def redeem_unsolicited_code(me: View, message: AuthorizationResponse | HybridResponse) -> None:
    """Go on with a response to which there was no request, as a client without CSRF protection does."""
    issuer = unsolicited_issuer(me)
    server = ResourceIndicator(me.cast.resource_servers[0])
    me.remember(issuer=Issuer(issuer), redirect_uri=me.cast.redirect_uri(me.party, issuer), resource=server)
    _redeem(me, message, pending=False)


def attach_grant(me: View, message: TokenResponse) -> None:
    """Attach the grant to the session with the browser that brought the response."""
    me.happened(Attached(me.party, me.index, account_of(me), message.access_token))
    share_with_tenant(me, message.access_token)
    if me.cast.openid:
        log_in_by_id_token(me, message)
    me.remember(access_token=message.access_token)
    me.forget("redirect_uri", "server_asked", "first_id_token_unsound")


def _redeem(me: View, message: AuthorizationResponse | HybridResponse, *, pending: bool) -> None:
    issuer = me.memory.issuer.name
    me.happened(ResponseAccepted(me.party, me.index, me.sender.party, message.code, pending, issuer))
    me.remember(window=me.sender)
    show_callback_page(me)
    request = me.make(
        TokenRequest, grant_type="authorization_code", code=message.code, client_id=ClientId(me.party)
    )
    endpoint, server = me.memory.token_endpoint, me.cast.token_endpoint(issuer)
    if endpoint is not None:
        server = endpoint.server
        me.remember(server_asked=server)
        me.forget("token_endpoint", "client_secret")
    elif server != issuer:
        me.happened(ForeignEndpointUsed(me.party, me.index, issuer, server))
    note_assertion(me, request, server)
    me.send(server, request)


# ------------------------------------------------------------------ effects: authorization server


def issue_code_for_granted_scope(me: View, message: AnyConsent) -> None:
    """Issue a code for what the resource owner granted (RFC 6749 sections 3.3 and 4.1.2)."""
    _issue_code(me, note_consent(me, message, "code"))


def issue_code_for_requested_scope(me: View, message: Consent) -> None:
    """Issue a code for what the client asked for, whatever was granted."""
    note_consent(me, message, "code")
    _issue_code(me, me.memory.scope)


def _issue_code(me: View, scope: Scope) -> None:
    answer = me.make(AuthorizationResponse, code=Code(me.party, me.index), state=me.memory.state)
    send_code(me, scope, answer)


def send_code(me: View, scope: Scope, answer: AuthorizationResponse | HybridResponse) -> None:
    """Send the response in which a code is, and keep what the code is for."""
    repost = me.cast.redirect_status == 307
    me.reply(answer, uri=me.memory.redirect_uri, repost=repost, mode=me.memory.response_mode)
    me.remember(scope=scope, asked=me.memory.scope)


AUTHORIZATION_CODE = Flow(
    "authorization-code",
    "Authorization code grant",
    "RFC 6749 section 4.1",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
    response_type="code",
)
