"""Pictures: message flows and state machines, as Graphviz DOT, as Mermaid, and as SVG or PNG.

Most of it turns plain records into text, and text into pictures, and knows nothing of OAuth. What makes those
records of the model's own runs, flows and machines is in `model`, `runs`, `lanes`, `symbols` and `tables`.
Nothing in the model imports this package.
"""

from __future__ import annotations

from oauth_model.drawing.errors import DrawingError
from oauth_model.drawing.flow import Arrow, Banner, Item, Lane, Note, Pill, Sequence
from oauth_model.drawing.machines import Edge, MachineDrawing, machine_dot, machine_mermaid
from oauth_model.drawing.model import (
    draw_flow,
    draw_machine,
    draw_run,
    flow_drawing,
    role_drawing,
)
from oauth_model.drawing.palette import Channel, Tone
from oauth_model.drawing.render import (
    HOW_TO_GET_PICTURES,
    Engine,
    find_dot,
    render,
    svg_fragment,
    write_picture,
)
from oauth_model.drawing.runs import run_drawing
from oauth_model.drawing.sequence import sequence_dot, sequence_mermaid
from oauth_model.drawing.tables import machine_drawing

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
    "draw_flow",
    "draw_machine",
    "draw_run",
    "find_dot",
    "flow_drawing",
    "machine_dot",
    "machine_drawing",
    "machine_mermaid",
    "render",
    "role_drawing",
    "run_drawing",
    "sequence_dot",
    "sequence_mermaid",
    "svg_fragment",
    "write_picture",
]
