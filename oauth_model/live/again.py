"""A saved run taken again at a running server, step by step, as the command `replay --on` does."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.live.adapter import Adapter
from oauth_model.live.attacks import Rig
from oauth_model.live.bindings import NotFresh, NotOnTheWire
from oauth_model.live.divergence import Follower
from oauth_model.live.manners import Manners
from oauth_model.live.party import Disagreement
from oauth_model.live.transport import Transport
from oauth_model.names import InputError
from oauth_model.replay import SavedRun, taking
from oauth_model.run import Run


@dataclass(frozen=True)
class Again:
    """How far a run came: what could be taken of it, how often the server was asked, and what ended it, if anything."""

    run: Run
    asked: int
    failed_at: int | None = None
    reason: str = ""


def again(adapter: Adapter, manners: Manners, saved: SavedRun) -> Again:
    """Take a run at a server, which is stopped at the end if the adapter started it.

    Raises InputError for a scenario that cannot be built or a run that the model itself cannot take, and LiveError.
    """
    try:
        target = adapter.start()
        with Transport(manners.with_host_of(*target.origins())) as transport:
            rig = Rig(adapter, target, transport)
            with taking(f"{saved.place}: scenario"):
                follower = Follower(saved.scenario, rig)
            party = rig.party(saved.scenario)
            with taking(f"{saved.place}: steps"):
                taken, _, failure_there = follower.follow(saved.steps, party)
            run = Run(saved.scenario, tuple(taken))
            if isinstance(failure_there, (Disagreement, NotFresh)):
                return Again(run, party.asked, len(taken), str(failure_there))
            if isinstance(failure_there, NotOnTheWire):
                return Again(run, party.asked, len(taken), f"this cannot be asked of the server: {failure_there}")
            if len(taken) < len(saved.steps):
                missing = len(saved.steps) - len(taken)
                raise InputError(f"{missing} of the run's steps are not possible in the model; replay it without --on")
            return Again(run, party.asked)
    finally:
        adapter.stop()
