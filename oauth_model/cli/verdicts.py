"""The verdicts on one deployment, as text or as JSON, and its runs as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.cli.output import count, described, number, paint, say, say_json, searching, table
from oauth_model.deployment import Deployment, Setup
from oauth_model.deployment.plain import encode
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress
from oauth_model.goals import Goal, honest_run_reaches_its_end
from oauth_model.mitigations import CLIENT_AUTHENTICATION
from oauth_model.names import InputError
from oauth_model.run_file import save, to_plain
from oauth_model.scenario import Scenario

if TYPE_CHECKING:
    from oauth_model.engines.split_team import Spread

Results = list[tuple[Setup, Result]]

STATUS = {"holds": 0, "broken": 1, "cut": 2, "not broken": 2}


@dataclass(frozen=True)
class Search:
    """How to search: with which engine, within which memory in bytes, and by how many workers, on Ray or
    not, and where it keeps how far it is."""

    engine: str = "auto"
    memory: int | None = None
    workers: int = 1
    ray: bool = False
    checkpoint: Path | None = None
    fingerprints: bool = False

    @property
    def spread(self) -> Spread | None:
        """How one search is split; None for one that is not."""
        if self.workers == 1 and not self.ray:
            return None
        from oauth_model.engines.split_team import Spread

        return Spread(self.workers, self.ray)


def print_verdicts(
    deployment: Deployment, runs: bool, folder: Path | None, as_json: bool, search: Search = Search()
) -> int:
    """Check a deployment, print what was found, and return the exit status."""
    results = check_setups(deployment, search)
    saved = list(_save(results, folder)) if folder is not None else []
    if as_json:
        say_json(as_plain(deployment, results))
    else:
        say(*header(deployment))
        for setup, result in results:
            say("", *_verdicts(setup, result))
            say(*_runs(result, runs))
        for path in saved:
            say(f"saved {path}")
    return STATUS[word_of(results)]


def check_setups(deployment: Deployment, search: Search = Search()) -> Results:
    """The result for each scenario of a deployment. Raises InputError where one checkpoint is for several."""
    if search.checkpoint is not None and len(deployment.setups) > 1:
        raise InputError(
            f"--checkpoint: the level admits {len(deployment.setups)} policies, and a checkpoint is of one search;"
            " give a deployment of one policy"
        )
    found: Results = []
    for setup in deployment.setups:
        with searching(setup.label or deployment.source) as progress:
            found.append((setup, _check(setup.scenario, deployment.goals, search, progress)))
        if any(verdict.cut == INTERRUPTED for verdict in found[-1][1].verdicts):
            break
    return found


def _check(scenario: Scenario, goals: tuple[Goal, ...], search: Search, progress: Progress | None) -> Result:
    if search.engine == "random":
        from oauth_model.checkers.interleaving import sample

        return sample(scenario, tuple(goal for goal in goals if goal.kind == "always"))
    limits = Limits(scenario.bounds.states, search.memory)
    asked = tuple(dict.fromkeys((*goals, honest_run_reaches_its_end)))
    result = check(
        scenario,
        asked,
        progress=progress,
        engine=search.engine,
        limits=limits,
        partial=True,
        checkpoint=search.checkpoint,
        spread=search.spread,
        fingerprints=search.fingerprints,
    )
    # Where not even honest parties come to the end, that a goal holds says nothing: it is told whatever was asked for.
    told = tuple(each for each in result.verdicts if each.goal in goals or not each.holds)
    return replace(result, verdicts=told)


def word_of(results: Results) -> str:
    """What all verdicts together come to: "broken" if any is, else what any is that is not decided, else "holds"."""
    words = {verdict.word for _, result in results for verdict in result.verdicts}
    return next((word for word in ("broken", "cut", "not broken") if word in words), "holds")


# ------------------------------------------------------------------ as text


def header(deployment: Deployment) -> Iterator[str]:
    """What is checked: the deployment's title, and a line for each thing that all its scenarios have."""
    yield f"{deployment.title} ({deployment.source})" if deployment.title else deployment.source
    first = deployment.setups[0].scenario
    lines = [
        ("flows", ", ".join(flow.slug for flow in first.flows)),
        ("attacker", f"{first.attacker}: {first.attacker.reference}"),
        ("bounds", str(first.bounds)),
    ]
    lines += [("from the document", sentence) for sentence in deployment.taken]
    if deployment.assumed:
        lines.append(("assumed weakest", ", ".join(deployment.assumed)))
    lines += [("note", note) for note in deployment.notes]
    yield from table(lines, indent="  ")
    if len(deployment.setups) > 1:
        yield f"  The level admits {len(deployment.setups)} policies; a goal holds if it holds under each."


def policy_lines(scenario: Scenario) -> Iterator[str]:
    """The client's type, and what is on."""
    client = "confidential" if CLIENT_AUTHENTICATION in scenario.policy else "public"
    yield f"  client: {client}; on: {', '.join(scenario.policy.slugs) or 'nothing'}"


def _verdicts(setup: Setup, result: Result) -> Iterator[str]:
    if setup.label:
        yield setup.label
    yield from policy_lines(setup.scenario)
    rows = [(verdict.goal.id or "-", verdict.goal.slug, verdict.word, _detail(verdict)) for verdict in result.verdicts]
    yield from table(rows, indent="  ")
    words = [verdict.word for verdict in result.verdicts]
    told = [f"{paint(word)}: {words.count(word)}" for word in ("holds", "broken", "cut", "not broken") if word in words]
    walked = f"{number(result.states)} states" + (f", depth {result.depth}" if result.depth is not None else "")
    how = "complete" if result.complete else "stopped when every safety goal was broken"
    how += next((verdict.but_for for verdict in result.verdicts if result.complete and verdict.doubt), "")
    if "cut" in words:
        why = next((f" ({verdict.cut})" for verdict in result.verdicts if verdict.cut), "")
        how = f"cut{why}: what was not found may still be there; raise --states, or lower other bounds"
    if "not broken" in words:
        how = "random runs: what was not found may still be there"
    yield f"  {', '.join(told)}; within {setup.scenario.bounds}: {walked}, {how}"
    yield f"  engine: {result.engine}{f' ({result.why})' if result.why else ''}"


def _detail(verdict: Verdict) -> str:
    if verdict.holds is False:
        return verdict.reason or (f"in {len(verdict.run.steps)} steps" if verdict.run else "")
    if verdict.goal.kind != "always":
        return f"{count(verdict.states, 'state')} of honest parties alone"
    return ""


def _runs(result: Result, every: bool) -> Iterator[str]:
    shown = [verdict for verdict in result.broken if verdict.run is not None]
    more = 0
    if shown and not every:
        more = len(shown) - 1
        shown = [min(shown, key=lambda verdict: len(verdict.run.steps) if verdict.run else 0)]
    for verdict in shown:
        assert verdict.run is not None
        yield ""
        named = ", ".join(filter(None, (verdict.goal.id, verdict.goal.reference)))
        yield f"{verdict.goal} ({named}), {paint('broken')} in {len(verdict.run.steps)} steps. The goal was:"
        yield f"  {verdict.goal.title}"
        yield verdict.run.text()
    if more:
        yield ""
        yield f"{count(more, 'more run')}: see them with --runs, keep them with --save-runs DIR"


# ------------------------------------------------------------------ as data


def as_plain(deployment: Deployment, results: Results) -> dict[str, Any]:
    """What was found as plain data."""
    return {
        "schema": 1,
        "deployment": deployment.source,
        "title": deployment.title,
        "verdict": word_of(results),
        "taken": list(deployment.taken),
        "assumed_weakest": list(deployment.assumed),
        "notes": list(deployment.notes),
        "policies": [{"label": setup.label, **result_as_plain(result)} for setup, result in results],
    }


def result_as_plain(result: Result) -> dict[str, Any]:
    """One check as plain data."""
    scenario = result.scenario
    return {
        "flows": [flow.slug for flow in scenario.flows],
        "mitigations": list(scenario.policy.slugs),
        "attacker": scenario.attacker.slug,
        "bounds": encode(scenario.bounds, whole=True),
        "states": result.states,
        "transitions": result.transitions,
        "depth": result.depth,
        "complete": result.complete,
        "engine": result.engine,
        "goals": [verdict_as_plain(verdict) for verdict in result.verdicts],
    }


def verdict_as_plain(verdict: Verdict) -> dict[str, Any]:
    """One verdict as plain data, with its run."""
    return {
        **described(verdict.goal),
        "verdict": verdict.word,
        "states": verdict.states,
        "depth": verdict.depth,
        "complete": verdict.complete,
        "reason": verdict.reason or verdict.cut,
        "doubt": verdict.doubt,
        "run": to_plain(verdict.run) if verdict.run is not None else None,
    }


# ------------------------------------------------------------------ as files


def _save(results: Results, folder: Path) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise InputError(f"--save-runs: {folder}: cannot be made: {failure.strerror or failure}") from None
    for policy, (_, result) in enumerate(results, 1):
        prefix = f"policy-{policy}-" if len(results) > 1 else ""
        for verdict in result.broken:
            if verdict.run is not None:
                path = folder / f"{prefix}{verdict.goal.slug}.json"
                save(verdict.run, path)
                yield path
