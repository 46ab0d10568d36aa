"""What can be switched off in the demo server, and how its token endpoint can be sabotaged: two tables, read by it.

A switch is named by the slug of the model's mitigation, and off means what it means there. A sabotage is a mistake that
nobody admits to: the server, its metadata included, goes on as though everything were enforced.
"""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.names import not_allowed
from oauth_model.uris import MATCHINGS, Matching


@dataclass(frozen=True)
class Switch:
    """A mitigation that the server enforces, and what it does without it.

    An `extension` is enforced only where that is asked for: no specification asks for it of every server.
    """

    slug: str
    off: str
    extension: bool = False


SWITCHES = (
    Switch("pushed-requests", "authorization requests may come through the browser", extension=True),
    Switch("canonical-uris", "redirection URIs may have userinfo, and encoded or dotted paths"),
    Switch("exact-redirect-uri", "redirection URIs are compared by a weak rule, a pattern by default"),
    Switch("no-implicit", "the implicit grant is on offer"),
    Switch("response-mode-locked", "a request may choose any response mode, and any response type"),
    Switch("pkce-required", "a request for a code needs no challenge"),
    Switch("plain-refused", "the challenge may be the verifier itself"),
    Switch("iss", "responses do not say whose they are"),
    Switch("client-authentication", "client secrets are not looked at, and may be left out"),
    Switch("code-bound-to-client", "a code is redeemed by whatever client has it"),
    Switch("redirect-uri-at-token-endpoint", "the redirection URI is not compared when a code is redeemed"),
    Switch("pkce-s256", "verifiers are not compared with their challenges, and may be left out"),
    Switch("pkce-no-downgrade", "a verifier may come for a code that has no challenge"),
    Switch("code-single-use", "a code is redeemed as often as it comes"),
    Switch("code-lifetime", "a code is redeemed however old it is"),
    Switch("replay-revokes", "a code that comes again is refused, and its tokens stay alive"),
    Switch("scope-subset", "a token has the scope that was asked for, whatever was granted"),
    Switch("audience", "tokens are for all resource servers"),
    Switch("token-in-header-only", "a resource server takes a token from the query"),
    Switch("see-other", "redirects after a form have status 307, and the browser posts the form on"),
    Switch("framing-refused", "pages are shown in other sites' frames"),
    Switch("no-automatic-redirect", "errors are redirected to clients that nobody vetted"),
)


@dataclass(frozen=True)
class Sabotage:
    """A mistake of the token endpoint; `forgets` is the mitigation that it does not enforce there, if it is one."""

    name: str
    does: str
    forgets: str | None = None


SABOTAGES = (
    Sabotage("accepts-replay", "a code is redeemed as often as it comes", "code-single-use"),
    Sabotage("ignores-verifier", "the verifier is not compared with the challenge", "pkce-s256"),
    Sabotage("ignores-client", "a code is redeemed by whatever client has it", "code-bound-to-client"),
    Sabotage("forgets-to-revoke", "a code or refresh token that comes again ends no token", "replay-revokes"),
    Sabotage("leaks-token-in-redirect", "the answer redirects to the client, with the token in the query"),
    Sabotage("wrong-audience", "the token is for the other resource server"),
    Sabotage("wider-scope", "the token has every scope there is"),
    Sabotage("accepts-expired-code", "a code is redeemed however old it is", "code-lifetime"),
    Sabotage("accepts-any-redirect-uri", "the redirection URI is not compared", "redirect-uri-at-token-endpoint"),
    Sabotage("non-atomic-redemption", "what is redeemed is looked up in one transaction and marked in another"),
)

DEFAULT_MATCHING = "glob"
"""The weak rule for redirection URIs that is used where no other is named: the model's."""


@dataclass(frozen=True)
class Switches:
    """Which mitigations are `off`, and which extensions are `on`; by their slugs.

    `matching` is the rule for redirection URIs that holds where they are not compared exactly (`uris.MATCHINGS`).
    Raises InputError for a name that is not in the table.
    """

    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    matching: str = DEFAULT_MATCHING

    def __post_init__(self) -> None:
        regular = [switch.slug for switch in SWITCHES if not switch.extension]
        extensions = [switch.slug for switch in SWITCHES if switch.extension]
        for slug in sorted(self.off - set(regular)):
            raise not_allowed("off", slug, "a mitigation that this server can do without", regular)
        for slug in sorted(self.on - set(extensions)):
            raise not_allowed("on", slug, "an extension of this server", extensions, "; everything else is on")
        rules = [rule.slug for rule in MATCHINGS]
        if self.matching not in rules:
            raise not_allowed("redirect-uri-matching", self.matching, "a rule for redirection URIs", rules)

    def enforces(self, slug: str) -> bool:
        """Whether a mitigation of the table is on."""
        switch = next(switch for switch in SWITCHES if switch.slug == slug)
        return slug in self.on if switch.extension else slug not in self.off

    @property
    def matching_rule(self) -> Matching:
        """How redirection URIs are compared where they are not compared exactly."""
        return next(rule for rule in MATCHINGS if rule.slug == self.matching)


@dataclass(frozen=True)
class Setup:
    """The switches, and a sabotage of the token endpoint by its name. Raises InputError for an unknown one."""

    switches: Switches = Switches()
    sabotage: str | None = None

    def __post_init__(self) -> None:
        names = [sabotage.name for sabotage in SABOTAGES]
        if self.sabotage is not None and self.sabotage not in names:
            raise not_allowed("sabotage", self.sabotage, "a sabotage of this server", names)

    def enforces(self, slug: str) -> bool:
        """Whether the server enforces a mitigation, other than at the token endpoint."""
        return self.switches.enforces(slug)

    def token_endpoint_enforces(self, slug: str) -> bool:
        """Whether the token endpoint enforces a mitigation, whatever the server says of itself."""
        forgotten = next((each.forgets for each in SABOTAGES if each.name == self.sabotage), None)
        return self.enforces(slug) and slug != forgotten
