"""Reading deployments: a TOML file, or a metadata document in JSON, or either from standard input.

Which of the two it is shows in the text: JSON begins with a brace, which TOML cannot. What is in it is for
`deployment` and `metadata` to say.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from oauth_model.attackers import Attacker
from oauth_model.deployment.deployment import Deployment, deployment_of
from oauth_model.deployment.metadata import Starting, starting_deployment
from oauth_model.names import InputError

STANDARD_INPUT = "-"


def load(path: str, attacker: Attacker | None = None) -> Deployment:
    """The deployment in a file, or on standard input for "-"; `attacker` replaces its own. Raises InputError."""
    source, text = _read(path)
    return deployment_in(text, source, attacker)


def load_metadata(path: str) -> Starting:
    """The starting deployment of a metadata document in a file, or on standard input. Raises InputError."""
    source, text = _read(path)
    if not _is_json(text):
        raise InputError(f"{source}: not a metadata document: that is a JSON object, which begins with a brace")
    return starting_deployment(_json(text, source), source)


def deployment_in(text: str, source: str, attacker: Attacker | None = None) -> Deployment:
    """The deployment that a text describes, in TOML or as a metadata document. Raises InputError."""
    if not _is_json(text):
        return deployment_of(_toml(text, source), source, attacker)
    start = starting_deployment(_json(text, source), source)
    found = deployment_of(start.data, source, attacker)
    return replace(found, taken=tuple(start.taken), assumed=tuple(start.assumed), notes=(*start.notes, *found.notes))


def _read(path: str) -> tuple[str, str]:
    source = "standard input" if path == STANDARD_INPUT else path
    try:
        raw = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
    except OSError as failure:
        raise InputError(f"{source}: cannot be read: {failure.strerror or failure}") from None
    try:
        return source, raw.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise InputError(f"{source}: not UTF-8 text: {failure}") from None


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _toml(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(failure))
        line = (at and at.group(1)) or str(text.count("\n") + 1)
        message = str(failure)[: at.start()] if at else str(failure)
        raise InputError(f"{source}:{line}: not TOML: {message}") from None


def _json(text: str, source: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as failure:
        raise InputError(f"{source}:{failure.lineno}: not JSON: {failure.msg}") from None
    except RecursionError:
        raise InputError(f"{source}: not a metadata document: it is nested too deeply") from None
    if not isinstance(document, dict):
        raise InputError(f"{source}: not a metadata document: that is a JSON object")
    if "schema" in document and "steps" in document:
        raise InputError(f"{source}: this is a saved run, not a deployment; use: oauth-model replay {source}")
    return document
