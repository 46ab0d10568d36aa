"""Attacks on ID tokens and what goes with them, and on what ties a run to its secrets (families SI, MX and CL)."""

from __future__ import annotations

from oauth_model.attackers import BROWSES, HOLDS_TOKEN, IS_AUTHORIZATION_SERVER, IS_CLIENT, READS_RESPONSES, WEB
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.hybrid import HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    challenge_is_for_one_run,
    endpoints_are_the_issuers_own,
    grant_belongs_to_the_browser_that_consented,
    id_token_is_as_it_should_be,
    nobody_logs_in_as_another,
    token_is_from_this_run,
    what_is_shown_is_about_who_signed_in,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    DPOP,
    HASHES,
    ID_TOKEN_VALIDATION,
    ISS,
    KEY_BY_ISSUER,
    KEY_FOR_EACH_SERVER,
    METADATA_ISSUER,
    MTLS,
    NO_IMPLICIT,
    NONCE,
    PKCE_REQUIRED,
    PKCE_S256,
    SHORT_LIVED_TOKENS,
    STATE,
    SUBJECT_WITH_ISSUER,
    TOKEN_ISSUED_TO_CLIENT,
    TOKEN_STATUS_CHECKED,
    TRANSACTION_SECRETS,
    USERINFO_SUBJECT,
)
from oauth_model.scenario import Bounds

CODE_SUBSTITUTION = Attack(
    "code-substitution",
    "SI15",
    "Code substituted beside an ID token",
    "OpenID Connect Core section 16.11",
    "The attacker reads the victim's response, and brings the code into a run of its own, beside the ID token that "
    "came with it or one for its own account.",
    BROWSES | READS_RESPONSES,
    breaks=(
        nobody_logs_in_as_another,
        grant_belongs_to_the_browser_that_consented,
        id_token_is_as_it_should_be,
    ),
    off=(PKCE_S256, PKCE_REQUIRED),
    on=(ID_TOKEN_VALIDATION,),
    stopped_by=((HASHES,), (PKCE_S256,), (NONCE,)),
    not_stopped_by=((STATE,), (ID_TOKEN_VALIDATION,), (CLIENT_AUTHENTICATION,)),
    flows=(HYBRID,),
    bounds_when_stopped=Bounds(authorizations=2, windows=1),
)

ISSUER_CONFUSION = Attack(
    "issuer-confusion",
    "MX07",
    "ID token that names another issuer",
    "OpenID Connect Core section 3.1.3.7",
    "The attacker signs in with its own authorization server, which answers with an ID token that it made itself, "
    "and that names an honest server and the victim.",
    BROWSES | IS_AUTHORIZATION_SERVER,
    breaks=(nobody_logs_in_as_another, id_token_is_as_it_should_be),
    stopped_by=((ID_TOKEN_VALIDATION,), (KEY_BY_ISSUER,)),
    not_stopped_by=((STATE,), (PKCE_S256,), (NONCE,), (ISS,), (SUBJECT_WITH_ISSUER,)),
    cast=Cast(openid=True),
)

ROGUE_TOKEN_ENDPOINT = Attack(
    "rogue-token-endpoint",
    "MX13",
    "Access token injected at a rogue token endpoint, ID token replayed",
    "RFC 9700 section 4.4.1",
    "The client is configured with a token endpoint of the attacker's, which answers the attacker's own run with the "
    "victim's access token and the ID token that came in the authorization response.",
    BROWSES | HOLDS_TOKEN,
    breaks=(token_is_from_this_run,),
    off=(METADATA_ISSUER,),
    on=(ID_TOKEN_VALIDATION, NONCE),
    stopped_by=((METADATA_ISSUER,), (HASHES,)),
    not_stopped_by=((ISS,), (PKCE_S256,), (DPOP,), (MTLS,), (KEY_FOR_EACH_SERVER,)),
    refuted=(
        Refuted(
            (HASHES,),
            (endpoints_are_the_issuers_own, grant_belongs_to_the_browser_that_consented),
            "the access token goes with no other ID token, but the attacker, who learns the nonce of the victim's run "
            "at its token endpoint, signs in with that nonce and answers with its own tokens",
        ),
    ),
    flows=(HYBRID,),
    cast=Cast(rogue_token_endpoint=True),
    bounds=Bounds(authorizations=2, windows=1, forgeries=6),
)

TOKEN_OF_ANOTHER = Attack(
    "token-of-another",
    None,
    "Access token of another user beside one's own ID token",
    "OpenID Connect Core section 5.3.2",
    "The ID token is the attacker's own and in order; the access token beside it is the victim's, and what it gives is "
    "shown to whom the ID token signed in.",
    BROWSES | HOLDS_TOKEN,
    breaks=(what_is_shown_is_about_who_signed_in,),
    off=(NO_IMPLICIT,),
    on=(NONCE, ID_TOKEN_VALIDATION),
    stopped_by=((USERINFO_SUBJECT,), (HASHES,)),
    not_stopped_by=((STATE,), (PKCE_S256,), (ISS,)),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    bounds=Bounds(authorizations=2, windows=1),
)

REUSED_CHALLENGE = Attack(
    "reused-challenge",
    "SI07",
    "Code challenge and nonce that all runs share",
    "RFC 9700 section 2.1.1",
    "Every run of the client has the same verifier and the same nonce: the victim's code goes into the attacker's run.",
    BROWSES | READS_RESPONSES,
    breaks=(nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, challenge_is_for_one_run),
    off=(TRANSACTION_SECRETS,),
    stopped_by=((TRANSACTION_SECRETS,),),
    not_stopped_by=((PKCE_S256,), (PKCE_REQUIRED,), (NONCE,), (STATE,)),
    cast=Cast(reused_secrets=True),
)

ACCOUNT_BY_NAME = Attack(
    "account-by-name",
    "CL24",
    "Account known by a name that others can give, too",
    "OpenID Connect Core section 2",
    "The attacker's authorization server calls one of its users by the victim's name, and the client knows its "
    "accounts by name alone.",
    BROWSES | IS_AUTHORIZATION_SERVER,
    breaks=(nobody_logs_in_as_another,),
    off=(SUBJECT_WITH_ISSUER,),
    on=(ID_TOKEN_VALIDATION,),
    stopped_by=((SUBJECT_WITH_ISSUER,),),
    not_stopped_by=((STATE,), (PKCE_S256,), (NONCE,), (ISS,)),
)

SHARED_AUDIENCE = Attack(
    "shared-audience",
    None,
    "ID token for another client, with both as its audience",
    "OpenID Connect Core section 3.1.3.7",
    "The authorization server names all clients in an ID token; the victim signs in at the attacker's client, which "
    "brings the response to an honest one that is an audience, too.",
    WEB | IS_CLIENT,
    breaks=(nobody_logs_in_as_another, id_token_is_as_it_should_be),
    off=(NO_IMPLICIT, TOKEN_ISSUED_TO_CLIENT),
    on=(KEY_BY_ISSUER,),
    stopped_by=((ID_TOKEN_VALIDATION,), (NO_IMPLICIT,), (TOKEN_ISSUED_TO_CLIENT,)),
    not_stopped_by=((STATE,), (ISS,), (KEY_BY_ISSUER,), (HASHES,)),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    bounds=Bounds(forgeries=3),
    cast=Cast(broad_audience=True),
)

LAPSED_ID_TOKEN = Attack(
    "lapsed-id-token",
    None,
    "ID token used after it expired",
    "OpenID Connect Core section 3.1.3.7",
    "A response comes late, or a second time: the ID token in it has expired, and the client signs its user in all the "
    "same.",
    BROWSES | HOLDS_TOKEN,
    breaks=(id_token_is_as_it_should_be,),
    off=(NO_IMPLICIT,),
    on=(KEY_BY_ISSUER, HASHES),
    stopped_by=((ID_TOKEN_VALIDATION,),),
    not_stopped_by=((NONCE,), (NO_IMPLICIT,), (STATE,), (SHORT_LIVED_TOKENS,), (TOKEN_STATUS_CHECKED,)),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    bounds=Bounds(windows=1),
    time_passes=True,
)

OPENID_ATTACKS = (
    CODE_SUBSTITUTION,
    ISSUER_CONFUSION,
    ROGUE_TOKEN_ENDPOINT,
    TOKEN_OF_ANOTHER,
    REUSED_CHALLENGE,
    ACCOUNT_BY_NAME,
    SHARED_AUDIENCE,
    LAPSED_ID_TOKEN,
)
