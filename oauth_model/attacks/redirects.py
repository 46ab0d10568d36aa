"""Attacks on redirection, and on what travels in URIs (catalogue family RU)."""

from __future__ import annotations

from oauth_model.attackers import IS_CLIENT, READS_LINKS, TAKES_OVER_HOST, WEB
from oauth_model.attacks.attack import Attack, Refuted
from oauth_model.cast import Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    access_tokens_stay_secret,
    code_is_tied_to_its_redirect_uri,
    codes_stay_secret,
    consent_was_to_the_client_that_gets_it,
    errors_go_only_to_vetted_clients,
    grant_belongs_to_the_browser_that_consented,
    nobody_else_is_served,
    nobody_logs_in_as_another,
    passwords_go_only_to_their_server,
    redirect_after_a_login_drops_the_form,
    redirect_uri_means_one_thing,
    redirect_uris_match,
    response_arrives_at_the_redirection_endpoint,
    response_mode_is_the_clients,
    state_and_verifier_stay_secret_until_used,
    web_message_reaches_the_redirect_uri,
)
from oauth_model.mitigations import (
    CANONICAL_URIS,
    CLIENT_AUTHENTICATION,
    DPOP,
    EVERY_CODE_REDEEMED,
    EXACT_REDIRECT_URI,
    FORM_POST,
    FRAMING_REFUSED,
    ISS,
    MTLS,
    NO_AUTOMATIC_REDIRECT,
    NO_IMPLICIT,
    NO_OPEN_REDIRECTOR,
    NONCE,
    PKCE_REQUIRED,
    PKCE_S256,
    PUSHED_REQUESTS,
    REFERRER_POLICY,
    RESPONSE_MODE_LOCKED,
    SEE_OTHER,
    SENDER_ORIGIN,
    SIGNED_REQUESTS,
    STATE,
    TARGET_ORIGIN,
    TLS,
    TOKEN_IN_HEADER_ONLY,
)
from oauth_model.scenario import Bounds

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
    stopped_by=((EXACT_REDIRECT_URI,), (PUSHED_REQUESTS,), (SIGNED_REQUESTS,)),
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
    stopped_by=((EXACT_REDIRECT_URI,), (PUSHED_REQUESTS,), (SIGNED_REQUESTS,)),
    not_stopped_by=((PKCE_S256,), (STATE,), (CANONICAL_URIS,)),
    cast=Cast(matching="sub-domain"),
)

OPEN_REDIRECTOR = Attack(
    "open-redirector",
    "RU03",
    "Redirection URI of a redirector at the client",
    "RFC 9700 section 4.1.1",
    "Any page of the client's is taken for its redirection URI, and one of them sends the browser on to the attacker, "
    "with all that is in the query.",
    WEB,
    breaks=(
        nobody_else_is_served,
        codes_stay_secret,
        redirect_uris_match,
        response_arrives_at_the_redirection_endpoint,
    ),
    off=(EXACT_REDIRECT_URI, NO_OPEN_REDIRECTOR, CLIENT_AUTHENTICATION),
    stopped_by=((EXACT_REDIRECT_URI,), (NO_OPEN_REDIRECTOR,), (PUSHED_REQUESTS,), (SIGNED_REQUESTS,)),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    cast=Cast(matching="same-host", open_redirector="page"),
)

PARSER_CONFUSION = Attack(
    "parser-confusion",
    "RU04",
    "Redirection URI whose host is read differently",
    "RFC 9700 section 4.1.3",
    "The authorization server takes what stands before a colon for the host; the browser goes by what stands after "
    "the at sign.",
    WEB,
    breaks=(nobody_else_is_served, codes_stay_secret, redirect_uris_match, redirect_uri_means_one_thing),
    off=(EXACT_REDIRECT_URI, CANONICAL_URIS, CLIENT_AUTHENTICATION),
    stopped_by=((EXACT_REDIRECT_URI,), (CANONICAL_URIS,), (PUSHED_REQUESTS,), (SIGNED_REQUESTS,)),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    cast=Cast(matching="up-to-colon"),
)

PATH_CONFUSION = Attack(
    "path-confusion",
    "RU05",
    "Redirection URI whose path is decoded differently",
    "RFC 9700 section 4.1.3",
    "As text the path begins like the registered one; decoded by the client's web server it is a page of the "
    "attacker's, which embeds an image from elsewhere.",
    WEB,
    breaks=(codes_stay_secret, redirect_uris_match, redirect_uri_means_one_thing),
    off=(EXACT_REDIRECT_URI, CANONICAL_URIS, REFERRER_POLICY, CLIENT_AUTHENTICATION),
    stopped_by=((EXACT_REDIRECT_URI,), (CANONICAL_URIS,), (PUSHED_REQUESTS,), (SIGNED_REQUESTS,)),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    cast=Cast(matching="path-prefix", user_content=True),
)

REATTACHED_FRAGMENT = Attack(
    "reattached-fragment",
    "RU07",
    "Redirector that takes the fragment along",
    "RFC 9700 section 4.1.2",
    "The redirection endpoint redirects to where its query says, and the browser attaches the fragment with the token "
    "to the new address.",
    WEB,
    breaks=(nobody_else_is_served, access_tokens_stay_secret),
    off=(EXACT_REDIRECT_URI, NO_IMPLICIT, NO_OPEN_REDIRECTOR, RESPONSE_MODE_LOCKED),
    stopped_by=((EXACT_REDIRECT_URI,), (NO_IMPLICIT,), (NO_OPEN_REDIRECTOR,)),
    not_stopped_by=((PKCE_S256,), (STATE,), (FORM_POST,), (DPOP,), (MTLS,)),
    refuted=(
        Refuted(
            (NO_IMPLICIT,),
            (response_arrives_at_the_redirection_endpoint,),
            "there is no token that could be taken along, but the redirector still gets the code",
        ),
    ),
    flows=(IMPLICIT, AUTHORIZATION_CODE),
    cast=Cast(matching="any-query", open_redirector="callback"),
)

REFERER_LEAK = Attack(
    "referer-leak",
    "RU12",
    "Code in the Referer header field of what the client's page embeds",
    "RFC 9700 section 4.2.1",
    "The page at the redirection endpoint embeds what the attacker serves, and the browser tells the page's address "
    "when it fetches that.",
    WEB,
    breaks=(codes_stay_secret, state_and_verifier_stay_secret_until_used),
    off=(REFERRER_POLICY, PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
    stopped_by=((REFERRER_POLICY,), (FORM_POST,)),
    not_stopped_by=((ISS,), (EXACT_REDIRECT_URI,)),
    cast=Cast(third_party_content=True),
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
    stopped_by=((TOKEN_IN_HEADER_ONLY,), (DPOP,), (MTLS,)),
    not_stopped_by=((PKCE_S256,), (STATE,)),
)

REDIRECT_307 = Attack(
    "redirect-307",
    "RU16",
    "Redirect that repeats the login form",
    "RFC 9700 section 4.12",
    "The authorization server answers the login form with status 307, and the browser posts the password on.",
    WEB | IS_CLIENT,
    breaks=(
        passwords_go_only_to_their_server,
        redirect_after_a_login_drops_the_form,
        nobody_logs_in_as_another,
    ),
    off=(SEE_OTHER,),
    stopped_by=((SEE_OTHER,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (EXACT_REDIRECT_URI,), (TLS,)),
)

RESPONSE_MODE_DOWNGRADE = Attack(
    "response-mode-downgrade",
    "RU19",
    "Response mode of the attacker's choice",
    "RFC 9700 section 2.1.2",
    "The request of a run of the attacker's is given another response mode; the client finds no code where it looks, "
    "and a script on its error page tells the address, code and all.",
    WEB,
    breaks=(
        nobody_logs_in_as_another,
        grant_belongs_to_the_browser_that_consented,
        codes_stay_secret,
        response_mode_is_the_clients,
    ),
    off=(RESPONSE_MODE_LOCKED,),
    stopped_by=((RESPONSE_MODE_LOCKED,), (PUSHED_REQUESTS,), (SIGNED_REQUESTS,)),
    not_stopped_by=((PKCE_S256,), (STATE,), (NONCE,), (CLIENT_AUTHENTICATION,), (EVERY_CODE_REDEEMED,)),
    cast=Cast(response_modes_supported=("query", "fragment"), leaking_error_page=True),
)

ERROR_REDIRECTOR = Attack(
    "error-redirector",
    "RU09",
    "The authorization server as a redirector",
    "RFC 9700 section 4.11.2",
    "A client of the attacker's is registered; a link with a request that cannot be granted makes the authorization "
    "server send the browser on to the attacker's page.",
    WEB | IS_CLIENT,
    breaks=(errors_go_only_to_vetted_clients,),
    off=(NO_AUTOMATIC_REDIRECT,),
    stopped_by=((NO_AUTOMATIC_REDIRECT,),),
    not_stopped_by=((EXACT_REDIRECT_URI,), (PKCE_S256,)),
    bounds=Bounds(client_runs=1, forgeries=2),
)

WEB_MESSAGE_TO_ANYBODY = Attack(
    "web-message-to-anybody",
    "RU17",
    "Response by web message to whoever opened the window",
    "RFC 9700 section 4.17",
    "A page of the attacker's opens the authorization server's, which posts the code to any origin.",
    WEB,
    breaks=(nobody_else_is_served, codes_stay_secret, web_message_reaches_the_redirect_uri),
    off=(TARGET_ORIGIN, CLIENT_AUTHENTICATION),
    stopped_by=((TARGET_ORIGIN,),),
    not_stopped_by=((PKCE_S256,), (STATE,)),
    cast=Cast(response_mode="web_message"),
)

FORGED_WEB_MESSAGE = Attack(
    "forged-web-message",
    None,
    "Response by web message, posted by another page",
    "RFC 9700 section 4.17",
    "A page of the attacker's posts a response with a code for the attacker's account to the client's page, which does "
    "not look of which origin the page is that posted it.",
    WEB,
    breaks=(grant_belongs_to_the_browser_that_consented, nobody_logs_in_as_another),
    off=(SENDER_ORIGIN, STATE, PKCE_S256, PKCE_REQUIRED),
    stopped_by=((SENDER_ORIGIN,), (STATE,), (PKCE_S256,), (NONCE,)),
    not_stopped_by=((TARGET_ORIGIN,), (ISS,), (CLIENT_AUTHENTICATION,), (EXACT_REDIRECT_URI,)),
    cast=Cast(response_mode="web_message"),
)

CLICKJACKING = Attack(
    "clickjacking",
    "RU20",
    "Clickjacking of the consent page",
    "RFC 9700 section 4.16",
    "The consent page is in a frame of the attacker's page, under something to click on; the browser is signed in, and "
    "the attacker's client gets its code.",
    WEB | IS_CLIENT,
    breaks=(nobody_else_is_served, consent_was_to_the_client_that_gets_it),
    off=(FRAMING_REFUSED,),
    stopped_by=((FRAMING_REFUSED,),),
    not_stopped_by=((PKCE_S256,), (STATE,), (EXACT_REDIRECT_URI,), (PUSHED_REQUESTS,)),
    bounds=Bounds(client_runs=1),
    cast=Cast(pages_in_frames=True),
)

REDIRECT_ATTACKS = (
    WILDCARD_REDIRECT_URI,
    SUB_DOMAIN_TAKEOVER,
    OPEN_REDIRECTOR,
    PARSER_CONFUSION,
    PATH_CONFUSION,
    REATTACHED_FRAGMENT,
    REFERER_LEAK,
    TOKEN_IN_URI,
    REDIRECT_307,
    RESPONSE_MODE_DOWNGRADE,
    ERROR_REDIRECTOR,
    WEB_MESSAGE_TO_ANYBODY,
    FORGED_WEB_MESSAGE,
    CLICKJACKING,
)
