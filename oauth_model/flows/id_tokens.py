"""ID tokens (OpenID Connect Core section 2): how an authorization server makes one, and a client signs its user in.

What a client is to check of one is in `mitigations`. A client that checks nothing takes whoever it names for the
user, and whom it calls its issuer for the issuer.
"""

from __future__ import annotations

from oauth_model.facts import LoggedIn, Passed
from oauth_model.flows.accounts import account_of
from oauth_model.flows.flow import Flow
from oauth_model.machine import View
from oauth_model.messages import CLIENT, HybridResponse, ImplicitResponse, TokenResponse
from oauth_model.terms import (
    AccessToken,
    Audiences,
    ClientId,
    Code,
    Expiry,
    IdToken,
    Issuer,
    Nonce,
    SigningKey,
    State,
    Subject,
)

WithIdToken = TokenResponse | HybridResponse | ImplicitResponse


def id_token_for(
    me: View, *, at_hash: AccessToken | None = None, c_hash: Code | None = None, s_hash: State | None = None
) -> IdToken:
    """The ID token of an authorization, with the hashes of what goes with it."""
    iss, key, exp = Issuer(me.party), SigningKey(me.party), Expiry(me.party, me.index)
    subject, client = Subject(me.memory.user), ClientId(me.memory.client)
    aud: ClientId | Audiences = client
    if me.cast.broad_audience:
        aud = Audiences(tuple(ClientId(name) for name in me.cast.clients))
    azp = client if me.cast.broad_audience else None
    return IdToken(iss, subject, aud, me.memory.nonce, c_hash, at_hash, s_hash, key, azp, exp)


def names_me(me: View, id_token: IdToken) -> bool:
    """Whether this client is an audience of an ID token."""
    mine = ClientId(me.party)
    return id_token.aud == mine or (isinstance(id_token.aud, Audiences) and mine in id_token.aud.clients)


def authorizes_me(me: View, id_token: IdToken) -> bool:
    """Whether an ID token was issued to this client: it says so where it has several audiences, if it says anything."""
    if id_token.azp is None:
        return not isinstance(id_token.aud, Audiences)
    return id_token.azp == ClientId(me.party)


def has_lapsed(me: View, id_token: IdToken) -> bool:
    """Whether an ID token has expired, or does not say when it will; nobody looks where none can, or none has."""
    if not me.cast.lifetimes_end:
        return False
    passed = me.looks_up(Passed)
    return bool(passed) and (id_token.exp is None or Passed(id_token.exp) in passed)


ID_TOKENS = Flow("id-tokens", "Lifetimes of ID tokens", "OpenID Connect Core section 2", looks_up={CLIENT: (Passed,)})
"""No rows: ID tokens travel in the responses of other flows. A scenario has this where they can expire."""


def nonce_of_run(me: View) -> Nonce:
    """The nonce of this run, or the one that the client has."""
    return Nonce(me.party, 0 if me.cast.reused_secrets else me.index)


def log_in_by_id_token(me: View, message: TokenResponse | ImplicitResponse) -> None:
    """Take the browser for that of whom the ID token names; without one nobody is signed in."""
    id_token = message.id_token
    if id_token is None or id_token.sub is None:
        return
    if me.on("userinfo-subject"):
        me.remember(subject=id_token.sub)
    sound = not me.memory.first_id_token_unsound and is_sound(me, message)
    me.happened(LoggedIn(me.party, me.index, account_of(me), id_token.sub.user, account_at(me, id_token), sound))


def account_at(me: View, id_token: IdToken) -> str:
    """The authorization server whose user is signed in: the ID token's issuer.

    A client that goes by the name alone takes a user for the one of that name whom it knows.
    """
    if not me.on("subject-with-issuer"):
        return str(me.cast.authorization_servers[0])
    issuer: Issuer = id_token.iss or me.memory.issuer
    return issuer.name


def is_sound(me: View, message: WithIdToken) -> bool:
    """Whether all in an ID token is as it should be, what it says of the code or token beside it included."""
    id_token, issuer = message.id_token, me.memory.issuer
    if id_token is None:
        return True
    if id_token.key is None or id_token.iss != issuer or id_token.key != SigningKey(issuer.name):
        return False
    if not names_me(me, id_token) or not authorizes_me(me, id_token) or has_lapsed(me, id_token):
        return False
    if me.on("nonce") and id_token.nonce != nonce_of_run(me):
        return False
    if isinstance(message, HybridResponse):
        if "token" in me.cast.client_uses.split() and id_token.at_hash not in (None, message.access_token):
            return False
        return id_token.c_hash in (None, message.code) and id_token.s_hash in (None, message.state)
    return id_token.at_hash in (None, message.access_token)
