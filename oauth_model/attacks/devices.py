"""Attacks on a resource owner's own device: other apps, the address bar, the history (catalogue families RU and SI)."""

from __future__ import annotations

from oauth_model.attackers import HAS_APP, PERSUADES, READS_HISTORY, WEB
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.goals import (
    codes_are_single_use,
    codes_stay_secret,
    consent_was_to_the_client_that_gets_it,
    grant_belongs_to_the_browser_that_consented,
    lapsed_codes_are_worthless,
    nobody_else_is_served,
    nobody_logs_in_as_another,
    stolen_code_is_useless,
)
from oauth_model.mitigations import (
    CLAIMED_REDIRECT_URI,
    CLIENT_AUTHENTICATION,
    CODE_LIFETIME,
    CODE_SINGLE_USE,
    DPOP,
    DPOP_JKT,
    EVERY_CODE_REDEEMED,
    EXACT_REDIRECT_URI,
    FORM_POST,
    ISS,
    MTLS,
    NO_SILENT_APPROVAL,
    NONCE,
    PKCE_REQUIRED,
    PKCE_S256,
    REGISTRATION_POLICY,
    STATE,
)
from oauth_model.scenario import Bounds

LOOPBACK_IMPERSONATION = Attack(
    "loopback-impersonation",
    "RU08",
    "Loopback redirection URI of another app",
    "RFC 8252 section 8.6",
    "An app of the attacker's listens at another port of the loopback interface, and opens the browser with the client "
    "identifier of an honest native client; the resource owner consents to that client, and the app gets the code.",
    WEB | HAS_APP,
    breaks=(nobody_else_is_served, consent_was_to_the_client_that_gets_it, codes_stay_secret),
    off=(CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION, REGISTRATION_POLICY),
    stopped_by=((CLAIMED_REDIRECT_URI,),),
    not_stopped_by=(
        (PKCE_S256,),
        (EXACT_REDIRECT_URI,),
        (STATE,),
        (REGISTRATION_POLICY,),
    ),
    bounds=Bounds(forgeries=3),
    bounds_when_stopped=Bounds(),
    cast=Cast(native="loopback", open_registration=True),
)

PRIVATE_USE_SCHEME = Attack(
    "private-use-scheme",
    "RU10",
    "Code at an app with the same private-use scheme",
    "RFC 8252 section 8.1",
    "An app of the attacker's has registered the client's scheme, too; the code is handed to it, and redeemed.",
    HAS_APP,
    breaks=(nobody_else_is_served, stolen_code_is_useless),
    off=(CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION, PKCE_S256, PKCE_REQUIRED),
    stopped_by=((PKCE_S256,), (CLAIMED_REDIRECT_URI,), (DPOP, DPOP_JKT)),
    not_stopped_by=((STATE,), (EXACT_REDIRECT_URI,), (CODE_SINGLE_USE,), (DPOP,), (MTLS,)),
    refuted=(
        Refuted((PKCE_S256,), (codes_stay_secret,), "the app still gets the code, but has no use for it"),
        Refuted((DPOP, DPOP_JKT), (codes_stay_secret,), "the app still gets the code, but has no use for it"),
    ),
    cast=Cast(native="private-use"),
)

PASTED_CODE = Attack(
    "pasted-code",
    "SI19",
    "Code pasted from the address bar",
    "RFC 8252 section 7.3",
    "A link sends the victim to the authorization server with a loopback redirection URI at which nothing listens; the "
    "connection fails, and the victim pastes the address where the attacker asks for it.",
    WEB | PERSUADES,
    breaks=(nobody_else_is_served, consent_was_to_the_client_that_gets_it, codes_stay_secret),
    off=(CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION),
    stopped_by=((CLAIMED_REDIRECT_URI,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (EXACT_REDIRECT_URI,), (ISS,), (NONCE,), (DPOP, DPOP_JKT)),
    cast=Cast(native="loopback"),
)

CODE_IN_HISTORY = Attack(
    "code-in-history",
    "RU14",
    "Code read from the browser's history",
    "RFC 9700 section 4.3.1",
    "The window has come to rest; who uses the device next finds the code in its address, and redeems it (again).",
    READS_HISTORY,
    breaks=(codes_are_single_use, stolen_code_is_useless, nobody_else_is_served),
    off=(CODE_SINGLE_USE, PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
    stopped_by=((PKCE_S256,), (FORM_POST,), (CLIENT_AUTHENTICATION,)),
    not_stopped_by=((STATE,), (EXACT_REDIRECT_URI,)),
    refuted=(
        Refuted(
            (CODE_SINGLE_USE,),
            (stolen_code_is_useless, nobody_else_is_served),
            "a client that broke down before it redeemed the code leaves it in the history unused",
        ),
        Refuted((PKCE_S256,), (codes_stay_secret,), "the code is in the history all the same, but of no use"),
    ),
    faults_happen=True,
)

LAPSED_CODE = Attack(
    "lapsed-code",
    None,
    "Code redeemed after its lifetime",
    "RFC 6749 section 4.1.2",
    "The server never looks how old a code is: one that was left over in the history is good for ever.",
    READS_HISTORY,
    breaks=(lapsed_codes_are_worthless,),
    off=(CODE_LIFETIME, PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
    stopped_by=((CODE_LIFETIME,),),
    not_stopped_by=((CODE_SINGLE_USE,), (PKCE_S256,), (CLIENT_AUTHENTICATION,)),
    time_passes=True,
    faults_happen=True,
)

SWAPPING_BY_HISTORY = Attack(
    "swapping-by-history",
    None,
    "Browser swapping with a code from the history",
    "RFC 9700 section 4.5.4",
    "The victim is lured into a run that the attacker started. The client refuses the response, and the code stays in "
    "the history unused: the attacker brings it to the client in its own browser.",
    WEB | READS_HISTORY,
    breaks=(nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, nobody_else_is_served),
    stopped_by=((FORM_POST,),),
    not_stopped_by=((PKCE_S256, PKCE_REQUIRED, STATE, ISS, CLIENT_AUTHENTICATION, CODE_SINGLE_USE), (DPOP, DPOP_JKT)),
)

SILENT_IMPERSONATION = Attack(
    "silent-impersonation",
    "CL03",
    "Silent approval of an impersonated public client",
    "RFC 8252 section 8.6",
    "The authorization server remembers that the victim consented to the client. An app of the attacker's opens the "
    "browser with its own challenge and port, and gets the code without the victim having done anything.",
    WEB | HAS_APP,
    breaks=(nobody_else_is_served, consent_was_to_the_client_that_gets_it, codes_stay_secret),
    off=(NO_SILENT_APPROVAL, CLAIMED_REDIRECT_URI, CLIENT_AUTHENTICATION),
    stopped_by=((NO_SILENT_APPROVAL,), (CLAIMED_REDIRECT_URI,)),
    not_stopped_by=((PKCE_S256,), (STATE,), (EXACT_REDIRECT_URI,), (ISS,)),
    bounds=Bounds(forgeries=3),
    cast=Cast(native="loopback", remembers_consent=True, wary_users=True),
)

BURNABLE_CODE = Attack(
    "burnable-code",
    None,
    "Refused code, read from the history",
    "RFC 9700 section 4.3.1",
    "The victim is lured to a response that the client refuses, and the code in it stays in the history unused: the "
    "attacker brings it to the client in its own browser. Without PKCE any run of the client's can spend it.",
    WEB | READS_HISTORY,
    breaks=(nobody_logs_in_as_another, grant_belongs_to_the_browser_that_consented, nobody_else_is_served),
    off=(PKCE_S256, PKCE_REQUIRED),
    stopped_by=((EVERY_CODE_REDEEMED,), (FORM_POST,)),
    not_stopped_by=((STATE,), (ISS,), (CLIENT_AUTHENTICATION,), (CODE_SINGLE_USE,)),
    bounds_when_stopped=Bounds(client_runs=3),
)

DEVICE_ATTACKS = (
    LOOPBACK_IMPERSONATION,
    PRIVATE_USE_SCHEME,
    PASTED_CODE,
    CODE_IN_HISTORY,
    LAPSED_CODE,
    SWAPPING_BY_HISTORY,
    SILENT_IMPERSONATION,
    BURNABLE_CODE,
)
