"""Real servers from npm as targets: each a script for node, and the adapter that runs it.

The scripts are applications as the packages' own documentation shows them, with login and consent pages of ours; what
those packages decide is theirs. Nothing here is needed by the library, and nobody who does not run these tests needs
node.

    packages    the packages in a cache folder
    node        a server in a child process
    cast        the clients and accounts that every target has
    control.mjs and pages.mjs    what the scripts share
"""

from __future__ import annotations

from tests.live.targets_js.node import NodeAdapter
from tests.live.targets_js.oauth2_server import OAuth2Server
from tests.live.targets_js.oidc_provider import OidcProvider

TARGETS_JS: dict[str, type[NodeAdapter]] = {each.slug: each for each in (OidcProvider, OAuth2Server)}
