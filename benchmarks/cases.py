"""The scenarios that are measured: the authorization code flow with every mitigation on, at a size.

They grow by resource owners, each with a run of the client and an authorization of their own; the attacker's
sessions come on top of these.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from oauth_model.attackers import NOBODY, WEB
from oauth_model.attacks import EVERYTHING
from oauth_model.cast import Cast
from oauth_model.scenario import Bounds, Scenario

NAMES = (
    *("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"),
    *("kate", "liam", "mona", "nils", "olga", "paul", "quinn", "rosa", "sven", "tina"),
)


@dataclass(frozen=True)
class Case:
    """So many honest sessions, and so many of a web attacker's, who may make as many messages; 0 for no attacker."""

    honest: int
    attacker: int = 0

    @property
    def scenario(self) -> Scenario:
        """What is checked; no bound on states."""
        sessions = self.honest + self.attacker
        bounds = Bounds(sessions, sessions, windows=1, forgeries=self.attacker or None, states=None)
        attacker = WEB if self.attacker else NOBODY
        cast = Cast(users=NAMES[: self.honest])
        return Scenario(policy=EVERYTHING, attacker=attacker, cast=cast, bounds=bounds)

    @property
    def encoded(self) -> str:
        """As an argument of a command."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        if not self.attacker:
            return f"{self.honest} honest"
        return f"{self.honest} honest, {self.attacker} of the attacker"


def decoded(text: str) -> Case:
    """A case from an argument."""
    return Case(**json.loads(text))
