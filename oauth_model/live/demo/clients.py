"""Who is registered at the demo server: two users, and three clients of which one is the attacker's.

Their passwords and secrets are here for everybody to read. The server listens on the loopback interface alone, and
what they open is nothing but the demo's own.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, VICTIM, Account, Registration
from oauth_model.live.demo.redirection import is_taken_for
from oauth_model.live.demo.switches import Switches

SCOPES = ("read", "write")
"""What can be granted: `read` opens a resource to GET, `write` to POST. The first is the default."""

ACCOUNTS = {
    VICTIM: Account("alice", "alice-through-the-looking-glass"),
    ATTACKER: Account("mallory", "mallory-in-the-middle"),
}

_HONEST = ("https://www.client.example/cb",)

CLIENTS = {
    CONFIDENTIAL: Registration("client.example", _HONEST, "demo-secret-of-client.example"),
    PUBLIC: Registration("public-client.example", _HONEST, None, "none"),
    ATTACKERS: Registration(
        "evil-client.example", ("https://www.evil-client.example/cb",), "demo-secret-of-evil-client.example"
    ),
}

_RESPONSE_TYPES = {CONFIDENTIAL: ("code",), PUBLIC: ("code", "token"), ATTACKERS: ("code", "token")}


def has_password(username: str, password: str) -> bool:
    """Whether there is an account of that name with that password."""
    known = next((each.password for each in ACCOUNTS.values() if each.username == username), None)
    return known is not None and hmac.compare_digest(known.encode(), password.encode())


@dataclass(frozen=True)
class Client:
    """A registered client, as Authlib asks about it (its `ClientMixin`).

    `response_types` are those that it is registered for, `vetted` is whether somebody looked at it.
    """

    registration: Registration
    response_types: tuple[str, ...]
    vetted: bool
    switches: Switches

    @property
    def client_id(self) -> str:
        """Its identifier."""
        return self.registration.client_id

    def get_client_id(self) -> str:
        """Its identifier."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """The redirection URI of a request that names none."""
        return self.registration.redirect_uris[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        """A scope without repetitions; the default one where none is asked for (RFC 6749 section 3.3)."""
        asked = (scope or "").split() or SCOPES[:1]
        return " ".join(value for value in SCOPES if value in asked)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether a redirection URI is taken for one of its own."""
        return is_taken_for(self.registration.redirect_uris, redirect_uri, self.switches)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is its secret."""
        own = self.registration.secret
        return own is not None and hmac.compare_digest(own.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether it authenticates in this way (RFC 6749 section 2.3.1)."""
        own = ("none",) if self.registration.secret is None else ("client_secret_basic", "client_secret_post")
        return method in own

    def check_response_type(self, response_type: str) -> bool:
        """Any that the server has may be asked for; whether it is the client's is `response-mode-locked`'s matter."""
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may use a grant type at the token endpoint."""
        return grant_type in ("authorization_code", "refresh_token")


def registered(switches: Switches) -> dict[str, Client]:
    """All clients by their identifiers."""
    return {
        registration.client_id: Client(registration, _RESPONSE_TYPES[name], name != ATTACKERS, switches)
        for name, registration in CLIENTS.items()
    }
