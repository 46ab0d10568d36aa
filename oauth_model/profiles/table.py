"""The profiles as Markdown: what each says about each mitigation, its clauses, and its policies.

`python -m oauth_model.profiles.table` prints it. Everything comes from the records; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from oauth_model.mitigations import MITIGATIONS, Mitigation, Policy
from oauth_model.profiles import PROFILES, Alternative, Clause, Entry, Profile


def markdown(profiles: Sequence[Profile] = PROFILES) -> str:
    """All three tables, each under a heading."""
    parts = [
        ("What each says about a mitigation", mitigations_table(profiles)),
        ("One of these is a MUST", clauses_table(profiles)),
        ("The weakest and the recommended policies", policies_table(profiles)),
    ]
    return "\n\n".join(f"## {heading}\n\n{table}" for heading, table in parts)


def mitigations_table(profiles: Sequence[Profile] = PROFILES) -> str:
    """A row for each mitigation of the model, a column for each profile."""
    known = [*MITIGATIONS, *(entry.mitigation for profile in profiles for entry in profile.entries)]
    rows = (
        [f"`{mitigation.slug}`", *(_cell(profile, mitigation) for profile in profiles)]
        for mitigation in dict.fromkeys(known)
    )
    return _table(["mitigation", *(f"{profile.title} ({profile.reference})" for profile in profiles)], rows)


def clauses_table(profiles: Sequence[Profile] = PROFILES) -> str:
    """A row for each clause."""
    rows = (
        [profile.title, _clause(clause), "; ".join(map(_alternative, clause.alternatives))]
        for profile in profiles
        for clause in profile.any_of
    )
    return _table(["profile", "against", "one of, the recommended first"], rows)


def policies_table(profiles: Sequence[Profile] = PROFILES) -> str:
    """A row for each weakest and each recommended policy, for clients of several authorization servers."""
    rows = (
        [profile.title, kind, profile.variant(policy), ", ".join(policy.slugs)]
        for profile in profiles
        for kind, policy in _policies(profile)
    )
    return _table(["profile", "policy", "for", "what is on"], rows)


def _policies(profile: Profile) -> Iterator[tuple[str, Policy]]:
    for policy in profile.weakest():
        yield "weakest", policy
    for confidential in (False, True):
        yield "recommended", profile.recommended(confidential)


def _cell(profile: Profile, mitigation: Mitigation) -> str:
    said = [_entry(entry) for entry in profile.entries if entry.mitigation is mitigation]
    clauses = [clause for clause in profile.any_of if mitigation in (*clause.choices(False), *clause.choices(True))]
    said += [f"one way against {clause.name} ({_section(clause.reference)})" for clause in clauses]
    return "; ".join(said) or "silent"


def _entry(entry: Entry) -> str:
    who = "" if entry.clients == "any" else f" for {entry.clients} clients"
    when = f" {entry.condition.value}" if entry.condition else ""
    note = f": {entry.note}" if entry.note else ""
    return f"**{entry.level}**{who}{when} ({_section(entry.reference)}){note}"


def _clause(clause: Clause) -> str:
    who = "" if clause.clients == "any" else f" for {clause.clients} clients"
    when = f" {clause.condition.value}" if clause.condition else ""
    return f"{clause.name}{who}{when} ({_section(clause.reference)})"


def _alternative(option: Alternative) -> str:
    what = f"`{option.mitigation.slug}`" if option.mitigation else f"{option.name}, which the model does not have"
    who = "" if option.clients == "any" else f", for {option.clients} clients"
    note = f": {option.note}" if option.note else ""
    return f"{what}{who} ({_section(option.reference)}){note}"


def _section(reference: str) -> str:
    return reference.replace(" section ", ", ")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(markdown())
