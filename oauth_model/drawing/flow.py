"""The plain data of a message-flow picture: lanes, and what happens between them from top to bottom.

It knows nothing of OAuth, of worlds or of runs: whoever has a run turns it into these records. It
is not a layout either, positions are computed in `placement`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from oauth_model.drawing.errors import DrawingError
from oauth_model.drawing.palette import Channel, Tone


@dataclass(frozen=True)
class Lane:
    """One party: a head, and a lifeline under it.

    `kind` is the role; the six that have a colour of their own are in `palette.HEADS`. A lane of
    kind "attacker", or one that is not `honest`, is drawn in red on a pale band.
    """

    key: str
    title: str
    subtitle: str
    kind: str
    honest: bool = True

    @property
    def hostile(self) -> bool:
        """Whether the attacker acts here."""
        return self.kind == "attacker" or not self.honest


@dataclass(frozen=True)
class Arrow:
    """One message from lane to lane (keys); arrows are numbered in order, beginning with 1.

    `title` stands above the line, `detail` (parameters, "name=value, name=value") below it in a
    fixed-width font. With `source == dest` it is a step that a party makes on its own.
    """

    source: str
    dest: str
    title: str
    detail: str = ""
    channel: Channel = "front"

    def __post_init__(self) -> None:
        if self.channel not in get_args(Channel):
            known = ", ".join(get_args(Channel))
            raise DrawingError(f"arrow {self.title!r}: no channel {self.channel!r}; known: {known}")


@dataclass(frozen=True)
class Pill:
    """A state that a lane has reached, on its lifeline."""

    lane: str
    text: str
    tone: Tone = "good"

    def __post_init__(self) -> None:
        if self.tone not in get_args(Tone):
            known = ", ".join(get_args(Tone))
            raise DrawingError(f"pill {self.text!r}: no tone {self.tone!r}; known: {known}")


@dataclass(frozen=True)
class Note:
    """A remark on a lifeline."""

    lane: str
    text: str


@dataclass(frozen=True)
class Banner:
    """The verdict under the flow."""

    title: str
    subtitle: str
    broken: bool


Item = Arrow | Pill | Note


@dataclass(frozen=True)
class Sequence:
    """A whole message flow. Raises `DrawingError` where an item names a lane that is not there."""

    title: str
    subtitle: str
    lanes: tuple[Lane, ...]
    items: tuple[Item, ...]
    banner: Banner | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "lanes", tuple(self.lanes))
        object.__setattr__(self, "items", tuple(self.items))
        keys = [lane.key for lane in self.lanes]
        if not keys:
            raise DrawingError(f"flow {self.title!r} has no lanes: name at least one party")
        if len(set(keys)) != len(keys):
            raise DrawingError(f"flow {self.title!r}: two lanes have the same key among {keys}")
        for item in self.items:
            for key in lanes_of(item):
                if key not in keys:
                    raise DrawingError(f"flow {self.title!r}: {item!r} names the lane {key!r}; lanes: {keys}")


def lanes_of(item: Item) -> tuple[str, ...]:
    """The keys of the lanes that an item touches."""
    if isinstance(item, Arrow):
        return (item.source, item.dest)
    return (item.lane,)
