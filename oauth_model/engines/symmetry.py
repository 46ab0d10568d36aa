"""Symmetry: one state stands for all that differ from it in names only, as far as that is certain.

A renaming is taken for a symmetry only as long as every action that is met has its images among the actions. Those
that do not are known beforehand (`Symmetry.uneven`); a search that meets one gives up the renamings to blame
(`Guesses.without`) and begins again. docs/reductions.md says why that is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from math import factorial, prod

from oauth_model.engines.actions import Action, Calm, as_bits, members
from oauth_model.engines.actions_closure import Closure
from oauth_model.engines.symmetry_names import Renaming, of_first_terms, of_own_parties, of_users
from oauth_model.engines.symmetry_numbers import Exchange, exchange, identity

MOST = 120
"""How many renamings at most are used together: all those of five users."""


class Symmetry:
    """A group of exchanges of a closure's numbers, and what it makes of the closure's actions.

    `elements` begin with the one that leaves all as it is. `added` are the images of actions that are no actions
    themselves, numbered after these; `uneven` are, as bits, the actions some image of which is an added one, and the
    added ones.
    """

    def __init__(self, closure: Closure, generators: Iterable[Exchange] = ()) -> None:
        self.elements = _generated(identity(closure), tuple(generators))
        self._places = {each.key: number for number, each in enumerate(self.elements)}
        self.own = len(closure.actions)
        self._actions = list(closure.actions)
        self._numbers = {action: number for number, action in enumerate(self._actions)}
        self._images = self._close(tuple(generators))
        self.added = tuple(self._actions[self.own :])
        self.uneven = as_bits(self._orbits(range(self.own, len(self._actions))))

    def _close(self, generators: tuple[Exchange, ...]) -> list[list[int]]:
        """Add the images of actions until none is missing; for each generator the number of each image."""
        by = [(generator, list[int]()) for generator in generators]
        done = 0
        while by and done < len(self._actions):
            for generator, images in by:
                images.append(self._number(generator.of_action(self._actions[done])))
            done += 1
        return [images for _, images in by]

    def _number(self, action: Action) -> int:
        known = len(self._actions)
        number = self._numbers.setdefault(action, known)
        if number == known:
            self._actions.append(action)
        return number

    def _orbits(self, actions: Iterable[int]) -> set[int]:
        """Some actions with all their images."""
        found = set(actions)
        waiting = list(found)
        while waiting:
            number = waiting.pop()
            more = {each[number] for each in self._images} - found
            found |= more
            waiting += more
        return found

    # -------------------------------------------------------------- states

    def least(self, state: Calm) -> tuple[Calm, int]:
        """The least of a state's images, which stands for all of them, and an element that leads to it."""
        if len(self.elements) == 1:
            return state, 0
        every = [each.of_sessions(state.sessions) for each in self.elements]
        sessions = min(every)
        number = every.index(sessions)
        if every.count(sessions) == 1:
            return self.elements[number].with_sessions(sessions, state), number
        alike = (n for n, each in enumerate(every) if each == sessions)
        return min((self.elements[n].with_sessions(sessions, state), n) for n in alike)

    def evidence(self, known: int, happened: int) -> Iterator[tuple[int, int, int]]:
        """The images of what is known and happened, each with the element that leads to it."""
        for number, each in enumerate(self.elements):
            yield each.of_known(known), each.of_happened(happened), number

    # -------------------------------------------------------------- elements and actions

    def product(self, second: int, first: int) -> int:
        """The element that does what one does, and then another."""
        return self._places[self.elements[second].after(self.elements[first]).key]

    def image(self, element: int, action: int) -> int:
        """The number of an action's image."""
        return self._numbers[self.elements[element].of_action(self._actions[action])]

    def all_images(self, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Pairs of sets of actions, as bits, with all that the renamings make of them."""
        found = set(pairs)
        waiting = list(found)
        while waiting:
            first, second = waiting.pop()
            for images in self._images:
                after = as_bits(images[n] for n in members(first)), as_bits(images[n] for n in members(second))
                if after not in found:
                    found.add(after)
                    waiting.append(after)
        return found

    def blamed(self, action: int, swap: Exchange) -> bool:
        """Whether an exchange makes of an action, or of an image of it that is an action, something that is none."""
        those = (self._actions[number] for number in self._orbits((action,)) if number < self.own)
        return any(self._numbers.get(swap.of_action(each), self.own) >= self.own for each in those)


def _generated(first: Exchange, generators: tuple[Exchange, ...]) -> list[Exchange]:
    """All that generators make."""
    found = {first.key: first}
    waiting = [first]
    while waiting:
        before = waiting.pop(0)
        for generator in generators:
            after = generator.after(before)
            if found.setdefault(after.key, after) is after:
                waiting.append(after)
            assert len(found) <= MOST
    return list(found.values())


class Guesses:
    """Which renamings are tried, one group of them after the other, each smaller than the one before.

    First all permutations of what is as much as another of everything: of `users`, and of what the attacker has of its
    own (`values`): its parties of one role, and the terms of one kind that it knows before anything happens. Then of
    those that were not to blame for anything; where none are left, only that everybody takes the place of the next;
    then none.
    """

    def __init__(self, closure: Closure, *, users: bool = True, values: bool = True) -> None:
        self._closure = closure
        world = closure.program.composition
        self._users = tuple(user for user in world.cast.users if world.cast.honest(user)) if users else ()
        self._pairs: dict[tuple[object, object], Exchange] = {}
        for one, other in combinations(self._users, 2):
            self._note(one, other, of_users(world, {one: other, other: one}))
        if values:
            for owned in of_own_parties(world):
                self._note(*owned, Renaming({owned[0]: owned[1], owned[1]: owned[0]}, {}))
            for first, second in of_first_terms(world):
                self._note(first, second, Renaming({}, {}, {first: second, second: first}))
        self._exchanged: tuple[object, ...] = tuple(dict.fromkeys((*self._users, *(n for p in self._pairs for n in p))))
        self._next: Exchange | None = None
        if 2 < len(self._users) <= MOST:
            self._next = self._exchange(
                of_users(world, dict(zip(self._users, self._users[1:] + self._users[:1], strict=True)))
            )

    def _note(self, one: object, other: object, rename: Renaming | None) -> None:
        swap = self._exchange(rename)
        if swap is not None:
            self._pairs[one, other] = swap

    def _exchange(self, rename: Renaming | None) -> Exchange | None:
        return exchange(self._closure, rename) if rename is not None else None

    def best(self) -> Symmetry:
        """The symmetry to try now."""
        swaps = [self._pairs[pair] for alike in self.alike() for pair in pairwise(alike)]
        if not swaps and self._next is not None:
            return Symmetry(self._closure, (self._next,))
        return Symmetry(self._closure, swaps)

    def alike(self) -> list[list[object]]:
        """Names and values any two of which may be exchanged, with no more than so many permutations in all."""
        found: list[list[object]] = []
        for name in self._exchanged:
            for alike in found:
                all_alike = all((other, name) in self._pairs for other in alike)
                if all_alike and prod(factorial(len(each) + (each is alike)) for each in found) <= MOST:
                    alike.append(name)
                    break
            else:
                found.append([name])
        return found

    def without(self, symmetry: Symmetry, action: int) -> None:
        """Leave out the renamings because of which an action is uneven."""
        if not any(len(alike) > 1 for alike in self.alike()):
            self._next = None
            return
        right = {pair: swap for pair, swap in self._pairs.items() if not symmetry.blamed(action, swap)}
        self._pairs = right if len(right) < len(self._pairs) else {}
