"""The survey: what every profile is worth against every attacker, goal by goal.

A profile is a range, so two levels of it are looked at: its weakest (every minimal conforming policy) and
its recommended one, for public and for confidential clients. A goal holds at a level if it holds under
each of its policies. Clients use a second authorization server only where the attacker plays one; where a
profile demands more of such clients, its policies in that column have it.

Each policy against each attacker is one exhaustive search with bounds of its own, which every column
states. The searches are independent of each other (`table`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oauth_model.attackers import (
    HOLDS_TOKEN,
    IS_AUTHORIZATION_SERVER,
    IS_CLIENT,
    IS_RESOURCE_SERVER,
    READS_LINKS,
    READS_REQUESTS,
    READS_RESPONSES,
    WEB,
    Attacker,
)
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.table import Note
from oauth_model.checkers.verdict import Result
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import GOALS, Goal
from oauth_model.messages import AUTHORIZATION_SERVER
from oauth_model.mitigations import DISTINCT_REDIRECT_URIS, ISS, NO_IMPLICIT, Mitigation, Policy
from oauth_model.scenario import Bounds, Scenario

if TYPE_CHECKING:
    from oauth_model.profiles import Profile

SURVEY_ATTACKERS: tuple[Attacker, ...] = (
    WEB,
    WEB | READS_RESPONSES,
    WEB | READS_REQUESTS,
    WEB | READS_LINKS,
    WEB | HOLDS_TOKEN,
    WEB | IS_CLIENT,
    WEB | IS_AUTHORIZATION_SERVER,
    WEB | IS_RESOURCE_SERVER,
)
"""The web attacker, alone and with each other capability."""

LEVELS = ("weakest", "recommended")
JOBS = 2


def bounds_for(level: str, attacker: Attacker, policies: Iterable[Policy]) -> Bounds:
    """How far the survey looks: further where fewer steps are possible, so that all of it takes a minute.

    A party of the attacker's multiplies what can happen. There it is one run of each client, but two where
    nothing keeps authorization servers apart and one is the attacker's: that takes two runs to exploit in full.
    """
    if not attacker.plays:
        return Bounds(forgeries=3 if level == "weakest" else None)
    kept_apart = all(policy & {ISS, DISTINCT_REDIRECT_URIS} for policy in policies)
    two_runs = AUTHORIZATION_SERVER in attacker.plays and not kept_apart
    return Bounds(client_runs=2 if two_runs else 1, forgeries=3)


@dataclass(frozen=True)
class Found:
    """What one search found: for each goal "holds", "broken" or "cut" and the length of the shortest run."""

    policy: Policy
    words: tuple[str, ...]
    steps: tuple[int | None, ...]
    states: int
    depth: int | None
    complete: bool


@dataclass(frozen=True)
class Column:
    """One level of one profile against one attacker: a search for each policy, in the order of the policies."""

    profile: Profile
    level: str
    attacker: Attacker
    bounds: Bounds
    found: tuple[Found, ...]

    def word(self, number: int) -> str:
        """The verdict on a goal under all policies: "broken" if any breaks it, else "cut" if any was cut."""
        words = {found.words[number] for found in self.found}
        return next(word for word in ("broken", "cut", "holds") if word in words)

    @property
    def states(self) -> int:
        """The states of all the searches together."""
        return sum(found.states for found in self.found)


@dataclass(frozen=True)
class Inquiry:
    """What a survey asks: profiles, levels, attackers and goals, and changes to the scenarios."""

    profiles: tuple[Profile, ...]
    goals: tuple[Goal, ...] = GOALS
    attackers: tuple[Attacker, ...] = SURVEY_ATTACKERS
    levels: tuple[str, ...] = LEVELS
    plus: tuple[Mitigation, ...] = ()
    minus: tuple[Mitigation, ...] = ()
    flows: tuple[Flow, ...] = ()
    bounds: dict[str, Any] = field(default_factory=dict)

    def columns(self) -> Iterator[tuple[Profile, str, Attacker, tuple[Scenario, ...]]]:
        """The columns in their order, each with its scenarios."""
        for profile in self.profiles:
            for level in self.levels:
                for attacker in self.attackers:
                    policies = dict.fromkeys(
                        policy.plus(*self.plus).minus(*self.minus)
                        for policy in _policies(profile, level, AUTHORIZATION_SERVER in attacker.plays)
                    )
                    bounds = bounds_for(level, attacker, policies)
                    scenarios = tuple(self._scenario(policy, attacker, bounds) for policy in policies)
                    yield profile, level, attacker, scenarios

    def _scenario(self, policy: Policy, attacker: Attacker, bounds: Bounds) -> Scenario:
        flows: tuple[Flow, ...] = (AUTHORIZATION_CODE,) if NO_IMPLICIT in policy else (AUTHORIZATION_CODE, IMPLICIT)
        if any(flow.response_type for flow in self.flows):
            flows = ()
        return Scenario(tuple(dict.fromkeys((*flows, *self.flows))), policy, attacker, bounds).bounded(**self.bounds)


def _policies(profile: Profile, level: str, several_issuers: bool) -> tuple[Policy, ...]:
    if level == "weakest":
        return profile.weakest(several_issuers=several_issuers)
    return tuple(profile.recommended(confidential, several_issuers=several_issuers) for confidential in (False, True))


# ------------------------------------------------------------------ the searches


def survey(
    inquiry: Inquiry, *, jobs: int = JOBS, executor: Executor | None = None, note: Note | None = None
) -> Iterator[Column]:
    """Every column, each as soon as it and those before it are done; `jobs` searches run at a time, or the executor's.

    Raises InputError if something that is a user's own cannot be handed to another process, or fails, and
    ModelError for a search that no worker outlives.
    """
    columns = list(inquiry.columns())
    scenarios = list(dict.fromkeys(scenario for *_, each in columns for scenario in each))
    questions = [Question(scenario, inquiry.goals) for scenario in scenarios]
    known: dict[Scenario, Found] = {}
    waiting = list(columns)
    for number, result in results(questions, jobs=jobs, executor=executor, note=note):
        known[scenarios[number]] = _found(result)
        while waiting and all(scenario in known for scenario in waiting[0][3]):
            profile, level, attacker, each = waiting.pop(0)
            yield Column(profile, level, attacker, each[0].bounds, tuple(known[scenario] for scenario in each))


def _found(result: Result) -> Found:
    words = tuple(verdict.word for verdict in result.verdicts)
    steps = tuple(len(verdict.run.steps) if verdict.run else None for verdict in result.verdicts)
    return Found(result.scenario.policy, words, steps, result.states, result.depth, result.complete)
