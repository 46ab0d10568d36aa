"""The runs that lead to packed states, followed back by the states from which each was found."""

from __future__ import annotations

from itertools import pairwise

from oauth_model.engines.explicit_sets import SetsOf
from oauth_model.engines.explicit_store import States
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.steps import Change


def unpacked(number: int, states: States, known: SetsOf, happened: SetsOf) -> State:
    """A state as plain Python has it."""
    *locals_, terms, facts, made = states.fields(number)
    return State(tuple(locals_), known.bits(terms), happened.bits(facts), made)


def run_to(number: int, program: Program, states: States, known: SetsOf, happened: SetsOf) -> tuple[Change, ...]:
    """The changes that lead to a state."""
    numbers = [number]
    while numbers[-1]:
        numbers.append(int(states.parent[numbers[-1]]))
    worlds = [unpacked(each, states, known, happened) for each in reversed(numbers)]
    plain = Plain(program)
    return tuple(
        program.change(next(command for command in plain.commands(world) if plain.after(world, command) == after))
        for world, after in pairwise(worlds)
    )
