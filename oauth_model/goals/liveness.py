"""Liveness: without an attacker and without faults, the flow gets somewhere.

These keep every other verdict from being vacuous: a defence that stops an attack by stopping the flow
is found out here.
"""

from __future__ import annotations

from oauth_model.facts import Attached, LoggedIn, RunFailed, Served, Shown, Started
from oauth_model.goals.goal import Evidence, finally_, sometimes


@sometimes("RFC 6749 section 4.1", id="LV7")
def honest_run_reaches_its_end(world: Evidence) -> bool:
    """Some honest run ends with its user signed in, in their own browser, and what is theirs shown."""
    return any(
        world.cast.user(login.browser) == login.user
        and world.honest(login.server)
        and (not world.cast.openid or any(world.all(Shown, client=login.client, run=login.run, user=login.user)))
        for login in world.all(LoggedIn)
    )


@finally_("RFC 6749 section 4.1", id="LV1", each=(Started,))
def every_run_comes_to_an_end(world: Evidence, start: Started) -> bool:
    """Every run that was started ends signed in, served, or with an explicit error."""
    client, run = start.client, start.run
    ends = Shown if world.cast.openid else LoggedIn
    if any(world.all(ends, client=client, run=run)) or any(world.all(RunFailed, client=client, run=run)):
        return True
    attached = world.all(Attached, client=client, run=run)
    return any(any(world.all(Served, token=fact.token)) for fact in attached)
