"""Figures beside their targets: `python -m benchmarks.run`, or `make bench`.

Each figure is measured in this run, on this machine, and printed with its target and the ratio of the two; a
ratio above one is good. `--quick` leaves out the survey. What is slow is said, and never fails.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oauth_model.attackers import IS_AUTHORIZATION_SERVER, IS_CLIENT, READS_RESPONSES, WEB
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.checkers.exhaustive import Judge, explore
from oauth_model.goals import SAFETY
from oauth_model.messages import AUTHORIZATION_SERVER
from oauth_model.mitigations import Policy
from oauth_model.scenario import Scenario
from oauth_model.world import Composition

ROOT = Path(__file__).resolve().parent.parent
CLI = (sys.executable, "-m", "oauth_model.cli")

SEARCHES = {
    "nothing on, web+reads-responses": Scenario(policy=Policy(), attacker=WEB | READS_RESPONSES).bounded(forgeries=3),
    "everything on, web+is-client": Scenario(policy=EVERYTHING, attacker=WEB | IS_CLIENT),
    "everything on, web+is-authorization-server": Scenario(
        policy=EVERYTHING, attacker=WEB | IS_AUTHORIZATION_SERVER
    ).bounded(forgeries=4),
}

FIND = """
import sys
from oauth_model.attacks import ATTACKS
from oauth_model.checkers.exhaustive import check
attack = next(attack for attack in ATTACKS if attack.slug == sys.argv[1])
assert check(attack.scenario, attack.breaks[:1]).broken
"""


@dataclass(frozen=True)
class Figure:
    """One measurement. `target` is a limit if `less_is_better`, else a floor."""

    name: str
    value: float
    unit: str
    target: float
    less_is_better: bool = True

    @property
    def ratio(self) -> float:
        """How many times better than the target."""
        return self.target / self.value if self.less_is_better else self.value / self.target


def seconds(*command: str) -> float:
    """Wall time of a command, which must succeed."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def survey() -> Iterator[Figure]:
    """The main job: `oauth-model check` without an argument."""
    yield Figure("check, no argument", seconds(*CLI, "check"), "s", 60)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Figure("check, peak memory of a process", peak, "MiB", 1024)


def searches() -> Iterator[Figure]:
    """Transitions a second of the exhaustive search, goals asked, one core."""
    for name, scenario in SEARCHES.items():
        composition = Composition(scenario)
        start = time.perf_counter()
        search = explore(composition, Judge(composition, SAFETY))
        rate = search.transitions / (time.perf_counter() - start)
        yield Figure(f"search: {name} ({len(search.came_from):,} states)", rate, "/s", 100_000, less_is_better=False)


def attacks() -> Iterator[Figure]:
    """Each attack found by a process of its own, start-up included: the slowest, and the median."""
    times = {attack.slug: seconds(sys.executable, "-c", FIND, attack.slug) for attack in ATTACKS}
    for slug, taken in sorted(times.items(), key=lambda entry: -entry[1])[:5]:
        yield Figure(f"attack found: {slug}", taken, "s", 2)
    yield Figure("attack found: median of all", statistics.median(times.values()), "s", 2)


def start_up() -> Iterator[Figure]:
    """The command line's start."""
    yield Figure("oauth-model --help", statistics.median(seconds(*CLI, "--help") for _ in range(7)), "s", 0.3)


def trigger() -> Iterator[Figure]:
    """A remembered step against the trigger of a `transitions` machine that it saves."""
    composition = Composition(Scenario(policy=EVERYTHING))
    machine = composition.machines[AUTHORIZATION_SERVER]
    search = explore(composition, Judge(composition, ()))
    world, change = next(link for link in reversed(search.came_from.values()) if link is not None)
    session, envelope = composition.session(world, change.step.slot), composition.envelopes.values[change.step.envelope]
    machine = composition.machines[session.role]
    runs = 20_000
    start = time.perf_counter()
    for _ in range(runs):
        machine.step(session, envelope, composition.setting, frozenset())
    fired = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(runs):
        composition.changes(world)
    remembered = time.perf_counter() - start
    yield Figure("machine step by trigger", fired / runs * 1e6, "us", 100)
    yield Figure("all steps of a world, remembered", remembered / runs * 1e6, "us", 100)


def main() -> None:
    """Measure, and print a table, or JSON with `--json`."""
    parts = [start_up, trigger, searches, attacks]
    if "--quick" not in sys.argv:
        parts.append(survey)
    figures: list[Figure] = []
    for part in parts:
        print(f"measuring: {(part.__doc__ or '').splitlines()[0]}", file=sys.stderr)
        figures += part()
    if "--json" in sys.argv:
        print(json.dumps([vars(figure) | {"ratio": figure.ratio} for figure in figures], indent=2))
        return
    width = max(len(figure.name) for figure in figures)
    print(f"{'':{width}}  {'figure':>12}      {'target':>10}  times better")
    for figure in figures:
        value = f"{figure.value:,.2f}" if figure.value < 100 else f"{figure.value:,.0f}"
        print(f"{figure.name:{width}}  {value:>12} {figure.unit:4} {figure.target:>10,}  {figure.ratio:12.1f}")


if __name__ == "__main__":
    main()
