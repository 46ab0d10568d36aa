"""Attackers: what they read, write, play, lure and know.

An attacker is a set of capabilities, joined with `|`. It has no steps of its own: what it can do
follows from what it knows and may send (`knowledge`), and which of that any party would accept.
"""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.errors import ModelError
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_SERVER,
    AuthorizationRequest,
    AuthorizationRequestByReference,
    AuthorizationResponse,
    HybridResponse,
    ImplicitResponse,
    Message,
    ResourceRequestInUri,
    TokenResponse,
)

PLAYABLE = (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)


@dataclass(frozen=True)
class Attacker:
    """A set of capabilities. Every attacker but NOBODY can send requests of its own over TLS.

    `reads`: messages of honest parties whose parameters it learns. `plays`: roles in which a party of the
    cast is its own. `account`: it can log in at honest authorization servers, as itself. `browser`: it can
    talk to servers as a user agent does. `lures`: it can make a resource owner's browser open a URL of its
    choice, in a window of its own. `takes_over`: it holds a host name under an honest client's domain. `network`: it
    reads what goes over http, and answers there in the server's place.
    `app`: an app of its own is on the devices of resource owners, and gets what the operating system gives it.
    `persuades`: resource owners send it the address that they see, if it asks them to. `reads_history`: it has their
    devices when they are done. `id` is the catalogue's letter.
    """

    slug: str
    reference: str
    id: str | None = None
    acts: bool = True
    reads: tuple[type[Message], ...] = ()
    plays: tuple[str, ...] = ()
    account: bool = False
    browser: bool = False
    lures: bool = False
    takes_over: bool = False
    network: bool = False
    app: bool = False
    persuades: bool = False
    reads_history: bool = False

    def __post_init__(self) -> None:
        for role in self.plays:
            if role not in PLAYABLE:
                raise ModelError(f"attacker {self.slug!r} plays {role!r}; it can play: {', '.join(PLAYABLE)}")
        if not isinstance(self.reads, tuple) or not all(
            isinstance(kind, type) and issubclass(kind, Message) for kind in self.reads
        ):
            raise ModelError(f"attacker {self.slug!r} reads {self.reads!r}, which is not a tuple of message classes")

    def __or__(self, other: Attacker) -> Attacker:
        if not self.acts or not other.acts:
            return other if other.acts else self
        return Attacker(
            "+".join(dict.fromkeys([*self.slug.split("+"), *other.slug.split("+")])),
            "; ".join(dict.fromkeys([*self.reference.split("; "), *other.reference.split("; ")])),
            "+".join(dict.fromkeys([*(self.id or "").split("+"), *(other.id or "").split("+")])).strip("+") or None,
            True,
            tuple(dict.fromkeys(self.reads + other.reads)),
            tuple(dict.fromkeys(self.plays + other.plays)),
            self.account or other.account,
            self.browser or other.browser,
            self.lures or other.lures,
            self.takes_over or other.takes_over,
            self.network or other.network,
            app=self.app or other.app,
            persuades=self.persuades or other.persuades,
            reads_history=self.reads_history or other.reads_history,
        )

    def __str__(self) -> str:
        return self.slug


NOBODY = Attacker("nobody", "RFC 9700 section 3", acts=False)
"""No attacker: honest parties only, in every interleaving."""

BROWSES = Attacker("own-browser", "RFC 9700 section 3, A1", account=True, browser=True)
"""A user like any other, with an account and a browser, who manipulates their own traffic but lures nobody."""

WEB = Attacker("web", "RFC 9700 section 3, A1", id="W", account=True, browser=True, lures=True)
READS_RESPONSES = Attacker(
    "reads-responses",
    "RFC 9700 section 3, A3",
    id="R-resp",
    reads=(AuthorizationResponse, ImplicitResponse, HybridResponse),
)
READS_REQUESTS = Attacker(
    "reads-requests",
    "RFC 9700 section 3, A4",
    id="R-req",
    reads=(AuthorizationRequest, AuthorizationRequestByReference),
)
READS_LINKS = Attacker(
    "reads-links", "RFC 9700 section 4.3.2", id="R-rs", reads=(ResourceRequestInUri, ImplicitResponse)
)
HOLDS_TOKEN = Attacker("holds-token", "RFC 9700 section 3, A5", id="T-AT", reads=(TokenResponse, ImplicitResponse))
IS_CLIENT = Attacker("is-client", "RFC 9700 section 3, A1", id="W-C", plays=(CLIENT,))
IS_AUTHORIZATION_SERVER = Attacker(
    "is-authorization-server", "RFC 9700 section 3, A1", id="W-AS", plays=(AUTHORIZATION_SERVER,)
)
IS_RESOURCE_SERVER = Attacker("is-resource-server", "RFC 9700 section 3, A1", id="W-RS", plays=(RESOURCE_SERVER,))
TAKES_OVER_HOST = Attacker("takes-over-host", "RFC 9700 section 4.1.1", takes_over=True)
NETWORK = Attacker("network", "RFC 9700 section 3, A2", id="N", network=True)
"""Control over the network alone; joined with WEB it is the A2 of RFC 9700."""
HAS_APP = Attacker("has-app", "RFC 8252 section 8.1", id="L", app=True)
PERSUADES = Attacker("persuades", "RFC 9700 section 3, A1", id="S", persuades=True)
READS_HISTORY = Attacker("reads-history", "RFC 9700 section 4.3", reads_history=True)

ATTACKERS: tuple[Attacker, ...] = (
    NOBODY,
    BROWSES,
    WEB,
    READS_RESPONSES,
    READS_REQUESTS,
    READS_LINKS,
    HOLDS_TOKEN,
    IS_CLIENT,
    IS_AUTHORIZATION_SERVER,
    IS_RESOURCE_SERVER,
    TAKES_OVER_HOST,
    NETWORK,
    HAS_APP,
    PERSUADES,
    READS_HISTORY,
)
