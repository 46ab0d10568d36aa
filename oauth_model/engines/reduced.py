"""The reduced search: as few states as are enough to decide the goals, in plain Python.

It looks at calm states only, takes a step that merely adds to the attacker's knowledge at once and alone, and of
the others a stubborn set (`stubborn`). That decides whether goals are broken; it does not find shortest runs, so a
goal that is broken is looked for once more by a search that leaves nothing out. docs/reductions.md says why the
verdicts are those of such a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.stubborn import Action, Actions, Calm, Closure, as_bits, members
from oauth_model.engines.tree import Unread
from oauth_model.engines.walk import INTERRUPTED, Limits, Progress, Status, Walk, at_memory, at_states
from oauth_model.facts import Fact
from oauth_model.goals.goal import Evidence, F, Goal, Kind, Matching, Subject, T
from oauth_model.steps import Change
from oauth_model.terms import Term

NO_LIMITS = Limits()
EVERY = 1024
BYTES_OF_A_STATE = 800
LEAVES = 512
"""How many cases a goal may come to for one subject; one that comes to more is not taken apart."""

Case = Mapping[int, bool]
"""Which members of the evidence are there and which are not; others do not matter."""


class Shortest(Protocol):
    """A search that finds a shortest run to a violation of each of some goals, and stops when it has them."""

    def __call__(
        self,
        program: Program,
        goals: tuple[Goal, ...],
        *,
        stop_on: frozenset[Goal],
        limits: Limits,
        progress: Progress | None,
    ) -> Walk: ...


@dataclass
class Reduced(Walk):
    """What a reduced search found; `why` says where it could not reduce, and is empty elsewhere."""

    why: str = ""


def search(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    stubborn: bool = True,
    knowledge_first: bool = True,
    shortest: Shortest | None = None,
) -> Reduced:
    """Decide goals by as few states as the reductions that are on leave.

    `shortest` finds the runs to what is broken: a breadth-first search over the program's states unless another is
    given. Where it is cut before it has a run, the run is the reduced search's own, which may be longer; `cut` says so.
    """
    searching = _Search(program, goals, stop_on, limits, progress, stubborn, knowledge_first)
    walk = Reduced("reduced")
    try:
        searching.run()
    except _Stuck:
        found = by_layers(program, goals, stop_on=stop_on, limits=limits, progress=progress)
        walk.why = "not reduced: a message that is delivered at once may find nobody to take it"
        walk.states, walk.depth, walk.found = found.states, found.depth, found.found
        walk.complete, walk.cut = found.complete, found.cut
        return walk
    except _Cut as cut:
        walk.complete, walk.cut = False, str(cut)
    except KeyboardInterrupt:
        walk.complete, walk.cut = False, INTERRUPTED
    walk.states, walk.transitions, walk.depth = len(searching.states), searching.transitions, searching.depth
    walk.why = searching.why
    broken = tuple(goal for goal in goals if goal in searching.broken)
    walk.broken = frozenset(broken)
    if broken:
        _find_runs(walk, broken, searching, shortest or by_layers, limits, progress)
    return walk


def _find_runs(
    walk: Reduced,
    broken: tuple[Goal, ...],
    searching: _Search,
    shortest: Shortest,
    limits: Limits,
    progress: Progress | None,
) -> None:
    own = searching.program
    found = shortest(own, broken, stop_on=frozenset(broken), limits=limits, progress=progress).found
    walk.found = {goal: found[goal] if goal in found else searching.path(goal) for goal in broken}
    if len(found) < len(broken):
        walk.cut = f"{walk.cut}; " * bool(walk.cut) + "some runs may not be shortest ones"


class _Cut(Exception):
    """The search is over before its end; says why, "" where enough was found."""


class _Stuck(Exception):
    """Actions do not say all that can happen."""


class _Search:
    """One reduced search: the states that were found, and how to go on."""

    def __init__(
        self,
        program: Program,
        goals: tuple[Goal, ...],
        stop_on: frozenset[Goal],
        limits: Limits,
        progress: Progress | None,
        stubborn: bool,
        knowledge_first: bool,
    ) -> None:
        self.program, self._goals, self._stop_on = program, goals, stop_on
        self._limits, self._progress = limits, progress
        self._stubborn, self._knowledge_first = stubborn, knowledge_first
        self.states: list[Calm] = []
        self.transitions = self.depth = 0
        self.why = ""
        self.broken: dict[Goal, tuple[int, tuple[Change, ...]]] = {}
        self._came_from: list[tuple[int, int]] = []
        self._numbers: dict[Calm, int] = {}
        self._next: list[list[int]] = []
        self._whole: set[int] = set()
        self._asked: set[int] = set()

    def run(self) -> None:
        """Find all states that are needed. Raises _Cut if it is over before."""
        closure = Closure(self.program)
        closure.close()
        self._actions = Actions(closure)
        self._questions = Questions(closure, self._actions, self._goals)
        if closure.stuck:
            raise _Stuck
        self._refuse()
        self._shift = self._questions.shift
        world = self.program.composition
        initial = Calm(world.initial[: self.program.n], 0, as_bits(self.program.initially_known), 0, 0)
        self._add(initial, -1, -1)
        waiting = [0]
        while waiting:
            self._explore(waiting)
            waiting = [number for number in self._ignoring() if number not in self._whole]
            for number in waiting:
                self._expand(number, whole=True)
            waiting = list(range(len(self._next), len(self.states)))

    def _refuse(self) -> None:
        """Take every step where a goal is such that leaving some out could be wrong."""
        if self._questions.undivided and (self._stubborn or self._knowledge_first):
            names = ", ".join(goal.slug for goal in self._questions.undivided)
            self.why = f"not reduced: what could mend a violation of {names} is not known"
            self._stubborn = self._knowledge_first = False

    def _explore(self, layer: list[int]) -> None:
        while layer:
            before = len(self.states)
            for done, number in enumerate(layer):
                self._expand(number, whole=False)
                if self._progress is not None and number % EVERY == 0:
                    left = len(self.states) - before + len(layer) - done
                    self._progress(Status(len(self.states), left, self.depth, len(self.states) * BYTES_OF_A_STATE))
            layer = list(range(before, len(self.states)))
            self.depth += bool(layer)

    def _expand(self, number: int, *, whole: bool) -> None:
        state = self.states[number]
        possible = self._actions.possible(state)
        chosen = possible if whole else self._chosen(state, possible)
        if len(chosen) == len(possible):
            self._whole.add(number)
        reached = [self._add(self._actions.after(state, action), number, action) for action in chosen]
        self.transitions += len(chosen)
        while len(self._next) <= number:
            self._next.append([])
        self._next[number] = reached

    def _chosen(self, state: Calm, possible: list[int]) -> list[int]:
        if self._knowledge_first:
            first = self._actions.only_more_knowledge(possible, self._questions.keep)
            if first is not None:
                return [first]
        if not self._stubborn:
            return possible
        inside = self._actions.stubborn(state, possible, self._questions.keep)
        return [number for number in possible if inside >> number & 1]

    def _add(self, state: Calm, parent: int, action: int) -> int:
        found = self._numbers.get(state)
        if action >= 0:
            self._ask_between(parent, action)
        if found is not None:
            return found
        if self._limits.states is not None and len(self.states) >= self._limits.states:
            raise _Cut(at_states(self._limits.states))
        memory = self._limits.memory
        if memory is not None and len(self.states) * BYTES_OF_A_STATE >= memory:
            raise _Cut(at_memory(memory))
        number = self._numbers[state] = len(self.states)
        self.states.append(state)
        self._came_from.append((parent, action))
        self._ask(state.known | state.happened << self._shift, number, ())
        return number

    # -------------------------------------------------------------- goals

    def _ask_between(self, parent: int, number: int) -> None:
        """Ask about the states that an action passes through, which are not kept."""
        action, state = self._actions.all[number], self.states[parent]
        known, happened = state.known, state.happened
        for place, (learns, records) in enumerate(action.stages[:-1]):
            known, happened = known | as_bits(learns), happened | as_bits(records)
            self._ask(known | happened << self._shift, parent, action.changes[: place + 1])

    def _ask(self, evidence: int, number: int, changes: tuple[Change, ...]) -> None:
        if evidence in self._asked:
            return
        self._asked.add(evidence)
        for goal in self._questions.false_in(evidence, self.broken):
            self.broken[goal] = number, changes
            if self._stop_on and self._stop_on <= self.broken.keys():
                raise _Cut

    def path(self, goal: Goal) -> tuple[Change, ...]:
        """The run by which this search found a goal broken."""
        number, last = self.broken[goal]
        runs = [last]
        while number:
            number, action = self._came_from[number]
            runs.append(self._actions.all[action].changes)
        return tuple(change for changes in reversed(runs) for change in changes)

    # -------------------------------------------------------------- nothing is put off for ever

    def _ignoring(self) -> list[int]:
        """A state of each part of the graph that is never left and in which no state has all its steps."""
        return [part[0] for part in terminal(self._next) if not self._whole.intersection(part)]


def terminal(graph: list[list[int]]) -> Iterator[list[int]]:
    """The strongly connected parts of a graph from which no edge leads out (Tarjan, without recursion)."""
    index, low = [-1] * len(graph), [0] * len(graph)
    stack: list[int] = []
    part_of: dict[int, int] = {}
    parts: list[list[int]] = []
    count = 0
    for root in range(len(graph)):
        calls = [(root, 0)] if index[root] < 0 else []
        while calls:
            node, place = calls.pop()
            if place == 0:
                index[node] = low[node] = count
                count += 1
                stack.append(node)
            else:
                child = graph[node][place - 1]
                low[node] = min(low[node], low[child] if child not in part_of else count)
            while place < len(graph[node]):
                child = graph[node][place]
                place += 1
                if index[child] < 0:
                    calls += [(node, place), (child, 0)]
                    break
                if child not in part_of:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    part = stack[stack.index(node) :] if stack[-1] != node else [node]
                    del stack[len(stack) - len(part) :]
                    part_of.update(dict.fromkeys(part, len(parts)))
                    parts.append(part)
    for number, part in enumerate(parts):
        if all(part_of[child] == number for node in part for child in graph[node]):
            yield part


# ------------------------------------------------------------------ goals


class _Asking(Evidence):
    """Evidence of which some members are decided; raises Unread for another that is asked for and could be there."""

    __slots__ = ("_closure", "_decided", "_like", "_shift")

    def __init__(self, closure: Closure, shift: int, decided: Case, like: dict[object, list[int]]) -> None:
        super().__init__(frozenset(), frozenset(), closure.program.composition.cast)
        self._closure, self._shift, self._decided, self._like = closure, shift, decided, like

    def _is(self, member: int) -> bool:
        value = self._decided.get(member)
        if value is None:
            raise Unread(member)
        return value

    def _facts(self, kind: type[F], matching: Matching) -> Iterator[F]:
        facts = self._closure.program.facts.values
        like = self._like.get((kind, matching))
        if like is None:
            possible = sorted(self._closure.facts)
            like = self._like[kind, matching] = [n for n in possible if _matches(facts[n], kind, matching)]
        for number in like:
            fact = facts[number]
            if isinstance(fact, kind) and self._is(number + self._shift):
                yield fact

    def _terms(self, kind: type[T], matching: Matching) -> Iterator[T]:
        terms = self._closure.program.terms.values
        for number in sorted(self._closure.terms):
            term = terms[number]
            if isinstance(term, kind) and _matches(term, kind, matching) and self._known(number):
                yield term

    def _knows(self, term: Term) -> bool:
        number = self._closure.program.terms.numbers.get(term)
        return number is not None and number in self._closure.terms and self._known(number)

    def _known(self, number: int) -> bool:
        return number in self._closure.program.initially_known or self._is(number)


def _matches(value: Subject, kind: Kind, matching: Matching) -> bool:
    return isinstance(value, kind) and all(getattr(value, name) == wanted for name, wanted in matching)


class Questions:
    """What the goals come to for one closure, each taken apart into cases by asking it.

    `keep` has for the actions that could mend a violation, by adding to the evidence, those that could make it; both
    belong into a stubborn set, or neither. `undivided` are goals for which that is not known.
    """

    def __init__(self, closure: Closure, actions: Actions, goals: tuple[Goal, ...]) -> None:
        self._closure, self._actions = closure, actions
        self.shift = len(closure.program.terms.values)
        self.keep: dict[int, int] = {}
        self.undivided: list[Goal] = []
        self._bad: dict[Goal, dict[int | None, list[tuple[int, int]]]] = {}
        self._like: dict[object, list[int]] = {}
        self._reached: dict[frozenset[int], int] = {}
        for goal in goals:
            self._bad[goal] = {}
            if goal.stable:
                continue
            divided = [self._take(goal, *subject) for subject in self._subjects(goal)]
            if not all(divided):
                self.undivided.append(goal)

    def false_in(self, evidence: int, known: Iterable[Goal]) -> list[Goal]:
        """The goals that an evidence breaks (known terms, and what happened above them), but for some."""
        return [goal for goal in self._bad if goal not in known and self._is_false(goal, evidence)]

    def _is_false(self, goal: Goal, evidence: int) -> bool:
        if goal.stable or goal in self.undivided:
            program = self._closure.program
            terms = frozenset(program.terms.values[n] for n in members(evidence & (1 << self.shift) - 1))
            facts = frozenset(program.facts.values[n] for n in members(evidence >> self.shift))
            return not goal.holds(Evidence(facts, terms, program.composition.cast))
        return any(
            evidence & ones == ones and not evidence & zeros
            for subject, cases in self._bad[goal].items()
            if subject is None or evidence >> subject & 1
            for ones, zeros in cases
        )

    def _subjects(self, goal: Goal) -> list[tuple[Subject | None, int | None]]:
        if not goal.each:
            return [(None, None)]
        closure, program = self._closure, self._closure.program
        facts: list[tuple[Fact, int]] = [(program.facts.values[n], n + self.shift) for n in sorted(closure.facts)]
        terms: list[tuple[Term, int]] = [(program.terms.values[n], n) for n in sorted(closure.terms)]
        return [(value, number) for value, number in (*facts, *terms) if isinstance(value, goal.each)]

    def _take(self, goal: Goal, subject: Subject | None, member: int | None) -> bool:
        """Take note of what a goal says of one subject; whether all that matters of it is known."""
        cases = self._cases(goal, subject, member)
        if cases is None:
            return False
        bad = [case for case, holds in cases if not holds]
        good = [case for case, holds in cases if holds]
        if bad:
            self._bad[goal][member] = [
                (as_bits(m for m in case if case[m]), as_bits(m for m in case if not case[m])) for case in bad
            ]
        return all(self._keep_together(case, good) for case in bad)

    def _cases(self, goal: Goal, subject: Subject | None, member: int | None) -> list[tuple[Case, bool]] | None:
        found: list[tuple[Case, bool]] = []
        given = member is None or member in self._closure.program.initially_known
        waiting: list[Case] = [{}] if given or member is None else [{member: True}]
        while waiting:
            case = waiting.pop()
            evidence = _Asking(self._closure, self.shift, case, self._like)
            try:
                holds = goal.holds(evidence) if subject is None else goal.holds_for(evidence, subject)
            except Unread as question:
                waiting += [{**case, question.variable: False}, {**case, question.variable: True}]
            else:
                found.append((case, holds))
            if len(found) + len(waiting) > LEAVES:
                return None
        if not given and member is not None:
            found.append(({member: False}, True))
        return found

    # -------------------------------------------------------------- violations that can be mended

    def _keep_together(self, bad: Case, good: list[Case]) -> bool:
        """Have whatever could mend a violation kept together with what could make it, in stubborn sets.

        What an action adds turns one case into another, and takes nothing away. False if one action can do both.
        """
        mended = [self._added(bad, case) for case in good]
        mending = frozenset(member for added in mended if added for member in added)
        if not mending or not self._is_reachable(bad):
            return True
        made = [self._added(case, bad) for case in good]
        making = frozenset(member for added in made if added for member in added)
        menders, makers = self._adding(mending), self._adding(making)
        for number in members(menders):
            self.keep[number] = self.keep.get(number, 0) | makers & ~(1 << number)
        both = (self._actions.all[number] for number in members(menders & makers))
        return not any(self._makes_then_mends(action, making, mending) for action in both)

    @staticmethod
    def _added(before: Case, after: Case) -> frozenset[int] | None:
        """What turns one case into another; None if something would have to be taken away for that."""
        if any(before[member] and not after.get(member, True) for member in before):
            return None
        return frozenset(member for member in before if not before[member] and after.get(member, False))

    def _adding(self, evidence: Iterable[int]) -> int:
        evidence = tuple(evidence)
        terms = [member for member in evidence if member < self.shift]
        facts = [member - self.shift for member in evidence if member >= self.shift]
        return self._actions.those("learns", terms) | self._actions.those("records", facts)

    def _makes_then_mends(self, action: Action, making: frozenset[int], mending: frozenset[int]) -> bool:
        """Whether an action, of its single steps, has one that makes and a later one that mends."""
        stages = [{*learns, *(fact + self.shift for fact in records)} for learns, records in action.stages]
        return any(stages[i] & making and stages[j] & mending for j in range(len(stages)) for i in range(j))

    def _is_reachable(self, case: Case) -> bool:
        """Whether what a case has could be there without anything that it must not have."""
        absent = frozenset(member for member in case if not case[member])
        reached = self._reached.get(absent)
        if reached is None:
            reached = self._reached[absent] = self._reach(absent)
        return all(reached >> member & 1 for member in case if case[member])

    def _reach(self, absent: frozenset[int]) -> int:
        """The evidence that there could be without some of it, if what was there once was there for good."""
        program = self._closure.program
        initial = program.composition.initial
        here: set[tuple[str, int, int]] = {("session", slot, initial[slot]) for slot in range(program.n)}
        evidence = as_bits(program.initially_known)
        waiting = list(self._actions.all)
        before = -1
        while before != len(waiting):
            before = len(waiting)
            later = []
            for action in waiting:
                if not self._could_begin(action, here, evidence):
                    later.append(action)
                    continue
                for learns, records in action.stages:
                    adds = {*learns, *(fact + self.shift for fact in records)}
                    if adds & absent:
                        break
                    evidence |= as_bits(adds)
                else:
                    here |= {("session", slot, session) for slot, session in action.assigns}
                    here |= {("message", 0, number) for number in action.posts}
            waiting = later
        return evidence

    def _could_begin(self, action: Action, here: set[tuple[str, int, int]], evidence: int) -> bool:
        return (
            all(("message", 0, number) in here for number in action.takes)
            and all(any(("session", slot, one) in here for one in some) for slot, some in action.guard)
            and all(evidence >> term & 1 for term in action.needs)
            and all(evidence >> fact + self.shift & 1 for fact in action.present)
        )


# ------------------------------------------------------------------ shortest runs


def by_layers(
    program: Program,
    goals: tuple[Goal, ...],
    *,
    stop_on: frozenset[Goal] = frozenset(),
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
) -> Walk:
    """A breadth-first search over all states of a program, in plain Python."""
    plain, walk = Plain(program), Walk("plain")
    came_from: dict[State, tuple[State, int] | None] = {plain.initial: None}
    asked: set[tuple[int, int]] = set()
    frontier = [plain.initial]

    def ask(state: State) -> None:
        if (state.known, state.happened) not in asked:
            asked.add((state.known, state.happened))
            evidence = _evidence(program, state)
            for goal in goals:
                if goal not in walk.found and not goal.holds(evidence):
                    walk.found[goal] = _run(program, came_from, state)

    walk.depth = depth = 0
    try:
        ask(plain.initial)
        while frontier and not (stop_on and stop_on <= walk.found.keys()):
            following: list[State] = []
            for state in frontier:
                for command in plain.commands(state):
                    after = plain.after(state, command)
                    if after not in came_from:
                        came_from[after] = state, command
                        following.append(after)
                        ask(after)
                if limits.states is not None and len(came_from) >= limits.states:
                    walk.states, walk.complete, walk.cut = len(came_from), False, at_states(limits.states)
                    return walk
            if progress is not None:
                progress(Status(len(came_from), len(following), depth, len(came_from) * BYTES_OF_A_STATE))
            frontier = following
            walk.depth = depth = depth + bool(following)
        walk.complete = not frontier
    except KeyboardInterrupt:
        walk.complete, walk.cut = False, INTERRUPTED
    walk.states = len(came_from)
    return walk


def _evidence(program: Program, state: State) -> Evidence:
    facts = frozenset(program.facts.values[number] for number in members(state.happened))
    terms = frozenset(program.terms.values[number] for number in members(state.known))
    return Evidence(facts, terms, program.composition.cast)


def _run(program: Program, came_from: Mapping[State, tuple[State, int] | None], state: State) -> tuple[Change, ...]:
    changes: list[Change] = []
    while (link := came_from[state]) is not None:
        state, command = link
        changes.append(program.change(command))
    return tuple(reversed(changes))
