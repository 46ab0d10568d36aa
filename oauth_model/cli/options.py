"""The options that several commands share: whom the attacker is, what is on, how far to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from oauth_model.attackers import Attacker
    from oauth_model.deployment import Deployment
    from oauth_model.flows.flow import Flow
    from oauth_model.goals import Goal
    from oauth_model.mitigations import Mitigation

F = TypeVar("F", bound=Callable[..., Any])

PROCESSES = click.IntRange(1, 1024)
"""How many searches can run at a time, and over how many processes one can be split."""

BOUNDS = ("client_runs", "authorizations", "windows", "forgeries", "states")


def scenario_options(command: F) -> F:
    """Decorate a command with the options that change a scenario; they arrive as keyword arguments."""
    options = (
        click.option(
            "--attacker",
            "-a",
            "attackers",
            multiple=True,
            metavar="NAME",
            help="This attacker instead of the deployment's; several are joined, as are NAME+NAME.",
        ),
        click.option(
            "--goal", "-g", "goals", multiple=True, metavar="NAME", help="Ask about this goal only; may be repeated."
        ),
        click.option(
            "--mitigation", "-m", "plus", multiple=True, metavar="NAME", help="Switch a mitigation on; may be repeated."
        ),
        click.option(
            "--without", "-w", "minus", multiple=True, metavar="NAME", help="Switch a mitigation off; may be repeated."
        ),
        click.option(
            "--flow",
            "flows",
            multiple=True,
            metavar="NAME",
            help="Add a flow; a grant takes the place of the grants there.",
        ),
        click.option("--client-runs", metavar="N", help="Bound: runs of each honest client."),
        click.option(
            "--authorizations", metavar="N", help="Bound: requests each honest authorization server takes up."
        ),
        click.option("--windows", metavar="N", help="Bound: windows of each resource owner's browser."),
        click.option("--forgeries", metavar="N|any", help="Bound: messages that the attacker may make."),
        click.option("--states", metavar="N|any", help="Bound: states after which a search is cut."),
    )
    for option in reversed(options):
        command = option(command)
    return command


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


@dataclass(frozen=True)
class Changes:
    """What the options ask for, looked up."""

    attacker: Attacker | None = None
    goals: tuple[Goal, ...] = ()
    plus: tuple[Mitigation, ...] = ()
    minus: tuple[Mitigation, ...] = ()
    flows: tuple[Flow, ...] = ()
    bounds: dict[str, int | None] = field(default_factory=dict)

    def load(self, path: str) -> Deployment:
        """The deployment in a file, changed so. Raises InputError."""
        from oauth_model import deployment

        return deployment.load(path, self.attacker).changed(
            goals=self.goals, plus=self.plus, minus=self.minus, flows=self.flows, bounds=self.bounds
        )


def changes_of(options: dict[str, Any]) -> Changes:
    """What the options of `scenario_options` ask for; they are taken out of `options`. Raises InputError."""
    from oauth_model import names
    from oauth_model.names import FLOW, GOAL, MITIGATION, InputError

    attackers = options.pop("attackers")
    plus = names.look_up_all(MITIGATION, options.pop("plus"), "--mitigation")
    minus = names.look_up_all(MITIGATION, options.pop("minus"), "--without")
    both = [mitigation.slug for mitigation in plus if mitigation in minus]
    if both:
        raise InputError(f"--without: {both[0]!r} is also switched on, by --mitigation; leave one out")
    return Changes(
        names.attacker(attackers, "--attacker") if attackers else None,
        names.look_up_all(GOAL, options.pop("goals"), "--goal"),
        plus,
        minus,
        names.look_up_all(FLOW, options.pop("flows"), "--flow"),
        {key: _bound(key, text) for key in BOUNDS if (text := options.pop(key)) is not None},
    )


def _bound(key: str, text: str) -> int | None:
    from oauth_model.deployment.parts import bound

    return bound(key, int(text) if text.isascii() and text.isdigit() else text, f"--{key.replace('_', '-')}")
