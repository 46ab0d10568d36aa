"""ID tokens (OpenID Connect Core section 2): how an authorization server makes one, and a client signs its user in.

What a client is to check of one is in `mitigations`. A client that checks nothing takes whoever it names for the
user, and whom it calls its issuer for the issuer.
"""

from __future__ import annotations

from oauth_model.facts import LoggedIn
from oauth_model.machine import View
from oauth_model.messages import HybridResponse, ImplicitResponse, TokenResponse
from oauth_model.terms import AccessToken, ClientId, Code, IdToken, Issuer, Nonce, SigningKey, State, Subject

WithIdToken = TokenResponse | HybridResponse | ImplicitResponse


def id_token_for(
    me: View, *, at_hash: AccessToken | None = None, c_hash: Code | None = None, s_hash: State | None = None
) -> IdToken:
    """The ID token of an authorization, with the hashes of what goes with it."""
    subject, client = Subject(me.memory.user), ClientId(me.memory.client)
    return IdToken(
        Issuer(me.party), subject, client, me.memory.nonce, c_hash, at_hash, s_hash, SigningKey(me.party)
    )


def nonce_of_run(me: View) -> Nonce:
    """The nonce of this run, or the one that the client has."""
    return Nonce(me.party, 0 if me.cast.reused_secrets else me.index)


def log_in_by_id_token(me: View, message: TokenResponse | ImplicitResponse) -> None:
    """Take the browser for that of whom the ID token names; without one nobody is signed in."""
    id_token = message.id_token
    if id_token is None or id_token.sub is None:
        return
    fault = me.memory.id_token_fault or fault_of(me, message)
    browser = me.memory.window.party
    me.happened(LoggedIn(me.party, me.index, browser, id_token.sub.user, account_at(me, id_token), fault))


def account_at(me: View, id_token: IdToken) -> str:
    """The authorization server whose user is signed in: the ID token's issuer.

    A client that goes by the name alone takes a user for the one of that name whom it knows.
    """
    if not me.on("subject-with-issuer"):
        return str(me.cast.authorization_servers[0])
    issuer: Issuer = id_token.iss or me.memory.issuer
    return issuer.name


def fault_of(me: View, message: WithIdToken) -> str | None:
    """The first thing that is wrong with an ID token, or with what came beside it; None if all is as it should be."""
    id_token = message.id_token
    if id_token is None:
        return None
    issuer: Issuer = me.memory.issuer
    if id_token.key is None:
        return "key"
    if id_token.iss != issuer:
        return "iss"
    if id_token.key != SigningKey(issuer.name):
        return "key"
    if id_token.aud != ClientId(me.party):
        return "aud"
    if me.on("nonce") and id_token.nonce != nonce_of_run(me):
        return "nonce"
    if isinstance(message, HybridResponse):
        if id_token.c_hash not in (None, message.code):
            return "c_hash"
        return "s_hash" if id_token.s_hash not in (None, message.state) else None
    return "at_hash" if id_token.at_hash not in (None, message.access_token) else None
