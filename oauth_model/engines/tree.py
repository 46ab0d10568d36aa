"""Decision trees: what can happen next, learnt by asking about one small variable at a time.

The variables are the *local states* of the sessions (a session with the messages on its way to it or from
it), what the attacker knows, and what happened. What a party does is computed by its machine from
a few of them; which, shows when they are read. So a tree is grown by running the computation: where it reads
a variable whose value is not given (`Unread`), the tree branches on that variable, and the computation
is run again for each value that really occurs. A path from the root to a command is the command's guard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from oauth_model.errors import Question
from oauth_model.facts import Pattern
from oauth_model.forging import Forger
from oauth_model.messages import Message
from oauth_model.steps import Change


@dataclass(frozen=True, slots=True)
class LocalOf:
    """The local state of a slot's session: its number among those of the slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class Idle:
    """Whether a slot's session has not begun: 1 or 0. A function of its local state."""

    slot: int


@dataclass(frozen=True, slots=True)
class Takes:
    """How a slot's session takes an envelope, a function of its local state.

    0: not at all; 1: by a row of its own; from 2 on by a row for refusals, the lower the more it concerns it.
    """

    slot: int
    envelope: int


@dataclass(frozen=True, slots=True)
class FactsLike:
    """Which shared facts there are that match a pattern: the number of a set of them."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class CookiesOf:
    """Which of a party's cookies the attacker knows: the number of a set of them."""

    party: str


Variable = LocalOf | Idle | Takes | FactsLike | CookiesOf


class Unread(Question):
    """A variable was read that has no value on this path."""

    def __init__(self, variable: int) -> None:
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Command:
    """A guarded assignment: one step of the protocol, and exactly what it depends on.

    `guard` gives variables their values; `needs` are terms that the attacker must know. The step writes
    `assigns` (slots and their new local states), adds `learns` to the attacker's knowledge and `records` to what
    happened. A `forged` one counts against the bound on forgeries; one that `teaches` is only a step where
    something in `learns` is new. Terms and facts are numbers of the program's.
    """

    guard: tuple[tuple[int, int], ...]
    needs: frozenset[int]
    assigns: tuple[tuple[int, int], ...]
    learns: frozenset[int]
    records: frozenset[int]
    forged: bool
    teaches: bool
    change: Change


class Read:
    """Reads variables on one path, or raises Unread."""

    __slots__ = ("path",)

    def __init__(self, path: Mapping[int, int]) -> None:
        self.path = path

    def __call__(self, variable: int) -> int:
        value = self.path.get(variable)
        if value is None:
            raise Unread(variable)
        return value


@dataclass
class Found:
    """What a computation came to on one path: commands, and further computations that may read more.

    Of those in `attacks` nothing comes but messages of the attacker's. With a `forger` there is one more for each
    message that it makes, now or when more terms are known.
    """

    commands: list[Command] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    attacks: list[Body] = field(default_factory=list)
    forger: Forger | None = None
    wrap: Wrap | None = None


Body = Callable[[Read], Found]
Wrap = Callable[[Message], Body]


class Node:
    """One node of a tree: a variable to look at next, or what can happen and where to look further.

    Where `forging` is true every command at it or under it is one of the attacker's messages: where no more of them
    may be made, nobody has to look there. One that `grows` gets another fork when another message can be made.
    """

    __slots__ = ("body", "children", "commands", "forging", "forks", "grows", "number", "path", "variable")

    def __init__(self, number: int, path: Mapping[int, int], body: Body, forging: bool = False) -> None:
        self.number, self.path, self.body, self.forging = number, path, body, forging
        self.variable: int | None = None
        self.children: dict[int, Node] = {}
        self.commands: tuple[int, ...] = ()
        self.forks: tuple[Node, ...] = ()
        self.grows = False

    @property
    def is_bare(self) -> bool:
        """Whether nothing can happen here, nor ever will."""
        return self.variable is None and not (self.commands or self.forks or self.grows)
