"""What an attack is here: a claim about the model, as data. There are no steps in it.

The claim: in the deployment of its precondition an attacker with these capabilities can break one of
these goals; with any of these mitigations switched on it cannot; with any of those it still can. The
exhaustive search decides whether the claim is true (`confirm`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from oauth_model.attackers import Attacker
from oauth_model.cast import Cast
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.goals.goal import Goal
from oauth_model.mitigations import MITIGATIONS, PKCE_PLAIN, Mitigation, Policy
from oauth_model.scenario import Bounds, Scenario

EVERYTHING = Policy(mitigation for mitigation in MITIGATIONS if not mitigation.extension).minus(PKCE_PLAIN)
"""Every mitigation on that is no extension. The plain method is none, beside S256: the model lets it win over that."""


Set = tuple[Mitigation, ...]
"""Mitigations that are switched on together."""


@dataclass(frozen=True, eq=False)
class Refuted:
    """A claim of the literature that the model finds untrue.

    It says that `mitigations` stop the attack; in truth each of `goals` is still broken with them on, `because`.
    The search decides this like every other claim.
    """

    mitigations: Set
    goals: tuple[Goal, ...]
    because: str


@dataclass(frozen=True, eq=False)
class Attack:
    """A claim about what breaks what.

    The deployment of the precondition has every mitigation on except `off`, and also `on`: so nothing else
    is wrong with it. `breaks` are the goals of which the search must find one broken, the most telling first.
    Each entry of `stopped_by` is a set of mitigations which, added to that deployment, must stop all of that;
    each of `not_stopped_by` one that must not. With `stopped_by` empty the claim is that nothing stops it.
    `id` is the catalogue's, None for what is not in it. The attack is looked for within `bounds`; that it is
    stopped is shown within `bounds_when_stopped`, where those are larger. `story` says in a sentence how it goes:
    for readers; the search does not see it.
    """

    slug: str
    id: str | None
    title: str
    reference: str
    story: str
    attacker: Attacker
    breaks: tuple[Goal, ...]
    off: Set = ()
    on: Set = ()
    stopped_by: tuple[Set, ...] = ()
    not_stopped_by: tuple[Set, ...] = ()
    refuted: tuple[Refuted, ...] = ()
    flows: tuple[Flow, ...] = (AUTHORIZATION_CODE,)
    bounds: Bounds = field(default_factory=Bounds)
    bounds_when_stopped: Bounds | None = None
    cast: Cast = field(default_factory=Cast)
    time_passes: bool = False
    faults_happen: bool = False

    @property
    def scenario(self) -> Scenario:
        """The deployment of the precondition, with the attacker."""
        policy = EVERYTHING.minus(*self.off).plus(*self.on)
        return Scenario(
            self.flows,
            policy,
            self.attacker,
            self.bounds,
            self.cast,
            time_passes=self.time_passes,
            faults_happen=self.faults_happen,
        )

    def __str__(self) -> str:
        return self.slug
