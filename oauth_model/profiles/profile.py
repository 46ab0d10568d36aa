"""What a profile is: what one specification says about each mitigation, as data, and the policies it admits.

A specification is a range, not a configuration: it demands some mitigations, recommends some, leaves
some open and says nothing of the rest. So a profile is no policy; it has a weakest, a recommended and a
strongest one, and most MUSTs of the form "one of these" give several weakest ones.

This module knows no specification: those are the other files here, each one record. It says nothing
about security either: what a policy is worth is for a checker to find out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from oauth_model.machine import ModelError
from oauth_model.mitigations import CLIENT_AUTHENTICATION, MITIGATIONS, PKCE_PLAIN, PKCE_S256, Mitigation, Policy

Level = Literal["must", "should", "may", "should not", "must not"]
"""The key words of RFC 2119; REQUIRED is "must", RECOMMENDED is "should"."""

Clients = Literal["public", "confidential", "any"]

WEAKENS: tuple[tuple[Mitigation, Mitigation], ...] = ((PKCE_PLAIN, PKCE_S256),)
"""Options that take strength away: the first, on beside the second, is weaker than the second alone."""


class Condition(Enum):
    """When an entry or a clause binds, where the specification says so; the value is how it reads."""

    SEVERAL_ISSUERS = "if the client uses more than one authorization server"
    IMPLICIT = "if the client signs users in by tokens of the implicit grant"


@dataclass(frozen=True)
class Entry:
    """What a specification says about one mitigation, for one client type or for any.

    There is no entry where it is silent: such a mitigation may be on or off. `note` is what the level alone
    would hide.
    """

    mitigation: Mitigation
    level: Level
    reference: str
    clients: Clients = "any"
    condition: Condition | None = None
    note: str = ""


CLIENT_TYPES = (
    Entry(CLIENT_AUTHENTICATION, "must", "RFC 6749 section 3.2.1", "confidential"),
    Entry(CLIENT_AUTHENTICATION, "must not", "RFC 6749 section 2.3", "public"),
)
"""What makes clients confidential or public in this model: true of a profile that does not speak of it, too."""


@dataclass(frozen=True)
class Alternative:
    """One way to meet a clause. `mitigation` is None where the model has no such mitigation: it is named, and
    never chosen."""

    name: str
    mitigation: Mitigation | None
    reference: str
    clients: Clients = "any"
    note: str = ""


@dataclass(frozen=True)
class Clause:
    """A MUST that can be met in several ways. The alternatives stand in the order in which the specification
    prefers them, or else names them: the first that the model has is the recommended one."""

    name: str
    reference: str
    alternatives: tuple[Alternative, ...]
    clients: Clients = "any"
    condition: Condition | None = None

    def choices(self, confidential: bool) -> tuple[Mitigation, ...]:
        """The mitigations of the model that meet the clause, for a type of client."""
        return tuple(
            option.mitigation
            for option in self.alternatives
            if option.mitigation is not None and _binds(option.clients, confidential)
        )


@dataclass(frozen=True)
class Violation:
    """One thing in which a policy does not conform: the mitigation's slug or the clause's name, the level, the
    section, and a sentence."""

    name: str
    level: Level
    reference: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.sentence} ({self.reference})"


@dataclass(frozen=True, eq=False)
class Profile:
    """What a specification admits.

    The methods ask two things that no policy tells: `several_issuers`, whether the client uses more than one
    authorization server, and `implicit`, whether it signs users in by tokens of the implicit grant. Clients are
    confidential where the mitigation `client-authentication` is on (`CLIENT_TYPES`).

    Raises ModelError for two entries on the same mitigation and client type, and for a clause that the
    model's mitigations cannot meet.
    """

    slug: str
    title: str
    reference: str
    entries: tuple[Entry, ...]
    any_of: tuple[Clause, ...] = ()

    def __post_init__(self) -> None:
        for confidential in (False, True):
            named = [entry.mitigation for entry in self.entries if _binds(entry.clients, confidential)]
            twice = next((mitigation for mitigation in named if named.count(mitigation) > 1), None)
            if twice is not None:
                who = _clients(confidential)
                raise ModelError(f"profile {self.slug!r} has two entries on {twice.slug!r} for {who}: keep one")
            for clause in self.any_of:
                if _binds(clause.clients, confidential) and not clause.choices(confidential):
                    raise ModelError(
                        f"profile {self.slug!r}: no mitigation of the model meets the clause {clause.name!r} for "
                        f"{_clients(confidential)}; give it an alternative with a mitigation"
                    )

    def __str__(self) -> str:
        return self.slug

    # -------------------------------------------------------------- what it says

    def entry(self, mitigation: Mitigation, confidential: bool) -> Entry | None:
        """What it says about a mitigation for a type of client; None where it is silent."""
        return next((entry for entry in self._entries(confidential) if entry.mitigation is mitigation), None)

    def admits(
        self, policy: Policy, confidential: bool, *, several_issuers: bool = True, implicit: bool = False
    ) -> list[Violation]:
        """In what a policy does not conform; empty when it conforms.

        Only MUST, MUST NOT and the clauses count. A clause met by an alternative that the model does not have is
        reported too, for a policy does not show it: the sentence names that alternative.
        """
        when = _when(several_issuers, implicit)
        found = []
        for entry in self._entries(confidential, when):
            wrong = entry.mitigation not in policy if entry.level == "must" else entry.mitigation in policy
            if entry.level in ("must", "must not") and wrong:
                verb = f"{entry.level} be on for {_clients(confidential)}"
                sentence = f"{entry.mitigation.slug} {verb}{_suffix(entry.condition)}"
                found.append(Violation(entry.mitigation.slug, entry.level, entry.reference, sentence))
        for clause in self._clauses(confidential, when):
            if not policy & set(clause.choices(confidential)):
                ways, condition = _ways(clause, confidential), _suffix(clause.condition)
                sentence = f"a defence against {clause.name} must be on{condition}: {ways}"
                found.append(Violation(clause.name, "must", clause.reference, sentence))
        return found

    def variant(self, policy: Policy) -> str:
        """What tells a policy from the others of this profile: its client type, and how it meets each clause.

        Clauses that other demands settle are left out: every weakest policy meets them in the same way.
        """
        confidential = CLIENT_AUTHENTICATION in policy
        parts = ["confidential" if confidential else "public"]
        weakest = list(self._minimal(confidential, frozenset(Condition)))
        for clause in self._clauses(confidential, frozenset(Condition)):
            choices = clause.choices(confidential)
            open_choice = len({frozenset(other.intersection(choices)) for other in weakest}) > 1
            ways = [mitigation.slug for mitigation in choices if mitigation in policy]
            if open_choice and ways:
                parts.append(f"{clause.name}: {' + '.join(ways)}")
        return ", ".join(parts)

    # -------------------------------------------------------------- policies

    def weakest(self, *, several_issuers: bool = True, implicit: bool = False) -> tuple[Policy, ...]:
        """Every minimal conforming policy, those for public clients first.

        Nothing is on that may be off, and options that weaken what is on are on where they are not forbidden
        (`WEAKENS`). There are several because of the two client types and the clauses. An alternative that the
        model does not have is not among them: nothing is said about deployments that rely on it.
        """
        when = _when(several_issuers, implicit)
        return tuple(policy for confidential in (False, True) for policy in self._minimal(confidential, when))

    def recommended(
        self, confidential: bool = True, *, several_issuers: bool = True, implicit: bool = False
    ) -> Policy:
        """Every MUST and SHOULD, and the recommended alternative of each clause; nothing else."""
        when = _when(several_issuers, implicit)
        on = {entry.mitigation for entry in self._entries(confidential, when) if entry.level in ("must", "should")}
        on |= {clause.choices(confidential)[0] for clause in self._clauses(confidential, when)}
        return self._with_needs(on)

    def strongest(self, confidential: bool = True) -> Policy:
        """Everything on that it does not rule out or advise against, whether it speaks of it or not.

        Options that weaken others (`WEAKENS`) are off.
        """
        against = {entry.mitigation for entry in self._entries(confidential) if entry.level.endswith("not")}
        return Policy(set(self._mitigations()) - against - {weak for weak, _ in WEAKENS})

    def _minimal(self, confidential: bool, when: frozenset[Condition]) -> Iterator[Policy]:
        demanded = {entry.mitigation for entry in self._entries(confidential, when) if entry.level == "must"}
        choices = (clause.choices(confidential) for clause in self._clauses(confidential, when))
        conforming = [self._with_needs(demanded | set(chosen)) for chosen in itertools.product(*choices)]
        for policy in dict.fromkeys(conforming):
            if not any(other < policy for other in conforming):
                yield self._weakened(policy, confidential)

    def _weakened(self, policy: Policy, confidential: bool) -> Policy:
        for weak, strong in WEAKENS:
            entry = self.entry(weak, confidential)
            if strong in policy and (entry is None or entry.level != "must not"):
                policy = policy.plus(weak)
        return policy

    def _with_needs(self, mitigations: Iterable[Mitigation]) -> Policy:
        """These, and what they cannot do without (`Mitigation.needs`)."""
        on = set(mitigations)
        known = {mitigation.slug: mitigation for mitigation in self._mitigations()}
        waiting = list(on)
        while waiting:
            needed = {known[slug] for slug in waiting.pop().needs} - on
            on |= needed
            waiting += needed
        return Policy(on)

    def _mitigations(self) -> tuple[Mitigation, ...]:
        own = [entry.mitigation for entry in self.entries]
        own += [option.mitigation for clause in self.any_of for option in clause.alternatives if option.mitigation]
        return tuple(dict.fromkeys([*MITIGATIONS, *own]))

    def _entries(self, confidential: bool, when: frozenset[Condition] = frozenset(Condition)) -> Iterator[Entry]:
        spoken_of = {entry.mitigation for entry in self.entries if _binds(entry.clients, confidential)}
        for entry in (*self.entries, *(entry for entry in CLIENT_TYPES if entry.mitigation not in spoken_of)):
            if _binds(entry.clients, confidential) and (entry.condition is None or entry.condition in when):
                yield entry

    def _clauses(self, confidential: bool, when: frozenset[Condition]) -> Iterator[Clause]:
        for clause in self.any_of:
            if _binds(clause.clients, confidential) and (clause.condition is None or clause.condition in when):
                yield clause


def _binds(clients: Clients, confidential: bool) -> bool:
    return clients == "any" or (clients == "confidential") == confidential


def _when(several_issuers: bool, implicit: bool) -> frozenset[Condition]:
    answers = {Condition.SEVERAL_ISSUERS: several_issuers, Condition.IMPLICIT: implicit}
    return frozenset(condition for condition, holds in answers.items() if holds)


def _clients(confidential: bool) -> str:
    return "confidential clients" if confidential else "public clients"


def _suffix(condition: Condition | None) -> str:
    return f" {condition.value}" if condition else ""


def _ways(clause: Clause, confidential: bool) -> str:
    ways = [
        option.mitigation.slug if option.mitigation else f"{option.name} (not in the model)"
        for option in clause.alternatives
        if _binds(option.clients, confidential)
    ]
    return " or ".join(ways)
