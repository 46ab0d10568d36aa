"""What the commands print: words, tables, JSON, and how far a search has come.

Results go to standard output and are the same every time; progress goes to standard error. There are
colours on a terminal only, and none where NO_COLOR is set.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from oauth_model.engines.walk import Status

COLOURS = {"holds": "green", "broken": "red", "cut": "yellow", "confirmed": "green", "not confirmed": "red"}


def paint(text: str, word: str | None = None) -> str:
    """A text in the colour of a verdict's word, where there are colours."""
    colour = COLOURS.get(word if word is not None else text.strip())
    if colour is None or not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, fg=colour)


def table(rows: Sequence[Sequence[str]], indent: str = "", gap: str = "  ") -> Iterator[str]:
    """Rows as aligned lines; the last column is not padded. Cells that are a verdict have its colour."""
    if not rows:
        return
    columns = max(len(row) for row in rows)
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(columns)]
    for row in rows:
        padded = [cell.ljust(widths[column]) for column, cell in enumerate(row)]
        padded[-1] = row[-1]
        yield indent + gap.join(paint(cell) for cell in padded).rstrip()


def say(*lines: str, err: bool = False) -> None:
    """Print lines, to standard error if `err` is set."""
    for line in lines:
        click.echo(line, err=err)


def say_json(data: Any) -> None:
    """Print plain data as JSON."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number(value: int) -> str:
    """A number with its digits in groups, or in powers of ten where it has very many."""
    return f"{value:,}" if value < 10**15 else f"{value:.3e}"


# ------------------------------------------------------------------ progress


@contextmanager
def searching(what: str) -> Iterator[Callable[[Status], None] | None]:
    """On a terminal, a line that tells how far a search is; give what it yields as `progress`. Else None."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as line:
        began = time.monotonic()

        def progress(status: Status) -> None:
            rate = status.states / max(time.monotonic() - began, 0.001)
            line.update(
                f"{what}: {number(status.states)} states, {number(round(rate))} a second, "
                f"{status.frontier:,} to look at, depth {status.depth}, {status.memory >> 20:,} MB"
            )

        yield progress


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on a terminal, a line for each thing done elsewhere: call what it yields with
    how many are done, how many there are, and what was done."""
    if not sys.stderr.isatty():

        def line(done: int, total: int, text: str) -> None:
            click.echo(f"[{done}/{total}] {text}", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Without a thread of its own, so that worker processes can be forked beside it.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as progress:
        task = progress.add_task(what, total=None)

        def bar(done: int, total: int, text: str) -> None:
            progress.update(task, completed=done, total=total, refresh=True)

        yield bar


# ------------------------------------------------------------------ the model's words as plain data


def described(record: Any) -> dict[str, Any]:
    """What has a slug, an id and a reference, as plain data."""
    data = {"slug": record.slug, "id": getattr(record, "id", None), "reference": record.reference}
    title = getattr(record, "title", None)
    return data if title is None else {**data, "title": title}
