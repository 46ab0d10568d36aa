"""`oauth-model replay`: a saved run taken again, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import json_option
from oauth_model.cli.output import paint, say, say_json
from oauth_model.cli.probe import demo_of, demo_options, manners_of, manners_options

if TYPE_CHECKING:
    from oauth_model.replay import SavedRun


@click.command("replay", short_help="Take a saved run again, step by step.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mitigation",
    "-m",
    "plus",
    multiple=True,
    metavar="NAME",
    help="Take it with this mitigation on; may be repeated.",
)
@click.option(
    "--without", "-w", "minus", multiple=True, metavar="NAME", help="Take it with this mitigation off; may be repeated."
)
@click.option("--on", "server", metavar="TARGET", help="Take it at a running server, as `probe` names them.")
@demo_options
@manners_options
@json_option
def command(
    file: Path, plus: tuple[str, ...], minus: tuple[str, ...], server: str | None, as_json: bool, **options: Any
) -> int:
    """Take the run in FILE again in its scenario, and print it step by step.

    Where it is no longer possible, that says at which step, and which guard refuses. Status 0 if the run is
    possible and still breaks the goal it was saved for, 1 if not, 2 if the file is no run. Modules that the file
    names are imported: replay only what you trust. With --on every step of a server's is taken over HTTP; status 1 if
    the server answers otherwise than the model, which is what such a run may have been saved for.
    """
    from dataclasses import replace

    from oauth_model.names import MITIGATION, look_up_all
    from oauth_model.run_file import load, replay

    saved = load(file)
    scenario = saved.scenario.plus(*look_up_all(MITIGATION, plus, "--mitigation"))
    saved = replace(saved, scenario=scenario.without(*look_up_all(MITIGATION, minus, "--without")))
    if server is not None:
        return _at_a_server(saved, server, options, as_json)
    again = replay(saved)
    if as_json:
        from oauth_model.run_file import to_plain

        say_json(
            {
                "schema": 1,
                "file": str(file),
                "applies": again.holds_good,
                "failed_at": again.failed_at,
                "reason": again.reason,
                "steps": len(saved.steps),
                "run": to_plain(again.run),
            }
        )
        return 0 if again.holds_good else 1
    say(f"{file}: {saved.scenario}, {len(saved.steps)} steps, within {saved.scenario.bounds}")
    if again.run.steps:
        say(again.run.text())
    if again.failed_at is not None:
        step = saved.steps[again.failed_at - 1]
        say(
            "",
            f"Step {again.failed_at} no longer applies: {step.session}, {step.envelope.message.name}: {again.reason}.",
        )
        return 1
    if again.reason:
        say("", f"Every step applies, but {again.reason}.")
        return 1
    goal = saved.broken
    say("", f"Every step applies; {goal} is {paint('broken')}: {goal.title}" if goal else "Every step applies.")
    return 0


def _at_a_server(saved: SavedRun, server: str, options: dict[str, Any], as_json: bool) -> int:
    """Take a saved run at a running server, and say how far it came."""
    from oauth_model.live.adapters import adapter
    from oauth_model.live.again import again

    manners, demo = manners_of(options), demo_of(options)
    done = again(adapter(server, manners, place="--on", **demo), manners, saved)
    if as_json:
        say_json(
            {
                "schema": 1,
                "server": server,
                "steps": len(saved.steps),
                "failed_at": done.failed_at,
                "reason": done.reason,
                "asked": done.asked,
            }
        )
        return 1 if done.reason else 0
    say(done.run.text(), "")
    if done.reason:
        say(f"Step {done.failed_at}: {done.reason}.")
        return 1
    say(f"Model and server agree on all {len(saved.steps)} steps; the server was asked {done.asked} times.")
    return 0
