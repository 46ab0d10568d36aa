"""`oauth-model probe`: the model's attackers and goals against a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import PROCESSES
from oauth_model.cli.output import paint, say

if TYPE_CHECKING:
    from oauth_model.live.findings import Report
    from oauth_model.live.manners import Manners
    from oauth_model.live.probe import Plan

FORMATS = ("text", "json", "sarif", "junit")
PARTS = ("attacks", "walks", "races")


def manners_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command that talks to a server with what it may do; they arrive as keyword arguments."""
    options = (
        click.option(
            "--i-may-probe-this-host",
            "others",
            is_flag=True,
            help="The server is not on this machine, and yours to probe: it gets requests that look like attacks.",
        ),
        click.option("--rate", type=click.FloatRange(0, min_open=True), help="Requests a second, at most."),
        click.option("--requests", type=click.IntRange(1), default=20_000, show_default=True, help="Requests in all."),
        click.option(
            "--seconds", type=click.FloatRange(0, min_open=True), default=900.0, show_default=True, help="Time in all."
        ),
        click.option(
            "--patience", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True, help="Per answer."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def demo_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command that may talk to the demo server with its switches; they arrive as keyword arguments."""
    options = (
        click.option("--off", multiple=True, metavar="SLUG", help="Of the demo server: what it does without."),
        click.option("--sabotage", metavar="NAME", help="Of the demo server: a mistake of its token endpoint."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def demo_of(options: dict[str, Any]) -> dict[str, Any]:
    """The switches that the options of `demo_options` ask for; they are taken out of `options`."""
    return {"off": options.pop("off"), "sabotage": options.pop("sabotage")}


def manners_of(options: dict[str, Any]) -> Manners:
    """The manners that the options of `manners_options` ask for; they are taken out of `options`."""
    from oauth_model.live.manners import Manners

    others, rate, requests = options.pop("others"), options.pop("rate"), options.pop("requests")
    seconds, patience = options.pop("seconds"), options.pop("patience")
    return Manners(others_allowed=others, rate=rate, requests=requests, seconds=seconds, patience=patience)


@click.command("probe", short_help="Put a running server to the model's attacks and goals.")
@click.argument("target")
@demo_options
@click.option("--on", "extra", multiple=True, metavar="SLUG", help="Of the demo server: an extension that it asks for.")
@click.option("--attack", "attacks", multiple=True, metavar="NAME", help="This attack only; may be repeated.")
@click.option("--only", "parts", multiple=True, type=click.Choice(PARTS), help="After measuring, this only.")
@click.option("--examples", type=click.IntRange(1), default=50, show_default=True, help="Random walks.")
@click.option("--steps", type=click.IntRange(1, 800), default=25, show_default=True, help="Drawn steps of each.")
@click.option("--seed", type=int, default=0, show_default=True, help="Where the random numbers begin.")
@click.option("--jobs", "-j", type=PROCESSES, help="Searches at a time; as many as there are processors.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write all of it there."
)
@click.option("--transcripts", is_flag=True, help="Print what went over the wire, too; --output always writes it.")
@click.option("--show-secrets", is_flag=True, help="Do not mask codes, tokens, passwords and secrets.")
@manners_options
def command(target: str, form: str, output: Path | None, show_secrets: bool, **options: Any) -> int:
    """Probe TARGET: `demo`, an adapter of your own (module:NAME), or a TOML file that describes a running server.

    It measures what the server enforces, searches the model for attacks under that policy and does them, walks at
    random comparing every answer with the model's, and lets requests race. Only hosts that you named are asked.
    Status 0 if no security goal is broken, 1 if one is, 2 if the server could not be probed, or not to the end.
    """
    from oauth_model.live import reports
    from oauth_model.live.adapters import adapter
    from oauth_model.live.probe import probe

    manners = manners_of(options)
    server = adapter(target, manners, on=options.pop("extra"), **demo_of(options))
    if output is not None:
        reports.prepare(output)
    with telling(f"probing {target}") as progress:
        probed = probe(server, manners, _plan(options), progress)
    report = probed.report
    try:
        if output is not None:
            written = reports.write(report, output, show=show_secrets, deployment=probed.deployment)
            say(*written.notes, err=True)
    finally:  # what took minutes is printed also where it cannot be written
        click.echo(_formatted(report if show_secrets else reports.masked(report), form, options["transcripts"]))
    if report.cut == "interrupted":
        return 130
    return 1 if report.is_broken else 2 if report.cut else 0


def _plan(options: dict[str, Any]) -> Plan:
    import os

    from oauth_model import names
    from oauth_model.attacks import ATTACKS
    from oauth_model.live.probe import Plan

    return Plan(
        parts=options["parts"] or PARTS,
        attacks=names.look_up_all(names.ATTACK, options["attacks"], "--attack") or ATTACKS,
        examples=options["examples"],
        steps=options["steps"],
        seed=options["seed"],
        jobs=options["jobs"] or os.cpu_count() or 1,
    )


def _formatted(report: Report, form: str, transcripts: bool) -> str:
    from oauth_model.live import reports

    if form == "text":
        return reports.as_text(report, paint, transcripts=transcripts)
    write = {"json": reports.as_json, "sarif": reports.as_sarif, "junit": reports.as_junit}[form]
    return write(report).rstrip("\n")


@contextmanager
def telling(what: str) -> Iterator[Callable[[str], None]]:
    """Progress on standard error: one line that changes on a terminal, else a line for each thing."""
    import sys

    if not sys.stderr.isatty():
        yield lambda text: click.echo(text, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as line:
        yield line.update
