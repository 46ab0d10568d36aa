"""The colours of the pictures, once for light pages and once for dark ones.

Colours carry meaning (channel, honesty, verdict), and each meaning is also carried by a line style,
a shape or a word, so a picture survives a black and white printer. Nothing here knows about layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Tone = Literal["good", "bad", "plain"]
Channel = Literal["front", "back", "ui", "attacker"]


@dataclass(frozen=True)
class Paint:
    """The colours of one filled shape."""

    fill: str
    line: str
    text: str


@dataclass(frozen=True)
class Palette:
    """The colours of one picture."""

    page: str
    ink: str
    muted: str
    lifeline: str
    danger: str
    guard: str
    edge: str
    band: str
    state: Paint
    note: Paint
    tones: Mapping[str, Paint]
    channels: Mapping[str, str]


HEADS: Mapping[str, str] = MappingProxyType(
    {
        "resource owner": "#475569",
        "user agent": "#334155",
        "client": "#1e40af",
        "authorization server": "#6d28d9",
        "resource server": "#0f766e",
        "attacker": "#b91c1c",
    }
)
"""The colour of a lane's head by its kind; a kind that is not listed is drawn as `OTHER_HEAD`."""

OTHER_HEAD = "#57534e"
DISHONEST_HEAD = "#b91c1c"

LIGHT = Palette(
    page="#ffffff",
    ink="#1e293b",
    muted="#64748b",
    lifeline="#c3cad5",
    danger="#b91c1c",
    guard="#7c3aed",
    edge="#64748b",
    band="#fdf0f0",
    state=Paint("#f8fafc", "#475569", "#0f172a"),
    note=Paint("#fffbeb", "#d97706", "#1f2937"),
    tones=MappingProxyType(
        {
            "good": Paint("#dcfce7", "#166534", "#166534"),
            "bad": Paint("#fee2e2", "#b91c1c", "#991b1b"),
            "plain": Paint("#f1f5f9", "#64748b", "#334155"),
        }
    ),
    channels=MappingProxyType(
        {"ui": "#6b7280", "front": "#1a56db", "back": "#0f766e", "attacker": "#c81e1e"}
    ),
)

DARK = Palette(
    page="#0f172a",
    ink="#e2e8f0",
    muted="#94a3b8",
    lifeline="#475569",
    danger="#f87171",
    guard="#c4b5fd",
    edge="#94a3b8",
    band="#2a1a2b",
    state=Paint("#1e293b", "#94a3b8", "#f1f5f9"),
    note=Paint("#292524", "#d97706", "#fde68a"),
    tones=MappingProxyType(
        {
            "good": Paint("#0b3323", "#34d399", "#a7f3d0"),
            "bad": Paint("#4a1420", "#f87171", "#fecaca"),
            "plain": Paint("#1e293b", "#94a3b8", "#e2e8f0"),
        }
    ),
    channels=MappingProxyType(
        {"ui": "#94a3b8", "front": "#60a5fa", "back": "#2dd4bf", "attacker": "#f87171"}
    ),
)
