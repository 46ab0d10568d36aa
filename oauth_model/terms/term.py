"""What a term is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Term:
    """A symbolic value. Equality is identity of the value it stands for."""

    back_channel_only: ClassVar[bool] = False
    """Whether OAuth means this value never to pass through the user agent."""
    of_the_connection: ClassVar[bool] = False
    """Whether it belongs to the connection that it is shown on, so that who reads the message cannot show it again."""

    def reveals(self) -> tuple[Term, ...]:
        """The terms that anyone who knows this one can compute from it."""
        return ()

    def parts(self) -> tuple[Term, ...] | None:
        """What this one can be put together of by anyone who knows all that; None if nobody else can make one."""
        return None
