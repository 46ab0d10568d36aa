"""The channels, and what every message has in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from oauth_model.errors import ModelError
from oauth_model.terms import Term

RESOURCE_OWNER = "resource owner"
USER_AGENT = "user agent"
CLIENT = "client"
AUTHORIZATION_SERVER = "authorization server"
RESOURCE_SERVER = "resource server"
ROLES = (RESOURCE_OWNER, USER_AGENT, CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)


@dataclass(frozen=True, slots=True)
class Message:
    """One arrow between two roles."""

    name: ClassVar[str] = "message"
    reference: ClassVar[str] = ""
    sender: ClassVar[str] = ""
    receiver: ClassVar[str] = ""
    forged: ClassVar[bool] = True
    """Whether an attacker makes such messages. Not those that only end a run: who makes a run fail, or shows
    a page, can do nothing afterwards that could not be done without it."""
    checked_like: ClassVar[type[Message] | None] = None
    """The message whose checks are made of this one, too: it has the same parameters on another way."""
    moot_when_own: ClassVar[tuple[str, ...]] = ()
    """Parameters that change nothing for anybody else when whoever sends the message is also the resource owner:
    what is only handed back, and how much of their own they give themselves."""

    def well_formed(self) -> bool:
        """Whether the parameters fit each other; a forged message that does not is never sent."""
        return True

    def parameters(self) -> Iterator[tuple[str, object]]:
        """The parameters that are present, in the RFC's order."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    def terms(self) -> Iterator[Term]:
        """The terms that anyone who reads this message learns."""
        for _, value in self.parameters():
            if isinstance(value, Term) and not value.of_the_connection:
                yield value

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.parameters())


class FrontChannel(Message):
    """Through the user agent: a redirect's query or fragment. It is not known who wrote it.

    `mode` is where its parameters are if nothing else is said; None where nobody asks.
    """

    __slots__ = ()
    mode: ClassVar[str | None] = None


class BackChannel(Message):
    """A direct request over TLS, or its answer: only the two ends read it, the server is known."""

    __slots__ = ()


class UserInterface(Message):
    """Between a human and a page, inside the user agent."""

    __slots__ = ()


class OutOfBand(Message):
    """A human carries it, past all that the protocol says of browsers and servers."""

    __slots__ = ()


class Spontaneous(Message):
    """No arrow at all: a session takes this step of its own accord (a click, a lapse of time)."""

    __slots__ = ()
    forged: ClassVar[bool] = False
    happens_if: ClassVar[str | None] = None
    """The field of `scenario.Scenario` that must be set for such steps to happen; None for always."""

    @classmethod
    def options(cls, memory: Mapping[str, Any], cast: Any) -> Iterable[Spontaneous]:
        """The steps of this kind that a session with this memory could take; one, if it has no parameters.

        Raises ModelError for a class with parameters that does not say which values they take.
        """
        if fields(cls):
            raise ModelError(f"{cls.__name__} has parameters, and needs a method options() that says their values")
        return (cls(),)
