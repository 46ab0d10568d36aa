"""Scenarios: the thing that is checked.

A scenario says who takes part, which flows and mitigations are on, what the attacker can do, how
large the search may grow, and which goals are asked about. It is data: building it runs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from oauth_model.attackers import NOBODY, Attacker
from oauth_model.cast import ATTACKER, UNREGISTERED_CLIENT, Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.browser import BROWSER
from oauth_model.flows.burned_codes import BURNED_CODES
from oauth_model.flows.client_assertions import CLIENT_ASSERTIONS
from oauth_model.flows.client_site import CLIENT_SITE
from oauth_model.flows.discovery import DISCOVERY
from oauth_model.flows.flow import Flow
from oauth_model.flows.framed_page import FRAMED_PAGE
from oauth_model.flows.guessing import GUESSING
from oauth_model.flows.history import BREAKDOWNS, HISTORY
from oauth_model.flows.hybrid import DISCOVERED_HYBRID, HYBRID, HYBRID_FLOWS, PUSHED_HYBRID_REQUESTS
from oauth_model.flows.id_tokens import ID_TOKENS
from oauth_model.flows.native_apps import NATIVE_APPS
from oauth_model.flows.pushed_requests import PUSHED_REQUESTS, REUSED_REFERENCES
from oauth_model.flows.resource_access import RESOURCE_ACCESS
from oauth_model.flows.silent_approval import SILENT_APPROVAL
from oauth_model.flows.web_message import WEB_MESSAGE
from oauth_model.machine import ModelError
from oauth_model.messages import AUTHORIZATION_SERVER, CLIENT, RESOURCE_SERVER
from oauth_model.mitigations import MITIGATIONS, Mitigation, Policy
from oauth_model.uris import SITE

ATTACKERS_PARTY = {
    CLIENT: "evil-client.example",
    AUTHORIZATION_SERVER: "evil-as.example",
    RESOURCE_SERVER: "evil-rs.example",
}
ACCOUNT = "mallory"

MOST_SESSIONS = 1_000
"""How many sessions of a kind a party may have: far more than a search comes through, and few enough to build."""

SESSIONS = ("client_runs", "authorizations", "windows")
"""The bounds that are a number of sessions."""


@dataclass(frozen=True)
class Bounds:
    """How much may happen: the verdict is about no more than this.

    `client_runs` are the runs of each honest client, `authorizations` the requests each honest
    authorization server takes up, `windows` those of each resource owner's browser (the first is their own,
    the others can be lured, once each unless they end up at the attacker's). `forgeries` is the number of
    messages the attacker may make, None for any number; `states` is where a search is cut, None for never.
    """

    client_runs: int = 2
    authorizations: int = 1
    windows: int = 2
    forgeries: int | None = None
    states: int | None = 2_000_000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least = 0 if name == "forgeries" else 1
            if value is not None and value < least:
                raise ModelError(f"bounds: {name} is {value}, and must be at least {least}")
            if name in SESSIONS and value > MOST_SESSIONS:
                raise ModelError(f"bounds: {name} is {value}, and must be at most {MOST_SESSIONS:,}")

    def __str__(self) -> str:
        made = "any number of forgeries" if self.forgeries is None else _count(self.forgeries, "forgery", "forgeries")
        return ", ".join(
            [
                _count(self.client_runs, "client run"),
                _count(self.authorizations, "authorization"),
                _count(self.windows, "window"),
                made,
            ]
        )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True)
class Scenario:
    """A cast, flows, a policy, an attacker and bounds.

    `cast` is the honest part; what the attacker plays is added to it. `flows` are the grants that the
    authorization servers offer; honest clients use the first. `without_guards` names guards that are taken
    out of every row. `time_passes` and `faults_happen` add the steps in which lifetimes end and servers fail.
    """

    flows: tuple[Flow, ...] = (AUTHORIZATION_CODE,)
    policy: Policy = field(default_factory=Policy)
    attacker: Attacker = NOBODY
    bounds: Bounds = field(default_factory=Bounds)
    cast: Cast = field(default_factory=Cast)
    without_guards: frozenset[str] = frozenset()
    time_passes: bool = False
    faults_happen: bool = False

    def __post_init__(self) -> None:
        grants = [flow for flow in self.flows if flow.response_type]
        if not grants:
            raise ModelError("a scenario needs at least one grant among its flows, such as AUTHORIZATION_CODE")
        cast = self.full_cast
        names = [*cast.users, *cast.clients, *cast.authorization_servers, *cast.resource_servers]
        names += [ATTACKER, ACCOUNT, SITE, UNREGISTERED_CLIENT]
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        if twice:
            raise ModelError(f"the cast names {twice[0]!r} twice; every party needs a name of its own")

    # -------------------------------------------------------------- variants

    def plus(self, *mitigations: Mitigation) -> Scenario:
        """The same with more mitigations on."""
        return replace(self, policy=self.policy.plus(*mitigations))

    def without(self, *mitigations: Mitigation) -> Scenario:
        """The same with mitigations off."""
        return replace(self, policy=self.policy.minus(*mitigations))

    def without_guard(self, name: str) -> Scenario:
        """The same with a guard taken out of every row."""
        return replace(self, without_guards=self.without_guards | {name})

    def attacked_by(self, attacker: Attacker) -> Scenario:
        """The same with another attacker."""
        return replace(self, attacker=attacker)

    def bounded(self, **bounds: Any) -> Scenario:
        """The same with other bounds."""
        return replace(self, bounds=replace(self.bounds, **bounds))

    # -------------------------------------------------------------- what follows from it

    @property
    def hybrid(self) -> bool:
        """Whether some response type has something beside the code."""
        return any(flow in HYBRID_FLOWS for flow in self.flows)

    @property
    def all_flows(self) -> tuple[Flow, ...]:
        """The grants with the parts that all of them share."""
        cast, shared = self.full_cast, [BROWSER, RESOURCE_ACCESS]
        if cast.native:
            shared.insert(0, NATIVE_APPS)  # what the browser does where nobody listens comes before what it does else
        if cast.remembers_consent and AUTHORIZATION_CODE in self.flows:
            shared.append(SILENT_APPROVAL)
        if "every-code-redeemed" in self.policy.slugs and AUTHORIZATION_CODE in self.flows:
            shared.append(BURNED_CODES)
        if self.hybrid:
            shared += [HYBRID, AUTHORIZATION_CODE]
        if cast.has_other_pages:
            shared.append(CLIENT_SITE)
        if cast.web_messages:
            shared.append(WEB_MESSAGE)
        if cast.pages_in_frames:
            shared.append(FRAMED_PAGE)
        if cast.history_is_read:
            shared.append(HISTORY)
        if cast.history_is_read and AUTHORIZATION_CODE in self.flows:
            shared.append(BREAKDOWNS)
        if cast.short_verifiers and AUTHORIZATION_CODE in self.flows:
            shared.append(GUESSING)
        if "pushed-requests" in self.policy.slugs:
            shared.append(PUSHED_REQUESTS)
            if "request-uri-once" not in self.policy.slugs:
                shared.append(REUSED_REFERENCES)
            if self.hybrid:
                shared.append(PUSHED_HYBRID_REQUESTS)
        if cast.openid and self.time_passes:
            shared.append(ID_TOKENS)
        if cast.discovery:
            shared.append(DISCOVERY)
            if self.hybrid:
                shared.append(DISCOVERED_HYBRID)
        if cast.authentication == "private_key_jwt":
            shared.append(CLIENT_ASSERTIONS)
        return (*(flow for flow in shared if flow not in self.flows), *self.flows)

    @property
    def mitigations(self) -> tuple[Mitigation, ...]:
        """What is on, in the order in which checks are made: the built-in ones, then others by name."""
        built_in = [mitigation for mitigation in MITIGATIONS if mitigation in self.policy]
        others = sorted(self.policy - set(MITIGATIONS), key=lambda mitigation: mitigation.slug)
        last = [mitigation for mitigation in built_in if mitigation.slug == "code-single-use"]
        return (*(mitigation for mitigation in built_in if mitigation not in last), *others, *last)

    @property
    def full_cast(self) -> Cast:
        """The cast with the attacker's parties, set up as the policy says."""
        configured: Mapping[str, Any] = {
            name: value for mitigation in self.mitigations for name, value in mitigation.configures.items()
        }
        plays, cast = self.attacker.plays, self.cast
        if configured.get("open_registration", cast.open_registration) and self.attacker.acts:
            plays = (*plays, CLIENT)
        grants = tuple(flow.response_type for flow in self.flows if flow.response_type)
        changes: dict[str, Any] = {
            "response_types_supported": cast.response_types_supported or grants,
        }
        for role, name in (
            (CLIENT, "clients"),
            (AUTHORIZATION_SERVER, "authorization_servers"),
            (RESOURCE_SERVER, "resource_servers"),
        ):
            if role in plays:
                changes[name] = (*getattr(cast, name), ATTACKERS_PARTY[role])
        changes["owned"] = cast.owned | {ATTACKERS_PARTY[role] for role in plays if role in ATTACKERS_PARTY}
        changes["account"] = ACCOUNT if self.attacker.account else cast.account
        changes["taken_over"] = self.attacker.takes_over or cast.taken_over
        changes["openid"] = cast.openid or any("id_token" in (flow.response_type or "").split() for flow in self.flows)
        changes["rogue_token_endpoint"] = cast.rogue_token_endpoint and self.attacker.acts
        changes["app_on_device"] = self.attacker.app or cast.app_on_device
        changes["persuaded"] = self.attacker.persuades or cast.persuaded
        changes["lifetimes_end"] = self.time_passes
        changes["history_is_read"] = self.attacker.reads_history or cast.history_is_read
        full = replace(cast, **{**changes, **configured})
        used = (grant for grant in grants if full.token_in_response or "token" not in grant.split())
        return replace(full, client_uses=next(used, "code"))

    def __str__(self) -> str:
        return f"{'+'.join(flow.slug for flow in self.flows)} against {self.attacker.slug}"
