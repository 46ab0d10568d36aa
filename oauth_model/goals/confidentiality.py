"""Confidentiality: what the attacker never learns, and what never passes through a browser."""

from __future__ import annotations

from oauth_model.facts import (
    Attached,
    Consented,
    CredentialSent,
    Guessed,
    InFrontChannel,
    ResponseAccepted,
    Started,
    TokenIssued,
)
from oauth_model.goals.goal import Evidence, always
from oauth_model.terms import AccessToken, ClientAssertion, ClientSecret, Code, Password, State, Verifier


@always("RFC 6749 section 10.5", id="CF1", each=(Consented,))
def codes_stay_secret(world: Evidence, consent: Consented) -> bool:
    """The attacker never learns a code that an honest client is meant to get (strong form)."""
    honest = world.honest(consent.user, consent.client, consent.issuer)
    return not honest or not world.knows(Code(consent.issuer, consent.grant))


@always("RFC 9700 section 4.5", id="CF1w", each=(TokenIssued, Attached))
def stolen_code_is_useless(world: Evidence, fact: TokenIssued | Attached) -> bool:
    """Whether or not it is known, the attacker gets nothing from such a code (weak form).

    Nothing means: no token issued for it reaches the attacker, and none is attached elsewhere than in the
    resource owner's own browser.
    """
    if isinstance(fact, TokenIssued):
        if fact.from_code is None or world.honest(fact.received_by):
            return True
        return not any(world.honest_consents(issuer=fact.from_code.issuer, grant=fact.from_code.grant))
    consents = world.honest_consents(issuer=fact.token.issuer, grant=fact.token.grant)
    return all(world.cast.user(fact.browser) == consent.user for consent in consents)


@always("RFC 6749 section 10.3", id="CF2", each=(TokenIssued,))
def access_tokens_stay_secret(world: Evidence, issued: TokenIssued) -> bool:
    """The attacker never learns an access token of honest parties.

    A token that the resource owner wanted for a resource server of the attacker's is meant to be known there:
    one from a run that their browser started with that server in mind, and that got what it asked for.
    """
    token = issued.token
    if not world.honest(token.user, token.client, token.issuer) or not world.knows(token):
        return True
    return any(_meant_for_the_attacker(world, attached) for attached in world.all(Attached, token=token))


def _meant_for_the_attacker(world: Evidence, attached: Attached) -> bool:
    start, token = world.started(attached.client, attached.run), attached.token
    if start is None or start.issuer != token.issuer or world.honest(start.server):
        return False
    consent = world.consent(token)
    return consent is not None and start.browser == consent.browser


@always("RFC 6749 section 2.3.1", id="CF4", each=(ClientSecret, ClientAssertion))
def client_secrets_stay_secret(world: Evidence, credential: ClientSecret | ClientAssertion) -> bool:
    """The attacker never learns what authenticates an honest client at an honest authorization server."""
    if isinstance(credential, ClientSecret):
        return not world.honest(credential.client, credential.issuer)
    servers = filter(world.honest, world.cast.authorization_servers)
    return not (world.honest(credential.client) and any(world.cast.accepts(credential, server) for server in servers))


@always("RFC 9700 section 4.12", id="CF5", each=(CredentialSent, Password))
def passwords_go_only_to_their_server(world: Evidence, subject: CredentialSent | Password) -> bool:
    """A resource owner's credential is sent to its own authorization server and to nobody else."""
    if isinstance(subject, CredentialSent):
        return subject.party == subject.password.issuer or not world.honest(subject.password.user)
    return not world.honest(subject.user, subject.issuer)


@always("RFC 7636 section 7.1", id="CF6", each=(Started,))
def state_and_verifier_stay_secret_until_used(world: Evidence, start: Started) -> bool:
    """The attacker does not learn `state` or `code_verifier` of an honest run before it has used them."""
    client, run = start.client, start.run
    if not world.honest(start.browser, start.issuer):
        return True
    if world.knows(State(client, run)) and not any(world.all(ResponseAccepted, client=client, run=run)):
        return False
    return not world.knows(Verifier(client, run)) or any(world.all(Attached, client=client, run=run))


@always("RFC 7636 section 7.1", id="LC12", each=(Guessed,))
def secrets_cannot_be_guessed(world: Evidence, guessed: Guessed) -> bool:
    """No secret of an honest party has so few possible values that trying them one by one finds it."""
    return not world.honest(guessed.secret.owner)


@always("RFC 9700 section 4.3.2", each=(InFrontChannel,))
def tokens_never_leave_the_back_channel(world: Evidence, passed: InFrontChannel) -> bool:
    """No access token of honest parties passes through a user agent."""
    term = passed.term
    return not (isinstance(term, AccessToken) and world.honest(term.user, term.client, term.issuer))


@always("RFC 6749 section 2.3.1", each=(InFrontChannel,))
def client_secrets_never_enter_the_front_channel(world: Evidence, passed: InFrontChannel) -> bool:
    """No client secret passes through a user agent."""
    return not isinstance(passed.term, ClientSecret)
