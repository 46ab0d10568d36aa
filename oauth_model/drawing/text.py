"""Text in pictures: how wide it is, where it is broken, how it is escaped.

The widths are those of the standard Helvetica and Courier fonts, in thousandths of the font size,
so a layout can be computed without asking Graphviz. This is an estimate for placing labels, not
typesetting: kerning is ignored and characters beyond ASCII count as an average letter.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable

_FIRST = 32

# fmt: off
_HELVETICA = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)
_HELVETICA_BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)
# fmt: on
_COURIER = 600
_NOT_XML = "\ufffe\uffff"
_BREAK_AFTER = ",;&?/=("
_CRUMB = 8


def clean(text: str) -> str:
    """The text on one line, without the control characters that no picture format can hold."""
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs") and c not in _NOT_XML)


def width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The estimated width of one line in points, at a font size in points."""
    table = _HELVETICA_BOLD if bold else _HELVETICA
    total = 0
    for character in text:
        index = ord(character) - _FIRST
        if unicodedata.combining(character):
            continue
        if unicodedata.east_asian_width(character) in ("W", "F"):
            total += 1000
        elif mono:
            total += _COURIER
        elif 0 <= index < len(table):
            total += table[index]
        else:
            total += 600
    return total * size / 1000


def widest(lines: Iterable[str], size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The width of the widest line in points; 0 for no lines."""
    return max((width(line, size, bold=bold, mono=mono) for line in lines), default=0.0)


def wrap(text: str, columns: int, max_lines: int = 6) -> tuple[str, ...]:
    """Break at spaces; a longer word after a separator; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in _pieces(clean(text), columns):
        if line and len(line) + 1 + len(word) > columns:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        lines.append(line)
    if len(lines) > max_lines:
        last = lines[max_lines - 1][: columns - 2].rstrip(" ,")
        lines = [*lines[: max_lines - 1], f"{last} …"]
    return tuple(lines)


def _pieces(text: str, columns: int) -> list[str]:
    pieces: list[str] = []
    for word in text.split():
        rest = word
        while len(rest) > columns:
            reach = columns if len(rest) >= columns + _CRUMB else columns - _CRUMB
            cut = max(rest.rfind(mark, reach // 3, reach) for mark in _BREAK_AFTER) + 1 or reach
            pieces.append(rest[:cut])
            rest = rest[cut:]
        if rest:
            pieces.append(rest)
    return pieces


def escape(text: str) -> str:
    """The text inside a Graphviz HTML label (or any XML)."""
    return html.escape(clean(text), quote=True)


def quote(text: str) -> str:
    """The text as a quoted DOT identifier; no escape sequence of Graphviz survives in it."""
    inner = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def mermaid(text: str) -> str:
    """The text in a Mermaid diagram: the characters of Mermaid's own syntax as its `#name;` entities."""
    entities = {"%": "#37;", "#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", '"': "#quot;", "&": "#amp;"}
    return "".join(entities.get(c, c) for c in clean(text))
