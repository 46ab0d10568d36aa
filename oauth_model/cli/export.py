"""`oauth-model export`: a deployment's scenario as a model for SPIN or for TLC."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import changes_of, scenario_options
from oauth_model.cli.output import count, say, searching

if TYPE_CHECKING:
    from oauth_model.cli.options import Changes
    from oauth_model.deployment import Deployment, Setup
    from oauth_model.export.closed import Closed

FORMATS = {"promela": ".pml", "tlaplus": ".tla"}
STEM = "oauth_model"


@click.command("export", short_help="Write a scenario as a model for SPIN or TLC.")
@click.argument("form", type=click.Choice(tuple(FORMATS)), metavar="FORMAT")
@click.argument("file", required=False)
@scenario_options
@click.option(
    "--policy", type=click.IntRange(1), metavar="N", help="Which policy, where the deployment's level admits several."
)
@click.option(
    "--output",
    "-o",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Where to: a file or a folder.  [default: the current folder]",
)
def command(form: str, file: str | None, policy: int | None, out: Path | None, **options: Any) -> int:
    """Write the scenario of the deployment in FILE as a model for another model checker.

    FORMAT is promela, for SPIN, or tlaplus, for TLC, whose configuration is written beside the module. FILE is
    what `check` takes; without it every mitigation is on. The scenario is walked to its end first, so it must
    have no more states than its bound on them.
    """
    from oauth_model.export.closing import close

    path = _path(form, out)
    deployment = _deployment(file, changes_of(options))
    setup = _setup(deployment, policy)
    with searching(setup.label or deployment.source) as show:
        closed = close(setup.scenario, deployment.goals, show)
    wrote = _write(form, closed, path)
    say(*(f"wrote {each}" for each in wrote))
    numbers = [(closed.states, "state"), (len(closed.actions), "step"), (len(closed.violations), "goal")]
    say(f"  {', '.join(count(*number) for number in numbers)}; how to check it is said at the top")
    return 0


def _deployment(file: str | None, changes: Changes) -> Deployment:
    from oauth_model.attackers import WEB
    from oauth_model.attacks import EVERYTHING
    from oauth_model.deployment import DEFAULT_BOUNDS, Deployment, Setup
    from oauth_model.scenario import Scenario

    if file is not None:
        return changes.load(file)
    scenario = Scenario(policy=EVERYTHING, attacker=changes.attacker or WEB, bounds=DEFAULT_BOUNDS)
    return Deployment("every mitigation on", (Setup("", scenario),)).changed(
        goals=changes.goals, plus=changes.plus, minus=changes.minus, flows=changes.flows, bounds=changes.bounds
    )


def _setup(deployment: Deployment, number: int | None) -> Setup:
    from oauth_model.names import InputError

    setups = deployment.setups
    if number is None and len(setups) > 1:
        raise InputError(
            f"{deployment.source}: the level admits {len(setups)} policies, and a model is of one; "
            f"say which by --policy 1 to {len(setups)}, in the order in which check prints them"
        )
    if number is not None and number > len(setups):
        admitted = count(len(setups), "policy", "policies")
        raise InputError(f"--policy: {number} is too large: {deployment.source} has {admitted}")
    return setups[(number or 1) - 1]


# ------------------------------------------------------------------ files


def _path(form: str, out: Path | None) -> Path:
    """The file to write. Raises InputError for a name that cannot be a module's."""
    from oauth_model.names import InputError

    path = Path() if out is None else out
    if path.is_dir():
        path = path / (STEM + FORMATS[form])
    elif path.suffix != FORMATS[form]:
        raise InputError(f"--output: {path}: is no folder, and the name of a file must end in {FORMATS[form]}")
    if form == "tlaplus" and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", path.stem):
        raise InputError(
            f"--output: {path.name}: a TLA+ module has its file's name, so use letters, digits and _ only, such as "
            f"{STEM}.tla"
        )
    if not path.parent.is_dir():
        raise InputError(f"--output: {path.parent}: there is no such folder; make it first")
    return path


def _write(form: str, closed: Closed, path: Path) -> list[Path]:
    from oauth_model.export.promela import promela
    from oauth_model.export.tlaplus import configuration, tlaplus
    from oauth_model.names import InputError

    if form == "promela":
        texts = {path: promela(closed)}
    else:
        texts = {path: tlaplus(closed, path.stem), path.with_suffix(".cfg"): configuration(closed)}
    for each, text in texts.items():
        try:
            each.write_text(text, encoding="utf-8")
        except OSError as failure:
            raise InputError(f"--output: {each}: cannot be written: {failure.strerror or failure}") from None
    return list(texts)
