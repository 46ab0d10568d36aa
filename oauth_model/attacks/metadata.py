"""Attacks through what authorization servers say of themselves (catalogue MX04 and its like)."""

from __future__ import annotations

from oauth_model.attackers import IS_AUTHORIZATION_SERVER
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.goals import (
    client_meant_the_assertion_for_this_server,
    client_secrets_stay_secret,
    codes_stay_secret,
    metadata_is_of_the_issuer_asked,
    response_is_from_the_issuer_asked,
)
from oauth_model.mitigations import (
    ASSERTION_SINGLE_USE,
    AUDIENCE_IS_ISSUER,
    CLIENT_AUTHENTICATION,
    CONNECTION_CONTEXT,
    DISTINCT_REDIRECT_URIS,
    DPOP,
    EXACT_REDIRECT_URI,
    ISS,
    KEY_FOR_EACH_SERVER,
    METADATA_ISSUER,
    MTLS,
    MTLS_CLIENT_AUTHENTICATION,
    NONCE,
    PKCE_S256,
    PRIVATE_KEY_JWT,
    PUSHED_REQUESTS,
    STATE,
)
from oauth_model.scenario import Bounds

MALICIOUS_ENDPOINTS = Attack(
    "malicious-endpoints",
    "MX04",
    "Metadata that names endpoints of another authorization server",
    "RFC 9700 section 4.4.2",
    "The attacker's metadata names the honest server's authorization and registration endpoints and its own token "
    "endpoint: the client registers, and sends the browser, there, and brings code, verifier and secret here.",
    IS_AUTHORIZATION_SERVER,
    breaks=(codes_stay_secret, response_is_from_the_issuer_asked),
    off=(ISS,),
    stopped_by=((ISS,),),
    not_stopped_by=(
        (PKCE_S256,),
        (STATE,),
        (DISTINCT_REDIRECT_URIS,),
        (EXACT_REDIRECT_URI,),
        (METADATA_ISSUER,),
        (CLIENT_AUTHENTICATION,),
        (CONNECTION_CONTEXT,),
        (NONCE,),
    ),
    refuted=(
        Refuted(
            (ISS,),
            (client_secrets_stay_secret,),
            "the attacker answers at its own authorization endpoint, in its own name: with only the registration at "
            "the honest server, the secret from there still goes to the attacker's token endpoint",
        ),
    ),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(client_runs=1, windows=1, forgeries=4),
    cast=Cast(discovery=True),
)

METADATA_IMPERSONATION = Attack(
    "metadata-impersonation",
    None,
    "Metadata that claims to be another issuer's",
    "RFC 8414 section 6.2",
    "The attacker's metadata has the honest server's issuer identifier beside its own token endpoint: the issuer in "
    "the response is the one that the client then expects.",
    IS_AUTHORIZATION_SERVER,
    breaks=(codes_stay_secret, metadata_is_of_the_issuer_asked),
    off=(METADATA_ISSUER,),
    stopped_by=((METADATA_ISSUER,),),
    not_stopped_by=((ISS,), (PKCE_S256,), (STATE,), (DISTINCT_REDIRECT_URIS,)),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(client_runs=1, windows=1, forgeries=4),
    cast=Cast(discovery=True),
)

AUDIENCE_INJECTION = Attack(
    "audience-injection",
    "MX11",
    "Audience of a client assertion chosen by the attacker",
    "draft-ietf-oauth-security-topics-update section 2.1",
    "The attacker's metadata names the honest server's token endpoint, which is the audience of the assertion that the "
    "client sends to another endpoint, of the attacker's; the attacker hands it on.",
    IS_AUTHORIZATION_SERVER,
    breaks=(client_meant_the_assertion_for_this_server, client_secrets_stay_secret),
    off=(AUDIENCE_IS_ISSUER, KEY_FOR_EACH_SERVER, CLIENT_AUTHENTICATION),
    on=(PRIVATE_KEY_JWT, PUSHED_REQUESTS),
    stopped_by=((AUDIENCE_IS_ISSUER,), (KEY_FOR_EACH_SERVER,), (MTLS_CLIENT_AUTHENTICATION,)),
    not_stopped_by=(
        (METADATA_ISSUER,),
        (PKCE_S256,),
        (ASSERTION_SINGLE_USE,),
        (ISS,),
        (PUSHED_REQUESTS,),
        (DPOP,),
        (MTLS,),
    ),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(windows=1, forgeries=4),
    cast=Cast(discovery=True),
)

AUDIENCE_INJECTION_BY_ISSUER = Attack(
    "audience-injection-by-issuer",
    None,
    "Audience of a client assertion chosen by metadata that claims to be another issuer's",
    "RFC 8414 section 6.2",
    "The same where the audience is the issuer identifier: the attacker's metadata has the honest server's.",
    IS_AUTHORIZATION_SERVER,
    breaks=(client_meant_the_assertion_for_this_server, client_secrets_stay_secret),
    off=(METADATA_ISSUER, KEY_FOR_EACH_SERVER, CLIENT_AUTHENTICATION),
    on=(PRIVATE_KEY_JWT, PUSHED_REQUESTS),
    stopped_by=((METADATA_ISSUER,), (MTLS_CLIENT_AUTHENTICATION,)),
    not_stopped_by=((AUDIENCE_IS_ISSUER,), (KEY_FOR_EACH_SERVER,), (ISS,), (PKCE_S256,)),
    bounds=Bounds(client_runs=1, windows=1, forgeries=2),
    bounds_when_stopped=Bounds(windows=1, forgeries=4),
    cast=Cast(discovery=True),
)

METADATA_ATTACKS = (MALICIOUS_ENDPOINTS, METADATA_IMPERSONATION, AUDIENCE_INJECTION, AUDIENCE_INJECTION_BY_ISSUER)
