"""Sets of states as binary decision diagrams, by `dd`: CUDD where its wheel has it, else in pure Python.

This is the one module that imports `dd`. A diagram variable is an integer; the order of variables is
fixed when they are made, in blocks, of which unused ones cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

BYTES_OF_A_NODE = 48
"""With its place in the tables."""

Diagram = Any
"""A function of the variables, and so a set of their valuations. Immutable; equal ones compare equal."""


class Diagrams:
    """The diagrams of one search. `name` says which implementation they are made with."""

    def __init__(self, *, pure: bool = False) -> None:
        try:
            if pure:
                raise ImportError
            from dd import cudd as implementation
        except ImportError:
            from dd import autoref as implementation

            self.name = "dd, pure Python"
            self._manager = implementation.BDD()
            self._and_exists: Callable[[Diagram, Diagram, list[str]], Diagram] | None = None
        else:
            self.name = "dd with CUDD"
            self._manager = implementation.BDD()
            self._manager.configure(reordering=False)
            self._and_exists = implementation.and_exists
        self._variables: list[Diagram] = []
        self.true: Diagram = self._manager.true
        self.false: Diagram = self._manager.false

    def declare(self, count: int) -> range:
        """New variables, below all others in the order."""
        first = len(self._variables)
        for number in range(first, first + count):
            self._manager.declare(_name(number))
            self._variables.append(self._manager.var(_name(number)))
        return range(first, first + count)

    def variable(self, number: int) -> Diagram:
        """The function that is a variable."""
        return self._variables[number]

    def cube(self, values: Mapping[int, bool]) -> Diagram:
        """The conjunction of variables having values."""
        return self._manager.cube({_name(number): value for number, value in values.items()})

    def exists(self, variables: Iterable[int], diagram: Diagram) -> Diagram:
        """The same without some variables: whatever they are."""
        return self._manager.exist([_name(number) for number in variables], diagram)

    def both_without(self, variables: Iterable[int], first: Diagram, second: Diagram) -> Diagram:
        """The conjunction of two, without some variables: whatever they are."""
        names = [_name(number) for number in variables]
        if self._and_exists is None:
            return self._manager.exist(names, first & second)
        return self._and_exists(first, second, names)

    def union(self, diagrams: list[Diagram]) -> Diagram:
        """The disjunction, put together pairwise, since small diagrams are cheap."""
        while len(diagrams) > 1:
            pairs = zip(diagrams[::2], [*diagrams[1::2], self.false], strict=False)
            diagrams = [first | second for first, second in pairs]
        return diagrams[0] if diagrams else self.false

    def one(self, diagram: Diagram) -> dict[int, bool]:
        """One valuation of a set that is not empty; what is not in it does not matter."""
        return {int(name[1:]): value for name, value in self._manager.pick(diagram).items()}

    def each(self, diagram: Diagram, variables: Iterable[int]) -> Iterator[dict[int, bool]]:
        """The valuations of a set that says nothing of other variables than these."""
        names = [_name(number) for number in variables]
        for valuation in self._manager.pick_iter(diagram, care_vars=set(names)):
            yield {int(name[1:]): value for name, value in valuation.items()}

    def count(self, diagram: Diagram, variables: Iterable[int]) -> int:
        """How many valuations of these variables are in a set: exactly, whatever the size."""
        order = {_name(number): level for level, number in enumerate(sorted(variables))}
        last = len(order)
        counts = {int(self.true): 1, int(self.false): 0}
        waiting = [diagram]
        while waiting:  # no recursion, since diagrams are deep
            node = waiting[-1]
            low, high = self._halves(node)
            missing = [half for half in (low, high) if int(half) not in counts]
            if int(node) in counts or not missing:
                waiting.pop()
            if int(node) not in counts and not missing:
                below = _level(node, order, last) + 1
                counts[int(node)] = sum(
                    counts[int(half)] << (_level(half, order, last) - below) for half in (low, high)
                )
            waiting += missing
        return counts[int(diagram)] << _level(diagram, order, last)

    def _halves(self, node: Diagram) -> tuple[Diagram, Diagram]:
        """What is left of a function where its first variable is false, and where it is true."""
        if node.var is None:
            return node, node
        return (~node.low, ~node.high) if node.negated else (node.low, node.high)

    def memory(self) -> int:
        """The bytes that all diagrams take, roughly."""
        return BYTES_OF_A_NODE * len(self._manager)


def _level(node: Diagram, order: Mapping[str, int], last: int) -> int:
    return last if node.var is None else order[node.var]


def _name(number: int) -> str:
    return f"v{number}"
