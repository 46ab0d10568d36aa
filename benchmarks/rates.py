"""Part 1: states a second, one core, states visited one by one: the explicit engine beside SPIN's verifier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks import ours, spin
from benchmarks.cases import Case
from benchmarks.figures import TIMES, Figure, Report, in_turns, number, say
from benchmarks.models import exported
from benchmarks.spin import COUNTING

CASES = (Case(5), Case(6), Case(4, 1), Case(5, 1))
ENOUGH = 10_000_000
"""States from which on a rate, and the bytes of a state, are held to a target: in fewer, what is done once weighs more
than what is done for each state. Tables have a size to begin with, and steps are learnt in Python."""

QUICK = (Case(2), Case(2, 1))


def measure(cases: Sequence[Case], folder: Path, times: int = TIMES) -> Report:
    """States a second of both, goals left out, by processor time: other work on the machine hardly counts then."""
    report = Report(1, "States a second, one by one")
    head = "steps known", "learning them", "SPIN", "ratio", "bytes of a state", "SPIN's"
    report.table.append(("scenario", "states", *head))
    for case in cases:
        say(f"1: {case}")
        _compare(report, case, folder, times)
    report.remarks.append(
        "States a second of processor time, on one core, without goals; both visit the same number of states, which is "
        "checked. SPIN's verifier was given its steps when it was compiled, which is not counted; so the engine's rate "
        "with all steps known stands beside it. The rate when they have to be learnt on the way, which is how a "
        "search is really made, is the next one. SPIN runs with `-O2 -DSAFETY -DNOREDUCE`."
    )
    if spin.MISSING:
        report.remarks.append(f"For SPIN: {spin.WITHOUT}.")
    return report


def _compare(report: Report, case: Case, folder: Path, times: int) -> None:
    sizes: list[tuple[int, float, float]] = []  # states, bytes of one, and states a second while learning

    def explicit() -> float:
        said = ours.ask("rate", case.encoded)
        assert said is not None
        states = int(said.answer["states"])
        sizes.append((states, said.answer["memory"] / states, states / said.answer["learning"]))
        return states / said.processor

    if spin.MISSING:
        explicit()
        (rate,) = in_turns(explicit, times=times)
        states, size, learning = sizes[-1]
        report.table.append((str(case), f"{states:,}", number(rate), number(learning), "-", "-", number(size), "-"))
        return
    model = exported(case)
    verifier = model.verifier(COUNTING, folder)
    bytes_of_a_state = 0.0

    def pan() -> float:
        nonlocal bytes_of_a_state
        ran, said = verifier.run(600)
        assert said is not None, "SPIN took more than ten minutes"
        assert said.counts(model.states), f"{case}: SPIN counts {said.states:,} states, not {model.states:,}"
        bytes_of_a_state = said.bytes_of_a_state
        return model.states / ran.processor

    in_turns(explicit, pan, times=1)  # to warm up
    sizes.clear()
    rate, theirs = in_turns(explicit, pan, times=times)
    assert {states for states, _, _ in sizes} == {model.states}, f"{case}: {sizes[0][0]:,} states, not {model.states:,}"
    learning = sorted(each for *_, each in sizes)[len(sizes) // 2]
    size = sizes[0][1]
    enough = model.states > ENOUGH
    report.figures += [
        Figure(f"{case}: as fast as SPIN, steps known", rate / theirs, "times", 2 if enough else None),
        Figure(f"{case}: as fast as SPIN, learning them", learning / theirs, "times", 2 if enough else None),
        Figure(f"{case}: bytes of a state", size, "bytes", 64 if enough else None, less_is_better=True),
    ]
    row = number(rate), number(learning), number(theirs), number(rate / theirs), number(size), number(bytes_of_a_state)
    report.table.append((str(case), f"{model.states:,}", *row))
