"""`oauth-model matrix`: which mitigation stops which attack, from the search."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import PROCESSES
from oauth_model.cli.output import counting, described, say, say_json, table

if TYPE_CHECKING:
    from oauth_model.attacks import Attack
    from oauth_model.attacks.matrix import Line


@click.command("matrix", short_help="Print which mitigation stops which attack of the catalogue.")
@click.option("--attack", "-a", "names", multiple=True, metavar="NAME", help="This attack only; may be repeated.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv", "markdown"]), default="text", show_default=True
)
@click.option(
    "--write",
    "page",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Bring the table in a Markdown page up to date, if the model has changed since.",
)
@click.option(
    "--jobs", "-j", type=PROCESSES, default=2, show_default=True, help="How many searches run at a time."
)
def command(names: tuple[str, ...], form: str, page: Path | None, jobs: int) -> int:
    """Print which mitigation, switched on alone, stops which attack of the catalogue.

    Each attack is searched for in the deployment of its precondition, and again with each mitigation on that is off
    there. Those that are on there do not stop it. Takes some minutes. Status 0 if every attack was found, 1 if not.
    """
    if page is not None and (names or form != "text"):
        raise click.UsageError("--write writes the whole table, so it goes without --attack and --format")
    from oauth_model.attacks import ATTACKS
    from oauth_model.attacks.matrix import matrix
    from oauth_model.attacks.matrix_page import is_current, renewed
    from oauth_model.names import ATTACK, look_up_all

    attacks: tuple[Attack, ...] = look_up_all(ATTACK, names, "--attack") if names else ATTACKS
    if page is not None and is_current(page.read_text(encoding="utf-8"), page):
        say(f"{page} is current")
        return 0
    with counting("searches") as note:
        lines = list(matrix(attacks, jobs=jobs, note=note))
    if page is not None:
        page.write_text(renewed(page.read_text(encoding="utf-8"), page, list(markdown(lines))), encoding="utf-8")
        say(f"wrote {page}")
    elif form == "json":
        say_json({"schema": 1, "attacks": [_plain(line) for line in lines]})
    elif form == "csv":
        say(_csv(lines).rstrip("\n"))
    else:
        say(*(markdown(lines) if form == "markdown" else _text(lines)))
    return 0 if all(line.precondition.broken for line in lines) else 1


def _text(lines: list[Line]) -> Iterator[str]:
    for line in lines:
        attack = line.attack
        yield f"{attack.id or '-':5} {attack.title}"
        rows = [(verdict, ", ".join(shown)) for verdict, shown in _shown(line) if shown]
        yield from table([*rows, ("within", _within(attack))], indent="      ")
        yield ""


def markdown(lines: list[Line]) -> Iterator[str]:
    """The matrix as a Markdown table, a line for each attack."""
    from oauth_model.attacks.matrix import DOES_NOT, IN_PART, NO_RUN, STOPS, UNDECIDED

    yield "| | attack | stopped by | only in part by | not stopped by, switched on alone | within | states |"
    yield "|---|---|---|---|---|---|---|"
    for line in lines:
        shown = dict(_shown(line))
        part = [*shown[IN_PART], *(f"{name} ({verdict})" for verdict in (UNDECIDED, NO_RUN) for name in shown[verdict])]
        searched = line.precondition, *(cell.result for cell in line.cells if cell.result is not None)
        states = max(result.states for result in searched)
        columns = _listed(shown[STOPS]), _listed(part), _listed(shown[DOES_NOT])
        cells = [line.attack.id or "", line.attack.title, *columns]
        yield f"| {' | '.join(cells)} | {_within(line.attack)} | {states:,} |"


def _within(attack: Attack) -> str:
    if attack.bounds_when_stopped is None:
        return str(attack.bounds)
    return f"{attack.bounds}; what is claimed to stop it: {attack.bounds_when_stopped}"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" if " " not in name else name for name in names) or "nothing"


def _shown(line: Line) -> Iterator[tuple[str, list[str]]]:
    """Each verdict with the mitigations that have it; those that were on before are left out: there are too many."""
    from oauth_model.attacks.matrix import DOES_NOT, IN_PART, NO_RUN, STOPS, UNDECIDED

    for verdict in (STOPS, IN_PART, DOES_NOT, UNDECIDED, NO_RUN):
        yield verdict, [cell.mitigation.slug for cell in line.having(verdict, searched=True)]


def _plain(line: Line) -> dict[str, Any]:
    return {
        **described(line.attack),
        "breaks": [verdict.goal.slug for verdict in line.precondition.broken],
        "mitigations": {
            cell.mitigation.slug: {
                "verdict": cell.verdict,
                "on_before": cell.result is None,
                "states": cell.result.states if cell.result is not None else None,
                "bound": cell.bound,
            }
            for cell in line.cells
        },
    }


def _csv(lines: list[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["attack", "id", "bound", *(cell.mitigation.slug for cell in lines[0].cells)] if lines else [])
    for line in lines:
        attack = line.attack
        writer.writerow([attack.slug, attack.id or "", _within(attack), *(cell.verdict for cell in line.cells)])
    return out.getvalue()
