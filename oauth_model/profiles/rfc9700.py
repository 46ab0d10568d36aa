"""RFC 9700: best current practice for OAuth 2.0 security (2025).

It complements RFC 6749 and RFC 6750 and does not replace them, so what those demand and this leaves alone
is here too, with their sections. Its three great MUSTs (CSRF, mix-up, code injection) each leave a choice.
"""

from __future__ import annotations

from oauth_model.mitigations import (
    AUDIENCE,
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    CODE_LIFETIME,
    CODE_SINGLE_USE,
    DISTINCT_REDIRECT_URIS,
    DPOP,
    EXACT_REDIRECT_URI,
    FRAMING_REFUSED,
    INTENT,
    ISS,
    LONG_VERIFIERS,
    MTLS,
    NO_AUTOMATIC_REDIRECT,
    NO_IMPLICIT,
    NO_OPEN_REDIRECTOR,
    NO_SILENT_APPROVAL,
    NONCE,
    PKCE_NO_DOWNGRADE,
    PKCE_PLAIN,
    PKCE_REQUIRED,
    PKCE_S256,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    REFERRER_POLICY,
    REPLAY_REVOKES,
    SCOPE_SUBSET,
    SECRET_IN_BACK_CHANNEL,
    SEE_OTHER,
    SENDER_ORIGIN,
    SHORT_LIVED_TOKENS,
    STATE,
    TARGET_ORIGIN,
    TLS,
    TOKEN_IN_HEADER_ONLY,
    TOKEN_ISSUED_TO_CLIENT,
    TOKEN_STATUS_CHECKED,
    TRANSACTION_SECRETS,
    UNGUESSABLE_SECRETS,
)
from oauth_model.profiles.profile import Alternative, Clause, Condition, Entry, Profile

RFC9700 = Profile(
    "rfc9700",
    "OAuth 2.0 Security BCP",
    "RFC 9700",
    entries=(
        Entry(EXACT_REDIRECT_URI, "must", "RFC 9700 section 2.1"),
        Entry(NO_IMPLICIT, "should", "RFC 9700 section 2.1.2"),
        Entry(PKCE_REQUIRED, "may", "RFC 7636 section 5", note="clients without PKCE may be accepted"),
        Entry(TOKEN_ISSUED_TO_CLIENT, "must", "RFC 6749 section 10.16", condition=Condition.IMPLICIT),
        Entry(CLIENT_AUTHENTICATION, "must", "RFC 6749 section 3.2.1", "confidential"),
        Entry(CLIENT_AUTHENTICATION, "must not", "RFC 6749 section 2.3", "public", note="it identifies nobody there"),
        Entry(CODE_BOUND_TO_CLIENT, "must", "RFC 6749 section 4.1.3"),
        Entry(REDIRECT_URI_AT_TOKEN_ENDPOINT, "must", "RFC 6749 section 4.1.3"),
        Entry(PKCE_S256, "must", "RFC 9700 section 2.1.1", "public"),
        Entry(PKCE_S256, "should", "RFC 9700 section 2.1.1", "confidential"),
        Entry(PKCE_PLAIN, "should not", "RFC 9700 section 2.1.1", note="clients should use S256"),
        Entry(PKCE_NO_DOWNGRADE, "must", "RFC 9700 section 4.8.2"),
        Entry(TRANSACTION_SECRETS, "must", "RFC 9700 section 2.1.1"),
        Entry(CODE_LIFETIME, "must", "RFC 6749 section 4.1.2"),
        Entry(CODE_SINGLE_USE, "must", "RFC 9700 section 4.2.4"),
        Entry(REPLAY_REVOKES, "should", "RFC 6749 section 4.1.2"),
        Entry(SCOPE_SUBSET, "must", "RFC 6749 section 1.4", note="by what a token is; without a key word"),
        Entry(AUDIENCE, "should", "RFC 9700 section 2.3"),
        Entry(TOKEN_IN_HEADER_ONLY, "must", "RFC 9700 section 4.3.2"),
        Entry(TOKEN_STATUS_CHECKED, "must", "RFC 6749 section 7", note="of expiry; of revocation: RFC 6750, 3.1"),
        Entry(SHORT_LIVED_TOKENS, "should", "RFC 6750 section 5.3"),
        Entry(NO_SILENT_APPROVAL, "should", "RFC 6749 section 10.2", note="or other measures"),
        Entry(UNGUESSABLE_SECRETS, "must", "RFC 6749 section 10.10", note="and 10.12 for state"),
        Entry(SEE_OTHER, "must", "RFC 9700 section 4.12"),
        Entry(NO_OPEN_REDIRECTOR, "must", "RFC 9700 section 4.1.3", note="where redirection URIs are"),
        Entry(REFERRER_POLICY, "should", "RFC 9700 section 4.2.4"),
        Entry(NO_AUTOMATIC_REDIRECT, "should", "RFC 9700 section 4.11.2"),
        Entry(FRAMING_REFUSED, "must", "RFC 9700 section 4.16"),
        Entry(TARGET_ORIGIN, "must", "RFC 9700 section 4.17.2"),
        Entry(SENDER_ORIGIN, "must", "RFC 9700 section 4.17.2"),
        Entry(SECRET_IN_BACK_CHANNEL, "must", "RFC 6749 section 2.3.1"),
        Entry(TLS, "must", "RFC 9700 section 2.6"),
        Entry(INTENT, "must", "RFC 9700 section 4.4.2", condition=Condition.SEVERAL_ISSUERS),
        Entry(LONG_VERIFIERS, "should", "RFC 7636 section 7.1"),
        Entry(DPOP, "may", "RFC 9700 section 2.2.1", note="this or mutual TLS should be used"),
        Entry(MTLS, "may", "RFC 9700 section 2.2.1", note="this or DPoP should be used"),
    ),
    any_of=(
        Clause(
            "CSRF",
            "RFC 9700 section 2.1",
            (
                Alternative("PKCE", PKCE_S256, "RFC 9700 section 2.1"),
                Alternative("nonce", NONCE, "RFC 9700 section 2.1", note="of an OpenID Connect client"),
                Alternative("state", STATE, "RFC 9700 section 2.1"),
            ),
        ),
        Clause(
            "code injection",
            "RFC 9700 section 2.1.1",
            (
                Alternative("PKCE", PKCE_S256, "RFC 9700 section 2.1.1"),
                Alternative(
                    "nonce", NONCE, "RFC 9700 section 2.1.1", "confidential", note="of an OpenID Connect client"
                ),
            ),
        ),
        Clause(
            "mix-up",
            "RFC 9700 section 4.4.2",
            (
                Alternative("iss parameter", ISS, "RFC 9700 section 4.4.2.1"),
                Alternative("iss in an ID Token or a signed response", None, "RFC 9700 section 2.1"),
                Alternative("distinct redirection URIs", DISTINCT_REDIRECT_URIS, "RFC 9700 section 4.4.2.2"),
            ),
            condition=Condition.SEVERAL_ISSUERS,
        ),
    ),
)
