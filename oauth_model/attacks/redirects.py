"""Attacks on redirection, and on what travels in URIs (catalogue family RU)."""

from __future__ import annotations

from oauth_model.attackers import IS_CLIENT, READS_LINKS, TAKES_OVER_HOST, WEB
from oauth_model.attacks.attack import Attack
from oauth_model.cast import Cast
from oauth_model.goals import (
    access_tokens_stay_secret,
    code_is_tied_to_its_redirect_uri,
    codes_stay_secret,
    nobody_else_is_served,
    passwords_go_only_to_their_server,
    redirect_uris_match,
)
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    EXACT_REDIRECT_URI,
    ISS,
    PKCE_S256,
    SEE_OTHER,
    STATE,
    TOKEN_IN_HEADER_ONLY,
)

WILDCARD_REDIRECT_URI = Attack(
    "wildcard-redirect-uri",
    "RU01",
    "Redirection URI that fits a wildcard pattern",
    "RFC 9700 section 4.1.1",
    "A link sends the victim to the authorization server with a redirection URI on the attacker's site that the "
    "pattern takes for the client's; the code arrives there, with a challenge of the attacker's choosing.",
    WEB,
    breaks=(nobody_else_is_served, codes_stay_secret, redirect_uris_match, code_is_tied_to_its_redirect_uri),
    off=(EXACT_REDIRECT_URI, CLIENT_AUTHENTICATION),
    stopped_by=((EXACT_REDIRECT_URI,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (ISS,)),
)

SUB_DOMAIN_TAKEOVER = Attack(
    "sub-domain-takeover",
    "RU02",
    "Redirection URI on a sub-domain that was taken over",
    "RFC 9700 section 4.1.1",
    "The pattern admits every host under the client's domain, and the attacker has got hold of one.",
    WEB | TAKES_OVER_HOST,
    breaks=(nobody_else_is_served, codes_stay_secret, redirect_uris_match),
    off=(EXACT_REDIRECT_URI, CLIENT_AUTHENTICATION),
    stopped_by=((EXACT_REDIRECT_URI,),),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    cast=Cast(matching="sub-domain"),
)

TOKEN_IN_URI = Attack(
    "token-in-uri",
    "RU15",
    "Access token in a URI, read from history or logs",
    "RFC 9700 section 4.3.2",
    "The client links to the resource with the token in the query, and somebody reads the link.",
    READS_LINKS,
    breaks=(nobody_else_is_served, access_tokens_stay_secret),
    off=(TOKEN_IN_HEADER_ONLY,),
    stopped_by=((TOKEN_IN_HEADER_ONLY,),),
    not_stopped_by=((PKCE_S256,), (STATE,)),
)

REDIRECT_307 = Attack(
    "redirect-307",
    "RU16",
    "Redirect that repeats the login form",
    "RFC 9700 section 4.12",
    "The authorization server answers the login form with status 307, and the browser posts the password on.",
    WEB | IS_CLIENT,
    breaks=(passwords_go_only_to_their_server,),
    off=(SEE_OTHER,),
    stopped_by=((SEE_OTHER,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (EXACT_REDIRECT_URI,)),
)

REDIRECT_ATTACKS = (WILDCARD_REDIRECT_URI, SUB_DOMAIN_TAKEOVER, TOKEN_IN_URI, REDIRECT_307)
