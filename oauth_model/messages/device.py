"""What passes between people, apps and the operating system on a resource owner's device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from oauth_model.messages.channel import (
    CLIENT,
    RESOURCE_OWNER,
    USER_AGENT,
    OutOfBand,
    Spontaneous,
    UserInterface,
)
from oauth_model.terms import Location


@dataclass(frozen=True, slots=True)
class FailedPage(UserInterface):
    """The browser's own page for a connection that failed, under the address that it asked for."""

    address: Location

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "connection failed"
    reference: ClassVar[str] = "RFC 8252 section 7.3"
    sender: ClassVar[str] = USER_AGENT
    receiver: ClassVar[str] = RESOURCE_OWNER


@dataclass(frozen=True, slots=True)
class Paste(Spontaneous):
    """The resource owner copies the address, and pastes it where somebody asks them to."""

    name: ClassVar[str] = "paste"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = RESOURCE_OWNER

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """If they were talked into it."""
        return (cls(),) if cast.persuaded else ()


@dataclass(frozen=True, slots=True)
class PastedAddress(OutOfBand):
    """An address that a resource owner gave away."""

    address: Location

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "pasted address"
    sender: ClassVar[str] = RESOURCE_OWNER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class ReadHistory(Spontaneous):
    """Somebody uses the device after the resource owner, and looks where the browser has been."""

    name: ClassVar[str] = "read history"
    sender: ClassVar[str] = USER_AGENT
    receiver: ClassVar[str] = USER_AGENT


@dataclass(frozen=True, slots=True)
class HistoryEntry(UserInterface):
    """An address in the browser's history (RFC 9700 section 4.3)."""

    address: Location

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "history entry"
    reference: ClassVar[str] = "RFC 9700 section 4.3"
    sender: ClassVar[str] = USER_AGENT
    receiver: ClassVar[str] = RESOURCE_OWNER


@dataclass(frozen=True, slots=True)
class BreakDown(Spontaneous):
    """The client cannot go on."""

    happens_if: ClassVar[str | None] = "faults_happen"
    name: ClassVar[str] = "break down"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = CLIENT
