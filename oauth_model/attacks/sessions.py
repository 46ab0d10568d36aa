"""Attacks on the tie between a grant and the browser it belongs to (catalogue family SI)."""

from __future__ import annotations

from oauth_model.attackers import (
    BROWSES,
    HOLDS_TOKEN,
    IS_AUTHORIZATION_SERVER,
    IS_CLIENT,
    IS_RESOURCE_SERVER,
    READS_REQUESTS,
    READS_RESPONSES,
    WEB,
)
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    effects_are_what_the_user_set_out_to_do,
    grant_belongs_to_the_browser_that_consented,
    grant_was_asked_for_in_this_session,
    login_is_the_users_own,
    nobody_else_is_served,
    nobody_is_signed_in_unasked,
    nobody_logs_in_as_another,
    response_answers_one_pending_request,
    run_is_completed_by_who_started_it,
    stolen_code_is_useless,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    CODE_SINGLE_USE,
    DPOP,
    DPOP_JKT,
    EFFECTS_NEED_TOKEN,
    EVERY_CODE_REDEEMED,
    EXACT_REDIRECT_URI,
    HASHES,
    ID_TOKEN_VALIDATION,
    INTENT,
    ISS,
    LOGIN_NEEDS_GESTURE,
    MTLS,
    NO_IMPLICIT,
    NO_SILENT_APPROVAL,
    NONCE,
    PKCE_REQUIRED,
    PKCE_S256,
    PUSHED_REQUESTS,
    REQUEST_URI_ONCE,
    SAME_USER,
    SHORT_LIVED_TOKENS,
    SIGNED_REQUESTS,
    STATE,
    TOKEN_ISSUED_TO_CLIENT,
    UNGUESSABLE_SECRETS,
)
from oauth_model.scenario import Bounds

LOGIN_CSRF = Attack(
    "login-csrf",
    "SI01",
    "Cross-site request forgery on the redirection endpoint",
    "RFC 6749 section 10.12",
    "The attacker gets a code for its own account and makes the victim's browser deliver it to the client.",
    WEB,
    breaks=(
        grant_belongs_to_the_browser_that_consented,
        grant_was_asked_for_in_this_session,
        login_is_the_users_own,
        response_answers_one_pending_request,
    ),
    off=(STATE, PKCE_S256, PKCE_REQUIRED),
    stopped_by=((STATE,), (PKCE_S256,), (NONCE,)),
    not_stopped_by=((EXACT_REDIRECT_URI,), (CLIENT_AUTHENTICATION,), (ISS,), (CODE_SINGLE_USE,), (DPOP,), (MTLS,)),
)

CODE_INJECTION = Attack(
    "code-injection",
    "SI02",
    "Authorization code injection",
    "RFC 9700 section 4.5",
    "The attacker reads the victim's code and brings it to the client in a session of its own.",
    BROWSES | READS_RESPONSES,
    breaks=(nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, nobody_else_is_served),
    off=(PKCE_S256, PKCE_REQUIRED),
    stopped_by=((PKCE_S256,), (NONCE,)),
    not_stopped_by=(
        (CLIENT_AUTHENTICATION,),
        (STATE,),
        (ISS,),
        (CODE_BOUND_TO_CLIENT,),
        (DPOP,),
        (MTLS,),
        (DPOP, DPOP_JKT),
    ),
)

STOLEN_CODE = Attack(
    "stolen-code",
    "SI03",
    "Stolen code redeemed by the attacker",
    "RFC 9700 section 4.5",
    "The client is public: whoever reads the code redeems it.",
    READS_RESPONSES,
    breaks=(nobody_else_is_served, stolen_code_is_useless),
    off=(PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
    stopped_by=((PKCE_S256,), (CLIENT_AUTHENTICATION,), (DPOP, DPOP_JKT)),
    not_stopped_by=((STATE,), (ISS,), (EXACT_REDIRECT_URI,), (NONCE,), (DPOP,), (MTLS,)),
)

BROWSER_SWAPPING = Attack(
    "browser-swapping",
    "SI08",
    "Browser swapping",
    "RFC 9700 section 4.5.4",
    "The victim is lured into a run that the attacker started, and the response is read: every binding between "
    "run, request and response is intact, but the run's browser is the attacker's.",
    WEB | READS_RESPONSES,
    breaks=(nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, nobody_else_is_served),
    not_stopped_by=(
        (PKCE_S256, PKCE_REQUIRED, STATE, ISS, CLIENT_AUTHENTICATION),
        (PUSHED_REQUESTS,),
        (SIGNED_REQUESTS,),
        (NONCE,),
        (HASHES,),
        (DPOP,),
        (MTLS,),
        (DPOP, DPOP_JKT),
        (EVERY_CODE_REDEEMED,),
        (PUSHED_REQUESTS, REQUEST_URI_ONCE),
        (NO_SILENT_APPROVAL, SHORT_LIVED_TOKENS, UNGUESSABLE_SECRETS),
    ),
)

TOKEN_INJECTION = Attack(
    "token-injection",
    "SI13",
    "Access token injection",
    "RFC 9700 section 4.6",
    "The attacker puts the victim's token into the fragment of its own authorization response.",
    BROWSES | HOLDS_TOKEN,
    breaks=(nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented),
    off=(NO_IMPLICIT,),
    stopped_by=((NO_IMPLICIT,), (HASHES, NONCE, ID_TOKEN_VALIDATION)),
    not_stopped_by=((STATE,), (ISS,), (EXACT_REDIRECT_URI,), (PKCE_S256,), (TOKEN_ISSUED_TO_CLIENT,), (DPOP,)),
    refuted=(
        Refuted(
            (HASHES,),
            (nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented),
            "without a nonce the victim's ID token is taken along, and without validation the attacker writes one: the "
            "hash is worth what the ID token is worth",
        ),
    ),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    bounds_when_stopped=Bounds(authorizations=2, windows=1),
)

TOKEN_SUBSTITUTION = Attack(
    "token-substitution",
    "SI14",
    "Token of one client used to sign in at another",
    "RFC 6749 section 10.16",
    "The victim signs in at the attacker's client, which brings the token to an honest one as its own.",
    WEB | IS_CLIENT,
    breaks=(nobody_logs_in_as_another,),
    off=(NO_IMPLICIT, TOKEN_ISSUED_TO_CLIENT),
    stopped_by=((TOKEN_ISSUED_TO_CLIENT,), (NO_IMPLICIT,), (ID_TOKEN_VALIDATION,)),
    not_stopped_by=((STATE,), (PKCE_S256,), (EXACT_REDIRECT_URI,), (ISS,), (DPOP,)),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    bounds=Bounds(forgeries=3),
    bounds_when_stopped=Bounds(),
)

CSRF_WITH_READ_REQUEST = Attack(
    "csrf-with-read-request",
    None,
    "Login forgery with a request that was read",
    "RFC 9700 section 3, A4",
    "State and challenge are all that ties a response to a run, and both are in the request: who reads it gets a "
    "code for its own account with the victim's challenge, and makes the victim's browser deliver it.",
    WEB | READS_REQUESTS,
    breaks=(grant_belongs_to_the_browser_that_consented,),
    not_stopped_by=((STATE, PKCE_S256, PKCE_REQUIRED, ISS, CLIENT_AUTHENTICATION),),
)

SESSION_FIXATION = Attack(
    "session-fixation",
    "SI11",
    "Cross-user session fixation",
    "draft-ietf-oauth-security-topics-update section 2.3.1",
    "The client knows its session by the state alone: the attacker starts a run, the victim completes it, and the "
    "victim's grant is attached to the attacker's account.",
    WEB,
    breaks=(
        nobody_else_is_served,
        grant_belongs_to_the_browser_that_consented,
        run_is_completed_by_who_started_it,
    ),
    stopped_by=((SAME_USER,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (ISS,), (EXACT_REDIRECT_URI,), (PUSHED_REQUESTS,), (NONCE,)),
    cast=Cast(session_in_state=True),
)

EFFECT_AT_CONSENT = Attack(
    "effect-at-consent",
    "SI12",
    "Something is done at the consent itself",
    "RFC 6749 section 1.2",
    "The attacker prepares a request and the victim consents to it; what it is for is done at once, before the client "
    "could find out that the run is not this browser's.",
    WEB,
    breaks=(effects_are_what_the_user_set_out_to_do,),
    off=(EFFECTS_NEED_TOKEN,),
    stopped_by=((EFFECTS_NEED_TOKEN,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (PUSHED_REQUESTS,), (ISS,)),
    cast=Cast(acts_on_consent=True),
)

UNASKED_LOGIN = Attack(
    "unasked-login",
    "SI17",
    "Login begun by a third party",
    "OpenID Connect Core section 4",
    "A link makes the client begin a run with the attacker's authorization server, which answers at once: the victim "
    "is signed in as somebody else without having done anything.",
    WEB | IS_AUTHORIZATION_SERVER | IS_RESOURCE_SERVER,
    breaks=(nobody_is_signed_in_unasked,),
    off=(LOGIN_NEEDS_GESTURE,),
    stopped_by=((LOGIN_NEEDS_GESTURE,),),
    not_stopped_by=((STATE,), (PKCE_S256,), (ISS,), (INTENT,), (NONCE,)),
    bounds=Bounds(client_runs=1, forgeries=4),
)

SESSION_ATTACKS = (
    LOGIN_CSRF,
    CODE_INJECTION,
    STOLEN_CODE,
    BROWSER_SWAPPING,
    TOKEN_INJECTION,
    TOKEN_SUBSTITUTION,
    CSRF_WITH_READ_REQUEST,
    SESSION_FIXATION,
    EFFECT_AT_CONSENT,
    UNASKED_LOGIN,
)
