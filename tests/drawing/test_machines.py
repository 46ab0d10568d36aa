"""State machines: the same text every time, nothing unescaped, stacked labels, notes for tangles."""

from __future__ import annotations

import pytest

from oauth_model.drawing import (
    DrawingError,
    Edge,
    MachineDrawing,
    find_dot,
    machine_dot,
    machine_mermaid,
    svg_fragment,
)

DRAWS = pytest.mark.skipif(find_dot() is None, reason="no Graphviz: install it, or pip install graphviz-pure")

EDGES = (
    Edge("authorization request", "idle", "asking", ("client_is_known", "redirect_uri_is_mine"), "ask"),
    Edge("consent", "asking", "code_issued", (), "issue_code"),
    Edge("denial", "asking", "denied"),
    Edge("token request", "code_issued", "redeemed", ("g1", "g2", "g3", "g4", "g5"), "issue_tokens"),
    Edge("token request", "code_issued", "code_issued", ("not g1",), refused=True),
    Edge("revocation", "redeemed", "revoked"),
    Edge("replay", "redeemed", "revoked"),
)
MACHINE = MachineDrawing("Server", "idle", ("revoked", "denied"), EDGES, "RFC 6749", ("denied",))


def with_edges(*edges: Edge) -> MachineDrawing:
    return MachineDrawing("Server", "idle", ("revoked", "denied"), EDGES + edges)


def edge_lines(dot: str) -> list[str]:
    return [
        line for line in dot.splitlines() if "->" in line and line.startswith("  s") and "start_" not in line
    ]


def test_the_text_is_the_same_each_time_and_colours_alone_change_in_the_dark() -> None:
    assert machine_dot(MACHINE) == machine_dot(MACHINE)
    assert machine_dot(MACHINE) != machine_dot(MACHINE, dark=True)


def test_states_come_in_the_order_of_the_table() -> None:
    assert MACHINE.states() == ("idle", "asking", "code_issued", "denied", "redeemed", "revoked")


def test_edges_between_two_states_share_an_arrow_unless_one_is_refused() -> None:
    lines = edge_lines(machine_dot(MACHINE))
    assert len(lines) == 6
    (stacked,) = [line for line in lines if "revocation" in line]
    assert "replay" in stacked
    (refused,) = [line for line in lines if "not g1" in line]
    assert "#b91c1c" in refused


def test_many_guards_stand_on_a_line_each() -> None:
    (line,) = [line for line in edge_lines(machine_dot(MACHINE)) if "g5" in line]
    assert ">[g1<" in line
    assert "g5]<" in line
    (line,) = [line for line in edge_lines(machine_dot(MACHINE)) if "client_is_known" in line]
    assert "[client_is_known and" in line


def test_an_event_from_everywhere_is_a_note() -> None:
    states = MACHINE.states()
    resets = tuple(Edge("reset", state, "idle") for state in states if state != "idle")
    dot = machine_dot(with_edges(*resets))
    assert len(edge_lines(dot)) == 6
    assert "any state: <font" in dot
    assert dot.count("reset") == 1
    few = machine_dot(with_edges(*resets[:3]))
    assert len(edge_lines(few)) == 9
    some = machine_dot(with_edges(*resets[:4]))
    assert "asking, code_issued, denied, redeemed: <font" in some


def test_loops_everywhere_are_a_note() -> None:
    loops = tuple(Edge("introspection", state, state) for state in MACHINE.states())
    dot = machine_dot(with_edges(*loops))
    assert "stays where it is" in dot
    assert dot.count("introspection") == 1


def test_final_states_are_ringed_and_failing_ones_red() -> None:
    told = machine_dot(MACHINE).splitlines()
    looks = {state: f"[label=<<b>{state}</b>>" for state in MACHINE.states()}
    lines = {state: line for state, look in looks.items() for line in told if look in line}
    assert "peripheries=2" in lines["revoked"]
    assert "#166534" in lines["revoked"]
    assert "peripheries=2" in lines["denied"]
    assert "#b91c1c" in lines["denied"]
    assert "peripheries" not in lines["asking"]


def test_all_text_is_escaped() -> None:
    nasty = '<b>&"q"</b> \\N ü漢 #1; ]> end'
    machine = MachineDrawing(
        nasty, nasty, (nasty + "2",), (Edge(nasty, nasty, nasty + "2", (nasty,), nasty),)
    )
    dot = machine_dot(machine)
    assert "&lt;b&gt;&amp;&quot;q&quot;&lt;/b&gt;" in dot
    assert "#lt;b#gt;#amp;#quot;q#quot;#lt;/b#gt;" in machine_mermaid(machine)
    if find_dot() is not None:
        assert "ü漢" in svg_fragment(dot, "dot")


@DRAWS
@pytest.mark.parametrize("dark", [False, True])
def test_it_draws(dark: bool) -> None:
    loops = tuple(Edge("reset", state, "idle") for state in MACHINE.states())
    for machine in (MACHINE, with_edges(*loops), MachineDrawing("", "only", (), ())):
        assert svg_fragment(machine_dot(machine, dark), "dot").startswith("<svg")


def test_mermaid() -> None:
    told = machine_mermaid(MACHINE).splitlines()
    assert told[0] == "stateDiagram-v2"
    assert "  [*] --> s0" in told
    assert "  s0 --> s1: authorization request [client_is_known and redirect_uri_is_mine] / ask" in told
    assert "  class s3 bad" in told


def test_misuse_is_named() -> None:
    with pytest.raises(DrawingError, match="'gone'"):
        MachineDrawing("Server", "idle", ("gone",), EDGES)
