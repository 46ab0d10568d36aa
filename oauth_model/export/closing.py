"""Closing: walk a scenario breadth first to its end, and keep every command that was ever possible.

Commands are learnt while a search runs, so there is no list of them before one has ended. The walk is the
plain one (`engines.plain`); it shares nothing with the other checkers' searches. Models that are too large for it
can be walked by sets of states (`by_sets`), and closed here all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.tree import Command, CookiesOf, FactsLike, Idle, LocalOf, Takes
from oauth_model.engines.walk import Progress, Status
from oauth_model.export.closed import Action, Bit, Closed, Literals, Slot, Violation
from oauth_model.export.cubes import Seen
from oauth_model.goals import GOALS, Goal
from oauth_model.names import InputError
from oauth_model.scenario import Scenario

EVERY = 4096
BYTES_OF_A_STATE = 400


@dataclass
class Walked:
    """What a complete walk met: states, commands that were possible, local states, and evidences (known, happened).

    `depth` is None where it was not counted.
    """

    program: Program
    states: int = 0
    settled: int = 0
    depth: int | None = 0
    enabled: set[int] = field(default_factory=set)
    locals: list[set[int]] = field(default_factory=list)
    evidences: set[tuple[int, int]] = field(default_factory=set)


def close(scenario: Scenario, goals: Iterable[Goal] = GOALS, progress: Progress | None = None) -> Closed:
    """A scenario as a finite model, its safety goals as conditions on bits.

    Raises InputError if there are more states than the scenario's bound on them, ModelError for a scenario that
    is put together wrongly.
    """
    return Closing(walk(scenario, progress)).closed(tuple(goals))


def walk(scenario: Scenario, progress: Progress | None = None) -> Walked:
    """Walk all states of a scenario. Raises InputError if there are more than its bound."""
    program = Program(scenario)
    plain = Plain(program)
    walked = Walked(program, locals=[set() for _ in range(program.n)])
    limit = scenario.bounds.states
    seen = {plain.initial}
    frontier = [plain.initial]
    depth = 0
    while frontier:
        following: list[State] = []
        for number, state in enumerate(frontier):
            stuck = True
            for command in plain.commands(state):
                stuck = False
                walked.enabled.add(command)
                after = plain.after(state, command)
                if after not in seen:
                    seen.add(after)
                    following.append(after)
            walked.settled += stuck or all(program.urgent(*entry) is None for entry in enumerate(state.locals))
            if limit is not None and len(seen) > limit:
                raise InputError(
                    f"export: there are more than {limit:,} states within {scenario.bounds}, and only a model that is "
                    "complete can be exported; lower --client-runs, --windows or --forgeries, or raise --states"
                )
            if progress is not None and number % EVERY == 0:
                waiting = len(frontier) - number + len(following)
                progress(Status(len(seen), waiting, depth, len(seen) * BYTES_OF_A_STATE))
        frontier = following
        depth += bool(following)
    walked.states, walked.depth = len(seen), depth
    for state in seen:
        walked.evidences.add((state.known, state.happened))
        for slot, local in enumerate(state.locals):
            walked.locals[slot].add(local)
    return walked


class Closing:
    """Turns what a walk met into a closed form."""

    def __init__(self, walked: Walked) -> None:
        self.walked = walked
        self.program = walked.program
        self._terms = len(self.program.terms.values)
        self._values = [self._in_order(slot) for slot in range(self.program.n)]
        self._numbers = [{local: number for number, local in enumerate(values)} for values in self._values]
        self._evidences = sorted(known | happened << self._terms for known, happened in walked.evidences)
        columns = self._columns()
        self._always = columns.pop("1", [])
        columns.pop("0", None)
        self._groups = list(columns.values())
        self._bit_of = {member: bit for bit, members in enumerate(self._groups) for member in members}

    def closed(self, goals: tuple[Goal, ...]) -> Closed:
        """The closed form, with conditions for the safety goals among these."""
        program = self.program
        bits = tuple(self._bit(members) for members in self._groups)
        seen = Seen(bits, self._bit(self._always), self._rows(), program.composition.cast)
        commands = [program.commands[number] for number in sorted(self.walked.enabled)]
        return Closed(
            program.composition.scenario,
            tuple(self._slot(slot) for slot in range(program.n)),
            bits,
            program.bound,
            tuple(merged(self._action(command) for command in commands)),
            tuple(Violation(goal, seen.cubes(goal)) for goal in goals if goal.kind == "always"),
            tuple(goal for goal in goals if goal.kind != "always"),
            self.walked.states,
            self.walked.settled,
            self.walked.depth,
        )

    # -------------------------------------------------------------- slots

    def _in_order(self, slot: int) -> list[int]:
        """The local states that occur, in the order of their new numbers: the initial one first, urgent ones last."""
        return sorted(self.walked.locals[slot], key=lambda local: (self._is_urgent(slot, local), local))

    def _is_urgent(self, slot: int, local: int) -> bool:
        return self.program.urgent(slot, local) is not None

    def _slot(self, slot: int) -> Slot:
        composition = self.program.composition
        calm = sum(not self._is_urgent(slot, local) for local in self._values[slot])
        words = tuple(self._in_words(slot, local) for local in self._values[slot])
        return Slot(composition.addresses[slot], composition.roles[slot], words, calm)

    def _in_words(self, slot: int, local: int) -> str:
        composition = self.program.composition
        session, channel = self.program.locals[slot].values[local]
        value = composition.sessions.values[session]
        text = value.state
        if value.memory:
            text += f" ({', '.join(f'{name}={value.memory[name]}' for name in sorted(value.memory))})"
        for number in channel:
            envelope = composition.envelopes.values[number]
            text += f"; on its way to {envelope.receiver}: {envelope.message.name}"
        return text

    # -------------------------------------------------------------- bits

    def _columns(self) -> dict[str, list[int]]:
        """Terms and facts (by number, facts after terms) that are there in the same evidences.

        The key says in which, with "1" for all of them and "0" for none.
        """
        count = self._terms + len(self.program.facts.values)
        rows = [format(evidence, f"0{count}b")[::-1] for evidence in self._evidences]
        columns: dict[str, list[int]] = {}
        for number in range(count):
            column = "".join([row[number] for row in rows])
            columns.setdefault(column if len(set(column)) > 1 else column[0], []).append(number)
        return columns

    def _bit(self, members: list[int]) -> Bit:
        facts = tuple(self.program.facts.values[member - self._terms] for member in members if member >= self._terms)
        return Bit(facts, tuple(self.program.terms.values[member] for member in members if member < self._terms))

    def _rows(self) -> list[int]:
        """Every evidence that occurs, as the bits that are there."""
        first = [(1 << members[0], 1 << bit) for bit, members in enumerate(self._groups)]
        return [sum(bit for member, bit in first if evidence & member) for evidence in self._evidences]

    def _bits(self, terms: Iterable[int] = (), facts: Iterable[int] = ()) -> frozenset[int]:
        """The bits for some terms and facts; what never changes has none."""
        members = [*terms, *(fact + self._terms for fact in facts)]
        return frozenset(self._bit_of[member] for member in members if member in self._bit_of)

    # -------------------------------------------------------------- commands

    def _action(self, command: Command) -> Action:
        program = self.program
        allowed: dict[int, set[int]] = {}
        literals = [self._bits(command.needs), frozenset[int]()]
        for variable, value in command.guard:
            match program.variables.values[variable]:
                case LocalOf(slot):
                    allowed.setdefault(slot, set(self._values[slot])).intersection_update((value,))
                case Idle(slot) | Takes(slot, _):
                    like = {local for local in self._values[slot] if program.classify(variable, local) == value}
                    allowed.setdefault(slot, set(self._values[slot])).intersection_update(like)
                case FactsLike() | CookiesOf() as kind:
                    there = program.set_of(variable, value)
                    parts = there, frozenset(program.members(variable)) - there
                    for number, part in enumerate(parts):
                        found = self._bits(facts=part) if isinstance(kind, FactsLike) else self._bits(part)
                        literals[number] |= found
        slot, local = command.guard[0]
        guard = {
            each: frozenset(self._numbers[each][value] for value in values)
            for each, values in sorted(allowed.items())
            if len(values) < len(self._values[each])
        }
        return Action(
            slot,
            self._is_urgent(slot, local),
            tuple(guard.items()),
            Literals(*literals),
            self._bits(command.learns) if command.teaches else frozenset(),
            command.forged,
            tuple((each, self._numbers[each][value]) for each, value in command.assigns),
            self._bits(command.learns, command.records),
            *self._named(command),
        )

    def _named(self, command: Command) -> tuple[str, str]:
        composition = self.program.composition
        step = command.change.step
        envelope = composition.envelopes.values[step.envelope]
        name = envelope.message.name
        verb = {"deliver": "takes", "own": "decides", "send": "takes, from the attacker,", "lure": "is lured to"}
        text = f"{composition.addresses[step.slot]} {verb[step.kind]} {name}"
        return name, f"{text}: {envelope.message}" if str(envelope.message) else text


def merged(actions: Iterable[Action]) -> list[Action]:
    """The same actions, of those that differ in the values of one slot alone only one, with all of these values."""
    found = {(action.effect, action.guard): action for action in reversed(list(actions))}
    kept = list(found.values())[::-1]
    while True:
        before = len(kept)
        for slot in sorted({slot for action in kept for slot, _ in action.guard}):
            kept = list(_merged_in(slot, kept))
        if len(kept) == before:
            return kept


def _merged_in(slot: int, actions: Iterable[Action]) -> Iterator[Action]:
    groups: dict[object, list[Action]] = {}
    for action in actions:
        others = tuple(entry for entry in action.guard if entry[0] != slot)
        groups.setdefault((action.effect, others), []).append(action)
    for group in groups.values():
        guards = [dict(action.guard) for action in group]
        if len(group) == 1:
            yield group[0]
        elif all(slot in guard for guard in guards):
            values = frozenset(value for guard in guards for value in guard[slot])
            yield replace(group[0], guard=tuple(sorted({**guards[0], slot: values}.items())))
        else:
            yield next(action for action, guard in zip(group, guards, strict=True) if slot not in guard)
