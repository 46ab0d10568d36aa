"""What a deployment is like, apart from who takes part in it: facts about it, and how its parties are set up.

A fact is something that a deployment has or has not (a redirector at the client's site, pages on http), and that an
attack may need. It says nothing about what is done against the attack: that is a mitigation, which may configure the
fact away. By default everything is harmless. A deployment file can state facts; how parties are set up
follows from the mitigations that are on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ResponseMode = Literal["query", "fragment", "form_post", "web_message"]


@dataclass(frozen=True)
class DeploymentFacts:
    """What a deployment has. Each field stands for one fact; the default is that there is no such thing."""

    # -------------------------------------------------------------- at a client's site

    open_redirector: Literal["page", "callback"] | None = None
    """A page of its own, or the redirection endpoint itself, redirects to where its query says."""
    user_content: bool = False
    """Users write pages there, which embed what is elsewhere."""
    third_party_content: bool = False
    """The redirection endpoint's own page embeds what others serve."""
    leaking_error_page: bool = False
    """A script on the redirection endpoint's error page tells others its address."""
    cleartext: tuple[Literal["login", "redirection endpoint"], ...] = ()
    """The pages that are on http."""

    # -------------------------------------------------------------- clients

    native: Literal["private-use", "loopback"] | None = None
    """Clients are native, and have redirection URIs of this kind (RFC 8252 sections 7.1 and 7.3). None for https
    URIs, of a web client or claimed by an app (section 7.2)."""
    response_mode: ResponseMode | None = None
    """The response mode that clients ask for; None for that of the grant."""
    session_in_state: bool = False
    """They find the session that a response belongs to by its state, and not by the browser's cookie."""
    reused_secrets: bool = False
    """They have one code verifier and one nonce for all their runs."""
    short_verifiers: bool = False
    """They make short PKCE verifiers, and nobody counts how often one is tried."""
    discovery: bool = False
    """They learn endpoints and credentials from metadata and by registration, for each issuer."""
    rogue_token_endpoint: bool = False
    """They are configured with a token endpoint of the attacker's for honest authorization servers."""
    context_in_uri: bool = False
    """A client is a platform on which tenants have connections to authorization servers, one for each issuer; what
    connects to the attacker's is the attacker's. It goes by the redirection URI at which a response comes in for the
    connection that it belongs to, and keeps no connection in its session."""
    token_vault: bool = False
    """On such a platform, a tenant can use the tokens that runs of its connections brought."""

    # -------------------------------------------------------------- authorization servers

    response_modes_supported: tuple[ResponseMode, ...] = ()
    """The response modes that a request may choose; none given means that it has no choice."""
    pages_in_frames: bool = False
    """Other sites can have their pages in frames."""
    acts_on_consent: bool = False
    """They do what is asked for when the resource owner consents."""
    open_registration: bool = False
    """Anybody can register a client."""
    broad_audience: bool = False
    """They name every client in an ID token, and as authorized party the one that it is for."""
    remembers_consent: bool = False
    """They keep what was consented to: who is signed in is not asked again about a client that they know."""
    guessable: tuple[Literal["code", "state"], ...] = ()
    """What has so few possible values that they can be tried one after the other: codes; or what clients send as
    `state`."""

    # -------------------------------------------------------------- resource owners

    careful_users: bool = False
    """They set out to sign in with honest authorization servers alone."""
    wary_users: bool = False
    """They consent to nothing in a window in which they did not set out to sign in themselves."""

    @property
    def web_messages(self) -> bool:
        """Whether responses may come by web message."""
        return "web_message" in (self.response_mode, *self.response_modes_supported)

    @property
    def modes_on_offer(self) -> bool:
        """Whether an authorization request can choose where the response's parameters will be."""
        return bool(self.response_mode or self.response_modes_supported)

    @property
    def has_other_pages(self) -> bool:
        """Whether clients have pages that pass on what comes to them."""
        return bool(self.open_redirector) or self.user_content or self.third_party_content or self.leaking_error_page


@dataclass(frozen=True)
class Configuration:
    """How parties are set up: what mitigations configure. The default is the weaker way."""

    confidential: bool = False
    """Clients have credentials."""
    authentication: Literal["client_secret", "private_key_jwt", "tls_client_auth"] = "client_secret"
    """How those authenticate that do."""
    audience_is_issuer: bool = False
    """An assertion's audience is the issuer alone, not the token endpoint."""
    keys_per_server: bool = False
    """Clients sign with a key of its own for each authorization server, not with one for all."""
    distinct_redirect_uris: bool = False
    """Clients have a redirection URI of its own for each authorization server."""
    host_cookies: bool = False
    """Clients' cookies have the prefix `__Host-`: they are set and sent over https alone, by their own host."""
    referrer_policy: Literal["unsafe-url", "no-referrer"] = "unsafe-url"
    """What clients say of the Referer header field."""
    openid: bool = False
    """Clients sign users in with OpenID Connect: there are ID tokens."""
    token_in_response: bool = True
    """Clients use response types that have an access token, if the flows do."""
    keys_in_use: bool = False
    """Tokens are bound to keys, so that the attacker has one, too."""
    audience_restricted: bool = False
    """Access tokens are for one resource server."""
    redirect_status: int = 307
    """The status with which authorization servers redirect after a login."""
    any_target_origin: bool = True
    """A response by web message goes to whatever page opened the window."""
    lifetimes_end: bool = False
    """Time passes in the scenario, so that servers keep in mind what may lapse."""
