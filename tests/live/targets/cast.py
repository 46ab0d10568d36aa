"""Who takes part at every target: two accounts, and three clients with their redirection URIs.

Nothing here belongs to one framework; each target registers the same parties in its own way.
"""

from __future__ import annotations

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, VICTIM, Account, Registration

ACCOUNTS = {
    VICTIM: Account("alice", "alice's password"),
    ATTACKER: Account("mallory", "mallory's password"),
}

HONEST_URIS = ("https://www.client.example/cb",)
ATTACKERS_URIS = ("https://www.evil-client.example/cb",)

CLIENTS = {
    CONFIDENTIAL: Registration("client-confidential", HONEST_URIS, "secret-of-the-confidential-client"),
    PUBLIC: Registration("client-public", HONEST_URIS, authentication="none"),
    ATTACKERS: Registration("client-attackers", ATTACKERS_URIS, "secret-of-the-attackers-client"),
}

BY_ID = {client.client_id: client for client in CLIENTS.values()}

SCOPES = ("read", "write")


def password_is_right(username: str, password: str) -> bool:
    """Whether somebody has this name and password."""
    return any(Account(username, password) == account for account in ACCOUNTS.values())
