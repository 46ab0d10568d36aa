"""Whether a token is alive: asked at the resource endpoint, or by introspection (RFC 7662 section 2)."""

from __future__ import annotations

import json

from oauth_model.live.adapter import CONFIDENTIAL, Target
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.lab import authenticated
from oauth_model.live.transport import Transport


def token_is_alive(target: Target, transport: Transport, token: str) -> bool | None:
    """Whether an access token is accepted; None where there is neither endpoint nor a client that may introspect."""
    if target.endpoints.resource is not None:
        request = HttpRequest("GET", target.endpoints.resource, (("Authorization", f"Bearer {token}"),))
        return transport.send(request, "client", "is the token alive?").status < 400
    client = target.clients.get(CONFIDENTIAL)
    if target.endpoints.introspection is None or client is None:
        return None
    request = authenticated(target.endpoints.introspection, client, {"token": token})
    answer = transport.send(request, "client", "introspection")
    try:
        return bool(json.loads(answer.body).get("active"))
    except (ValueError, AttributeError):
        return None
