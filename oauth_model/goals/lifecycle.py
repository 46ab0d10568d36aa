"""The life of a code: used once, and betrayed by a second use."""

from __future__ import annotations

from collections import Counter

from oauth_model.facts import Ended, Replayed, Served, TokenIssued
from oauth_model.goals.goal import Evidence, always


@always("RFC 6749 section 4.1.2", id="LC1")
def codes_are_single_use(world: Evidence) -> bool:
    """A code gives an access token at most once."""
    uses = Counter(fact.from_code for fact in world.all(TokenIssued) if fact.from_code is not None)
    return all(count == 1 for count in uses.values())


@always("RFC 6749 section 7", id="LC7")
def ended_tokens_serve_nothing(world: Evidence) -> bool:
    """A token that is revoked or has expired is not served any more."""
    return all(fact.active for fact in world.all(Served))


@always("RFC 6749 section 4.1.2", id="LC3")
def replay_ends_what_the_code_gave(world: Evidence) -> bool:
    """When a code is presented a second time, in a request valid but for that, every token from it ends."""
    ended = {fact.token for fact in world.all(Ended)}
    replayed = {fact.code for fact in world.all(Replayed)}
    return all(fact.token in ended for fact in world.all(TokenIssued) if fact.from_code in replayed)
