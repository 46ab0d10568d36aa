"""What an attack is here: a claim about the model, as data. There are no steps in it.

The claim: in the deployment of its precondition an attacker with these capabilities can break one of
these goals; with any of these mitigations switched on it cannot; with any of those it still can. The
exhaustive search decides whether the claim is true (`confirm`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from oauth_model.attackers import Attacker
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.goals.goal import Goal
from oauth_model.mitigations import MITIGATIONS, PKCE_PLAIN, Mitigation, Policy
from oauth_model.scenario import Bounds, Scenario

EVERYTHING = Policy(MITIGATIONS).minus(PKCE_PLAIN)
"""Every mitigation on. The plain method is none, beside S256: the model lets it win over that."""


@dataclass(frozen=True, eq=False)
class Attack:
    """A claim about what breaks what.

    The deployment of the precondition has every mitigation on except `off`, and also `on`: so nothing else
    is wrong with it. `breaks` are the goals of which the search must find one broken. Each entry of
    `stopped_by` is a set of mitigations which, added to that deployment, must stop all of that; each of
    `not_stopped_by` one that must not. `refuted` are claims of the literature that the model finds untrue, with
    what is true instead; they are checked like the others. `stopped_by` empty means: nothing stops it.
    """

    slug: str
    id: str
    title: str
    reference: str
    story: str
    attacker: Attacker
    breaks: tuple[Goal, ...]
    off: tuple[Mitigation, ...] = ()
    on: tuple[Mitigation, ...] = ()
    stopped_by: tuple[tuple[Mitigation, ...], ...] = ()
    not_stopped_by: tuple[tuple[Mitigation, ...], ...] = ()
    refuted: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = (AUTHORIZATION_CODE,)
    bounds: Bounds = field(default_factory=Bounds)
    matching: str = "glob"

    @property
    def scenario(self) -> Scenario:
        """The deployment of the precondition, with the attacker."""
        scenario = Scenario(self.flows, EVERYTHING.minus(*self.off).plus(*self.on), self.attacker, self.bounds)
        return replace(scenario, cast=replace(scenario.cast, matching=self.matching))

    def __str__(self) -> str:
        return self.slug
