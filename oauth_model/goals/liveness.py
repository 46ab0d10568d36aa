"""Liveness: without an attacker and without faults, the flow gets somewhere.

These keep every other verdict from being vacuous: a defence that stops an attack by stopping the flow
is found out here.
"""

from __future__ import annotations

from oauth_model.facts import Attached, LoggedIn, RunFailed, Served, Started
from oauth_model.goals.goal import Evidence, finally_, sometimes


@sometimes("RFC 6749 section 4.1", id="LV7")
def honest_run_reaches_its_end(world: Evidence) -> bool:
    """Some honest run ends with its user signed in, in their own browser."""
    return any(
        world.cast.user(login.browser) == login.user and world.honest(login.server) for login in world.all(LoggedIn)
    )


@finally_("RFC 6749 section 4.1", id="LV1")
def every_run_comes_to_an_end(world: Evidence) -> bool:
    """Every run that was started ends signed in, served, or with an explicit error."""
    served = {fact.token for fact in world.all(Served)}
    ended = {(fact.client, fact.run) for fact in world.all(LoggedIn)}
    ended |= {(fact.client, fact.run) for fact in world.all(RunFailed)}
    ended |= {(fact.client, fact.run) for fact in world.all(Attached) if fact.token in served}
    return all((start.client, start.run) in ended for start in world.all(Started))
