"""The authorization code grant (RFC 6749 section 4.1): client and authorization server.

The tables come first and read like the section: authorization request, consent, authorization
response, access token request, access token response. What the rows name follows below them. None
of the optional protections is here: those are in `mitigations`, each adding its check to the row
that receives the message.
"""

from __future__ import annotations

from dataclasses import replace

from oauth_model.cast import ATTACKER
from oauth_model.facts import (
    Attached,
    Ended,
    ForeignEndpointUsed,
    LapsedCodeRedeemed,
    Replayed,
    ResponseAccepted,
    RunFailed,
    Started,
    TokenIssued,
)
from oauth_model.flows.accounts import account_of
from oauth_model.flows.authorization_endpoint import (
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
from oauth_model.flows.client_assertions import note_assertion, note_authentication
from oauth_model.flows.flow import Flow
from oauth_model.flows.id_tokens import id_token_for, log_in_by_id_token
from oauth_model.machine import ANY, SAME, Address, Guard, Row, View, disabled, enabled, nothing, refuses_with
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    AuthorizationErrorResponse,
    AuthorizationRequest,
    AuthorizationRequestWithSecret,
    AuthorizationResponse,
    Consent,
    Denial,
    EmbeddingPage,
    Expire,
    Fault,
    HybridResponse,
    ImplicitResponse,
    LoginRequest,
    Message,
    Page,
    PushedAuthorizationResponse,
    TokenErrorResponse,
    TokenFromVault,
    TokenRequest,
    TokenResponse,
    UnseenConsent,
)
from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    Code,
    Cookie,
    Issuer,
    RequestObject,
    ResourceIndicator,
    Scope,
    State,
    Thumbprint,
    Uri,
)


def client_rows() -> list[Row]:
    waiting = "response_awaited"
    arrived: list[Guard] = [callback_is_asked, response_is_where_i_look]
    starts: list[Guard] = [issuer_is_mine, endpoints_are_configured, code_grant_is_used, request_goes_through_browser]
    return [
        #   on                          source             dest              guards                                         effect
        Row(LoginRequest,               "idle",            waiting,          [*starts, secret_stays_out],                   send_authorization_request),
        Row(LoginRequest,               "idle",            waiting,          [*starts, secret_goes_along],                  send_authorization_request_with_secret),
        Row(AuthorizationResponse,      waiting,           "token_requested", [*arrived, browser_session_is_mine],           redeem_code),
        Row(AuthorizationResponse,      "idle",            "token_requested", [*arrived, browser_has_no_session, code_grant_is_used], redeem_unsolicited_code),
        Row(AuthorizationErrorResponse, waiting,           "failed",         [browser_session_is_mine],                     show_failure),
        Row(TokenResponse,              "token_requested", "token_held",     [answer_is_from_my_issuer],                    attach_grant),
        Row(TokenErrorResponse,         "token_requested", "failed",         [answer_is_from_my_issuer],                    report_failure),
        Row(AuthorizationResponse,      waiting,           SAME,             [*arrived, browser_session_is_mine],           show_refusal, otherwise=True),
        Row(AuthorizationErrorResponse, waiting,           SAME,             [browser_session_is_mine],                     show_refusal, otherwise=True),
    ]


def authorization_server_rows() -> list[Row]:
    request: list[Guard] = [client_is_registered, redirect_uri_is_plausible, response_type_is_code, client_may_use_response_type, scope_is_supported]
    consent = [page_is_mine, resource_owner_is_authenticated, grant_is_within_the_request]
    return [
        #   on                  source         dest             guards                                                   effect
        Row(AuthorizationRequest, "idle",       "asking",        request,                                                 ask_resource_owner),
        Row(Consent,            "asking",      "code_issued",   [*consent, consent_limits_scope],                        issue_code_for_granted_scope),
        Row(Consent,            "asking",      "code_issued",   [*consent, request_decides_scope],                       issue_code_for_requested_scope),
        Row(Denial,             "asking",      "denied",        [page_is_mine],                                          answer_access_denied),
        Row(Fault,              "asking",      "faulty",        [],                                                      break_down),
        Row((Consent, Denial),  "faulty",      "failed",        [page_is_mine],                                          answer_fault),
        Row(Expire,             "code_issued", "code_expired",  [],                                                      nothing),
        Row(TokenRequest,       "code_issued", "redeemed",      [code_is_mine, grant_type_is_supported, client_may_use_grant_type], issue_access_token),
        Row(TokenRequest,       "code_expired", "redeemed",     [code_is_mine, grant_type_is_supported, client_may_use_grant_type, lapse_is_overlooked], issue_access_token_late),
        Row(TokenRequest,       "redeemed",    "redeemed_twice", [code_is_mine, grant_type_is_supported, client_may_use_grant_type], issue_access_token_again),
        Row(Expire,             "redeemed",    "token_expired", [],                                                      end_tokens),
        Row(AuthorizationRequest, "idle",       SAME,            [refusal_may_be_redirected, redirect_uri_is_trusted],    redirect_error,      otherwise=True),
        Row(AuthorizationRequest, "idle",       SAME,            [],                                                      show_error_page,     otherwise=True),
        Row(TokenRequest,       "redeemed",    "revoked",       [code_is_mine, only_fault_is_replay, replay_revokes],    revoke_tokens,       otherwise=True),
        Row(TokenRequest,       "redeemed",    "replayed",      [code_is_mine, only_fault_is_replay, replay_is_only_denied], deny_replay,     otherwise=True),
        Row(TokenRequest,       ANY,           SAME,            [code_is_mine],                                          answer_token_error,  otherwise=True),
        Row(TokenRequest,       ANY,           SAME,            [],                                                      answer_unknown_code, otherwise=True, last_resort=True),
    ]


# ------------------------------------------------------------------ guards: client


def issuer_is_mine(me: View, message: LoginRequest) -> bool:
    """The client is registered at the authorization server that the user picked."""
    return message.issuer.name in me.cast.authorization_servers


def code_grant_is_used(me: View, message: Message) -> bool:
    """This client uses the authorization code grant."""
    return bool(me.cast.client_uses == "code")


def endpoints_are_configured(me: View, message: LoginRequest) -> bool:
    """This client knows where the endpoints are, and need not ask for metadata."""
    return not me.cast.discovery


request_goes_through_browser = disabled("pushed-requests", "request_goes_through_browser")

secret_stays_out = enabled("secret-in-back-channel", "secret_stays_out")
secret_goes_along = disabled("secret-in-back-channel", "secret_goes_along")


def callback_is_asked(me: View, message: Message) -> bool:
    """The page that the browser asks for is the redirection endpoint (RFC 6749 section 3.1.2)."""
    return bool(me.cast.is_callback(me.party, me.uri))


def response_is_where_i_look(me: View, message: AuthorizationResponse | HybridResponse | ImplicitResponse) -> bool:
    """The parameters are where this client expects them; it does not see them elsewhere."""
    return bool((me.envelope.mode or message.mode) == (me.cast.response_mode or message.mode))


def browser_session_is_mine(me: View, message: Message) -> bool:
    """The browser that brings the response has this run's session cookie; or the state says which session it is."""
    if me.cast.session_in_state:
        return getattr(message, "state", None) == State(me.party, me.index)
    return Cookie(me.party, me.index) in me.cookies


def browser_has_no_session(me: View, message: Message) -> bool:
    """The browser that brings the response has no session here: nobody asked for it.

    A browser that had a run here once keeps its cookie, and so is not one of these.
    """
    return not any(cookie.server == me.party for cookie in me.cookies)


def answer_is_from_my_issuer(me: View, message: Message) -> bool:
    """The answer comes over TLS from the server that was asked: the issuer, or whoever has the endpoint it named."""
    issuer = me.memory.issuer.name
    pushed = isinstance(message, PushedAuthorizationResponse)
    return bool(me.sender.party == (me.memory.server_asked or (issuer if pushed else me.cast.token_endpoint(issuer))))


# ------------------------------------------------------------------ effects: client


def send_authorization_request(me: View, message: LoginRequest) -> None:
    """Redirect the browser to the authorization endpoint (RFC 6749 section 4.1.1)."""
    _send_authorization_request(me, message, authorization_request(me, message))


def send_authorization_request_with_secret(me: View, message: LoginRequest) -> None:
    """The same, with the client secret in the URI, as no specification has it."""
    request = authorization_request(me, message)
    secret = me.cast.client_secret(me.party, message.issuer.name)
    with_secret = me.make(AuthorizationRequestWithSecret, **dict(request.parameters()), client_secret=secret)
    _send_authorization_request(me, message, with_secret)


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


def show_failure(me: View, message: Message) -> None:
    """End the run and tell the user."""
    me.happened(RunFailed(me.party, me.index))
    me.reply(Page(error="sign-in failed"))
    me.forget(*me.memory)


def report_failure(me: View, message: Message) -> None:
    """End the run and tell the user, whose browser still waits."""
    me.happened(RunFailed(me.party, me.index))
    me.send(me.memory.window, Page(error="sign-in failed"))
    me.forget(*me.memory)


def show_refusal(me: View, message: Message) -> None:
    """Refuse the response; the run goes on waiting for its own."""
    show_callback_page(me)
    me.reply(Page(error=me.refusal_reason))


def show_callback_page(me: View) -> None:
    """Show the page of the redirection endpoint at once, if it embeds what others serve (RFC 9700 section 4.2.1)."""
    if me.cast.third_party_content:
        me.reply(EmbeddingPage("content"))


def unsolicited_issuer(me: View) -> str:
    """Whose response the client takes an unsolicited one for.

    Where each authorization server has its own redirection URI, the one whose URI was used; else the first.
    """
    issuers: tuple[str, ...] = me.cast.authorization_servers
    return next((name for name in issuers if me.cast.redirect_uri(me.party, name) == me.uri), issuers[0])


def expected_issuer(me: View) -> Issuer:
    """The authorization server whose response the client takes this one for: that of the run, if it kept one."""
    kept: Issuer | None = None if me.cast.context_in_uri else me.memory.issuer
    return kept or Issuer(unsolicited_issuer(me))


def take_up_context(me: View) -> None:
    """Go on with the connection that the response's own redirection URI stands for, where that is what counts."""
    if me.cast.context_in_uri:
        issuer = expected_issuer(me)
        me.remember(issuer=issuer, redirect_uri=me.cast.redirect_uri(me.party, issuer.name))


def share_with_tenant(me: View, token: AccessToken) -> None:
    """Let the tenant of the connection in which the run was started use the token; tenants but the attacker's are
    part of this client."""
    connection = me.memory.connection
    if connection is not None and not me.cast.honest(connection.name):
        me.send(ATTACKER, TokenFromVault(token))
    me.forget("connection")


def authorization_request(me: View, message: LoginRequest) -> AuthorizationRequest:
    """The authorization request for what the user picked, and what is remembered of it (RFC 6749 section 4.1.1)."""
    me.remember(issuer=message.issuer, resource=message.resource)
    return request_for_issuer(me)


def request_for_issuer(me: View) -> AuthorizationRequest:
    """The authorization request of a run that knows its issuer."""
    redirect_uri = me.cast.redirect_uri(me.party, me.memory.issuer.name)
    me.remember(redirect_uri=redirect_uri)
    request = me.make(
        AuthorizationRequest,
        response_type=me.cast.client_uses,
        client_id=ClientId(me.party),
        redirect_uri=redirect_uri,
        scope=me.cast.scope,
        response_mode=me.cast.response_mode,
    )
    if not me.on("signed-requests") or me.on("pushed-requests"):
        return request
    return replace(request, request=RequestObject(me.party, tuple(request.parameters())))


def note_start(me: View, message: LoginRequest) -> None:
    """Record that a run was started, by which browser and for what; the tenant is that of the connection picked."""
    wanted = not me.envelope.at_once
    me.happened(Started(me.party, me.index, me.sender.party, message.issuer.name, message.resource.server, wanted))
    if me.cast.session_in_state:
        me.remember(account=me.sender.party)
    if me.cast.token_vault:
        me.remember(connection=message.issuer)


def _send_authorization_request(me: View, message: LoginRequest, request: AuthorizationRequest) -> None:
    note_start(me, message)
    me.reply(request, uri=authorization_endpoint(me), set_cookie=Cookie(me.party, me.index))


def send_to_authorization_endpoint(me: View, window: Address, request: Message) -> None:
    """Redirect a waiting browser to the authorization endpoint."""
    me.send(window, request, uri=authorization_endpoint(me), set_cookie=Cookie(me.party, me.index))
    me.forget("authorization_endpoint")


def authorization_endpoint(me: View) -> Uri:
    """The authorization endpoint of the run's issuer, or the one that its metadata named."""
    named = me.memory.authorization_endpoint
    uri: Uri = me.cast.authorization_endpoint(named.server if named else me.memory.issuer.name)
    return uri


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


# ------------------------------------------------------------------ guards: token endpoint


def code_is_mine(me: View, message: TokenRequest) -> bool:
    """The code is the one that this authorization issued."""
    return message.code == Code(me.party, me.index)


@refuses_with("unsupported_grant_type")
def grant_type_is_supported(me: View, message: TokenRequest) -> bool:
    """The server redeems codes (RFC 6749 section 5.2)."""
    return message.grant_type in me.cast.grant_types_supported


@refuses_with("unauthorized_client")
def client_may_use_grant_type(me: View, message: TokenRequest) -> bool:
    """The client is registered for the code grant at the token endpoint (RFC 6749 section 5.2)."""
    return message.grant_type in me.cast.grant_types


def only_fault_is_replay(me: View, message: TokenRequest) -> bool:
    """The request was valid in every other way: the guard that refused is the one for single use.

    Named, not imported: flows know nothing of mitigations, and this is the last check that any of them makes.
    """
    return me.refusal_reason == "code_is_unused"


lapse_is_overlooked = disabled("code-lifetime", "lapse_is_overlooked")

replay_revokes = enabled("replay-revokes", "replay_revokes")
replay_is_only_denied = disabled("replay-revokes", "replay_is_only_denied")


# ------------------------------------------------------------------ effects: authorization server


def issue_code_for_granted_scope(me: View, message: Consent | UnseenConsent) -> None:
    """Issue a code for what the resource owner granted (RFC 6749 sections 3.3 and 4.1.2)."""
    _issue_code(me, note_consent(me, message, "code"))


def issue_code_for_requested_scope(me: View, message: Consent) -> None:
    """Issue a code for what the client asked for, whatever was granted."""
    note_consent(me, message, "code")
    _issue_code(me, me.memory.scope)


def issue_access_token(me: View, message: TokenRequest) -> None:
    """Answer with an access token (RFC 6749 section 4.1.4)."""
    _issue_access_token(me, message, number=1)


def issue_access_token_late(me: View, message: TokenRequest) -> None:
    """Redeem a code whose lifetime is over."""
    me.happened(LapsedCodeRedeemed(message.code))
    _issue_access_token(me, message, number=1)


def issue_access_token_again(me: View, message: TokenRequest) -> None:
    """Redeem a code that was redeemed before."""
    me.happened(Replayed(message.code))
    _issue_access_token(me, message, number=2)


def revoke_tokens(me: View, message: TokenRequest) -> None:
    """Deny the replay and revoke what the code gave (RFC 6749 section 4.1.2)."""
    _end_tokens(me, revoked=True)
    deny_replay(me, message)


def deny_replay(me: View, message: TokenRequest) -> None:
    """Deny the replay."""
    me.happened(Replayed(message.code))
    me.reply(TokenErrorResponse("invalid_grant"))


def end_tokens(me: View, message: Expire) -> None:
    """The access token's lifetime is over."""
    _end_tokens(me, revoked=False)


def answer_token_error(me: View, message: TokenRequest) -> None:
    """Answer with the refusing guard's error code (RFC 6749 section 5.2)."""
    me.reply(me.make(TokenErrorResponse, error=me.error or "invalid_grant"))


def answer_unknown_code(me: View, message: TokenRequest) -> None:
    """No authorization here issued this code (RFC 6749 section 5.2)."""
    me.reply(TokenErrorResponse("invalid_grant"))


def _issue_code(me: View, scope: Scope) -> None:
    answer = me.make(AuthorizationResponse, code=Code(me.party, me.index), state=me.memory.state)
    send_code(me, scope, answer)


def send_code(me: View, scope: Scope, answer: AuthorizationResponse | HybridResponse) -> None:
    """Send the response in which a code is, and keep what the code is for."""
    repost = me.cast.redirect_status == 307
    me.reply(answer, uri=me.memory.redirect_uri, repost=repost, mode=me.memory.response_mode)
    me.remember(scope=scope, asked=me.memory.scope)


def _issue_access_token(me: View, message: TokenRequest, number: int) -> None:
    memory = me.memory
    note_authentication(me, message)
    user, client, key = memory.user, memory.client, _key_shown(me, message)
    token = AccessToken(me.party, me.index, number, user, client, memory.scope, memory.audience, key)
    repeated = memory.redirect_uri_was_sent is None or message.redirect_uri == memory.redirect_uri
    challenge = memory.code_challenge
    me.happened(
        TokenIssued(
            token, message.code, message.client_id.name, me.sender.party, repeated, _pkce(me, message), challenge
        )
    )
    narrowed = memory.scope if memory.scope != memory.asked else None
    id_token = id_token_for(me, at_hash=token) if me.cast.openid else None
    me.reply(me.make(TokenResponse, access_token=token, scope=narrowed, id_token=id_token))
    me.remember(tokens=(*(memory.tokens or ()), token))


def _end_tokens(me: View, *, revoked: bool) -> None:
    for token in me.memory.tokens or ():
        me.happened(Ended(token, revoked))


def _key_shown(me: View, message: TokenRequest) -> Thumbprint | None:
    """The key to which the token will be bound, where tokens are."""
    shown = message.dpop_proof if me.on("dpop") else message.certificate if me.on("mtls") else None
    return Thumbprint(shown.key) if shown is not None else None


def _pkce(me: View, message: TokenRequest) -> str:
    challenge, verifier = me.memory.code_challenge, message.code_verifier
    if challenge is None:
        return "none" if verifier is None else "ignored"
    if verifier is None:
        return "missing"
    if challenge == Challenge(verifier):
        return "bound"
    return "plain" if challenge == verifier else "wrong"


AUTHORIZATION_CODE = Flow(
    "authorization-code",
    "Authorization code grant",
    "RFC 6749 section 4.1",
    {CLIENT: client_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
    response_type="code",
)
