"""Redirection: an answer goes where the client is, and a code stays tied to where it went."""

from __future__ import annotations

from oauth_model.facts import (
    Attached,
    CredentialSent,
    ErrorRedirected,
    MessagePosted,
    ResponseSent,
    ResponseStrayed,
    SentInCleartext,
    TokenIssued,
)
from oauth_model.goals.goal import Evidence, always
from oauth_model.uris import is_canonical


@always("RFC 9700 section 4.1.3", id="RI1", each=(ResponseSent,))
def redirect_uris_match(world: Evidence, sent: ResponseSent) -> bool:
    """A response for an honest client is sent only to a redirection URI that the client registered."""
    return world.cast.is_registered(sent.uri, sent.client, sent.issuer) or not world.honest(sent.client)


@always("RFC 9700 section 4.11.1", id="RI2", each=(ResponseStrayed,))
def response_arrives_at_the_redirection_endpoint(world: Evidence, strayed: ResponseStrayed) -> bool:
    """No page at an honest client's site but its redirection endpoint gets a code or token of an honest user's."""
    consent = world.consent(strayed.credential)
    return consent is None or not world.honest(consent.user, strayed.client)


@always("RFC 9700 section 4.11.2", id="RI3", each=(ErrorRedirected,))
def errors_go_only_to_vetted_clients(world: Evidence, redirected: ErrorRedirected) -> bool:
    """An authorization server does not send browsers to just anybody: not before the user has done something."""
    return world.honest(redirected.client) or not world.honest(redirected.browser)


@always("RFC 9700 section 4.12", id="RI5", each=(CredentialSent,))
def redirect_after_a_login_drops_the_form(world: Evidence, sent: CredentialSent) -> bool:
    """No redirect makes the browser of an honest user post the login form once more."""
    return not (sent.again and world.honest(sent.password.user))


@always("RFC 9700 section 4.17.2", id="RI6", each=(MessagePosted,))
def web_message_reaches_the_redirect_uri(world: Evidence, posted: MessagePosted) -> bool:
    """A response by web message goes to a page of the redirection URI's origin."""
    return posted.party == posted.meant_for or not world.honest(posted.meant_for)


@always("RFC 9700 section 2.1.2", id="RI7", each=(ResponseSent,))
def response_mode_is_the_clients(world: Evidence, sent: ResponseSent) -> bool:
    """A response for an honest client is of the type, and in the mode, that the client asks for."""
    asked = sent.response_type == world.cast.client_uses and sent.mode == world.cast.response_mode
    return asked or not world.honest(sent.client)


@always("RFC 9700 section 4.1.3", id="RI8", each=(ResponseSent,))
def redirect_uri_means_one_thing(world: Evidence, sent: ResponseSent) -> bool:
    """A redirection URI for an honest client is read alike by authorization server, user agent and client."""
    return is_canonical(sent.uri) or not world.honest(sent.client)


@always("RFC 9700 section 2.6", id="RI9", each=(SentInCleartext,))
def front_channel_is_encrypted(world: Evidence, sent: SentInCleartext) -> bool:
    """No part of the front channel goes over http, but for a loopback interface."""
    return not world.honest(world.cast.owner(sent.uri))


@always("RFC 6749 section 4.1.3", id="RI4", each=(TokenIssued,))
def code_is_tied_to_its_redirect_uri(world: Evidence, issued: TokenIssued) -> bool:
    """A code is redeemed with the redirection URI of its authorization request, or is bound by PKCE.

    OAuth 2.1 replaces the first by the second.
    """
    asked = issued.from_code is not None and world.honest(issued.token.client)
    return not asked or issued.redirect_uri_repeated or issued.pkce == "bound"


@always("RFC 9700 section 4.8.2", id="SC6", each=(TokenIssued,))
def verifier_and_challenge_go_together(world: Evidence, issued: TokenIssued) -> bool:
    """A code is redeemed with the verifier of its S256 challenge, or has no challenge and comes without verifier.

    Asked of honest clients' grants, if they are honest resource owners' or an honest browser ends up with them.
    """
    token = issued.token
    if issued.pkce in ("bound", "none") or not world.honest(token.client):
        return True
    if world.honest(token.user):
        return False
    return not any(world.honest(attached.browser) for attached in world.all(Attached, token=token))
