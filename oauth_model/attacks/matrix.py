"""The matrix: which mitigation, switched on alone, stops which attack. All of it is decided by the search.

A row is an attack in the deployment of its precondition, a column a mitigation. Those that are on there already, as
nearly all are, do not stop it: it was found with them on. Each of the others is switched on alone (or with what it
needs to work, as PKCE where a challenge is required). The runs are taken again that break the attack's goals without
it: where they break them with it, it does not stop the attack. Elsewhere the search is asked again: within the attack's
bounds, or for those that are claimed to stop it, within the larger ones for that. What the catalogue claims is a
part of this (`confirm`); the matrix also says what nobody claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from oauth_model.attacks.attack import Attack
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.table import Note, in_order
from oauth_model.checkers.verdict import Result
from oauth_model.engines.walk import Progress
from oauth_model.goals import Goal, honest_run_reaches_its_end
from oauth_model.mitigations import MITIGATIONS, Mitigation

STOPS, IN_PART, DOES_NOT, UNDECIDED, NO_RUN = "stops", "in part", "does not stop", "cut", "no honest run"
"""What a mitigation does to an attack: none of its goals is broken; only some of those that were; all of them; the
search was cut before that could be said; the mitigation keeps honest runs from their ends, and so says nothing."""


@dataclass(frozen=True)
class Cell:
    """What one mitigation does to one attack. `result` says how that is known; None where it was on in the
    precondition."""

    attack: Attack
    mitigation: Mitigation
    verdict: str
    result: Result | None = None

    @property
    def bound(self) -> str:
        """The bound within which that was searched."""
        scenario = self.result.scenario if self.result is not None else self.attack.scenario
        return str(scenario.bounds)


@dataclass(frozen=True)
class Line:
    """One attack: what its precondition breaks, and a cell for each mitigation."""

    attack: Attack
    precondition: Result
    cells: tuple[Cell, ...]

    def having(self, verdict: str, searched: bool = False) -> tuple[Cell, ...]:
        """The cells with a verdict; only those that took a search of their own, if that is asked for."""
        cells = (cell for cell in self.cells if cell.verdict == verdict)
        return tuple(cell for cell in cells if cell.result is not None or not searched)


def matrix(
    attacks: Sequence[Attack],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    note: Note | None = None,
    progress: Progress | None = None,
) -> Iterator[Line]:
    """The lines of the matrix, in the order of the attacks, each as soon as it is decided.

    `note` is told of each search that is done, `progress` how far one in this process is. Raises as
    `checkers.table.run_table` does.
    """
    total = len(attacks) + sum(len(switched_on_alone(attack)) for attack in attacks)
    found = partial(_decided, jobs=jobs, executor=executor, progress=progress)
    preconditions = list(found([_question(attack) for attack in attacks], note=_counted(note, 0, total)))
    questions = [
        _question(attack, each, precondition)
        for attack, precondition in zip(attacks, preconditions, strict=True)
        for each in switched_on_alone(attack)
    ]
    decided = found(questions, note=_counted(note, len(attacks), total))
    for attack, precondition in zip(attacks, preconditions, strict=True):
        searched = {each: next(decided) for each in switched_on_alone(attack)}
        before = _broken(precondition)
        yield Line(
            attack,
            precondition,
            tuple(
                Cell(attack, each, _verdict(searched[each], before), searched[each])
                if each in searched
                else Cell(attack, each, DOES_NOT)
                for each in MITIGATIONS
            ),
        )


def switched_on_alone(attack: Attack) -> tuple[Mitigation, ...]:
    """The mitigations that are off in the precondition."""
    return tuple(each for each in MITIGATIONS if each not in attack.scenario.policy)


def with_what_it_needs(mitigation: Mitigation) -> tuple[Mitigation, ...]:
    """A mitigation and those without which honest runs could not end with it."""
    return (mitigation, *(each for each in MITIGATIONS if each.slug in mitigation.needs))


def _question(attack: Attack, on: Mitigation | None = None, precondition: Result | None = None) -> Question:
    """What breaks with a mitigation on; the runs that break it without are the first to be tried."""
    scenario, goals = attack.scenario, (*attack.breaks, honest_run_reaches_its_end)
    if on is None or precondition is None:
        return Question(scenario, goals, frozenset(attack.breaks))
    scenario = scenario.plus(*with_what_it_needs(on))
    if (on,) in attack.stopped_by and attack.bounds_when_stopped is not None:
        scenario = replace(scenario, bounds=attack.bounds_when_stopped)
    runs = tuple((verdict.goal, verdict.run) for verdict in precondition.broken if verdict.run is not None)
    return Question(scenario, goals, _broken(precondition), runs=runs)


def _decided(questions: Sequence[Question], **how: Any) -> Iterator[Result]:
    return in_order(results(questions, **how))


def _counted(note: Note | None, before: int, total: int) -> Note | None:
    return None if note is None else lambda done, _, text: note(before + done, total, text)


def _broken(result: Result) -> frozenset[Goal]:
    return frozenset(verdict.goal for verdict in result.broken)


def _verdict(result: Result, before: frozenset[Goal]) -> str:
    if not result[honest_run_reaches_its_end].holds:
        return NO_RUN
    broken = _broken(result)
    if broken >= before:
        return DOES_NOT
    if not result.complete:
        return UNDECIDED
    return IN_PART if broken else STOPS
