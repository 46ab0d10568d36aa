"""The cast: which parties take part, what they are registered and configured with, and who owns them.

Party names are host names, for pictures and URIs alike; a resource owner is a first name, and their
browser is called after them. What the attacker owns is part of the cast and is never a session: a
message to such a party is simply learnt (`knowledge`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from oauth_model.messages import AUTHORIZATION_SERVER, CLIENT, RESOURCE_OWNER, RESOURCE_SERVER, USER_AGENT
from oauth_model.terms import ClientSecret, Password, ResourceIndicator, Scope, Uri

ATTACKER = "attacker"
"""The attacker itself: its browser, its programs and everything else that is not a registered party."""

SITE = "attacker.example"
UNREGISTERED_CLIENT = "unregistered.example"


def browser_of(user: str) -> str:
    """The name of a resource owner's browser."""
    return f"{user}'s browser"


# ------------------------------------------------------------------ redirection URI matching


@dataclass(frozen=True)
class Matching:
    """How an authorization server compares redirection URIs where it does not compare them exactly.

    `lure` is a URI on the attacker's own site that the rule takes for the client's, if there is one.
    """

    slug: str
    reference: str
    matches: Callable[[Uri, str], bool]
    lure: Callable[[str], Uri | None]


def _any_uri(uri: Uri, client: str) -> bool:
    return True


def _glob(uri: Uri, client: str) -> bool:
    return fnmatchcase(str(uri), f"https://*.{client}/*")


def _sub_domain(uri: Uri, client: str) -> bool:
    return uri.scheme == "https" and uri.host.endswith(f".{client}")


def _prefix(uri: Uri, client: str) -> bool:
    return str(uri).startswith(f"https://www.{client}")


def _no_uri(client: str) -> Uri | None:
    return None


MATCHINGS = (
    Matching("unregistered", "RFC 6749 section 3.1.2.2", _any_uri, lambda client: Uri(SITE, "/cb")),
    Matching("glob", "RFC 9700 section 4.1.1", _glob, lambda client: Uri(SITE, f"/.{client}/cb")),
    Matching("prefix", "RFC 9700 section 4.1.3", _prefix, lambda client: Uri(f"www.{client}.{SITE}", "/cb")),
    Matching("sub-domain", "RFC 9700 section 4.1.1", _sub_domain, _no_uri),
)


# ------------------------------------------------------------------ who takes part


@dataclass(frozen=True)
class Cast:
    """The parties of a scenario.

    `owned` are those that the attacker plays. `taken_over` says whether the attacker has got hold of a host under
    each honest client's domain (RFC 9700 section 4.1.1 has the case of a dangling DNS entry). `response_types` and
    `grant_types` are what clients registered, the `_supported` ones what authorization servers support (none given
    means those of the scenario's flows), and `client_uses` is the response type that honest clients send.
    `audience_restricted` and `redirect_status` are how authorization servers issue tokens and redirect.
    """

    users: tuple[str, ...] = ("alice",)
    clients: tuple[str, ...] = ("client.example",)
    authorization_servers: tuple[str, ...] = ("as.example",)
    resource_servers: tuple[str, ...] = ("rs.example",)
    owned: frozenset[str] = frozenset()
    account: str | None = None
    taken_over: bool = False
    scope: Scope = field(default_factory=lambda: Scope(("read",)))
    supported_scope: Scope = field(default_factory=lambda: Scope(("read", "write")))
    response_types: tuple[str, ...] = ("code", "token")
    response_types_supported: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code", "implicit")
    grant_types_supported: tuple[str, ...] = ("authorization_code", "implicit")
    client_uses: str = "code"
    matching: str = "glob"
    confidential: bool = False
    distinct_redirect_uris: bool = False
    audience_restricted: bool = False
    redirect_status: int = 307

    def honest(self, party: str) -> bool:
        """Whether a party follows its machine: it is neither the attacker nor owned by it."""
        return party not in self.owned and party not in (ATTACKER, self.account)

    def parties(self, role: str) -> tuple[str, ...]:
        """The names of all parties of a role, the attacker's among them."""
        return {
            RESOURCE_OWNER: self.users,
            USER_AGENT: tuple(browser_of(user) for user in self.users),
            CLIENT: self.clients,
            AUTHORIZATION_SERVER: self.authorization_servers,
            RESOURCE_SERVER: self.resource_servers,
        }[role]

    def owner(self, uri: Uri) -> str:
        """The party that a request for this URI reaches."""
        host = uri.host.removeprefix("www.")
        known = (*self.clients, *self.authorization_servers, *self.resource_servers)
        return host if host in known else ATTACKER

    def browser(self, user: str) -> str:
        """The name of a resource owner's browser."""
        return browser_of(user)

    def user(self, browser: str) -> str:
        """Whose browser this is; the attacker's own is the attacker's account's."""
        return next((user for user in self.users if browser_of(user) == browser), ATTACKER)

    # -------------------------------------------------------------- registration

    def redirect_uri(self, client: str, issuer: str) -> Uri:
        """The complete redirection URI that a client has registered at an authorization server."""
        return Uri(f"www.{client}", f"/cb/{issuer}" if self.distinct_redirect_uris else "/cb")

    def redirect_uri_matches(self, uri: Uri, client: str) -> bool:
        """Whether the weak matching rule of this deployment takes a URI for the client's."""
        rule = next(rule for rule in MATCHINGS if rule.slug == self.matching)
        return rule.matches(uri, client)

    def attacker_uris(self) -> tuple[Uri, ...]:
        """The attacker's own URIs that are of use: any, one that the weak rule takes for a client's, one taken over."""
        rule = next(rule for rule in MATCHINGS if rule.slug == self.matching)
        uris = [Uri(SITE, "/cb"), *(rule.lure(client) for client in self.clients if self.honest(client))]
        if self.taken_over:
            uris += [Uri(f"old.{client}", "/cb") for client in self.clients if self.honest(client)]
        return tuple(dict.fromkeys(uri for uri in uris if uri is not None))

    def client_secret(self, client: str, issuer: str) -> ClientSecret | None:
        """A client's secret at an authorization server; None for a public client (RFC 6749 section 2.1)."""
        return ClientSecret(client, issuer) if self.confidential else None

    def user_with(self, password: Password) -> str | None:
        """Whose credential this is."""
        known = (*self.users, *((self.account,) if self.account else ()))
        return password.user if password.user in known else None

    # -------------------------------------------------------------- endpoints

    def authorization_endpoint(self, issuer: str) -> Uri:
        """Where an authorization server takes authorization requests (RFC 6749 section 3.1)."""
        return Uri(issuer, "/authorize")

    def login_endpoint(self, client: str) -> Uri:
        """Where a client starts the flow."""
        return Uri(f"www.{client}", "/login")

    def resource_endpoint(self, server: str) -> Uri:
        """Where a resource server serves."""
        return Uri(server, "/resource")

    def resource_indicators(self) -> tuple[ResourceIndicator, ...]:
        """Every resource server, as a client names it."""
        return tuple(ResourceIndicator(server) for server in self.resource_servers)
