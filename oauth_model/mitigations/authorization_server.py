"""What the authorization server checks: redirection URIs, clients, codes, scopes, and how it redirects."""

from __future__ import annotations

from oauth_model.flows.authorization_endpoint import is_registered
from oauth_model.machine import View, refuses_with
from oauth_model.messages import AuthorizationRequest, TokenRequest
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.terms import ClientSecret, Uri

# ------------------------------------------------------------------ authorization endpoint


def redirect_uri_is_registered(me: View, message: AuthorizationRequest) -> bool:
    """The redirection URI is a registered one, compared as a string (RFC 6749 section 3.1.2.3).

    On the loopback interface its port may be another (RFC 8252 section 8.4).
    """
    return message.redirect_uri is None or is_registered(me, message.client_id.name, message.redirect_uri)


EXACT_REDIRECT_URI = Mitigation(
    "exact-redirect-uri",
    "redirection URIs match exactly",
    "RFC 9700 section 2.1",
    id="EXACT",
    checks={AuthorizationRequest: [redirect_uri_is_registered]},
)


@refuses_with("unsupported_response_type")
def no_token_is_asked_for(me: View, message: AuthorizationRequest) -> bool:
    """The request asks for a code, and for no token beside it."""
    return "token" not in message.response_type.split()


NO_IMPLICIT = Mitigation(
    "no-implicit",
    "no access token in the authorization response",
    "RFC 9700 section 2.1.2",
    id="NOIMPL",
    checks={AuthorizationRequest: [no_token_is_asked_for]},
    configures={"token_in_response": False},
)

SCOPE_SUBSET = Mitigation(
    "scope-subset",
    "a token has no scope that the resource owner did not grant",
    "RFC 6749 section 1.4",
    id="SCOPE",
)

NO_SILENT_APPROVAL = Mitigation(
    "no-silent-approval",
    "nobody gets an answer without a page in the name of a client that does not authenticate",
    "RFC 6749 section 10.2",
    id="CONS",
)

SEE_OTHER = Mitigation(
    "see-other",
    "redirects after a login never repeat the posted form",
    "RFC 9700 section 4.12",
    id="R303",
    configures={"redirect_status": 303},
)

SECRET_IN_BACK_CHANNEL = Mitigation(
    "secret-in-back-channel",
    "the client secret is never part of a URI",
    "RFC 6749 section 2.3.1",
)

EFFECTS_NEED_TOKEN = Mitigation(
    "effects-need-token",
    "nothing is done at the consent itself: what a grant is for needs its token",
    "RFC 6749 section 1.2",
    id="ATTOK",
    configures={"acts_on_consent": False},
)

UNGUESSABLE_SECRETS = Mitigation(
    "unguessable-secrets",
    "codes and state have too many possible values to be guessed, and attempts are counted",
    "RFC 6749 section 10.10",
    id="ENT",
    configures={"guessable": ()},
)

# ------------------------------------------------------------------ token endpoint


def registered_secret(me: View) -> ClientSecret | None:
    """The client's secret at the authorization server it asks, or the one it got for this issuer when it registered."""
    if me.cast.discovery:
        got: ClientSecret | None = me.memory.client_secret
        return got
    secret: ClientSecret | None = me.cast.client_secret(me.party, me.memory.issuer.name)
    return secret


@refuses_with("invalid_client")
def client_is_authenticated(me: View, message: TokenRequest) -> bool:
    """The secret is that of the client named (RFC 6749 section 3.2.1)."""
    expected = me.cast.client_secret(message.client_id.name, me.party)
    return message.client_id.name in me.cast.clients and message.client_secret == expected


CLIENT_AUTHENTICATION = Mitigation(
    "client-authentication",
    "clients are confidential, and authenticate at the token endpoint",
    "RFC 6749 section 3.2.1",
    id="CAUTH",
    fills={TokenRequest: {"client_secret": registered_secret}},
    checks={TokenRequest: [client_is_authenticated]},
    configures={"confidential": True},
)


@refuses_with("invalid_grant")
def code_was_issued_to_this_client(me: View, message: TokenRequest) -> bool:
    """The client that redeems is the one the code was issued to (RFC 6749 section 4.1.3)."""
    return bool(message.client_id.name == me.memory.client)


CODE_BOUND_TO_CLIENT = Mitigation(
    "code-bound-to-client",
    "a code is redeemed only by the client it was issued to",
    "RFC 6749 section 4.1.3",
    id="CBIND",
    checks={TokenRequest: [code_was_issued_to_this_client]},
)


def remembered_redirect_uri(me: View) -> Uri | None:
    """The redirection URI that the client sent."""
    uri: Uri | None = me.memory.redirect_uri
    return uri


@refuses_with("invalid_grant")
def redirect_uri_is_repeated(me: View, message: TokenRequest) -> bool:
    """The redirection URI is that of the authorization request, if it had one (RFC 6749 section 4.1.3)."""
    return me.memory.redirect_uri_was_sent is None or bool(message.redirect_uri == me.memory.redirect_uri)


REDIRECT_URI_AT_TOKEN_ENDPOINT = Mitigation(
    "redirect-uri-at-token-endpoint",
    "the redirection URI is repeated at the token endpoint, and compared",
    "RFC 6749 section 4.1.3",
    id="RUTOK",
    fills={TokenRequest: {"redirect_uri": remembered_redirect_uri}},
    checks={TokenRequest: [redirect_uri_is_repeated]},
)


@refuses_with("invalid_grant")
def code_is_unused(me: View, message: TokenRequest) -> bool:
    """The code was not redeemed before."""
    return me.state not in ("redeemed", "token_outlived")


CODE_SINGLE_USE = Mitigation(
    "code-single-use",
    "a code is redeemed once",
    "RFC 6749 section 4.1.2",
    id="C1",
    checks={TokenRequest: [code_is_unused]},
)

CODE_LIFETIME = Mitigation(
    "code-lifetime",
    "a code is refused when its lifetime is over",
    "RFC 6749 section 4.1.2",
    id="CTTL",
)

REPLAY_REVOKES = Mitigation(
    "replay-revokes",
    "a second redemption revokes the tokens of the first",
    "RFC 6749 section 4.1.2",
    id="CREV",
    needs=("code-single-use",),
)
