"""Runs, flows and machines of the model as drawings: nothing of the RFC is hidden, nothing is made up."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from oauth_model.assembly import machines_of
from oauth_model.attacks import ATTACKS, EVERYTHING
from oauth_model.checkers.exhaustive import check, honest, witness
from oauth_model.drawing import (
    Arrow,
    DrawingError,
    Edge,
    MachineDrawing,
    Pill,
    Sequence,
    draw_flow,
    draw_machine,
    draw_run,
    find_dot,
    flow_drawing,
    machine_drawing,
    role_drawing,
    run_drawing,
)
from oauth_model.facts import Ended
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import Evidence, honest_run_reaches_its_end, sometimes
from oauth_model.messages import AUTHORIZATION_SERVER, CLIENT, RESOURCE_SERVER, ROLES, USER_AGENT
from oauth_model.mitigations import AUDIENCE, CODE_SINGLE_USE, PKCE_REQUIRED, REPLAY_REVOKES
from oauth_model.run import Run, RunStep
from oauth_model.scenario import Scenario

pytestmark = pytest.mark.xdist_group("drawn runs")

HARDENED = Scenario((AUTHORIZATION_CODE,), EVERYTHING)
DRAWN = ("code-injection", "mix-up", "browser-swapping")
LONGEST = 25
"""Pictures with more arrows than this are hard to read."""


@cache
def attack_run(slug: str) -> Run:
    attack = next(attack for attack in ATTACKS if attack.slug == slug)
    run = check(attack.scenario, attack.breaks[:1])[attack.breaks[0]].run
    assert run is not None
    return run


@cache
def honest_run() -> Run:
    run = witness(honest(HARDENED), honest_run_reaches_its_end)
    assert run is not None
    return run


def arrows(drawing: Sequence) -> list[Arrow]:
    return [item for item in drawing.items if isinstance(item, Arrow)]


def pills(drawing: Sequence, lane: str) -> list[str]:
    return [item.text for item in drawing.items if isinstance(item, Pill) and item.lane == lane]


# ------------------------------------------------------------------ honest runs


def test_the_flow_of_the_code_grant_reads_like_the_rfc() -> None:
    drawing = flow_drawing(HARDENED)
    assert [lane.kind for lane in drawing.lanes] == list(ROLES)
    assert [arrow.title for arrow in arrows(drawing)] == [
        "click",
        "login request",
        "redirect: authorization request",
        "authorization request",
        "login and consent page",
        "login and consent page",
        "login and consent",
        "login and consent",
        "redirect: authorization response",
        "authorization response",
        "token request",
        "token response",
        "resource request",
        "resource response",
        "page",
    ]
    assert [arrow.channel for arrow in arrows(drawing)] == [
        *("ui", "front", "front", "front"),
        *("ui", "ui", "ui", "ui"),
        *("front", "front", "back", "back", "back", "back", "ui"),
    ]
    assert drawing.banner is not None
    assert not drawing.banner.broken
    assert drawing.banner.title == "Alice is signed in at client.example"
    assert str(honest(HARDENED).bounds) in drawing.banner.subtitle


def test_parameters_are_told_once_and_secrets_stay_symbolic() -> None:
    told = {arrow.title: arrow.detail for arrow in arrows(flow_drawing(HARDENED))}
    redirect = told["redirect: authorization request"]
    assert "state=state#1, code_challenge=S256(verifier#1)" in redirect
    assert "redirect_uri=www.client.example/cb/as.example" in redirect
    assert told["authorization request"] == "at as.example/authorize"
    assert told["authorization response"] == "at www.client.example/cb/as.example, cookie=client.example#1"
    assert "code_verifier=verifier#1" in told["token request"]


def test_a_token_in_the_front_channel_is_remarked() -> None:
    implicit = flow_drawing(Scenario((IMPLICIT,)))
    assert "token issued: token#1 in the front channel" in pills(implicit, "as.example")
    assert not any("front channel" in text for text in pills(flow_drawing(HARDENED), "as.example"))


def test_a_flow_that_never_ends_well_is_not_drawn() -> None:
    with pytest.raises(DrawingError, match="no honest run reaches its end within 2 client runs"):
        flow_drawing(Scenario((AUTHORIZATION_CODE,)).plus(PKCE_REQUIRED))


# ------------------------------------------------------------------ attacks


@pytest.mark.parametrize("slug", DRAWN)
def test_every_message_between_parties_is_an_arrow(slug: str) -> None:
    run, drawing = attack_run(slug), run_drawing(attack_run(slug))
    told = arrows(drawing)
    assert len(told) <= LONGEST
    for step in run.steps:
        ends = {step.envelope.sender.party, step.envelope.receiver.party}
        between_human_and_browser = ends <= {"alice", "alice's browser"}
        if step.kind != "own" and not between_human_and_browser:
            assert any(arrow.title.endswith(step.name) for arrow in told), step
        for envelope in step.sent:
            if not run.scenario.full_cast.honest(envelope.receiver.party):
                assert any(a.title.endswith(envelope.message.name) and a.channel == "attacker" for a in told)
    assert drawing.banner is not None
    assert drawing.banner.broken
    assert "RFC" in drawing.banner.subtitle


@pytest.mark.parametrize("slug", DRAWN)
def test_human_and_browser_share_a_lane_where_there_is_an_attacker(slug: str) -> None:
    drawing = run_drawing(attack_run(slug))
    assert next(lane for lane in drawing.lanes if lane.key == "alice").subtitle == "resource owner and browser"
    assert "alice's browser" not in [lane.key for lane in drawing.lanes]
    assert all(arrow.source != arrow.dest for arrow in arrows(drawing))
    assert {arrow.channel for arrow in arrows(drawing)} >= {"attacker", "front", "ui"}


def test_what_goes_to_the_attackers_server_is_told_with_what_it_learns() -> None:
    drawing = run_drawing(attack_run("mix-up"))
    items = list(drawing.items)
    last = items.index(arrows(drawing)[-1])
    request = items[last]
    assert isinstance(request, Arrow)
    assert (request.source, request.dest, request.title) == ("client.example", "evil-as.example", "token request")
    assert items[last + 1 :] == [Pill("evil-as.example", "learns code#1, verifier#2", "bad")]
    assert "token requested: takes code#1 for one of evil-as.example" in pills(drawing, "client.example")
    assert [lane.key for lane in drawing.lanes if lane.hostile] == ["attacker", "evil-as.example"]


def test_what_is_read_on_the_way_stands_under_the_message() -> None:
    drawing = run_drawing(attack_run("code-injection"))
    (at,) = [number for number, item in enumerate(drawing.items) if isinstance(item, Pill) and "reads" in item.text]
    above, pill = drawing.items[at - 1], drawing.items[at]
    assert isinstance(above, Arrow)
    assert above.title == "redirect: authorization response"
    assert pill == Pill("attacker", "reads code#1, state#1", "bad")
    assert "#2 logged in: the attacker as Alice" in pills(drawing, "client.example")
    assert pills(drawing, "attacker")[-1] == "learns resource of alice"


def test_what_nobody_took_is_still_on_its_way() -> None:
    told = arrows(run_drawing(attack_run("code-injection")))
    (waiting,) = [arrow for arrow in told if arrow.title == "authorization response, still on its way"]
    assert (waiting.source, waiting.dest) == ("alice", "client.example")


def test_a_refusal_is_told() -> None:
    run = honest_run()
    request = next(number for number, step in enumerate(run.steps) if step.name == "token request")
    refused = replace(run.steps[request], refused=True, dest=run.steps[request].source, facts=(), sent=())
    drawing = run_drawing(replace(run, steps=(*run.steps[:request], refused)))
    assert pills(drawing, "as.example")[-1] == "refuses the token request"
    assert drawing.banner is None


@sometimes("RFC 6749 section 4.2.2")
def a_token_has_expired(world: Evidence) -> bool:
    """A token's lifetime has ended."""
    return any(not ended.revoked for ended in world.all(Ended))


def test_a_step_that_sends_nothing_is_an_arrow_to_oneself() -> None:
    run = witness(replace(HARDENED, time_passes=True), a_token_has_expired)
    assert run is not None
    loop = arrows(run_drawing(run))[-1]
    assert (loop.source, loop.dest, loop.title) == ("as.example", "as.example", "expire")


def test_titles_and_goals_of_a_users_own() -> None:
    run = replace(attack_run("mix-up"), broken="my-own-goal")
    drawing = run_drawing(run, "Mine", "under it")
    assert (drawing.title, drawing.subtitle) == ("Mine", "under it")
    assert drawing.banner is not None
    assert drawing.banner.title == "Broken: “my own goal”"
    named = run_drawing(run)
    assert named.title == "Authorization code grant"
    assert named.subtitle == (
        "attacker: web, is-authorization-server · every mitigation on but iss, distinct-redirect-uris"
    )
    assert run_drawing(Run(Scenario(), ())).subtitle == "no mitigation on"
    assert run_drawing(Run(Scenario().plus(AUDIENCE), ())).subtitle == "on: audience"


def test_a_run_remembers_what_was_sent() -> None:
    steps: tuple[RunStep, ...] = honest_run().steps
    sent = [envelope for step in steps for envelope in step.sent]
    assert all(step.envelope in sent for step in steps if step.kind == "deliver")
    to_attacker = [
        envelope.message.name
        for step in attack_run("mix-up").steps
        for envelope in step.sent
        if envelope.receiver.party == "evil-as.example"
    ]
    assert to_attacker == ["authorization request", "token request"]


# ------------------------------------------------------------------ machines


def edges(drawing: MachineDrawing, event: str, source: str) -> list[Edge]:
    return [edge for edge in drawing.edges if (edge.event, edge.source) == (event, source)]


def test_the_checks_of_a_mitigation_are_guards_where_it_is_on() -> None:
    for scenario, there in ((HARDENED, True), (Scenario(), False)):
        (redeemed,) = edges(role_drawing(scenario, AUTHORIZATION_SERVER), "token request", "code issued")[:1]
        assert ("verifier matches challenge" in redeemed.guards) is there
        assert redeemed.effect == "issue access token"


def test_rows_that_cannot_fire_are_left_out() -> None:
    hardened = role_drawing(HARDENED, AUTHORIZATION_SERVER)
    assert {"redeemed twice", "code expired", "failed", "replayed"}.isdisjoint(hardened.states())
    weak = role_drawing(replace(Scenario(), time_passes=True, faults_happen=True), AUTHORIZATION_SERVER)
    assert {"redeemed twice", "code expired", "failed"} <= set(weak.states())
    denying = role_drawing(HARDENED.without(REPLAY_REVOKES), AUTHORIZATION_SERVER)
    assert "replayed" in denying.failed
    assert "revoked" not in denying.states()
    replaying = role_drawing(HARDENED.without(CODE_SINGLE_USE, REPLAY_REVOKES), AUTHORIZATION_SERVER)
    assert "redeemed twice" in replaying.finals
    assert "redeemed twice" not in replaying.failed


def test_without_a_scenario_every_row_is_drawn() -> None:
    for machine in machines_of(HARDENED).values():
        drawing = machine_drawing(machine)
        assert len(drawing.edges) >= len(machine.rows)
        assert {state.replace("_", " ") for state in machine.states} == set(drawing.states())
        assert drawing.title == machine.role.capitalize()


def test_refusals_are_red_and_a_row_for_any_state_is_drawn_from_each() -> None:
    drawing = role_drawing(HARDENED, AUTHORIZATION_SERVER)
    answers = [edge for edge in drawing.edges if edge.effect == "answer token error"]
    assert [edge.source for edge in answers] == [edge.dest for edge in answers]
    assert {edge.source for edge in answers} == set(drawing.states())
    assert all(edge.refused for edge in answers)
    assert not edges(drawing, "denial", "asking")[0].refused


def test_finals_and_failures() -> None:
    client = role_drawing(HARDENED, CLIENT)
    assert (set(client.finals), client.failed) == ({"logged in", "failed"}, ("failed",))
    assert role_drawing(HARDENED, RESOURCE_SERVER).finals == ()
    browser = role_drawing(HARDENED, USER_AGENT)
    assert edges(browser, "any front-channel message", "blank")[0].guards == ("window can be lured",)
    assert [edge.event for edge in browser.edges if edge.source == "showing page"] == ["login and consent", "denial"]


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(DrawingError, match="no role 'server'; roles: resource owner, user agent"):
        role_drawing(HARDENED, "server")


# ------------------------------------------------------------------ files


def test_everything_is_written(tmp_path: Path) -> None:
    picture = "svg" if find_dot() else "mmd"
    written = [
        *draw_run(attack_run("mix-up"), tmp_path / "run", "Mine"),
        *draw_flow(HARDENED, tmp_path / "flow"),
        *draw_machine(HARDENED, CLIENT, tmp_path / "machine", subtitle="under it"),
    ]
    names = [f"{stem}.{suffix}" for stem in ("run", "flow", "machine") for suffix in ("gv", picture)]
    assert [path.name for path in written] == names
    assert written[0].read_text(encoding="utf-8").startswith('digraph "Mine" {')
    assert "under it" in written[4].read_text(encoding="utf-8")
