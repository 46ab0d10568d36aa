"""Confidentiality: what the attacker never learns, and what never passes through a browser."""

from __future__ import annotations

from oauth_model.facts import Attached, CredentialSent, InFrontChannel, ResponseAccepted, Started, TokenIssued
from oauth_model.goals.goal import Evidence, always
from oauth_model.terms import AccessToken, ClientSecret, Code, Password, State, Verifier


@always("RFC 6749 section 10.5", id="CF1")
def codes_stay_secret(world: Evidence) -> bool:
    """The attacker never learns a code that an honest client is meant to get (strong form)."""
    return all(Code(fact.issuer, fact.grant) not in world.knowledge for fact in world.honest_consents())


@always("RFC 9700 section 4.5", id="CF1w")
def stolen_code_is_useless(world: Evidence) -> bool:
    """Whether or not it is known, the attacker gets nothing from such a code (weak form).

    Nothing means: no token issued for it reaches the attacker, and none is attached elsewhere than in the
    resource owner's own browser.
    """
    codes = {Code(fact.issuer, fact.grant): fact.user for fact in world.honest_consents()}
    for issued in world.all(TokenIssued):
        if issued.from_code in codes and not world.honest(issued.received_by):
            return False
    for attached in world.all(Attached):
        code = Code(attached.token.issuer, attached.token.grant)
        if code in codes and world.cast.user(attached.browser) != codes[code]:
            return False
    return True


@always("RFC 6749 section 10.3", id="CF2")
def access_tokens_stay_secret(world: Evidence) -> bool:
    """The attacker never learns an access token of honest parties.

    A token that the resource owner wanted for a resource server of the attacker's is meant to be known there:
    one from a run that their browser started with that server in mind, and that got what it asked for.
    """
    given = {
        attached.token
        for attached in world.all(Attached)
        if (start := world.started(attached.client, attached.run))
        and (consent := world.consent(attached.token))
        and (start.issuer, start.browser) == (attached.token.issuer, consent.browser)
        and not world.honest(start.server)
    }
    for issued in world.all(TokenIssued):
        token = issued.token
        if world.honest(token.user, token.client, token.issuer) and token not in given and token in world.knowledge:
            return False
    return True


@always("RFC 6749 section 2.3.1", id="CF4")
def client_secrets_stay_secret(world: Evidence) -> bool:
    """The attacker never learns an honest client's secret at an honest authorization server."""
    return not any(
        isinstance(term, ClientSecret) and world.honest(term.client, term.issuer) for term in world.knowledge
    )


@always("RFC 9700 section 4.12", id="CF5")
def passwords_go_only_to_their_server(world: Evidence) -> bool:
    """A resource owner's credential is sent to its own authorization server and to nobody else."""
    sent_right = all(
        fact.party == fact.password.issuer for fact in world.all(CredentialSent) if world.honest(fact.password.user)
    )
    return sent_right and not any(
        isinstance(term, Password) and world.honest(term.user, term.issuer) for term in world.knowledge
    )


@always("RFC 7636 section 7.1", id="CF6")
def state_and_verifier_stay_secret_until_used(world: Evidence) -> bool:
    """The attacker does not learn `state` or `code_verifier` of an honest run before it has used them."""
    accepted = {(fact.client, fact.run) for fact in world.all(ResponseAccepted)}
    attached = {(fact.client, fact.run) for fact in world.all(Attached)}
    for start in world.all(Started):
        run = (start.client, start.run)
        if not world.honest(start.browser, start.issuer):
            continue
        if run not in accepted and State(*run) in world.knowledge:
            return False
        if run not in attached and Verifier(*run) in world.knowledge:
            return False
    return True


@always("RFC 9700 section 4.3.2")
def tokens_never_leave_the_back_channel(world: Evidence) -> bool:
    """No access token of honest parties passes through a user agent."""
    return not any(
        isinstance(fact.term, AccessToken) and world.honest(fact.term.user, fact.term.client, fact.term.issuer)
        for fact in world.all(InFrontChannel)
    )


@always("RFC 6749 section 2.3.1")
def client_secrets_never_enter_the_front_channel(world: Evidence) -> bool:
    """No client secret passes through a user agent."""
    return not any(isinstance(fact.term, ClientSecret) for fact in world.all(InFrontChannel))
