"""RFC 6749 and RFC 6750: OAuth 2.0 as published in 2012, read by itself.

What came later (PKCE, `iss`, one redirection URI for each authorization server) it does not know, and so
neither asks for nor forbids. It demands protection against CSRF and recommends `state` as the means; it
names no other, so a deployment that has PKCE instead is one to hold against RFC 9700.
"""

from __future__ import annotations

from oauth_model.mitigations import (
    AUDIENCE,
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    CODE_LIFETIME,
    CODE_SINGLE_USE,
    EXACT_REDIRECT_URI,
    NO_IMPLICIT,
    NO_SILENT_APPROVAL,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    REPLAY_REVOKES,
    SCOPE_SUBSET,
    SECRET_IN_BACK_CHANNEL,
    SEE_OTHER,
    SHORT_LIVED_TOKENS,
    STATE,
    TOKEN_IN_HEADER_ONLY,
    TOKEN_ISSUED_TO_CLIENT,
    TOKEN_STATUS_CHECKED,
    UNGUESSABLE_SECRETS,
)
from oauth_model.profiles.profile import Alternative, Clause, Condition, Entry, Profile

RFC6749 = Profile(
    "rfc6749",
    "OAuth 2.0",
    "RFC 6749, RFC 6750",
    entries=(
        Entry(
            EXACT_REDIRECT_URI,
            "should",
            "RFC 6749 section 3.1.2.2",
            note="that complete URIs are registered; where they are, comparing them exactly is a must (3.1.2.3)",
        ),
        Entry(NO_IMPLICIT, "may", "RFC 6749 section 4.2", note="the implicit grant is defined, and optional"),
        Entry(TOKEN_ISSUED_TO_CLIENT, "must", "RFC 6749 section 10.16", condition=Condition.IMPLICIT),
        Entry(CLIENT_AUTHENTICATION, "must", "RFC 6749 section 3.2.1", "confidential"),
        Entry(CLIENT_AUTHENTICATION, "must not", "RFC 6749 section 2.3", "public", note="it identifies nobody there"),
        Entry(CODE_BOUND_TO_CLIENT, "must", "RFC 6749 section 4.1.3"),
        Entry(REDIRECT_URI_AT_TOKEN_ENDPOINT, "must", "RFC 6749 section 4.1.3"),
        Entry(CODE_LIFETIME, "must", "RFC 6749 section 4.1.2"),
        Entry(CODE_SINGLE_USE, "must", "RFC 6749 section 4.1.2"),
        Entry(REPLAY_REVOKES, "should", "RFC 6749 section 4.1.2"),
        Entry(SCOPE_SUBSET, "must", "RFC 6749 section 1.4", note="by what a token is; without a key word"),
        Entry(AUDIENCE, "should", "RFC 6750 section 5.3"),
        Entry(TOKEN_IN_HEADER_ONLY, "should", "RFC 6750 section 2.3"),
        Entry(TOKEN_STATUS_CHECKED, "must", "RFC 6749 section 7", note="of expiry; of revocation: RFC 6750, 3.1"),
        Entry(SHORT_LIVED_TOKENS, "should", "RFC 6750 section 5.3"),
        Entry(NO_SILENT_APPROVAL, "should", "RFC 6749 section 10.2", note="or other measures"),
        Entry(UNGUESSABLE_SECRETS, "must", "RFC 6749 section 10.10", note="and 10.12 for state"),
        Entry(SEE_OTHER, "may", "RFC 6749 section 1.7", note="any way of redirecting is allowed"),
        Entry(SECRET_IN_BACK_CHANNEL, "must", "RFC 6749 section 2.3.1"),
    ),
    any_of=(
        Clause(
            "CSRF",
            "RFC 6749 section 10.12",
            (
                Alternative("state", STATE, "RFC 6749 section 10.12", note="the means it recommends"),
                Alternative("another value bound to the user agent", None, "RFC 6749 section 10.12"),
            ),
        ),
    ),
)
