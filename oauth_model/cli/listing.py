"""`oauth-model list`: what there is, each with its RFC section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import json_option
from oauth_model.cli.output import described, say, say_json, table

if TYPE_CHECKING:
    from oauth_model.names import Kind

KINDS = ("flows", "mitigations", "attackers", "goals", "attacks", "profiles")


@click.command("list", short_help="List flows, mitigations, attackers, goals, attacks and profiles.")
@click.argument("kind", required=False, type=click.Choice(KINDS), metavar="[KIND]")
@json_option
def command(kind: str | None, as_json: bool) -> int:
    """List what there is, each with its RFC section.

    KIND is one of flows, mitigations, attackers, goals, attacks, profiles; without it, all of them.
    """
    from oauth_model import names

    wanted = [each for each, name in zip(names.KINDS, KINDS, strict=True) if kind in (None, name)]
    if as_json:
        say_json({f"{each.slug}s": [_plain(record) for record in each.built_in()] for each in wanted})
        return 0
    for number, each in enumerate(wanted):
        if len(wanted) > 1:
            say(*([""] if number else []), f"{each.slug}s")
        say(*_lines(each, "  " if len(wanted) > 1 else ""))
    return 0


def _lines(kind: Kind, indent: str) -> Iterator[str]:
    yield from table([_row(record) for record in kind.built_in()], indent)


def _row(record: Any) -> tuple[str, str, str, str]:
    return record.slug, getattr(record, "id", None) or "-", record.reference, _title(record)


def _title(record: Any) -> str:
    """The title; an attacker has none, so what it can do instead."""
    title = getattr(record, "title", None)
    return title if title is not None else _abilities(record)


def _abilities(attacker: Any) -> str:
    if not attacker.acts:
        return "no attacker at all"
    able = ["has an account"] * attacker.account + ["has a browser"] * attacker.browser
    able += ["lures"] * attacker.lures + ["holds a host under a client's domain"] * attacker.takes_over
    able += ["reads and answers what goes over http"] * attacker.network
    able += ["has an app on the device"] * attacker.app + ["persuades"] * attacker.persuades
    able += ["reads the browser's history"] * attacker.reads_history
    able += [f"reads {', '.join(kind.name for kind in attacker.reads)}"] if attacker.reads else []
    able += [f"is a {role}" if role[0] not in "aeiou" else f"is an {role}" for role in attacker.plays]
    return "; ".join(able)


def _plain(record: Any) -> dict[str, Any]:
    return {**described(record), "title": _title(record)}
