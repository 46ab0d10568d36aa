"""oidc-provider: an OpenID Provider and authorization server."""

from __future__ import annotations

from oauth_model.live.adapter import Dialect, Endpoints, Pages, Target
from tests.live.targets_js.cast import ACCOUNTS, CLIENTS
from tests.live.targets_js.node import NodeAdapter

LATE = 16
"""Seconds that a lifetime is over when it ends: 15 are allowed for clocks that differ."""


class OidcProvider(NodeAdapter):
    """Its userinfo endpoint is the resource. PKCE is required of public clients alone, and only their refresh tokens
    rotate: what depends on the client is left to be measured.

    Scope values that it does not know are not granted; if there is nothing else, the answer is access_denied.
    """

    slug, title = "oidc-provider", "oidc-provider from npm"
    script = "oidc_provider.mjs"

    def target(self, base: str) -> Target:
        return Target(
            endpoints=Endpoints(
                authorization=f"{base}/auth",
                token=f"{base}/token",
                issuer=base,
                resource=f"{base}/me",
                introspection=f"{base}/token/introspection",
                revocation=f"{base}/token/revocation",
                pushed=f"{base}/request",
                metadata=f"{base}/.well-known/openid-configuration",
            ),
            clients=CLIENTS,
            accounts=ACCOUNTS,
            pages=Pages(),
            dialect=Dialect(
                plain=False,
                refresh_reuse_revokes=True,
                replay_revokes=True,
                iss=True,
                errors={"invalid_grant": ("invalid_request",), "invalid_scope": ("access_denied",)},
                state_required=False,
                redirect_uri_implied=True,
                refusal_spends_code=False,
                takes_resource=False,
            ),
            scopes=("openid", "profile"),
            code_lifetime=60 + LATE,
            token_lifetime=3600 + LATE,
        )
