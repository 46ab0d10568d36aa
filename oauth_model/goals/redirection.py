"""Redirection: an answer goes where the client is, and a code stays tied to where it went."""

from __future__ import annotations

from oauth_model.facts import Attached, ResponseSent, TokenIssued
from oauth_model.goals.goal import Evidence, always


@always("RFC 9700 section 4.1.3", id="RI1")
def redirect_uris_match(world: Evidence) -> bool:
    """A response for an honest client is sent only to the redirection URI that the client registered."""
    return all(
        fact.uri == world.cast.redirect_uri(fact.client, fact.issuer)
        for fact in world.all(ResponseSent)
        if world.honest(fact.client)
    )


@always("RFC 6749 section 4.1.3", id="RI4")
def code_is_tied_to_its_redirect_uri(world: Evidence) -> bool:
    """A code is redeemed with the redirection URI of its authorization request, or is bound by PKCE.

    OAuth 2.1 replaces the first by the second.
    """
    return all(
        fact.redirect_uri_repeated or fact.pkce == "bound"
        for fact in world.all(TokenIssued)
        if fact.from_code is not None and world.honest(fact.token.client)
    )


@always("RFC 9700 section 4.8.2", id="SC6")
def verifier_and_challenge_go_together(world: Evidence) -> bool:
    """A code is redeemed with the verifier of its S256 challenge, or has no challenge and comes without verifier.

    Asked of honest clients' grants, if they are honest resource owners' or an honest browser ends up with them.
    """
    attached = {fact.token for fact in world.all(Attached) if world.honest(fact.browser)}
    return all(
        fact.pkce in ("bound", "none")
        for fact in world.all(TokenIssued)
        if world.honest(fact.token.client) and (world.honest(fact.token.user) or fact.token in attached)
    )
