"""What tests do at a target: one run of the code grant step by step, a refresh, and whether anybody listens."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from oauth_model.live.adapter import Adapter, Registration, Target
from oauth_model.live.lab import Back, Lab, authenticated, s256
from oauth_model.live.manners import Manners
from oauth_model.live.transport import Transport


class Grant:
    """One run of the code grant with PKCE, step by step."""

    def __init__(self, lab: Lab, client: Registration, **changes: str | None) -> None:
        self.lab, self.client, self.verifier = lab, client, lab.fresh()
        self.request = lab.request(
            client, **{"code_challenge": s256(self.verifier), "code_challenge_method": "S256", **changes}
        )

    def code(self) -> str:
        """A new code."""
        front = self.lab.authorize(self.request)
        assert front.code is not None, (front.error, front.visit.text[:200])
        return front.code

    def redeem(self, code: str | None = None, **changes: str | None) -> Back:
        """A token request for that code, or a new one."""
        parameters: dict[str, Any] = {"code_verifier": self.verifier, **changes}
        return self.lab.redeem(code or self.code(), self.client, **parameters)


@contextmanager
def laboratory(adapter: Adapter, target: Target) -> Iterator[Lab]:
    """A laboratory at a target that was started."""
    with Transport(Manners().with_host_of(*target.origins())) as transport:
        yield Lab(adapter, target, transport)


def refresh(lab: Lab, client: Registration, token: object, **changes: str) -> Back:
    """A token request with a refresh token (RFC 6749 section 6)."""
    parameters: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": str(token), **changes}
    return Back(lab.transport.send(authenticated(lab.target.endpoints.token, client, parameters)))


def listens(url: str) -> bool:
    """Whether anybody listens at the port of a URL."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0
