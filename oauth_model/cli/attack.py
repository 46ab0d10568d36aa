"""`oauth-model attack`: an attack of the catalogue as a claim, confirmed by the search part by part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oauth_model.cli.options import PROCESSES, json_option
from oauth_model.cli.output import described, paint, say, say_json, searching, table

if TYPE_CHECKING:
    from oauth_model.attacks import Attack, Claim


@click.command("attack", short_help="Show an attack of the catalogue, and what stops it.")
@click.argument("name")
@click.option(
    "--picture", type=click.Path(path_type=Path), metavar="STEM", help="Draw the run to STEM.svg and STEM.gv."
)
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Save the run as JSON.")
@click.option(
    "--jobs", "-j", type=PROCESSES, default=1, show_default=True, help="How many searches run at a time."
)
@json_option
def command(name: str, picture: Path | None, save: Path | None, jobs: int, as_json: bool) -> int:
    """Show the attack NAME (a slug or a catalogue id, see `oauth-model list attacks`).

    It is a claim: in the deployment of its precondition the search finds a run that breaks a goal; with each
    mitigation that is said to stop it, there is none; with each that is said not to, there still is one.
    Status 0 if the search confirms every part of the claim, 1 if not.
    """
    from oauth_model import names
    from oauth_model.attacks import claims
    from oauth_model.run_file import save as save_run

    attack: Attack = names.look_up(names.ATTACK, name, "attack")
    if not as_json:
        say(*_header(attack))
    found: list[Claim] = []
    with searching(attack.slug) as progress:
        found.extend(claims(attack, progress, jobs=jobs))
    run = found[0].broken.run if found[0].broken is not None else None
    written: list[Path] = []
    if run is not None and save is not None:
        save_run(run, save)
        written.append(save)
    if run is not None and picture is not None:
        from oauth_model.drawing.model import draw_run

        written += draw_run(run, picture, attack.title, attack.reference)
    confirmed = all(claim.confirmed for claim in found)
    if as_json:
        say_json(_plain(attack, found, confirmed, written))
        return 0 if confirmed else 1
    if run is not None:
        say("", f"The shortest run to {run.broken}, {len(run.steps)} steps:", run.text())
    say("", *table([_row(claim) for claim in found], indent="  "))
    say(f"  within {attack.scenario.bounds}")
    say("", f"The claim is {paint('confirmed' if confirmed else 'not confirmed')}.")
    say(*(f"wrote {path}" for path in written))
    if picture is not None:
        say(*how_to_get_pictures(written))
    return 0 if confirmed else 1


def how_to_get_pictures(written: list[Path]) -> Iterator[str]:
    """What to do about it, where texts were written in place of pictures."""
    from oauth_model.drawing.render import HOW_TO_GET_PICTURES

    if any(path.suffix == ".mmd" for path in written):
        yield HOW_TO_GET_PICTURES


def _header(attack: Attack) -> Iterator[str]:
    scenario = attack.scenario
    yield f"{attack.title} ({', '.join(filter(None, (attack.slug, attack.id, attack.reference)))})"
    yield attack.story
    yield ""
    on_too = f", with {' and '.join(str(each) for each in attack.on)}" if attack.on else ""
    off = ", ".join(str(each) for each in attack.off)
    rows = [
        ("attacker", f"{scenario.attacker}: {scenario.attacker.reference}"),
        ("flows", ", ".join(flow.slug for flow in scenario.flows)),
        ("deployment", f"everything on but {off}{on_too}" if off else f"everything on{on_too}"),
        ("breaks", ", ".join(goal.slug for goal in attack.breaks)),
    ]
    yield from table(rows, indent="  ")


def _row(claim: Claim) -> tuple[str, str, str, str]:
    broken = claim.broken
    if broken is not None:
        steps = f" in {len(broken.run.steps)} steps" if broken.run is not None else ""
        detail = f"{broken.goal}{steps}"
    else:
        how = "complete" if claim.result.complete else "cut"
        detail = f"{claim.result.states:,} states, {how}"
    if not claim.honest_run_ends:
        detail += "; but no honest run ends"
    if claim.because is not None:
        detail += f"; said to stop it, but {claim.because}"
    label = f"with {claim.label}" if claim.mitigations else "as it is"
    return (
        label,
        claim.found,
        "confirmed" if claim.confirmed else f"not confirmed: {claim.expected} was claimed",
        detail,
    )


def _plain(attack: Attack, found: list[Claim], confirmed: bool, written: list[Path]) -> dict[str, Any]:
    from oauth_model.cli.verdicts import result_as_plain

    return {
        "schema": 1,
        "attack": {**described(attack), "story": attack.story},
        "confirmed": confirmed,
        "claims": [
            {
                "switched_on": [mitigation.slug for mitigation in claim.mitigations],
                "expected": claim.expected,
                "found": claim.found,
                "confirmed": claim.confirmed,
                "because": claim.because,
                **result_as_plain(claim.result),
            }
            for claim in found
        ],
        "wrote": [str(path) for path in written],
    }
