"""The inner loop of the explicit search, compiled by numba: packed states, interned sets, and one hash table.

A state is a row of 64-bit words into which small numbers are packed (`Layout`): the local state of each slot, the
number of the set of known terms, that of the set of facts, and the forgeries made. The kernel walks the trees of
a program (`Tables`) for one state after the other, and says which states met something that was not learnt yet;
it never learns by itself. All it writes are new states, new sets and new pairs of sets.

Three things make it fast. Numbers stand for sets, so that a state is two or three words. The steps of many states are
collected before they are taken, and their successors before they are looked up; what each of them needs from tables
too large for the processor's caches is read first: it then waits for many of them at once, where it would wait for
one after the other. And an entry of the table holds half of a state's hash beside its number, so that hardly ever a
state is read that is another. States are told apart by all their words, never by their hash alone.

Where it matters, indexes are made unsigned: for a signed one numba asks whether it counts from the end.

Whoever calls makes room: the kernel never allocates, it returns and says what is missing. All of it is in one
file, as numba looks at no other when it asks whether what it compiled before is still good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from oauth_model.engines.kernel_arrays import (
    Interned,
    Layout,
    Longs,
    Pairs,
    Sets,
    Store,
    Tables,
    Whole,
    Words,
    Work,
)

F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F, **options: bool) -> F:
    """A function to be compiled when it is first called, and kept for other processes where there is a place for it.

    Arrays are only looked at, so none is counted (`_nrt`): in code as small as this, counting takes most of the time.
    """
    compiler: Any = numba.njit
    try:
        return cast(F, compiler(cache=True, _nrt=False, **options)(function))
    except RuntimeError:  # no directory for it that can be written to
        return cast(F, compiler(_nrt=False, **options)(function))


def compiled(function: F) -> F:
    """Have a function compiled."""
    return _compiled(function)


def inlined(function: F) -> F:
    """Have a function compiled into those that call it: a call would hand over all arrays, one by one."""
    return _compiled(function, forceinline=True)


DONE, ROOM, SETS, WORK, LIMIT = 0, 1, 2, 3, 4
"""Why the kernel returned: all is done; no room for states, for sets, for the work on one state; enough states."""

STATES, TRANSITIONS, STUCK, BEYOND, FORGOTTEN = 0, 1, 2, 3, 4
"""Places in the counters: of states, of transitions, of stuck states, of new states left out at the limit, of states
that are not there any more, which are the first ones."""

FORGED, TEACHES = 1, 2
"""Flags of a command."""

NOTHING, UNKNOWN, URGENT, CRAMPED = -1, -2, -3, -4
"""What there may be instead of a number: nothing comes of it; it is not learnt. Also, it is not learnt and it is that
slot's turn before all others', below which are the bundles whose turn it is; and there is no room for it."""

SINGLE = 1 << 30
"""Added to the number of a probe where it stands for a bundle in which there is nothing else."""

OLD_PAIR = 1 << 32
"""Added to the number of a successor's parent: it has the same pair of sets, which was noted."""

LOAD, LOAD_OF_MARKS = 0.7, 0.8
"""How full the table of states may be, and that of fingerprints."""


# ------------------------------------------------------------------ hashing and interning


@inlined
def mixed(value: Whole) -> Whole:
    """A 64-bit number, scrambled."""
    value = (value ^ (value >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    value = (value ^ (value >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return value ^ (value >> np.uint64(32))


@inlined
def hash_of(row: Words) -> Whole:
    """The hash of a row of words."""
    found = np.uint64(0x9E3779B97F4A7C15)
    for word in row:
        found = (found ^ word) * np.uint64(0xD6E8FEB86659FD93)
        found ^= found >> np.uint64(32)
    return found * np.uint64(0xD6E8FEB86659FD93)


@inlined
def mark_of(field: Whole, value: Whole) -> Whole:
    """What the value of a field adds to a state's fingerprint: a number of the sequence that is called SplitMix64.

    The sum of such numbers is the same however a state is packed, and that of a successor is found by what changed.
    """
    found = ((np.uint64(field) << np.uint64(32) | np.uint64(value)) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


@inlined
def place_of(hashed: Whole, size: Whole) -> Whole:
    """Where to begin to look for a hash in a table of a size below 2^32; the larger the hash, the further behind."""
    return np.int64(((hashed >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32))


@inlined
def copy(row: Words, into: Words, number: Whole) -> None:
    """Copy a row to its place among others."""
    for word in range(row.size):
        into[number, word] = row[word]


@inlined
def intern(where: Interned, row: Words) -> Whole:
    """The number of a row, a new one if need be; UNKNOWN where there is no room for it."""
    size = where.table.size
    place = place_of(hash_of(row), size)
    while where.table[np.uint64(place)]:
        number = np.int64(where.table[np.uint64(place)]) - 1
        same = True
        for word in range(row.size):
            if where.rows[np.uint64(number), word] != row[word]:
                same = False
                break
        if same:
            return number
        place = place + 1 if place + 1 < size else 0
    number = where.used[0]
    if number == where.rows.shape[0]:
        return UNKNOWN
    copy(row, where.rows, number)
    where.table[np.uint64(place)] = number + 1
    where.used[0] = number + 1
    return number


@inlined
def intern_set(sets: Sets, row: Words) -> Whole:
    """The number of a set, with that of its part; UNKNOWN where there is no room for it. It may spoil `row`."""
    if sets.parts.used[0] == sets.parts.rows.shape[0]:
        return UNKNOWN
    before = sets.all.used[0]
    number = intern(sets.all, row)
    if number == before:
        for word in range(row.size):
            row[word] &= sets.relevant[word]
        sets.part[number] = intern(sets.parts, row)
    return number


@inlined
def place_of_union(sets: Sets, number: Whole, more: Whole) -> Whole:
    """Where the union of a set and a row of others is remembered, if it is."""
    return np.uint64((number * 8 + (more & 7)) & (sets.joined.shape[0] - 1))


@inlined
def joined(sets: Sets, number: Whole, more: Whole, rows: Words) -> Whole:
    """The number of the union of a set and a row of others; UNKNOWN where there is no room for it."""
    if not more:
        return number
    key = (np.uint64(number) << np.uint64(32) | np.uint64(more)) + np.uint64(1)
    place = place_of_union(sets, number, more)
    if sets.joined[place, 0] == key:
        return np.int64(sets.joined[place, 1])
    for word in range(sets.row.size):
        sets.row[word] = sets.all.rows[np.uint64(number), word] | rows[np.uint64(more), word]
    found = intern_set(sets, sets.row)
    if found != UNKNOWN:
        sets.joined[place, 0] = key
        sets.joined[place, 1] = np.uint64(found)
    return found


@compiled
def index_rows(where: Interned) -> None:
    """Fill an empty table with all rows."""
    size = where.table.size
    for number in range(where.used[0]):
        place = place_of(hash_of(where.rows[number]), size)
        while where.table[place]:
            place = place + 1 if place + 1 < size else 0
        where.table[place] = number + 1


# ------------------------------------------------------------------ one state


@inlined
def read(layout: Layout, row: Words, field: Whole) -> Whole:
    """The value of a field of a packed state."""
    return np.int64((row[layout.word[field]] >> layout.shift[field]) & layout.mask[field])


@inlined
def write(layout: Layout, row: Words, field: Whole, value: Whole) -> None:
    """Set a field of a packed state."""
    word, shift = layout.word[field], layout.shift[field]
    row[word] = (row[word] & ~(layout.mask[field] << shift)) | (np.uint64(value) << shift)


@inlined
def within(one: Words, number: Whole, other: Words, of: Whole) -> bool:
    """Whether a set, the row of a number, is part of another."""
    for word in range(one.shape[1]):  # noqa: SIM110 (compiled code)
        if one[number, word] & ~other[of, word]:
            return False
    return True


@inlined
def is_enabled(tables: Tables, number: Whole, known: Words, terms: Whole) -> Whole:
    """Whether a command can be taken with a set of terms known."""
    terms, number = np.uint64(terms), np.uint64(number)
    needs, learns = np.uint64(tables.commands[number, 2]), np.uint64(tables.commands[number, 3])
    missing = new = np.uint64(0)
    for word in range(known.shape[1]):
        missing |= tables.needs[needs, word] & ~known[terms, word]
        new |= tables.learns[learns, word] & ~known[terms, word]
    return (missing == 0) & ((new != 0) | (tables.commands[number, 5] & TEACHES == 0))


@inlined
def looked_up(tables: Tables, now: Longs, probe: Whole) -> Whole:
    """What a probe leads to in the state whose fields are given."""
    row = np.uint64(probe)
    value = now[np.uint64(tables.probes[row, 0])]
    if value >= tables.probes[row, 2]:
        return UNKNOWN
    return np.int64(tables.after[np.uint64(tables.probes[row, 1] + value)])


@inlined
def walk(tables: Tables, work: Work, slots: Whole, known: Words, exhausted: bool, found: Whole) -> Whole:
    """Put the commands possible in the state of `work.now` behind those `found` in `work.enabled`; how many there are
    then, or UNKNOWN or CRAMPED.

    If UNKNOWN, what was to be looked up, and the value for which there is nothing, are the first two on the stack.
    """
    now, stack = work.now, work.stack
    last_action, last_probe = (1, 4) if exhausted else (2, 5)
    top = probe = 0
    unknown = NOTHING
    for slot in range(slots):
        start: Whole = np.int64(tables.starts[slot, np.uint64(now[slot])])
        if start <= URGENT:
            unknown = slot if start == URGENT else NOTHING
            stack[0], top = URGENT - 1 - start, 1
            break
        if start == UNKNOWN:
            unknown = slot
        stack[np.uint64(top)] = start
        top += start >= 0
    if unknown != NOTHING:
        stack[0], stack[1] = UNKNOWN - unknown, now[unknown]
        return UNKNOWN
    while top:
        top -= 1
        bundle: Whole = np.int64(stack[np.uint64(top)])
        while bundle >= SINGLE:
            probe = bundle - SINGLE
            bundle = looked_up(tables, now, probe)
        if bundle < 0:
            if bundle == UNKNOWN:
                stack[0], stack[1] = probe, now[tables.probes[probe, 0]]
                return UNKNOWN
            continue
        at = np.uint64(bundle)
        begin, end = tables.bundles[at, 0], tables.bundles[at, last_action]
        if found + end - begin > work.enabled.size:
            return CRAMPED
        for action in range(begin, end):
            number = tables.actions[np.uint64(action)]
            work.enabled[np.uint64(found)] = number
            found += is_enabled(tables, number, known, now[slots])
        begin, end = tables.bundles[at, 3], tables.bundles[at, last_probe]
        if top + end - begin > stack.size:
            return CRAMPED
        for probe in range(begin, end):
            following = looked_up(tables, now, probe)
            if following == UNKNOWN:
                stack[0], stack[1] = probe, now[tables.probes[probe, 0]]
                return UNKNOWN
            stack[np.uint64(top)] = following
            top += following >= 0
    return found


@compiled
def note_effects(tables: Tables, layout: Layout, effects: Words, begin: Whole, end: Whole) -> None:
    """Note what some commands assign: for each word of a state which bits it leaves, and which it sets."""
    for number in range(begin, end):
        effect = effects[number]
        for word in range(effect.size // 2):
            effect[2 * word], effect[2 * word + 1] = ~np.uint64(0), np.uint64(0)
        for assign in range(tables.commands[number, 0], tables.commands[number, 1]):
            field, value = tables.assigns[assign]
            at, shift = 2 * np.int64(layout.word[field]), layout.shift[field]
            effect[at] &= ~(layout.mask[field] << shift)
            effect[at + 1] |= np.uint64(value) << shift


@inlined
def take(
    tables: Tables,
    layout: Layout,
    effects: Words,
    store: Store,
    work: Work,
    slots: Whole,
    known: Sets,
    happened: Sets,
    base: Whole,
    many: Whole,
) -> Whole:
    """Make the successors of the states noted in `work.parent`, each by its command in `work.enabled`.

    How many there was room for, as far as it is about their sets, is the answer. With fingerprints their hashes are
    made as well. The unions of facts are read first, like the places of states: there are many sets of facts.
    """
    marked, touched = store.marks.size > 0, np.uint64(0)
    for each in range(many):
        more = tables.commands[np.uint64(work.enabled[each]), 4]
        facts = read(layout, store.words[work.parent[each] - base], slots + 1)
        touched ^= happened.joined[place_of_union(happened, facts, more), 0]
    work.hashes[many] = touched  # only so that the reading is not left out
    for each in range(many):
        number_of, number = np.uint64(work.enabled[each]), work.parent[each] - base
        command, row = tables.commands[number_of], store.words[number]
        terms, facts = read(layout, row, slots), read(layout, row, slots + 1)
        more_terms = joined(known, terms, command[3], tables.learns)
        more_facts = joined(happened, facts, command[4], tables.records)
        if more_terms == UNKNOWN or more_facts == UNKNOWN:
            return each
        after, effect = work.words[np.uint64(each)], effects[number_of]
        for word in range(row.size):
            after[word] = (row[word] & effect[2 * word]) | effect[2 * word + 1]
        after[layout.word[slots]] ^= np.uint64(more_terms ^ terms) << layout.shift[slots]
        after[layout.word[slots + 1]] ^= np.uint64(more_facts ^ facts) << layout.shift[slots + 1]
        after[layout.word[slots + 2]] += np.uint64(command[5] & FORGED) << layout.shift[slots + 2]
        work.parent[each] |= ((more_terms == terms) & (more_facts == facts)) * OLD_PAIR
        if not marked:
            continue
        hashed = store.marks[number]
        for assign in range(command[0], command[1]):
            slot = tables.assigns[assign, 0]
            hashed += mark_of(slot, tables.assigns[assign, 1]) - mark_of(slot, read(layout, row, slot))
        if more_terms != terms:
            hashed += mark_of(slots, more_terms) - mark_of(slots, terms)
        if more_facts != facts:
            hashed += mark_of(slots + 1, more_facts) - mark_of(slots + 1, facts)
        if command[5] & FORGED:
            forged = read(layout, row, slots + 2)
            hashed += mark_of(slots + 2, forged + 1) - mark_of(slots + 2, forged)
        work.hashes[each] = hashed
    return many


# ------------------------------------------------------------------ many states


@inlined
def note_pair(layout: Layout, row: Words, slots: Whole, pairs: Pairs, number: Whole) -> None:
    """Note the pair of sets of a new state."""
    terms, facts = read(layout, row, slots), read(layout, row, slots + 1)
    pair = np.uint64(terms) << np.uint64(32) | np.uint64(facts)
    place = (facts ^ (terms << 7)) & (pairs.lately.size - 1)
    if pairs.lately[place] == pair + np.uint64(1):
        return
    pairs.lately[place] = pair + np.uint64(1)
    pairs.row[0] = pair
    before = pairs.seen.used[0]
    if intern(pairs.seen, pairs.row) == before:
        pairs.first[before] = number


@inlined
def insert_marks(
    store: Store, layout: Layout, work: Work, slots: Whole, pairs: Pairs, count: Longs, many: Whole, limit: Whole
) -> None:
    """The same as `insert` where the hashes are fingerprints, and all that is kept of most states."""
    size, table, base = store.table.size, store.table, count[FORGOTTEN]
    touched: Whole = np.uint64(0)
    for each in range(many):
        touched ^= table[place_of(work.hashes[each] & store.kept[0], size)]
    work.hashes[many] = touched  # only so that the reading is not left out
    for each in range(many):
        mark = work.hashes[each] & store.kept[0]
        place = place_of(mark, size)
        if not mark:
            mark = np.uint64(1)
        while table[place] and table[place] != mark:
            place = place + 1 if place + 1 < size else 0
        if table[place]:
            continue
        number = count[STATES]
        if number >= limit:
            count[BEYOND] += 1
            continue
        count[STATES] = number + 1
        row = work.words[each]
        copy(row, store.words, number - base)
        store.marks[number - base] = work.hashes[each]
        table[place] = mark
        if not work.parent[each] & OLD_PAIR:
            note_pair(layout, row, slots, pairs, number)


@inlined
def insert(
    store: Store, layout: Layout, work: Work, slots: Whole, pairs: Pairs, count: Longs, many: Whole, limit: Whole
) -> None:
    """Look up the successors collected, and keep those that are new, up to the limit."""
    if store.marks.size:
        insert_marks(store, layout, work, slots, pairs, count, many, limit)
        return
    size, table, words = store.table.size, store.table, store.words
    touched: Whole = np.uint64(0)
    for each in range(many):
        hashed = hash_of(work.words[each])
        work.hashes[each] = hashed
        touched ^= table[np.uint64(place_of(hashed, size))]
    for each in range(many):
        entry = table[np.uint64(place_of(work.hashes[each], size))]
        if entry and (entry ^ work.hashes[each]) < np.uint64(1 << 32):
            touched ^= words[(entry & np.uint64(0xFFFFFFFF)) - np.uint64(1), 0]
    work.hashes[many] = touched  # only so that the reading is not left out
    for each in range(many):
        hashed, row = work.hashes[each], work.words[each]
        half = hashed & np.uint64(0xFFFFFFFF00000000)
        place = place_of(hashed, size)
        is_new = True
        while table[np.uint64(place)]:
            entry = table[np.uint64(place)]
            if entry & np.uint64(0xFFFFFFFF00000000) == half:
                number = np.int64(entry & np.uint64(0xFFFFFFFF)) - 1
                same = True
                for word in range(row.size):
                    if words[np.uint64(number), word] != row[word]:
                        same = False
                        break
                if same:
                    is_new = False
                    break
            place = place + 1 if place + 1 < size else 0
        if not is_new:
            continue
        number = count[STATES]
        if number >= limit:
            count[BEYOND] += 1
            continue
        count[STATES] = number + 1
        copy(row, words, number)
        store.parent[number] = work.parent[each] & ~OLD_PAIR
        table[np.uint64(place)] = half | np.uint64(number + 1)
        if not work.parent[each] & OLD_PAIR:
            note_pair(layout, row, slots, pairs, number)


@compiled
def index_states(store: Store, many: Whole, hashes: Words) -> None:
    """Fill an empty table with all states, as many at a time as there is room for hashes but one."""
    size, table = store.table.size, store.table
    for begin in range(0, many, hashes.size - 1):
        end = min(begin + hashes.size - 1, many)
        touched: Whole = np.uint64(0)
        for number in range(begin, end):
            hashed = hash_of(store.words[number])
            hashes[number - begin] = hashed
            touched ^= table[place_of(hashed, size)]
        hashes[end - begin] = touched  # only so that the reading is not left out
        for number in range(begin, end):
            hashed = hashes[number - begin]
            place = place_of(hashed, size)
            while table[place]:
                place = place + 1 if place + 1 < size else 0
            table[place] = (hashed & np.uint64(0xFFFFFFFF00000000)) | np.uint64(number + 1)


@compiled
def index_again(table: Words, entries: Words, some: Words) -> None:
    """Fill an empty table with the entries of a smaller one: one pass over both, as places follow the hashes.

    `some` is room for some entries.
    """
    size = table.size
    for begin in range(0, entries.size, some.size):
        many = 0
        for at in range(begin, min(begin + some.size, entries.size)):
            some[many] = entries[at]
            many += entries[at] != 0
        for each in range(many):
            place = place_of(some[each], size)
            while table[place]:
                place = place + 1 if place + 1 < size else 0
            table[place] = some[each]


@compiled
def repack(flat: Words, many: Whole, old: Layout, width: Whole, new: Layout, wider: Whole, values: Longs) -> None:
    """Pack all states anew, in place and from the last one on, as the new rows are at least as long.

    `values` is room for those of the fields.
    """
    for number in range(many - 1, -1, -1):
        row = flat[number * width : (number + 1) * width]
        for field in range(values.size):
            values[field] = read(old, row, field)
        row = flat[number * wider : (number + 1) * wider]
        for word in range(wider):
            row[word] = np.uint64(0)
        for field in range(values.size):
            write(new, row, field, values[field])


@compiled
def expand(
    todo: Longs,
    start: Whole,
    tables: Tables,
    layout: Layout,
    effects: Words,
    store: Store,
    known: Sets,
    happened: Sets,
    pairs: Pairs,
    work: Work,
    count: Longs,
    bound: Whole,
    limit: Whole,
) -> tuple[Whole, Whole]:
    """Find the successors of the states numbered in `todo`, from a place in it on; how far it came, and why it stopped.

    A state that meets something unknown is noted in `work.stuck` with the node and the value it met, and left out.
    """
    slots, room = tables.starts.shape[0], work.words.shape[0]
    base = count[FORGOTTEN]
    load = LOAD_OF_MARKS if store.marks.size else LOAD
    status = DONE
    while start < todo.size and status == DONE:
        most = count[STATES] + room
        if (
            most - base > store.words.shape[0]
            or most > load * store.table.size
            or pairs.seen.used[0] + room > pairs.first.size
        ):
            return start, ROOM
        many = 0
        while start < todo.size:
            row = store.words[todo[start] - base]
            for field in range(slots + 3):
                work.now[field] = read(layout, row, field)
            work.now[slots + 3] = known.part[work.now[slots]]
            work.now[slots + 4] = happened.part[work.now[slots + 1]]
            found = walk(tables, work, slots, known.all.rows, work.now[slots + 2] == bound, many)
            if found == UNKNOWN:
                stuck = work.stuck[count[STUCK]]
                stuck[0], stuck[1], stuck[2] = todo[start], work.stack[0], work.stack[1]
                count[STUCK] += 1
                start += 1
                continue
            if found == CRAMPED or found - many > room:
                status = WORK
                break
            if found > room:
                break
            for each in range(many, found):
                work.parent[each] = todo[start]
            many = found
            start += 1
        taken = take(tables, layout, effects, store, work, slots, known, happened, base, many)
        if taken < many:  # back to the state whose successors there was no room for
            first = work.parent[taken]
            while start and todo[start - 1] >= first:
                start -= 1
            while count[STUCK] and work.stuck[count[STUCK] - 1, 0] >= first:
                count[STUCK] -= 1
            while taken and work.parent[taken - 1] & ~OLD_PAIR == first:
                taken -= 1
            many, status = taken, SETS
        count[TRANSITIONS] += many
        insert(store, layout, work, slots, pairs, count, many, limit)
        if count[BEYOND]:
            return start, LIMIT
    return start, status


@compiled
def project(
    rows: Words,
    begin: Whole,
    end: Whole,
    terms: Words,
    facts: Words,
    mask: Words,
    seen: Interned,
    row: Words,
    new: Longs,
) -> Whole:
    """Of some pairs of sets, note in `new` those that are the first of theirs as far as a mask shows; how many.

    The mask is that of the terms, then that of the facts. `seen` must have room for all of them, `row` for one.
    """
    found = 0
    for pair in range(begin, end):
        one, other = np.int64(rows[pair, 0] >> np.uint64(32)), np.int64(rows[pair, 0] & np.uint64(0xFFFFFFFF))
        for word in range(terms.shape[1]):
            row[word] = terms[one, word] & mask[word]
        for word in range(facts.shape[1]):
            row[terms.shape[1] + word] = facts[other, word] & mask[terms.shape[1] + word]
        before = seen.used[0]
        if intern(seen, row) == before:
            new[found] = pair
            found += 1
    return found
