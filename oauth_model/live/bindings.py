"""Bindings: which concrete value each symbolic term stands for, at one server, in one run.

Names and configured secrets are looked up in the target; what a client draws is made up here, the same from run
to run; what the server issues is bound when it is seen. Two terms that the model says are fresh never stand for the
same value: a server that gives one twice is a find, and `NotFresh` is how it is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from string import ascii_letters, digits
from urllib.parse import urlsplit

from oauth_model.cast import ATTACKER, Cast
from oauth_model.live.adapter import ATTACKERS, CONFIDENTIAL, PUBLIC, Registration, Target
from oauth_model.live.lab import s256
from oauth_model.messages import AUTHORIZATION_SERVER
from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    ClientSecret,
    Code,
    IdToken,
    Issuer,
    Nonce,
    RequestUri,
    ResourceIndicator,
    Scope,
    State,
    Term,
    Uri,
    Verifier,
)

LETTERS = ascii_letters + digits + "-._~"
"""What a code verifier may be made of (RFC 7636 section 4.1)."""

ISSUED = (Code, AccessToken, IdToken, RequestUri)
"""Terms that a server makes."""

UNREGISTERED = "unregistered-client"

TESTER = "tester"
"""Who tries requests beside the model's parties (`tries`), in the attacker's browser."""


class NotOnTheWire(Exception):
    """A term or message that has no form here: what needs it cannot be tried at this server. The text says why."""


class NotFresh(Exception):
    """The server gave one value for two terms that ought to be fresh."""

    def __init__(self, term: Term, other: Term) -> None:
        super().__init__(f"the server gave the value of {other} again, as {term}")
        self.term, self.other = term, other


class Bindings:
    """The values of one run. `seed` tells runs apart: what clients draw differs from run to run."""

    def __init__(self, target: Target, cast: Cast, seed: int = 0) -> None:
        self.target, self.cast, self._seed = target, cast, seed
        self._values: dict[Term, str] = {}

    # -------------------------------------------------------------- who is who

    @property
    def server(self) -> str:
        """The party of the model that the running server is."""
        return next(name for name in self.cast.parties(AUTHORIZATION_SERVER) if self.cast.honest(name))

    def registration(self, client: str) -> Registration:
        """How a client of the model is registered. Raises NotOnTheWire if the server has none such."""
        clients = self.target.clients
        if not self.cast.honest(client):
            if ATTACKERS not in clients:
                raise NotOnTheWire("the attacker has no client at this server")
            return clients[ATTACKERS]
        wanted = CONFIDENTIAL if self.cast.confidential else PUBLIC
        if wanted not in clients:
            raise NotOnTheWire(f"there is no {wanted} client at this server")
        return clients[wanted]

    # -------------------------------------------------------------- terms to values

    def value(self, term: Term) -> str:
        """What a term stands for. Raises NotOnTheWire for one that has no form here."""
        known = self._values.get(term)
        if known is None:
            known = self._configured(term)
            if known is None:
                known = self._values[term] = self._drawn(term)
        return known

    def _configured(self, term: Term) -> str | None:
        """The value of what the deployment has; None for what is made as it runs."""
        match term:
            case ClientId(name):
                return self.registration(name).client_id if name in self.cast.clients else UNREGISTERED
            case Issuer(name):
                return (self.target.endpoints.issuer if name == self.server else None) or f"https://{name}"
            case Scope():
                return " ".join(self._scope(value) for value in term.values)
            case Uri():
                return self._uri(term)
            case ResourceIndicator(name):
                return self.resource(name)
            case ClientSecret(client, issuer) if issuer == self.server:
                return self.registration(client).secret
            case Challenge(verifier):
                return s256(self.value(verifier))
        return None

    def _drawn(self, term: Term) -> str:
        """A value that a client or an attacker makes up: long, of allowed letters, and the same for the same term."""
        foreign = isinstance(term, ISSUED) and getattr(term, "issuer", self.server) != self.server
        if isinstance(term, (State, Nonce, Verifier, ClientSecret)) or (foreign and not isinstance(term, IdToken)):
            digest = hashlib.sha512(f"{self._seed} {term!r}".encode()).digest()
            length = 4 if isinstance(term, Verifier) and term.short else 48
            return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:length])
        raise NotOnTheWire(f"{term} has no value here yet")

    def _scope(self, value: str) -> str:
        names = ("read", "write")
        scopes = self.target.scopes
        if value in names and names.index(value) < len(scopes):
            return scopes[names.index(value)]
        if value in names:
            raise NotOnTheWire(f"the server has no second scope to stand for {value!r}")
        return value

    def _uri(self, uri: Uri) -> str:
        """A URI with the host and path that a client really has; any other is written as it is."""
        text = str(uri)
        for client in self.cast.clients:
            if not self.cast.honest(client) and ATTACKERS not in self.target.clients:
                continue
            model, real = self.cast.redirect_uri(client, self.server), self.registration(client).redirect_uris[0]
            if model.host and text != real:
                text = text.replace(str(model), real)
                text = text.replace(f"://{model.host}/", f"://{urlsplit(real).netloc}/")
        return text

    def resource(self, server: str) -> str:
        """The URL at which a resource server of the model serves. Raises NotOnTheWire if there is none."""
        endpoints = self.target.endpoints
        urls = (endpoints.resource, endpoints.other_resource)
        names = [name for name in self.cast.resource_servers if self.cast.honest(name)]
        if server not in names:
            return f"https://{server}/resource"
        url = urls[names.index(server)] if names.index(server) < len(urls) else None
        if url is None:
            raise NotOnTheWire(f"the server has no endpoint to stand for {server}")
        return url

    # -------------------------------------------------------------- values to terms

    def bind(self, term: Term, value: str) -> None:
        """Note what the server gave. Raises NotFresh if that value stands for another term already."""
        for other, known in self._values.items():
            if known == value and other != term and isinstance(other, ISSUED):
                raise NotFresh(term, other)
        self._values[term] = value

    def is_bound(self, term: Term) -> bool:
        """Whether the value of a term is known."""
        return term in self._values

    def issued(self) -> Iterator[Term]:
        """What the server issued, in its order."""
        return (term for term in self._values if isinstance(term, ISSUED))

    def drawn(self) -> Iterator[Term]:
        """What clients and the attacker made up, in their order."""
        return (term for term in self._values if not isinstance(term, ISSUED))

    def owner_of(self, party: str) -> str:
        """The account whose browser a party of the model uses."""
        if party in (ATTACKER, TESTER) or not self.cast.honest(party):
            return "mallory"
        user = next((name for name in self.cast.users if self.cast.browser(name) == party), party)
        if user not in self.target.accounts:
            raise NotOnTheWire(f"there is no account for {user} at this server")
        return user
