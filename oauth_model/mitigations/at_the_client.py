"""What ties an authorization response to the browser, and to the authorization server, that it belongs to.

`state` (RFC 6749 section 10.12), `iss` (RFC 9207), one redirection URI for each authorization server
(RFC 9700 section 4.4.2.2), and the check that a token was issued to the client itself.
"""

from __future__ import annotations

from oauth_model.flows.authorization_code import unsolicited_issuer
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
from oauth_model.terms import Issuer, State

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
    return bool(message.iss == (me.memory.issuer or Issuer(unsolicited_issuer(me))))


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
