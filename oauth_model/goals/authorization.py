"""Authorization: who is served what, and what a token may be used for."""

from __future__ import annotations

from oauth_model.facts import Attached, LoggedIn, Served, Started, TokenIssued
from oauth_model.goals.goal import Evidence, always


@always("RFC 9700 section 3", id="AZ1")
def nobody_else_is_served(world: Evidence) -> bool:
    """Nobody but the resource owner, and whom they consented to, gets a protected resource.

    It reaches the attacker straight from the resource server, or through an honest client that shows it in
    the attacker's browser. A resource owner who consented to a client of the attacker's has given it away.
    """
    for served in world.all(Served):
        token = served.token
        if world.honest(token.user) and not world.honest(served.recipient):
            consent = world.consent(token)
            agreed = consent and not world.honest(consent.client) and served.operation in consent.scope.values
            if not agreed:
                return False
    for login in world.all(LoggedIn):
        if world.honest(login.user, login.server) and not world.honest(login.browser):
            for attached in world.all(Attached):
                same_run = (attached.client, attached.run) == (login.client, login.run)
                if same_run and world.honest(attached.token.client, attached.token.issuer):
                    return False
    return True


@always("RFC 6749 section 3.3", id="AZ3")
def scope_never_grows(world: Evidence) -> bool:
    """Neither a token nor its use goes beyond the scope that an honest resource owner granted."""
    for issued in world.all(TokenIssued):
        consent = world.consent(issued.token)
        if consent and world.honest(consent.user) and not issued.token.scope <= consent.scope:
            return False
    for served in world.all(Served):
        consent = world.consent(served.token)
        if consent and world.honest(consent.user) and served.operation not in consent.scope.values:
            return False
    return True


@always("RFC 9700 section 2.3", id="AZ4")
def token_serves_only_its_resource_server(world: Evidence) -> bool:
    """A token is served only at the resource server for which its client asked for it.

    That is its audience; where it has none, the resource server of the run that the resource owner's browser
    started, or failing that of any run of the client's with this authorization server. A token that no run
    wanted serves nowhere. Of tokens of the attacker's own clients nothing is asked.
    """
    for served in world.all(Served):
        token = served.token
        consent = world.consent(token)
        if consent is None or not world.honest(token.user, token.client):
            continue
        runs = [run for run in world.all(Started) if (run.client, run.issuer) == (token.client, token.issuer)]
        own = [run for run in runs if run.browser == consent.browser]
        wanted = {token.audience} if token.audience else {run.server for run in own or runs}
        if served.server not in wanted:
            return False
    return True


@always("RFC 6749 section 4.1.3", id="AZ5")
def code_is_redeemed_by_its_client(world: Evidence) -> bool:
    """A code is redeemed only in the name of the client it was issued to.

    Asked of codes of honest resource owners and for honest clients: what is all the attacker's own is its affair.
    """
    for issued in world.all(TokenIssued):
        consent = world.consent(issued.token)
        if issued.from_code is None or consent is None or consent.client == issued.redeemer:
            continue
        if world.honest(consent.user) or world.honest(consent.client):
            return False
    return True
