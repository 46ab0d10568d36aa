"""What ties an authorization response to the browser, and to the authorization server, that it belongs to.

`state` (RFC 6749 section 10.12), `iss` (RFC 9207), one redirection URI for each authorization server
(RFC 9700 section 4.4.2.2), and the check that a token was issued to the client itself.
"""

from __future__ import annotations

from oauth_model.flows.client_runs import expected_issuer
from oauth_model.machine import View
from oauth_model.messages import (
    AuthorizationErrorResponse,
    AuthorizationRequest,
    AuthorizationResponse,
    HybridResponse,
    ImplicitResponse,
    TokenResponse,
)
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.terms import Cookie, Issuer, State

Response = AuthorizationResponse | ImplicitResponse | AuthorizationErrorResponse


def fresh_state(me: View) -> State:
    """A value that this run alone makes."""
    return State(me.party, me.index)


def state_matches(me: View, message: Response) -> bool:
    """The run was started, and the response carries its state."""
    return me.memory.issuer is not None and message.state == State(me.party, me.index)


STATE = Mitigation(
    "state",
    "one-time state bound to the user agent",
    "RFC 6749 section 10.12",
    id="STATE",
    fills={AuthorizationRequest: {"state": fresh_state}},
    checks={
        AuthorizationResponse: [state_matches],
        ImplicitResponse: [state_matches],
        AuthorizationErrorResponse: [state_matches],
    },
)


def own_issuer(me: View) -> Issuer:
    """The authorization server names itself."""
    return Issuer(me.party)


def iss_matches(me: View, message: Response) -> bool:
    """The response names the authorization server that the request was sent to (RFC 9207 section 2.4)."""
    return message.iss == expected_issuer(me)


ISS = Mitigation(
    "iss",
    "issuer in the authorization response, compared",
    "RFC 9207 section 2.4",
    id="ISS",
    fills={
        AuthorizationResponse: {"iss": own_issuer},
        ImplicitResponse: {"iss": own_issuer},
        HybridResponse: {"iss": own_issuer},
        AuthorizationErrorResponse: {"iss": own_issuer},
    },
    checks={
        AuthorizationResponse: [iss_matches],
        ImplicitResponse: [iss_matches],
        AuthorizationErrorResponse: [iss_matches],
    },
)


def arrived_at_the_issuers_redirect_uri(me: View, message: Response) -> bool:
    """The response came in at the redirection URI set aside for the authorization server asked."""
    return me.memory.redirect_uri is None or me.uri == me.memory.redirect_uri


DISTINCT_REDIRECT_URIS = Mitigation(
    "distinct-redirect-uris",
    "a redirection URI of its own for each authorization server, compared",
    "RFC 9700 section 4.4.2.2",
    id="DRU",
    checks={
        AuthorizationResponse: [arrived_at_the_issuers_redirect_uri],
        ImplicitResponse: [arrived_at_the_issuers_redirect_uri],
        AuthorizationErrorResponse: [arrived_at_the_issuers_redirect_uri],
    },
    configures={"distinct_redirect_uris": True},
)


def same_user_completes(me: View, message: Response) -> bool:
    """The browser that completes the run has the session in which it was started."""
    return me.memory.issuer is None or Cookie(me.party, me.index) in me.cookies


SAME_USER = Mitigation(
    "same-user",
    "who completes a run is who started it",
    "draft-ietf-oauth-security-topics-update section 2.3.2",
    id="SAMEUSR",
    checks={AuthorizationResponse: [same_user_completes], ImplicitResponse: [same_user_completes]},
    extension=True,
)


def context_is_that_of_the_session(me: View, message: Response) -> bool:
    """The redirection URI stands for the connection (tenant, connector, issuer) that the session keeps."""
    issuer = me.memory.issuer
    return issuer is None or me.uri == me.cast.redirect_uri(me.party, issuer.name)


CONNECTION_CONTEXT = Mitigation(
    "connection-context",
    "the connection has an identifier of its own in the session and in the redirection URI, compared",
    "draft-ietf-oauth-security-topics-update section 2.2.2",
    id="CTX",
    checks={
        AuthorizationResponse: [context_is_that_of_the_session],
        ImplicitResponse: [context_is_that_of_the_session],
        AuthorizationErrorResponse: [context_is_that_of_the_session],
    },
    configures={"distinct_redirect_uris": True},
    extension=True,
)

INTENT = Mitigation(
    "intent",
    "the authorization server that the user chose is kept in the session, and is what every later step goes by",
    "RFC 9700 section 4.4.2",
    id="INTENT",
    configures={"context_in_uri": False},
)


EVERY_CODE_REDEEMED = Mitigation(
    "every-code-redeemed",
    "the client redeems every code that it gets, also in a response that it refuses",
    "RFC 9700 section 4.2.4",
    id="BURN",
    extension=True,
)
"""No specification asks for this; the section has codes invalidated by their first use, which this makes use of."""


def token_was_issued_to_me(me: View, message: ImplicitResponse | TokenResponse) -> bool:
    """The token was issued to this client, so that it says something about who is here."""
    return bool(message.access_token.client == me.party)


TOKEN_ISSUED_TO_CLIENT = Mitigation(
    "token-issued-to-client",
    "the client checks that an access token was issued to itself",
    "RFC 6749 section 10.16",
    id="TCHK",
    checks={ImplicitResponse: [token_was_issued_to_me], TokenResponse: [token_was_issued_to_me]},
)
