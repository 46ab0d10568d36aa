"""Message flows: the same text every time, nothing unescaped, nothing on top of something else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from oauth_model.drawing import (
    Arrow,
    Banner,
    DrawingError,
    Lane,
    Note,
    Pill,
    Sequence,
    find_dot,
    sequence_dot,
    sequence_mermaid,
    svg_fragment,
)
from oauth_model.drawing.flow import Item
from oauth_model.drawing.placement import BADGE, place

DRAWS = pytest.mark.skipif(find_dot() is None, reason="no Graphviz: install it, or pip install graphviz-pure")

LANES = (
    Lane("ua", "Browser", "user agent", "user agent"),
    Lane("c", "Client", "client.example", "client"),
    Lane("as", "Authorization server", "as.example", "authorization server"),
    Lane("evil", "Attacker", "evil.example", "client", honest=False),
)
NASTY = '<b>&"quoted"</b> \\N \\" ü→漢 #1; --> end\x00\n]>'


def flow(*items: Item, title: str = "A flow", banner: Banner | None = None) -> Sequence:
    return Sequence(title, "and what it is", LANES, items, banner)


def full() -> Sequence:
    return flow(
        Arrow("ua", "c", "login request", channel="ui"),
        Pill("c", "waiting"),
        Arrow("c", "ua", "authorization request", "client_id=client.example, state=state(client.example#1)"),
        Arrow("as", "as", "issues a code", "code=code(as.example#1)", channel="back"),
        Pill("as", "code_issued"),
        Pill("evil", "knows the code", "bad"),
        Note("evil", "It read the authorization response."),
        Arrow("evil", "as", "token request", "code=code(as.example#1), " * 12, channel="attacker"),
        banner=Banner("BROKEN: stolen_code_is_useless", "4 messages", True),
    )


def both_texts() -> bytes:
    return (sequence_dot(full()) + sequence_mermaid(full())).encode()


def test_the_same_flow_gives_the_same_text_in_another_process() -> None:
    program = (
        "import runpy, sys\n"
        f"told = runpy.run_path({__file__!r})['both_texts']()\n"
        "sys.stdout.buffer.write(told)\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {both_texts()}


def test_every_node_is_pinned_and_every_arrow_numbered() -> None:
    dot = sequence_dot(full())
    nodes = re.findall(r"^  n\d+ \[(.*)$", dot, re.MULTILINE)
    assert nodes
    assert all(node.startswith('pos="') and '!"' in node for node in nodes)
    assert [int(n) for n in re.findall(r"<b>(\d)</b>", dot)] == [1, 2, 3, 4]


def test_labels_have_room() -> None:
    placement = place(full())
    for box in placement.boxes:
        if isinstance(box.item, Arrow) and box.item.source != box.item.dest:
            ends = sorted((placement.lanes[box.item.source], placement.lanes[box.item.dest]))
            assert ends[0] + BADGE < box.x - box.width / 2
            assert box.x + box.width / 2 < ends[1]
        assert placement.left < box.x - box.width / 2
        assert box.x + box.width / 2 < placement.right
    xs = [placement.lanes[lane.key] for lane in LANES]
    halves = [placement.heads[lane.key] / 2 for lane in LANES]
    for index in range(len(xs) - 1):
        assert xs[index] + halves[index] < xs[index + 1] - halves[index + 1]


def test_remarks_beside_each_other_share_a_row_and_on_one_lane_do_not() -> None:
    one, two, three = place(flow(Pill("ua", "a"), Pill("evil", "b"), Pill("ua", "c"))).boxes
    assert one.y == two.y
    assert three.y - three.height / 2 > one.y + one.height / 2


def test_long_details_are_broken_and_cut() -> None:
    (box,) = place(flow(Arrow("ua", "evil", "x", "parameter=value, " * 80))).boxes
    assert all(len(line) <= 60 for line in box.detail)
    assert box.detail[-1].endswith("…")
    (box,) = place(flow(Arrow("ua", "c", "x", "y" * 130))).boxes
    assert "".join(box.detail) == "y" * 130


def test_all_text_is_escaped() -> None:
    lanes = (Lane('<&">', NASTY, NASTY, NASTY), Lane("b", NASTY, "", "client", honest=False))
    items = (Arrow('<&">', "b", NASTY, NASTY), Pill("b", NASTY), Note("b", NASTY), Arrow("b", "b", "", ""))
    told = sequence_dot(Sequence(NASTY, NASTY, lanes, items, Banner(NASTY, NASTY, False)))
    labels = "\n".join(line for line in told.splitlines() if "label=<" in line)
    assert "&lt;b&gt;&amp;&quot;quoted&quot;&lt;/b&gt;" in labels
    assert "\x00" not in told
    mermaid = sequence_mermaid(Sequence(NASTY, NASTY, lanes, items, Banner(NASTY, NASTY, False)))
    assert "#lt;b#gt;#amp;#quot;quoted#quot;" in mermaid
    assert "<b>" not in mermaid
    if find_dot() is not None:
        drawn = svg_fragment(told, "neato")
        assert "ü→漢" in drawn
        assert "\\N" in drawn


def test_the_dark_picture_differs_only_in_colours() -> None:
    colour = re.compile("#[0-9a-f]{6}")
    light, dark = sequence_dot(full()), sequence_dot(full(), dark=True)
    assert light != dark
    assert colour.sub("", light) == colour.sub("", dark)


def test_the_legend_names_the_channels_that_occur() -> None:
    dot = sequence_dot(flow(Arrow("ua", "c", "x", channel="back")))
    assert "back channel" in dot
    assert "front channel" not in dot


def test_mermaid() -> None:
    told = sequence_mermaid(full()).splitlines()
    assert told[0] == "sequenceDiagram"
    assert "  L0-->>L1: login request" in told
    assert "  L2->>L2: issues a code<br/>code=code(as.example#35;1)" in told
    assert "  Note over L2: code_issued" in told


@DRAWS
def test_it_draws() -> None:
    for dark in (False, True):
        drawn = svg_fragment(sequence_dot(full(), dark), "neato")
        assert drawn.startswith("<svg")
        assert "stolen_code_is_useless" in drawn
    assert svg_fragment(sequence_dot(flow()), "neato").startswith("<svg")


def test_misuse_is_named() -> None:
    with pytest.raises(DrawingError, match="names the lane 'nobody'"):
        flow(Pill("nobody", "x"))
    with pytest.raises(DrawingError, match="no channel 'smoke'"):
        Arrow("ua", "c", "x", channel="smoke")  # type: ignore[arg-type]
    with pytest.raises(DrawingError, match="no tone 'blue'"):
        Pill("ua", "x", "blue")  # type: ignore[arg-type]
    with pytest.raises(DrawingError, match="no lanes"):
        Sequence("x", "", (), ())
    with pytest.raises(DrawingError, match="same key"):
        Sequence("x", "", (LANES[0], LANES[0]), ())
