"""The life of codes and tokens: a code is used once, and betrayed by a second use; a token has an end."""

from __future__ import annotations

from oauth_model.facts import Ended, LapsedCodeRedeemed, ReferenceUsed, Replayed, Served, TokenIssued
from oauth_model.goals.goal import Evidence, always


@always("RFC 6749 section 4.1.2", id="LC1", each=(TokenIssued,), stable=True)
def codes_are_single_use(world: Evidence, issued: TokenIssued) -> bool:
    """A code gives an access token at most once."""
    if issued.from_code is None:
        return True
    return all(other == issued for other in world.all(TokenIssued, from_code=issued.from_code))


@always("RFC 6749 section 4.1.2", id="LC2", each=(LapsedCodeRedeemed,))
def lapsed_codes_are_worthless(world: Evidence, redeemed: LapsedCodeRedeemed) -> bool:
    """No code of an honest user's is redeemed after its lifetime is over."""
    consent = world.consent(redeemed.code)
    return consent is None or not world.honest(consent.user)


@always("RFC 9126 section 7.3", id="LC10", each=(ReferenceUsed,), stable=True)
def request_uris_are_used_once(world: Evidence, used: ReferenceUsed) -> bool:
    """One authorization at most begins with the reference to a pushed request."""
    return all(other == used for other in world.all(ReferenceUsed, request_uri=used.request_uri))


@always("RFC 6749 section 7", id="LC7", each=(Served,))
def ended_tokens_serve_nothing(world: Evidence, served: Served) -> bool:
    """A token that is revoked or has expired is not served any more."""
    return served.active


@always("RFC 6750 section 5.3", each=(Served,))
def leaked_tokens_are_soon_worthless(world: Evidence, served: Served) -> bool:
    """No access token of honest parties serves the attacker for longer than a short lifetime."""
    token = served.token
    return not (served.late and world.honest(token.user, token.client)) or world.honest(served.recipient)


@always("RFC 6749 section 4.1.2", id="LC3", each=(TokenIssued,))
def replay_ends_what_the_code_gave(world: Evidence, issued: TokenIssued) -> bool:
    """When a code is presented a second time, in a request valid but for that, every token from it ends."""
    if issued.from_code is None or not any(world.all(Replayed, code=issued.from_code)):
        return True
    return any(world.all(Ended, token=issued.token))
