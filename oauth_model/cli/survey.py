"""The survey as tables: one for each level of each profile, goals against attackers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from typing import Any

from oauth_model import names
from oauth_model.checkers.survey import SURVEY_ATTACKERS, Column, Inquiry, survey
from oauth_model.cli.options import Changes
from oauth_model.cli.output import count, counting, described, say, say_json, table
from oauth_model.deployment.plain import encode
from oauth_model.goals import GOALS, Goal
from oauth_model.names import PROFILE
from oauth_model.profiles import PROFILES

LEGEND = (
    "Broken: under at least one of the column's policies; holds: under all of them, within the bounds of the column"
)
MEANING = {
    "weakest": "every minimal conforming policy",
    "recommended": "every MUST and SHOULD, for public and for confidential clients",
}


def print_survey(
    changes: Changes, profile_names: Sequence[str], jobs: int, executor: Executor | None, as_json: bool
) -> int:
    """Survey, print the tables, and return the exit status: 0, since it ran to its end."""
    profiles = names.look_up_all(PROFILE, profile_names, "--profile") or PROFILES
    attackers = (changes.attacker,) if changes.attacker is not None else SURVEY_ATTACKERS
    goals = changes.goals or GOALS
    inquiry = Inquiry(
        profiles, goals, attackers, plus=changes.plus, minus=changes.minus, flows=changes.flows, bounds=changes.bounds
    )
    columns: list[Column] = []
    every: list[Column] = []
    with counting("survey") as note:
        for column in survey(inquiry, jobs=jobs, executor=executor, note=note):
            columns.append(column)
            every.append(column)
            if len(columns) == len(attackers) and not as_json:
                say(*_table(columns, goals), "")
                columns = []
    if as_json:
        say_json({"schema": 1, "columns": [_plain(column, goals) for column in every]})
    else:
        say(*_legend(every, attackers))
    return 0


def _table(columns: list[Column], goals: Sequence[Goal]) -> Iterator[str]:
    first = columns[0]
    yield f"{first.profile.title} ({first.profile.reference}), {first.level}: {MEANING[first.level]}"
    rows = [("", "goal", *(_heading(column) for column in columns))]
    rows += [
        (goal.id or "-", goal.slug, *(column.word(number) for column in columns)) for number, goal in enumerate(goals)
    ]
    rows.append(("", "(policies)", *(str(len(column.found)) for column in columns)))
    rows.append(("", "(client runs, at most)", *(str(column.bounds.client_runs) for column in columns)))
    rows.append(("", "(forgeries, at most)", *(_forgeries(column) for column in columns)))
    rows.append(("", "(states)", *(f"{column.states:,}" for column in columns)))
    yield from table(rows, indent="  ")


def _heading(column: Column) -> str:
    """The attacker's id; what every attacker of the survey is, the web attacker, is left out."""
    attacker = column.attacker
    short = (attacker.id or attacker.slug).split("+")
    return "+".join(part for part in short if part != "W") or short[0]


def _forgeries(column: Column) -> str:
    return "any" if column.bounds.forgeries is None else str(column.bounds.forgeries)


def _legend(columns: list[Column], attackers: Sequence[Any]) -> Iterator[str]:
    rest = columns[0].bounds
    counted = f"{count(rest.authorizations, 'authorization')}, {count(rest.windows, 'window')}"
    yield f"Bounds: {counted}, and the client runs and forgeries of the column"
    yield LEGEND
    yield "Attackers:"
    shown = {_heading(column): column.attacker for column in columns}
    yield from table([(short, f"{attacker} ({attacker.reference})") for short, attacker in shown.items()], indent="  ")


def _plain(column: Column, goals: Sequence[Goal]) -> dict[str, Any]:
    return {
        "profile": column.profile.slug,
        "level": column.level,
        "attacker": column.attacker.slug,
        "bounds": encode(column.bounds, whole=True),
        "goals": [{**described(goal), "verdict": column.word(number)} for number, goal in enumerate(goals)],
        "policies": [
            {
                "mitigations": list(found.policy.slugs),
                "states": found.states,
                "depth": found.depth,
                "complete": found.complete,
                "verdicts": dict(zip((goal.slug for goal in goals), found.words, strict=True)),
                "steps": dict(zip((goal.slug for goal in goals), found.steps, strict=True)),
            }
            for found in column.found
        ],
    }
