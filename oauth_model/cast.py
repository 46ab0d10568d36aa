"""The cast: which parties take part, what they are registered and configured with, and who owns them.

Party names are host names, for pictures and URIs alike; a resource owner is a first name, and their
browser is called after them. What the attacker owns is part of the cast and is never a session: a
message to such a party is simply learnt (`knowledge`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from oauth_model.deployment_facts import Configuration, DeploymentFacts
from oauth_model.errors import ModelError
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    CLIENT,
    HYBRID_TYPES,
    RESOURCE_OWNER,
    RESOURCE_SERVER,
    USER_AGENT,
)
from oauth_model.terms import (
    ClientAssertion,
    ClientSecret,
    Issuer,
    Password,
    ResourceIndicator,
    Scope,
    TokenEndpoint,
    Uri,
)
from oauth_model.uris import (
    CALLBACK,
    LANDING,
    LOOPBACK,
    MATCHINGS,
    OTHER_PORT,
    REDIRECTOR,
    USER_CONTENT,
    Matching,
    differ_in_port_only,
    host_for_browser,
    loopback_uri,
    origin_of,
    page_for_server,
    private_use_uri,
    segments,
    site_of,
    taken_over,
    tricks,
)

ATTACKER = "attacker"
"""The attacker itself: its browser, its programs and everything else that is not a registered party."""

UNREGISTERED_CLIENT = "unregistered.example"

NOBODY = "nobody"
"""Who answers where nobody listens."""


def browser_of(user: str) -> str:
    """The name of a resource owner's browser."""
    return f"{user}'s browser"


# ------------------------------------------------------------------ who takes part


@dataclass(frozen=True)
class Cast(Configuration, DeploymentFacts):
    """The parties of a scenario; with what their deployment has, and how they are set up.

    `owned` are those that the attacker plays. `taken_over` says whether the attacker has got hold of a host under
    each honest client's domain (RFC 9700 section 4.1.1 has the case of a dangling DNS entry), `app_on_device` that an
    app of its own is on the resource owners' devices, `persuaded` that resource owners send it the address that they
    see where it asks them to, `history_is_read` that it has their devices when they are done. `response_types` and
    `grant_types` are what clients registered, the `_supported` ones what authorization servers support (none given
    means those of the scenario's flows), and `client_uses` is the response type that honest clients send. `matching`
    is the rule by which redirection URIs are compared where they are not compared exactly (`uris.MATCHINGS`).
    """

    users: tuple[str, ...] = ("alice",)
    clients: tuple[str, ...] = ("client.example",)
    authorization_servers: tuple[str, ...] = ("as.example",)
    resource_servers: tuple[str, ...] = ("rs.example",)
    owned: frozenset[str] = frozenset()
    account: str | None = None
    taken_over: bool = False
    app_on_device: bool = False
    persuaded: bool = False
    history_is_read: bool = False
    scope: Scope = field(default_factory=lambda: Scope(("read",)))
    supported_scope: Scope = field(default_factory=lambda: Scope(("read", "write")))
    response_types: tuple[str, ...] = ("code", "token", *HYBRID_TYPES)
    response_types_supported: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code", "implicit")
    grant_types_supported: tuple[str, ...] = ("authorization_code", "implicit")
    client_uses: str = "code"
    matching: str = "glob"

    def __post_init__(self) -> None:
        known = [rule.slug for rule in MATCHINGS]
        if self.matching not in known:
            raise ModelError(f"cast: matching is {self.matching!r}, and must be one of {', '.join(known)}")

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
        """The party that a request for this URI reaches; what it asks for on a device, the operating system decides."""
        if self.native and (uri.host == LOOPBACK or not uri.host):
            return self._native_owner(uri)
        host = site_of(host_for_browser(uri))
        known = (*self.clients, *self.authorization_servers, *self.resource_servers)
        return host if host in known else ATTACKER

    def _native_owner(self, uri: Uri) -> str:
        """The client that registered the scheme or listens at the port; else the attacker's app; else nobody."""
        for client in filter(self.honest, self.clients):
            own = self._native_uri(client, uri.path)
            if (own.scheme, own.host, own.port) == (uri.scheme, uri.host, uri.port):
                return client
        return ATTACKER if self.app_on_device else NOBODY

    def also_gets(self, uri: Uri) -> bool:
        """Whether the attacker's app has registered the scheme, too: it cannot be told who gets what is sent there.

        The client then gets it late, or never; the model gives it to both (RFC 8252 section 8.1).
        """
        return self.app_on_device and self.native == "private-use" and not uri.host

    def nobody_listens(self, uri: Uri) -> bool:
        """Whether a request for this URI is answered by nobody."""
        return self.native is not None and self.owner(uri) == NOBODY

    def is_its_own(self, client: str, uri: Uri) -> bool:
        """Whether nobody but the client gets what is sent to a redirection URI."""
        return self.owner(uri) == client and not self.also_gets(uri)

    def browser(self, user: str) -> str:
        """The name of a resource owner's browser."""
        return browser_of(user)

    def user(self, browser: str) -> str:
        """Whose browser this is; the attacker's own is the attacker's account's."""
        return next((user for user in self.users if browser_of(user) == browser), ATTACKER)

    # -------------------------------------------------------------- registration

    def redirect_uri(self, client: str, issuer: str) -> Uri:
        """The complete redirection URI that a client has registered at an authorization server."""
        distinct = self.distinct_redirect_uris or self.context_in_uri
        path = f"{CALLBACK}/{issuer}" if distinct else CALLBACK
        if self.native:
            return self._native_uri(client, path)
        return Uri(origin_of(client), path, self._scheme("redirection endpoint"))

    def _native_uri(self, client: str, path: str) -> Uri:
        if self.native == "private-use":
            return private_use_uri(client, path)
        position = self.clients.index(client) if client in self.clients else len(self.clients)
        return loopback_uri(position, path)

    def redirect_uris(self, client: str, issuer: str) -> tuple[Uri, ...]:
        """All redirection URIs that a client has registered at an authorization server.

        A client that configures itself registers, where an issuer's metadata says, the one it has for that issuer.
        """
        issuers = self.authorization_servers if self.discovery else (issuer,)
        return tuple(self.redirect_uri(client, name) for name in issuers)

    def is_registered(self, uri: Uri, client: str, issuer: str) -> bool:
        """Whether a redirection URI is one that is registered; on the loopback interface, but for its port."""
        registered = self.redirect_uris(client, issuer)
        return uri in registered or (
            self.native == "loopback" and any(differ_in_port_only(uri, each) for each in registered)
        )

    @property
    def matching_rule(self) -> Matching:
        """How authorization servers compare redirection URIs where they do not compare them exactly."""
        return next(rule for rule in MATCHINGS if rule.slug == self.matching)

    def redirect_uri_matches(self, uri: Uri, client: str, issuer: str) -> bool:
        """Whether the weak matching rule of this deployment takes a URI for the client's."""
        return self.matching_rule.matches(uri, self.redirect_uri(client, issuer))

    def attacker_uris(self) -> tuple[Uri, ...]:
        """The URIs that are of use to the attacker: its own page, and those that are taken for a client's by the rule.

        Where the rule takes the attacker's own page for a client's, no trick is needed.
        """
        uris = [LANDING]
        for client in filter(self.honest, self.clients):
            for issuer in filter(self.honest, self.authorization_servers):
                if self.native == "loopback" and (self.app_on_device or self.persuaded):
                    uris.append(replace(self.redirect_uri(client, issuer), port=OTHER_PORT))
                elif not self.native and not self.redirect_uri_matches(LANDING, client, issuer):
                    others = tricks(client, self.redirect_uri(client, issuer))
                    uris += [uri for uri in others if self._is_of_use(uri, client, issuer)]
        return tuple(dict.fromkeys(uris))

    def _is_of_use(self, uri: Uri, client: str, issuer: str) -> bool:
        reached = self.owner(uri) == ATTACKER and (self.taken_over or uri != taken_over(client))
        return (reached or self.leads_on(client, uri)) and self.redirect_uri_matches(uri, client, issuer)

    # -------------------------------------------------------------- a client's site

    def is_vetted(self, client: str) -> bool:
        """Whether somebody looked at a client when it was registered: the attacker's registered themselves."""
        return self.honest(client)

    def is_callback(self, client: str, uri: Uri) -> bool:
        """Whether the page at a URI is a redirection endpoint of the client's."""
        return self.owner(uri) == client and segments(page_for_server(uri))[:1] == segments(CALLBACK)

    def is_redirector(self, client: str, uri: Uri) -> bool:
        """Whether the page at a URI redirects to where its query says (RFC 9700 section 4.11.1)."""
        if self.owner(uri) != client or not uri.query:
            return False
        is_page = self.open_redirector == "page" and page_for_server(uri) == REDIRECTOR
        return is_page or (self.open_redirector == "callback" and self.is_callback(client, uri))

    def is_user_content(self, client: str, uri: Uri) -> bool:
        """Whether the page at a URI was written by a user of the client's."""
        return self.user_content and self.owner(uri) == client and page_for_server(uri) == USER_CONTENT

    def leads_on(self, client: str, uri: Uri) -> bool:
        """Whether what comes to a page of the client's is passed on by it."""
        return self.is_redirector(client, uri) or self.is_user_content(client, uri)

    def client_secret(self, client: str, issuer: str) -> ClientSecret | None:
        """A client's secret at an authorization server; None for one that has none (RFC 6749 section 2.1)."""
        has_secret = self.confidential and self.authentication == "client_secret"
        return ClientSecret(client, issuer) if has_secret else None

    def client_key(self, client: str, issuer: str) -> str | None:
        """Which of a client's keys is registered at an authorization server: None for the only one."""
        return issuer if self.keys_per_server else None

    def accepts(self, assertion: ClientAssertion, issuer: str) -> bool:
        """Whether an authorization server takes an assertion: by its key and its audience (RFC 7523 section 3)."""
        names = [Issuer(issuer)] if self.audience_is_issuer else [Issuer(issuer), TokenEndpoint(issuer)]
        return assertion.key == self.client_key(assertion.client, issuer) and assertion.audience in names

    def user_with(self, password: Password) -> str | None:
        """Whose credential this is."""
        known = (*self.users, *((self.account,) if self.account else ()))
        return password.user if password.user in known else None

    @property
    def client_gets_code(self) -> bool:
        """Whether the response type that clients use has a code."""
        return "code" in self.client_uses.split()

    # -------------------------------------------------------------- endpoints

    def authorization_endpoint(self, issuer: str) -> Uri:
        """Where an authorization server takes authorization requests (RFC 6749 section 3.1)."""
        return Uri(issuer, "/authorize")

    def token_endpoint(self, issuer: str) -> str:
        """The party whose token endpoint clients use for an authorization server: its own, as long as that is right."""
        return ATTACKER if self.rogue_token_endpoint and self.honest(issuer) else issuer

    @property
    def unused_response_types(self) -> frozenset[str]:
        """Response types of OpenID Connect where nobody has them: to ask for one is an error like any other."""
        return frozenset(HYBRID_TYPES) - {self.client_uses, *self.response_types_supported}

    @property
    def signed_parameters(self) -> frozenset[str]:
        """Parameters of an authorization request of which the response has a signed hash: s_hash is that of `state`."""
        hybrid = any("id_token" in each.split() for each in self.response_types_supported)
        return frozenset({"state"} if hybrid else ())

    def login_endpoint(self, client: str) -> Uri:
        """Where a client starts the flow."""
        return Uri(origin_of(client), "/login", self._scheme("login"))

    def _scheme(self, page: str) -> str:
        return "http" if page in self.cleartext else "https"

    def resource_endpoint(self, server: str) -> Uri:
        """Where a resource server serves."""
        return Uri(server, "/resource")

    @property
    def issuers_on_offer(self) -> tuple[str, ...]:
        """The authorization servers with which resource owners set out to sign in."""
        return tuple(name for name in self.authorization_servers if self.honest(name) or not self.careful_users)

    def resource_indicators(self) -> tuple[ResourceIndicator, ...]:
        """Every resource server, as a client names it."""
        return tuple(ResourceIndicator(server) for server in self.resource_servers)
