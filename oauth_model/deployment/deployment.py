"""What a user says of a real system, and the scenarios that follow from it.

A deployment is described by the keys of a table, which come from a TOML file or from an authorization
server's metadata. This module says what keys there are; it reads no files. A key, or a value, that is not
known is an error: a deployment in which a word was overlooked would be another one. What `extends`, `level`,
`client_type` and `mitigations` mean together is in `policies`, and the plain values are in `parts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oauth_model import names
from oauth_model.attackers import WEB, Attacker
from oauth_model.cast import Cast
from oauth_model.deployment.parts import as_names, bounds_of, cast_of, flag
from oauth_model.deployment.policies import policies_of
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import GOALS, Goal
from oauth_model.machine import ModelError
from oauth_model.messages import AUTHORIZATION_SERVER
from oauth_model.mitigations import Mitigation, Policy
from oauth_model.names import FLOW, GOAL, InputError
from oauth_model.scenario import Bounds, Scenario

DEFAULT_BOUNDS = Bounds(forgeries=3)
"""What is searched where a deployment does not say."""

KEYS = (
    "title", "extends", "level", "flows", "client_type", "mitigations", "attacker", "goals",
    "redirect_uri_matching", "facts", "scope", "cast", "bounds", "time_passes", "faults_happen",
)  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """One scenario of a deployment; `label` tells it from the others, and is empty where it is the only one."""

    label: str
    scenario: Scenario


@dataclass(frozen=True)
class Deployment:
    """Scenarios, and the goals that are asked about.

    `source` names the file; `client_type` is what the deployment says the client is, None where it does not.
    `taken` and `assumed` are about metadata: what the document says, and the mitigations that it cannot speak of,
    taken to be off. `notes` are remarks for the reader.
    """

    source: str
    setups: tuple[Setup, ...]
    goals: tuple[Goal, ...] = GOALS
    title: str = ""
    client_type: str | None = None
    taken: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def changed(
        self,
        *,
        goals: Sequence[Goal] = (),
        plus: Iterable[Mitigation] = (),
        minus: Iterable[Mitigation] = (),
        flows: Sequence[Flow] = (),
        bounds: Mapping[str, Any] | None = None,
    ) -> Deployment:
        """The same with other goals, more or fewer mitigations, other flows or bounds.

        Flows among which there is a grant take the place of the deployment's; others are added to them.
        """
        plus, minus = tuple(plus), tuple(minus)
        setups: dict[Scenario, Setup] = {}
        for setup in self.setups:
            scenario = setup.scenario.plus(*plus).without(*minus).bounded(**(bounds or {}))
            if flows:
                kept = () if any(flow.response_type for flow in flows) else scenario.flows
                scenario = replace(scenario, flows=tuple(dict.fromkeys((*kept, *flows))))
            setups.setdefault(scenario, replace(setup, scenario=scenario))
        on = {mitigation.slug for mitigation in plus}
        assumed = tuple(slug for slug in self.assumed if slug not in on)
        return replace(self, setups=tuple(setups.values()), goals=tuple(goals) or self.goals, assumed=assumed)


# ------------------------------------------------------------------ from keys and values


def deployment_of(data: Mapping[str, Any], source: str, attacker: Attacker | None = None) -> Deployment:
    """The deployment that keys and values describe; `source` names where they are from.

    `attacker` takes the place of the one that is described. Raises InputError.
    """
    for key in data:
        if key not in KEYS:
            raise names.not_allowed(source, key, "a key of a deployment", KEYS)
    described = WEB
    if "attacker" in data:
        described = names.attacker(as_names(data["attacker"], f"{source}: attacker"), f"{source}: attacker")
    attacker = attacker or described
    flows: tuple[Flow, ...] = (AUTHORIZATION_CODE,)
    if "flows" in data:
        place = f"{source}: flows"
        flows = names.look_up_all(FLOW, as_names(data["flows"], place), place)
    goals = GOALS
    if "goals" in data:
        place = f"{source}: goals"
        goals = names.look_up_all(GOAL, as_names(data["goals"], place), place)
    cast = cast_of(data, source)
    bounds = bounds_of(data.get("bounds", {}), DEFAULT_BOUNDS, f"{source}: bounds")
    title = data.get("title", "")
    if not isinstance(title, str):
        raise InputError(f"{source}: title: {title!r} is not a string")
    situation = {
        "several_issuers": len(cast.authorization_servers) > 1 or AUTHORIZATION_SERVER in attacker.plays,
        "implicit": flows[0] is IMPLICIT,
    }
    policies, notes = policies_of(data, situation, source)
    setups = tuple(
        Setup(label, _scenario(flows, policy, attacker, bounds, cast, data, source)) for policy, label in policies
    )
    return Deployment(source, setups, goals, title, data.get("client_type"), notes=tuple(dict.fromkeys(notes)))


def _scenario(
    flows: tuple[Flow, ...],
    policy: Policy,
    attacker: Attacker,
    bounds: Bounds,
    cast: Cast,
    data: Mapping[str, Any],
    source: str,
) -> Scenario:
    try:
        return Scenario(
            flows,
            policy,
            attacker,
            bounds,
            cast,
            time_passes=flag(data, "time_passes", source),
            faults_happen=flag(data, "faults_happen", source),
        )
    except ModelError as failure:
        raise InputError(f"{source}: {failure}") from None
