"""A program as arrays for the kernel: its commands and variables, beside the bundles into which its trees are put."""

from __future__ import annotations

from collections.abc import Sequence

from oauth_model.engines import kernel
from oauth_model.engines.explicit_bundles import Bundles
from oauth_model.engines.explicit_pools import WORD, Pool, SetPool
from oauth_model.engines.kernel_arrays import Tables
from oauth_model.engines.plain import Plain, State
from oauth_model.engines.program import Program
from oauth_model.engines.tree import CookiesOf, FactsLike, Idle, LocalOf, Takes
from oauth_model.facts import Shared
from oauth_model.terms import Cookie


class Flat:
    """The arrays of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._plain = Plain(program)
        self._commands, self._assigns = Pool(6), Pool(2)
        self._needs, self._learns, self._records = SetPool(), SetPool(), SetPool()
        self._fields: list[int] = []
        self._values: list[dict[int, int]] = []
        self._bundles = Bundles(program, self._field_of, self._value_of)
        self._terms = self._facts = 0
        self.cookies: set[int] = set()
        self.shared: set[int] = set()
        self.update()

    @property
    def arrays(self) -> Tables:
        """What the kernel takes."""
        return Tables(
            self._bundles.rows.array,
            self._bundles.probe_rows.array,
            self._bundles.after.array,
            self._bundles.actions.array,
            self._commands.array,
            self._assigns.array,
            self._needs.rows,
            self._learns.rows,
            self._records.rows,
            self._bundles.starts,
        )

    @property
    def commands(self) -> int:
        """How many commands there are in the arrays."""
        return self._commands.used

    @property
    def widths(self) -> tuple[int, int]:
        """The words that a set of terms, and one of facts, takes."""
        return max(1, -(-self._terms // WORD)), max(1, -(-self._facts // WORD))

    def learn(self, state: State, fields: Sequence[int]) -> None:
        """Learn all that can happen in a state; the values of its fields are given, and the parts of its two sets."""
        self._bundles.learn(state, fields)

    def is_learnt(self, probe: int, value: int) -> bool:
        """Whether something at which the kernel was stuck is learnt by now; it does not know before the next update."""
        return self._bundles.is_learnt(probe, value)

    def update(self) -> None:
        """Write down what the program learnt since the last time."""
        self._members()
        for number in range(self._commands.used, len(self.program.commands)):
            self._command(number)
        self._bundles.update()
        terms, facts = self.widths
        self._needs.write(terms)
        self._learns.write(terms)
        self._records.write(facts)

    def _members(self) -> None:
        """The terms and facts that steps can look up; all others only goals and forgeries ask for."""
        for term in range(self._terms, len(self.program.terms.values)):
            if isinstance(self.program.terms.values[term], Cookie):
                self.cookies.add(term)
        for fact in range(self._facts, len(self.program.facts.values)):
            if isinstance(self.program.facts.values[fact], Shared):
                self.shared.add(fact)
        self._terms, self._facts = len(self.program.terms.values), len(self.program.facts.values)

    def _command(self, number: int) -> None:
        command = self.program.commands[number]
        flags = command.forged * kernel.FORGED | command.teaches * kernel.TEACHES
        sets = self._needs.number(command.needs), self._learns.number(command.learns)
        self._commands.add([(*self._assigns.add(command.assigns), *sets, self._records.number(command.records), flags)])

    # -------------------------------------------------------------- variables

    def _field_of(self, variable: int) -> int:
        """The field of which a variable is a function; the last two are the parts of a state's two sets."""
        n = self.program.n
        for new in self.program.variables.values[len(self._fields) :]:
            match new:
                case LocalOf(slot) | Idle(slot) | Takes(slot, _):
                    self._fields.append(slot)
                case CookiesOf():
                    self._fields.append(n + 3)
                case FactsLike():
                    self._fields.append(n + 4)
            self._values.append({})
        return self._fields[variable]

    def _value_of(self, variable: int, key: int, state: State) -> int:
        """A variable's value where its field has a value; the state is one where that is so."""
        if variable < self.program.n:
            return key
        known = self._values[variable]
        if key not in known:
            known[key] = self._plain.value(variable, state)
        return known[key]
