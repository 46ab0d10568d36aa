"""The view: a session as its guards and effects see it, and the kinds of guards there are.

A guard says whether something is so; it changes nothing. An effect remembers, sends and records. Both
are functions of `(me, message)`; `me` is the `View`, made for one step and thrown away after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from oauth_model.facts import Fact, InFrontChannel, Pattern, Records, Shared
from oauth_model.messages import USER_AGENT, FrontChannel, Message
from oauth_model.session import Address, Envelope, Memory, Session
from oauth_model.terms import Cookie, Uri

Guard = Callable[["View", Any], bool]
Effect = Callable[["View", Any], None]
M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Claim:
    """A guard that knows the error code its refusal is answered with."""

    check: Guard
    error: str

    @property
    def __name__(self) -> str:
        return self.check.__name__

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.check.__doc__

    def __call__(self, me: View, message: Any) -> bool:
        return self.check(me, message)


def refuses_with(error: str) -> Callable[[Guard], Claim]:
    """Decorate a guard with the RFC's error code for its refusal."""
    return lambda check: Claim(check, error)


@dataclass(frozen=True)
class Switch:
    """A guard that asks whether a mitigation is on; so a row can say what happens without it."""

    slug: str
    name: str
    on: bool

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return f"The mitigation {self.slug!r} is {'on' if self.on else 'off'}."

    def __call__(self, me: View, message: Any) -> bool:
        return me.on(self.slug) is self.on


def enabled(slug: str, name: str) -> Switch:
    """A guard that holds when the mitigation `slug` is on; `name` is how tables and drawings call it."""
    return Switch(slug, name, True)


def disabled(slug: str, name: str) -> Switch:
    """A guard that holds when the mitigation `slug` is off."""
    return Switch(slug, name, False)


def nothing(me: View, message: Any) -> None:
    """No effect beyond the change of state."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No row fired. `guard` is the one that refused; None where no row is for this message here."""

    guard: Guard | None = None
    passed: int = 0

    @property
    def reason(self) -> str:
        """The guard's name, or why there is none."""
        return self.guard.__name__ if self.guard else "not expected in this state"


# ------------------------------------------------------------------ the view


@dataclass(frozen=True)
class Setting:
    """What every session of a scenario is told: who is there (`cast`) and which mitigations are on."""

    cast: Any
    policy: frozenset[str]
    fills: Mapping[type[Message], tuple[tuple[str, Callable[[View], Any]], ...]]


class View:
    """A session as its guards and effects see it; thrown away after one step."""

    __slots__ = (
        "_nearest", "_passed", "_records", "_session", "_setting",
        "envelope", "facts", "fired", "memory", "sent", "state",
    )  # fmt: skip

    def __init__(self, session: Session, envelope: Envelope, setting: Setting, records: Records) -> None:
        self._session, self._setting, self._records = session, setting, records
        self.envelope = envelope
        self.state = session.state
        self.memory = session.memory
        self.sent: list[Envelope] = []
        self.facts: list[Fact] = []
        self.fired: Any = None
        self._nearest: Guard | None = None
        self._passed = -1

    # -------------------------------------------------------------- what it is and sees

    @property
    def party(self) -> str:
        """The name of the party whose session this is."""
        return self._session.address.party

    @property
    def index(self) -> int:
        """The session's index; fresh values are named by it."""
        return self._session.address.index

    @property
    def cast(self) -> Any:
        """Who takes part, and the configuration they were given (`cast.Cast`)."""
        return self._setting.cast

    @property
    def sender(self) -> Address:
        """Where an answer goes. Which party that is, a receiver knows only of a server it asked over TLS."""
        return self.envelope.sender

    @property
    def uri(self) -> Uri | None:
        """The URI at which a front-channel request arrived, or to which a redirect points."""
        return self.envelope.uri

    @property
    def cookies(self) -> frozenset[Cookie]:
        """The cookies that came with a front-channel request."""
        return self.envelope.cookies

    @property
    def refusal_reason(self) -> str:
        """In an otherwise row: the name of the guard that refused, of the row that came nearest to firing."""
        return self._nearest.__name__ if self._nearest else "not expected"

    @property
    def error(self) -> str | None:
        """The error code that goes with the refusal, if the guard has one."""
        return getattr(self._nearest, "error", None)

    def on(self, slug: str) -> bool:
        """Whether a mitigation is on."""
        return slug in self._setting.policy

    def looks_up(self, kind: type[Shared], **matching: Any) -> list[Any]:
        """The shared facts of a kind with these attributes, as far as this role may look them up.

        The fewer it asks for, the fewer states a search has to tell apart.
        """
        return self._records.those(Pattern(kind, tuple(matching.items())))

    # -------------------------------------------------------------- what it does

    def remember(self, **values: Any) -> None:
        """Add to the memory, or replace; None forgets."""
        kept = {**self.memory, **values}
        self.memory = Memory({name: value for name, value in kept.items() if value is not None})

    def forget(self, *names: str) -> None:
        """Drop what will not be needed again: sessions that differ in less meet more often."""
        self.memory = Memory({name: value for name, value in self.memory.items() if name not in names})

    def make(self, message: type[M], **parameters: Any) -> M:
        """A message with these parameters and those that the mitigations fill in."""
        for name, fill in self._setting.fills.get(message, ()):
            parameters[name] = fill(self)
        return message(**parameters)

    def send(self, receiver: str | Address, message: Message, **extras: Any) -> None:
        """Send a message to a party or to one of its sessions."""
        to = Address(receiver) if isinstance(receiver, str) else receiver
        envelope = Envelope(self._session.address, to, message, **extras)
        if isinstance(message, FrontChannel) and self._session.role != USER_AGENT:  # who wrote it, not who relays it
            self.facts += [InFrontChannel(term) for term in message.terms() if term.back_channel_only]
        self.sent.append(envelope)

    def reply(self, message: Message, **extras: Any) -> None:
        """Answer the request that is being handled, over http if it came so."""
        if self.uri is not None and self.uri.scheme == "http":
            extras["cleartext"] = True
        self.send(self.sender, message, **extras)

    def happened(self, fact: Fact) -> None:
        """Record a fact for the goals."""
        self.facts.append(fact)

    # -------------------------------------------------------------- for the machine

    def refused(self) -> Refused:
        """The outcome, when no row fired."""
        return Refused(self._nearest, max(self._passed, 0))

    def note_refusal(self, guard: Guard, passed: int) -> None:
        """Keep the refusal of the row of which the most guards held."""
        if passed > self._passed:
            self._nearest, self._passed = guard, passed
