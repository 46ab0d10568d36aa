"""The comparison of all ways to search finds out a way that is broken on purpose, each in what is its own.

The scenarios are fixed, so that nothing is left to luck: without a fault all ways agree on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from oauth_model.attackers import BROWSES, HOLDS_TOKEN, IS_CLIENT, WEB
from oauth_model.engines import split_worker
from oauth_model.engines.explicit import Explicit
from oauth_model.engines.explicit_checkpoint import Saved
from oauth_model.engines.explicit_sets import SetsOf
from oauth_model.engines.program import Program
from oauth_model.engines.reach import Reach
from oauth_model.engines.split_worker import Bucket, Worker
from oauth_model.engines.steps_of import StepsOf
from oauth_model.engines.stubborn import Actions
from oauth_model.engines.tree import Command, Node
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.mitigations import PKCE_S256, STATE, Policy
from oauth_model.names import InputError
from oauth_model.scenario import Bounds, Scenario
from tests.core.scenarios import SCENARIOS
from tests.engines.ways import WAYS, How, Said, compare, reference

WATCHED = {
    "two users": SCENARIOS["two users"],
    "replay": SCENARIOS["replay revokes"],
    "stolen token": Scenario(
        (IMPLICIT,), attacker=HOLDS_TOKEN | BROWSES, bounds=Bounds(1, windows=1, forgeries=1), faults_happen=True
    ),
    "other client": Scenario(policy=Policy([STATE, PKCE_S256]), attacker=IS_CLIENT, bounds=Bounds(1, forgeries=1)),
    "lured": Scenario((IMPLICIT,), attacker=WEB, bounds=Bounds(1, windows=2, forgeries=1)),
}
HOW = How(at_once=20)
QUICK = tuple(way for way in WAYS if way != "pure Python diagrams")
"""With diagrams of pure Python a search is as with others, only slower."""

Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def expected() -> dict[str, Said]:
    found = {name: reference(scenario) for name, scenario in WATCHED.items()}
    return {name: one for name, one in found.items() if one is not None}


@pytest.mark.parametrize("way", QUICK)
def test_all_ways_agree_on_the_scenarios_that_faults_are_tried_on(way: str, expected: dict[str, Said]) -> None:
    for name, scenario in WATCHED.items():
        compare(scenario, expected[name], [way], HOW)


def shows(way: str, expected: dict[str, Said], how: How = HOW) -> bool:
    """Whether a way that has a fault is found out."""
    for name, scenario in WATCHED.items():
        try:
            compare(scenario, expected[name], [way], how)
        except (AssertionError, InputError, LookupError, RuntimeError, StopIteration, ValueError):
            return True  # it says something else, or contradicts itself
    return False


# ------------------------------------------------------------------ faults in what all ways work on


def drops_commands(patch: Patch) -> None:
    """One in eleven commands is lost."""
    run = Program._run

    def broken(program: Program, node: Node) -> None:
        run(program, node)
        node.commands = tuple(number for number in node.commands if number % 11 != 10)

    patch.setattr(Program, "_run", broken)


def forgets_who_is_idle(patch: Patch) -> None:
    """A step reads one variable less than it depends on: every idle session is begun, not one for all."""
    patch.setattr(StepsOf, "_is_first", lambda *_: True)


def forgets(patch: Patch, part: str) -> None:
    """A part of every command is not written down."""
    command = StepsOf._command

    def broken(steps: StepsOf, *arguments: object, **options: object) -> Command:
        made = command(steps, *arguments, **options)  # type: ignore[arg-type]
        return replace(made, **{part: frozenset()}) if isinstance(made, Command) else made

    patch.setattr(StepsOf, "_command", broken)


def lets_others_go_first(patch: Patch) -> None:
    """Nothing is urgent."""
    patch.setattr(Program, "urgent", lambda *_: None)


COMMON: dict[str, Callable[[Patch], None]] = {
    "drops commands": drops_commands,
    "forgets who is idle": forgets_who_is_idle,
    "forgets what happened": partial(forgets, part="records"),
    "forgets what is needed": partial(forgets, part="needs"),
    "lets others go first": lets_others_go_first,
}


@pytest.mark.parametrize("way", QUICK)
@pytest.mark.parametrize("fault", COMMON)
def test_a_fault_in_commands_is_found_out_in_every_way(
    fault: str, way: str, expected: dict[str, Said], monkeypatch: Patch
) -> None:
    COMMON[fault](monkeypatch)
    assert shows(way, expected)


# ------------------------------------------------------------------ faults in one way


def drops_images(patch: Patch) -> None:
    """One in eleven commands makes nothing of a set of states."""
    images = Reach._images

    def broken(reach: Reach, alike: list[int], states: object) -> Iterator[object]:
        kept = [number for number in alike if number % 11 != 10]
        return images(reach, kept, states) if kept else iter(())

    patch.setattr(Reach, "_images", broken)


def keeps_what_is_bare(patch: Patch) -> None:
    """Values that lead nowhere are remembered by fewer bits than it takes to tell values apart."""
    branches = Reach._branches

    def broken(reach: Reach, node: Node, variable: int, states: object) -> object:
        if node.number in reach._bare:
            reach._bare[node.number] = len(reach.encoding.bits(variable)), reach._bare[node.number][1]
        return branches(reach, node, variable, states)

    patch.setattr(Reach, "_branches", broken)


def forgets_what_is_looked_up(patch: Patch) -> None:
    """The facts and cookies that steps look up are no part of what the kernel tells states apart by."""
    fit = SetsOf.fit
    patch.setattr(SetsOf, "fit", lambda sets, _, width: fit(sets, frozenset(), width))


def thinks_that_all_commute(patch: Patch) -> None:
    """A stubborn set lacks what conflicts with what is in it."""
    patch.setattr(Actions, "conflicts", lambda *_: 0)


def thinks_that_nothing_enables(patch: Patch) -> None:
    """A stubborn set lacks what could make possible what is in it."""
    patch.setattr(Actions, "_enabling", lambda _, state, number, inside, now: (0, 1 << number))


def loses_a_message(patch: Patch) -> None:
    """What one worker found for another gets lost, once."""
    accept = Worker.accept
    lost: list[bool] = []

    def broken(worker: Worker, buckets: list[Bucket]) -> Any:
        for at, (rows, parents) in enumerate(buckets):
            if at != worker._me and len(rows) > 1 and not lost:
                lost.append(True)
                buckets[at] = rows[:0], parents[:0]
        return accept(worker, buckets)

    patch.setattr(Worker, "accept", broken)


def mixes_up_owners(patch: Patch) -> None:
    """Two workers each think that the other is the owner of half of what falls to them."""
    owners_of = split_worker.owners_of

    def broken(hashes: Any, of: int) -> Any:
        owners = owners_of(hashes, of)
        owners[::2] = (owners[::2] + 1) % of
        return owners

    patch.setattr(split_worker, "owners_of", broken)


def loses_parents(patch: Patch) -> None:
    """States arrive without where they came from."""
    accept = Worker.accept

    def broken(worker: Worker, buckets: list[Bucket]) -> Any:
        return accept(worker, [(rows, np.zeros_like(parents)) for rows, parents in buckets])

    patch.setattr(Worker, "accept", broken)


def loses(patch: Patch, lost: str) -> None:
    """An array of a checkpoint is full of noughts."""
    resume = Explicit.resume

    def broken(explicit: Explicit, saved: Saved) -> None:
        assert lost in saved.arrays
        arrays = {name: np.zeros_like(array) if name == lost else array for name, array in saved.arrays.items()}
        resume(explicit, saved._replace(arrays=arrays))

    patch.setattr(Explicit, "resume", broken)


def skips_what_waits(patch: Patch) -> None:
    """A search that goes on takes what waited for looked at."""
    resume = Explicit.resume

    def broken(explicit: Explicit, saved: Saved) -> None:
        resume(explicit, saved)
        explicit.done = explicit.end

    patch.setattr(Explicit, "resume", broken)


EXPLICIT = ("explicit", "fingerprints", "resumed", "split")
OWN: dict[str, tuple[Callable[[Patch], None], tuple[str, ...]]] = {
    "drops images": (drops_images, ("symbolic",)),
    "keeps what is bare": (keeps_what_is_bare, ("symbolic",)),
    "forgets what is looked up": (forgets_what_is_looked_up, EXPLICIT),
    "thinks that all commute": (thinks_that_all_commute, ("reduced",)),
    "thinks that nothing enables": (thinks_that_nothing_enables, ("reduced",)),
    "loses a message": (loses_a_message, ("split",)),
    "mixes up owners": (mixes_up_owners, ("split",)),
    "loses parents": (loses_parents, ("split",)),
    "skips what waits": (skips_what_waits, ("resumed",)),
}


@pytest.mark.parametrize(("fault", "way"), [(fault, way) for fault, (_, ways) in OWN.items() for way in ways])
def test_a_fault_in_one_way_is_found_out(fault: str, way: str, expected: dict[str, Said], monkeypatch: Patch) -> None:
    OWN[fault][0](monkeypatch)
    assert shows(way, expected)


def test_a_node_at_which_nothing_can_happen_yet_is_not_given_up(monkeypatch: Patch) -> None:
    """What is forged at it is forged of terms that are learnt later."""
    scenario = SCENARIOS["references that can be used again"]
    expected = reference(scenario)
    assert expected is not None
    compare(scenario, expected, ["symbolic"], HOW)
    bare = property(lambda node: node.variable is None and not (node.commands or node.forks))
    monkeypatch.setattr(Node, "is_bare", bare)
    with pytest.raises(AssertionError):
        compare(scenario, expected, ["symbolic"], HOW)


ARRAYS = ("place", "words", "parent", "count", "layout shift", "layout mask", "pairs", "first")
ARRAYS += ("known sets", "happened sets", "happened part")
"""Those without which the searches of these scenarios cannot go on."""


@pytest.mark.parametrize("lost", ARRAYS)
def test_an_array_that_gets_lost_in_a_checkpoint_is_found_out(
    lost: str, expected: dict[str, Said], monkeypatch: Patch
) -> None:
    loses(monkeypatch, lost)
    assert shows("resumed", expected)
