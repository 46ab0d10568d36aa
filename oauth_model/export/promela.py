"""Promela: a closed form as a model for SPIN.

One process takes all steps. An option of its loop is one session's: it looks with one expression whether the session
has any step, and then finds it inside an atomic sequence, so that there is no state between two steps. A step is a
guard and assignments of constants, which SPIN merges into one transition that is cheap to undo: faster than
a `d_step`, for which it copies the whole state. The bits are packed into a few words, and sessions that
never move have no variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from oauth_model.export.closed import Action, Closed, Literals, ranges
from oauth_model.export.words import (
    about,
    counts_forgeries,
    identifier,
    in_words,
    legend_of_bits,
    legend_of_slot,
    slot_names,
    varies,
)

LEAF = 24
"""Up to so many steps are tried one after the other; where there are more, it is looked first which can be meant."""

WIDTHS = {"int": 31, "short": 15, "byte": 8}
"""How many bits a word of each type has: no sign is used."""

HOW_TO = """\
spin -a FILE && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m1000000
    visits every state: "states, stored" is the number above
spin -a -DCHECK_slug FILE, or -DCHECK_ALL: stops in a state in which that goal, or any, is broken
spin -a -DCHAINS FILE: what is delivered at once is one step with what sends it, and stores no state"""

FRAME = """\
#ifdef CHAINS
#define BEGIN do :: atomic { if
#define STEP
#define DONE
#define AT_ONCE fi; do
#define END :: else -> break od } od
#else
#define BEGIN do
#define STEP atomic {
#define DONE }
#define AT_ONCE
#define END od
#endif"""


def promela(closed: Closed) -> str:
    """The text of a Promela model."""
    return "\n".join(Promela(closed).lines()) + "\n"


class Promela:
    """Writes one closed form down."""

    def __init__(self, closed: Closed) -> None:
        self.closed = closed
        self.words = list(_words(len(closed.bits)))
        self._places = [(word, 1 << bit) for word, (_, size) in enumerate(self.words) for bit in range(size)]
        reserved = {"made", "calm", "steps", *(f"bits_{word}" for word in range(len(self.words)))}
        self.names = slot_names(closed, frozenset(reserved))

    def lines(self) -> Iterator[str]:
        """The lines of the model."""
        yield from _comment([*about(self.closed), "", *HOW_TO.splitlines()])
        yield from self._declarations()
        for number, slot in enumerate(self.closed.slots):
            title = f"{slot.address}, {slot.role}: "
            title += self.names[number] if varies(self.closed, number) else "never moves"
            if slot.urgent < len(slot.values):
                title += f"; from {slot.urgent} on something is delivered at once"
            yield ""
            yield from _comment([title, *legend_of_slot(self.closed, number)])
        yield ""
        yield f"#define calm {_all(self._none_urgent(len(self.closed.slots)))}"
        yield from self._goals()
        yield ""
        yield FRAME
        yield from self._process()

    # -------------------------------------------------------------- variables

    def _declarations(self) -> Iterator[str]:
        yield ""
        yield from _comment(["What happened, and what the attacker knows, by bits:", *legend_of_bits(self.closed)])
        at = 0
        for word, (kind, size) in enumerate(self.words):
            yield f"{kind} bits_{word};  /* {at} to {at + size - 1} */"
            at += size
        for number, slot in enumerate(self.closed.slots):
            if varies(self.closed, number):
                yield f"{_type(len(slot.values) - 1)} {self.names[number]};"
        if counts_forgeries(self.closed):
            assert self.closed.bound is not None
            yield f"{_type(self.closed.bound)} made;  /* messages that the attacker made */"

    def _masks(self, bits: Iterable[int]) -> dict[int, int]:
        masks: dict[int, int] = {}
        for bit in bits:
            word, mask = self._places[bit]
            masks[word] = masks.get(word, 0) | mask
        return masks

    # -------------------------------------------------------------- conditions

    def _literals(self, literals: Literals) -> list[str]:
        present, absent = self._masks(literals.present), self._masks(literals.absent)
        both = {word: (present.get(word, 0), absent.get(word, 0)) for word in sorted({*present, *absent})}
        return [f"(bits_{word} & {there | missing}) == {there}" for word, (there, missing) in both.items()]

    def _none_urgent(self, before: int) -> list[str]:
        slots = enumerate(self.closed.slots[:before])
        return [f"{self.names[number]} < {slot.urgent}" for number, slot in slots if slot.urgent < len(slot.values)]

    def _among(self, slot: int, values: frozenset[int]) -> str:
        every = frozenset(range(len(self.closed.slots[slot].values)))
        inside, outside = self._runs(slot, values), self._runs(slot, every - values)
        if len(outside) < len(inside):
            return f"!{_any(outside)}"
        return _any(inside)

    def _runs(self, slot: int, values: frozenset[int]) -> list[str]:
        name, last = self.names[slot], len(self.closed.slots[slot].values) - 1
        return [
            f"{name} == {low}" if low == high
            else f"{name} <= {high}" if low == 0
            else f"{name} >= {low}" if high == last
            else f"({name} >= {low} && {name} <= {high})"
            for low, high in ranges(values)
        ]  # fmt: skip

    def _guard(self, action: Action, values: frozenset[int]) -> list[str]:
        """What must be true for an action, given that the value of its slot is one of these."""
        found = []
        for slot, allowed in action.guard:
            if slot != action.slot:
                found.append(self._among(slot, allowed))
            elif not values <= allowed:
                found.append(self._among(slot, allowed & values))
        found += self._literals(action.bits)
        if action.unless:
            found.append(f"!{_all(self._literals(Literals(action.unless)))}")
        if action.forged and self.closed.bound is not None:
            found.append(f"made < {self.closed.bound}")
        return found

    # -------------------------------------------------------------- goals

    def _goals(self) -> Iterator[str]:
        yield ""
        yield from _comment([
            "Goals. What follows is true where one is broken, in every state that is reached; it is made of the bits",
            "that were met there, and says nothing of other states.",
        ])  # fmt: skip
        for violation in self.closed.violations:
            goal = violation.goal
            yield ""
            where = "; ".join(in_words(cube) for cube in violation.cubes) or "in no state"
            yield from _comment([f"{goal.slug} ({goal.reference}): {goal.title}", f"broken: {where}"])
            cubes = [_all(self._literals(cube)) for cube in violation.cubes]
            yield f"#define violated_{identifier(goal.slug)} {_any(cubes) if cubes else 'false'}"

    def _monitors(self) -> Iterator[str]:
        for violation in self.closed.violations:
            name = identifier(violation.goal.slug)
            yield f"#if defined(CHECK_ALL) || defined(CHECK_{name})"
            yield f"    :: d_step {{ violated_{name} -> assert(!violated_{name}) }}"
            yield "#endif"

    # -------------------------------------------------------------- steps

    def _process(self) -> Iterator[str]:
        yield ""
        yield "active proctype steps() {"
        yield "end: BEGIN"
        yield from self._of_all(urgent=False)
        yield "    AT_ONCE"
        yield from self._of_all(urgent=True)
        yield from self._monitors()
        yield "    END"
        yield "}"

    def _of_all(self, urgent: bool) -> Iterator[str]:
        for slot in range(len(self.closed.slots)):
            actions = [action for action in self.closed.actions if (action.slot, action.urgent) == (slot, urgent)]
            by_value = self._by_value(slot, actions)
            if by_value:
                first = _all(self._none_urgent(slot)) if urgent else "calm"
                yield f"    :: STEP {first} && {self._has_any(slot, sorted(by_value), by_value)} ->"
                yield from self._choice(slot, sorted(by_value), by_value, 2)
                yield "    DONE"

    def _by_value(self, slot: int, actions: Iterable[Action]) -> dict[int, list[Action]]:
        every = frozenset(range(len(self.closed.slots[slot].values)))
        found: dict[int, list[Action]] = {}
        for action in actions:
            for value in sorted(dict(action.guard).get(slot, every)):
                found.setdefault(value, []).append(action)
        return found

    def _has_any(self, slot: int, values: Sequence[int], by_value: dict[int, list[Action]]) -> str:
        """Whether a slot has any step, as an expression that halves the values until one is left."""
        if len(values) > 1:
            middle = len(values) // 2
            parts = [self._has_any(slot, part, by_value) for part in (values[:middle], values[middle:])]
            return f"({self.names[slot]} < {values[middle]} -> {parts[0]} : {parts[1]})"
        here = frozenset(values)
        guards = [self._guard(action, here) for action in by_value[values[0]]]
        found = [self._among(slot, here)] if varies(self.closed, slot) else []
        if all(guards):
            found.append(_any(list(dict.fromkeys(_all(guard) for guard in guards))))
        return _all(found)

    def _choice(
        self, slot: int, values: Sequence[int], by_value: dict[int, list[Action]], depth: int
    ) -> Iterator[str]:
        """The steps for some values of a slot, one of which has a step."""
        indent = "    " * depth
        yield f"{indent}if"
        actions = list(dict.fromkeys(action for value in values for action in by_value[value]))
        if len(values) == 1 or len(actions) <= LEAF:
            for action in actions:
                yield f"{indent}:: {self._step(action, frozenset(values))}  /* {_plain(action.meaning)} */"
        else:
            for part in _parts(values, by_value):
                low, high, name = part[0], part[-1], self.names[slot]
                here = f"{name} == {low}" if low == high else f"{name} >= {low} && {name} <= {high}"
                yield f"{indent}:: {here} ->"
                yield from self._choice(slot, part, by_value, depth + 1)
        yield f"{indent}fi"

    def _step(self, action: Action, values: frozenset[int]) -> str:
        effects = [f"{self.names[slot]} = {value}" for slot, value in action.assigns]
        effects += [f"bits_{word} = bits_{word} | {mask}" for word, mask in sorted(self._masks(action.adds).items())]
        if action.forged and self.closed.bound is not None:
            effects.append("made++")
        return f"{' && '.join(self._guard(action, values)) or 'true'} -> {'; '.join(effects) or 'skip'}"


def _words(bits: int) -> Iterator[tuple[str, int]]:
    """Types of words with room for some bits, and how many bits are in each."""
    while bits > 0:
        kind = "int" if bits > WIDTHS["short"] else "short" if bits > WIDTHS["byte"] else "byte"
        yield kind, min(bits, WIDTHS[kind])
        bits -= WIDTHS[kind]


def _type(greatest: int) -> str:
    """The smallest type for numbers from 0 up to the greatest."""
    return next(kind for kind in ("byte", "short", "int") if greatest < 1 << WIDTHS[kind])


def _parts(values: Sequence[int], by_value: dict[int, list[Action]]) -> Iterator[Sequence[int]]:
    """Values in a few runs, with about as many steps in each."""
    total = sum(len(by_value[value]) for value in values)
    share = max(total / LEAF, LEAF)
    part: list[int] = []
    steps = 0
    for value in values:
        if part and steps + len(by_value[value]) > share:
            yield part
            part, steps = [], 0
        part.append(value)
        steps += len(by_value[value])
    yield part


def _all(conditions: Sequence[str]) -> str:
    return "true" if not conditions else f"({' && '.join(conditions)})"


def _any(conditions: Sequence[str]) -> str:
    return f"({' || '.join(conditions)})" if len(conditions) != 1 else conditions[0]


def _plain(text: str) -> str:
    """A text that can stand in a comment."""
    return text.replace("*/", "* /").replace("/*", "/ *").replace("\n", " ")


def _comment(lines: Sequence[str]) -> Iterator[str]:
    yield f"/* {_plain(lines[0])}"
    for line in lines[1:]:
        yield f" * {_plain(line)}".rstrip()
    yield " */"
