"""Attacks on codes and clients at the token endpoint (catalogue families CL and LC)."""

from __future__ import annotations

from oauth_model.attackers import IS_CLIENT, NOBODY, READS_REQUESTS, READS_RESPONSES, WEB
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.goals import (
    client_secrets_stay_secret,
    code_is_redeemed_by_its_client,
    codes_are_single_use,
    grant_belongs_to_the_browser_that_consented,
    nobody_else_is_served,
    nobody_logs_in_as_another,
    replay_ends_what_the_code_gave,
    scope_never_grows,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    CODE_SINGLE_USE,
    EXACT_REDIRECT_URI,
    ISS,
    NONCE,
    PKCE_REQUIRED,
    PKCE_S256,
    REPLAY_REVOKES,
    SCOPE_SUBSET,
    SECRET_IN_BACK_CHANNEL,
    STATE,
    TOKEN_ISSUED_TO_CLIENT,
)
from oauth_model.scenario import Bounds
from oauth_model.terms import Scope

CODE_OF_ANOTHER_CLIENT = Attack(
    "code-of-another-client",
    "CL01",
    "Code of one client redeemed by another",
    "RFC 6749 section 4.1.3",
    "The victim signs in at the attacker's client, which brings the code to an honest one.",
    WEB | IS_CLIENT,
    breaks=(
        nobody_logs_in_as_another,
        grant_belongs_to_the_browser_that_consented,
        code_is_redeemed_by_its_client,
    ),
    off=(CODE_BOUND_TO_CLIENT, PKCE_S256, PKCE_REQUIRED, TOKEN_ISSUED_TO_CLIENT),
    stopped_by=((CODE_BOUND_TO_CLIENT,),),
    not_stopped_by=((CLIENT_AUTHENTICATION,), (STATE,), (EXACT_REDIRECT_URI,)),
    refuted=(
        Refuted(
            (PKCE_S256,),
            (nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, code_is_redeemed_by_its_client),
            "the attacker's client writes the request, and puts in the challenge of the run it will bring the code to",
        ),
        Refuted(
            (NONCE,),
            (nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, code_is_redeemed_by_its_client),
            "it puts in the nonce of that run, too; that the ID token is for another client, nobody looks at",
        ),
    ),
    bounds=Bounds(forgeries=3),
    bounds_when_stopped=Bounds(),
)

CODE_REPLAY = Attack(
    "code-replay",
    "LC01",
    "Code redeemed twice",
    "RFC 6749 section 10.5",
    "The server forgets that it redeemed the code, and redeems it for whoever read it.",
    READS_RESPONSES,
    breaks=(codes_are_single_use, replay_ends_what_the_code_gave),
    off=(CODE_SINGLE_USE, PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
    stopped_by=((CODE_SINGLE_USE,),),
    not_stopped_by=((STATE,), (ISS,)),
)

STOLEN_FIRST = Attack(
    "stolen-first",
    "LC03",
    "Attacker redeems first, and the replay is not acted on",
    "RFC 6749 section 4.1.2",
    "The attacker is faster than the client; the client's own request is denied as a replay, and that is all.",
    READS_RESPONSES,
    breaks=(replay_ends_what_the_code_gave, nobody_else_is_served),
    off=(PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION, REPLAY_REVOKES),
    stopped_by=((PKCE_S256,), (CLIENT_AUTHENTICATION,)),
    not_stopped_by=((CODE_SINGLE_USE,), (STATE,)),
)

SECRET_IN_REQUEST = Attack(
    "secret-in-request",
    None,
    "Client secret in the authorization request",
    "RFC 6749 section 2.3.1",
    "The client sends its secret along through the browser, and somebody reads the request.",
    READS_REQUESTS,
    breaks=(client_secrets_stay_secret,),
    off=(SECRET_IN_BACK_CHANNEL,),
    stopped_by=((SECRET_IN_BACK_CHANNEL,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (EXACT_REDIRECT_URI,)),
)

SCOPE_NOT_NARROWED = Attack(
    "scope-not-narrowed",
    None,
    "Token with more scope than was granted",
    "RFC 6749 section 3.3",
    "The resource owner grants less than was asked for, and the token has all of it.",
    NOBODY,
    breaks=(scope_never_grows,),
    off=(SCOPE_SUBSET,),
    stopped_by=((SCOPE_SUBSET,),),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    cast=Cast(scope=Scope(("read", "write"))),
)

CODE_ATTACKS = (CODE_OF_ANOTHER_CLIENT, CODE_REPLAY, STOLEN_FIRST, SECRET_IN_REQUEST, SCOPE_NOT_NARROWED)
