"""A whole probe of each target: it measures, walks and reports to the end, and the model's honest run goes through.

Nothing is said of what a server does well or badly: that is for those who make it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from oauth_model.checkers.exhaustive import honest, witness
from oauth_model.deployment import load
from oauth_model.goals import honest_run_reaches_its_end
from oauth_model.live.adapter import Adapter, Target
from oauth_model.live.attacks import Rig, touches_the_server
from oauth_model.live.manners import Manners
from oauth_model.live.policy import Measured
from oauth_model.live.probe import Plan, Probed, probe, walked_scenario
from oauth_model.live.reports import as_json, as_junit, as_sarif, as_text, write
from oauth_model.live.transport import Transport
from tests.live.targets import TARGETS
from tests.live.targets_js import TARGETS_JS, packages

ADAPTERS: dict[str, type[Adapter]] = {**TARGETS, **TARGETS_JS}
PLAN = Plan(parts=("walks",), examples=10, steps=20)
LIVE = "OAUTH_MODEL_LIVE"


def _marks(slug: str) -> list[pytest.MarkDecorator]:
    """One worker for each target; those from npm are all in the one that has their other tests."""
    if slug in TARGETS_JS:
        return [pytest.mark.network, pytest.mark.xdist_group("npm")]
    return [pytest.mark.xdist_group(f"target {slug}")]


@dataclass(frozen=True)
class Seen:
    """A target that was probed; `said` is everything that was told on the way."""

    adapter: Adapter
    probed: Probed
    said: tuple[str, ...]


@pytest.fixture(scope="module", params=[pytest.param(slug, marks=_marks(slug)) for slug in ADAPTERS])
def seen(request: pytest.FixtureRequest) -> Seen:
    if request.param in TARGETS_JS:
        try:
            packages.node()
            if not packages.are_installed() and os.environ.get(LIVE) != "1":
                pytest.skip(f"the servers from npm are not installed; `make live`, or {LIVE}=1, installs them")
            packages.install()
        except packages.NotHere as missing:
            pytest.skip(str(missing))
    adapter, said = ADAPTERS[request.param](), list[str]()
    return Seen(adapter, probe(adapter, Manners(), PLAN, said.append), tuple(said))


@pytest.fixture
def started(seen: Seen) -> Iterator[Target]:
    try:
        yield seen.adapter.start()
    finally:
        seen.adapter.stop()


def test_an_honest_run_gets_through_so_that_things_are_measured(seen: Seen) -> None:
    measurements = seen.probed.report.measurements
    assert len(measurements) > 30
    assert not [each.because for each in measurements if each.because.startswith("an honest ")]
    assert {each.mitigation for each in measurements if each.state != "unknown"} >= {
        "exact-redirect-uri", "pkce-s256", "pkce-required", "client-authentication", "code-bound-to-client",
        "redirect-uri-at-token-endpoint", "code-single-use", "code-lifetime", "replay-revokes", "see-other", "iss",
        "framing-refused", "no-implicit", "response-mode-locked", "token-in-header-only",
    }  # fmt: skip


def test_the_choices_that_its_adapter_tells_of_are_those_that_are_measured(seen: Seen) -> None:
    assert not [each for each in seen.probed.report.differences if each.name.startswith("adapter: ")]


def test_walks_come_to_their_end(seen: Seen) -> None:
    report = seen.probed.report
    assert report.cut is None and report.walk is not None
    assert report.walk.examples == PLAN.examples and report.walk.asked > 10
    assert seen.said[-1].startswith("random walks")


def test_the_models_honest_run_is_the_servers(seen: Seen, started: Target) -> None:
    scenario = honest(walked_scenario(Measured.of(seen.probed.report.measurements), started))
    run = witness(scenario, honest_run_reaches_its_end)
    assert run is not None and touches_the_server(run)
    with Transport(Manners().with_host_of(*started.origins())) as transport:
        done = Rig(seen.adapter, started, transport).execute(run)
    assert (done.stopped_at, done.disagreement, done.not_fresh) == (None, None, None)
    assert any(each.purpose == "token request" for each in done.exchanges)
    assert any(each.purpose == "resource request" for each in done.exchanges)


def test_what_was_measured_is_a_deployment(seen: Seen, tmp_path: Path) -> None:
    assert seen.probed.deployment is not None
    file = tmp_path / "deployment.toml"
    file.write_text(seen.probed.deployment, encoding="utf-8")
    policy = load(str(file)).setups[0].scenario.policy
    on = {each.mitigation for each in seen.probed.report.measurements if each.state == "on"}
    assert on <= set(policy.slugs)


def test_reports_are_written_and_have_no_secrets(seen: Seen, tmp_path: Path) -> None:
    report = seen.probed.report
    written = write(report, tmp_path / "report", deployment=seen.probed.deployment)
    assert written.paths
    assert all(told(report) for told in (as_text, as_json, as_sarif, as_junit))
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in written.paths]
    assert not [secret for secret in report.secrets if any(secret in text for text in texts)]
