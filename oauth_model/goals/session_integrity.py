"""Session integrity: the browser that consented is the browser that the grant is attached to.

Sessions and grants that are both the attacker's own are its own affair.
"""

from __future__ import annotations

from collections import Counter

from oauth_model.facts import Attached, Consented, LoggedIn, ResponseAccepted
from oauth_model.goals.goal import Evidence, always


def _concerns_honest(world: Evidence, attached: Attached) -> bool:
    return world.honest(attached.browser) or world.honest(attached.token.user)


@always("RFC 6749 section 10.12", id="SI1")
def grant_was_asked_for_in_this_session(world: Evidence) -> bool:
    """A grant is attached only to a session in which that browser started a run with its issuer."""
    for attached in world.all(Attached):
        start = world.started(attached.client, attached.run)
        asked = start is not None and (start.browser, start.issuer) == (attached.browser, attached.token.issuer)
        if _concerns_honest(world, attached) and not asked:
            return False
    return True


@always("RFC 9700 section 4.7", id="SI2")
def grant_belongs_to_the_browser_that_consented(world: Evidence) -> bool:
    """A grant is attached to a session of the browser in which the resource owner consented to it."""
    for attached in world.all(Attached):
        consent = world.consent(attached.token)
        elsewhere = consent is None or consent.browser != attached.browser
        if world.honest(attached.token.issuer) and _concerns_honest(world, attached) and elsewhere:
            return False
    return True


@always("RFC 9700 section 4.7", id="SI3")
def login_is_the_users_own(world: Evidence) -> bool:
    """An honest browser is logged in only as a user who authenticated in it, and only in a run that it started.

    Who the user is in a run meant for the attacker's authorization or resource server, the attacker says.
    """
    authenticated = {(fact.user, fact.browser) for fact in world.all(Consented)}
    for login in world.all(LoggedIn):
        start = world.started(login.client, login.run)
        if not world.honest(login.browser) or (start and not world.honest(start.issuer, start.server)):
            continue
        if start is None or start.browser != login.browser or (login.user, login.browser) not in authenticated:
            return False
    return True


@always("RFC 6749 section 10.12", id="SI5")
def response_answers_one_pending_request(world: Evidence) -> bool:
    """In an honest browser, a response is taken by one run, that waits for it, and by no second one.

    What happens in runs that are meant for an authorization server of the attacker's is its own affair.
    """
    accepted = [fact for fact in world.all(ResponseAccepted) if world.honest(fact.browser, fact.issuer)]
    uses = Counter((fact.client, fact.credential) for fact in accepted)
    return all(fact.pending for fact in accepted) and all(count == 1 for count in uses.values())
