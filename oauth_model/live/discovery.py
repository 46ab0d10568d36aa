"""Policy discovery: which mitigations a running server enforces, measured by one small experiment for each.

What comes out is what the model needs to behave as this server does: the mitigations that are on, the choices that
the RFCs leave open (`Dialect`), and facts such as the rule by which redirection URIs are compared. How it is written
as a deployment file is `measured_deployment`, how it differs from what the server says of itself `differences`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from oauth_model.live.adapter import Dialect
from oauth_model.live.differences import differences
from oauth_model.live.experiments import EXPERIMENTS, Bench, Experiment, Facts, Unclear, freshness
from oauth_model.live.findings import Difference, Finding, Measurement, State
from oauth_model.live.lab import Lab
from oauth_model.live.manners import BoundReached
from oauth_model.live.measured_deployment import deployment

Progress = Callable[[int, int, str], None]
"""Called before each experiment with how many are done, how many there are, and the name of the next."""


@dataclass(frozen=True)
class Discovery:
    """What was measured of one server.

    `client_id` is the client that it was measured with, `confidential` whether it has a secret. `findings` are codes
    and tokens that are not fresh; `requests` what each experiment cost, by its name. `cut` says why it ended early.
    """

    client_id: str
    confidential: bool
    measurements: tuple[Measurement, ...] = ()
    dialect: Dialect = field(default_factory=Dialect)
    facts: Facts = field(default_factory=Facts)
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    cut: str | None = None

    def state(self, mitigation: str) -> State:
        """What was measured of a mitigation; "unknown" for one of which nothing was."""
        return next((each.state for each in self.measurements if each.mitigation == mitigation), "unknown")


def discover(
    lab: Lab,
    progress: Progress | None = None,
    *,
    client: str | None = None,
    experiments: Sequence[Experiment] = EXPERIMENTS,
) -> Discovery:
    """Make all experiments, with the client of this name (else the confidential, else the public one).

    Raises LiveError where the server cannot be reached, has no such client, or nobody can log in. An experiment that
    cannot be made for another reason leaves its mitigations unknown.
    """
    bench = Bench.of(lab, client)
    metadata = bench.metadata()
    refusal = _first_request(bench)
    measurements: list[Measurement] = []
    requests: dict[str, int] = {}
    cut: str | None = None
    for done, experiment in enumerate(experiments):
        if progress is not None:
            progress(done, len(experiments), experiment.slug)
        before = lab.transport.allowance.made
        try:
            measurements.extend(_perform(experiment, bench, cut or refusal))
        except BoundReached as bound:
            cut = str(bound)
            measurements.extend(Measurement(slug, "unknown", cut) for slug in experiment.measures)
        requests[experiment.slug] = lab.transport.allowance.made - before
    if progress is not None:
        progress(len(experiments), len(experiments), "")
    found = tuple(measurements)
    return Discovery(
        bench.client.client_id,
        bench.client.secret is not None,
        found,
        bench.dialect,
        bench.facts,
        differences(metadata, lab.target, bench.dialect, bench.facts, found),
        freshness(bench),
        requests,
        cut,
    )


def _first_request(bench: Bench) -> str | None:
    """Whether an authorization request is granted at all: None, or why not, which is then so for every experiment."""
    try:
        bench.honest()
    except Unclear as why:
        return str(why)
    return None


def _perform(experiment: Experiment, bench: Bench, because: str | None) -> tuple[Measurement, ...]:
    """Make one, or say why it makes no sense. Raises LiveError where the server does not answer any more."""
    if because is not None:
        return tuple(Measurement(slug, "unknown", because) for slug in experiment.measures)
    found = experiment.perform(bench)
    if any(exchange.answer is None for exchange in bench.exchanges()):
        _first_request(bench)
    return found


__all__ = ["Discovery", "Progress", "differences", "discover", "deployment"]
