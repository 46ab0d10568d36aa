"""Requests that nobody in the model would send now: the ones a server has to refuse, and their honest neighbours.

A walk of the composition asks a server little that it should refuse, for honest parties do not err and an attacker
does not send what would come to nothing. So a tester joins the walk who knows every value that was seen, and puts
requests together of them: codes that were redeemed, verifiers of other runs, other clients, other URIs. The model's
machine says what the answer is, like to any other request; what the tester learns is nobody's knowledge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product
from typing import Literal

from oauth_model.facts import TokenIssued
from oauth_model.live import bindings
from oauth_model.live.adapter import ATTACKERS, Target
from oauth_model.live.bindings import Bindings
from oauth_model.live.party import KINDS
from oauth_model.machine import Address, Envelope
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    RESOURCE_SERVER,
    AuthorizationRequest,
    Consent,
    ResourceRequest,
    TokenRequest,
)
from oauth_model.steps import Change, World
from oauth_model.terms import AccessToken, Challenge, ClientId, Code, Cookie, Password, State, Uri, Verifier
from oauth_model.world import Composition

TESTER = Address(bindings.TESTER)


class Tester:
    """Who tries requests in one composition."""

    def __init__(self, composition: Composition, target: Target) -> None:
        self._world, self._target = composition, target
        cast = composition.cast
        self._server = next(name for name in cast.parties(AUTHORIZATION_SERVER) if cast.honest(name))
        self._resource_servers = [name for name in cast.parties(RESOURCE_SERVER) if cast.honest(name)]
        if target.endpoints.other_resource is None:
            self._resource_servers = self._resource_servers[:1]
        self._clients = [name for name in cast.clients if cast.honest(name) or ATTACKERS in target.clients]

    def tries(self, world: World, bindings: Bindings, pages: Collection[int]) -> Iterator[Change]:
        """The tries in a world, in a fixed order, each as a change like any other; the likelier ones come first.

        `pages` are the authorizations that wait for the tester's own consent.
        """
        for envelope in (
            *self._token_requests(bindings),
            *self._resource_requests(world, bindings),
            *self._authorization_requests(),
            *self._consents(world, pages),
        ):
            yield from self.taken(world, envelope)

    def taken(self, world: World, envelope: Envelope) -> Iterator[Change]:
        """What becomes of a request: put on its way in the model, and taken by whichever session that concerns."""
        posted = self.posted(world, envelope)
        for change in self._world.deliver(posted, self._world.envelopes.number(envelope)):
            if any(type(self._world.envelopes.values[number].message) in KINDS for number in change.sent):
                yield change

    def posted(self, world: World, envelope: Envelope) -> World:
        """The world with a request on its way."""
        c = self._world
        waiting = {*c.networks.values[world[c.n]], c.envelopes.number(envelope)}
        return (*world[: c.n], c.networks.number(tuple(sorted(waiting))), *world[c.n + 1 :])

    def after(self, world: World, change: Change) -> World:
        """The world after a try: what was answered to the tester is gone."""
        c = self._world
        envelope = c.envelopes.values[change.step.envelope]
        then = c.after(self.posted(world, envelope), change)
        kept = (number for number in c.networks.values[then[c.n]] if c.envelopes.values[number].receiver != TESTER)
        return (*then[: c.n], c.networks.number(tuple(kept)), *then[c.n + 1 :])

    # -------------------------------------------------------------- requests

    def _token_requests(self, bindings: Bindings) -> Iterator[Envelope]:
        codes = [term for term in bindings.issued() if isinstance(term, Code) and term.issuer == self._server]
        drawn = [term for term in bindings.drawn() if isinstance(term, Verifier)]
        other = Verifier(TESTER.party, 1)
        verifiers: list[Verifier | None] = [*drawn, None, other]
        for code, verifier, client in product(codes, verifiers, self._clients):
            for uri, own_secret in product(self._uris(client), (True, False)):
                cast = self._world.cast
                secret = cast.client_secret(client, self._server) if own_secret else None
                if not own_secret and cast.client_secret(client, self._server) is None:
                    continue
                request = TokenRequest("authorization_code", code, ClientId(client), uri, secret, verifier)
                yield Envelope(TESTER, Address(self._server), request)

    def _uris(self, client: str) -> tuple[Uri | None, ...]:
        cast = self._world.cast
        own = cast.redirect_uri(client, self._server)
        others = (cast.redirect_uri(name, self._server) for name in self._clients if name != client)
        return (own, None, *others)

    def _resource_requests(self, world: World, bindings: Bindings) -> Iterator[Envelope]:
        issued = {fact.token for fact in self._world.facts(world) if isinstance(fact, TokenIssued)}
        known = [term for term in bindings.issued() if isinstance(term, AccessToken) and term in issued]
        operations: tuple[Literal["read", "write"], ...] = ("read", "write")
        for token, operation, server in product(known, operations, self._resource_servers):
            if operation in self._target.operations:
                yield Envelope(TESTER, Address(server), ResourceRequest(token, operation))

    def _authorization_requests(self) -> Iterator[Envelope]:
        cast, verifier = self._world.cast, Verifier(TESTER.party, 1)
        challenges: tuple[tuple[Challenge | Verifier | None, Literal["S256", "plain"] | None], ...] = (
            (Challenge(verifier), "S256"),
            (None, None),
            (verifier, "plain"),
        )
        uri = cast.authorization_endpoint(self._server)
        for client, (challenge, method) in product(self._clients, challenges):
            for redirect_uri in (cast.redirect_uri(client, self._server), *cast.attacker_uris()):
                request = AuthorizationRequest(
                    "code", ClientId(client), redirect_uri, cast.scope, State(TESTER.party, 1), challenge, method
                )
                yield Envelope(TESTER, Address(self._server), request, uri=uri)

    def _consents(self, world: World, pages: Collection[int]) -> Iterator[Envelope]:
        account = self._world.cast.account
        for slot, address in enumerate(self._world.addresses):
            session = self._world.session(world, slot)
            if address.party == self._server and address.index in pages and session.state == "asking" and account:
                consent = Consent(Password(account, self._server), session.memory.scope)
                cookies = frozenset([Cookie(self._server, address.index)])
                yield Envelope(TESTER, address, consent, cookies=cookies)
