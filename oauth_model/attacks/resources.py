"""Attacks at and through resource servers (catalogue family RS, as far as bearer tokens go)."""

from __future__ import annotations

from oauth_model.attackers import IS_RESOURCE_SERVER
from oauth_model.attacks.attack import Attack
from oauth_model.goals import nobody_else_is_served, token_serves_only_its_resource_server
from oauth_model.mitigations import AUDIENCE, DPOP, ISS, MTLS, PKCE_S256, STATE

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

RESOURCE_ATTACKS = (COUNTERFEIT_RESOURCE_SERVER,)
