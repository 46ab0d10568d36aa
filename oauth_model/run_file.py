"""Run files: a run as JSON.

A file holds its schema version, the scenario (all that is needed to put it together again; what is a
user's own is named by its module) and the steps. Loading one checks that it is well formed, not that its
steps are possible: that is `replay`.

Loading a file imports the modules that it names, as running the command with `module:NAME` does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from oauth_model.deployment.plain import decode, decode_scenario, encode, encode_scenario
from oauth_model.goals.goal import Goal
from oauth_model.names import GOAL, InputError, look_up, spec_of_slug
from oauth_model.replay import Replay, SavedRun, SavedStep, replay, taking
from oauth_model.run import Run

SCHEMA = 1
KINDS = ("deliver", "own", "send", "lure")

__all__ = ["SCHEMA", "Replay", "SavedRun", "SavedStep", "from_plain", "load", "replay", "save", "to_plain"]


# ------------------------------------------------------------------ files


def save(run: Run, path: Path) -> None:
    """Write a run to a file. Raises InputError if it cannot be written, or if it has parts without a name."""
    try:
        path.write_text(json.dumps(to_plain(run), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as failure:
        raise InputError(f"{path}: cannot be written: {failure.strerror or failure}") from None


def load(path: Path) -> SavedRun:
    """Read a run from a file. Raises InputError for anything but a run of this schema."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise InputError(f"{path}: cannot be read: {getattr(failure, 'strerror', None) or failure}") from None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as failure:
        line = f":{failure.lineno}" if isinstance(failure, json.JSONDecodeError) else ""
        raise InputError(f"{path}{line}: not JSON: {getattr(failure, 'msg', failure)}") from None
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as failure:
        code = f"\\u{ord(failure.object[failure.start]):04x}"
        raise InputError(f"{path}: {code} stands for half a character, which cannot be printed; remove it") from None
    return from_plain(data, str(path))


def to_plain(run: Run) -> dict[str, Any]:
    """A run as plain data, as it stands in a file."""
    return {
        "schema": SCHEMA,
        "broken": spec_of_slug(GOAL, run.broken) if run.broken else None,
        "scenario": encode_scenario(run.scenario),
        "steps": [
            {
                "kind": step.kind,
                "session": encode(step.session),
                "refused": step.refused,
                "envelope": encode(step.envelope),
                "note": str(step),
            }
            for step in run.steps
        ],
    }


def from_plain(data: Any, place: str) -> SavedRun:
    """The saved run that plain data stands for. Raises InputError."""
    if not isinstance(data, dict) or "schema" not in data or not isinstance(data.get("steps"), list):
        raise InputError(f"{place}: not a run file: it needs the keys 'schema', 'scenario' and 'steps'")
    if data["schema"] != SCHEMA:
        raise InputError(f"{place}: schema {data['schema']!r} is not known here; this version reads schema {SCHEMA}")
    with taking(f"{place}: scenario"):
        scenario = decode_scenario(data.get("scenario"), f"{place}: scenario")
    broken = data.get("broken")
    goal = _goal(broken, f"{place}: broken") if broken is not None else None
    steps = tuple(_step(step, f"{place}: steps[{number}]") for number, step in enumerate(data["steps"]))
    return SavedRun(scenario, steps, goal, place)


def _goal(name: Any, place: str) -> Goal:
    goal: Goal = look_up(GOAL, name, place)
    if goal.kind == "sometimes":
        raise InputError(f"{place}: no single run shows that {goal} is broken, only that no run gets there; write null")
    return goal


def _step(data: Any, place: str) -> SavedStep:
    if not isinstance(data, dict):
        raise InputError(f"{place}: not a step: expected an object")
    if data.get("kind") not in KINDS:
        raise InputError(f"{place}.kind: {data.get('kind')!r} is none of {', '.join(KINDS)}")
    known = {key: value for key, value in data.items() if key != "note"}
    with taking(place):
        step: SavedStep = decode(known, SavedStep, place)
    return step
