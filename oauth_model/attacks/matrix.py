"""The matrix: which mitigation, switched on alone, stops which attack. All of it is decided by the search.

A row is an attack in the deployment of its precondition, a column a mitigation. Those that are on there already, as
nearly all are, do not stop it: it was found with them on. Each of the others is switched on alone (or with what it
needs to work, as PKCE where a challenge is required), and the search asked again: within the attack's bounds, or
for those that are claimed to stop it, within the larger ones for that. What the catalogue claims is a part of this
(`confirm`); the matrix also says what nobody claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from oauth_model.attacks.attack import Attack
from oauth_model.checkers.questions import Question, results
from oauth_model.checkers.table import Note, in_order
from oauth_model.checkers.verdict import Result
from oauth_model.engines.walk import Progress
from oauth_model.goals import Goal, honest_run_reaches_its_end
from oauth_model.mitigations import MITIGATIONS, Mitigation
from oauth_model.scenario import Scenario

STOPS, IN_PART, DOES_NOT, UNDECIDED, NO_RUN = "stops", "in part", "does not stop", "cut", "no honest run"
"""What a mitigation does to an attack: none of its goals is broken; only some of those that were; all of them; the
search was cut before that could be said; the mitigation keeps honest runs from their ends, and so says nothing."""


@dataclass(frozen=True)
class Cell:
    """What one mitigation does to one attack. `result` is the search's; None where it was on in the precondition."""

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
    questions: list[Question] = []
    for attack in attacks:
        questions += [_question(attack, ()), *(_question(attack, (each,)) for each in switched_on_alone(attack))]
    decided = in_order(results(questions, jobs=jobs, executor=executor, note=note, progress=progress))
    for attack in attacks:
        precondition = next(decided)
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


def _question(attack: Attack, on: tuple[Mitigation, ...]) -> Question:
    scenario: Scenario = attack.scenario.plus(*(each for one in on for each in with_what_it_needs(one)))
    if on in attack.stopped_by and attack.bounds_when_stopped is not None:
        scenario = replace(scenario, bounds=attack.bounds_when_stopped)
    return Question(scenario, (*attack.breaks, honest_run_reaches_its_end), frozenset(attack.breaks))


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
