"""`oauth-model fix`: for each broken goal of a deployment the smallest sets of mitigations that mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import changes_of, json_option, scenario_options
from oauth_model.cli.output import count, counting, described, paint, say, say_json, table

if TYPE_CHECKING:
    from oauth_model.checkers.repair import Repair
    from oauth_model.deployment import Deployment


@click.command("fix", short_help="Find the smallest sets of mitigations that mend a deployment.")
@click.argument("file")
@scenario_options
@click.option(
    "--candidate",
    "candidates",
    multiple=True,
    metavar="NAME",
    help="A mitigation to try as well, such as your own; may be repeated.",
)
@click.option(
    "--largest",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="How many mitigations to switch on together at most.",
)
@json_option
def command(file: str, candidates: tuple[str, ...], largest: int, as_json: bool, **options: Any) -> int:
    """For each broken goal of the deployment in FILE, find the smallest sets of mitigations that make it hold.

    Every set is tried by search, by size; one counts only if honest runs still come to their end with it.
    Status 0 if nothing is broken, 1 if something is, 2 if something could not be decided.
    """
    from oauth_model.checkers.repair import repairs
    from oauth_model.deployment.policies import authenticates
    from oauth_model.goals import honest_run_reaches_its_end
    from oauth_model.mitigations import MITIGATIONS
    from oauth_model.names import MITIGATION, look_up_all

    changes = changes_of(options)
    deployment = changes.load(file)
    offered = (*MITIGATIONS, *look_up_all(MITIGATION, candidates, "--candidate"))
    public = deployment.client_type == "public"
    not_for_public = [each for each in offered if authenticates(each)] if public else []
    left_out = [*not_for_public, *changes.minus]
    scenarios = [setup.scenario for setup in deployment.setups]
    with counting("sets of mitigations") as note:
        found = repairs(
            scenarios,
            dict.fromkeys((*deployment.goals, honest_run_reaches_its_end)),
            candidates=[each for each in offered if each not in left_out],
            largest=largest,
            note=lambda size, done, total: note(done, total, f"sets of {size}") if done % 20 == 0 else None,
        )
    # Where it is not sure that honest parties come to the end, that is told, whatever was asked for.
    found = [each for each in found if each.goal in deployment.goals or each.broken or each.undecided]
    if as_json:
        say_json(_plain(deployment, found))
    else:
        from oauth_model.cli.verdicts import header

        say(*header(deployment), "")
        say(*_repairs(found, largest))
        if not_for_public:
            say(f"not tried, since the deployment says that the client is public: {_names(not_for_public, ', ')}")
    if any(repair.broken for repair in found):
        return 1
    return 2 if any(repair.undecided for repair in found) else 0


def _repairs(found: list[Repair], largest: int) -> Iterator[str]:
    broken = [repair for repair in found if repair.broken]
    cut = [repair for repair in found if not repair.broken and repair.undecided]
    for repair in broken:
        yield f"{repair.goal} is {paint('broken')}; " + (
            "switch on"
            if repair.sets
            else f"no set of up to {largest} of the {len(repair.candidates)} mitigations mends it"
        )
        yield from table([(_names(chosen), _titles(chosen)) for chosen in repair.sets], indent="  ")
        if repair.undecided:
            yield f"  undecided, since their search was cut: {'; '.join(_names(each) for each in repair.undecided)}"
    for repair in cut:
        yield f"{repair.goal}: {paint('cut')}: no violation was found, but the search was not complete"
    if broken:
        tried = max(repair.tried for repair in broken)
        yield ""
        yield f"{count(len(broken), 'goal')} broken; up to {count(tried, 'set')} tried for a goal"
    elif not cut:
        yield "Nothing to mend: every goal holds within the bounds."


def _names(chosen: Iterable[Any], between: str = " + ") -> str:
    return between.join(mitigation.slug for mitigation in chosen)


def _titles(chosen: tuple[Any, ...]) -> str:
    return "; ".join(f"{mitigation.title} ({mitigation.reference})" for mitigation in chosen)


def _plain(deployment: Deployment, found: list[Repair]) -> dict[str, Any]:
    from oauth_model.deployment.plain import encode

    return {
        "schema": 1,
        "deployment": deployment.source,
        "bounds": encode(deployment.setups[0].scenario.bounds, whole=True),
        "goals": [
            {
                **described(repair.goal),
                "broken": repair.broken,
                "sets": [[mitigation.slug for mitigation in chosen] for chosen in repair.sets],
                "undecided": [[mitigation.slug for mitigation in chosen] for chosen in repair.undecided],
                "candidates": [mitigation.slug for mitigation in repair.candidates],
                "largest": repair.largest,
                "tried": repair.tried,
            }
            for repair in found
        ],
    }
