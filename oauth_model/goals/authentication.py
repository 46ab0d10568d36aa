"""Authentication: who is taken for whom."""

from __future__ import annotations

from oauth_model.facts import (
    AssertionMade,
    ClientAuthenticated,
    Configured,
    Consented,
    ForeignEndpointUsed,
    LoggedIn,
    ResponseAccepted,
    Shown,
)
from oauth_model.goals.goal import Evidence, always


@always("RFC 9700 section 4.5", id="AN1", each=(LoggedIn,))
def nobody_logs_in_as_another(world: Evidence, login: LoggedIn) -> bool:
    """A client takes a browser for an honest user's only if it is that user's.

    What a resource server of the attacker's says of its own users is its own affair.
    """
    return world.cast.user(login.browser) == login.user or not world.honest(login.user, login.server)


@always("RFC 9700 section 4.4.2", id="AN3", each=(ResponseAccepted,))
def response_is_from_the_issuer_asked(world: Evidence, accepted: ResponseAccepted) -> bool:
    """A client takes a code or token only from the authorization server that the run was started with.

    One that an authorization server of the attacker's made up is worth nothing to anybody; and what is the
    attacker's own, in a run that is meant for it, is its own affair.
    """
    if accepted.credential.issuer == accepted.issuer:
        return True
    consent = world.consent(accepted.credential)
    return consent is None or not (world.honest(consent.user) or world.honest(accepted.browser, accepted.issuer))


@always("RFC 8414 section 6.2", id="AN6", each=(Configured,))
def metadata_is_of_the_issuer_asked(world: Evidence, configured: Configured) -> bool:
    """A client uses metadata for an issuer only if that issuer gave it, and calls itself so in it."""
    return configured.claimed == configured.issuer


@always("RFC 7523 section 3", id="AN2", each=(ClientAuthenticated,))
def client_meant_the_assertion_for_this_server(world: Evidence, authenticated: ClientAuthenticated) -> bool:
    """An authorization server takes an assertion for an honest client's only if that client sent it there, and once."""
    if not world.honest(authenticated.client, authenticated.issuer):
        return True
    assertion, issuer = authenticated.assertion, authenticated.issuer
    uses = world.all(ClientAuthenticated, issuer=issuer, assertion=assertion)
    meant = any(world.all(AssertionMade, client=authenticated.client, assertion=assertion, server=issuer))
    return meant and all(use == authenticated for use in uses)


@always("OpenID Connect Core section 3.1.3.7", id="AN4", each=(LoggedIn,), stable=True)
def id_token_is_as_it_should_be(world: Evidence, login: LoggedIn) -> bool:
    """Nobody is signed in by an ID token that is not this run's, or with a code or token that it is not about.

    Asked of what counts as an honest authorization server's word, where an honest user, an honest browser or
    an honest user's code is concerned.
    """
    if login.sound or not world.honest(login.server):
        return True
    if world.honest(login.user) or world.honest(login.browser):
        return False
    taken = world.all(ResponseAccepted, client=login.client, run=login.run)
    credentials = (accepted.credential for accepted in taken)
    consents = (world.all(Consented, issuer=each.issuer, grant=each.grant) for each in credentials)
    return not any(world.honest(consent.user) for several in consents for consent in several)


@always("OpenID Connect Core section 5.3.2", each=(Shown,))
def what_is_shown_is_about_who_signed_in(world: Evidence, shown: Shown) -> bool:
    """What a client shows in a session is about the user whom the ID token signed in there."""
    logins = world.all(LoggedIn, client=shown.client, run=shown.run)
    if not world.honest(shown.user, shown.server):
        return True
    return all(login.user == shown.user for login in logins)


@always("RFC 8414 section 3.3", id="AN6w", each=(ForeignEndpointUsed,), stable=True)
def endpoints_are_the_issuers_own(world: Evidence, used: ForeignEndpointUsed) -> bool:
    """A client uses for an honest authorization server only the endpoints that this server has."""
    return not world.honest(used.issuer)
