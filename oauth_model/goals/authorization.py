"""Authorization: who is served what, and what a token may be used for."""

from __future__ import annotations

from oauth_model.facts import Attached, LoggedIn, Served, TokenIssued
from oauth_model.goals.goal import Evidence, always


@always("RFC 9700 section 3", id="AZ1")
def nobody_else_is_served(world: Evidence) -> bool:
    """Nobody but the resource owner, and whom they consented to, gets a protected resource.

    It reaches the attacker straight from the resource server, or through an honest client that shows it in
    the attacker's browser. A resource owner who consented to a client of the attacker's has given it away.
    """
    for served in world.all(Served):
        token = served.token
        if world.honest(token.user, token.client, token.issuer) and not world.honest(served.recipient):
            return False
    for login in world.all(LoggedIn):
        if world.honest(login.user) and not world.honest(login.browser):
            for attached in world.all(Attached):
                same_run = (attached.client, attached.run) == (login.client, login.run)
                if same_run and world.honest(attached.token.client, attached.token.issuer):
                    return False
    return True


@always("RFC 6749 section 3.3", id="AZ3")
def scope_never_grows(world: Evidence) -> bool:
    """Neither a token nor its use goes beyond the scope that the resource owner granted."""
    for issued in world.all(TokenIssued):
        consent = world.consent(issued.token)
        if consent is not None and not issued.token.scope <= consent.scope:
            return False
    for served in world.all(Served):
        consent = world.consent(served.token)
        if consent is not None and served.operation not in consent.scope.values:
            return False
    return True


@always("RFC 9700 section 2.3", id="AZ4")
def token_serves_only_its_resource_server(world: Evidence) -> bool:
    """A token is served only at the resource server for which its client asked for it."""
    for served in world.all(Served):
        runs = [fact for fact in world.all(Attached) if fact.token == served.token]
        wanted = {start.server for fact in runs if (start := world.started(fact.client, fact.run))}
        if world.honest(served.token.user) and wanted and served.server not in wanted:
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
