"""State machines as text: DOT for a picture, and a Mermaid `stateDiagram-v2` where no picture can be made.

It draws the edges that it is given and adds nothing: no edge means refused. It does not know rows or
roles, and it does not lay anything out, that is left to Graphviz (engine dot).
"""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.drawing import text
from oauth_model.drawing.errors import DrawingError
from oauth_model.drawing.palette import DARK, LIGHT, Paint, Palette

_TANGLE = 3
"""An event that leaves from more states than this to one and the same is told in a note."""
_GUARDS_IN_A_LINE = 2
_WIDE_STATES, _WIDE_EDGES = 6, 10
"""Machines up to this size, with short lists of guards and no loops, are drawn from left to right; others downwards."""
_BREAK_LEFT = '<br align="left"/>'


@dataclass(frozen=True)
class Edge:
    """One transition. A `refused` one is drawn in red: the message arrives and is turned down."""

    event: str
    source: str
    dest: str
    guards: tuple[str, ...] = ()
    effect: str = ""
    refused: bool = False


@dataclass(frozen=True)
class MachineDrawing:
    """A machine to draw. `finals` are doubly outlined, green, or red where they are in `failed` too.

    Raises `DrawingError` where `finals` or `failed` name a state that no edge leads from or to.
    """

    title: str
    initial: str
    finals: tuple[str, ...]
    edges: tuple[Edge, ...]
    subtitle: str = ""
    failed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = self.states()
        for state in (*self.finals, *self.failed):
            if state not in known:
                raise DrawingError(
                    f"machine {self.title!r}: no edge names the final state {state!r}: {known}"
                )

    def states(self) -> tuple[str, ...]:
        """All states, in the order in which the drawing first names them."""
        named = [self.initial]
        for edge in self.edges:
            named += [edge.source, edge.dest]
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class _Told:
    """Edges with one event that are told in a note; `dest` is empty where each stays in its state."""

    event: str
    dest: str
    edges: tuple[Edge, ...]


def machine_dot(machine: MachineDrawing, dark: bool = False) -> str:
    """The machine as DOT; draw it with `render(..., engine="dot")`."""
    palette = DARK if dark else LIGHT
    drawn, told = _sorted_out(machine)
    downwards = _downwards(machine, drawn)
    direction = "TB" if downwards else "LR"
    lines = [
        f"digraph {text.quote(machine.title or 'machine')} {{",
        f'  graph [rankdir={direction} bgcolor="{palette.page}" pad=0.3 nodesep=0.4 ranksep=0.5 labelloc=t '
        f'fontname="Helvetica" label=<{_heading(machine, palette)}>];',
        '  node [shape=box style="filled,rounded" fontname="Helvetica" fontsize=12 penwidth=1.4 '
        f'margin="0.16,0.09" color="{palette.state.line}" '
        f'fillcolor="{palette.state.fill}" fontcolor="{palette.state.text}"];',
        f'  edge [fontname="Helvetica" fontsize=10 arrowsize=0.75 penwidth=1.3 color="{palette.edge}"];',
        '  start_ [shape=circle width=0.14 fixedsize=true label="" '
        f'fillcolor="{palette.ink}" color="{palette.ink}"];',
    ]
    names = {state: f"s{index}" for index, state in enumerate(machine.states())}
    for state, name in names.items():
        lines.append(
            f"  {name} [label=<<b>{text.escape(state) or ' '}</b>>{_look(machine, state, palette)}];"
        )
    lines.append(f"  start_ -> {names[machine.initial]};")
    for source, dest, apart in dict.fromkeys(_bundle(edge) for edge in drawn):
        stacked = [edge for edge in drawn if _bundle(edge) == (source, dest, apart)]
        refused = all(edge.refused for edge in stacked)
        red = f' color="{palette.danger}" fontcolor="{palette.danger}"' if refused else ""
        lines.append(
            f"  {names[source]} -> {names[dest]} [label=<{_label(stacked, palette, downwards)}>{red}];"
        )
    lines += _notes(machine, told, names, palette)
    return "\n".join([*lines, "}", ""])


def _bundle(edge: Edge) -> tuple[str, str, bool]:
    """Edges that share an arrow: those between two states, refused ones apart, but one for all loops of a state."""
    return edge.source, edge.dest, edge.refused and edge.source != edge.dest


def _sorted_out(machine: MachineDrawing) -> tuple[list[Edge], list[_Told]]:
    """The edges that are drawn, and those that would make a tangle."""
    drawn = list(machine.edges)
    told: list[_Told] = []
    for event, dest in dict.fromkeys((edge.event, edge.dest) for edge in machine.edges):
        group = tuple(edge for edge in drawn if (edge.event, edge.dest) == (event, dest))
        if len({edge.source for edge in group}) > _TANGLE:
            told.append(_Told(event, dest, group))
            drawn = [edge for edge in drawn if edge not in group]
    for event in dict.fromkeys(edge.event for edge in machine.edges):
        group = tuple(edge for edge in drawn if edge.event == event and edge.source == edge.dest)
        if len({edge.source for edge in group}) > _TANGLE:
            told.append(_Told(event, "", group))
            drawn = [edge for edge in drawn if edge not in group]
    return drawn, told


def _downwards(machine: MachineDrawing, drawn: list[Edge]) -> bool:
    """Whether it is too large to be drawn from left to right, or has loops, whose labels would run into others."""
    many = len(machine.states()) > _WIDE_STATES or len(drawn) > _WIDE_EDGES
    return many or any(len(edge.guards) > _GUARDS_IN_A_LINE or edge.source == edge.dest for edge in drawn)


def _look(machine: MachineDrawing, state: str, palette: Palette) -> str:
    paint: Paint | None = None
    if state in machine.failed:
        paint = palette.tones["bad"]
    elif state in machine.finals:
        paint = palette.tones["good"]
    if paint is None:
        return ""
    rings = " peripheries=2" if state in machine.finals else ""
    return f'{rings} fillcolor="{paint.fill}" color="{paint.line}" fontcolor="{paint.text}"'


def _heading(machine: MachineDrawing, palette: Palette) -> str:
    rows = [
        [f'<font point-size="17" color="{palette.ink}"><b>{text.escape(machine.title) or " "}</b></font>']
    ]
    if text.clean(machine.subtitle):
        rows.append([f'<font point-size="11" color="{palette.muted}">{text.escape(machine.subtitle)}</font>'])
    return _table([*rows, [" "]], left=False)


def _label(edges: list[Edge], palette: Palette, left: bool) -> str:
    cells: list[list[str]] = []
    for edge in edges:
        color = palette.danger if edge.refused else palette.ink
        event = f'<font color="{color}"><b>{text.escape(edge.event) or " "}</b></font>'
        cells.append([event, *_conditions(edge, palette, left)])
    return _table(cells, left)


def _conditions(edge: Edge, palette: Palette, left: bool = True) -> list[str]:
    lines: list[str] = []
    many = len(edge.guards) > _GUARDS_IN_A_LINE
    shown = edge.guards if many else text.wrap(" and ".join(edge.guards), 34)
    for index, line in enumerate(shown):
        opening = "[" if index == 0 else "&#160;" if left else ""
        closing = "]" if index == len(shown) - 1 else ""
        lines.append(
            f'<font color="{palette.guard}" point-size="9">{opening}{text.escape(line)}{closing}</font>'
        )
    if text.clean(edge.effect):
        lines.append(
            f'<font color="{palette.muted}" point-size="9"><i>/ {text.escape(edge.effect)}</i></font>'
        )
    return lines


def _table(cells: list[list[str]], left: bool) -> str:
    """Cells one below the other, each of some lines; those on the left keep clear of the edge beside them."""
    if left:
        shown = [
            '<td width="3"></td><td align="left">' + _BREAK_LEFT.join([*lines, ""]) + "</td>"
            for lines in cells
        ]
    else:
        shown = ["<td>" + "<br/>".join(lines) + "</td>" for lines in cells]
    rows = '<tr><td height="4"></td></tr>'.join(f"<tr>{cell}</tr>" for cell in shown)
    return f'<table border="0" cellspacing="0" cellpadding="1">{rows}</table>'


def _notes(machine: MachineDrawing, told: list[_Told], names: dict[str, str], palette: Palette) -> list[str]:
    lines: list[str] = []
    for index, dest in enumerate(dict.fromkeys(note.dest for note in told)):
        cells = [_told(machine, note, palette) for note in told if note.dest == dest]
        paint = palette.note
        lines.append(
            f'  note{index} [shape=note style=filled margin="0.12,0.06" penwidth=1 fillcolor="{paint.fill}" '
            f'color="{paint.line}" fontcolor="{paint.text}" fontsize=10 label=<{_table(cells, left=True)}>];'
        )
        if dest:
            lines.append(f'  note{index} -> {names[dest]} [style=dashed color="{paint.line}" penwidth=1];')
    return lines


def _told(machine: MachineDrawing, note: _Told, palette: Palette) -> list[str]:
    rows: list[str] = []
    variants = dict.fromkeys((edge.guards, edge.effect, edge.refused) for edge in note.edges)
    for guards, effect, refused in variants:
        edges = [e for e in note.edges if (e.guards, e.effect, e.refused) == (guards, effect, refused)]
        color = palette.danger if refused else palette.note.text
        goal = f"→&#160;<i>{text.escape(note.dest)}</i>" if note.dest else "stays where it is"
        where = text.wrap(_from(machine, note, [edge.source for edge in edges]), 60)
        for line in where[:-1]:
            rows.append(f'<font color="{palette.note.text}">{text.escape(line)}</font>')
        rows.append(
            f'{text.escape(where[-1])}: <font color="{color}"><b>{text.escape(note.event)}</b></font> {goal}'
        )
        rows += _conditions(edges[0], palette)
    return rows


def _from(machine: MachineDrawing, note: _Told, sources: list[str]) -> str:
    """In words where the edges leave: "any state" if it is all, or all but the goal."""
    states = set(machine.states())
    left = states - set(sources)
    if left <= {note.dest}:
        return "any state"
    if left <= {note.dest, *machine.finals, *machine.failed}:
        return "any unfinished state" if not set(sources) & set(machine.finals) else ", ".join(sources)
    return ", ".join(dict.fromkeys(sources))


def machine_mermaid(machine: MachineDrawing) -> str:
    """The machine as a Mermaid `stateDiagram-v2`, each edge on its own line, none left to a note."""
    names = {state: f"s{index}" for index, state in enumerate(machine.states())}
    lines = ["stateDiagram-v2", "  direction LR"]
    lines += [f'  state "{_said(state) or " "}" as {name}' for state, name in names.items()]
    lines.append(f"  [*] --> {names[machine.initial]}")
    for edge in machine.edges:
        said = _said(edge.event)
        if edge.guards:
            said += f" [{_said(' and '.join(edge.guards))}]"
        if text.clean(edge.effect):
            said += f" / {_said(edge.effect)}"
        if edge.refused:
            said += " (refused)"
        lines.append(f"  {names[edge.source]} --> {names[edge.dest]}: {said}")
    lines += [f"  {names[state]} --> [*]" for state in machine.states() if state in machine.finals]
    lines.append("  classDef good fill:#dcfce7,stroke:#166534,color:#166534")
    lines.append("  classDef bad fill:#fee2e2,stroke:#b91c1c,color:#991b1b")
    for state, name in names.items():
        if state in machine.failed:
            lines.append(f"  class {name} bad")
        elif state in machine.finals:
            lines.append(f"  class {name} good")
    return "\n".join([*lines, ""])


def _said(words: str) -> str:
    return text.mermaid(words).replace(":", "#58;")
