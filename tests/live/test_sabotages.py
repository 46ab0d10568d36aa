"""Ten mistakes of the demo server's token endpoint: a probe finds each of them, and shows it in a few requests."""

from dataclasses import replace

import pytest

from oauth_model.live.again import again
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.demo.switches import SABOTAGES
from oauth_model.live.findings import Report
from oauth_model.live.manners import Manners
from oauth_model.names import InputError
from oauth_model.replay import SavedRun, SavedStep
from oauth_model.run import Run
from tests.live.probing import SMALL, finding, report_of, told

pytestmark = pytest.mark.xdist_group("live-sabotages")

FOUND = {
    "accepts-replay": [("policy", "code-single-use", 4), ("race", "codes-are-single-use", 8)],
    "ignores-verifier": [("policy", "pkce-s256", 7)],
    "ignores-client": [("policy", "code-bound-to-client", 6)],
    "forgets-to-revoke": [("policy", "replay-revokes", 6)],
    "leaks-token-in-redirect": [("disagreement", "credential-leak", 6)],
    "wrong-audience": [("disagreement", "resource-request", 6)],
    "wider-scope": [("policy", "scope-subset", 3), ("disagreement", "token-request", 5)],
    "accepts-expired-code": [("policy", "code-lifetime", 3)],
    "accepts-any-redirect-uri": [("policy", "redirect-uri-at-token-endpoint", 3)],
    "non-atomic-redemption": [("race", "codes-are-single-use", 8)],
}
"""By its name what finds a sabotage: kinds and rules, and in how many exchanges at most it is shown."""


WALKS = replace(SMALL, examples=30)
"""More than are needed: another version of Hypothesis draws other walks, and few come to a token that leaks."""


@pytest.fixture(scope="module")
def sound() -> Report:
    """The probe of a server without a mistake."""
    return report_of(DemoAdapter(), WALKS)


def test_a_server_without_a_mistake_has_nothing_above_a_note(sound: Report) -> None:
    assert not [each for each in sound.findings if each.level != "note"]
    assert not sound.is_broken and sound.cut is None
    assert sound.walk is not None and sound.walk.asked > 100


@pytest.mark.parametrize("sabotage", [each.name for each in SABOTAGES])
def test_a_sabotage_is_found_in_a_few_exchanges(sabotage: str, sound: Report) -> None:
    report = report_of(DemoAdapter(sabotage=sabotage), WALKS)
    for kind, rule, most in FOUND[sabotage]:
        assert (kind, rule) in told(report) - told(sound)
        assert 1 <= len(finding(report, kind, rule).exchanges) <= most
    for each in report.findings:
        if each.kind == "disagreement" and each.run is not None and each.level != "note":
            assert each.run.steps[-1].name in each.summary
            assert comes_again(sabotage, each.run), "the run shows it again"


def comes_again(sabotage: str, run: Run, without: int | None = None) -> bool:
    """Whether a run, or what is left of it without a step, ends in an answer that the model does not allow."""
    steps = [SavedStep(step.kind, step.session, step.envelope) for step in run.steps]
    if without is not None:
        del steps[without]
    try:
        return again(DemoAdapter(sabotage=sabotage), Manners(), SavedRun(run.scenario, tuple(steps))).reason != ""
    except InputError:
        return False


def test_no_step_of_a_disagreement_can_be_left_out() -> None:
    run = finding(report_of(DemoAdapter(sabotage="wider-scope")), "disagreement", "token-request").run
    assert run is not None
    needed = [number for number in range(len(run.steps)) if not comes_again("wider-scope", run, without=number)]
    assert needed == list(range(len(run.steps)))
