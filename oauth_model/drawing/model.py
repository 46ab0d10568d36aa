"""The model's own things drawn: a run, a role's machine in a scenario, a flow.

It makes the records that the rest of the package draws (`runs`, `tables`) and has them written. It decides
nothing about the look, and nothing about what a run is.
"""

from __future__ import annotations

from pathlib import Path

from oauth_model.assembly import machines_of
from oauth_model.checkers.exhaustive import honest, witness
from oauth_model.drawing.errors import DrawingError
from oauth_model.drawing.flow import Sequence
from oauth_model.drawing.machines import MachineDrawing, machine_dot, machine_mermaid
from oauth_model.drawing.render import write_picture
from oauth_model.drawing.runs import run_drawing
from oauth_model.drawing.sequence import sequence_dot, sequence_mermaid
from oauth_model.drawing.tables import machine_drawing
from oauth_model.goals import honest_run_reaches_its_end
from oauth_model.messages import ROLES
from oauth_model.run import Run
from oauth_model.scenario import Scenario

Formats = tuple[str, ...]


def flow_drawing(scenario: Scenario, title: str | None = None, subtitle: str | None = None) -> Sequence:
    """The drawing of a scenario's flow: its shortest honest run that ends with the user signed in.

    Raises `DrawingError` for a scenario in which no honest run gets there.
    """
    run = witness(honest(scenario), honest_run_reaches_its_end)
    if run is None:
        raise DrawingError(
            f"{scenario}: there is no flow to draw, because no honest run reaches its end within "
            f"{honest(scenario).bounds}; a mitigation that stops the flow may be on"
        )
    return run_drawing(run, title, subtitle)


def role_drawing(
    scenario: Scenario, role: str, title: str | None = None, subtitle: str | None = None
) -> MachineDrawing:
    """The drawing of a role's machine as the scenario's flows and mitigations make it.

    Raises `DrawingError` for a role that is none of `messages.ROLES`.
    """
    if role not in ROLES:
        raise DrawingError(f"no role {role!r}; roles: {', '.join(ROLES)}")
    grants = ", ".join(flow.title for flow in scenario.flows if flow.response_type)
    under = subtitle if subtitle is not None else grants
    return machine_drawing(machines_of(scenario)[role], title, under, scenario)


def draw_run(
    run: Run, stem: Path, title: str | None = None, subtitle: str | None = None, formats: Formats = ("svg",)
) -> list[Path]:
    """Draw a run to `stem`.gv and pictures; returns the paths. Raises `DrawingError` as `write_picture` does."""
    return _write_flow(run_drawing(run, title, subtitle), stem, formats)


def draw_flow(
    scenario: Scenario,
    stem: Path,
    title: str | None = None,
    subtitle: str | None = None,
    formats: Formats = ("svg",),
) -> list[Path]:
    """Draw a scenario's flow (`flow_drawing`) to `stem`.gv and pictures; returns the paths. Raises `DrawingError`."""
    return _write_flow(flow_drawing(scenario, title, subtitle), stem, formats)


def draw_machine(
    scenario: Scenario,
    role: str,
    stem: Path,
    title: str | None = None,
    subtitle: str | None = None,
    formats: Formats = ("svg",),
) -> list[Path]:
    """Draw a role's machine (`role_drawing`) to `stem`.gv and pictures; returns the paths. Raises `DrawingError`."""
    drawing = role_drawing(scenario, role, title, subtitle)
    return write_picture(stem, machine_dot(drawing), machine_mermaid(drawing), "dot", formats)


def _write_flow(drawing: Sequence, stem: Path, formats: Formats) -> list[Path]:
    return write_picture(stem, sequence_dot(drawing), sequence_mermaid(drawing), "neato", formats)
