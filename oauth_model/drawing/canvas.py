"""A drawing surface that is a DOT text: everything pinned, nothing left for Graphviz to lay out.

Points come in as (x, y) with y growing downwards and go out as pinned positions. The text draws the
same with `neato -n2` and with plain `dot` (it names its layout and its scale itself). Edges are drawn
before nodes, and edges in the order of their first ends; so what is asked for first lies lowest.
"""

from __future__ import annotations

from oauth_model.drawing import text
from oauth_model.drawing.palette import Palette

Point = tuple[float, float]


class Canvas:
    """Collects shapes; `dot` gives the text. Strings that are shown must be given unescaped."""

    def __init__(self, name: str, palette: Palette) -> None:
        self._palette = palette
        self._count = 0
        self._lines = [
            f"digraph {text.quote(name or 'flow')} {{",
            "  graph [layout=neato inputscale=72 splines=line outputorder=edgesfirst "
            f'bgcolor="{palette.page}" pad=0.3];',
            '  node [shape=plain fontname="Helvetica"];',
            '  edge [fontname="Helvetica" arrowsize=0.85];',
        ]

    def comment(self, words: str) -> None:
        """A heading in the text, for people who read it."""
        self._lines.append(f"  // {text.clean(words)}")

    def _node(self, at: Point, attributes: str) -> str:
        self._count += 1
        name = f"n{self._count}"
        self._lines.append(f'  {name} [pos="{_number(at[0])},{_number(-at[1])}!" {attributes}];')
        return name

    def anchor(self, at: Point) -> str:
        """An unseen point where lines end; returns its name."""
        return self._node(at, 'shape=point width=0.01 height=0.01 style=invis label=""')

    def corner(self, at: Point, color: str, pen: float) -> str:
        """A point where two lines of this colour and width turn; returns its name."""
        size = _number(pen / 72, 3)
        return self._node(
            at,
            f"shape=box fixedsize=true width={size} height={size} style=filled penwidth=0 "
            f'fillcolor="{color}" color="{color}" label=""',
        )

    def badge(self, at: Point, number: int, color: str, radius: float) -> str:
        """A number in a filled circle; returns its name."""
        size = _number(radius / 36, 3)
        points = 9 if number < 100 else 7
        return self._node(
            at,
            f'shape=circle fixedsize=true width={size} height={size} style=filled fillcolor="{color}" '
            f'color="{color}" label=<{run(str(number), points, self._palette.page, bold=True)}>',
        )

    def join(
        self, start: str, end: str, color: str, pen: float, style: str = "solid", head: str = "none"
    ) -> None:
        """A straight line between two named points."""
        self._lines.append(
            f'  {start} -> {end} [color="{color}" penwidth={_number(pen)} style={style} arrowhead={head}];'
        )

    def line(self, start: Point, end: Point, color: str, pen: float, style: str = "solid") -> None:
        """A straight line between two points."""
        self.join(self.anchor(start), self.anchor(end), color, pen, style)

    def rectangle(self, at: Point, size: Point, fill: str) -> None:
        """A filled rectangle without an outline."""
        self.box(at, size, fill, fill, "", style="filled")

    def box(
        self, at: Point, size: Point, fill: str, line: str, label: str,
        *, style: str = "filled,rounded", shape: str = "box", pen: float = 1.0,
    ) -> None:  # fmt: skip
        """A filled box of a fixed size in points around an HTML label made by `block`."""
        shown = f"<{label}>" if label else '""'
        self._node(
            at,
            f'shape={shape} style="{style}" fixedsize=true width={_number(size[0] / 72, 3)} '
            f'height={_number(size[1] / 72, 3)} penwidth={_number(pen)} fillcolor="{fill}" color="{line}" '
            f"label={shown}",
        )

    def words(self, at: Point, label: str) -> None:
        """An HTML label made by `block`, standing free."""
        if label:
            self._node(at, f"label=<{label}>")

    def dot(self) -> str:
        """The whole text."""
        return "\n".join([*self._lines, "}", ""])


def block(*lines: str, align: str = "center") -> str:
    """Lines made by `run`, one below the other, as one HTML label; empty without lines."""
    if not lines:
        return ""
    rows = "".join(f'<tr><td align="{align}">{line}</td></tr>' for line in lines)
    return f'<table border="0" cellspacing="0" cellpadding="0">{rows}</table>'


def run(words: str, size: float, color: str, *, bold: bool = False, mono: bool = False) -> str:
    """One escaped line of text in one font."""
    face = ' face="Courier"' if mono else ""
    inner = text.escape(words) or " "
    inner = f"<b>{inner}</b>" if bold else inner
    return f'<font{face} point-size="{_number(size)}" color="{color}">{inner}</font>'


def _number(value: float, digits: int = 1) -> str:
    shown = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown
