"""TLA+: a closed form as a module for TLC, with its configuration.

A variable for each session, one for the set of bits that are there, and one for the number of forgeries if they
are counted. Each step is an action with a name, each goal an invariant.
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

HOW_TO = """\
tlc -workers auto NAME: visits every state, and stops in one in which a goal is broken
    without the INVARIANT lines of broken goals "distinct states found" is the number above"""


def tlaplus(closed: Closed, name: str) -> str:
    """The text of a TLA+ module."""
    return "\n".join(TlaPlus(closed, name).lines()) + "\n"


def configuration(closed: Closed) -> str:
    """The text of the configuration that TLC reads beside the module."""
    goals = [f"INVARIANT {invariant(violation.goal.slug)}" for violation in closed.violations]
    return "\n".join(["SPECIFICATION Spec", "CHECK_DEADLOCK FALSE", *goals]) + "\n"


def invariant(slug: str) -> str:
    """The name of a goal's invariant."""
    return f"Goal_{identifier(slug)}"


class TlaPlus:
    """Writes one closed form down."""

    def __init__(self, closed: Closed, name: str) -> None:
        self.closed, self.name = closed, name
        self.names = slot_names(closed, frozenset({"bits", "made", "vars", "Init", "Next", "Spec", "Settled"}))
        self.moving = [slot for slot in range(len(closed.slots)) if varies(closed, slot)]
        self.variables = [*(self.names[slot] for slot in self.moving), "bits"]
        if counts_forgeries(closed):
            self.variables.append("made")
        self.actions = [f"S{number}_{identifier(action.name)}" for number, action in enumerate(closed.actions)]

    def lines(self) -> Iterator[str]:
        """The lines of the module."""
        yield f"---- MODULE {self.name} ----"
        yield from _comment([*about(self.closed), "", *HOW_TO.replace("NAME", self.name).splitlines()])
        yield "EXTENDS Naturals"
        yield ""
        yield f"VARIABLES {', '.join(self.variables)}"
        yield f"vars == <<{', '.join(self.variables)}>>"
        yield ""
        yield from _comment(["What happened, and what the attacker knows, by bits:", *legend_of_bits(self.closed)])
        for number, slot in enumerate(self.closed.slots):
            name = self.names[number] if number in self.moving else "never moves"
            yield from _comment([f"{slot.address}, {slot.role}: {name}", *legend_of_slot(self.closed, number)])
        yield ""
        yield from self._beginning()
        for name, action in zip(self.actions, self.closed.actions, strict=True):
            yield ""
            yield from self._action(name, action)
        yield ""
        yield "Next =="
        yield from (f"  \\/ {name}" for name in self.actions or ["FALSE"])
        yield ""
        yield "Spec == Init /\\ [][Next]_vars"
        yield from self._goals()
        yield "===="

    def _beginning(self) -> Iterator[str]:
        yield "Init =="
        yield "  /\\ bits = {}"
        yield from (f"  /\\ {name} = 0" for name in self.variables if name != "bits")
        yield ""
        yield "(* Nothing has to be delivered before anything else happens. *)"
        yield "Settled =="
        yield from (f"  /\\ {condition}" for condition in self._none_urgent(len(self.closed.slots)) or ["TRUE"])

    def _none_urgent(self, before: int) -> list[str]:
        slots = enumerate(self.closed.slots[:before])
        return [f"{self.names[number]} < {slot.urgent}" for number, slot in slots if slot.urgent < len(slot.values)]

    # -------------------------------------------------------------- steps

    def _action(self, name: str, action: Action) -> Iterator[str]:
        yield f"(* {_plain(action.meaning)} *)"
        yield f"{name} =="
        yield from (f"  /\\ {part}" for part in (*self._guard(action), *self._effect(action)))

    def _guard(self, action: Action) -> Iterator[str]:
        for slot, values in action.guard:
            yield f"{self.names[slot]} {_among(values)}"
        yield from self._none_urgent(action.slot) if action.urgent else ["Settled"]
        yield from _literals(action.bits)
        if action.unless:
            yield f"~({_set(action.unless)} \\subseteq bits)"
        if action.forged and self.closed.bound is not None:
            yield f"made < {self.closed.bound}"

    def _effect(self, action: Action) -> Iterator[str]:
        after = {self.names[slot]: str(value) for slot, value in action.assigns}
        if action.adds:
            after["bits"] = f"bits \\cup {_set(action.adds)}"
        if action.forged and self.closed.bound is not None:
            after["made"] = "made + 1"
        yield from (f"{name}' = {value}" for name, value in after.items())
        kept = [name for name in self.variables if name not in after]
        if kept:
            yield f"UNCHANGED <<{', '.join(kept)}>>"

    # -------------------------------------------------------------- goals

    def _goals(self) -> Iterator[str]:
        yield ""
        yield from _comment([
            "Goals. What follows is false where one is broken, in every state that is reached; it is made of the bits",
            "that were met there, and says nothing of other states.",
        ])  # fmt: skip
        for violation in self.closed.violations:
            goal = violation.goal
            where = "; ".join(in_words(cube) for cube in violation.cubes) or "in no state"
            yield ""
            yield from _comment([f"{goal.slug} ({goal.reference}): {goal.title}", f"broken: {where}"])
            yield f"{invariant(goal.slug)} =="
            cubes = [" /\\ ".join(_literals(cube)) or "TRUE" for cube in violation.cubes]
            yield from (f"  /\\ ~({cube})" for cube in cubes or ["FALSE"])


def _literals(literals: Literals) -> Iterator[str]:
    if literals.present:
        yield f"{_set(literals.present)} \\subseteq bits"
    if literals.absent:
        yield f"bits \\cap {_set(literals.absent)} = {{}}"


def _among(values: frozenset[int]) -> str:
    if len(values) == 1:
        return f"= {min(values)}"
    return "\\in " + " \\cup ".join(_range(low, high) for low, high in ranges(values))


def _range(low: int, high: int) -> str:
    return f"({low}..{high})" if low < high else f"{{{low}}}"


def _set(numbers: Iterable[int]) -> str:
    return f"{{{', '.join(str(number) for number in sorted(numbers))}}}"


def _plain(text: str) -> str:
    """A text that can stand in a comment."""
    return text.replace("(*", "( *").replace("*)", "* )").replace("\n", " ")


def _comment(lines: Sequence[str]) -> Iterator[str]:
    yield f"(* {_plain(lines[0])}"
    for line in lines[1:]:
        yield f"   {_plain(line)}".rstrip()
    yield "*)"
