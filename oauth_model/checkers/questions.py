"""Questions: which goals hold in which scenario, many asked at once.

Each is one exhaustive search, and a row of a table (`table`): searches run one after the other or side by side, and
say the same. What a result says is about the very goals and the very scenario that were asked about, also where the
search ran in another process, to which records of a user's own may have travelled as copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from oauth_model.checkers.again import Again
from oauth_model.checkers.exhaustive import check, honest, honest_verdicts
from oauth_model.checkers.table import Note, answers
from oauth_model.checkers.verdict import Result, Verdict
from oauth_model.engines.walk import Progress
from oauth_model.goals import Goal
from oauth_model.run import Run
from oauth_model.scenario import Scenario

ENOUGH = "runs that break goals elsewhere break them here"


@dataclass(frozen=True)
class Question:
    """A scenario and the goals to ask in it; the search may end once those in `enough` are broken, as in `check`.

    `runs` broke those elsewhere: they are taken again first, and where all of `enough` are broken by that there is no
    search. The runs of the result are then not known to be the shortest.
    """

    scenario: Scenario
    goals: tuple[Goal, ...]
    enough: frozenset[Goal] | None = None
    engine: str = "auto"
    runs: tuple[tuple[Goal, Run], ...] = ()

    def __str__(self) -> str:
        return f"{self.scenario}, {len(self.scenario.policy)} mitigations on"


def results(
    questions: Sequence[Question],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    note: Note | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Result]]:
    """The result of each question with the question's number, as soon as it is there.

    `note` is told of every search that is done, `progress` how far each is; the latter only of searches in this
    process. Raises as `table.run_table` does.
    """
    here = executor is None and jobs == 1
    ask = partial(_asked, progress=progress) if here else _asked
    for number, result in answers(questions, ask, jobs=jobs, executor=executor, progress=note):
        yield number, _about(questions[number], result)


def _asked(question: Question, progress: Progress | None = None) -> Result:
    scenario, goals, enough = question.scenario, question.goals, question.enough
    return _taken_again(question) or check(scenario, goals, progress=progress, enough=enough, engine=question.engine)


def _taken_again(question: Question) -> Result | None:
    """The result where all that would be enough is broken by runs from elsewhere."""
    if not question.enough or question.enough - {goal for goal, _ in question.runs}:
        return None
    again = Again(question.scenario)
    taken: dict[Goal, Run] = {}
    for goal, run in question.runs:
        if goal in question.enough:
            found = again.take(run, goal)
            if found is None:
                return None
            taken[goal] = found
    others = tuple(goal for goal in question.goals if goal.kind != "always")
    verdicts = honest_verdicts(question.scenario, others) if others else {}
    for goal in question.goals:
        if goal.kind == "always":
            holds = False if goal in taken else None
            verdicts[goal] = Verdict(goal, holds, again.worlds, None, False, taken.get(goal), cut=ENOUGH)
    in_order = tuple(verdicts[goal] for goal in question.goals)
    return Result(question.scenario, in_order, again.worlds, None, None, False, "again", ENOUGH)


def _about(question: Question, result: Result) -> Result:
    """A result with the question's own scenario and goals in the place of what may be copies of them."""
    scenario = question.scenario
    verdicts = []
    for goal, verdict in zip(question.goals, result.verdicts, strict=True):
        walked = scenario if goal.kind == "always" else honest(scenario)
        run = replace(verdict.run, scenario=walked) if verdict.run is not None else None
        verdicts.append(replace(verdict, goal=goal, run=run))
    return replace(result, scenario=scenario, verdicts=tuple(verdicts))
