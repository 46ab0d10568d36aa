"""OAuth 2.1, as draft-ietf-oauth-v2-1-16 has it: a draft, so what is said here may change.

It replaces RFC 6749 and RFC 6750 and takes in RFC 9700. Gone are the implicit grant, the `plain` method and
the redirection URI in the token request, whose place PKCE takes.
"""

from __future__ import annotations

from oauth_model.mitigations import (
    AUDIENCE,
    CLAIMED_REDIRECT_URI,
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    CODE_LIFETIME,
    CODE_SINGLE_USE,
    DISTINCT_REDIRECT_URIS,
    EXACT_REDIRECT_URI,
    FRAMING_REFUSED,
    INTENT,
    ISS,
    NO_AUTOMATIC_REDIRECT,
    NO_IMPLICIT,
    NO_OPEN_REDIRECTOR,
    NO_SILENT_APPROVAL,
    NONCE,
    PKCE_NO_DOWNGRADE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    PLAIN_REFUSED,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    REFERRER_POLICY,
    REPLAY_REVOKES,
    SCOPE_SUBSET,
    SECRET_IN_BACK_CHANNEL,
    SEE_OTHER,
    SHORT_LIVED_TOKENS,
    STATE,
    TLS,
    TOKEN_IN_HEADER_ONLY,
    TOKEN_STATUS_CHECKED,
    TRANSACTION_SECRETS,
    UNGUESSABLE_SECRETS,
)
from oauth_model.profiles.profile import Alternative, Clause, Condition, Entry, Profile

OAUTH21 = Profile(
    "oauth21",
    "OAuth 2.1",
    "draft-ietf-oauth-v2-1-16",
    entries=(
        Entry(EXACT_REDIRECT_URI, "must", "OAuth 2.1 section 2.3.1"),
        Entry(NO_IMPLICIT, "must", "OAuth 2.1 section 10.1"),
        Entry(PKCE_REQUIRED, "must", "OAuth 2.1 section 4.1.2.1", "public"),
        Entry(PLAIN_REFUSED, "must", "OAuth 2.1 section 7.5.2"),
        Entry(CLIENT_AUTHENTICATION, "must", "OAuth 2.1 section 3.2.1", "confidential"),
        Entry(CLIENT_AUTHENTICATION, "must not", "OAuth 2.1 section 2.4", "public", note="it identifies nobody there"),
        Entry(CODE_BOUND_TO_CLIENT, "must", "OAuth 2.1 section 4.1.3"),
        Entry(
            REDIRECT_URI_AT_TOKEN_ENDPOINT,
            "may",
            "OAuth 2.1 section 10.2",
            note="no longer a parameter; a server of OAuth 2.0 clients still compares it",
        ),
        Entry(PKCE_S256, "must", "OAuth 2.1 section 4.1.1", "public"),
        Entry(PKCE_S256, "should", "OAuth 2.1 section 7.5.1", "confidential"),
        Entry(PKCE_PLAIN, "must not", "OAuth 2.1 section 7.5.2"),
        Entry(PKCE_NO_DOWNGRADE, "must", "OAuth 2.1 section 4.1.3"),
        Entry(TRANSACTION_SECRETS, "must", "OAuth 2.1 section 7.5.1.1"),
        Entry(CODE_LIFETIME, "must", "OAuth 2.1 section 4.1.2"),
        Entry(CODE_SINGLE_USE, "must", "OAuth 2.1 section 4.1.3"),
        Entry(REPLAY_REVOKES, "should", "OAuth 2.1 section 4.1.3"),
        Entry(SCOPE_SUBSET, "must", "OAuth 2.1 section 1.4", note="by what a token is; without a key word"),
        Entry(AUDIENCE, "should", "OAuth 2.1 section 7.1.4"),
        Entry(TOKEN_IN_HEADER_ONLY, "must", "OAuth 2.1 section 5.1"),
        Entry(TOKEN_STATUS_CHECKED, "must", "OAuth 2.1 section 5.2"),
        Entry(SHORT_LIVED_TOKENS, "should", "OAuth 2.1 section 7.1.3"),
        Entry(NO_SILENT_APPROVAL, "should", "OAuth 2.1 section 7.3", note="or other measures"),
        Entry(UNGUESSABLE_SECRETS, "must", "OAuth 2.1 section 7.7"),
        Entry(SEE_OTHER, "must", "OAuth 2.1 section 7.5.4"),
        Entry(NO_OPEN_REDIRECTOR, "must", "OAuth 2.1 section 7.13.1"),
        Entry(REFERRER_POLICY, "should", "OAuth 2.1 section 2.3.6"),
        Entry(NO_AUTOMATIC_REDIRECT, "should", "OAuth 2.1 section 7.13.2"),
        Entry(FRAMING_REFUSED, "must", "OAuth 2.1 section 7.11"),
        Entry(CLAIMED_REDIRECT_URI, "should", "OAuth 2.1 section 8.4.1", note="for native clients, where they can"),
        Entry(SECRET_IN_BACK_CHANNEL, "must", "OAuth 2.1 section 2.4.1"),
        Entry(TLS, "must", "OAuth 2.1 section 1.5"),
        Entry(INTENT, "must", "OAuth 2.1 section 7.15", condition=Condition.SEVERAL_ISSUERS),
    ),
    any_of=(
        Clause(
            "CSRF",
            "OAuth 2.1 section 2.3.3",
            (
                Alternative("PKCE", PKCE_S256, "OAuth 2.1 section 2.3.3"),
                Alternative("nonce", NONCE, "OAuth 2.1 section 2.3.3", note="of an OpenID Connect client"),
                Alternative("state", STATE, "OAuth 2.1 section 2.3.3"),
            ),
        ),
        Clause(
            "code injection",
            "OAuth 2.1 section 7.5.1",
            (
                Alternative("PKCE", PKCE_S256, "OAuth 2.1 section 7.5.1"),
                Alternative(
                    "nonce", NONCE, "OAuth 2.1 section 7.5.1", "confidential", note="of an OpenID Connect client"
                ),
            ),
        ),
        Clause(
            "code injection at the server",
            "OAuth 2.1 section 7.5.1",
            (
                Alternative("PKCE required", PKCE_REQUIRED, "OAuth 2.1 section 7.5.1"),
                Alternative(
                    "nonce",
                    NONCE,
                    "OAuth 2.1 section 7.5.1",
                    "confidential",
                    note="of an OpenID Connect client, and the server is assured of it",
                ),
            ),
        ),
        Clause(
            "mix-up",
            "OAuth 2.1 section 7.15",
            (
                Alternative(
                    "iss parameter", ISS, "OAuth 2.1 section 7.15.1", note="the server sends it in any case (4.1.2)"
                ),
                Alternative("distinct redirection URIs", DISTINCT_REDIRECT_URIS, "OAuth 2.1 section 7.15.2"),
            ),
            condition=Condition.SEVERAL_ISSUERS,
        ),
    ),
)
