"""From a role's table of rows to the drawing of its machine.

Every row becomes an edge with its guards, among them the checks of the mitigations that are on, and its
effect. For a scenario, rows that can never fire in it are left out: those of which a guard is false whatever
arrives, because of the policy, the cast or the state itself, and those for steps that do not happen in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from oauth_model.assembly import setting_of
from oauth_model.drawing.machines import Edge, MachineDrawing
from oauth_model.machine import SAME, Guard, Machine, Row, Setting, nothing
from oauth_model.messages import BackChannel, FrontChannel, Message, UserInterface
from oauth_model.scenario import Scenario

_CHANNELS: Mapping[type[Message], str] = {
    FrontChannel: "any front-channel message",
    BackChannel: "any back-channel message",
    UserInterface: "any page or click",
}
_FAILURES = ("failed", "denied", "expired")
"""How the names of states end in which nothing can be had any more."""


def machine_drawing(
    machine: Machine, title: str | None = None, subtitle: str = "", scenario: Scenario | None = None
) -> MachineDrawing:
    """The drawing of a machine; rows that answer a refusal are red.

    States that only a refusal leads to, and in which nothing more happens, count as failures. With a `scenario` the
    rows that can never fire in it are left out, and the states that no other row leads to.
    """
    edges = _reachable(machine, scenario) if scenario else _all(machine)
    left = {edge.source for edge in edges if edge.dest != edge.source}
    accepted = {edge.dest for edge in edges if not edge.refused}
    finals = tuple(dict.fromkeys(edge.dest for edge in edges if left and edge.dest not in left))
    failed = tuple(state for state in finals if state.endswith(_FAILURES) or state not in accepted)
    name = title if title is not None else machine.role.capitalize()
    return MachineDrawing(name, _words(machine.initial), finals, tuple(edges), subtitle, failed)


def _all(machine: Machine) -> list[Edge]:
    return [edge for row in machine.rows for source in row.sources() or machine.states for edge in _edges(row, source)]


def _edges(row: Row, source: str) -> Iterator[Edge]:
    dest = source if row.dest == SAME else row.dest
    guards = tuple(_words(guard.__name__) for guard in row.guards)
    effect = "" if row.effect is nothing else _words(row.effect.__name__)
    for kind in row.on if isinstance(row.on, tuple) else (row.on,):
        yield Edge(_CHANNELS.get(kind, kind.name), _words(source), _words(dest), guards, effect, row.otherwise)


def _words(name: str) -> str:
    return name.replace("_", " ")


# ------------------------------------------------------------------ rows that never fire


def _reachable(machine: Machine, scenario: Scenario) -> list[Edge]:
    """The edges of the rows that may fire, in the order of the rows."""
    setting = setting_of(scenario)
    rows = [row for row in machine.rows if _happens(row, scenario)]
    states = [machine.initial]
    for state in states:
        for row in rows:
            if row.dest not in (SAME, *states) and _can_fire(row, state, setting):
                states.append(row.dest)
    return [
        edge
        for row in rows
        for state in row.sources() or states
        if state in states and _can_fire(row, state, setting)
        for edge in _edges(row, state)
    ]


def _happens(row: Row, scenario: Scenario) -> bool:
    condition = getattr(row.on, "happens_if", None)
    return condition is None or bool(getattr(scenario, condition))


def _can_fire(row: Row, source: str, setting: Setting) -> bool:
    leaves = not row.sources() or source in row.sources()
    return leaves and not any(_is_false(guard, _Known(setting, source)) for guard in row.guards)


class _Known:
    """What a guard can know before anything arrives: the cast, the policy, and the state that the row leaves."""

    def __init__(self, setting: Setting, state: str) -> None:
        self.cast, self.state, self._policy = setting.cast, state, setting.policy

    def on(self, slug: str) -> bool:
        return slug in self._policy


def _is_false(guard: Guard, known: _Known) -> bool:
    """Whether a guard says no although it has not looked at a message or a session yet."""
    try:
        return not guard(known, None)  # type: ignore[arg-type]
    except (AttributeError, TypeError):
        return False
