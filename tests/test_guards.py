"""Every guard is load-bearing, or listed with its reason: the search decides which."""

from __future__ import annotations

import pytest

from oauth_model.checkers.guard_reasons import DEFENCE_IN_DEPTH
from oauth_model.checkers.guards import each_guard, every_guard, scenarios
from oauth_model.machine import Switch
from oauth_model.mitigations import MITIGATIONS
from tests.core.test_every_row import FLOWS
from tests.guard_tables import PAGE, page


@pytest.mark.slow
def test_every_guard_breaks_a_goal_when_taken_out_or_has_its_reason() -> None:
    reports = {report.guard: report for report in each_guard()}
    left_over = [name for name, report in reports.items() if not report.accounted_for]
    assert not left_over, f"nothing breaks without {left_over}, and guard_reasons.py does not say why they are there"
    idle = {name for name, report in reports.items() if report.broken is None}
    assert idle == set(DEFENCE_IN_DEPTH), "a reason is given for a guard that carries weight, or that is gone"
    shown = PAGE.read_text(encoding="utf-8")
    assert shown == page(shown, reports.values()), "bring it up to date: python -m tests.guard_tables"


def test_no_guard_of_a_table_or_a_mitigation_is_left_out() -> None:
    """What is taken out one at a time is every guard that some flow's table names, or some mitigation adds."""
    named = {
        guard.__name__
        for flow in FLOWS
        for rows in flow.rows.values()
        for row in rows
        for guard in row.guards
        if not isinstance(guard, Switch)
    }
    named |= {guard.__name__ for each in MITIGATIONS for guards in each.checks.values() for guard in guards}
    assert named == {name for _, name, _ in every_guard(scenarios())}
