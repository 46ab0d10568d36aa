"""What comes out of a probe: measurements, outcomes of attacks, findings, and all of it together.

Plain records: they say what was asked and what was seen, and carry the exchanges that show it. How they are
printed is `reports`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from oauth_model.live.exchange import Exchange
from oauth_model.run import Run

State = Literal["on", "off", "unknown"]
Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Measurement:
    """Whether the server enforces a mitigation, named by its slug, and what showed it.

    "unknown" where it could not be told, and `because` says why.
    """

    mitigation: str
    state: State
    because: str
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Something that the server's metadata or its adapter says, and that was measured otherwise (RFC 8414)."""

    name: str
    said: str
    measured: str


@dataclass(frozen=True)
class Outcome:
    """What became of an attack of the catalogue at this server.

    "succeeded": the run that the model found went through to its end. "refused": the server refused at `step` of the
    run, with `answer`. "stopped": the model finds no run under the measured policy. "not applicable": the attack
    needs what this server has not, or cannot be tried on; `because` says what. `careful` is whether its client does
    everything that a client can; `stopped_by` is what a server could enforce to stop it: None if nothing would.
    """

    attack: str
    state: Literal["succeeded", "refused", "stopped", "not applicable"]
    because: str
    careful: bool = True
    stopped_by: str | None = None
    goal: str | None = None
    step: int | None = None
    answer: str | None = None
    run: Run | None = None
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Race:
    """Requests that arrived at the same time: in each of `trials` there were `at_once`; `successes` of each trial.

    Where there was nothing to try, `trials` is 0 and `because` says why.
    """

    what: str
    trials: int
    at_once: int
    successes: tuple[int, ...]
    exchanges: tuple[Exchange, ...] = ()
    because: str = ""

    @property
    def broken(self) -> bool:
        """Whether more than one of them went through, ever."""
        return any(count > 1 for count in self.successes)

    @property
    def state(self) -> Literal["broken", "holds", "unknown", "not applicable"]:
        """What it shows: nothing where in no trial anything went through, for then nothing could come twice."""
        if not self.successes:
            return "not applicable"
        return "broken" if self.broken else "holds" if any(self.successes) else "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be, with all that shows it.

    `rule` is the slug of the attack, goal or mitigation that it is about and stays the same from probe to probe;
    `reference` an RFC section. An "error" breaks a security goal, a "warning" is a protection that is not there or an
    answer that the model does not allow, a "note" something to know. `run` is the shortest run, `exchanges` its HTTP.
    """

    kind: Literal["attack", "disagreement", "goal", "policy", "freshness", "race"]
    rule: str
    title: str
    reference: str
    level: Level
    summary: str
    run: Run | None = None
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Walk:
    """What random walks saw: how many, of how many steps each, and how often the server was asked on the way."""

    examples: int
    steps: int
    asked: int


@dataclass(frozen=True)
class Report:
    """A whole probe of one server. `bound` says what it was allowed, `cut` why it ended before its end, if it did."""

    target: str
    title: str
    measurements: tuple[Measurement, ...] = ()
    differences: tuple[Difference, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    races: tuple[Race, ...] = ()
    walk: Walk | None = None
    findings: tuple[Finding, ...] = ()
    requests: int = 0
    bound: str = ""
    cut: str | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def is_broken(self) -> bool:
        """Whether a security goal is broken: the exit status."""
        return any(finding.level == "error" for finding in self.findings)
