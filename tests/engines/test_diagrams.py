"""Diagrams go with the search that made them: nothing holds on to them, so their memory is there for the next one."""

from __future__ import annotations

import gc
import weakref

import pytest

from oauth_model.engines import symbolic
from oauth_model.engines.diagrams import Diagrams
from oauth_model.engines.program import Program
from oauth_model.engines.walk import Limits
from oauth_model.goals import SAFETY
from tests.core.scenarios import SCENARIOS


@pytest.mark.parametrize("name", ["references that can be used again", "login forgery", "stolen token"])
def test_a_search_leaves_no_diagrams_behind(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where only the collector of cycles finds them it may take a manager before its diagrams, which dd complains about.
    made: list[weakref.ref[Diagrams]] = []

    class Noted(Diagrams):
        def __init__(self, *, pure: bool = False) -> None:
            super().__init__(pure=pure)
            made.append(weakref.ref(self))

    monkeypatch.setattr(symbolic, "Diagrams", Noted)
    gc.collect()
    gc.disable()
    try:
        symbolic.search(Program(SCENARIOS[name]), SAFETY, limits=Limits(states=300))
        assert [diagrams() for diagrams in made] == [None]
    finally:
        gc.enable()
