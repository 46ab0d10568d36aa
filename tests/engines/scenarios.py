"""Small scenarios at random: flows, mitigations, attackers, casts and bounds in every combination.

Most are drawn so that an attacker has something to do and there are few states all the same: what multiplies states
is drawn together with what bounds them. Some are drawn without regard to that, so that nothing is left out.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from hypothesis import strategies as st

from oauth_model.attackers import (
    ATTACKERS,
    BROWSES,
    IS_AUTHORIZATION_SERVER,
    IS_CLIENT,
    NOBODY,
    WEB,
)
from oauth_model.cast import MATCHINGS, Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.flows.hybrid import CODE_AND_TOKEN, HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.mitigations import MITIGATIONS, NO_IMPLICIT, Policy
from oauth_model.scenario import Bounds, Scenario

FLOWS = st.sampled_from(
    [(AUTHORIZATION_CODE,), (IMPLICIT,), (AUTHORIZATION_CODE, IMPLICIT), (HYBRID,), (CODE_AND_TOKEN,)]
)
ATTACKER = st.lists(st.sampled_from(ATTACKERS[::-1]), min_size=1, max_size=3, unique=True).map(
    lambda several: reduce(or_, several)
)
"""Every attacker alone, and up to three joined."""

POLICY = st.one_of(
    st.frozensets(st.sampled_from(MITIGATIONS)),
    st.frozensets(st.sampled_from(MITIGATIONS), max_size=4).map(lambda off: frozenset(MITIGATIONS) - off),
    st.frozensets(st.sampled_from(MITIGATIONS), max_size=4),
).map(Policy)
"""Any set of mitigations; all but a few, so that a lone attack is not drowned by others; or only a few."""

# ------------------------------------------------------------------ whatever comes

BOUNDS = st.builds(
    Bounds,
    client_runs=st.integers(1, 2),
    authorizations=st.integers(1, 2),
    windows=st.integers(1, 2),
    forgeries=st.one_of(st.none(), st.integers(0, 3)),
    states=st.none(),
)
CAST = st.builds(
    Cast,
    users=st.sampled_from([("alice",), ("alice", "bob")]),
    resource_servers=st.sampled_from([("rs.example",), ("rs.example", "other-rs.example")]),
    cleartext=st.sampled_from([(), ("login",), ("login", "redirection endpoint")]),
    careful_users=st.booleans(),
    discovery=st.booleans(),
    context_in_uri=st.booleans(),
    token_vault=st.booleans(),
    native=st.sampled_from([None, None, "private-use", "loopback"]),
    short_verifiers=st.booleans(),
    open_registration=st.booleans(),
)
ANY = st.builds(
    Scenario,
    flows=FLOWS,
    policy=POLICY,
    attacker=st.one_of(ATTACKER, ATTACKER, ATTACKER, st.just(NOBODY)),
    bounds=BOUNDS,
    cast=CAST,
    time_passes=st.booleans(),
    faults_happen=st.booleans(),
)

# ------------------------------------------------------------------ few states, and an attacker with something to do

BUSY = (WEB, IS_AUTHORIZATION_SERVER, IS_CLIENT, BROWSES)
"""Attackers who find much to say; the others say what they come to know."""

QUIET = tuple(attacker for attacker in ATTACKERS if attacker.acts and attacker not in BUSY)
TWO_USERS, TWO_RESOURCE_SERVERS = ("alice", "bob"), ("rs.example", "other-rs.example")

LARGER = st.frozensets(st.sampled_from(["faults", "forgeries", "time", "resource servers"]), max_size=2)
"""What may be there besides: it adds states, but does not multiply them by much."""

MUCH_LARGER = st.sampled_from(["nothing", "authorizations", "client runs", "users", "windows"])
"""What multiplies states; at most one of these is more than the least."""


@st.composite
def attacked(draw: st.DrawFn) -> Scenario:
    """One with an attacker who can do something, mostly of less than a thousand states."""
    flows: tuple[Flow, ...] = draw(FLOWS)
    policy = draw(POLICY)
    if flows in ((IMPLICIT,), (CODE_AND_TOKEN,)):
        policy = policy.minus(NO_IMPLICIT)  # nothing happens where it is on
    busy, quiet = draw(st.sampled_from(BUSY)), draw(st.frozensets(st.sampled_from(QUIET), max_size=2))
    alone = len(quiet) == 2 or (quiet and draw(st.booleans()))
    some = [attacker for attacker in ATTACKERS if attacker in quiet or (attacker == busy and not alone)]
    attacker = reduce(or_, some)
    larger, much_larger = draw(LARGER), draw(MUCH_LARGER)
    lures = attacker.lures and much_larger != "windows" and draw(st.booleans())
    forgeries = 1 + ("forgeries" in larger and not lures)
    return Scenario(
        flows,
        policy,
        attacker,
        Bounds(
            client_runs=1 + (much_larger == "client runs"),
            authorizations=1 + (much_larger == "authorizations"),
            windows=1 + (lures or much_larger == "windows"),
            forgeries=None if alone and forgeries == 2 else forgeries,
            states=None,
        ),
        Cast(
            users=TWO_USERS if much_larger == "users" else ("alice",),
            resource_servers=TWO_RESOURCE_SERVERS if "resource servers" in larger else ("rs.example",),
            matching=draw(st.sampled_from([matching.slug for matching in MATCHINGS])),
        ),
        time_passes="time" in larger,
        faults_happen="faults" in larger,
    )


SCENARIO = st.one_of(attacked(), attacked(), attacked(), attacked(), ANY)
"""Most are attacked; one in five is whatever comes."""
