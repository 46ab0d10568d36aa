"""The measured policy: what the model is told of a server, and of the clients that it is asked about together with.

A deployment is a server and its clients. The server's part is what was measured; what could not be told counts as off.
The clients' part is chosen: careful ones do everything that a client can, careless ones leave out what an
attack's precondition leaves out, as far as the server lets them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from oauth_model.attacks import EVERYTHING, Attack
from oauth_model.live.adapter import ATTACKERS, CONFIDENTIAL, PUBLIC, Target
from oauth_model.live.findings import Measurement
from oauth_model.messages import CLIENT
from oauth_model.mitigations import MITIGATIONS, Mitigation, Policy
from oauth_model.scenario import Scenario

CLIENTS_CHOICE = ("client-authentication", "pkce-s256", "iss")
"""Protections that take both ends: a server may offer them to a client that does not use them."""

CLIENTS_OWN = ("pkce-plain",)
"""What only a client decides, and that no experiment measures."""


@dataclass(frozen=True)
class Measured:
    """The slugs of the mitigations that a server enforces, that it does not, and of which that could not be told.

    `matching` is the rule by which it compares redirection URIs where it does not compare them exactly,
    `response_modes` are those that it answers in.
    """

    on: frozenset[str]
    off: frozenset[str]
    unknown: frozenset[str] = frozenset()
    matching: str | None = None
    response_modes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, measurements: Iterable[Measurement], matching: str | None = None, response_modes: Iterable[str] = ()
    ) -> Measured:
        """What experiments showed."""
        by_state: dict[str, set[str]] = {"on": set(), "off": set(), "unknown": set()}
        for each in measurements:
            by_state[each.state].add(each.mitigation)
        on, off, unknown = (frozenset(by_state[state]) for state in ("on", "off", "unknown"))
        return cls(on, off, unknown, matching, tuple(response_modes))

    @property
    def not_on(self) -> frozenset[str]:
        """What the model takes for off: what could not be told, too."""
        return self.off | self.unknown

    @property
    def at_best(self) -> Measured:
        """A server that enforces what could not be told."""
        return replace(self, on=self.on | self.unknown, unknown=frozenset())

    @property
    def all_on(self) -> Measured:
        """A server that enforces everything that was looked at: what a server could do."""
        return replace(self, on=self.on | self.off | self.unknown, off=frozenset(), unknown=frozenset())


def careful_policy(measured: Measured, target: Target) -> Policy:
    """The deployment of this server with clients that do all that a client can."""
    policy = Policy(each for each in EVERYTHING if each.slug not in measured.not_on)
    extensions = (each for each in MITIGATIONS if each.extension and each.slug in measured.on)
    return _possible(policy.plus(*extensions), target)


def careless_policy(attack: Attack, measured: Measured, target: Target) -> Policy:
    """The deployment of this server with clients that leave out what the attack's precondition leaves out."""
    kept: list[Mitigation] = []
    off = {each.slug for each in attack.off}
    for each in (*EVERYTHING, *attack.on):
        if each.slug in measured.not_on:
            continue
        chosen = each.slug in CLIENTS_CHOICE and _is_left_to_clients(each.slug, measured, target)
        if each.slug in off and (each.slug not in measured.on or chosen):
            continue
        if each.extension and each.slug not in measured.on and each not in attack.on:
            continue
        kept.append(each)
    return _possible(Policy(kept), target)


def _is_left_to_clients(slug: str, measured: Measured, target: Target) -> bool:
    if slug == "client-authentication":
        return PUBLIC in target.clients
    return not (slug == "pkce-s256" and "pkce-required" in measured.on)


def _possible(policy: Policy, target: Target) -> Policy:
    """The policy without what needs something that is not on, and with the clients that there are."""
    if CONFIDENTIAL not in target.clients:
        policy = Policy(each for each in policy if each.slug != "client-authentication")
    while True:
        kept = Policy(each for each in policy if set(each.needs) <= set(policy.slugs))
        if kept == policy:
            return kept
        policy = kept


# ------------------------------------------------------------------ scenarios


class NotApplicable(Exception):
    """An attack that cannot be tried at a server. The text says what it would need."""


def scenario_of(attack: Attack, measured: Measured, target: Target, *, careful: bool) -> Scenario:
    """The attack's scenario at this server. Raises NotApplicable where it needs what is not there."""
    _applies(attack, target)
    mode = attack.cast.response_mode
    if mode is not None and mode not in measured.response_modes:
        raise NotApplicable(f"needs the response mode {mode}, in which this server does not answer")
    policy = careful_policy(measured, target) if careful else careless_policy(attack, measured, target)
    cast = attack.cast
    if measured.matching is not None:
        cast = replace(cast, matching=measured.matching)
    return replace(attack.scenario, policy=policy, cast=cast)


def _applies(attack: Attack, target: Target) -> None:
    cast = attack.cast
    kinds = {flow.response_type for flow in attack.flows if flow.response_type}
    if cast.native:
        raise NotApplicable(f"needs a native client, with a redirection URI of the kind {cast.native!r}")
    if cast.openid or not kinds <= {"code", "token"}:
        raise NotApplicable("needs ID tokens of OpenID Connect, which a probe does not look into")
    if cast.discovery or cast.open_registration:
        raise NotApplicable("needs clients that register themselves")
    if cast.authentication != "client_secret":
        raise NotApplicable(f"needs clients that authenticate by {cast.authentication}")
    needed = [each.slug for each in attack.on if each.extension]
    if needed:
        raise NotApplicable(f"needs {needed[0]}, which a probe has no keys for")
    missing = [name for name in cast.users if name not in target.accounts]
    if missing:
        raise NotApplicable(f"needs an account for {missing[0]}")
    if attack.scenario.attacker.account and "mallory" not in target.accounts:
        raise NotApplicable("needs an account of the attacker's own")
    if CLIENT in attack.attacker.plays and ATTACKERS not in target.clients:
        raise NotApplicable("needs a client of the attacker's own")
    if attack.faults_happen:
        raise NotApplicable("needs a server that breaks down, which nobody can ask for")
