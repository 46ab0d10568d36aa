"""The closed form by itself, in no language: walked here, it has the states and the verdicts of the scenario."""

from collections.abc import Iterator

import pytest

from oauth_model.attacks import ATTACKS
from oauth_model.checkers.exhaustive import check
from oauth_model.export.closed import Action, Closed, Literals, ranges
from oauth_model.export.closing import close
from oauth_model.goals import SAFETY
from oauth_model.names import InputError
from oauth_model.scenario import Scenario
from tests.core.scenarios import SCENARIOS

SMALL = {
    **SCENARIOS,
    **{attack.slug: attack.scenario for attack in ATTACKS if attack.slug in ("code-injection", "token-injection")},
}

State = tuple[tuple[int, ...], frozenset[int], int]


def true_in(literals: Literals, bits: frozenset[int]) -> bool:
    return literals.present <= bits and not literals.absent & bits


def possible(closed: Closed, action: Action, state: State) -> bool:
    values, bits, made = state
    before = action.slot if action.urgent else len(values)
    return (
        all(values[slot] in allowed for slot, allowed in action.guard)
        and all(values[slot] < closed.slots[slot].urgent for slot in range(before))
        and true_in(action.bits, bits)
        and not (action.unless and action.unless <= bits)
        and not (action.forged and made == closed.bound)
    )


def steps(closed: Closed, state: State) -> Iterator[State]:
    for action in closed.actions:
        if possible(closed, action, state):
            values = list(state[0])
            for slot, value in action.assigns:
                values[slot] = value
            counted = action.forged and closed.bound is not None
            yield tuple(values), state[1] | action.adds, state[2] + counted


def walked(closed: Closed) -> set[State]:
    first: State = (0,) * len(closed.slots), frozenset(), 0
    seen, waiting = {first}, [first]
    while waiting:
        for after in steps(closed, waiting.pop()):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return seen


@pytest.mark.parametrize("name", SMALL)
def test_the_closed_form_has_the_states_and_verdicts_of_its_scenario(name: str) -> None:
    result = check(SMALL[name], SAFETY, enough=())
    closed = close(SMALL[name])
    assert (closed.states, closed.depth) == (result.states, result.depth)
    if closed.states > 1000:
        return  # the walk here is a slow one
    states = walked(closed)
    assert len(states) == result.states
    evidences = {bits for _, bits, _ in states}
    for violation, verdict in zip(closed.violations, result.verdicts, strict=True):
        broken = any(true_in(cube, bits) for cube in violation.cubes for bits in evidences)
        assert broken == (verdict.holds is False), violation.goal
    assert {verdict.goal for verdict in result.broken} == {each.goal for each in closed.violations if each.cubes}


def test_bits_and_values_are_all_used() -> None:
    closed = close(SCENARIOS["stolen token"])
    states = walked(closed)
    for bit in range(len(closed.bits)):
        assert {bit in bits for _, bits, _ in states} == {True, False}
    for number, slot in enumerate(closed.slots):
        assert {values[number] for values, _, _ in states} == set(range(len(slot.values)))


def test_no_two_bits_are_always_the_same() -> None:
    closed = close(SCENARIOS["stolen token"])
    evidences = sorted({tuple(sorted(bits)) for _, bits, _ in walked(closed)})
    columns = {tuple(bit in bits for bits in evidences) for bit in range(len(closed.bits))}
    assert len(columns) == len(closed.bits)


def test_a_scenario_that_is_too_large_is_not_exported_in_part() -> None:
    small = Scenario().bounded(states=28)
    with pytest.raises(InputError, match=r"more than 28 states within 2 client runs.*lower --client-runs.*--states"):
        close(small)
    assert close(small.bounded(states=29)).states == 29


def test_numbers_as_ranges() -> None:
    assert ranges(frozenset({1, 2, 3, 7, 9, 10})) == [(1, 3), (7, 7), (9, 10)]
    assert ranges(frozenset()) == []
