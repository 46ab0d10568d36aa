"""Tables of searches: the same answers wherever the searches run."""

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest

from oauth_model import names
from oauth_model.attackers import WEB
from oauth_model.attacks import ATTACKS, claims
from oauth_model.checkers import guards
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.parcel import Packer
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.survey import Inquiry, survey
from oauth_model.checkers.table import run_table
from oauth_model.errors import ModelError
from oauth_model.facts import Attached
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.goals import GOALS, Goal, always
from oauth_model.goals.goal import Evidence
from oauth_model.machine import Claim, Row
from oauth_model.messages import AuthorizationRequest
from oauth_model.mitigations import MITIGATIONS, Mitigation, Policy
from oauth_model.names import InputError
from oauth_model.profiles import OAUTH21
from oauth_model.scenario import Scenario
from oauth_model.view import View
from tests.checkers.table_tasks import SMALL, call_it, fail_awkwardly, process, refuse, scenarios, square


@contextmanager
def nothing() -> Iterator[None]:
    yield None


PLACES: dict[str, tuple[Callable[[], object], int]] = {
    "here": (nothing, 1),
    "two processes": (nothing, 2),
    "threads of the caller's": (partial(ThreadPoolExecutor, 2), 1),
    "processes of the caller's": (partial(ProcessPoolExecutor, 2), 1),
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    """Where a table is worked on, as keyword arguments."""
    make, jobs = PLACES[request.param]
    with make() as executor:
        yield {"executor": executor, "jobs": jobs}


# ------------------------------------------------------------------ the same everywhere


def test_answers_are_in_the_order_of_the_tasks(place: dict[str, object]) -> None:
    seen: list[tuple[int, int, str]] = []
    notes = partial(_append, seen)
    assert run_table(range(7), square, progress=notes, named=call_it, **place) == [n * n for n in range(7)]
    assert [done for done, _, _ in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert {total for _, total, _ in seen} == {7}
    assert {name for _, _, name in seen} == {call_it(number) for number in range(7)}


def _append(seen: list[tuple[int, int, str]], *note: object) -> None:
    seen.append(note)  # type: ignore[arg-type]


def test_one_job_needs_no_other_process_and_two_are_two() -> None:
    assert set(run_table(range(3), process)) == {os.getpid()}
    pids = set(run_table(range(6), process, jobs=2))
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_an_error_of_a_task_is_the_callers(place: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"^this model is put together wrongly$"):
        run_table(range(5), refuse, **place)


def test_an_exception_that_cannot_travel_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_OWN_MODULES", set())  # tests before may have filled it
    with pytest.raises(RuntimeError, match=r"Awkward: (0 and 0|1 and 1)"):  # of whichever comes first
        run_table(range(2), fail_awkwardly, jobs=2)


def test_what_cannot_travel_is_told_with_its_name() -> None:
    with pytest.raises(InputError, match=r"the search about .*: cannot be handed to another process: .*jobs=1"):
        run_table([sys.stdin, sys.stdout], square, jobs=2, named=call_it)  # type: ignore[list-item]


def test_no_tasks_no_answers(place: dict[str, object]) -> None:
    assert run_table([], square, **place) == []


def test_verdicts_and_runs_are_the_same(place: dict[str, object]) -> None:
    questions = [Question(scenario, GOALS) for scenario in scenarios()]
    found = dict(results(questions, **place))
    for number, scenario in enumerate(scenarios()):
        alone = check(scenario, GOALS)
        assert found[number] == alone
        for verdict, goal in zip(found[number].verdicts, GOALS, strict=True):
            assert verdict.goal is goal
            if verdict.run is not None:
                assert verdict.run.text() == alone[goal].run.text()  # type: ignore[union-attr]


def test_the_survey_of_a_profile_is_the_same(place: dict[str, object]) -> None:
    inquiry = Inquiry((OAUTH21,), GOALS, (WEB,), bounds={"forgeries": 1})
    assert list(survey(inquiry, **place)) == list(survey(inquiry, jobs=1))


def test_the_claims_of_an_attack_are_the_same(place: dict[str, object]) -> None:
    attack = next(attack for attack in ATTACKS if attack.id == "SI01")
    assert list(claims(attack, **place)) == list(claims(attack))


def test_the_guards_are_the_same_in_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "scenarios", partial(iter, guards.hardened_scenarios()[:2]))
    alone = list(guards.each_guard())
    assert {"window_is_my_own", "token_is_active"} <= {report.guard for report in alone if report.broken is not None}
    assert any(report.broken is None for report in alone)
    assert list(guards.each_guard(jobs=2)) == alone


# ------------------------------------------------------------------ what travels


def own_records() -> tuple[Mitigation, Goal]:
    """A mitigation and a goal that no module binds to a name, one of which must be the goal's own, wherever it is."""

    def always_refuses(me: View, message: AuthorizationRequest) -> bool:
        return False

    @always("house rules")
    def nothing_is_attached(evidence: Evidence) -> bool:
        """No grant is attached to any session."""
        return not list(evidence.all(Attached))

    checks = {AuthorizationRequest: [always_refuses]}
    return Mitigation("refuses-all", "refuses everything", "house rules", checks=checks), nothing_is_attached


def test_records_without_a_name_travel_and_answers_are_about_the_callers_own(place: dict[str, object]) -> None:
    mitigation, goal = own_records()
    base = Scenario(policy=Policy(), bounds=SMALL)
    questions = [Question(base, (goal,), frozenset((goal,))), Question(base.plus(mitigation), (goal,))]
    found = dict(results(questions, **place))
    assert [found[number][goal].word for number in (0, 1)] == ["broken", "holds"]
    assert found[0][goal].goal is goal
    assert found[0][goal].run == check(base, (goal,))[goal].run
    assert found[1].scenario is questions[1].scenario


ROWS = [row for rows in AUTHORIZATION_CODE.rows.values() for row in rows]


def same_as_here(sent: tuple[tuple[object, ...], list[Row]]) -> bool:
    """Whether what was sent is what has these names here, guards too, though they hide the functions they decorate."""
    records, rows = sent
    wrapped = [(one, other) for row, here in zip(rows, ROWS, strict=True) for one, other in pairs(row, here)]
    assert wrapped
    return all(one is other for one, other in [*zip(records, RECORDS, strict=True), *wrapped])


def pairs(row: Row, here: Row) -> Iterator[tuple[object, object]]:
    for one, other in zip(row.guards, here.guards, strict=True):
        if isinstance(other, Claim):
            yield one, other


RECORDS = (AUTHORIZATION_CODE, *MITIGATIONS, *GOALS, *ATTACKS, WEB)


def test_what_has_a_name_is_itself_where_it_arrives() -> None:
    assert run_table([(RECORDS, ROWS)] * 2, same_as_here, jobs=2) == [True, True]
    assert same_as_here(pickle.loads(Packer().pack((RECORDS, ROWS), "records")))
