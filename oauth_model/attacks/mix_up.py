"""Mix-up attacks: the client takes one authorization server for another (catalogue family MX)."""

from __future__ import annotations

from oauth_model.attackers import BROWSES, IS_AUTHORIZATION_SERVER, IS_RESOURCE_SERVER, WEB
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    access_tokens_stay_secret,
    codes_stay_secret,
    grant_belongs_to_the_browser_that_consented,
    grant_is_of_the_connection_asked,
    grant_was_asked_for_in_this_session,
    nobody_else_is_served,
    nobody_logs_in_as_another,
    redirect_uris_match,
    response_is_from_the_issuer_asked,
)
from oauth_model.mitigations import (
    AUDIENCE,
    CLIENT_AUTHENTICATION,
    CONNECTION_CONTEXT,
    DISTINCT_REDIRECT_URIS,
    EXACT_REDIRECT_URI,
    INTENT,
    ISS,
    NO_IMPLICIT,
    NONCE,
    PKCE_S256,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    SAME_USER,
    STATE,
)
from oauth_model.scenario import Bounds

MIX_UP = Attack(
    "mix-up",
    "MX01",
    "Mix-up of authorization servers",
    "RFC 9700 section 4.4.1",
    "The victim starts with the attacker's authorization server, which sends the browser on to the honest one; the "
    "client takes the honest server's code to the attacker's token endpoint.",
    WEB | IS_AUTHORIZATION_SERVER,
    breaks=(
        codes_stay_secret,
        response_is_from_the_issuer_asked,
        nobody_logs_in_as_another,
        nobody_else_is_served,
    ),
    off=(ISS, DISTINCT_REDIRECT_URIS),
    stopped_by=((ISS,), (DISTINCT_REDIRECT_URIS,), (CONNECTION_CONTEXT,)),
    not_stopped_by=(
        (PKCE_S256,),
        (STATE,),
        (REDIRECT_URI_AT_TOKEN_ENDPOINT,),
        (AUDIENCE,),
        (CLIENT_AUTHENTICATION,),
        (EXACT_REDIRECT_URI,),
        (NONCE,),
    ),
    bounds=Bounds(forgeries=2),
    bounds_when_stopped=Bounds(forgeries=4),
)

MIX_UP_IMPLICIT = Attack(
    "mix-up-implicit",
    "MX03",
    "Mix-up of authorization servers, implicit grant",
    "RFC 9700 section 4.4.1",
    "The same with a token in the fragment, which the client takes to the attacker's resource server.",
    WEB | IS_AUTHORIZATION_SERVER | IS_RESOURCE_SERVER,
    breaks=(access_tokens_stay_secret, nobody_else_is_served),
    off=(ISS, DISTINCT_REDIRECT_URIS, NO_IMPLICIT),
    stopped_by=((ISS,), (DISTINCT_REDIRECT_URIS,), (CONNECTION_CONTEXT,)),
    not_stopped_by=((STATE,), (PKCE_S256,), (NONCE,)),
    refuted=(
        Refuted(
            (NO_IMPLICIT,),
            (nobody_else_is_served,),
            "without the implicit grant the token is safe, but the client is still mixed up: what is left is the "
            "mix-up of the code grant",
        ),
    ),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    bounds=Bounds(windows=1, forgeries=3),
    bounds_when_stopped=Bounds(windows=1, forgeries=5),
)

CROSS_NETWORK_FORGERY = Attack(
    "cross-network-forgery",
    "MX06",
    "Mix-up through a loosely matched redirection URI",
    "RFC 9700 section 4.4.1",
    "Each authorization server has a redirection URI of its own, but the honest one takes that of the attacker's for "
    "the client's, too: the response comes in there, and the code goes to the attacker's token endpoint.",
    WEB | IS_AUTHORIZATION_SERVER,
    breaks=(codes_stay_secret, response_is_from_the_issuer_asked),
    off=(ISS, EXACT_REDIRECT_URI),
    stopped_by=((EXACT_REDIRECT_URI,), (ISS,)),
    not_stopped_by=((DISTINCT_REDIRECT_URIS,), (PKCE_S256,), (STATE,)),
    refuted=(
        Refuted(
            (ISS,),
            (redirect_uris_match,),
            "the issuer in the response keeps the code from the wrong token endpoint, but the response is still sent "
            "to a redirection URI that the client has not registered there",
        ),
    ),
    bounds=Bounds(forgeries=2),
    bounds_when_stopped=Bounds(forgeries=4),
    cast=Cast(matching="same-host"),
)

CROSS_TOOLKIT_FORGERY = Attack(
    "cross-toolkit-forgery",
    "MX09",
    "Request forgery across the connections of a platform",
    "draft-ietf-oauth-security-topics-update section 2.2.1",
    "The victim starts with the attacker's authorization server, which answers at the redirection URI of the honest "
    "one, with a code for the attacker's account there that has the victim's challenge.",
    BROWSES | IS_AUTHORIZATION_SERVER,
    breaks=(
        grant_is_of_the_connection_asked,
        grant_was_asked_for_in_this_session,
        grant_belongs_to_the_browser_that_consented,
    ),
    off=(INTENT, DISTINCT_REDIRECT_URIS),
    stopped_by=((CONNECTION_CONTEXT,), (INTENT,), (DISTINCT_REDIRECT_URIS,)),
    not_stopped_by=((EXACT_REDIRECT_URI,), (PKCE_S256,), (STATE,), (ISS,), (SAME_USER,)),
    bounds=Bounds(client_runs=1, windows=1, forgeries=4),
    cast=Cast(context_in_uri=True),
)

CROSS_TENANT_DEPUTY = Attack(
    "cross-tenant-deputy",
    "MX10",
    "A platform's tenant gets a grant of another tenant's connection",
    "draft-ietf-oauth-security-topics-update section 2.2",
    "The victim connects to the attacker's tenant, whose authorization server sends the browser on to the honest one, "
    "for the platform's other connection; the token ends up with the tenant in whose session the run was started.",
    IS_AUTHORIZATION_SERVER,
    breaks=(nobody_else_is_served, access_tokens_stay_secret, grant_is_of_the_connection_asked),
    off=(INTENT, DISTINCT_REDIRECT_URIS),
    stopped_by=((CONNECTION_CONTEXT,), (INTENT,), (DISTINCT_REDIRECT_URIS,)),
    not_stopped_by=((EXACT_REDIRECT_URI,), (PKCE_S256,), (STATE,), (ISS,), (SAME_USER,)),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(client_runs=1, windows=1, forgeries=4),
    cast=Cast(context_in_uri=True, token_vault=True),
)

MIX_UP_ATTACKS = (MIX_UP, MIX_UP_IMPLICIT, CROSS_NETWORK_FORGERY, CROSS_TOOLKIT_FORGERY, CROSS_TENANT_DEPUTY)
