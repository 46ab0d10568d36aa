"""Sessions and envelopes: one run of a machine, and a message on its way to it.

Plain frozen values, without behaviour. What a session does with an envelope is its machine's business
(`machine`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from oauth_model.messages import Message
from oauth_model.terms import Cookie, Term, Uri


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One session of one party; index 0 stands for a party that is not modelled by sessions: the attacker."""

    party: str
    index: int = 0

    def __str__(self) -> str:
        return f"{self.party}#{self.index}" if self.index else self.party


class Memory(Mapping[str, Any]):
    """What a session remembers: a frozen mapping. A name that is not there is None."""

    __slots__ = ("_hash", "_values")

    def __init__(self, values: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._values = dict(values)
        self._hash = hash(tuple(sorted(self._values.items(), key=lambda item: item[0])))

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memory) and self._values == other._values

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Memory], tuple[dict[str, Any]]]:
        return Memory, (self._values,)  # another process has hashes of its own

    def __repr__(self) -> str:
        return f"Memory({self._values})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._values.get(name)


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a role's machine: where it is and what it remembers."""

    role: str
    address: Address
    state: str
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way, with what its channel adds.

    `receiver` is a session, or with index 0 a party, any session of which may take the message. Front
    channel: `uri` is where the browser is sent, `cookies` go with a request, `set_cookie` comes with an
    answer, `form` is a credential that a browser posts on (`repost` says the server asked for that). `mode` is where
    the parameters of a response are, if not where its grant has them by itself: "query", "fragment", "form_post" or
    "web_message". A `framed` link is opened in a frame of somebody's page. `at_once` marks a request whose moment the
    attacker chooses, `cleartext` what goes over http. `origin` is the server whose page posted a web message; None
    where that cannot be told, as in the attacker's own browser.
    """

    sender: Address
    receiver: Address
    message: Message
    uri: Uri | None = None
    cookies: frozenset[Cookie] = frozenset()
    set_cookie: Cookie | None = None
    form: Term | None = None
    mode: str | None = None
    framed: bool = False
    repost: bool = False
    at_once: bool = False
    cleartext: bool = False
    origin: str | None = None

    def terms(self) -> Iterator[Term]:
        """What the receiver learns."""
        yield from self.message.terms()
        yield from self.cookies
        if self.set_cookie is not None:
            yield self.set_cookie
        if self.form is not None:
            yield self.form
