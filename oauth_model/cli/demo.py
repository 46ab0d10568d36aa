"""`oauth-model demo`: the project's own authorization server, to be looked at and attacked."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oauth_model.live.adapter import Target
    from oauth_model.live.demo.adapter import DemoAdapter


@click.command("demo", short_help="Run a demo server, each of whose protections is a switch.")
@click.option("--off", metavar="SLUG", multiple=True, help="A mitigation that it does without; may be repeated.")
@click.option("--on", metavar="SLUG", multiple=True, help="An extension that it asks for: pushed-requests.")
@click.option("--sabotage", metavar="NAME", help="A mistake of its token endpoint, of which it says nothing.")
@click.option(
    "--redirect-uri-matching", metavar="RULE", help="How redirection URIs are compared without exact-redirect-uri."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it listens; any free port by default.")
@click.option(
    "--file", "file", type=click.Path(path_type=Path, dir_okay=False), help="Its SQLite file, kept; else none is."
)
def command(
    off: tuple[str, ...],
    on: tuple[str, ...],
    sabotage: str | None,
    redirect_uri_matching: str | None,
    port: int,
    file: Path | None,
) -> int:
    """Serve on the loopback interface until Ctrl-C.

    The server is an authorization server with two resource servers, and as careful as the model with everything on;
    what is named by --off is left out. Its accounts and secrets are printed: it protects nothing.
    """
    from oauth_model.live.demo.adapter import DemoAdapter
    from oauth_model.live.demo.switches import DEFAULT_MATCHING

    matching = redirect_uri_matching or DEFAULT_MATCHING
    adapter = DemoAdapter(off, sabotage, on=on, matching=matching, port=port, file=file)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        target = adapter.start()
        for line in _described(adapter, target):
            click.echo(line)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        adapter.stop()
        signal.signal(signal.SIGTERM, before)
    return 0


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _described(adapter: DemoAdapter, target: Target) -> Iterator[str]:
    from oauth_model.cli.output import table
    from oauth_model.live.demo.switches import SABOTAGES, SWITCHES

    endpoints, switches = target.endpoints, adapter.setup.switches
    yield f"issuer: {endpoints.issuer}"
    yield ""
    yield "endpoints"
    yield from table([[name, url] for name, url in vars(endpoints).items() if url and name != "issuer"], "  ")
    yield ""
    yield "clients"
    for name, client in target.clients.items():
        yield from table([[name, client.client_id, client.secret or "no secret"]], "  ")
        yield from (f"    {uri}" for uri in client.redirect_uris)
    yield ""
    yield "accounts"
    yield from table([[account.username, account.password] for account in target.accounts.values()], "  ")
    yield ""
    weak = [switch for switch in SWITCHES if not switch.extension and switch.slug in switches.off]
    yield "off" if weak else "off: nothing"
    yield from table([[switch.slug, switch.off] for switch in weak], "  ")
    for sabotage in SABOTAGES:
        if sabotage.name == adapter.setup.sabotage:
            yield f"sabotage: {sabotage.name}: {sabotage.does}"
    if switches.on:
        yield f"on: {', '.join(sorted(switches.on))}"
    yield ""
    yield "To probe such a server: oauth-model probe demo"
    yield "Ctrl-C stops it."
