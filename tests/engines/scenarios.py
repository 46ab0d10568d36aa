"""Small scenarios at random: flows, mitigations, attackers, casts and bounds in every combination."""

from __future__ import annotations

from functools import reduce
from operator import or_

from hypothesis import strategies as st

from oauth_model.attackers import ATTACKERS, NOBODY
from oauth_model.cast import Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.mitigations import MITIGATIONS, Policy
from oauth_model.scenario import Bounds, Scenario

FLOWS = st.sampled_from([(AUTHORIZATION_CODE,), (IMPLICIT,), (AUTHORIZATION_CODE, IMPLICIT)])
ATTACKER = st.lists(st.sampled_from(ATTACKERS), min_size=1, max_size=3, unique=True).map(
    lambda several: reduce(or_, several)
)
"""Every attacker alone, and up to three joined."""

POLICY = st.one_of(
    st.frozensets(st.sampled_from(MITIGATIONS)),
    st.frozensets(st.sampled_from(MITIGATIONS), max_size=4).map(lambda off: frozenset(MITIGATIONS) - off),
).map(Policy)
"""Any set of mitigations; or all but a few, so that a lone attack is not drowned by others."""

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

SCENARIO = st.builds(
    Scenario,
    flows=FLOWS,
    policy=POLICY,
    attacker=st.one_of(st.just(NOBODY), ATTACKER, ATTACKER, ATTACKER),
    bounds=BOUNDS,
    cast=CAST,
    time_passes=st.booleans(),
    faults_happen=st.booleans(),
)
