"""What a client run does in every grant: it sends the authorization request, and takes the response in or refuses it.

Guards and effects of the client up to the authorization response (RFC 6749 section 4.1.1 and 4.1.2). The grants' own
tables name them.
"""

from __future__ import annotations

from dataclasses import replace

from oauth_model.cast import ATTACKER
from oauth_model.facts import RunFailed, Started
from oauth_model.machine import Address, View, disabled
from oauth_model.messages import (
    AuthorizationRequest,
    AuthorizationResponse,
    EmbeddingPage,
    HybridResponse,
    ImplicitResponse,
    LoginRequest,
    Message,
    Page,
    PushedAuthorizationResponse,
    TokenFromVault,
)
from oauth_model.terms import AccessToken, ClientId, Cookie, Issuer, RequestObject, State, Uri

# ------------------------------------------------------------------ guards: the start


def issuer_is_mine(me: View, message: LoginRequest) -> bool:
    """The client is registered at the authorization server that the user picked."""
    return message.issuer.name in me.cast.authorization_servers


def endpoints_are_configured(me: View, message: LoginRequest) -> bool:
    """This client knows where the endpoints are, and need not ask for metadata."""
    return not me.cast.discovery


request_goes_through_browser = disabled("pushed-requests", "request_goes_through_browser")


# ------------------------------------------------------------------ guards: the response


def callback_is_asked(me: View, message: Message) -> bool:
    """The page that the browser asks for is the redirection endpoint (RFC 6749 section 3.1.2)."""
    return bool(me.cast.is_callback(me.party, me.uri))


def response_is_where_i_look(me: View, message: AuthorizationResponse | HybridResponse | ImplicitResponse) -> bool:
    """The parameters are where this client expects them; it does not see them elsewhere."""
    return bool(mode_of(me, message) == (me.cast.response_mode or message.mode))


def mode_of(me: View, message: Message) -> str | None:
    """Where in the request the parameters of a response are: what the envelope says, or as the grant has it."""
    mode: str | None = me.envelope.mode or getattr(message, "mode", None)
    return mode


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


def refusal_is_for_this_run(me: View, message: AuthorizationResponse) -> bool:
    """No other run has to deal with the response: where every code is redeemed, the one that `state` names does."""
    return not me.on("every-code-redeemed") or message.state in (None, State(me.party, me.index))


def answer_is_from_my_issuer(me: View, message: Message) -> bool:
    """The answer comes over TLS from the server that was asked: the issuer, or whoever has the endpoint it named."""
    issuer = me.memory.issuer.name
    pushed = isinstance(message, PushedAuthorizationResponse)
    return bool(me.sender.party == (me.memory.server_asked or (issuer if pushed else me.cast.token_endpoint(issuer))))


# ------------------------------------------------------------------ effects: the request


def send_authorization_request(me: View, message: LoginRequest) -> None:
    """Redirect the browser to the authorization endpoint (RFC 6749 section 4.1.1)."""
    start_with(me, message, authorization_request(me, message))


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


def start_with(me: View, message: LoginRequest, request: AuthorizationRequest) -> None:
    """Record the start, and redirect the browser with this request."""
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


# ------------------------------------------------------------------ effects: what the user is shown


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


# ------------------------------------------------------------------ which connection a response belongs to


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
