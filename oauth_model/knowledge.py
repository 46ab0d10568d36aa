"""The attacker's knowledge: a set of terms, closed under what terms reveal, and what it starts with.

What can be said with it is `forging`'s to find out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from oauth_model.attackers import Attacker
from oauth_model.cast import ATTACKER, UNREGISTERED_CLIENT, Cast
from oauth_model.terms import (
    AccessToken,
    AuthorizationEndpoint,
    ClientId,
    Code,
    Expiry,
    Issuer,
    Password,
    ProofKey,
    ProtectedResource,
    PushedRequestEndpoint,
    RegistrationEndpoint,
    SigningKey,
    State,
    Subject,
    Term,
    TokenEndpoint,
    Verifier,
)

Knowledge = frozenset[Term]


def close(terms: Iterable[Term]) -> Knowledge:
    """The terms, and all that they reveal."""
    known: set[Term] = set()
    waiting = list(terms)
    while waiting:
        term = waiting.pop()
        if term not in known:
            known.add(term)
            waiting.extend(term.reveals())
    return frozenset(known)


def at_the_start(attacker: Attacker, parties: Cast, authorizations: int = 0, client_runs: int = 0) -> Knowledge:
    """What the attacker knows before anything happens: names, what is its own, and what it can guess.

    To know all values that a code can have is to try them one after the other: of so many authorizations and client
    runs each has one.
    """
    if not attacker.acts:
        return frozenset()
    terms: list[Term] = [Verifier(ATTACKER, 0), parties.scope, parties.supported_scope]
    terms += [ClientId(client) for client in (*parties.clients, UNREGISTERED_CLIENT)]
    terms += [Issuer(issuer) for issuer in parties.authorization_servers]
    terms += parties.resource_indicators()
    terms += parties.attacker_uris()
    if parties.openid:
        terms += [Subject(user) for user in (*parties.users, *filter(None, [parties.account]))]
        for issuer in parties.authorization_servers:
            terms += [] if parties.honest(issuer) else [SigningKey(issuer), Expiry(issuer, 0)]
    terms += [ProofKey(ATTACKER)] if parties.keys_in_use else []
    for server in parties.resource_servers:
        if not parties.honest(server):
            terms += [ProtectedResource(server, user) for user in parties.users]
    terms += _guessed(parties, authorizations, client_runs)
    for issuer in parties.authorization_servers:
        terms += [parties.redirect_uri(client, issuer) for client in parties.clients]
        if parties.account:
            terms.append(Password(parties.account, issuer))
            terms += [ProtectedResource(server, parties.account) for server in parties.resource_servers]
        if parties.discovery:
            terms += _endpoints(issuer)
        if not parties.honest(issuer):
            terms += [Password(user, issuer) for user in parties.users]
            terms.append(Code(issuer, 0))
            terms += _made_up_tokens(issuer, parties)
        for client in parties.clients:
            secret = parties.client_secret(client, issuer)
            issued_here = parties.discovery and not parties.honest(issuer)
            if secret is not None and (issued_here or not parties.honest(client)):
                terms.append(secret)
    return close(terms)


def _guessed(parties: Cast, authorizations: int, client_runs: int) -> list[Term]:
    """The values of honest parties that can be guessed (RFC 6749 section 10.10)."""
    servers = filter(parties.honest, parties.authorization_servers if "code" in parties.guessable else ())
    clients = filter(parties.honest, parties.clients if "state" in parties.guessable else ())
    codes = [Code(server, number) for server in servers for number in range(1, authorizations + 1)]
    return [*codes, *(State(client, number) for client in clients for number in range(1, client_runs + 1))]


def _endpoints(issuer: str) -> list[Term]:
    """What an authorization server's metadata names, or could."""
    kinds = (AuthorizationEndpoint, TokenEndpoint, RegistrationEndpoint, PushedRequestEndpoint)
    return [kind(issuer) for kind in kinds]


def _made_up_tokens(issuer: str, parties: Cast) -> list[Term]:
    """Tokens of an authorization server of the attacker's: it says of whom it likes that they consented."""
    return [
        AccessToken(issuer, 0, 1, user, client, parties.scope, server)
        for user in parties.users
        for client in filter(parties.honest, parties.clients)
        for server in parties.resource_servers
    ]


def in_order(terms: Iterable[Term]) -> list[Term]:
    """The terms in a fixed order: the attacker's own first."""
    return sorted(terms, key=_order)


@lru_cache(100_000)
def _order(term: Term) -> tuple[bool, str]:
    return getattr(term, "owner", "") != ATTACKER, repr(term)
