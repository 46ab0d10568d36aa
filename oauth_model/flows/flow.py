"""What a flow is: for each role its rows, under a name and an RFC section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from oauth_model.facts import Shared
from oauth_model.machine import ModelError, Row
from oauth_model.messages import ROLES


@dataclass(frozen=True, eq=False)
class Flow:
    """A grant, or a part that all grants share. `rows` maps a role to its table.

    `response_type` is what an authorization request of this flow asks for; None for shared parts. `looks_up` says which
    shared facts the sessions of a role may see (`View.looks_up`).
    """

    slug: str
    title: str
    reference: str
    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    response_type: str | None = None
    looks_up: Mapping[str, tuple[type[Shared], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in (*self.rows, *self.looks_up):
            if role not in ROLES:
                raise ModelError(f"flow {self.slug!r} has rows for {role!r}; the roles are: {', '.join(ROLES)}")

    def __str__(self) -> str:
        return self.slug
