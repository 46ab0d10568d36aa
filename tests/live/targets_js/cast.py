"""The clients and accounts that the servers from npm are started with: data, the same for each of them."""

from __future__ import annotations

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, VICTIM, Account, Registration

HONEST = ("https://www.client.example/cb",)

CLIENTS = {
    CONFIDENTIAL: Registration(CONFIDENTIAL, HONEST, "confidential-secret"),
    PUBLIC: Registration(PUBLIC, HONEST, authentication="none"),
    ATTACKERS: Registration(ATTACKERS, ("https://www.evil-client.example/cb",), "attackers-secret"),
}

ACCOUNTS = {VICTIM: Account(VICTIM, "alice's password"), ATTACKER: Account(ATTACKER, "mallory's password")}
