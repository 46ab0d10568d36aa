"""The authorization endpoint: what the code and the implicit grant have in common there.

Guards and effects of the authorization server between the authorization request and its answer
(RFC 6749 section 3.1). The grants' own tables name them; those of a grant that is like another up to its response
begin with `rows_up_to_response`.
"""

from __future__ import annotations

from oauth_model.facts import Consented, EffectTaken, ErrorRedirected, ResponseSent
from oauth_model.machine import Effect, Guard, Row, View, disabled, enabled, refuses_with
from oauth_model.messages import (
    HYBRID_TYPES,
    AuthorizationErrorResponse,
    AuthorizationPrompt,
    AuthorizationRequest,
    Consent,
    Denial,
    Fault,
    Page,
    PushedAuthorizationRequest,
    RememberedConsent,
    UnseenConsent,
)
from oauth_model.terms import ClientId, Cookie, Scope, Uri

AnyConsent = Consent | UnseenConsent | RememberedConsent
"""Seen, not seen, or remembered."""


def rows_up_to_response(
    asked_for: Guard, ask: Effect, asking: str, issued: str, granted: Effect, requested: Effect
) -> list[Row]:
    """The rows of a grant from the authorization request to its response.

    `asked_for` is the guard that knows its response type, `ask` shows the page and `asking` is the state then, `issued`
    the one after the response, which the one effect makes for the scope that was granted, the other for that requested.
    """
    request: list[Guard] = [client_is_registered, redirect_uri_is_plausible, asked_for, client_may_use_response_type, scope_is_supported]
    consent = [page_is_mine, resource_owner_is_authenticated, grant_is_within_the_request]
    return [
        #   on                    source  dest      guards                             effect
        Row(AuthorizationRequest, "idle", asking,   request,                           ask),
        Row(Consent,              asking, issued,   [*consent, consent_limits_scope],  granted),
        Row(Consent,              asking, issued,   [*consent, request_decides_scope], requested),
        Row(Denial,               asking, "denied", [page_is_mine],                    answer_access_denied),
        Row(Fault,                asking, "faulty", [],                                break_down),
    ]


# ------------------------------------------------------------------ guards: authorization request


def client_is_registered(me: View, message: AuthorizationRequest) -> bool:
    """The client identifier is known (RFC 6749 section 4.1.2.1: otherwise no redirect)."""
    return message.client_id.name in me.cast.clients


def redirect_uri_is_plausible(me: View, message: AuthorizationRequest) -> bool:
    """The redirection URI, if there is one, is the client's by the rule that this server uses.

    What the rule is depends on the deployment: RFC 6749 section 3.1.2.3 asks only that a URI be compared to
    what was registered, in part or in full.
    """
    if message.redirect_uri is None:
        return True
    return bool(
        is_registered(me, message.client_id.name, message.redirect_uri)
        or me.cast.redirect_uri_matches(message.redirect_uri, message.client_id.name, me.party)
    )


def is_registered(me: View, client: str, uri: Uri) -> bool:
    """Whether a redirection URI is one that a client has registered here."""
    return bool(me.cast.is_registered(uri, client, me.party))


@refuses_with("unsupported_response_type")
def response_type_is_code(me: View, message: AuthorizationRequest) -> bool:
    """An authorization code is asked for (RFC 6749 section 3.1.1), and this server gives codes."""
    return message.response_type == "code" and "code" in me.cast.response_types_supported


@refuses_with("unsupported_response_type")
def response_type_is_token(me: View, message: AuthorizationRequest) -> bool:
    """An access token is asked for (RFC 6749 section 3.1.1), and this server gives them here."""
    return message.response_type == "token" and "token" in me.cast.response_types_supported


@refuses_with("unsupported_response_type")
def response_type_is_hybrid(me: View, message: AuthorizationRequest) -> bool:
    """A code is asked for and something beside it (OpenID Connect Core section 3.3.2.1), and this server gives that."""
    return message.response_type in HYBRID_TYPES and message.response_type in me.cast.response_types_supported


@refuses_with("unauthorized_client")
def client_may_use_response_type(me: View, message: AuthorizationRequest) -> bool:
    """The client is registered for this grant (RFC 6749 section 4.1.2.1)."""
    return message.response_type in me.cast.response_types


@refuses_with("invalid_scope")
def scope_is_supported(me: View, message: AuthorizationRequest) -> bool:
    """The scope asked for, if any, is one this server knows (RFC 6749 section 3.3)."""
    return message.scope is None or message.scope <= me.cast.supported_scope


# ------------------------------------------------------------------ guards: login and consent


def page_is_mine(me: View, message: AnyConsent | Denial) -> bool:
    """The form comes from the browser that was shown the page, and belongs to it (RFC 6749 section 10.12)."""
    return Cookie(me.party, me.index) in me.cookies


def resource_owner_is_authenticated(me: View, message: Consent | RememberedConsent) -> bool:
    """The credential is that of an account here."""
    return message.credential.issuer == me.party and me.cast.user_with(message.credential) is not None


def grant_is_within_the_request(me: View, message: Consent | RememberedConsent) -> bool:
    """The resource owner grants no more than was asked for."""
    return bool(message.scope <= me.memory.scope)


consent_limits_scope = enabled("scope-subset", "consent_limits_scope")
request_decides_scope = disabled("scope-subset", "request_decides_scope")


# ------------------------------------------------------------------ guards: refusals


def refusal_may_be_redirected(me: View, message: AuthorizationRequest) -> bool:
    """What is wrong is neither the client identifier nor the redirection URI (RFC 6749 section 4.1.2.1).

    A server that compares exactly looks at the URI first: nothing else that is wrong is told to one not registered.
    """
    uri = message.redirect_uri
    exact = uri is None or not me.on("exact-redirect-uri") or is_registered(me, message.client_id.name, uri)
    return me.error is not None and exact


def redirect_uri_is_trusted(me: View, message: AuthorizationRequest) -> bool:
    """The redirection URI is one to which errors are redirected at once (RFC 9700 section 4.11.2)."""
    return not me.on("no-automatic-redirect") or bool(me.cast.is_vetted(message.client_id.name))


# ------------------------------------------------------------------ effects


def ask_resource_owner(me: View, message: AuthorizationRequest) -> None:
    """Keep the request, and show the login and consent page (RFC 6749 section 4.1, step B)."""
    keep_request(me, message)
    prompt(me)


def prompt(me: View) -> None:
    """Show the login and consent page for the request that is kept."""
    me.reply(AuthorizationPrompt(ClientId(me.memory.client), me.memory.scope), set_cookie=Cookie(me.party, me.index))


def keep_request(me: View, message: AuthorizationRequest | PushedAuthorizationRequest) -> None:
    """Keep what will be needed of a request."""
    client = message.client_id.name
    me.remember(
        client=client,
        redirect_uri=message.redirect_uri or me.cast.redirect_uri(client, me.party),
        redirect_uri_was_sent=message.redirect_uri is not None or None,
        scope=message.scope or me.cast.scope,
        response_mode=message.response_mode if me.cast.modes_on_offer else None,
        state=message.state,
        code_challenge=message.code_challenge,
        nonce=message.nonce if me.cast.openid else None,
        audience=message.resource.server if message.resource and me.cast.audience_restricted else None,
        dpop_jkt=message.dpop_jkt if me.on("dpop-jkt") else None,
    )


def _is_knowing(me: View, message: AnyConsent) -> bool:
    """Whether they saw what they consented to; once is enough where it is sure that it is the same client again.

    Nobody ever consented to a client of the attacker's.
    """
    if not isinstance(message, RememberedConsent):
        return isinstance(message, Consent)
    client = me.memory.client
    sure = me.cast.confidential or me.cast.is_its_own(client, me.memory.redirect_uri)
    return bool(sure and me.cast.honest(client))


def note_consent(me: View, message: AnyConsent, response_type: str) -> Scope:
    """Record who consented to what; the scope of what will be issued."""
    memory = me.memory
    me.happened(
        Consented(
            me.party,
            me.index,
            message.credential.user,
            me.sender.party,
            memory.client,
            message.scope,
            knowing=_is_knowing(me, message),
        )
    )
    if me.cast.acts_on_consent:
        me.happened(EffectTaken(me.party, me.index))
    mode, grant = memory.response_mode, me.index
    me.happened(ResponseSent(me.party, memory.client, memory.redirect_uri, response_type, mode, grant))
    me.remember(user=message.credential.user)
    return message.scope


def answer_access_denied(me: View, message: Denial) -> None:
    """Tell the client that the resource owner denied (RFC 6749 section 4.1.2.1)."""
    _redirect_error(me, "access_denied")


def break_down(me: View, message: Fault) -> None:
    """The server cannot go on; it says so when it is next asked."""
    me.remember(fault=message.error)


def answer_fault(me: View, message: Consent | Denial) -> None:
    """Tell the client through the redirect what went wrong here (RFC 6749 section 4.1.2.1)."""
    _redirect_error(me, me.memory.fault)


def redirect_error(me: View, message: AuthorizationRequest) -> None:
    """Answer a request that cannot be granted with the refusing guard's error code."""
    client = message.client_id.name
    uri = message.redirect_uri or me.cast.redirect_uri(client, me.party)
    if not me.cast.is_vetted(client):
        me.happened(ErrorRedirected(me.party, client, me.sender.party))
    me.reply(me.make(AuthorizationErrorResponse, error=me.error, state=message.state), uri=uri)


def show_error_page(me: View, message: AuthorizationRequest) -> None:
    """Inform the resource owner; do not redirect (RFC 6749 sections 3.1.2.4 and 4.1.2.1)."""
    me.reply(Page(error=me.refusal_reason))


def _redirect_error(me: View, error: str) -> None:
    answer = me.make(AuthorizationErrorResponse, error=error, state=me.memory.state)
    me.reply(answer, uri=me.memory.redirect_uri)
    me.forget(*me.memory)


