"""Which lane stands for which party of a run, and in which order lanes stand.

All sessions of a party share its lane. Where an attacker takes part a resource owner and their browser share
one too: what matters then is which browser it is, and the clicks between the two add nothing. The attacker's
own programs and browser are one lane, each server that it plays is another. Lanes carry no steps: that is `runs`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from oauth_model.cast import ATTACKER
from oauth_model.drawing.flow import Arrow, Lane
from oauth_model.messages import AUTHORIZATION_SERVER, CLIENT, RESOURCE_OWNER, RESOURCE_SERVER, ROLES, USER_AGENT
from oauth_model.scenario import Scenario


class Lanes:
    """The lanes of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._cast = scenario.full_cast
        self._together = scenario.attacker.acts
        self._roles = {party: role for role in reversed(ROLES) for party in self._cast.parties(role)}
        self._browsers = {self._cast.browser(user): user for user in self._cast.users}

    def key(self, party: str) -> str:
        """The key of the lane on which a party acts."""
        if self._together and party in self._browsers:
            return self._browsers[party]
        return party if party in self._roles else ATTACKER

    def hostile(self, key: str) -> bool:
        """Whether the attacker acts on this lane."""
        return not self._cast.honest(key)

    def is_browser(self, party: str) -> bool:
        """Whether it is an honest user agent."""
        return party in self._browsers

    def is_server(self, key: str) -> bool:
        """Whether it is a client's, an authorization server's or a resource server's lane."""
        return self._roles.get(key) in (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)

    def lane(self, key: str) -> Lane:
        """The lane with its head."""
        if key not in self._roles:
            return Lane(key, "Attacker", "its own browser and programs", "attacker", False)
        role = self._roles[key]
        if self.hostile(key):
            return Lane(key, key, f"the attacker’s {role}", role, False)
        if role == RESOURCE_OWNER:
            under = "resource owner and browser" if self._together else role
            return Lane(key, key.capitalize(), under, role)
        if role == USER_AGENT:
            owner = self._browsers[key]
            return Lane(key, f"{owner.capitalize()}’s browser", role, role)
        return Lane(key, key, role, role)

    def arranged(self, used: Iterable[str], arrows: Iterable[Arrow]) -> tuple[Lane, ...]:
        """The lanes in use: honest ones by role, the attacker's where arrows are shortest in sum.

        The attacker stands on the far left or the far right, a server it plays beside the honest ones of its
        role or on the far right.
        """
        keys = [key for key in self._in_order() if key in set(used)]
        ends = [(arrow.source, arrow.dest) for arrow in arrows]
        best: tuple[int, list[str]] | None = None
        for places in itertools.product((1, 0), repeat=sum(self.hostile(key) for key in keys)):
            order = self._order(keys, places)
            at = {key: number for number, key in enumerate(order)}
            span = sum(abs(at[start] - at[end]) for start, end in ends)
            if best is None or span < best[0]:
                best = (span, order)
        assert best is not None
        return tuple(self.lane(key) for key in best[1])

    def _in_order(self) -> list[str]:
        return [*dict.fromkeys(party for role in ROLES for party in self._cast.parties(role)), ATTACKER]

    def _order(self, keys: list[str], places: tuple[int, ...]) -> list[str]:
        """The keys with each hostile one either on the far right (1) or elsewhere (0)."""
        hostile = [key for key in keys if self.hostile(key)]
        right = [key for key, place in zip(hostile, places, strict=True) if place]
        rest = [key for key in keys if key not in right]
        if ATTACKER in rest:
            rest.remove(ATTACKER)
            rest.insert(0, ATTACKER)
        return rest + right
