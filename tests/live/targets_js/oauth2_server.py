"""@node-oauth/oauth2-server: a framework for authorization and resource servers, in a minimal application."""

from __future__ import annotations

from oauth_model.live.adapter import Dialect, Endpoints, Pages, Target
from tests.live.targets_js.cast import ACCOUNTS, CLIENTS
from tests.live.targets_js.node import NodeAdapter


class OAuth2Server(NodeAdapter):
    """The fields of its buttons are those that the framework's own handler reads. Authorization requests need a state.

    Another redirection URI, or none, in a token request is answered with invalid_request; a public client without a
    code verifier with invalid_client, for the verifier is what it is let in by.
    """

    slug, title = "oauth2-server", "@node-oauth/oauth2-server from npm"
    script = "oauth2_server.mjs"

    def target(self, base: str) -> Target:
        return Target(
            endpoints=Endpoints(authorization=f"{base}/authorize", token=f"{base}/token", resource=f"{base}/resource"),
            clients=CLIENTS,
            accounts=ACCOUNTS,
            pages=Pages(allow=("allowed", "true"), deny=("allowed", "false")),
            dialect=Dialect(
                plain=False,
                refresh_rotation=True,
                refresh_reuse_revokes=False,
                replay_revokes=False,
                iss=False,
                errors={"invalid_grant": ("invalid_request", "invalid_client")},
                state_required=True,
                redirect_uri_implied=False,
                refusal_spends_code=True,
                takes_resource=True,
            ),
            operations={"read": "GET", "write": "POST"},
            code_lifetime=300,
        )
