"""The table of the demo server's switches: with one off, what is measured, and which attack then goes through.

`python -m tests.live.switch_table` writes it to docs/live_switches.md; the suite makes every line again and compares.
An attack shows a switch if it succeeds over HTTP with the switch off, and the model finds, with the switch on and
everybody else the same, that its goal is safe. Nothing here says what that attack is: the searches find it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from oauth_model.attackers import READS_RESPONSES
from oauth_model.attacks import ATTACKS, Attack
from oauth_model.checkers.exhaustive import check
from oauth_model.goals import GOALS
from oauth_model.goals.redirection import code_is_tied_to_its_redirect_uri
from oauth_model.live.attacks import Rig, Searches, outcomes
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.demo.switches import DEFAULT_MATCHING, SWITCHES, Switch
from oauth_model.live.discovery import Discovery, discover
from oauth_model.live.findings import Outcome
from oauth_model.live.lab import Lab
from oauth_model.live.manners import Manners
from oauth_model.live.probe import known_target, measured_of
from oauth_model.live.transport import Transport
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    MITIGATIONS,
    PKCE_REQUIRED,
    PKCE_S256,
    REDIRECT_URI_AT_TOKEN_ENDPOINT,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "live_switches.md"


@dataclass(frozen=True)
class Companion:
    """What is off as well, for without that the switch alone lets nothing through; `because` of what."""

    off: tuple[str, ...]
    because: str
    matching: str = DEFAULT_MATCHING


NO_VERIFIER = "who has a code has no verifier: as long as the server asks for one, the code is of no use"
COMPANIONS = {
    "pushed-requests": Companion(
        ("exact-redirect-uri",), "what a request from the browser could ask for is refused for what it is"
    ),
    "canonical-uris": Companion(
        ("exact-redirect-uri",), "a URI that is read in two ways is never exactly a registered one", "up-to-colon"
    ),
    "pkce-no-downgrade": Companion(("pkce-required",), "there is no code without a challenge"),
    "client-authentication": Companion(("pkce-required",), NO_VERIFIER),
    "code-single-use": Companion(("pkce-required",), NO_VERIFIER),
    "code-lifetime": Companion(("pkce-required",), NO_VERIFIER),
    "replay-revokes": Companion(("pkce-required",), NO_VERIFIER),
    "redirect-uri-at-token-endpoint": Companion(("pkce-required",), NO_VERIFIER),
}

OTHER_REDIRECT_URI = Attack(
    "another-redirect-uri",
    None,
    "Code redeemed with another redirection URI",
    "RFC 6749 section 4.1.3",
    "Whoever read a code redeems it with a redirection URI that it was not sent to.",
    READS_RESPONSES,
    breaks=(code_is_tied_to_its_redirect_uri,),
    off=(REDIRECT_URI_AT_TOKEN_ENDPOINT, PKCE_S256, PKCE_REQUIRED, CLIENT_AUTHENTICATION),
)
NOT_IN_THE_CATALOGUE = {"redirect-uri-at-token-endpoint": OTHER_REDIRECT_URI}
"""Of what the catalogue has no attack that it alone stops (docs/findings.md), the goal that is broken without it."""


@dataclass(frozen=True)
class Line:
    """What one switch does: what was measured `off` and `on` of the table, and the outcome that shows it, if any."""

    switch: Switch
    off: tuple[str, ...]
    unknown: tuple[str, ...]
    shown: Outcome | None
    tried: tuple[Outcome, ...]

    @property
    def text(self) -> str:
        """The line of the table."""
        also = COMPANIONS.get(self.switch.slug)
        others = ", ".join(f"`{slug}`" for slug in also.off) if also else ""
        if also is not None and also.matching != DEFAULT_MATCHING:
            others += f" ({also.matching})"
        cells = [f"`{self.switch.slug}`", others, ", ".join(f"`{slug}`" for slug in self.off)]
        if self.shown is None or self.shown.run is None:
            cells += ["none", "", "", ""]
        else:
            name = f"`{self.shown.attack}`" + (" (not in the catalogue)" if self.is_own else "")
            clients = "careful" if self.shown.careful else "careless"
            cells += [name, clients, f"`{self.shown.goal}`", str(len(self.shown.run.steps))]
        return f"| {' | '.join(cells)} |"

    @property
    def is_own(self) -> bool:
        """Whether it is shown by what is not in the catalogue."""
        return self.shown is not None and self.shown.attack not in {attack.slug for attack in ATTACKS}


@dataclass(frozen=True)
class Measuring:
    """A demo server, measured, and what is searched and done there."""

    discovery: Discovery
    rig: Rig
    searches: Searches


@contextmanager
def measured(adapter: DemoAdapter) -> Iterator[Measuring]:
    """A demo server that was measured; it is stopped at the end."""
    try:
        target = adapter.start()
        with Transport(Manners().with_host_of(*target.origins())) as transport:
            found = discover(Lab(adapter, target, transport))
            known = known_target(target, found)
            yield Measuring(found, Rig(adapter, known, transport), Searches(known, measured_of(found)))
    finally:
        adapter.stop()


def attacks_of(slug: str) -> list[Attack]:
    """The attacks whose record names a mitigation, those that need the least else to be off first."""
    own = NOT_IN_THE_CATALOGUE.get(slug)
    found = [attack for attack in ATTACKS if slug in named_by(attack)]
    return sorted([*found, *([own] if own else [])], key=lambda attack: len(attack.off))


def named_by(attack: Attack) -> frozenset[str]:
    """The slugs of what an attack needs to be off, or is stopped by."""
    return frozenset(each.slug for each in (*attack.off, *(one for some in attack.stopped_by for one in some)))


def adapter_of(switch: Switch) -> DemoAdapter:
    """The server with a switch off, and what has to be off as well. An extension is off unless it is asked for."""
    also = COMPANIONS.get(switch.slug, Companion((), ""))
    off = (*also.off, *(() if switch.extension else (switch.slug,)))
    return DemoAdapter(off, matching=also.matching)


def line_of(switch: Switch) -> Line:
    """Switch it off, measure, and try its attacks until one shows it."""
    ours = {each.slug for each in SWITCHES if not each.extension or each is switch}
    with measured(adapter_of(switch)) as at:
        states = {each.mitigation: each.state for each in at.discovery.measurements if each.mitigation in ours}
        off = tuple(each.slug for each in SWITCHES if states.get(each.slug) == "off")
        unknown = tuple(each.slug for each in SWITCHES if states.get(each.slug) == "unknown")
        tried: list[Outcome] = []
        for outcome in outcomes(at.rig, at.searches, attacks_of(switch.slug)):
            tried.append(outcome)
            if outcome.state == "succeeded" and is_safe_with(switch, outcome):
                return Line(switch, off, unknown, outcome, tuple(tried))
    return Line(switch, off, unknown, None, tuple(tried))


def is_safe_with(switch: Switch, outcome: Outcome) -> bool:
    """Whether the model finds the goal that an attack broke safe where the switch is on, and nothing else differs."""
    assert outcome.run is not None
    mitigation = next(each for each in MITIGATIONS if each.slug == switch.slug)
    goal = next(each for each in GOALS if each.slug == outcome.goal)
    result = check(outcome.run.scenario.plus(mitigation), [goal])
    return result.complete and result[goal].holds is True


def everything_on() -> DemoAdapter:
    """The server with everything on, the extension too."""
    return DemoAdapter(on=[switch.slug for switch in SWITCHES if switch.extension])


def outcomes_at(adapter: DemoAdapter, slugs: frozenset[str]) -> dict[str, Outcome]:
    """What becomes of attacks at a server."""
    some = [attack for attack in (*ATTACKS, *NOT_IN_THE_CATALOGUE.values()) if attack.slug in slugs]
    with measured(adapter) as at:
        return {outcome.attack: replace(outcome, exchanges=()) for outcome in outcomes(at.rig, at.searches, some)}


def shown_in(page: str) -> dict[str, str]:
    """The lines of the page's table by their switches."""
    return {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}


def page_of(lines: list[str]) -> str:
    """The page with these lines."""
    reasons = [f"- `{slug}` with {_list(each.off)}: {each.because}." for slug, each in COMPANIONS.items()]
    return INTRODUCTION.format(lines="\n".join(lines), reasons="\n".join(reasons))


def _list(slugs: tuple[str, ...]) -> str:
    return ", ".join(f"`{slug}`" for slug in slugs)


INTRODUCTION = """# The switches of the demo server

```
$ oauth-model demo --off pkce-s256            # run the server without a protection
$ oauth-model probe demo --off pkce-s256      # see what that lets through
$ python -m tests.live.switch_table           # make this page again
```

A line is one protection of `oauth-model demo`, switched off alone. The probe measures what the server enforces,
searches the model for the attacks of the catalogue that have to do with it, and does them over HTTP. The one shown is
the first that succeeded and whose goal the model finds safe with the switch on, the same clients and the same attacker.
*Careful* clients do everything that a client can, *careless* ones leave out what the attack's precondition leaves out.
The suite makes every line again and compares (`tests/live/test_switches.py`); with everything on, pushed requests too,
none of these attacks succeeds.

`iss` takes two: a server can send it, only clients can compare it. With the switch on, clients that do not look at it
are still open to mix-up, unless requests are pushed.

| off | off as well | measured off | attack that succeeds | clients | goal broken | steps |
|---|---|---|---|---|---|---|
{lines}

Off alone, some let nothing through, for something else still protects; that is off as well:

{reasons}

The catalogue has no attack that `redirect-uri-at-token-endpoint` alone stops ([findings](findings.md)). What is broken
without it is searched for by its goal.
"""


def main() -> None:
    """Make the table, and write the page."""
    lines = []
    for switch in SWITCHES:
        lines.append(line_of(switch).text)
        print(lines[-1], flush=True)
    PAGE.write_text(page_of(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
