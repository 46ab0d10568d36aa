"""Attacks on what a run keeps secret: verifiers, codes and state that are read, ignored or guessed (family SI)."""

from __future__ import annotations

from oauth_model.attackers import (
    BROWSES,
    READS_REQUESTS,
    READS_RESPONSES,
    WEB,
)
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.goals import (
    codes_stay_secret,
    grant_belongs_to_the_browser_that_consented,
    grant_was_asked_for_in_this_session,
    nobody_else_is_served,
    request_uris_are_used_once,
    secrets_cannot_be_guessed,
    state_and_verifier_stay_secret_until_used,
    stolen_code_is_useless,
    verifier_and_challenge_go_together,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CODE_LIFETIME,
    CODE_SINGLE_USE,
    ISS,
    LONG_VERIFIERS,
    NONCE,
    PKCE_NO_DOWNGRADE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    PLAIN_REFUSED,
    PUSHED_REQUESTS,
    REQUEST_URI_ONCE,
    SIGNED_REQUESTS,
    STATE,
    UNGUESSABLE_SECRETS,
)
from oauth_model.scenario import Bounds

PKCE_DOWNGRADE = Attack(
    "pkce-downgrade",
    "SI04",
    "PKCE downgrade",
    "RFC 9700 section 4.8.1",
    "The attacker leaves the challenge out of its own request, and the server ignores the verifier that comes "
    "with its code from the victim's session.",
    WEB,
    breaks=(
        grant_belongs_to_the_browser_that_consented,
        grant_was_asked_for_in_this_session,
        verifier_and_challenge_go_together,
    ),
    off=(STATE, PKCE_REQUIRED, PKCE_NO_DOWNGRADE),
    stopped_by=(
        (PKCE_REQUIRED,),
        (STATE,),
        (PKCE_NO_DOWNGRADE,),
        (PUSHED_REQUESTS,),
        (SIGNED_REQUESTS,),
    ),
    not_stopped_by=((PKCE_S256,), (PLAIN_REFUSED,), (CLIENT_AUTHENTICATION,)),
    refuted=(
        Refuted(
            (NONCE,),
            (verifier_and_challenge_go_together,),
            "no run takes the token, but the client sees the nonce only when the server has redeemed the code, and "
            "ignored the verifier",
        ),
    ),
)

PLAIN_CHALLENGE = Attack(
    "plain-challenge",
    "SI05",
    "PKCE with the plain method, request and response read",
    "RFC 7636 section 7.2",
    "The challenge in the request is the verifier; with the code from the response it redeems.",
    READS_REQUESTS | READS_RESPONSES,
    breaks=(nobody_else_is_served, stolen_code_is_useless),
    off=(PLAIN_REFUSED, CLIENT_AUTHENTICATION, PKCE_S256, STATE),
    on=(PKCE_PLAIN,),
    stopped_by=((PLAIN_REFUSED,), (CLIENT_AUTHENTICATION,), (PUSHED_REQUESTS,)),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    refuted=(
        Refuted(
            (CLIENT_AUTHENTICATION,),
            (state_and_verifier_stay_secret_until_used, verifier_and_challenge_go_together),
            "client authentication makes the code useless to the attacker, who still reads the verifier",
        ),
    ),
)

GUESSED_VERIFIER = Attack(
    "guessed-verifier",
    "SI20",
    "PKCE verifier guessed at the token endpoint",
    "RFC 7636 section 7.1",
    "The verifier has few possible values, and nobody counts the attempts: whoever reads the code tries them all.",
    READS_RESPONSES,
    breaks=(nobody_else_is_served, stolen_code_is_useless, secrets_cannot_be_guessed),
    off=(LONG_VERIFIERS, CLIENT_AUTHENTICATION),
    stopped_by=((LONG_VERIFIERS,),),
    not_stopped_by=((PKCE_S256,), (PLAIN_REFUSED,), (CODE_SINGLE_USE,)),
    cast=Cast(short_verifiers=True),
)

GUESSED_CODE = Attack(
    "guessed-code",
    None,
    "Code guessed at the token endpoint",
    "RFC 6749 section 10.10",
    "Codes have few possible values, and nobody counts the attempts: the attacker reads nothing, and tries them all.",
    BROWSES,
    breaks=(nobody_else_is_served, stolen_code_is_useless, codes_stay_secret),
    off=(UNGUESSABLE_SECRETS, PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
    stopped_by=((UNGUESSABLE_SECRETS,),),
    not_stopped_by=((STATE,), (ISS,), (CODE_SINGLE_USE,), (CODE_LIFETIME,)),
    cast=Cast(guessable=("code",)),
)

GUESSED_STATE = Attack(
    "guessed-state",
    None,
    "Login forgery with a state that was guessed",
    "RFC 6749 section 10.12",
    "State has few possible values: the attacker tries them all with a code for its own account, and the right one "
    "makes the victim's run take it.",
    WEB,
    breaks=(grant_belongs_to_the_browser_that_consented, state_and_verifier_stay_secret_until_used),
    off=(UNGUESSABLE_SECRETS, PKCE_S256, PKCE_REQUIRED),
    stopped_by=((UNGUESSABLE_SECRETS,),),
    not_stopped_by=((STATE,), (ISS,), (CLIENT_AUTHENTICATION,)),
    cast=Cast(guessable=("state",)),
)

REFERENCE_REUSED = Attack(
    "reference-reused",
    None,
    "Reference to a pushed request used twice",
    "RFC 9126 section 7.3",
    "Whoever read the reference of the victim's request begins another authorization with it, for an account of its "
    "own, after the victim has been there.",
    BROWSES | READS_REQUESTS,
    breaks=(request_uris_are_used_once,),
    off=(REQUEST_URI_ONCE,),
    on=(PUSHED_REQUESTS,),
    stopped_by=((REQUEST_URI_ONCE,),),
    not_stopped_by=((PUSHED_REQUESTS,), (PKCE_S256,), (STATE,), (CLIENT_AUTHENTICATION,), (SIGNED_REQUESTS,)),
    bounds=Bounds(client_runs=1, authorizations=2, windows=1, forgeries=3),
)

SECRET_ATTACKS = (
    PKCE_DOWNGRADE,
    PLAIN_CHALLENGE,
    GUESSED_VERIFIER,
    GUESSED_CODE,
    GUESSED_STATE,
    REFERENCE_REUSED,
)
