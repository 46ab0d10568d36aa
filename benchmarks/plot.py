"""The plot: time to a verdict against honest sessions, as SVG text.

It knows nothing of what is plotted but lines of points; of each it draws the times, and where a time is missing
although the line goes on, that the search was stopped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 860, 500
LEFT, RIGHT, TOP, BOTTOM = 76, 190, 84, 84
APART = 19
"""Between two labels, at least."""

STYLE = """\
  :root { color-scheme: light dark }
  .card { fill: #ffffff } .ink { fill: #1c2430 } .soft { fill: #5b6675 }
  .grid { stroke: #e3e7ec; stroke-width: 1 } .limit { stroke: #9aa4b1; stroke-width: 1; stroke-dasharray: 2 4 }
  text { font-family: 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif; font-size: 13px }
  .title { font-size: 17px; font-weight: 600 } .small { font-size: 12px }
  .name { font-weight: 600 } .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  .going { stroke-dasharray: 2 6 } .open { fill: #ffffff; stroke-width: 2 }
  .s0 { stroke: #00796b } .f0 { fill: #00796b } .s1 { stroke: #c4500b } .f1 { fill: #c4500b }
  .s2 { stroke: #7156b5 } .f2 { fill: #7156b5 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #12171e } .ink { fill: #e8edf3 } .soft { fill: #97a3b2 }
    .grid { stroke: #28313c } .limit { stroke: #66717f } .open { fill: #12171e }
    .s0 { stroke: #4dd0bd } .f0 { fill: #4dd0bd } .s1 { stroke: #ff9955 } .f1 { fill: #ff9955 }
    .s2 { stroke: #b39df0 } .f2 { fill: #b39df0 }
  }"""


@dataclass(frozen=True)
class Line:
    """A name, and seconds by size; None for a search that was stopped."""

    name: str
    times: dict[int, float | None]


def plot(lines: Sequence[Line], states: dict[int, int], limit: float, title: str, subtitle: str) -> str:
    """The picture. `states` are those of each size, `limit` the seconds after which a search was stopped."""
    return "\n".join(_Plot(lines, states, limit).svg(title, subtitle)) + "\n"


class _Plot:
    def __init__(self, lines: Sequence[Line], states: dict[int, int], limit: float) -> None:
        self.lines, self.states, self.limit = lines, states, limit
        self.sizes = sorted(states)
        times = [time for line in lines for time in line.times.values() if time]
        self.low = math.floor(math.log10(min(times, default=limit / 1000)))
        self.high = math.log10(max(limit, *times) if times else limit) + 0.12

    def x(self, size: int) -> float:
        """Where a size is, from left to right."""
        span = max(self.sizes[-1] - self.sizes[0], 1)
        return LEFT + 16 + (size - self.sizes[0]) / span * (WIDTH - LEFT - RIGHT - 32)

    def y(self, time: float) -> float:
        """Where a time is, from top to bottom."""
        share = (math.log10(time) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def svg(self, title: str, subtitle: str) -> Iterator[str]:
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        yield f"<title>{escape(title)}</title>"
        yield f"<style>\n{STYLE}\n</style>"
        yield f'<rect class="card" width="{WIDTH}" height="{HEIGHT}" rx="10"/>'
        yield _text(28, 36, title, "ink title")
        yield _text(28, 58, subtitle, "soft")
        yield from self._axes()
        for number, line in reversed(list(enumerate(self.lines))):  # the first lies on top
            yield from self._line(number, line)
        yield from self._names()
        yield "</svg>"

    def _axes(self) -> Iterator[str]:
        right = WIDTH - RIGHT
        for power in range(self.low, math.floor(self.high) + 1):
            y = self.y(10.0**power)
            yield f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield _text(LEFT - 10, y + 4, _duration(power), "soft", "end")
        y = self.y(self.limit)
        yield f'<line class="limit" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT + 4, y - 6, f"stopped after {self.limit:g} s", "soft small")
        base = HEIGHT - BOTTOM
        for size in self.sizes:
            yield _text(self.x(size), base + 24, str(size), "ink", "middle")
            yield _text(self.x(size), base + 42, _count(self.states[size]), "soft small", "middle")
        yield _text(right + 44, base + 24, "honest sessions", "ink")
        yield _text(right + 44, base + 42, "states", "soft small")

    def _line(self, number: int, line: Line) -> Iterator[str]:
        done = [(self.x(size), self.y(time)) for size, time in sorted(line.times.items()) if time]
        stopped = [(self.x(size), self.y(self.limit)) for size, time in sorted(line.times.items()) if not time]
        if done:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in done)
            yield f'<polyline class="line s{number}" points="{path}"/>'
        for x, y in stopped:
            if done:
                yield (
                    f'<line class="line going s{number}" x1="{done[-1][0]:.1f}" y1="{done[-1][1]:.1f}" '
                    f'x2="{x:.1f}" y2="{y:.1f}"/>'
                )
            corners = f"{x:.1f},{y - 7:.1f} {x - 6:.1f},{y + 4:.1f} {x + 6:.1f},{y + 4:.1f}"
            yield f'<polygon class="open s{number}" points="{corners}"/>'
        for (x, y), time in zip(done, [time for _, time in sorted(line.times.items()) if time], strict=True):
            yield f'<circle class="f{number}" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{_exactly(time)}</title></circle>'

    def _names(self) -> Iterator[str]:
        """Each line's name beside its end, with room between them."""
        ends = []
        for number, line in enumerate(self.lines):
            size = max(line.times, default=None)
            if size is None:
                continue
            time = line.times[size]
            what = _exactly(time) if time else f"more than {self.limit:g} s"
            ends.append((self.y(time or self.limit), number, line.name, f"{what} at {size}"))
        ends.sort()
        below = -math.inf
        for y, number, name, what in ends:
            place = max(y, below + 2 * APART)
            below = place
            yield _text(WIDTH - RIGHT + 14, place, name, f"f{number} name")
            yield _text(WIDTH - RIGHT + 14, place + APART - 3, what, "soft small")


def _text(x: float, y: float, text: str, classes: str, anchor: str = "start") -> str:
    return f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _duration(power: int) -> str:
    return f"{10**power} s" if power >= 0 else f"{10.0 ** (power + 3):g} ms"


def _exactly(time: float) -> str:
    return f"{1000 * time:.0f} ms" if time < 1 else f"{time:.1f} s"


def _count(states: int) -> str:
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if states >= size:
            return f"{states / size:.3g} {word}"
    return f"{states:,}"
