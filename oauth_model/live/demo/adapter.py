"""The demo server for a probe: `oauth-model probe demo`, and every test of what a probe finds.

This module can be loaded without the packages that the server is made of; only starting it needs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from oauth_model.live.adapter import Adapter, Dialect, Endpoints, Pages, Target
from oauth_model.live.demo.clients import ACCOUNTS, CLIENTS, SCOPES
from oauth_model.live.demo.switches import DEFAULT_MATCHING, Setup, Switches
from oauth_model.live.manners import LiveError

if TYPE_CHECKING:
    from oauth_model.live.demo.server import RunningServer


class DemoAdapter(Adapter):
    """The demo server, started with mitigations `off`, extensions `on`, or a sabotage of its token endpoint.

    `matching` is the rule for redirection URIs where they are not compared exactly, `port` 0 for any, `file` an SQLite
    file that stays; by default there is one of its own, which does not. Raises InputError for a name that is unknown.
    """

    slug = "demo"
    title = "The project's own demo server"

    def __init__(
        self,
        off: Iterable[str] = (),
        sabotage: str | None = None,
        *,
        on: Iterable[str] = (),
        matching: str = DEFAULT_MATCHING,
        port: int = 0,
        file: Path | None = None,
    ) -> None:
        self.setup = Setup(Switches(frozenset(off), frozenset(on), matching), sabotage)
        self._port, self._file = port, file
        self._server: RunningServer | None = None

    def start(self) -> Target:
        """Start the server. Raises LiveError if it runs already, or cannot."""
        if self._server is not None:
            raise LiveError("the demo server runs already; stop it first, or make another adapter")
        try:
            from oauth_model.live.demo.endpoints import METADATA, PATHS, RESOURCES
            from oauth_model.live.demo.server import RunningServer
        except ImportError as failure:
            needed = "pip install 'oauth-model[demo]'"
            raise LiveError(f"the demo server needs more packages ({failure}): {needed}") from None
        self._server = RunningServer(self.setup, self._port, self._file)
        issuer = self._server.issuer
        resource, other = RESOURCES
        endpoints = Endpoints(
            authorization=issuer + PATHS["authorization_endpoint"],
            token=issuer + PATHS["token_endpoint"],
            issuer=issuer,
            resource=issuer + resource,
            other_resource=issuer + other,
            introspection=issuer + PATHS["introspection_endpoint"],
            revocation=issuer + PATHS["revocation_endpoint"],
            pushed=issuer + PATHS["pushed_authorization_request_endpoint"],
            metadata=issuer + METADATA,
        )
        return Target(endpoints, CLIENTS, ACCOUNTS, Pages(scope_field="scope"), self._dialect(), SCOPES)

    def stop(self) -> None:
        """Stop it; nothing is left of it but a file that was named."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def reset(self) -> None:
        """Have it forget sessions, codes and tokens."""
        if self._server is not None:
            self._server.store.forget()

    def advance(self, seconds: float) -> bool:
        """Put its clock forward; codes live for 60 seconds, access tokens for 600."""
        if self._server is None:
            return False
        self._server.clock.advance(seconds)
        return True

    def _dialect(self) -> Dialect:
        enforces = self.setup.enforces
        verified = "optional" if enforces("pkce-s256") else "none"
        return Dialect(
            pkce="required" if enforces("pkce-required") else verified,  # type: ignore[arg-type]
            plain=not enforces("plain-refused"),
            refresh_rotation=True,
            refresh_reuse_revokes=True,
            replay_revokes=enforces("code-single-use") and enforces("replay-revokes"),
            loopback=False,
            iss=enforces("iss"),
        )
