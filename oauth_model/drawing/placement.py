"""Where everything in a message-flow picture stands, in points; y grows downwards from the heads.

Two passes. Across: each label asks for the room it needs between two lanes, and the gaps are widened
until every wish is met. Down: items take rows from top to bottom; neighbouring pills and notes share
a row where there is room. No colours and no DOT here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from oauth_model.drawing import text
from oauth_model.drawing.flow import Arrow, Item, Pill, Sequence

TITLE_SIZE, DETAIL_SIZE, PILL_SIZE, NOTE_SIZE, HEAD_SIZE, SUBHEAD_SIZE = 11.0, 9.0, 9.0, 9.5, 13.0, 9.0
TITLE_LINE, DETAIL_LINE, NOTE_LINE, PILL_HEIGHT, HEAD_HEIGHT = 14.0, 11.5, 12.0, 17.0, 42.0
BADGE = 8.5
"""Radius of the number at the foot of an arrow."""
LOOP = 34.0
"""How far the arrow of a step that a party makes on its own reaches to the right."""
MIRROR_FROM = 12
"""Flows with at least so many arrows repeat the heads at the bottom."""
_NEAR_COLUMNS, _FAR_COLUMNS, _TITLE_COLUMNS, _NOTE_COLUMNS = 46, 60, 48, 40
_ENDS = BADGE + 30.0


@dataclass(frozen=True)
class Box:
    """An item with its lines and where it stands; `x`, `y` is the middle, of an arrow its line."""

    item: Item
    number: int
    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...]
    detail: tuple[str, ...]


@dataclass(frozen=True)
class Placement:
    """The whole picture: lane positions and head widths by key, boxes, and the extents."""

    lanes: Mapping[str, float]
    heads: Mapping[str, float]
    boxes: tuple[Box, ...]
    left: float
    right: float
    bottom: float
    mirrored: bool


def place(sequence: Sequence) -> Placement:
    """Compute the placement of a flow; the same flow always gives the same numbers."""
    order = {lane.key: index for index, lane in enumerate(sequence.lanes)}
    heads = {
        lane.key: max(
            112.0,
            text.width(lane.title, HEAD_SIZE, bold=True) + 30,
            text.width(lane.subtitle, SUBHEAD_SIZE) + 30,
        )
        for lane in sequence.lanes
    }
    boxes = _measured(sequence, order)
    across = _across(sequence, order, heads, boxes)
    placed, bottom = _down(boxes, across)
    left = min(across[key] - heads[key] / 2 for key in order)
    right = max(across[key] + heads[key] / 2 for key in order)
    for box in placed:
        left = min(left, box.x - box.width / 2)
        right = max(right, box.x + box.width / 2)
    arrows = sum(isinstance(item, Arrow) for item in sequence.items)
    return Placement(across, heads, placed, left - 8, right + 8, bottom + 16, arrows >= MIRROR_FROM)


def _measured(sequence: Sequence, order: Mapping[str, int]) -> tuple[Box, ...]:
    boxes: list[Box] = []
    number = 0
    for item in sequence.items:
        if isinstance(item, Arrow):
            number += 1
            far = abs(order[item.source] - order[item.dest]) > 1
            title = text.wrap(item.title, _TITLE_COLUMNS, 3)
            detail = text.wrap(item.detail, _FAR_COLUMNS if far else _NEAR_COLUMNS)
            wide = max(
                text.widest(title, TITLE_SIZE, bold=True),
                text.widest(detail, DETAIL_SIZE, mono=True),
            )
            boxes.append(Box(item, number, 0, 0, wide, 0, title, detail))
        elif isinstance(item, Pill):
            lines = text.wrap(item.text, _NOTE_COLUMNS, 2)
            wide = text.widest(lines, PILL_SIZE, bold=True) + 18
            boxes.append(Box(item, 0, 0, 0, wide, PILL_HEIGHT + 11 * (len(lines) - 1), lines, ()))
        else:
            lines = text.wrap(item.text, _NOTE_COLUMNS, 8)
            wide = text.widest(lines, NOTE_SIZE) + 24
            boxes.append(Box(item, 0, 0, 0, wide, NOTE_LINE * len(lines) + 12, lines, ()))
    return tuple(boxes)


def _across(
    sequence: Sequence, order: Mapping[str, int], heads: Mapping[str, float], boxes: tuple[Box, ...]
) -> dict[str, float]:
    keys = [lane.key for lane in sequence.lanes]
    last = len(keys) - 1
    wishes = [(i, i + 1, (heads[keys[i]] + heads[keys[i + 1]]) / 2 + 22) for i in range(last)]
    for box in boxes:
        item = box.item
        if not isinstance(item, Arrow):
            here = order[item.lane]
            beside = box.width / 2 + 12
            wishes += [(i, i + 1, beside) for i in (here - 1, here) if 0 <= i < last]
        elif item.source == item.dest:
            here = order[item.source]
            if here < last:
                wishes.append((here, here + 1, box.width + LOOP + 20))
        else:
            low, high = sorted((order[item.source], order[item.dest]))
            wishes.append((low, high, box.width + _ENDS))
    gaps = [0.0] * last
    for low, high, need in sorted(wishes, key=_span_then_place):
        missing = need - sum(gaps[low:high])
        if missing > 0:
            for index in range(low, high):
                gaps[index] += missing / (high - low)
    return {key: sum(gaps[:index]) for index, key in enumerate(keys)}


def _span_then_place(wish: tuple[int, int, float]) -> tuple[int, int, float]:
    low, high, need = wish
    return (high - low, low, need)


def _down(boxes: tuple[Box, ...], across: Mapping[str, float]) -> tuple[tuple[Box, ...], float]:
    cursor = HEAD_HEIGHT / 2 + 8
    placed: list[Box] = []
    row: list[Box] = []
    for box in boxes:
        if isinstance(box.item, Arrow):
            cursor = _close(row, placed, cursor)
            arrow, cursor = _arrow(box, box.item, across, cursor)
            placed.append(arrow)
        else:
            standing = _moved(box, across[box.item.lane], 0)
            if any(_collide(standing, other) for other in row):
                cursor = _close(row, placed, cursor)
            row.append(standing)
    cursor = _close(row, placed, cursor)
    return tuple(placed), cursor


def _arrow(box: Box, item: Arrow, across: Mapping[str, float], cursor: float) -> tuple[Box, float]:
    start, end = across[item.source], across[item.dest]
    above, below = TITLE_LINE * len(box.title), DETAIL_LINE * len(box.detail)
    if item.source == item.dest:
        height = max(20.0, above + below)
        top = cursor + 12
        middle = start + LOOP + 8 + box.width / 2
        return _moved(box, middle, top + height / 2, height), top + height + 4
    line = cursor + 11 + above
    shift = (BADGE - 12) / 2 if start < end else (12 - BADGE) / 2
    return _moved(box, (start + end) / 2 + shift, line), line + max(BADGE, 5 + below)


def _close(row: list[Box], placed: list[Box], cursor: float) -> float:
    if not row:
        return cursor
    tall = max(box.height for box in row)
    middle = cursor + 9 + tall / 2
    placed.extend(_moved(box, box.x, middle) for box in row)
    row.clear()
    return middle + tall / 2


def _collide(one: Box, other: Box) -> bool:
    return abs(one.x - other.x) < (one.width + other.width) / 2 + 14


def _moved(box: Box, x: float, y: float, height: float | None = None) -> Box:
    tall = box.height if height is None else height
    return replace(box, x=x, y=y, height=tall)
