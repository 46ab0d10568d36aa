"""Authorization: who is served what, and what a token may be used for."""

from __future__ import annotations

from oauth_model.facts import (
    Attached,
    Consented,
    EffectTaken,
    LoggedIn,
    ResponseSent,
    Served,
    Shown,
    Started,
    TokenIssued,
)
from oauth_model.goals.goal import Evidence, always


@always("RFC 9700 section 3", id="AZ1", each=(Served, LoggedIn, Shown))
def nobody_else_is_served(world: Evidence, fact: Served | LoggedIn | Shown) -> bool:
    """Nobody but the resource owner, and whom they consented to, gets a protected resource.

    It reaches the attacker straight from the resource server, or through an honest client that shows it in
    the attacker's browser. A resource owner who consented to a client of the attacker's has given it away.
    """
    return _served_as_agreed(world, fact) if isinstance(fact, Served) else _shown_to_its_owner(world, fact)


def _served_as_agreed(world: Evidence, served: Served) -> bool:
    if not world.honest(served.token.user) or world.honest(served.recipient):
        return True
    consent = world.consent(served.token)
    if consent is None or not consent.knowing:
        return False
    return not world.honest(consent.client) and served.operation in consent.scope.values


def _shown_to_its_owner(world: Evidence, login: LoggedIn | Shown) -> bool:
    if not world.honest(login.user, login.server) or world.honest(login.browser):
        return True
    attached = world.all(Attached, client=login.client, run=login.run)
    return not any(world.honest(fact.token.client, fact.token.issuer) for fact in attached)


@always("RFC 6749 section 1.2", id="AZ7", each=(EffectTaken,))
def effects_are_what_the_user_set_out_to_do(world: Evidence, taken: EffectTaken) -> bool:
    """What is done at the consent itself, without a token, was asked for in a run that this browser started.

    With a token it is the client that acts, in a run that it can tie to its user.
    """
    consents = world.all(Consented, issuer=taken.issuer, grant=taken.grant)
    return all(
        any(world.all(Started, client=consent.client, issuer=consent.issuer, browser=consent.browser))
        for consent in consents
        if world.honest(consent.user)
    )


@always("RFC 8252 section 8.6", id="AZ2", each=(TokenIssued,))
def consent_was_to_the_client_that_gets_it(world: Evidence, issued: TokenIssued) -> bool:
    """A token for an honest resource owner is issued only where they consented to the very client that gets it.

    They did so knowingly, in their own browser, for that client and for no less. Who an honest client is, they and
    the server can know if it is authenticated, or if nobody else is at the redirection URI that the response went to.
    """
    token = issued.token
    if not world.honest(token.user, token.issuer):
        return True
    consent = world.consent(token)
    if consent is None or not consent.knowing:
        return False
    if (consent.user, consent.client) != (token.user, token.client):
        return False
    if world.cast.user(consent.browser) != token.user or not token.scope <= consent.scope:
        return False
    if world.cast.confidential or not world.honest(token.client):
        return True
    sent = world.all(ResponseSent, issuer=token.issuer, grant=token.grant)
    return all(world.cast.is_its_own(token.client, response.uri) for response in sent)


@always("RFC 6749 section 3.3", id="AZ3", each=(TokenIssued, Served))
def scope_never_grows(world: Evidence, fact: TokenIssued | Served) -> bool:
    """Neither a token nor its use goes beyond the scope that an honest resource owner granted."""
    consent = world.consent(fact.token)
    if consent is None or not world.honest(consent.user):
        return True
    if isinstance(fact, Served):
        return fact.operation in consent.scope.values
    return fact.token.scope <= consent.scope


@always("RFC 9700 section 2.3", id="AZ4", each=(Served,))
def token_serves_only_its_resource_server(world: Evidence, served: Served) -> bool:
    """A token is served only at the resource server for which its client asked for it.

    That is its audience; where it has none, the resource server of the run that the resource owner's browser
    started, or failing that of any run of the client's with this authorization server. A token that no run
    wanted serves nowhere. Of tokens of the attacker's own clients nothing is asked.
    """
    token = served.token
    if served.server == token.audience or not world.honest(token.user, token.client):
        return True
    consent = world.consent(token)
    if consent is None:
        return True
    if token.audience:
        return False
    runs = list(world.all(Started, client=token.client, issuer=token.issuer))
    own = [run for run in runs if run.browser == consent.browser]
    return served.server in {run.server for run in own or runs}


@always("RFC 6749 section 4.1.3", id="AZ5", each=(TokenIssued,))
def code_is_redeemed_by_its_client(world: Evidence, issued: TokenIssued) -> bool:
    """A code is redeemed only in the name of the client it was issued to.

    Asked of codes of honest resource owners and for honest clients: what is all the attacker's own is its affair.
    """
    consent = world.consent(issued.token) if issued.from_code is not None else None
    if consent is None or consent.client == issued.redeemer:
        return True
    return not (world.honest(consent.user) or world.honest(consent.client))
