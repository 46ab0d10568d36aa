"""The attacks of the catalogue at a running server: searched in the model under its measured policy, then done.

An attack is nothing but a search: if the model finds a run, that run is taken on the server step by step. It succeeds
if the server answers every step as the model says; where it answers otherwise, that is where the attack ends,
and also a disagreement between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

from oauth_model.attacks import ATTACKS, Attack
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.table import Note
from oauth_model.checkers.verdict import Result
from oauth_model.goals import Goal, honest_run_reaches_its_end
from oauth_model.live.adapter import Adapter, Target
from oauth_model.live.bindings import NotFresh, NotOnTheWire
from oauth_model.live.exchange import Exchange
from oauth_model.live.findings import Outcome
from oauth_model.live.party import Disagreement, LiveParty
from oauth_model.live.policy import Measured, NotApplicable, scenario_of
from oauth_model.live.transport import Transport
from oauth_model.messages import AUTHORIZATION_SERVER, RESOURCE_SERVER
from oauth_model.mitigations import PUSHED_REQUESTS
from oauth_model.run import Run
from oauth_model.scenario import Scenario

STATES = 300_000
"""States after which the search for one attack's run is given up."""


@dataclass(frozen=True)
class Executed:
    """A run as far as it went at a server. `stopped_at` is the number of the step that did not go as in the model."""

    exchanges: tuple[Exchange, ...]
    stopped_at: int | None = None
    disagreement: Disagreement | None = None
    not_fresh: NotFresh | None = None


class Rig:
    """One server, rigged for runs: each has browsers and values of its own."""

    def __init__(self, adapter: Adapter, target: Target, transport: Transport) -> None:
        self.adapter, self.target, self.transport = adapter, target, transport
        self._runs = 0

    def party(self, scenario: Scenario) -> LiveParty:
        """The server for another run: it has been reset, and nothing is left of the run before."""
        self.adapter.reset()
        self._runs += 1
        return LiveParty(self.adapter, self.target, self.transport, scenario, self._runs)

    def execute(self, run: Run) -> Executed:
        """Take a run. Raises NotOnTheWire where a step has no form here, and LiveError."""
        party, since = self.party(run.scenario), len(self.transport.transcript)
        for number, step in enumerate(run.steps, 1):
            try:
                party.take(step)
            except Disagreement as disagreement:
                return Executed(tuple(self.transport.transcript[since:]), number, disagreement)
            except NotFresh as twice:
                return Executed(tuple(self.transport.transcript[since:]), number, not_fresh=twice)
        return Executed(tuple(self.transport.transcript[since:]))


def touches_the_server(run: Run) -> bool:
    """Whether the run has a step of an honest server's."""
    return any(step.role in (AUTHORIZATION_SERVER, RESOURCE_SERVER) for step in run.steps)


USUAL = "what is asked of every server"
"""What would stop an attack that no extension is needed for."""


class Searches:
    """What the model finds of attacks at a server: every search once, `jobs` at a time."""

    def __init__(self, target: Target, measured: Measured, jobs: int = 1) -> None:
        self._target, self._measured, self._jobs = target, measured, jobs
        self._known: dict[tuple[Attack, Scenario], Result] = {}

    def ask(self, attacks: Iterable[Attack], progress: Note | None = None) -> None:
        """Search for all of these attacks, with careful and with careless clients."""
        asked: dict[tuple[Attack, Scenario], Question] = {}
        for attack, careful in product(attacks, (True, False)):
            with suppress(NotApplicable):
                scenario = self.scenario(attack, careful)
                asked[attack, scenario] = Question(scenario, attack.breaks, frozenset(attack.breaks[:1]))
        keys = list(asked)
        for number, result in results(list(asked.values()), jobs=self._jobs, note=progress):
            self._known[keys[number]] = result

    def scenario(self, attack: Attack, careful: bool, measured: Measured | None = None) -> Scenario:
        """The scenario of an attack. Raises NotApplicable."""
        return scenario_of(attack, measured or self._measured, self._target, careful=careful).bounded(states=STATES)

    def find(self, attack: Attack, scenario: Scenario) -> tuple[Goal, Run] | None:
        """The most telling goal that the attacker breaks in a scenario, and a shortest run to that; None for no run.

        Raises NotApplicable where the search was cut before it found any: then nothing is known.
        """
        result = self._known.get((attack, scenario))
        if result is None:
            result = self._known[attack, scenario] = check(scenario, attack.breaks, enough=attack.breaks[:1])
        for goal in attack.breaks:
            verdict = result[goal]
            if verdict.holds is False and verdict.run is not None:
                return goal, verdict.run
        if not result.complete:
            raise NotApplicable(f"the search was cut after {result.states:,} states, and found no run so far")
        return None

    def needs_to_know(self, attack: Attack, careful: bool) -> str | None:
        """What could not be measured and decides whether there is a run; None if there is one either way."""
        try:
            found = self.find(attack, self.scenario(attack, careful, self._measured.at_best))
        except NotApplicable as missing:
            return str(missing)
        if found is not None:
            return None
        return (
            f"whether there is a run depends on what could not be measured: {', '.join(sorted(self._measured.unknown))}"
        )

    def stopped_by(self, attack: Attack, careful: bool) -> str | None:
        """What the server could enforce to stop it: USUAL for what is asked of every server, else an extension's slug.

        None if nothing that was looked at would: then it is not the server's to stop. Of extensions those are searched
        that the catalogue says stop the attack, and requests past the browser; they count where honest runs still end.
        """
        best = self._measured.all_on
        with suppress(NotApplicable):
            if self.find(attack, self.scenario(attack, careful, best)) is None:
                return USUAL
            scenario = self.scenario(attack, careful, best)
            for mitigations in (*attack.stopped_by, (PUSHED_REQUESTS,)):
                if all(each.extension and each.slug in self._measured.off for each in mitigations):
                    stronger = scenario.plus(*mitigations)
                    result = check(stronger, (*attack.breaks, honest_run_reaches_its_end), enough=attack.breaks[:1])
                    if all(verdict.holds for verdict in result.verdicts):
                        return " + ".join(each.slug for each in mitigations)
        return None


def outcomes(
    rig: Rig,
    searches: Searches,
    attacks: Iterable[Attack] = ATTACKS,
    progress: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """What becomes of each attack: with careful clients, and where they are safe, with careless ones."""
    for attack in attacks:
        if progress is not None:
            progress(attack.slug)
        careful = _outcome(rig, searches, attack, careful=True)
        if careful.state != "stopped":
            yield careful
            continue
        careless = _outcome(rig, searches, attack, careful=False)
        yield careless if careless.state != "stopped" else careful


def _outcome(rig: Rig, searches: Searches, attack: Attack, *, careful: bool) -> Outcome:
    try:
        scenario = searches.scenario(attack, careful)
        found = searches.find(attack, scenario)
    except NotApplicable as missing:
        return Outcome(attack.slug, "not applicable", str(missing), careful)
    if found is None:
        whole = ", as long as no server breaks down" if attack.faults_happen else ""
        return Outcome(attack.slug, "stopped", f"the model finds no run: {scenario.bounds}{whole}", careful)
    goal, run = found
    told = Outcome(attack.slug, "succeeded", "", careful, searches.stopped_by(attack, careful), goal.slug, run=run)
    if not touches_the_server(run):
        return replace(told, state="not applicable", because="the server has no part in it")
    unclear = searches.needs_to_know(attack, careful)
    if unclear is not None:
        return replace(told, state="not applicable", because=unclear)
    try:
        done = rig.execute(run)
    except NotOnTheWire as missing:
        return replace(told, state="not applicable", because=str(missing))
    if done.stopped_at is None:
        return replace(told, exchanges=done.exchanges)
    failure = done.disagreement or done.not_fresh
    seen = str(done.disagreement.seen) if done.disagreement else None
    return replace(
        told, state="refused", because=str(failure), step=done.stopped_at, answer=seen, exchanges=done.exchanges
    )
