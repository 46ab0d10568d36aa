"""Writing a starting deployment as TOML that the commands take, with where each part comes from as comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from oauth_model.deployment.metadata import Starting
from oauth_model.mitigations import MITIGATIONS

WIDTH = 96


def to_toml(start: Starting) -> str:
    """A starting deployment as the text of a file."""
    return "\n".join(_lines(start)) + "\n"


def _lines(start: Starting) -> Iterator[str]:
    yield "# A starting deployment, from an authorization server's metadata document."
    yield "# Taken from the document:"
    yield from (f"#   {sentence}" for sentence in start.taken)
    yield "# Assumed weakest, because the document cannot say (switch on what is so, under [mitigations]):"
    yield from _wrapped(start.assumed)
    if start.ignored:
        yield "# In the document, but not in the model:"
        yield from _wrapped(start.ignored)
    for note in start.notes:
        yield f"# Note: {note}."
    yield ""
    tables = {key: value for key, value in start.data.items() if isinstance(value, dict)}
    for key, value in start.data.items():
        if key not in tables:
            yield f"{key} = {_value(value)}"
    for key, table in tables.items():
        yield ""
        yield f"[{key}]"
        yield from _mitigations(table, start) if key == "mitigations" else _pairs(table)


def _mitigations(table: dict[str, bool], start: Starting) -> Iterator[str]:
    titles = {mitigation.slug: mitigation.title for mitigation in MITIGATIONS}
    width = max(len(slug) for slug in titles)
    for heading, slugs in (
        ("as the document says", [slug for slug in table if slug not in start.assumed]),
        ("assumed weakest", start.assumed),
    ):
        yield f"# {heading}:"
        yield from (f"{slug:{width}} = {_value(table[slug]):5}  # {titles[slug]}" for slug in slugs)


def _pairs(table: dict[str, Any]) -> Iterator[str]:
    yield from (f"{key} = {_value(value)}" for key, value in table.items())


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _wrapped(words: Iterable[str]) -> Iterator[str]:
    line = "#  "
    for word in words:
        if len(line) + len(word) > WIDTH:
            yield line.rstrip()
            line = "#  "
        line += f" {word},"
    yield line.rstrip(",")
