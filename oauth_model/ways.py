"""The ways in which a message of the attacker's reaches a session: from where, at which URI, with which cookies.

What is in the message is `forging`'s to find out, and who would take it the adversary's (`adversary`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from oauth_model.cast import ATTACKER
from oauth_model.machine import Address, Envelope
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_SERVER,
    FrontChannel,
    LoginRequest,
    Message,
    TokenResponse,
    UserInterface,
)
from oauth_model.terms import Cookie, Uri

if TYPE_CHECKING:
    from oauth_model.world import Composition


class Way(NamedTuple):
    """How a forged message reaches a session: from which address, at which URI, with which cookies, in which mode.

    A link may be opened in a frame of some page; `set_cookie` is a cookie for somebody else's host that comes along.
    """

    sender: Address
    uri: Uri | None = None
    cookies: frozenset[Cookie] = frozenset()
    mode: str | None = None
    framed: bool = False
    set_cookie: Cookie | None = None

    def with_message(self, message: Message, to: Address) -> Envelope:
        """The message on its way."""
        return Envelope(
            self.sender,
            to,
            message,
            uri=self.uri,
            cookies=self.cookies,
            mode=self.mode,
            framed=self.framed,
            set_cookie=self.set_cookie,
        )


class Ways:
    """The ways that the attacker of one composition has."""

    def __init__(self, composition: Composition) -> None:
        self._world = composition
        self._attacker = composition.attacker
        self._cast = composition.cast
        tosses = not self._cast.host_cookies and (self._attacker.network or self._cast.taken_over)
        self.tossed_at = tuple(filter(self._cast.honest, self._cast.clients)) if tosses else ()

    def ways(self, slot: int, kind: type[Message], cookies: frozenset[Cookie]) -> Iterator[Way]:
        """The ways to hand a message of a class to a session: with all its cookies, where it takes any."""
        party = self._world.addresses[slot].party
        if issubclass(kind, FrontChannel):
            for uri in self.uris(party, kind):
                yield Way(Address(ATTACKER), uri, cookies, self.mode(kind))
        elif issubclass(kind, UserInterface):
            yield Way(Address(ATTACKER), None, cookies)
        elif kind.receiver in (AUTHORIZATION_SERVER, RESOURCE_SERVER):
            yield Way(Address(ATTACKER))
        else:
            for owned in sorted(self._cast.owned):
                if owned in self._cast.parties(kind.sender):
                    yield Way(Address(owned))
            if self._cast.rogue_token_endpoint and issubclass(kind, TokenResponse):
                yield Way(Address(ATTACKER))

    def mode(self, kind: type[Message]) -> str | None:
        """Where clients look for the parameters of a response: elsewhere they do not see them."""
        return self._cast.response_mode if kind.receiver == CLIENT else None

    def uris(self, party: str, kind: type[Message]) -> tuple[Uri, ...]:
        """Where a server takes messages of a class from browsers."""
        if issubclass(kind, LoginRequest):
            return (self._cast.login_endpoint(party),)
        if kind.receiver == CLIENT:
            uris = (self._cast.redirect_uri(party, issuer) for issuer in self._cast.authorization_servers)
            return tuple(dict.fromkeys(uris))
        if kind.receiver == AUTHORIZATION_SERVER:
            return (self._cast.authorization_endpoint(party),)
        return (self._cast.resource_endpoint(party),)

    def tossed(self, cookies: Iterable[Cookie]) -> tuple[Cookie | None, ...]:
        """What may come along with a link: nothing, or one of some cookies that somebody else's host will be sent.

        Such a cookie is set by a host under the same domain, or by anybody in the place of an http page there; not
        where the cookies' names forbid it.
        """
        return (None, *sorted((cookie for cookie in cookies if cookie.server in self.tossed_at), key=repr))

    def link_ways(
        self, window: int, session: int, party: str, kind: type[Message], sender: Address, cookies: Iterable[Cookie]
    ) -> Iterator[Way]:
        """The ways in which a link to a party comes to a window, some of the known cookies along with it.

        An empty window may be a frame of a page, where such pages can be framed.
        """
        frames = self._cast.pages_in_frames and self._world.is_idle(window, session)
        for uri in self.uris(party, kind):
            for framed in (False, True) if frames else (False,):
                for cookie in self.tossed(cookies):
                    yield Way(sender, uri, mode=self.mode(kind), framed=framed, set_cookie=cookie)
