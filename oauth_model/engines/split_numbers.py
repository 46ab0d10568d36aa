"""Numbers that all workers of a split search agree on.

Each worker's program learns in an order of its own and numbers what it meets as it meets it. What travels is in the
numbers of one more program, the coordinator's, which only numbers: `Register` gives a number to what a worker reports
(`Report`) and tells everybody (`News`); `Numbers` is a worker's side of it. Sessions, messages, terms and facts are
compared by value; sets of terms and of facts are bits. Numbers are never taken back.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from oauth_model.checkers.parcel import Packer
from oauth_model.engines.explicit_pools import WORD
from oauth_model.engines.explicit_sets import SetsOf
from oauth_model.engines.kernel_arrays import Ints, Longs, Words
from oauth_model.engines.program import Program
from oauth_model.engines.split_sets import AHEAD, append, keys, renumbered

NONE = -1
"""In place of a number: there is none yet."""

Lengths = tuple[tuple[int, ...], int, int, int, int]
"""How many local states of each slot, terms, facts, sets of terms and sets of facts there are."""


class Report(NamedTuple):
    """What a worker has no agreed number for: packed values, and sets as bits in the worker's own numbers.

    `terms` and `facts` have the agreed number of each of the worker's own, NONE for those among the values.
    """

    values: bytes
    terms: Longs
    facts: Longs
    known: Words
    happened: Words


class News(NamedTuple):
    """What got its number since the last time, in the order of the numbers; and how many values each field has."""

    values: bytes
    known: Words
    happened: Words
    sizes: list[int]


def _words(members: int) -> int:
    return max(1, -(-members // WORD))


# ------------------------------------------------------------------ the coordinator's side


class _Sets:
    """Sets of agreed numbers, and the number of each."""

    def __init__(self, first: Iterable[int]) -> None:
        bits = sum(1 << member for member in first)
        self.keys = [bits.to_bytes(-(-bits.bit_length() // 8), "little")]
        self._numbers = {self.keys[0]: 0}

    def number(self, rows: Words) -> None:
        """Give numbers to those that have none."""
        for key in keys(rows):
            if key not in self._numbers:
                self._numbers[key] = len(self.keys)
                self.keys.append(key)

    def rows(self, since: int, width: int) -> Words:
        """Those from a number on."""
        whole = b"".join(key.ljust(8 * width, b"\0") for key in self.keys[since:])
        return np.frombuffer(whole, np.uint64).reshape(-1, width)

    def bits(self, number: int) -> int:
        """A set as the bits of one number."""
        return int.from_bytes(self.keys[number], "little")


class Register:
    """What has a number, by means of a program that nothing else learns in meanwhile."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known, self.happened = _Sets(program.initially_known), _Sets(())
        self._room = [1, 1]
        self._packer = Packer()

    @property
    def lengths(self) -> Lengths:
        """How much there is."""
        program = self.program
        locals_ = tuple(len(table.values) for table in program.locals)
        sets = len(self.known.keys), len(self.happened.keys)
        return locals_, len(program.terms.values), len(program.facts.values), *sets

    def take(self, report: Report) -> None:
        """Give numbers to what a worker reports."""
        program, world = self.program, self.program.composition
        locals_, terms, facts = pickle.loads(report.values)
        for slot, values in enumerate(locals_):
            for session, envelopes in values:
                program.local(slot, world.sessions.number(session), map(world.envelopes.number, envelopes))
        of_terms, of_facts = report.terms.copy(), report.facts.copy()
        of_terms[of_terms == NONE] = [number for term in terms for number in program.known([term])]
        of_facts[of_facts == NONE] = [number for fact in facts for number in program.happened([fact])]
        self.known.number(renumbered(report.known, of_terms, _words(len(program.terms.values))))
        self.happened.number(renumbered(report.happened, of_facts, _words(len(program.facts.values))))

    def since(self, lengths: Lengths) -> News:
        """All that got its number since there was so much."""
        program, (locals_, terms, facts, known, happened) = self.program, lengths
        sizes = [len(table.values) for table in program.locals]
        told = (
            [_told(program, slot, range(begin, sizes[slot])) for slot, begin in enumerate(locals_)],
            program.terms.values[terms:],
            program.facts.values[facts:],
        )
        for at, sets in enumerate((self.known, self.happened)):
            if len(sets.keys) > self._room[at]:
                self._room[at] = AHEAD * len(sets.keys)
        sizes += [*self._room, (program.bound or 0) + 1]
        return News(
            self._packer.pack(told, "what a search found"),
            self.known.rows(known, _words(len(program.terms.values))),
            self.happened.rows(happened, _words(len(program.facts.values))),
            sizes,
        )


def _told(program: Program, slot: int, numbers: Iterable[int]) -> list[tuple[Any, list[Any]]]:
    """Local states as values."""
    world, values = program.composition, program.locals[slot].values
    return [
        (world.sessions.values[session], [world.envelopes.values[envelope] for envelope in waiting])
        for session, waiting in (values[number] for number in numbers)
    ]


# ------------------------------------------------------------------ a worker's side


class _Growing:
    """An array to which numbers are added; what it was `filled` with is at the places that nobody set."""

    def __init__(self) -> None:
        self._room, self._used = np.full(16, NONE, np.int32), 0

    @property
    def filled(self) -> Ints:
        """All of it."""
        return self._room[: self._used]

    def reach(self, size: int) -> None:
        """Have at least so many places."""
        if size > self._room.size:
            more = np.full(max(size, 2 * self._room.size) - self._room.size, NONE, np.int32)
            self._room = np.concatenate([self._room, more])
        self._used = max(self._used, size)


class Map:
    """The agreed numbers of a worker's own, and the other way round; NONE for what has none yet."""

    def __init__(self) -> None:
        self._there, self._here = _Growing(), _Growing()
        self._whole = 0

    @property
    def there(self) -> Ints:
        """The agreed number of each of the worker's own."""
        return self._there.filled

    @property
    def here(self) -> Ints:
        """The worker's own for each agreed number."""
        return self._here.filled

    def follow(self, own: Sequence[int]) -> None:
        """The next agreed numbers stand for these."""
        if not own:
            return
        begin = self.here.size
        self._there.reach(max(own) + 1)
        self._here.reach(begin + len(own))
        self.there[own] = np.arange(begin, begin + len(own))
        self.here[begin:] = own

    def missing(self, own: int) -> Longs:
        """Of so many of the worker's own, those that have no number yet."""
        self._there.reach(own)
        found = self._whole + np.flatnonzero(self.there[self._whole :] == NONE)
        self._whole = int(found[0]) if found.size else self.there.size
        return found


class Numbers:
    """One worker's numbers, and what they are elsewhere: of each field's values, of terms, and of facts."""

    def __init__(self, program: Program, known: SetsOf, happened: SetsOf) -> None:
        self._program, self._known, self._happened = program, known, happened
        self.fields = [Map() for _ in range(program.n + 3)]
        self.fields[-1].follow(range((program.bound or 0) + 1))
        self.terms, self.facts = Map(), Map()
        self._parts: dict[int, dict[bytes, int]] = {id(known): {}, id(happened): {}}
        self._packer = Packer()

    def report(self) -> Report:
        """All that has no agreed number."""
        program = self._program
        locals_ = [
            _told(program, slot, self.fields[slot].missing(len(table.values)))
            for slot, table in enumerate(program.locals)
        ]
        terms = [program.terms.values[number] for number in self.terms.missing(len(program.terms.values))]
        facts = [program.facts.values[number] for number in self.facts.missing(len(program.facts.values))]
        return Report(
            self._packer.pack((locals_, terms, facts), "what a search found"),
            self.terms.there.astype(np.int64),
            self.facts.there.astype(np.int64),
            self._known.all.rows[self.fields[-3].missing(self._known.all.used)],
            self._happened.all.rows[self.fields[-2].missing(self._happened.all.used)],
        )

    def take_values(self, news: News) -> None:
        """Have a number for each new value: the program may learn by it what else can happen."""
        program, world = self._program, self._program.composition
        locals_, terms, facts = pickle.loads(news.values)
        for slot, values in enumerate(locals_):
            sessions = [world.sessions.number(session) for session, _ in values]
            waiting = [[world.envelopes.number(envelope) for envelope in envelopes] for _, envelopes in values]
            self.fields[slot].follow([program.local(slot, *both) for both in zip(sessions, waiting, strict=True)])
        self.terms.follow([number for term in terms for number in program.known([term])])
        self.facts.follow([number for fact in facts for number in program.happened([fact])])
        program.settle()  # what can be forged of these terms, before a state is looked at where they are known

    def take_sets(self, news: News) -> None:
        """Have a number for each new set; the sets must be wide enough for all terms and facts."""
        self._take_sets(self._known, self.fields[-3], self.terms, news.known)
        self._take_sets(self._happened, self.fields[-2], self.facts, news.happened)

    def _take_sets(self, sets: SetsOf, numbers: Map, members: Map, rows: Words) -> None:
        own = renumbered(rows, members.here.astype(np.int64), sets.all.rows.shape[1])
        waiting = numbers.missing(sets.all.used)
        found = dict(zip(keys(sets.all.rows[waiting]), waiting.tolist(), strict=True))
        used = sets.all.used
        strange: list[int] = []
        mine: list[int] = []
        for at, key in enumerate(keys(own)):
            number = found.get(key)
            if number is None:
                number = used + len(strange)
                strange.append(at)
            mine.append(number)
        if strange:
            append(sets, own[strange], self._parts[id(sets)])
        numbers.follow(mine)
