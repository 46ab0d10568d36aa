"""Every guard is load-bearing, or the documentation says why it is there: the search that decides which.

For each guard of each machine: in some scenario in which goals hold, the guard is taken out, and a goal
that held breaks. The scenarios are those in which an attack is stopped, and deployments with everything
on against each attacker. A guard without which nothing breaks is listed with the reason for having it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from oauth_model.assembly import machines_of
from oauth_model.attackers import (
    BROWSES,
    HOLDS_TOKEN,
    IS_AUTHORIZATION_SERVER,
    IS_CLIENT,
    IS_RESOURCE_SERVER,
    READS_RESPONSES,
    WEB,
)
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.cast import Cast
from oauth_model.checkers.exhaustive import Judge, check, explore, honest
from oauth_model.checkers.guard_reasons import DEFENCE_IN_DEPTH
from oauth_model.checkers.table import Note, answers, in_order, run_table
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.hybrid import HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import LIVENESS, SAFETY, Goal
from oauth_model.machine import Switch
from oauth_model.messages import AUTHORIZATION_SERVER, ROLES
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    EXACT_REDIRECT_URI,
    HASHES,
    ID_TOKEN_VALIDATION,
    METADATA_ISSUER,
    NO_IMPLICIT,
    NONCE,
    PKCE_REQUIRED,
    PKCE_S256,
    PUSHED_REQUESTS,
    RESPONSE_MODE_LOCKED,
    STATE,
    Mitigation,
    Policy,
)
from oauth_model.run import Run, run_of
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import Scope
from oauth_model.world import Composition


@dataclass(frozen=True)
class GuardReport:
    """What taking out one guard does.

    `broken` is a goal that held with the guard and is broken without it, in `scenario`, by `run` (None for a
    liveness goal that no run reaches). Where nothing breaks, `reason` says why the guard is there all the same;
    it is empty for a guard that nobody has accounted for.
    """

    guard: str
    role: str
    claim: str
    broken: Goal | None = None
    scenario: Scenario | None = None
    run: Run | None = None
    reason: str = ""

    @property
    def accounted_for(self) -> bool:
        """Whether the guard carries weight, or has its reason."""
        return self.broken is not None or bool(self.reason)


def hardened_scenarios() -> tuple[Scenario, ...]:
    """Deployments in which every attack is stopped that can be, cheap ones first."""
    public = EVERYTHING.minus(CLIENT_AUTHENTICATION)
    implicit = EVERYTHING.minus(NO_IMPLICIT, RESPONSE_MODE_LOCKED)
    both = Scope(("read", "write"))
    small = Bounds(forgeries=3)
    codes_only = Cast(response_types=("code",))
    patterned = Cast(matching="sub-domain")
    two_users = Cast(users=("alice", "bob"))
    scenarios = [
        Scenario(policy=EVERYTHING, cast=Cast(scope=both)),
        Scenario(policy=EVERYTHING, time_passes=True, faults_happen=True),
        Scenario(policy=EVERYTHING, cast=two_users, bounds=Bounds(authorizations=2)),
        Scenario((IMPLICIT, AUTHORIZATION_CODE), implicit),
        Scenario((AUTHORIZATION_CODE, IMPLICIT), implicit, WEB, small, codes_only),
        Scenario(policy=EVERYTHING.minus(EXACT_REDIRECT_URI), attacker=WEB, bounds=small, cast=patterned),
        Scenario(policy=EVERYTHING.minus(STATE), attacker=WEB, bounds=small),
        Scenario(policy=EVERYTHING, attacker=WEB | IS_CLIENT, bounds=small, cast=Cast(scope=both)),
        Scenario(policy=EVERYTHING, attacker=WEB, bounds=Bounds(authorizations=2, forgeries=3)),
        Scenario(policy=EVERYTHING, attacker=WEB | IS_AUTHORIZATION_SERVER, bounds=Bounds(windows=1, forgeries=3)),
    ]
    scenarios += [
        Scenario(policy=EVERYTHING, attacker=WEB | IS_CLIENT, bounds=small, cast=Cast(remembers_consent=True)),
        Scenario(
            policy=EVERYTHING.plus(PUSHED_REQUESTS), attacker=WEB, bounds=Bounds(authorizations=2, forgeries=4)
        ),
    ]
    validated = EVERYTHING.plus(ID_TOKEN_VALIDATION, NONCE, HASHES)
    misled = validated.minus(METADATA_ISSUER)
    substituted = EVERYTHING.minus(PKCE_S256, PKCE_REQUIRED).plus(ID_TOKEN_VALIDATION, HASHES)
    two = Bounds(authorizations=2, windows=1, forgeries=6)
    as_server, own = Bounds(windows=1, forgeries=3), BROWSES | IS_AUTHORIZATION_SERVER
    scenarios += [
        Scenario((HYBRID,), validated.plus(PUSHED_REQUESTS)),
        Scenario((HYBRID,), validated, cast=Cast(discovery=True)),
        Scenario((IMPLICIT, AUTHORIZATION_CODE), implicit.plus(PUSHED_REQUESTS), cast=Cast(discovery=True)),
        Scenario(policy=substituted.minus(STATE, HASHES).plus(NONCE), attacker=WEB, bounds=small),
        Scenario((HYBRID,), substituted, BROWSES | READS_RESPONSES, two),
        Scenario((HYBRID,), misled, BROWSES | HOLDS_TOKEN, two, Cast(rogue_token_endpoint=True)),
        Scenario(policy=EVERYTHING.plus(ID_TOKEN_VALIDATION), attacker=own | HOLDS_TOKEN, bounds=as_server),
        Scenario((IMPLICIT, AUTHORIZATION_CODE), implicit.plus(ID_TOKEN_VALIDATION), WEB | IS_CLIENT, small),
    ]
    for attacker in (WEB | READS_RESPONSES, WEB | IS_CLIENT, WEB | IS_RESOURCE_SERVER):
        scenarios += [Scenario(policy=policy, attacker=attacker, bounds=small) for policy in (EVERYTHING, public)]
        scenarios.append(Scenario((IMPLICIT, AUTHORIZATION_CODE), implicit, attacker, small))
    return tuple(scenarios)


def scenarios() -> Iterator[Scenario]:
    """Where guards are taken out: attacks that a mitigation stops, then hardened deployments."""
    yield from (scenario for scenario, _ in _stopped())
    yield from hardened_scenarios()


def _stopped() -> Iterator[tuple[Scenario, tuple[Mitigation, ...]]]:
    """The deployment of each attack with each mitigation that stops it, and that mitigation."""
    for attack in ATTACKS:
        for mitigations in attack.stopped_by:
            scenario = attack.scenario.plus(*mitigations)
            authorizations = attack.bounds.authorizations
            large = AUTHORIZATION_SERVER in attack.attacker.plays or authorizations > 1
            forgeries = None if authorizations > 1 and attack.bounds.forgeries is None else 3
            bounds = Bounds(authorizations=authorizations, windows=1 if large else 2, forgeries=forgeries)
            yield replace(scenario, bounds=bounds), mitigations


# ------------------------------------------------------------------ the searches


@dataclass(frozen=True)
class _Place:
    """A scenario with the goals that hold in it, its guards, and those of them that refuse something there; `honestly`
    are the guards that are left where honest parties are alone."""

    scenario: Scenario
    safety: frozenset[Goal]
    liveness: frozenset[Goal]
    guards: frozenset[str]
    refuse: frozenset[str]
    honestly: frozenset[str]


@dataclass(frozen=True)
class _Trial:
    """A guard, and the places where it refuses something: elsewhere it changes nothing.

    Where an attack is stopped by the mitigation that the guard is a part of comes first.
    """

    guard: str
    places: tuple[_Place, ...]

    def __str__(self) -> str:
        return f"without {self.guard}"


@dataclass(frozen=True)
class _Break:
    """A goal that broke without a guard, in the place with this number, and the run that broke it."""

    place: int
    goal: Goal
    run: Run | None


def _place(scenario: Scenario) -> _Place:
    composition = Composition(scenario)
    search = explore(composition, Judge(composition, SAFETY))
    safety = frozenset(goal for goal in SAFETY if search.complete and goal not in search.found)
    held = check(honest(scenario), LIVENESS).verdicts
    liveness = frozenset(verdict.goal for verdict in held if verdict.holds)
    refuse = {name for machine in composition.machines.values() for name in machine.refusals}
    return _Place(scenario, safety, liveness, _names(scenario), frozenset(refuse), _names(honest(scenario)))


def _names(scenario: Scenario) -> frozenset[str]:
    return frozenset(name for names in guards_of(scenario).values() for name in names)


def _tried(trial: _Trial) -> _Break | None:
    """The first goal that breaks without a guard, if any does."""
    for number, place in enumerate(trial.places):
        liveness = place.liveness if trial.guard in place.honestly else frozenset[Goal]()
        found = _broken(place.scenario.without_guard(trial.guard), place.safety, liveness)
        if found is not None:
            return _Break(number, *found)
    return None


def _broken(scenario: Scenario, safety: frozenset[Goal], liveness: frozenset[Goal]) -> tuple[Goal, Run | None] | None:
    composition = Composition(scenario)
    judge = Judge(composition, tuple(goal for goal in SAFETY if goal in safety))
    search = explore(composition, judge, stop_on=safety, stop_on_any=True)
    for goal in judge.goals:
        if goal in search.found:
            return goal, run_of(composition, search.path(search.found[goal]), goal.slug)
    if not liveness:
        return None
    result = check(honest(scenario), tuple(goal for goal in LIVENESS if goal in liveness))
    for verdict in result.verdicts:
        if verdict.holds is False:
            return verdict.goal, verdict.run
    return None


def guards_of(scenario: Scenario) -> dict[str, dict[str, str]]:
    """For each role the guards of its machine, by name, with what they claim."""
    found: dict[str, dict[str, str]] = {}
    for role, machine in machines_of(scenario).items():
        names = found.setdefault(role, {})
        for row in machine.rows:
            for guard in row.guards:
                if isinstance(guard, Switch):
                    continue  # taking it out is turning a mitigation off
                names.setdefault(guard.__name__, (guard.__doc__ or "").strip().splitlines()[0])
    return found


def every_guard(where: Iterable[Scenario]) -> list[tuple[str, str, str]]:
    """Every guard of the machines of some scenarios and of the deployments that the attacks are about: role, name and
    what it claims, each once; those of the grants first."""
    openid = (ID_TOKEN_VALIDATION, NONCE, HASHES)
    everything = Scenario((AUTHORIZATION_CODE, IMPLICIT, HYBRID), Policy(EVERYTHING).plus(*openid))
    found: dict[str, tuple[str, str, str]] = {}
    for scenario in (everything, *where, *(attack.scenario for attack in ATTACKS)):
        for role, each in guards_of(scenario).items():
            for name, claim in each.items():
                found.setdefault(name, (role, name, claim))
    order = {role: number for number, role in enumerate(ROLES)}
    return sorted(found.values(), key=lambda guard: order[guard[0]])


def each_guard(note: Note | None = None, *, jobs: int = 1, executor: Executor | None = None) -> Iterator[GuardReport]:
    """Take out every guard in turn, and report what breaks; `jobs` searches run at a time, or the executor's.

    `note` is told of each scenario in which it is known what holds, then of each guard. Raises ModelError for a
    search that no worker outlives.
    """
    where = list(dict.fromkeys(scenarios()))
    guards = every_guard(where)
    total = len(where) + len(guards)
    tell = partial(_tell, note, 0, total)
    places = run_table(where, _place, jobs=jobs, executor=executor, progress=tell, named=_what_holds)
    stops = _guards_that_stop()
    trials = [_Trial(name, _in_order(name, places, stops)) for _, name, _ in guards]
    tell = partial(_tell, note, len(where), total)
    found = in_order(answers(trials, _tried, jobs=jobs, executor=executor, progress=tell))
    for (role, name, claim), trial, broken in zip(guards, trials, found, strict=True):
        if broken is None:
            yield GuardReport(name, role, claim, reason=DEFENCE_IN_DEPTH.get(name, ""))
        else:
            yield GuardReport(name, role, claim, broken.goal, trial.places[broken.place].scenario, broken.run)


def _guards_that_stop() -> dict[Scenario, set[str]]:
    """The names of the guards of the mitigations that stop attacks, by where they do."""
    found: dict[Scenario, set[str]] = {}
    for scenario, mitigations in _stopped():
        added = (guard for each in mitigations for guards in each.checks.values() for guard in guards)
        found.setdefault(scenario, set()).update(guard.__name__ for guard in added)
    return found


def _in_order(guard: str, places: Iterable[_Place], stops: dict[Scenario, set[str]]) -> tuple[_Place, ...]:
    there = (place for place in places if guard in place.guards and guard in place.refuse)
    return tuple(sorted(there, key=lambda place: guard not in stops.get(place.scenario, ())))


def _what_holds(scenario: Scenario) -> str:
    return f"what holds in {scenario}"


def _tell(note: Note | None, before: int, total: int, done: int, of: int, text: str) -> None:
    if note is not None:
        note(before + done, total, text)
