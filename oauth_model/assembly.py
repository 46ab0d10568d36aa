"""Assembly: a scenario's flows and mitigations put together into one machine for each role.

This is where a mitigation's checks are appended to the rows that receive the message, and its fills
handed to the sessions that make one. Rows are never copied for a variant: off is not appended.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from oauth_model.machine import Machine, ModelError, Row, Setting, View
from oauth_model.messages import (
    RESOURCE_SERVER,
    ROLES,
    USER_AGENT,
    BackChannel,
    FrontChannel,
    Message,
    OutOfBand,
    Spontaneous,
    UserInterface,
)
from oauth_model.scenario import Scenario

CHANNELS = (FrontChannel, BackChannel, UserInterface, OutOfBand, Spontaneous)

INITIAL = {USER_AGENT: "blank", RESOURCE_SERVER: "ready"}
"""The state in which the machines of a role begin; "idle" for the others."""


def setting_of(scenario: Scenario) -> Setting:
    fills: dict[type[Message], dict[str, Callable[[View], Any]]] = {}
    for mitigation in scenario.mitigations:
        for message, parameters in mitigation.fills.items():
            fills.setdefault(message, {}).update(parameters)
    return Setting(
        scenario.full_cast,
        frozenset(scenario.policy.slugs),
        {message: tuple(parameters.items()) for message, parameters in fills.items()},
    )


def vocabulary(scenario: Scenario) -> tuple[type[Message], ...]:
    """Every message class that some row names, in the order of the tables."""
    kinds: dict[type[Message], None] = {}
    for flow in scenario.all_flows:
        for rows in flow.rows.values():
            for row in rows:
                for kind in row.on if isinstance(row.on, tuple) else (row.on,):
                    if kind not in CHANNELS and "__dataclass_fields__" not in vars(kind):
                        raise ModelError(f"{kind.__name__}, which flow {flow.slug!r} names, lacks its own @dataclass")
                    if kind not in CHANNELS:
                        kinds[kind] = None
                        kinds.update(dict.fromkeys(sub for sub in kind.__subclasses__() if _is_current(sub)))
    return tuple(kinds)


def _is_current(kind: type[Message]) -> bool:
    """Whether a class is the one its module knows: `dataclass(slots=True)` leaves the class it replaces behind."""
    return getattr(sys.modules.get(kind.__module__), kind.__name__, kind) is kind


def machines_of(scenario: Scenario) -> dict[str, Machine]:
    kinds = vocabulary(scenario)
    machines = {}
    named: set[str] = set()
    for role in ROLES:
        rows = [checked(row, role, scenario) for flow in scenario.all_flows for row in flow.rows.get(role, ())]
        if not rows:
            raise ModelError(f"no flow of the scenario has rows for the role {role!r}")
        named |= {guard.__name__ for row in rows for guard in row.guards}
        machines[role] = Machine(role, INITIAL.get(role, "idle"), rows, kinds, scenario.without_guards)
    unknown = sorted(scenario.without_guards - named)
    if unknown:
        raise ModelError(f"there is no guard called {unknown[0]!r} in this scenario")
    return machines


def checked(row: Row, role: str, scenario: Scenario) -> Row:
    """A row with the checks that the policy's mitigations add to it, each guard once."""
    if isinstance(row.on, tuple):
        for mitigation in scenario.mitigations:
            if not row.otherwise and any(kind in row.on and kind.receiver == role for kind in mitigation.checks):
                raise ModelError(f"{mitigation.slug} checks a message of a row that is on several; split the row")
        return row
    if row.otherwise or row.on.receiver != role:
        return row
    alike = [kind for kind in (row.on, row.on.checked_like) if kind is not None]
    checks = [
        check for mitigation in scenario.mitigations for kind in alike for check in mitigation.checks.get(kind, ())
    ]
    guards = list(dict.fromkeys([*row.guards, *checks]))
    # A refusal without an error code says that there is nobody to answer, so those guards are asked first: an
    # error is not redirected to a URI that a later check would have refused (RFC 6749 section 4.1.2.1).
    return replace(row, guards=sorted(guards, key=lambda guard: getattr(guard, "error", None) is not None))
