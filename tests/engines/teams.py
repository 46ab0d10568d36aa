"""Teams of workers for tests of split searches, and what the searches that they make are compared with."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from oauth_model.attacks import ATTACKS
from oauth_model.engines import explicit, split, split_team
from oauth_model.engines.program import Program
from oauth_model.engines.split_team import Host, Spread, Team
from oauth_model.engines.walk import Walk
from oauth_model.goals import SAFETY
from oauth_model.scenario import Scenario
from tests.core.scenarios import SCENARIOS
from tests.processes import runs, until

SMALL = "token-injection"
FORGERY = "login forgery, implicit"
FIVE = ("login-csrf", "code-injection", "pkce-downgrade", "token-injection", "code-replay")
SEVERAL = SCENARIOS | {a.slug: a.scenario.bounded(client_runs=1) for a in ATTACKS if a.slug in FIVE}
TWO = Spread(2)


@cache
def whole_of(name: str) -> Walk:
    return explicit.search(Program(SEVERAL[name]), SAFETY)


def split_search(scenario: Scenario, spread: Spread = TWO, **how: Any) -> Walk:
    return split.search(Program(scenario), SAFETY, spread, **how)


def counts(walk: Walk) -> tuple[object, ...]:
    lengths = {goal.slug: len(run) for goal, run in walk.found.items()}
    return walk.states, walk.transitions, walk.depth, walk.complete, walk.cut, lengths


# ------------------------------------------------------------------ teams to watch


class Here(Team):
    """Workers in this process; what they are asked and answer still travels as bytes."""

    def __init__(self, parcel: bytes, places: tuple[str, ...], size: int) -> None:
        self.size = size
        self.hosts = [Host(parcel, places, me, size) for me in range(size)]

    def call(self, method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
        hosts = self.hosts[first : first + len(each)]
        answers = [host.call(method, pickle.loads(pickle.dumps(one))) for host, one in zip(hosts, each, strict=True)]
        return [split_team.opened(answer) for answer in answers]

    def stop(self) -> None:
        self.hosts = []


@dataclass(frozen=True)
class InThisProcess(Spread):
    def team(self, task: Any, what: str) -> Team:
        packer = split_team.Packer()
        return Here(packer.pack(task, what), packer.places, self.workers)


@dataclass(frozen=True)
class Watched(Spread):
    """A team of processes of which one is killed when a method is called for the so-many-th time, in each team.

    It may still be dying while it is called, or not: `surely` it is dead by then.
    """

    kill: tuple[tuple[str, int], ...] = ()
    surely: bool = False
    calls: list[list[str]] = field(default_factory=list)

    def team(self, task: Any, what: str) -> Team:
        team = super().team(task, what)
        calls: list[str] = []
        self.calls.append(calls)
        usual, when = team.call, self.kill[len(self.calls) - 1 :][:1]

        def call(method: str, each: Sequence[tuple[Any, ...]], first: int = 0) -> list[Any]:
            calls.append(method)
            if (method, calls.count(method)) in when:
                victim = team.size - 1
                pid = usual("process", [()], victim)[0]
                os.kill(pid, signal.SIGKILL)
                if self.surely:
                    until(lambda: not runs(pid))
            return usual(method, each, first)

        team.call = call  # type: ignore[method-assign]
        return team
