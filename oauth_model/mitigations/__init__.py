"""Mitigations: one record each, one file a family. Their order here is the order of their checks."""

from oauth_model.mitigations.at_the_client import (
    CONNECTION_CONTEXT,
    DISTINCT_REDIRECT_URIS,
    INTENT,
    ISS,
    STATE,
    TOKEN_ISSUED_TO_CLIENT,
)
from oauth_model.mitigations.authorization_server import (
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    CODE_SINGLE_USE,
    EXACT_REDIRECT_URI,
    NO_IMPLICIT,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    REPLAY_REVOKES,
    SCOPE_SUBSET,
    SECRET_IN_BACK_CHANNEL,
    SEE_OTHER,
)
from oauth_model.mitigations.metadata import METADATA_ISSUER
from oauth_model.mitigations.mitigation import Fill, Mitigation, Policy
from oauth_model.mitigations.pkce import PKCE_NO_DOWNGRADE, PKCE_PLAIN, PKCE_REQUIRED, PKCE_S256, PLAIN_REFUSED
from oauth_model.mitigations.redirection import (
    CANONICAL_URIS,
    FORM_POST,
    NO_OPEN_REDIRECTOR,
    REFERRER_POLICY,
    RESPONSE_MODE_LOCKED,
)
from oauth_model.mitigations.request_integrity import PUSHED_REQUESTS, SIGNED_REQUESTS
from oauth_model.mitigations.resource_server import AUDIENCE, TOKEN_IN_HEADER_ONLY
from oauth_model.mitigations.transport import HOST_COOKIES, TLS

MITIGATIONS: tuple[Mitigation, ...] = (
    PUSHED_REQUESTS,
    SIGNED_REQUESTS,
    CANONICAL_URIS,
    EXACT_REDIRECT_URI,
    NO_IMPLICIT,
    RESPONSE_MODE_LOCKED,
    PKCE_REQUIRED,
    PLAIN_REFUSED,
    STATE,
    ISS,
    DISTINCT_REDIRECT_URIS,
    TOKEN_ISSUED_TO_CLIENT,
    CLIENT_AUTHENTICATION,
    CODE_BOUND_TO_CLIENT,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
    PKCE_S256,
    PKCE_PLAIN,
    PKCE_NO_DOWNGRADE,
    CODE_SINGLE_USE,
    REPLAY_REVOKES,
    SCOPE_SUBSET,
    AUDIENCE,
    TOKEN_IN_HEADER_ONLY,
    SEE_OTHER,
    SECRET_IN_BACK_CHANNEL,
    NO_OPEN_REDIRECTOR,
    REFERRER_POLICY,
    FORM_POST,
    TLS,
    HOST_COOKIES,
    METADATA_ISSUER,
    CONNECTION_CONTEXT,
    INTENT,
)
"""All of them. Single use comes after every other check of a token request, so that what is refused for
it alone is a valid replay."""

__all__ = [
    "AUDIENCE",
    "CANONICAL_URIS",
    "CLIENT_AUTHENTICATION",
    "CODE_BOUND_TO_CLIENT",
    "CODE_SINGLE_USE",
    "CONNECTION_CONTEXT",
    "DISTINCT_REDIRECT_URIS",
    "EXACT_REDIRECT_URI",
    "FORM_POST",
    "HOST_COOKIES",
    "INTENT",
    "ISS",
    "METADATA_ISSUER",
    "MITIGATIONS",
    "NO_IMPLICIT",
    "NO_OPEN_REDIRECTOR",
    "PKCE_NO_DOWNGRADE",
    "PKCE_PLAIN",
    "PKCE_REQUIRED",
    "PKCE_S256",
    "PLAIN_REFUSED",
    "PUSHED_REQUESTS",
    "REDIRECT_URI_AT_TOKEN_ENDPOINT",
    "REFERRER_POLICY",
    "REPLAY_REVOKES",
    "RESPONSE_MODE_LOCKED",
    "SCOPE_SUBSET",
    "SECRET_IN_BACK_CHANNEL",
    "SEE_OTHER",
    "SIGNED_REQUESTS",
    "STATE",
    "TLS",
    "TOKEN_IN_HEADER_ONLY",
    "TOKEN_ISSUED_TO_CLIENT",
    "Fill",
    "Mitigation",
    "Policy",
]
