"""A probe: everything that is asked of one server, in order, and what came out as one report.

First honest runs show that the description is right, for without them nothing can be told from a refusal. Then what
the server enforces is measured; then each attack of the catalogue is searched under that policy and, where
the model finds a run, done; then random walks compare model and server step by step; then requests race. The report
says of each part how far it went. Whatever ends a probe early - a bound, Ctrl-C - what was found until then is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import get_args

from oauth_model.attackers import WEB
from oauth_model.attacks import ATTACKS, Attack
from oauth_model.goals import SAFETY
from oauth_model.live.adapter import CONFIDENTIAL, PUBLIC, Adapter, Dialect, Target
from oauth_model.live.attacks import USUAL, Rig, Searches, outcomes
from oauth_model.live.discovery import Discovery, deployment, discover
from oauth_model.live.divergence import Divergence
from oauth_model.live.findings import Finding, Level, Measurement, Outcome, Race, Report, Walk
from oauth_model.live.honest import see_that_honest_runs_end
from oauth_model.live.lab import Lab
from oauth_model.live.lockstep import Walked, walk
from oauth_model.live.manners import BoundReached, Manners
from oauth_model.live.policy import Measured, careful_policy
from oauth_model.live.races import finding_of, race_for_code, race_for_refresh_token
from oauth_model.live.transport import Transport
from oauth_model.mitigations import MITIGATIONS
from oauth_model.profiles import RFC9700
from oauth_model.scenario import Bounds, Scenario

Progress = Callable[[str], None]
PARTS = ("attacks", "walks", "races")
"""What a probe does after measuring."""

SEARCH = "the model is searched"


@dataclass(frozen=True)
class Plan:
    """What a probe is to do. `examples` and `steps` are of random walks; `jobs` searches are made at a time."""

    parts: tuple[str, ...] = PARTS
    attacks: tuple[Attack, ...] = ATTACKS
    examples: int = 50
    steps: int = 25
    seed: int = 0
    jobs: int = 1
    trials: int = 8
    at_once: int = 4


@dataclass
class _Found:
    """What was found so far."""

    discovery: Discovery | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    walked: Walked | None = None
    races: list[Race] = field(default_factory=list)
    cut: str | None = None


@dataclass(frozen=True)
class Probed:
    """A finished probe: its report, and the deployment file of what was measured, None where nothing was."""

    report: Report
    deployment: str | None


def probe(adapter: Adapter, manners: Manners, plan: Plan | None = None, progress: Progress | None = None) -> Probed:
    """Probe a server. It is stopped at the end, whatever happens, if the adapter started it.

    Raises LiveError where the server cannot be started or talked to, before anything was found or after, and where an
    honest run does not reach its end: then the server cannot be judged.
    """
    plan, tell = plan or Plan(), progress or _nothing
    found = _Found()
    try:
        tell(f"starting {adapter.title}")
        target = adapter.start()
        with Transport(manners.with_host_of(*target.origins())) as transport:
            try:
                _probe(adapter, target, transport, plan, tell, found)
            except BoundReached as bound:
                found.cut = str(bound)
            except KeyboardInterrupt:
                found.cut = "interrupted"
            return _probed(adapter, target, transport, plan, found)
    finally:
        adapter.stop()


def _probe(adapter: Adapter, target: Target, transport: Transport, plan: Plan, tell: Progress, found: _Found) -> None:
    lab = Lab(adapter, target, transport, seed=plan.seed)
    tell("honest runs")
    see_that_honest_runs_end(lab)
    found.discovery = discover(lab, lambda done, of, name: tell(f"measuring {name} ({done} of {of})"))
    rig = Rig(adapter, known_target(target, found.discovery), transport)
    measured = measured_of(found.discovery)
    if found.discovery.cut:  # no more can be asked
        return
    if "attacks" in plan.parts:
        searches = Searches(target, measured, plan.jobs)
        searches.ask(plan.attacks, lambda done, of, name: tell(f"{SEARCH} ({done} of {of})"))
        for outcome in outcomes(rig, searches, plan.attacks, lambda name: tell(f"attack: {name}")):
            found.outcomes.append(outcome)
    if "walks" in plan.parts:
        scenario = walked_scenario(measured, target)
        found.walked = walk(
            rig,
            scenario,
            SAFETY,
            enforced=measured.on,
            examples=plan.examples,
            steps=plan.steps,
            seed=plan.seed,
            progress=tell,
        )
    if "races" in plan.parts:
        adapter.reset()
        tell("racing for a code")
        found.races.append(race_for_code(lab, trials=plan.trials, at_once=plan.at_once))
        if found.discovery.facts.refresh_tokens:
            tell("racing for a refresh token")
            found.races.append(race_for_refresh_token(lab, trials=plan.trials, at_once=plan.at_once))


def measured_of(found: Discovery) -> Measured:
    """The measured policy, as scenarios need it."""
    facts = found.facts
    challenges = bool(facts.public_needs_challenge)
    return Measured.of(found.measurements, facts.matching, facts.response_modes, challenges)


def known_target(target: Target, found: Discovery) -> Target:
    """The target as it was measured. Where secrets are not looked at, the confidential client goes without its own."""
    clients = dict(target.clients)
    if found.state("client-authentication") == "off" and CONFIDENTIAL in clients:
        clients[PUBLIC] = replace(clients[CONFIDENTIAL], secret=None, authentication="none")
    return replace(target, dialect=known_dialect(target.dialect, found.dialect), clients=clients)


def known_dialect(said: Dialect, measured: Dialect) -> Dialect:
    """What was measured of a server's choices, and where that could not be, what its adapter says."""
    known = {name: value for name, value in vars(measured).items() if value is not None and name != "errors"}
    return replace(said, **known)


def walked_scenario(measured: Measured, target: Target) -> Scenario:
    """What random walks go through: careful clients, and an attacker with a browser, an account and links."""
    bounds = Bounds(client_runs=2, authorizations=3, windows=2, forgeries=3)
    return Scenario(policy=careful_policy(measured, target), attacker=WEB, bounds=bounds)


def _nothing(_: str) -> None:
    """Progress that nobody wants."""


# ------------------------------------------------------------------ the report


def _probed(adapter: Adapter, target: Target, transport: Transport, plan: Plan, found: _Found) -> Probed:
    manners, walked, measured = transport.allowance.manners, found.walked, found.discovery
    secrets = [client.secret for client in target.clients.values()]
    secrets += [account.password for account in target.accounts.values()]
    report = Report(
        adapter.slug,
        adapter.title,
        measured.measurements if measured else (),
        measured.differences if measured else (),
        tuple(found.outcomes),
        tuple(found.races),
        Walk(walked.examples, walked.steps, walked.asked) if walked else None,
        tuple(sorted(_findings(found), key=_by_weight)),
        transport.allowance.made,
        _bound(plan, manners, found),
        found.cut or (measured.cut if measured else None),
        frozenset(secret for secret in secrets if secret),
    )
    return Probed(report, deployment(measured, adapter.title) if measured else None)


def _bound(plan: Plan, manners: Manners, found: _Found) -> str:
    """What the probe was allowed, and how much of each part was done."""
    said = [f"at most {manners.requests:,} requests and {manners.seconds:g} s"]
    if found.walked is not None:
        said.append(f"{found.walked.examples} random walks of at most {plan.steps} drawn steps")
    if found.outcomes:
        said.append(f"{len(found.outcomes)} attack" + ("s" if len(found.outcomes) != 1 else ""))
    raced = [race for race in found.races if race.trials]
    if raced:
        races = f"{len(raced)} race" + ("s" if len(raced) != 1 else "")
        said.append(f"{races} of {plan.trials} trials, {plan.at_once} requests at once")
    return "; ".join(said)


def _by_weight(finding: Finding) -> int:
    return get_args(Level).index(finding.level)


def _findings(found: _Found) -> Iterator[Finding]:
    yield from (finding for outcome in found.outcomes if (finding := _of_outcome(outcome)))
    if found.walked is not None:
        yield from (_of_divergence(each) for each in found.walked.divergences)
        for goal, run in found.walked.broken:
            summary = f"A random walk got to where this is false: {goal.title}"
            yield Finding("goal", goal.slug, goal.title, goal.reference, "error", summary, run)
        for dissent in found.walked.dissents:
            summary = f"To a {dissent.request} the model answers {dissent.expected!r}, the server {dissent.seen!r}."
            yield Finding("disagreement", "error-code", "Another error code", "RFC 6749 section 5.2", "note", summary)
    yield from (finding for race in found.races if (finding := finding_of(race)))
    if found.discovery is not None:
        yield from found.discovery.findings
        confidential = found.discovery.confidential
        measurements = found.discovery.measurements
        yield from (finding for each in measurements if (finding := _of_measurement(each, confidential)))


def _of_outcome(outcome: Outcome) -> Finding | None:
    if outcome.state != "succeeded":
        return None
    attack = next(attack for attack in ATTACKS if attack.slug == outcome.attack)
    whose = "" if outcome.careful else " Its clients leave out what the attack's precondition leaves out."
    would = outcome.stopped_by or "nothing that the server could enforce"
    whose += f" What would stop it: {would}."
    level: Level = "note" if outcome.stopped_by is None else "error"
    if level == "error" and not (outcome.careful and outcome.stopped_by == USUAL):
        level = "warning"
    goal = next(goal for goal in attack.breaks if goal.slug == outcome.goal)
    summary = f"{attack.story} Broken: {goal.title}{whose}"
    return Finding(
        "attack", attack.slug, attack.title, attack.reference, level, summary, outcome.run, outcome.exchanges
    )


def _of_divergence(found: Divergence) -> Finding:
    if found.not_fresh:
        title, rule, reference = "A value that ought to be fresh came twice", "fresh-values", "RFC 6749 section 10.10"
        return Finding("freshness", rule, title, reference, "error", found.what, found.run, found.exchanges)
    if found.leaks:
        title, rule, reference = "A credential in the front channel", "credential-leak", "RFC 6749 section 10.3"
        return Finding("disagreement", rule, title, reference, "error", found.what, found.run, found.exchanges)
    because = found.explained_by
    rule = because.slug if because else "-".join(found.run.steps[-1].name.split())
    title = f"As if {because.title!r} were off" if because else f"Another answer to the {found.run.steps[-1].name}"
    broken = f" Then broken: {', '.join(goal.slug for goal in found.goals)}." if found.goals else ""
    reference = because.reference if because else found.run.steps[-1].envelope.message.reference
    level: Level = "error" if found.is_acceptance and because else "warning" if found.is_of_weight else "note"
    return Finding("disagreement", rule, title, reference, level, found.what + "." + broken, found.run, found.exchanges)


def _of_measurement(each: Measurement, confidential: bool) -> Finding | None:
    """A protection that is not there, where RFC 9700 asks for it."""
    mitigation = next(one for one in MITIGATIONS if one.slug == each.mitigation)
    entry = RFC9700.entry(mitigation, confidential)
    if each.state != "off" or entry is None or entry.level not in ("must", "should"):
        return None
    level: Level = "warning" if entry.level == "must" else "note"
    title = f"Not enforced: {mitigation.title}"
    return Finding("policy", mitigation.slug, title, entry.reference, level, each.because, exchanges=each.exchanges)
