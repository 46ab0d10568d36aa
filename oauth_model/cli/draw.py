"""`oauth-model draw`: a role's machine, a flow, or a saved run as a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from oauth_model.cli.output import say

if TYPE_CHECKING:
    from oauth_model.scenario import Scenario

F = TypeVar("F", bound=Callable[..., Any])


def _where(command: F) -> F:
    stem = click.option(
        "--output",
        "-o",
        "stem",
        type=click.Path(path_type=Path),
        required=True,
        metavar="STEM",
        help="Where to: STEM.gv and a picture beside it.",
    )
    formats = click.option(
        "--format",
        "-f",
        "formats",
        type=click.Choice(("svg", "png")),
        multiple=True,
        default=("svg",),
        show_default=True,
        help="What picture; may be repeated.",
    )
    return stem(formats(command))


_file = click.option(
    "--deployment", "-d", "file", metavar="FILE", help="With the mitigations of this deployment; else everything is on."
)


@click.group("draw", short_help="Draw a role's machine, a flow or a saved run.")
def command() -> None:
    """Draw to STEM.svg, with the text of the picture in STEM.gv.

    Where nothing on this machine can draw, texts are written instead: STEM.gv and STEM.mmd.
    """


@command.command("machine")
@click.argument("role")
@click.option(
    "--flow",
    "flows",
    multiple=True,
    metavar="NAME",
    help="The flows of the machine; may be repeated.  [default: authorization-code]",
)
@_file
@_where
def machine(role: str, flows: tuple[str, ...], file: str | None, stem: Path, formats: tuple[str, ...]) -> int:
    """The machine of ROLE, such as client or authorization-server, with its guards."""
    from oauth_model.drawing.model import draw_machine
    from oauth_model.messages import ROLES
    from oauth_model.names import not_allowed

    wanted = role.lower().replace("-", " ").replace("_", " ")
    if wanted not in ROLES:
        raise not_allowed("draw machine", role, "a role", [name.replace(" ", "-") for name in ROLES])
    return _wrote(draw_machine(_scenario(file, flows), wanted, stem, formats=formats))


@command.command("flow")
@click.argument("slug")
@_file
@_where
def flow(slug: str, file: str | None, stem: Path, formats: tuple[str, ...]) -> int:
    """The flow SLUG, such as authorization-code: its messages when nothing goes wrong."""
    from oauth_model.drawing.model import draw_flow

    scenario = _scenario(file, (slug,))
    grant = scenario.flows[0]
    return _wrote(draw_flow(scenario, stem, grant.title, grant.reference, formats=formats))


@command.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@_where
def run(file: Path, stem: Path, formats: tuple[str, ...]) -> int:
    """The saved run in FILE, which is replayed first."""
    from oauth_model.drawing.model import draw_run
    from oauth_model.names import InputError
    from oauth_model.run_file import load, replay

    saved = load(file)
    again = replay(saved)
    if not again.holds_good:
        at = f"step {again.failed_at} " if again.failed_at else ""
        raise InputError(f"{file}: {at}no longer applies ({again.reason}); see: oauth-model replay {file}")
    title = saved.broken.title if saved.broken is not None else None
    return _wrote(draw_run(again.run, stem, title, str(saved.scenario), formats=formats))


def _scenario(file: str | None, flow_names: tuple[str, ...]) -> Scenario:
    from oauth_model import deployment, names
    from oauth_model.attacks import EVERYTHING
    from oauth_model.mitigations import NO_IMPLICIT
    from oauth_model.names import FLOW, InputError
    from oauth_model.scenario import Scenario

    flows = names.look_up_all(FLOW, flow_names, "flow")
    if flows and not any(flow.response_type for flow in flows):
        raise InputError(
            f"flow: {flows[0].slug!r} is a part that all grants share; name a grant, such as authorization-code"
        )
    scenario = deployment.load(file).setups[0].scenario if file is not None else Scenario(policy=EVERYTHING)
    if flows:
        scenario = replace(scenario, flows=flows)
    if file is None and all(flow.response_type != "code" for flow in scenario.flows):
        scenario = scenario.without(NO_IMPLICIT)
    return scenario


def _wrote(paths: list[Path]) -> int:
    from oauth_model.cli.attack import how_to_get_pictures

    say(*(f"wrote {path}" for path in paths), *how_to_get_pictures(paths))
    return 0
