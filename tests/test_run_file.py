"""Run files: what is saved is replayed as it was, and what no longer applies says why."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_model.attackers import BROWSES, IS_AUTHORIZATION_SERVER, READS_RESPONSES, WEB, Attacker
from oauth_model.checkers.exhaustive import Judge, check, explore
from oauth_model.deployment.plain import decode, decode_scenario, encode, encode_scenario
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.goals import (
    Goal,
    grant_belongs_to_the_browser_that_consented,
    nobody_else_is_served,
    redirect_uris_match,
)
from oauth_model.machine import Envelope
from oauth_model.messages import AuthorizationResponse
from oauth_model.mitigations import (
    CLIENT_AUTHENTICATION,
    CODE_SINGLE_USE,
    EXACT_REDIRECT_URI,
    ISS,
    PKCE_REQUIRED,
    PKCE_S256,
    STATE,
    Mitigation,
    Policy,
)
from oauth_model.names import InputError
from oauth_model.run import Run
from oauth_model.run_file import SavedRun, from_plain, load, replay, save, to_plain
from oauth_model.scenario import SESSIONS, Bounds, Scenario
from oauth_model.terms import Code, Issuer
from oauth_model.world import Composition

WEAK = Scenario(policy=Policy([CODE_SINGLE_USE]), attacker=WEB, bounds=Bounds(forgeries=3))


def run_against(goal: Goal, scenario: Scenario = WEAK) -> Run:
    run = check(scenario, [goal])[goal].run
    assert run is not None
    return run


def saved(run: Run) -> SavedRun:
    return from_plain(json.loads(json.dumps(to_plain(run))), "run")


# ------------------------------------------------------------------ there and back


@pytest.mark.parametrize(
    "scenario",
    [
        WEAK,
        WEAK.attacked_by(WEB | READS_RESPONSES).plus(PKCE_S256, ISS, STATE),
        replace(WEAK, flows=(IMPLICIT, AUTHORIZATION_CODE), attacker=WEB | IS_AUTHORIZATION_SERVER).bounded(
            forgeries=1
        ),
        replace(WEAK.without_guard("issuer_is_mine"), time_passes=True, faults_happen=True).bounded(forgeries=1),
        WEAK.attacked_by(Attacker("own", "house rules", reads=(AuthorizationResponse,), browser=True)),
    ],
    ids=["weak", "mitigated", "implicit", "unguarded", "own attacker"],
)
def test_every_broken_goals_run_is_the_same_after_a_file(scenario: Scenario, tmp_path: Path) -> None:
    broken = check(scenario).broken
    assert broken
    for verdict in broken:
        if verdict.run is not None:
            save(verdict.run, tmp_path / "run.json")
            again = replay(load(tmp_path / "run.json"))
            assert again.holds_good, f"{verdict.goal}: step {again.failed_at}: {again.reason}"
            assert again.run == verdict.run


def test_every_message_of_a_search_is_the_same_after_json() -> None:
    composition = Composition(replace(WEAK, flows=(AUTHORIZATION_CODE, IMPLICIT)).plus(PKCE_S256).bounded(forgeries=1))
    explore(composition, Judge(composition, ()))
    envelopes = composition.envelopes.values
    assert len({type(envelope.message) for envelope in envelopes}) > 15
    for envelope in envelopes:
        assert decode(json.loads(json.dumps(encode(envelope))), Envelope, "envelope") == envelope


def test_a_file_is_written_the_same_way_twice(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        save(run_against(redirect_uris_match), tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_what_has_no_name_cannot_be_saved(tmp_path: Path) -> None:
    own = Mitigation("of-a-function", "made inside a function", "house rules")
    run = run_against(redirect_uris_match, WEAK.plus(own))
    with pytest.raises(InputError, match="the mitigation 'of-a-function' cannot be named"):
        save(run, tmp_path / "run.json")
    with pytest.raises(InputError, match="cannot be written"):
        save(run_against(redirect_uris_match), tmp_path / "no such folder" / "run.json")


def test_a_scenario_is_the_same_as_plain_data() -> None:
    scenario = replace(WEAK.attacked_by(WEB | READS_RESPONSES).plus(ISS), time_passes=True)
    assert encode_scenario(scenario)["attacker"] == "web+reads-responses"
    assert decode_scenario(json.loads(json.dumps(encode_scenario(scenario))), "scenario") == scenario


# ------------------------------------------------------------------ what no longer applies


@pytest.mark.parametrize(
    ("goal", "mitigation", "step", "reason"),
    [
        (
            redirect_uris_match,
            EXACT_REDIRECT_URI,
            1,
            "the guard redirect_uri_is_registered of the authorization server",
        ),
        (redirect_uris_match, PKCE_REQUIRED, 1, "the guard challenge_is_present of the authorization server refuses"),
        (nobody_else_is_served, CLIENT_AUTHENTICATION, 9, "the guard client_is_authenticated of the authorization"),
        (nobody_else_is_served, ISS, 8, "the authorization response on its way has iss=as.example, not None"),
    ],
    ids=lambda value: str(value),
)
def test_the_step_and_the_guard_are_named(goal: Goal, mitigation: Mitigation, step: int, reason: str) -> None:
    old = saved(run_against(goal))
    again = replay(replace(old, scenario=old.scenario.plus(mitigation)))
    assert not again.holds_good
    assert again.failed_at == step
    assert again.reason.startswith(reason)
    assert len(again.run.steps) == step - 1


def test_a_lured_browsers_request_names_the_guard_at_the_other_end() -> None:
    run = run_against(nobody_else_is_served)
    assert run.steps[0].kind == "lure"
    old = saved(run)
    again = replay(replace(old, scenario=old.scenario.plus(EXACT_REDIRECT_URI)))
    assert (again.failed_at, again.reason) == (
        1,
        "the guard redirect_uri_is_registered of the authorization server refuses the authorization request",
    )


def test_what_the_attacker_does_not_know_it_cannot_send() -> None:
    old = saved(run_against(nobody_else_is_served))
    number = next(n for n, step in enumerate(old.steps) if step.envelope.message.name == "token request")
    early = replace(old, steps=(*old.steps[:1], old.steps[number]))
    assert replay(early).failed_at == 2
    envelope = old.steps[number].envelope
    other = replace(envelope, message=replace(envelope.message, code=Code("elsewhere.example", 7)))  # type: ignore[call-arg]
    steps = (*old.steps[:number], replace(old.steps[number], envelope=other))
    assert (
        "the guard code_is_mine of the authorization server refuses the token request"
        in replay(replace(old, steps=steps)).reason
    )


def test_another_message_of_the_same_effect_is_as_good() -> None:
    injects = WEAK.plus(EXACT_REDIRECT_URI, STATE).attacked_by(BROWSES | READS_RESPONSES)
    run = run_against(grant_belongs_to_the_browser_that_consented, injects)
    old = saved(run)
    number, step = next(
        (number, step)
        for number, step in enumerate(old.steps)
        if step.kind == "send" and isinstance(step.envelope.message, AuthorizationResponse)
    )
    message = replace(step.envelope.message, iss=Issuer("as.example"))  # nobody looks at it here
    steps = (
        *old.steps[:number],
        replace(step, envelope=replace(step.envelope, message=message)),
        *old.steps[number + 1 :],
    )
    assert replay(replace(old, steps=steps)).run == run


def test_a_run_that_goes_through_without_breaking_its_goal_does_not_hold_good() -> None:
    old = saved(run_against(redirect_uris_match))
    again = replay(replace(old, steps=old.steps[:1]))
    assert (again.failed_at, again.holds_good) == (None, False)
    assert again.reason == "the goal redirect-uris-match is not broken at its end"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda scenario: scenario.bounded(client_runs=1, windows=1), "there is no session"),
        (lambda scenario: scenario.bounded(forgeries=0), "which is the bound"),
        (lambda scenario: replace(scenario, attacker=Attacker("far-away", "-")), "cannot send this"),
    ],
    ids=["no session", "bound", "attacker"],
)
def test_other_reasons_are_told(change: Callable[[Scenario], Scenario], reason: str) -> None:
    old = saved(run_against(nobody_else_is_served))
    again = replay(replace(old, scenario=change(old.scenario)))
    assert again.failed_at is not None
    assert reason in again.reason


# ------------------------------------------------------------------ bad files


def broken_file(change: Callable[[dict[str, Any]], object]) -> str:
    data = copy.deepcopy(to_plain(run_against(redirect_uris_match)))
    change(data)
    return json.dumps(data)


def put(value: object, *path: Any) -> Callable[[dict[str, Any]], object]:
    def change(data: dict[str, Any]) -> None:
        inner: Any = data
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put(2, "schema"), "schema 2 is not known here"),
        (lambda data: data.pop("steps"), "not a run file"),
        (lambda data: data.pop("scenario"), "scenario: None is not an object"),
        (put("no-such-goal", "broken"), "broken: 'no-such-goal' is not a goal known here"),
        (put(["code"], "scenario", "flows"), "scenario.flows: 'code' is not a flow known here"),
        (put("code", "scenario", "flows"), "scenario.flows: 'code' cannot stand here; expected a list"),
        (put([], "scenario", "flows"), "scenario: a scenario needs at least one grant"),
        (put("wab", "scenario", "attacker"), "(did you mean 'web'?)"),
        (put("x", "scenario", "more"), "scenario: 'more' is not a key of a scenario"),
        (lambda data: data["scenario"].pop("cast"), "scenario: the key 'cast' is missing"),
        (
            put("many", "scenario", "bounds", "windows"),
            "scenario.bounds.windows: 'many' cannot stand here; expected int",
        ),
        *(
            (
                put(10**30, "scenario", "bounds", key),
                f"scenario: bounds: {key} is {10**30}, and must be at most 1,000",
            )
            for key in SESSIONS
        ),
        (put("zzz", "scenario", "cast", "matching"), "scenario: cast: matching is 'zzz', and must be one of "),
        (put("honest-run-reaches-its-end", "broken"), "broken: no single run shows that honest-run-reaches-its-end is"),
        (put([[]], "steps", 0, "envelope", "message", "redirect_uri", "query"), "expected a list of 2"),
        (put([["a", "b", "c"]], "steps", 0, "envelope", "uri", "query"), "uri.query[0]: ['a', 'b', 'c'] cannot stand"),
        (put(None, "scenario", "cast", "scope", "type"), "scenario.cast.scope: "),
        (put("\ud800", "steps", 0, "envelope", "uri", "host"), "\\ud800 stands for half a character"),
        (put("jump", "steps", 0, "kind"), "steps[0].kind: 'jump' is none of deliver, own, send, lure"),
        (put("step", "steps", 0), "steps[0]: not a step"),
        (put(1, "steps", 0, "more"), "steps[0]: 'more' is not a field of SavedStep"),
        (lambda data: data["steps"][0].pop("session"), "steps[0]: SavedStep needs the field 'session'"),
        (put("Nothing", "steps", 0, "envelope", "message", "type"), "'Nothing' is not a class of messages or terms"),
        (put({"type": "Code"}, "steps", 0, "envelope", "message"), "cannot stand here; expected Message"),
        (put({}, "steps", 0, "envelope", "message"), "cannot stand here; expected Message"),
        (put("id", "steps", 0, "envelope", "message", "client_id"), "message.client_id: 'id' cannot stand here"),
        (put("token of", "steps", 0, "envelope", "message", "response_type"), "expected 'code' or 'token'"),
    ],
)
def test_files_that_are_no_runs(tmp_path: Path, change: Callable[[dict[str, Any]], object], told: str) -> None:
    (tmp_path / "run.json").write_text(broken_file(change), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(tmp_path / "run.json")
    assert str(refused.value).startswith(f"{tmp_path / 'run.json'}: ")
    assert told in str(refused.value)


def drop(*path: Any) -> Callable[[dict[str, Any]], object]:
    def change(data: dict[str, Any]) -> None:
        inner: Any = data
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (drop("steps", 0, "envelope", "uri"), "steps[0]"),
        (put(None, "steps", 3, "envelope", "uri"), "steps[3]"),
        (put({"type": "Uri", "host": "zzz"}, "steps", 0, "envelope", "uri"), "steps[0]"),
    ],
)
def test_a_step_that_the_model_can_do_nothing_with_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], place: str
) -> None:
    data = to_plain(run_against(nobody_else_is_served))
    change(data)
    (tmp_path / "run.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        replay(load(tmp_path / "run.json"))
    assert str(refused.value).startswith(f"{tmp_path / 'run.json'}: {place}: the model can do nothing with this (")
    assert "\n" not in str(refused.value)


@cache
def whole() -> dict[str, Any]:
    data = to_plain(run_against(nobody_else_is_served))
    del data["broken"]
    return data


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        if key != "note":
            yield from paths(value, (*path, key))


VALUES = (None, [], {}, "zzz", -1, 10**30, True, "", ["zzz"], [["a", "b"]], "\ud800", "attacker")


@given(data=st.data())
def test_whatever_is_changed_in_a_file_it_is_replayed_or_refused(data: st.DataObject) -> None:
    changed = copy.deepcopy(whole())
    part = data.draw(st.sampled_from(["scenario", "steps"]))
    path = data.draw(st.sampled_from([(part, *path) for path in paths(whole()[part])]))
    change = data.draw(st.one_of(st.just(drop(*path)), st.builds(put, st.sampled_from(VALUES), *map(st.just, path))))
    change(changed)
    with TemporaryDirectory() as folder:
        file = Path(folder, "run.json")
        file.write_text(json.dumps(changed), encoding="utf-8")
        try:
            assert replay(load(file)).run.text() is not None
        except InputError as refused:
            assert str(refused).startswith(str(file))


@pytest.mark.parametrize(
    ("text", "told"), [("[1,\n2", "run.json:2: not JSON"), ("[1]", "not a run file"), ("", ":1: not JSON")]
)
def test_files_that_are_something_else(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(tmp_path / "run.json")
    assert told in str(refused.value)
