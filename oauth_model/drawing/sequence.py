"""Message flows as text: DOT for a picture, and a Mermaid `sequenceDiagram` where no picture can be made.

A pure function of the records in `flow`: the same flow gives the same text on every machine. It does
not run Graphviz, that is `render`, and it does not decide where things stand, that is `placement`.
"""

from __future__ import annotations

from oauth_model.drawing import text
from oauth_model.drawing.canvas import Canvas, Point, block, run
from oauth_model.drawing.flow import Arrow, Banner, Lane, Note, Pill, Sequence
from oauth_model.drawing.palette import DARK, DISHONEST_HEAD, HEADS, LIGHT, OTHER_HEAD, Palette
from oauth_model.drawing.placement import (
    BADGE,
    DETAIL_LINE,
    DETAIL_SIZE,
    HEAD_HEIGHT,
    HEAD_SIZE,
    LOOP,
    NOTE_SIZE,
    PILL_SIZE,
    SUBHEAD_SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    Box,
    Placement,
    place,
)

__all__ = [
    "Arrow",
    "Banner",
    "Lane",
    "Note",
    "Pill",
    "Sequence",
    "sequence_dot",
    "sequence_mermaid",
]

_CHANNELS = (
    ("ui", "user interface", 1.4, "dashed"),
    ("front", "front channel (through the user agent)", 1.8, "solid"),
    ("back", "back channel (direct TLS)", 2.4, "solid"),
    ("attacker", "attacker", 2.4, "solid"),
)


def sequence_dot(sequence: Sequence, dark: bool = False) -> str:
    """The flow as DOT, every node pinned; draw it with `render(..., engine="neato")`."""
    palette = DARK if dark else LIGHT
    spots = place(sequence)
    canvas = Canvas(sequence.title, palette)
    foot = spots.bottom + (HEAD_HEIGHT / 2 if spots.mirrored else 0)
    _bands(canvas, palette, sequence, spots, foot)
    _lifelines(canvas, palette, sequence, spots, foot)
    for box in spots.boxes:
        if isinstance(box.item, Arrow):
            _arrow(canvas, palette, sequence, spots, box, box.item)
        else:
            _remark(canvas, palette, box)
    _heads(canvas, sequence, spots, 0)
    if spots.mirrored:
        _heads(canvas, sequence, spots, foot)
        foot += HEAD_HEIGHT / 2
    _heading(canvas, palette, sequence, spots)
    if sequence.banner is not None:
        foot = _banner(canvas, sequence.banner, spots, foot)
    _legend(canvas, palette, sequence, spots, foot + 24)
    return canvas.dot()


def _bands(canvas: Canvas, palette: Palette, sequence: Sequence, spots: Placement, foot: float) -> None:
    for lane in sequence.lanes:
        if lane.hostile:
            canvas.comment(f"band of {lane.key}")
            x = spots.lanes[lane.key]
            canvas.line((x, 0), (x, foot), palette.band, spots.heads[lane.key] + 4)


def _lifelines(canvas: Canvas, palette: Palette, sequence: Sequence, spots: Placement, foot: float) -> None:
    for lane in sequence.lanes:
        x = spots.lanes[lane.key]
        color, style = (palette.danger, "solid") if lane.hostile else (palette.lifeline, "dashed")
        canvas.line((x, 0), (x, foot), color, 1.2, style)


def _heads(canvas: Canvas, sequence: Sequence, spots: Placement, y: float) -> None:
    canvas.comment("heads")
    for lane in sequence.lanes:
        fill = DISHONEST_HEAD if lane.hostile else HEADS.get(lane.kind, OTHER_HEAD)
        lines = [run(lane.title, HEAD_SIZE, "#ffffff", bold=True)]
        if lane.subtitle:
            lines.append(run(lane.subtitle, SUBHEAD_SIZE, "#f1f5f9"))
        size = (spots.heads[lane.key], HEAD_HEIGHT)
        canvas.box((spots.lanes[lane.key], y), size, fill, fill, block(*lines))


def _arrow(
    canvas: Canvas, palette: Palette, sequence: Sequence, spots: Placement, box: Box, item: Arrow
) -> None:  # fmt: skip
    canvas.comment(f"{box.number} {item.title}")
    color = palette.channels[item.channel]
    pen, style = next((pen, style) for name, _, pen, style in _CHANNELS if name == item.channel)
    head = "vee" if item.channel == "ui" else "normal"
    title = [run(line, TITLE_SIZE, palette.ink, bold=True) for line in box.title]
    detail = [run(line, DETAIL_SIZE, color, mono=True) for line in box.detail]
    start, end = spots.lanes[item.source], spots.lanes[item.dest]
    if item.source == item.dest:
        top, low = box.y - box.height / 2, box.y + box.height / 2
        first = canvas.badge((start, top), box.number, color, BADGE)
        corners = [canvas.corner((start + LOOP, y), color, pen) for y in (top, low)]
        last = canvas.anchor((start, low))
        canvas.join(first, corners[0], color, pen, style)
        canvas.join(corners[0], corners[1], color, pen, style)
        canvas.join(corners[1], last, color, pen, style, head)
        _words(
            canvas,
            palette,
            sequence,
            spots,
            (box.x, box.y),
            (box.width, box.height),
            block(*title, *detail, align="left"),
        )
        return
    first = canvas.badge((start, box.y), box.number, color, BADGE)
    canvas.join(first, canvas.anchor((end, box.y)), color, pen, style, head)
    above = (text.widest(box.title, TITLE_SIZE, bold=True), TITLE_LINE * len(title))
    below = (text.widest(box.detail, DETAIL_SIZE, mono=True), DETAIL_LINE * len(detail))
    _words(canvas, palette, sequence, spots, (box.x, box.y - 3 - above[1] / 2), above, block(*title))
    _words(
        canvas,
        palette,
        sequence,
        spots,
        (box.x, box.y + 4 + below[1] / 2),
        below,
        block(*detail, align="left"),
    )


def _words(
    canvas: Canvas, palette: Palette, sequence: Sequence, spots: Placement, at: Point, size: Point, label: str
) -> None:  # fmt: skip
    """A label, with the lifelines behind it interrupted so that it can be read."""
    for lane in sequence.lanes:
        x = spots.lanes[lane.key]
        if label and abs(x - at[0]) < size[0] / 2 + 4:
            canvas.rectangle((x, at[1]), (7, size[1]), palette.band if lane.hostile else palette.page)
    canvas.words(at, label)


def _remark(canvas: Canvas, palette: Palette, box: Box) -> None:
    if isinstance(box.item, Pill):
        paint = palette.tones[box.item.tone]
        label = block(*(run(line, PILL_SIZE, paint.text, bold=True) for line in box.title))
        canvas.box((box.x, box.y), (box.width, box.height), paint.fill, paint.line, label)
    else:
        paint = palette.note
        label = block(*(run(line, NOTE_SIZE, paint.text) for line in box.title), align="left")
        canvas.box(
            (box.x, box.y),
            (box.width, box.height),
            paint.fill,
            paint.line,
            label,
            style="filled",
            shape="note",
        )


def _heading(canvas: Canvas, palette: Palette, sequence: Sequence, spots: Placement) -> None:
    title = _fitted(sequence.title, 19, spots)
    under = _fitted(sequence.subtitle, 11, spots)
    height = 23 * len(title) + 15 * len(under)
    lines = [run(line, 19, palette.ink, bold=True) for line in title]
    lines += [run(line, 11, palette.muted) for line in under]
    canvas.words(((spots.left + spots.right) / 2, -HEAD_HEIGHT / 2 - 16 - height / 2), block(*lines))


def _banner(canvas: Canvas, banner: Banner, spots: Placement, foot: float) -> float:
    fill, pale = ("#7f1d1d", "#fecaca") if banner.broken else ("#14532d", "#bbf7d0")
    title, under = _fitted(banner.title, 14, spots), _fitted(banner.subtitle, 10, spots)
    height = 18.0 * len(title) + 13.5 * len(under) + 18
    lines = [run(line, 14, "#ffffff", bold=True) for line in title]
    lines += [run(line, 10, pale) for line in under]
    canvas.comment("verdict")
    middle = (spots.left + spots.right) / 2
    canvas.box(
        (middle, foot + 14 + height / 2), (spots.right - spots.left, height), fill, fill, block(*lines)
    )
    return foot + 14 + height


def _fitted(words: str, size: float, spots: Placement) -> tuple[str, ...]:
    columns = max(24, int((spots.right - spots.left - 24) / (size * 0.56)))
    return text.wrap(words, columns, 4)


def _legend(canvas: Canvas, palette: Palette, sequence: Sequence, spots: Placement, y: float) -> None:
    used = {item.channel for item in sequence.items if isinstance(item, Arrow)}
    shown = [channel for channel in _CHANNELS if channel[0] in used]
    widths = [text.width(words, 10) for _, words, _, _ in shown]
    canvas.comment("legend")
    x = (spots.left + spots.right) / 2 - (sum(widths) + 40 * len(shown) + 22 * (len(shown) - 1)) / 2
    for (name, words, pen, style), wide in zip(shown, widths, strict=True):
        color = palette.channels[name]
        head = "vee" if name == "ui" else "normal"
        canvas.join(canvas.anchor((x, y)), canvas.anchor((x + 34, y)), color, pen, style, head)
        canvas.words((x + 40 + wide / 2, y), block(run(words, 10, palette.muted)))
        x += 40 + wide + 22


def sequence_mermaid(sequence: Sequence) -> str:
    """The flow as a Mermaid `sequenceDiagram`; pills, notes and the verdict become notes."""
    names = {lane.key: f"L{index}" for index, lane in enumerate(sequence.lanes)}
    lines = ["sequenceDiagram"]
    if text.clean(sequence.title):
        lines.append(f"  title {_joined(sequence.title, sequence.subtitle, ': ')}")
    lines.append("  autonumber")
    for lane in sequence.lanes:
        if lane.hostile:
            lines.append("  box rgba(200, 30, 30, 0.08)")
        lines.append(f"  participant {names[lane.key]} as {_joined(lane.title, lane.subtitle) or lane.key}")
        if lane.hostile:
            lines.append("  end")
    for item in sequence.items:
        if isinstance(item, Arrow):
            line = "-->>" if item.channel == "ui" else "->>"
            said = _joined(item.title, item.detail) or " "
            lines.append(f"  {names[item.source]}{line}{names[item.dest]}: {said}")
        else:
            lines.append(f"  Note over {names[item.lane]}: {text.mermaid(item.text)}")
    if sequence.banner is not None:
        over = "L0" if len(names) == 1 else f"L0,L{len(names) - 1}"
        lines.append(f"  Note over {over}: {_joined(sequence.banner.title, sequence.banner.subtitle)}")
    return "\n".join([*lines, ""])


def _joined(first: str, second: str, between: str = "<br/>") -> str:
    return between.join(part for part in (text.mermaid(first), text.mermaid(second)) if part)
