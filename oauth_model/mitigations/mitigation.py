"""What a mitigation is: one record, on or off, with what senders fill in and receivers check.

Off means not in the policy's set; no row is copied or rewritten for it. What a record does not
express is how parties behave without it: that is the flow's, and always the weaker behaviour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from oauth_model.machine import Guard, ModelError, View
from oauth_model.messages import Message

Fill = Callable[[View], Any]


@dataclass(frozen=True, eq=False)
class Mitigation:
    """A defence that a deployment has or has not.

    `id` is its short name in the catalogue, None where the catalogue has none. `fills` gives the value of a
    parameter in the messages that honest parties make, `checks` the guards that the message's receiver adds to
    its rows, `configures` what it changes in how the parties are set up (fields of `cast.Cast`). `needs` are
    slugs of mitigations without which honest runs cannot end. A mitigation with none of these is one that
    a flow's table asks for by name (`machine.enabled`). An `extension` is what no specification asks of every
    deployment, and often a protocol of its own: it is on only where that is said.
    """

    slug: str
    title: str
    reference: str
    id: str | None = None
    fills: Mapping[type[Message], Mapping[str, Fill]] = field(default_factory=dict)
    checks: Mapping[type[Message], Sequence[Guard]] = field(default_factory=dict)
    configures: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    extension: bool = False

    def __post_init__(self) -> None:
        for message in (*self.fills, *self.checks):
            if "__dataclass_fields__" not in vars(message):
                raise ModelError(f"mitigation {self.slug!r} is about {message.__name__}, no message of its own")
        for message, parameters in self.fills.items():
            unknown = set(parameters) - {field.name for field in fields(message)}
            if unknown:
                raise ModelError(f"mitigation {self.slug!r} fills {min(unknown)!r}, no parameter of {message.__name__}")
        for message, guards in self.checks.items():
            if callable(guards) or not all(callable(guard) for guard in guards):
                raise ModelError(f"mitigation {self.slug!r}: the checks of {message.__name__} must be a list of guards")

    def __str__(self) -> str:
        return self.slug


class Policy(frozenset[Mitigation]):
    """The set of mitigations that are on in one deployment."""

    def __new__(cls, mitigations: Iterable[Mitigation] = ()) -> Policy:
        return super().__new__(cls, mitigations)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names of what is on, sorted."""
        return tuple(sorted(mitigation.slug for mitigation in self))

    def plus(self, *mitigations: Mitigation) -> Policy:
        """This policy with more switched on."""
        return Policy(self | set(mitigations))

    def minus(self, *mitigations: Mitigation) -> Policy:
        """This policy with some switched off."""
        return Policy(self - set(mitigations))
