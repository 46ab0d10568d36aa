"""Attacks by who controls the network: pages on http, and cookies that others can set (catalogue RU11, SI10, MX02)."""

from __future__ import annotations

from oauth_model.attackers import BROWSES, IS_AUTHORIZATION_SERVER, NETWORK, WEB
from oauth_model.attacks.attack import Attack
from oauth_model.cast import Cast
from oauth_model.goals import (
    codes_stay_secret,
    front_channel_is_encrypted,
    grant_belongs_to_the_browser_that_consented,
    grant_was_asked_for_in_this_session,
    login_is_the_users_own,
    nobody_else_is_served,
    nobody_logs_in_as_another,
    response_is_from_the_issuer_asked,
    state_and_verifier_stay_secret_until_used,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CONNECTION_CONTEXT,
    DISTINCT_REDIRECT_URIS,
    EXACT_REDIRECT_URI,
    FORM_POST,
    HOST_COOKIES,
    ISS,
    NONCE,
    PKCE_S256,
    STATE,
    TLS,
)
from oauth_model.scenario import Bounds

UNENCRYPTED_REDIRECT = Attack(
    "unencrypted-redirect",
    "RU11",
    "Redirection endpoint and start of the flow on http",
    "RFC 9700 section 2.6",
    "The network holds the response back, with the code, the state and the session's cookie in it, and brings it to "
    "the client itself.",
    BROWSES | NETWORK,
    breaks=(
        nobody_logs_in_as_another,
        codes_stay_secret,
        state_and_verifier_stay_secret_until_used,
        front_channel_is_encrypted,
    ),
    off=(TLS, HOST_COOKIES),
    stopped_by=((TLS,),),
    not_stopped_by=((STATE,), (EXACT_REDIRECT_URI,), (CLIENT_AUTHENTICATION,), (FORM_POST,), (PKCE_S256,)),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(),
    cast=Cast(cleartext=("login", "redirection endpoint")),
)

COOKIE_INJECTION = Attack(
    "cookie-injection",
    "SI10",
    "Session cookie of the attacker's set in the victim's browser",
    "draft-ietf-httpbis-rfc6265bis section 8.6",
    "A host under the client's domain, or whoever answers on http there, sets the cookie of a run of the attacker's in "
    "the victim's browser and sends it on with the response of that run.",
    WEB | NETWORK,
    breaks=(
        grant_was_asked_for_in_this_session,
        grant_belongs_to_the_browser_that_consented,
        login_is_the_users_own,
    ),
    off=(HOST_COOKIES,),
    stopped_by=((HOST_COOKIES,),),
    not_stopped_by=((STATE,), (PKCE_S256,), (ISS,), (TLS,), (NONCE,)),
)

MIX_UP_WITH_INTERCEPTION = Attack(
    "mix-up-with-interception",
    "MX02",
    "Mix-up of authorization servers, the user's choice changed on the way",
    "RFC 9700 section 4.4.1",
    "The victim starts on http with the honest authorization server; the network starts a run with the attacker's "
    "instead, and answers with that run's cookie and a request to the honest one.",
    BROWSES | NETWORK | IS_AUTHORIZATION_SERVER,
    breaks=(codes_stay_secret, response_is_from_the_issuer_asked, nobody_else_is_served),
    off=(TLS, HOST_COOKIES, ISS, DISTINCT_REDIRECT_URIS),
    stopped_by=((ISS,), (TLS,), (DISTINCT_REDIRECT_URIS,), (CONNECTION_CONTEXT,)),
    not_stopped_by=((PKCE_S256,), (STATE,), (NONCE,)),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(windows=1, forgeries=3),
    cast=Cast(cleartext=("login",), careful_users=True),
)

NETWORK_ATTACKS = (UNENCRYPTED_REDIRECT, COOKIE_INJECTION, MIX_UP_WITH_INTERCEPTION)
