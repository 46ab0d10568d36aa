"""Session integrity: the browser that consented is the browser that the grant is attached to.

Sessions and grants that are both the attacker's own are its own affair.
"""

from __future__ import annotations

from oauth_model.facts import Attached, Consented, LoggedIn, ResponseAccepted, TokenIssued
from oauth_model.goals.goal import Evidence, always
from oauth_model.terms import Challenge


def _concerns_honest(world: Evidence, attached: Attached) -> bool:
    return world.honest(attached.browser) or world.honest(attached.token.user)


@always("RFC 6749 section 10.12", id="SI1", each=(Attached,))
def grant_was_asked_for_in_this_session(world: Evidence, attached: Attached) -> bool:
    """A grant is attached only to a session in which that browser started a run with its issuer."""
    if not _concerns_honest(world, attached):
        return True
    start = world.started(attached.client, attached.run)
    return start is not None and (start.browser, start.issuer) == (attached.browser, attached.token.issuer)


@always("RFC 9700 section 4.7", id="SI2", each=(Attached,))
def grant_belongs_to_the_browser_that_consented(world: Evidence, attached: Attached) -> bool:
    """A grant is attached to a session of the browser in which the resource owner consented to it."""
    if not world.honest(attached.token.issuer) or not _concerns_honest(world, attached):
        return True
    consent = world.consent(attached.token)
    return consent is not None and consent.browser == attached.browser


@always("RFC 9700 section 4.7", id="SI3", each=(LoggedIn,))
def login_is_the_users_own(world: Evidence, login: LoggedIn) -> bool:
    """An honest browser is logged in only as a user who authenticated in it, and only in a run that it started.

    Who the user is in a run meant for the attacker's authorization or resource server, the attacker says.
    """
    if not world.honest(login.browser):
        return True
    start = world.started(login.client, login.run)
    if start is not None and not world.honest(start.issuer, start.server):
        return True
    if start is None or start.browser != login.browser:
        return False
    return any(world.all(Consented, user=login.user, browser=login.browser))


@always("draft-ietf-oauth-security-topics-update section 2.3", id="SI6", each=(ResponseAccepted,))
def run_is_completed_by_who_started_it(world: Evidence, accepted: ResponseAccepted) -> bool:
    """The browser that brings a response to a run is the one that started the run."""
    start = world.started(accepted.client, accepted.run)
    if start is None or start.browser == accepted.browser:
        return True
    return not (world.honest(start.browser) or world.honest(accepted.browser))


@always("OpenID Connect Core section 4", id="SI3w", each=(LoggedIn,))
def nobody_is_signed_in_unasked(world: Evidence, login: LoggedIn) -> bool:
    """An honest browser is not logged in as somebody else in a run that its user did not set out on."""
    if not world.honest(login.browser) or world.cast.user(login.browser) == login.user:
        return True
    start = world.started(login.client, login.run)
    return start is None or start.wanted


@always("RFC 6749 section 10.12", id="SI5", each=(ResponseAccepted,), stable=True)
def response_answers_one_pending_request(world: Evidence, accepted: ResponseAccepted) -> bool:
    """In an honest browser, a response is taken by one run, that waits for it, and by no second one.

    What happens in runs that are meant for an authorization server of the attacker's is its own affair.
    """
    if not world.honest(accepted.browser, accepted.issuer):
        return True
    uses = world.all(ResponseAccepted, client=accepted.client, credential=accepted.credential)
    return accepted.pending and all(use == accepted for use in uses if world.honest(use.browser, use.issuer))


@always("draft-ietf-oauth-security-topics-update section 2.2", id="SI4", each=(Attached,))
def grant_is_of_the_connection_asked(world: Evidence, attached: Attached) -> bool:
    """A grant is attached only in the connection (tenant, connector, issuer) in which its run was started.

    What an authorization server of the attacker's made up is its own affair in the attacker's browser.
    """
    token = attached.token
    if not (world.honest(attached.browser) or world.honest(token.user, token.issuer)):
        return True
    start = world.started(attached.client, attached.run)
    return start is None or start.issuer == token.issuer


@always("RFC 9700 section 4.4.1", id="SC8", each=(Attached,))
def token_is_from_this_run(world: Evidence, attached: Attached) -> bool:
    """A token that a run holds was issued by its authorization server, and for the code or as the token it took.

    Asked of honest users' tokens for honest clients. That the issuer is the right one does not say it all: an honest
    server's token for one run is no token for another.
    """
    token = attached.token
    if not world.honest(token.user, token.client, token.issuer):
        return True
    taken = world.all(ResponseAccepted, client=attached.client, run=attached.run)
    return any(
        accepted.issuer == token.issuer
        and (accepted.credential.issuer, accepted.credential.grant) == (token.issuer, token.grant)
        for accepted in taken
    )


@always("RFC 9700 section 2.1.1", id="SC7", each=(Attached,), stable=True)
def challenge_is_for_one_run(world: Evidence, attached: Attached) -> bool:
    """A grant goes to the run that made the challenge of its code, and that made it for itself alone.

    Asked of the client's own challenges, as far as honest users or browsers are concerned.
    """
    if not _concerns_honest(world, attached):
        return True
    for issued in world.all(TokenIssued, token=attached.token):
        verifier = issued.challenge.verifier if isinstance(issued.challenge, Challenge) else issued.challenge
        if verifier is not None and verifier.owner == attached.client and verifier.run != attached.run:
            return False
    return True
