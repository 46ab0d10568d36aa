"""The benchmarks work, on tiny sizes: what SPIN says is read, medians are medians, the page and the plot are written.

Nothing here says how fast anything is.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import jobs, largest, ours, page, rates, reductions, run, spin, verdicts
from benchmarks.cases import Case, decoded
from benchmarks.figures import Figure, Report, as_markdown, as_text, in_turns, number
from benchmarks.processes import run as run_process
from benchmarks.verdicts import Point
from tests.export.spin import needs_spin

SAID = """\
(Spin Version 6.5.2 -- 6 December 2019)
State-vector 44 byte, depth reached 180, errors: 0
  3290625 states, stored
  2784376 states, matched
  6075001 transitions (= stored+matched)
  349.753\ttotal actual memory usage

pan: elapsed time 6.21 seconds
"""


def test_what_spin_says_is_read() -> None:
    pan = spin.read(SAID)
    assert (pan.states, pan.errors) == (3_290_625, 0)
    assert round(pan.bytes_of_a_state) == 111
    assert pan.counts(3_290_625) and not pan.counts(3_290_626)


def test_of_many_states_spin_tells_eight_digits() -> None:
    pan = spin.read(SAID.replace("3290625 states, stored", "1.1517188e+08 states, stored"))
    assert pan.counts(115_171_875) and not pan.counts(115_171_775) and not pan.counts(11_517_188)


@pytest.mark.parametrize("said", ["", SAID + "error: max search depth too small", "pan: out of memory\n" + SAID])
def test_a_search_that_spin_did_not_finish_is_no_answer(said: str) -> None:
    with pytest.raises(RuntimeError, match="SPIN"):
        spin.read(said)


def test_things_are_measured_in_turns_and_medians_taken() -> None:
    order: list[str] = []

    def measured(name: str, values: list[float]) -> Callable[[], float]:
        def measure() -> float:
            order.append(name)
            return values.pop(0)

        return measure

    found = in_turns(measured("a", [9, 1, 2]), measured("b", [5, 7, 100]), times=3)
    assert found == [2, 7]
    assert "".join(order) == "ababab"


def test_a_figure_says_whether_its_target_is_reached() -> None:
    assert Figure("x", 3, "times", 2).verdict == "at least 2: reached"
    assert Figure("x", 1.5, "times", 2).verdict == "at least 2: not reached"
    assert Figure("x", 41, "bytes", 64, less_is_better=True).verdict == "at most 64: reached"
    assert Figure("x", 1, "s").verdict == ""
    assert [number(value) for value in (0.123, 12.34, 1234.5, 2.5e13)] == ["0.12", "12.3", "1,234", "2.50e+13"]


def test_a_case_is_a_scenario_of_its_size() -> None:
    case = Case(3, 2)
    assert decoded(case.encoded) == case
    scenario = case.scenario
    assert (len(scenario.cast.users), scenario.bounds.client_runs, scenario.bounds.forgeries) == (3, 5, 2)
    assert Case(2).scenario.bounds.forgeries is None


def test_a_process_is_stopped_when_its_time_is_over() -> None:
    ran = run_process("sleep", "60", limit=0.1)
    assert not ran.ended
    with pytest.raises(RuntimeError, match="ended with 3"):
        run_process("sh", "-c", "exit 3")


def test_a_search_in_a_process_of_its_own() -> None:
    said = ours.ask("verdict", Case(2).encoded, "symbolic")
    assert said is not None
    assert (said.answer["states"], said.answer["complete"], said.answer["broken"]) == (525, True, [])


@needs_spin
def test_rates_and_verdicts_beside_spin(tmp_path: Path) -> None:
    report = rates.measure([Case(2)], tmp_path, times=1)
    assert report.table[1][:2] == ("2 honest", "525")
    report, points = verdicts.measure([[Case(1), Case(2)], [Case(1, 1)]], tmp_path, times=1)
    assert [(point.case, point.states) for point in points] == [(Case(1), 25), (Case(2), 525)]
    assert all(time is not None for point in points for time in point.theirs.values())
    assert [row[:2] for row in report.table[1:]] == [
        *(("1 honest", "25"), ("2 honest", "525")),
        ("1 honest, 1 of the attacker", "150"),
    ]


def test_without_spin_the_rest_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spin, "MISSING", "spin")
    for report in (rates.measure([Case(1)], tmp_path, 1), verdicts.measure([[Case(1)]], tmp_path, 1)[0]):
        assert report.table[1][:2] == ("1 honest", "25")
        assert "apt-get install" in as_text(report)


def test_the_other_parts() -> None:
    report = largest.measure(first=1, most=2)
    assert report.figures[0].value == 3150
    report = jobs.measure([Case(1), Case(2)], times=1)
    assert report.table[1][:2] == ("2", "550")
    report = reductions.measure([Case(2)])
    assert report.table[1][:2] == ("2 honest", "525")
    assert all(int(left) <= 525 for left in report.table[1][2:-1])


POINTS = [
    Point(Case(1), 25, "reference", 0.01, 0.2, dict.fromkeys(verdicts.MODES, 0.02)),
    Point(Case(2), 525, "symbolic", 0.02, 0.2, dict.fromkeys(verdicts.MODES, None)),
]


def test_the_page_and_the_plot_are_written(tmp_path: Path) -> None:
    figures = tmp_path / "performance.md"
    figures.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", encoding="utf-8")
    report = Report(1, "Title", [Figure("x", 3, "times", 2)], [("head", "n"), ("row", "1")], ["A remark."])
    page.write(tmp_path, [report], POINTS, 120.0)
    text = figures.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith(f"{page.END}\nafter\n")
    assert as_markdown(report) in text
    assert "old" not in text
    picture = (tmp_path / "performance.svg").read_text(encoding="utf-8")
    words = [element.text for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    assert {"oauth-model", "20 ms at 2", "more than 120 s at 2", "525"} <= {*words}
    page.write(tmp_path, [Report(2, "Another")], [], 120.0)
    both = figures.read_text(encoding="utf-8")
    assert as_markdown(report) in both, "a part that was not measured stays as it was"
    assert both.index("### 1. Title") < both.index("### 2. Another")
    page.write(tmp_path, [Report(2, "Another")], [], 120.0)
    assert figures.read_text(encoding="utf-8") == both
    figures.write_text("no place", encoding="utf-8")
    with pytest.raises(ValueError, match="needs one line"):
        page.write(tmp_path, [report], POINTS, 120.0)


@pytest.mark.parametrize("wrong", ["--only 7", "--only 1,x", "--against /nowhere", "--write --quick"])
def test_wrong_arguments_are_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run.main(wrong.split())
    assert left.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_part_that_cannot_be_measured_fails_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(bench: run.Bench) -> Report:
        raise RuntimeError("SPIN counts 1 state more")

    def fine(bench: run.Bench) -> Report:
        return Report(4, "Fine")

    monkeypatch.setattr(run.Bench, "_rates", broken)
    monkeypatch.setattr(run.Bench, "_reductions", fine)
    assert run.main(["--only", "1,4"]) == 1
    said = capsys.readouterr()
    assert "part 1 could not be measured: SPIN counts 1 state more" in said.err
    assert "4. Fine" in said.out
