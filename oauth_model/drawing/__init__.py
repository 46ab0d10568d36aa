"""Pictures: message flows and state machines, as Graphviz DOT, as Mermaid, and as SVG or PNG.

It turns plain records into text, and text into pictures. It knows nothing of OAuth, of the model or of
its runs, and imports nothing of them: whoever has a run or a table of rows makes the records.
"""

from __future__ import annotations

from oauth_model.drawing.errors import DrawingError
from oauth_model.drawing.flow import Arrow, Banner, Item, Lane, Note, Pill, Sequence
from oauth_model.drawing.machines import Edge, MachineDrawing, machine_dot, machine_mermaid
from oauth_model.drawing.palette import Channel, Tone
from oauth_model.drawing.render import (
    HOW_TO_GET_PICTURES,
    Engine,
    find_dot,
    render,
    svg_fragment,
    write_picture,
)
from oauth_model.drawing.sequence import sequence_dot, sequence_mermaid

__all__ = [
    "HOW_TO_GET_PICTURES",
    "Arrow",
    "Banner",
    "Channel",
    "DrawingError",
    "Edge",
    "Engine",
    "Item",
    "Lane",
    "MachineDrawing",
    "Note",
    "Pill",
    "Sequence",
    "Tone",
    "find_dot",
    "machine_dot",
    "machine_mermaid",
    "render",
    "sequence_dot",
    "sequence_mermaid",
    "svg_fragment",
    "write_picture",
]
