"""`oauth-model check`: a deployment's verdicts; without a file the survey; or the guards, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from oauth_model.cli.options import PROCESSES, changes_of, json_option, scenario_options

JOBS = 2
"""How many searches run at a time, if nothing else is said."""


@click.command("check", short_help="Check a deployment, or survey all profiles against all attackers.")
@click.argument("file", required=False)
@scenario_options
@click.option("--runs", is_flag=True, help="Print the shortest run to every broken goal, not only the shortest of all.")
@click.option(
    "--save-runs",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Save each run to a file there.",
)
@click.option(
    "--profile", "-p", "profiles", multiple=True, metavar="NAME", help="Survey: this profile only; may be repeated."
)
@click.option(
    "--jobs",
    "-j",
    type=PROCESSES,
    help="Survey, guards: how many searches run at a time, 2 if not given. FILE with --engine explicit: over how many "
    "processes the search is split.",
)
@click.option(
    "--ray",
    is_flag=False,
    flag_value="local",
    metavar="[ADDRESS]",
    help="Survey, guards, FILE with --engine explicit: search on the Ray cluster there; without an address on a Ray of "
    "--jobs workers here.",
)
@click.option("--each-guard", is_flag=True, help="Take out every guard in turn, and tell what breaks.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "explicit", "symbolic", "reduced", "random", "reference"]),
    default="auto",
    show_default=True,
    help="How to search; auto says which it took and why.",
)
@click.option(
    "--checkpoint",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep there how far an explicit search is, and go on from there.",
)
@click.option(
    "--fingerprints",
    is_flag=True,
    help="Keep 64 bits of each state; verdicts then say what chance there is that one was missed.",
)
@click.option("--memory", type=click.IntRange(1), metavar="MB", help="Cut a search that takes more memory than that.")
@json_option
def command(file: str | None, each_guard: bool, ray: str | None, as_json: bool, **options: Any) -> int:
    """Check the deployment in FILE: which goals hold, within which bounds, and how the others are broken.

    FILE is a TOML file, or an authorization server's metadata document (RFC 8414), or - for either on
    standard input. Status 0 if every goal holds, 1 if one is broken, 2 if one could not be decided.

    Without FILE, survey the profiles: their weakest and their recommended policies against each attacker.
    Status 0 when the survey ran to its end.
    """
    runs, save_runs = options.pop("runs"), options.pop("save_runs")
    jobs, profiles = options.pop("jobs"), options.pop("profiles")
    only_survey = {"--profile": profiles}
    engine, memory, checkpoint = options.pop("engine"), options.pop("memory"), options.pop("checkpoint")
    only_file = {"--runs": runs, "--save-runs": save_runs, "--memory": memory, "--engine": engine != "auto"}
    fingerprints = options.pop("fingerprints")
    only_file |= {"--checkpoint": checkpoint, "--fingerprints": fingerprints}
    if each_guard:
        _refuse({**only_survey, **only_file, "FILE": file, "a change of the scenario": _given(options)}, "--each-guard")
        from oauth_model.cli.guards import print_guards

        with _executor(ray, jobs or JOBS) as executor:
            return print_guards(jobs or JOBS, executor, as_json)
    changes = changes_of(options)
    if file is None:
        _refuse(only_file, "the survey; give a FILE")
        from oauth_model.cli.survey import print_survey

        with _executor(ray, jobs or JOBS) as executor:
            return print_survey(changes, profiles, jobs or JOBS, executor, as_json)
    _refuse(only_survey, "a FILE; leave one out")
    if engine != "explicit":
        _refuse({"--ray": ray, "--jobs": (jobs or 1) > 1}, "a FILE, unless with --engine explicit: only that is split")
    from oauth_model.cli.verdicts import Search, print_verdicts

    deployment = changes.load(file)
    workers = jobs or (JOBS if ray is not None else 1)
    search = Search(
        engine, memory << 20 if memory is not None else None, workers, ray is not None, checkpoint, fingerprints
    )
    with _executor(ray, workers):
        return print_verdicts(deployment, runs, save_runs, as_json, search)


@contextmanager
def _executor(ray: str | None, jobs: int) -> Iterator[Executor | None]:
    """Where searches run that do not run here: Ray, if it was asked for."""
    if ray is None:
        yield None
        return
    from oauth_model.checkers.ray_executor import RayExecutor

    with RayExecutor(ray, jobs) as executor:
        yield executor


def _given(options: dict[str, Any]) -> bool:
    return any(value not in (None, ()) for value in options.values())


def _refuse(given: dict[str, Any], beside: str) -> None:
    for name, value in given.items():
        if value:
            raise click.UsageError(f"{name} does not go with {beside}")
