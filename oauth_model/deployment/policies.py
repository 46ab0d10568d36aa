"""Which mitigations are on in a deployment: those of a profile at a level, changed one by one.

A profile's weakest level is not one policy but all that conform and of which nothing can be left out. So
such a deployment has several policies, and a goal holds in it if it holds under all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oauth_model import names
from oauth_model.deployment.parts import choice, needed_key
from oauth_model.mitigations import CLIENT_AUTHENTICATION, Mitigation, Policy
from oauth_model.names import PROFILE, InputError
from oauth_model.profiles import Profile

CLIENT_TYPES = ("public", "confidential")
LEVELS = ("weakest", "recommended", "strongest")


def policies_of(
    data: Mapping[str, Any], situation: Mapping[str, bool], source: str
) -> tuple[list[tuple[Policy, str]], list[str]]:
    """The policies that a deployment's keys describe, each with what tells it from the others, and remarks.

    `situation` answers what profiles ask about a deployment (`Profile.weakest`). Raises InputError.
    """
    on, off, confidential = _said(data, source)
    level = choice(data, "level", LEVELS, source)
    if "extends" not in data:
        if level is not None:
            raise needed_key(source, "level", "extends")
        policy = Policy(on)
        return [(policy, "")], list(_needs(policy))
    profile: Profile = names.look_up(PROFILE, data["extends"], f"{source}: extends")
    if level == "recommended":
        found: tuple[Policy, ...] = (profile.recommended(bool(confidential), **situation),)
    elif level == "strongest":
        found = (profile.strongest(bool(confidential)),)
    else:
        found = profile.weakest(**situation)
        if confidential is not None:
            found = tuple(policy for policy in found if (CLIENT_AUTHENTICATION in policy) == confidential)
    policies = _smallest(policy.minus(*off).plus(*on) for policy in found)
    notes: list[str] = []
    for policy in policies:
        notes += _needs(policy)
        for violation in profile.admits(policy, CLIENT_AUTHENTICATION in policy, **situation):
            notes.append(f"not as {profile.slug} has it: {violation}")
    count = len(policies)
    labels = [f"policy {number} of {count} ({profile.variant(policy)})" for number, policy in enumerate(policies, 1)]
    return list(zip(policies, labels if count > 1 else [""], strict=True)), notes


def authenticates(mitigation: Mitigation) -> bool:
    """Whether clients authenticate with it, and so are not public; pushed requests, too, are authenticated."""
    return mitigation.configures.get("confidential") is True


def _said(data: Mapping[str, Any], source: str) -> tuple[list[Mitigation], list[Mitigation], bool | None]:
    """What is switched on and off, and whether the client is confidential; None where nothing says so."""
    on, off = _switches(data.get("mitigations", {}), source)
    client_type = choice(data, "client_type", CLIENT_TYPES, source)
    for mitigation in on:
        if client_type == "public" and authenticates(mitigation):
            raise InputError(
                f"{source}: client_type is 'public', but mitigations.{mitigation.slug} is true: "
                "clients authenticate with it, and a public one has nothing for that; change one of the two"
            )
    if client_type == "confidential" and CLIENT_AUTHENTICATION in off:
        raise InputError(
            f"{source}: client_type is 'confidential', but mitigations.client-authentication is false: "
            "a confidential client authenticates at the token endpoint; change one of the two"
        )
    if client_type is None:
        said = CLIENT_AUTHENTICATION in (*on, *off)
        return on, off, CLIENT_AUTHENTICATION in on if said else None
    confidential = client_type == "confidential"
    (on if confidential else off).append(CLIENT_AUTHENTICATION)
    return on, off, confidential


def _switches(table: Any, source: str) -> tuple[list[Mitigation], list[Mitigation]]:
    place = f"{source}: mitigations"
    if not isinstance(table, dict):
        raise InputError(f"{place}: {table!r} is not a table of mitigations, each true or false")
    on: list[Mitigation] = []
    off: list[Mitigation] = []
    for name, value in table.items():
        mitigation = names.mitigation(name, place)
        if not isinstance(value, bool):
            raise InputError(f"{place}.{name}: {value!r} is neither true nor false")
        if mitigation in (*on, *off):
            raise InputError(f"{place}.{name}: {mitigation.slug} is switched twice, under two of its names")
        (on if value else off).append(mitigation)
    return on, off


def _smallest(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """Those that ask for no more than another does, of each client type."""
    distinct = tuple(dict.fromkeys(policies))
    return tuple(
        policy
        for policy in distinct
        if not any(
            other < policy and (CLIENT_AUTHENTICATION in other) == (CLIENT_AUTHENTICATION in policy)
            for other in distinct
        )
    )


def _needs(policy: Policy) -> Iterator[str]:
    for mitigation in sorted(policy, key=str):
        for needed in mitigation.needs:
            if needed not in policy.slugs:
                yield f"{mitigation} is on without {needed}, which it needs: the flow may not come to its end"
