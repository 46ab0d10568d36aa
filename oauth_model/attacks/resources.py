"""Attacks at and through resource servers (catalogue family RS, as far as bearer tokens go), and on how tokens end."""

from __future__ import annotations

from oauth_model.attackers import HOLDS_TOKEN, IS_RESOURCE_SERVER, NOBODY
from oauth_model.attacks.attack import Attack
from oauth_model.goals import (
    ended_tokens_serve_nothing,
    leaked_tokens_are_soon_worthless,
    nobody_else_is_served,
    token_serves_only_its_resource_server,
)
from oauth_model.mitigations import (
    AUDIENCE,
    DPOP,
    ISS,
    MTLS,
    PKCE_S256,
    REPLAY_REVOKES,
    SHORT_LIVED_TOKENS,
    STATE,
    TOKEN_STATUS_CHECKED,
)

COUNTERFEIT_RESOURCE_SERVER = Attack(
    "counterfeit-resource-server",
    "RS01",
    "Token phished by a counterfeit resource server",
    "RFC 9700 section 4.9.1",
    "The client uses its token at a resource server of the attacker's, which uses it at the honest one.",
    IS_RESOURCE_SERVER,
    breaks=(nobody_else_is_served, token_serves_only_its_resource_server),
    off=(AUDIENCE,),
    stopped_by=((AUDIENCE,), (DPOP,), (MTLS,)),
    not_stopped_by=((PKCE_S256,), (STATE,), (ISS,)),
)

ENDED_TOKEN = Attack(
    "ended-token",
    None,
    "Access token used after its end",
    "RFC 6749 section 7",
    "The resource server looks whether a token is genuine, and not whether it is still good: one that expired, or was "
    "revoked, is served like any other.",
    NOBODY,
    breaks=(ended_tokens_serve_nothing,),
    off=(TOKEN_STATUS_CHECKED,),
    stopped_by=((TOKEN_STATUS_CHECKED,),),
    not_stopped_by=((SHORT_LIVED_TOKENS,), (REPLAY_REVOKES,), (AUDIENCE,), (DPOP,), (MTLS,)),
    time_passes=True,
)

KEPT_TOKEN = Attack(
    "kept-token",
    None,
    "Leaked access token that stays good",
    "RFC 6750 section 5.3",
    "Somebody got hold of a token, and uses it as long as they like: it does not expire.",
    HOLDS_TOKEN,
    breaks=(leaked_tokens_are_soon_worthless,),
    off=(SHORT_LIVED_TOKENS,),
    stopped_by=((SHORT_LIVED_TOKENS,), (DPOP,), (MTLS,)),
    not_stopped_by=((TOKEN_STATUS_CHECKED,), (PKCE_S256,), (STATE,), (AUDIENCE,)),
    time_passes=True,
)

RESOURCE_ATTACKS = (COUNTERFEIT_RESOURCE_SERVER, ENDED_TOKEN, KEPT_TOKEN)
