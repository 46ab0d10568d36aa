"""Runs: lists of named steps. A counterexample is one, and so is anything else that can be replayed.

A run is made of changes of a composition, and each step keeps what a reader wants to see of it: who
sent what to whom, which row fired, what happened and what the attacker learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oauth_model.facts import Fact
from oauth_model.machine import Address, Envelope
from oauth_model.messages import FrontChannel, Spontaneous
from oauth_model.scenario import Scenario
from oauth_model.steps import Change, World
from oauth_model.terms import Term
from oauth_model.world import Composition


@dataclass(frozen=True)
class RunStep:
    """One step: `session` took the message in `envelope`; `kind` says how it came to it.

    "deliver": it was on its way; "own": of its own accord; "send": the attacker made and sent it; "lure": the
    attacker made a browser open it. `sent` is what the session sent in answer, in its order; what goes to the
    attacker is learnt at once and is nobody's next step.
    """

    kind: str
    session: Address
    role: str
    envelope: Envelope
    source: str
    dest: str
    facts: tuple[Fact, ...]
    learnt: tuple[Term, ...]
    refused: bool
    sent: tuple[Envelope, ...] = ()

    @property
    def name(self) -> str:
        """The step by its RFC name."""
        return self.envelope.message.name

    def __str__(self) -> str:
        verb = {"deliver": "takes", "own": "decides", "send": "takes, from the attacker,", "lure": "is lured to"}
        text = f"{self.session} {verb[self.kind]} {self.name}"
        return f"{text}: {self.envelope.message}" if str(self.envelope.message) else text


@dataclass(frozen=True)
class Run:
    """A scenario and the steps taken in it, from its initial world."""

    scenario: Scenario
    steps: tuple[RunStep, ...]
    broken: str | None = None

    def text(self) -> str:
        """The run as aligned text: a line a step, with what the attacker learns."""
        rows = [_row(step) for step in self.steps]
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
        indent = " " * (sum(widths) + 2 * len(widths) + 5)
        lines = []
        for number, row in enumerate(rows, 1):
            cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)]
            lines.append(f"{number:3}  {'  '.join(cells)}  {row[3]}".rstrip())
            if row[4]:
                lines.append(f"{indent}! the attacker learns {row[4]}")
        return "\n".join(lines)


def _row(step: RunStep) -> tuple[str, str, str, str, str]:
    message = step.envelope.message
    if isinstance(message, Spontaneous):
        who = f"{step.session}"
    elif step.kind == "lure":
        who = f"{step.envelope.sender} => {step.session}"
    else:
        who = f"{step.envelope.sender} -> {step.session}"
    state = step.dest if step.dest != step.source else f"({step.dest})"
    target = f" @ {step.envelope.uri}" if step.envelope.uri is not None and isinstance(message, FrontChannel) else ""
    if step.kind == "lure" and step.envelope.set_cookie is not None:
        target += f", sets {step.envelope.set_cookie}"
    learnt = ", ".join(sorted(str(term) for term in step.learnt))
    return who, step.name, state, f"{message}{target}", learnt


def run_of(composition: Composition, changes: Sequence[Change], broken: str | None = None) -> Run:
    """The run that a sequence of changes makes, from the initial world."""
    world: World = composition.initial
    steps = []
    for change in changes:
        after = composition.after(world, change)
        steps.append(step_of(composition, world, change, after))
        world = after
    return Run(composition.scenario, tuple(steps), broken)


def step_of(composition: Composition, world: World, change: Change, after: World) -> RunStep:
    """A change from one world to the one after it, as a step of a run."""
    slot = change.step.slot
    before, then = composition.session(world, slot), composition.session(after, slot)
    return RunStep(
        change.step.kind,
        composition.addresses[slot],
        composition.roles[slot],
        composition.envelopes.values[change.step.envelope],
        before.state,
        then.state,
        tuple(sorted(composition.facts(after) - composition.facts(world), key=repr)),
        tuple(sorted(composition.knowledge(after) - composition.knowledge(world), key=repr)),
        change.otherwise,
        tuple(composition.envelopes.values[number] for number in change.sent),
    )
