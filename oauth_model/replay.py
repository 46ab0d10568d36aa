"""Replaying: a saved run taken again, step by step, in the scenario it was saved with or in another.

Each step is looked for among those that are possible: nothing that was saved is believed. A step that is
not possible any more is put to the machine, which says what guard refuses it. This module knows no files:
those are `run_file`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

from oauth_model.cast import ATTACKER
from oauth_model.checkers.exhaustive import Judge
from oauth_model.forging import can_make
from oauth_model.goals import Goal
from oauth_model.machine import Accepted, Address, Envelope, Machine, ModelError, Refused
from oauth_model.messages import Message
from oauth_model.names import InputError, fault_of_own_module
from oauth_model.run import Run, run_of
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.terms import Term
from oauth_model.world import Composition


@dataclass(frozen=True)
class SavedStep:
    """A step as a file has it: what came to which session, how, and whether it was refused then."""

    kind: str
    session: Address
    envelope: Envelope
    refused: bool = False


@dataclass(frozen=True)
class SavedRun:
    """A run as a file has it: not replayed, so nothing of it is known to be possible. Errors name its `place`."""

    scenario: Scenario
    steps: tuple[SavedStep, ...]
    broken: Goal | None = None
    place: str = "the run"


@dataclass(frozen=True)
class Replay:
    """What became of a run that was taken again.

    `run` is what could be taken of it. `failed_at` is the number of the step that could not (the first is 1),
    and `reason` says why; both also say so when every step could be taken, but the goal that the run was
    saved for is not broken at its end: then `failed_at` is None.
    """

    run: Run
    failed_at: int | None = None
    reason: str = ""

    @property
    def holds_good(self) -> bool:
        """Whether the run is possible and still shows what it was saved for."""
        return not self.reason


@contextmanager
def taking(place: str) -> Iterator[None]:
    """Whatever is raised over what stands at a place of a file becomes an InputError that names the place.

    Files are edited by hand: guards and effects of the model are then given what no message has.
    """
    try:
        yield
    except InputError:
        raise
    except ModelError as failure:
        raise InputError(f"{place}: {failure}") from None
    except Exception as failure:
        why = str(fault_of_own_module(failure) or f"{type(failure).__name__}: {failure}".rstrip(": ")).splitlines()[0]
        raise InputError(f"{place}: the model can do nothing with this ({why}); undo what was changed") from failure


def replay(saved: SavedRun) -> Replay:
    """Take a saved run again, as far as it is possible. Raises InputError for what the model can do nothing with."""
    with taking(f"{saved.place}: scenario"):
        composition = Composition(saved.scenario)
    world = composition.initial
    taken: list[Change] = []
    for number, step in enumerate(saved.steps, 1):
        with taking(f"{saved.place}: steps[{number - 1}]"):
            found = _find(composition, world, step)
        if isinstance(found, str):
            return Replay(run_of(composition, taken), number, found)
        taken.append(found)
        world = composition.after(world, found)
    with taking(f"{saved.place}: broken"):
        if saved.broken is not None and not _is_broken(composition, world, saved.broken):
            return Replay(run_of(composition, taken), None, f"the goal {saved.broken} is not broken at its end")
    return Replay(run_of(composition, taken, saved.broken.slug if saved.broken else None))


def _is_broken(composition: Composition, world: World, goal: Goal) -> bool:
    if goal.kind == "finally" and composition.changes(world):
        return False
    return goal in Judge(composition, (goal,)).false_in(world)


def _find(composition: Composition, world: World, step: SavedStep) -> Change | str:
    """The change that a step is, or why there is none."""
    slot = next((slot for slot, address in enumerate(composition.addresses) if address == step.session), None)
    if slot is None:
        return f"there is no session {step.session} in this scenario"
    possible = [change for change in composition.changes(world) if change.step.slot == slot]
    for change in possible:
        if change.step.kind == step.kind and composition.envelopes.values[change.step.envelope] == step.envelope:
            if change.otherwise == step.refused:
                return change
            return _why(composition, world, slot, step) if change.otherwise else "it was refused, and now is not"
    return _same_effect(composition, world, slot, step, possible) or _why(composition, world, slot, step)


def _same_effect(
    composition: Composition, world: World, slot: int, step: SavedStep, possible: list[Change]
) -> Change | None:
    """Of the attacker's messages with one effect, one is a step. Take it for any other that it could make."""
    if step.kind not in ("send", "lure") or _unknown(composition, world, step):
        return None
    number = composition.envelopes.number(step.envelope)
    shared = composition.shared(world[composition.n + 2])[composition.roles[slot]]
    wanted = composition.local(slot, world[slot], number, shared, step.kind)
    if wanted is None or wanted.otherwise:
        return None
    for change in possible:
        if change.step.kind == step.kind and _effect(change) == _effect(wanted):
            return change
    return None


def _effect(change: Change) -> tuple[int, tuple[int, ...], int, int]:
    return change.session, change.posted, change.learnt, change.facts


def _unknown(composition: Composition, world: World, step: SavedStep) -> list[Term]:
    """What of an attacker's message the attacker does not know, or could not make of what it knows."""
    known = composition.knowledge(world)
    made = {term for term in step.envelope.terms() if set(term.reveals()) <= known and term.reveals()}
    made = {term for term in made if term.parts() is None or can_make(term, known)}
    return [term for term in step.envelope.terms() if term not in known and term not in made]


# ------------------------------------------------------------------ why not


def _why(composition: Composition, world: World, slot: int, step: SavedStep) -> str:
    """Why a step is not possible: the guard that refuses, as the machine names it, or what is missing."""
    name = step.envelope.message.name
    session = composition.session(world, slot)
    outcome = _put_to(composition, world, slot, step.envelope)
    if isinstance(outcome, Refused):
        return _refusal(composition, slot, session.state, outcome, name)
    if step.kind == "deliver":
        return _what_is_on_its_way(composition, world, step.envelope) or f"no {name} is on its way to {step.session}"
    if step.kind == "own":
        return f"{step.session} does not take the step {name!r} of its own accord here"
    unknown = _unknown(composition, world, step)
    if unknown:
        return f"the attacker does not know {', '.join(str(term) for term in unknown)}"
    bound = composition.scenario.bounds.forgeries
    if bound is not None and world[composition.n + 3] >= bound:
        return f"the attacker has made {bound} messages, which is the bound"
    if step.kind == "lure":
        for refusal in _refusals_at_the_other_end(composition, world, outcome):
            return refusal
    who = "the attacker" if step.envelope.sender.party == ATTACKER else step.envelope.sender.party
    return f"{who} cannot send this {name} here, or nothing would come of it"


def _put_to(composition: Composition, world: World, slot: int, envelope: Envelope) -> Accepted | Refused:
    """What a session would do with a message, without the rows for refusals: those hide which guard refused."""
    machine = composition.machines[composition.roles[slot]]
    rows = [row for row in machine.rows if not row.otherwise]
    shared = composition.shared(world[composition.n + 2])[composition.roles[slot]]
    strict = Machine(machine.role, machine.initial, rows, machine.accepts)
    return strict.step(composition.session(world, slot), envelope, composition.setting, shared)


def _refusal(composition: Composition, slot: int, state: str, refused: Refused, name: str) -> str:
    role = composition.roles[slot]
    if refused.guard is None:
        return f"no row of the {role} is for the {name} in the state {state!r}"
    return f"the guard {refused.reason} of the {role} refuses the {name}"


def _refusals_at_the_other_end(composition: Composition, world: World, led: Accepted) -> Iterator[str]:
    """Why nobody takes the request of a lured browser: of the session that came nearest to taking it."""
    for envelope in led.sent:
        refused: list[tuple[int, int, Refused]] = []
        for slot, _ in composition.candidates(
            world, composition.by_party.get(envelope.receiver.party, ()), envelope.sender
        ):
            outcome = _put_to(composition, world, slot, envelope)
            if isinstance(outcome, Refused):
                refused.append((outcome.passed if outcome.guard else -1, -slot, outcome))
        if refused:
            _, slot, outcome = max(refused, key=lambda entry: entry[:2])
            state = composition.session(world, -slot).state
            yield _refusal(composition, -slot, state, outcome, envelope.message.name)


def _what_is_on_its_way(composition: Composition, world: World, wanted: Envelope) -> str:
    """In which parameters the message that is on its way instead of the wanted one differs from it."""
    for envelope in composition.in_flight(world):
        if type(envelope.message) is type(wanted.message) and envelope.receiver == wanted.receiver:
            told = [*_differences(envelope.message, wanted.message), *_differences(envelope, wanted)]
            return f"the {wanted.message.name} on its way has {'; '.join(told)}"
    return ""


def _differences(now: Message | Envelope, then: Message | Envelope) -> Iterator[str]:
    for field in fields(now):
        here, there = getattr(now, field.name), getattr(then, field.name)
        if here != there and field.name != "message":
            yield f"{field.name}={here}, not {there}"
