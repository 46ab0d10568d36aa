"""`oauth-model replay`: a saved run taken again, step by step."""

from __future__ import annotations

from pathlib import Path

import click

from oauth_model.cli.options import json_option
from oauth_model.cli.output import paint, say, say_json


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
@json_option
def command(file: Path, plus: tuple[str, ...], minus: tuple[str, ...], as_json: bool) -> int:
    """Take the run in FILE again in its scenario, and print it step by step.

    Where it is no longer possible, that says at which step, and which guard refuses. Status 0 if the run is
    possible and still breaks the goal it was saved for, 1 if not, 2 if the file is no run. Modules that the file
    names are imported: replay only what you trust.
    """
    from dataclasses import replace

    from oauth_model.names import MITIGATION, look_up_all
    from oauth_model.run_file import load, replay

    saved = load(file)
    scenario = saved.scenario.plus(*look_up_all(MITIGATION, plus, "--mitigation"))
    saved = replace(saved, scenario=scenario.without(*look_up_all(MITIGATION, minus, "--without")))
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
