"""Real servers as targets: each framework in a small application, configured as its documentation shows.

They are test material and not part of the wheel. `TARGETS` maps the name of each to its adapter.
"""

from __future__ import annotations

from oauth_model.live.adapter import Adapter
from tests.live.targets.authlib_server import AuthlibServer
from tests.live.targets.django_toolkit import DjangoToolkit
from tests.live.targets.oauthlib_server import OauthlibServer
from tests.live.targets.pyop_server import PyopServer

TARGETS: dict[str, type[Adapter]] = {
    each.slug: each for each in (AuthlibServer, OauthlibServer, DjangoToolkit, PyopServer)
}
