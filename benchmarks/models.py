"""Cases exported for SPIN, each once, and verifiers of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.spin import Mode, Verifier, make


@dataclass(frozen=True)
class Model:
    """A case as a Promela model, and how many states it has."""

    case: Case
    text: str
    states: int

    def verifier(self, mode: Mode, folder: Path) -> Verifier:
        """SPIN's verifier of it, compiled in a folder of its own under this one."""
        name = f"{self.case.honest}-{self.case.attacker}-{mode.name}".replace(" ", "-").replace(",", "")
        return make(self.text, mode, folder / name, self.states)


def exported(case: Case) -> Model:
    """A case as SPIN gets it. It is closed by sets of states: one state at a time would take hours."""
    from oauth_model.export.by_sets import close_by_sets
    from oauth_model.export.promela import promela
    from oauth_model.goals import SAFETY

    closed = close_by_sets(case.scenario, SAFETY)
    return Model(case, promela(closed), closed.states)
