"""States of a program as valuations of diagram variables: each slot's local state in binary, a bit for each
term and fact, and the number of forgeries made.

The variables of a slot stand together in the order, those for what its commands teach and record after its
local state: what depends on each other should be near.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from oauth_model.engines.diagrams import Diagram, Diagrams
from oauth_model.engines.plain import State
from oauth_model.engines.program import Program
from oauth_model.engines.tree import CookiesOf, FactsLike, Idle, LocalOf, Takes
from oauth_model.errors import ModelError
from oauth_model.messages import RESOURCE_OWNER, ROLES, USER_AGENT

BITS_OF_LOCAL = 12
SPARE = 40
BITS_OF_MADE = 6


@dataclass
class Classes:
    """The local states of a slot by the values of a function of them: of those that have a number in so many bits."""

    bits: int
    known: int = 0
    parts: dict[int, Diagram] = field(default_factory=dict)


class Encoding:
    """How the states of one program are written down, as far as the program is known."""

    def __init__(self, program: Program, diagrams: Diagrams) -> None:
        self.program, self.diagrams = program, diagrams
        self.made = list(diagrams.declare(BITS_OF_MADE)) if program.bound is not None else []
        if program.bound is not None and program.bound >= 1 << BITS_OF_MADE:
            raise ModelError(f"the symbolic engine counts forgeries up to {(1 << BITS_OF_MADE) - 1}; lower the bound")
        self._reserved: list[list[int]] = [[] for _ in range(program.n)]
        self._spare: list[list[int]] = [[] for _ in range(program.n)]
        self.groups = _groups(program)
        self._place = {slot: number for number, group in enumerate(self.groups) for slot in group}
        for slot in (slot for group in self.groups for slot in group):
            self._reserved[slot] = list(diagrams.declare(BITS_OF_LOCAL))[::-1]
            self._spare[slot] = list(diagrams.declare(SPARE))[::-1]
        self.locals: list[list[int]] = [[] for _ in range(program.n)]
        self.terms: dict[int, int] = {}
        self.facts: dict[int, int] = {}
        self._cubes: dict[tuple[int, int], Diagram] = {}
        self._guards: dict[int, Diagram] = {}
        self._sizes: tuple[int, ...] = ()
        self._classes: dict[int, Classes] = {}
        self._described = 0

    def grow(self) -> dict[int, bool]:
        """Give variables to what the program learnt since. In all states that were known before, they are false."""
        program = self.program
        sizes = (*(len(table.values) for table in program.locals), len(program.terms.values), len(program.facts.values))
        if sizes == self._sizes and self._described == len(program.commands):
            return {}
        self._sizes = sizes
        self._guards.clear()
        new: list[int] = []
        for slot, table in enumerate(self.program.locals):
            while len(table.values) > 1 << len(self.locals[slot]):
                new.append(self._reserved[slot].pop())
                self.locals[slot].append(new[-1])
                self._cubes = {key: cube for key, cube in self._cubes.items() if key[0] != slot}
        for command in self.program.commands[self._described :]:
            # With the run that the step belongs to: of the sessions that it changes the last in the order.
            slot = max((slot for slot, _ in command.assigns), key=self._place.__getitem__, default=0)
            new += self._give(slot, self.terms, command.learns | command.needs)
            new += self._give(slot, self.facts, command.records)
        self._described = len(self.program.commands)
        new += self._give(0, self.terms, range(len(self.program.terms.values)))
        new += self._give(0, self.facts, range(len(self.program.facts.values)))
        return dict.fromkeys(new, False)

    def _give(self, slot: int, have: dict[int, int], wanted: Iterable[int]) -> list[int]:
        new = []
        for number in sorted(wanted):
            if number not in have:
                spare = self._spare[slot]
                have[number] = spare.pop() if spare else self.diagrams.declare(1)[0]
                new.append(have[number])
        return new

    def used(self) -> list[int]:
        """The variables in use."""
        locals_ = (bit for slot in self.locals for bit in slot)
        return sorted([*self.made, *locals_, *self.terms.values(), *self.facts.values()])

    # -------------------------------------------------------------- states and parts of them

    def local(self, slot: int, value: int) -> Diagram:
        """The states in which a slot's local state has a value."""
        found = self._cubes.get((slot, value))
        if found is None:
            found = self._cubes[slot, value] = self.diagrams.cube(_binary(self.locals[slot], value))
        return found

    def assignment(
        self, locals_: Iterable[tuple[int, int]], terms: Iterable[int], facts: Iterable[int]
    ) -> dict[int, bool]:
        """Local states, and that terms are known and facts have happened."""
        values: dict[int, bool] = {}
        for slot, local in locals_:
            values |= _binary(self.locals[slot], local)
        values |= {self.terms[number]: True for number in terms}
        values |= {self.facts[number]: True for number in facts}
        return values

    def made_is(self, number: int) -> dict[int, bool]:
        """That so many forgeries were made."""
        return _binary(self.made, number)

    def state(self, state: State) -> dict[int, bool]:
        """One state."""
        values = self.made_is(state.made)
        for slot, local in enumerate(state.locals):
            values |= _binary(self.locals[slot], local)
        values |= {bit: bool(state.known >> number & 1) for number, bit in self.terms.items()}
        values |= {bit: bool(state.happened >> number & 1) for number, bit in self.facts.items()}
        return values

    def read(self, values: Mapping[int, bool]) -> State:
        """The state that a valuation is; variables that are not in it are taken to be false."""

        def number(variables: list[int]) -> int:
            return sum(1 << place for place, bit in enumerate(variables) if values.get(bit))

        return State(
            tuple(number(slot) for slot in self.locals),
            sum(1 << term for term, bit in self.terms.items() if values.get(bit)),
            sum(1 << fact for fact, bit in self.facts.items() if values.get(bit)),
            number(self.made),
        )

    # -------------------------------------------------------------- guards

    def guard(self, number: int) -> Diagram:
        """The states in which a command's guard holds, and the attacker knows what it must."""
        found = self._guards.get(number)
        if found is None:
            command = self.program.commands[number]
            found = self._guards[number] = self.path(command.guard, command.needs)
        return found

    def path(self, values: Iterable[tuple[int, int]], needs: Iterable[int] = ()) -> Diagram:
        """The states in which a program's variables have some values, and the attacker knows some terms."""
        cube: dict[int, bool] = {self.terms[number]: True for number in needs}
        others: list[Diagram] = []
        for variable, value in values:
            match self.program.variables.values[variable]:
                case LocalOf(slot):
                    if value >> len(self.locals[slot]):  # not encoded yet: in no state that was found so far
                        return self.diagrams.false
                    cube |= _binary(self.locals[slot], value)
                case Idle(slot) | Takes(slot, _):
                    others.append(self._by_class(slot, variable).get(value, self.diagrams.false))
                case FactsLike() | CookiesOf() as read:
                    have = self.facts if isinstance(read, FactsLike) else self.terms
                    present = self.program.set_of(variable, value)
                    members = self.program.members(variable)
                    # One that has no variable yet is in no state that was found so far.
                    cube |= {have[member]: member in present for member in members if member in have}
        found = self.diagrams.cube(cube)
        for other in others:
            found &= other
        return found

    def _by_class(self, slot: int, variable: int) -> dict[int, Diagram]:
        """The values of a function of a slot's local state, each with the states in which it has it.

        Local states that have no number in diagrams yet are in no state that was found so far.
        """
        bits = len(self.locals[slot])
        known = min(len(self.program.locals[slot].values), 1 << bits)
        classes = self._classes.get(variable)
        if classes is None or classes.bits != bits:
            classes = self._classes[variable] = Classes(bits)
        new: dict[int, list[Diagram]] = {}
        for local in range(classes.known, known):
            new.setdefault(self.program.classify(variable, local), []).append(self.local(slot, local))
        for value, cubes in new.items():
            classes.parts[value] = self.diagrams.union([classes.parts.get(value, self.diagrams.false), *cubes])
        classes.known = known
        return classes.parts

    def where(self, variable: int, value: int) -> Diagram:
        """The states in which one of the program's variables has a value."""
        match self.program.variables.values[variable]:
            case LocalOf(slot):
                return self.local(slot, value)
            case _:
                return self.path([(variable, value)])

    def bits(self, variable: int) -> list[int]:
        """The diagram variables on which a program's variable depends."""
        match self.program.variables.values[variable]:
            case LocalOf(slot) | Idle(slot) | Takes(slot, _):
                return self.locals[slot]
            case FactsLike():
                return [self.facts[member] for member in self.program.members(variable) if member in self.facts]
            case CookiesOf():
                return [self.terms[member] for member in self.program.members(variable) if member in self.terms]

    # -------------------------------------------------------------- branching

    def split(self, variable: int, states: Diagram) -> Iterator[tuple[int, Diagram]]:
        """The values that a program's variable has in some states, each with those states."""
        program = self.program
        match program.variables.values[variable]:
            case LocalOf(slot):
                yield from self._split(self.locals[slot], states)
            case Idle(slot) | Takes(slot, _):
                for value, such in list(self._by_class(slot, variable).items()):
                    part = states & such
                    if part != self.diagrams.false:
                        yield value, part
            case FactsLike():
                yield from self._split_sets(variable, self.facts, states)
            case CookiesOf():
                yield from self._split_sets(variable, self.terms, states)

    def _split_sets(self, variable: int, bits_of: dict[int, int], states: Diagram) -> Iterator[tuple[int, Diagram]]:
        members = [member for member in self.program.members(variable) if member in bits_of]
        for value, part in self._split([bits_of[member] for member in members], states):
            present = frozenset(member for place, member in enumerate(members) if value >> place & 1)
            yield self.program.set_number(variable, present), part

    def split_made(self, states: Diagram) -> Iterator[tuple[int, Diagram]]:
        """The numbers of forgeries made in some states, each with those states."""
        yield from self._split(self.made, states)

    def _split(self, variables: list[int], states: Diagram) -> Iterator[tuple[int, Diagram]]:
        """The numbers that some variables spell in binary, each with the states in which they do."""
        waiting = [(len(variables), 0, states)]
        while waiting:
            place, value, part = waiting.pop()
            if part == self.diagrams.false:
                continue
            if place == 0:
                yield value, part
                continue
            bit = self.diagrams.variable(variables[place - 1])
            waiting.append((place - 1, value | 1 << place - 1, part & bit))
            waiting.append((place - 1, value, part & ~bit))


def _binary(variables: list[int], value: int) -> dict[int, bool]:
    return {bit: bool(value >> place & 1) for place, bit in enumerate(variables)}


def _groups(program: Program) -> list[list[int]]:
    """The slots in groups of what belongs to one run: a resource owner, a window, and the sessions that this window
    begins first."""
    world = program.composition
    place: dict[int, int] = {}
    for role in ROLES:
        slots = [slot for slot in range(program.n) if world.roles[slot] == role]
        if role in (RESOURCE_OWNER, USER_AGENT):
            place |= {slot: n for n, slot in enumerate(sorted(slots, key=lambda slot: world.addresses[slot].index))}
        else:
            place |= {slot: world.addresses[slot].index - 1 for slot in slots}
    last = max(place.values())
    return [[slot for slot in range(program.n) if place[slot] == number] for number in range(last + 1)]
