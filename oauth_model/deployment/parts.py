"""The parts of a deployment that are plain values: bounds, parties, choices and switches.

Each function takes what a file has under a key and gives what the model needs, or raises InputError with
the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, get_type_hints

from oauth_model.cast import ATTACKER, Cast
from oauth_model.deployment.plain import decode
from oauth_model.deployment_facts import DeploymentFacts
from oauth_model.names import InputError, not_allowed
from oauth_model.scenario import ACCOUNT, ATTACKERS_PARTY, MOST_SESSIONS, SESSIONS, Bounds
from oauth_model.terms import Scope
from oauth_model.uris import MATCHINGS, SITE

ANY = "any"
"""For `forgeries` and `states`: no bound."""

UNLIMITED = ("forgeries", "states")
PARTIES = ("users", "clients", "authorization_servers", "resource_servers")
SCOPES = ("read", "write")
"""The operations that the model's resource servers know; `read` is what clients do."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_USER = re.compile(r"[a-z][a-z0-9_-]*")


def needed_key(source: str, key: str, needed: str) -> InputError:
    """The error for a key that means nothing without another."""
    return InputError(f"{source}: {key} means nothing without {needed}: add {needed}, or leave {key} out")


def as_names(value: Any, place: str) -> list[str]:
    """One name, or a list of names, as a list that is not empty."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(item, str) for item in listed):
        raise InputError(f"{place}: {value!r} is neither a name nor a list of names")
    return listed


def choice(data: Mapping[str, Any], key: str, allowed: Sequence[str], source: str) -> str | None:
    """The value of a key that has a few allowed values; None where the key is not there."""
    if key not in data:
        return None
    value = data[key]
    if value not in allowed:
        raise not_allowed(f"{source}: {key}", value, "one of the allowed values", allowed)
    return str(value)


def flag(data: Mapping[str, Any], key: str, source: str) -> bool:
    """The value of a key that is true or false; False where the key is not there."""
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{source}: {key}: {value!r} is neither true nor false")
    return value


# ------------------------------------------------------------------ bounds


def bounds_of(table: Any, default: Bounds, place: str) -> Bounds:
    """The bounds that a table sets, the others as in `default`."""
    if not isinstance(table, dict):
        raise InputError(f"{place}: {table!r} is not a table of bounds")
    known = [field.name for field in fields(Bounds)]
    changes: dict[str, int | None] = {}
    for key, value in table.items():
        if key not in known:
            raise not_allowed(place, key, "a bound", known)
        changes[key] = bound(key, value, f"{place}.{key}")
        if key in SESSIONS and value > MOST_SESSIONS:
            raise InputError(f"{place}.{key}: {value} is too many; it must be at most {MOST_SESSIONS:,}")
    return replace(default, **changes)  # type: ignore[arg-type]


def bound(key: str, value: Any, place: str) -> int | None:
    """The value of one bound: a number, or for some the word "any", which is None."""
    if key in UNLIMITED and value == ANY:
        return None
    least = 0 if key == "forgeries" else 1
    if type(value) is not int or value < least:
        also = f", or {ANY!r}" if key in UNLIMITED else ""
        raise InputError(f"{place}: {value!r} is not a whole number from {least} up{also}")
    return value


# ------------------------------------------------------------------ who takes part


def cast_of(data: Mapping[str, Any], source: str) -> Cast:
    """The cast that a deployment names; what it does not name is as in `Cast`."""
    parties = _parties(data.get("cast", {}), f"{source}: cast")
    cast = replace(Cast(), **parties)  # type: ignore[arg-type]
    matching = choice(data, "redirect_uri_matching", [rule.slug for rule in MATCHINGS], source)
    if matching is not None:
        cast = replace(cast, matching=matching)
    if "facts" in data:
        cast = replace(cast, **_facts(data["facts"], f"{source}: facts"))
    if "scope" in data:
        cast = replace(cast, scope=_scope(data["scope"], f"{source}: scope"))
    return cast


def _facts(table: Any, place: str) -> dict[str, Any]:
    """What the deployment has (`DeploymentFacts`), as far as a table says."""
    if not isinstance(table, dict):
        raise InputError(f"{place}: {table!r} is not a table of facts about the deployment")
    hints = get_type_hints(DeploymentFacts)
    for key in table:
        if key not in hints:
            raise not_allowed(place, key, "a fact about a deployment", hints)
    return {key: decode(value, hints[key], f"{place}.{key}") for key, value in table.items()}


def _scope(value: Any, place: str) -> Scope:
    values = value.split() if isinstance(value, str) else as_names(value, place)
    for item in values:
        if item not in SCOPES:
            raise not_allowed(place, item, "a scope value of this model", SCOPES)
    if "read" not in values:
        raise InputError(f"{place}: {value!r} has no 'read', which is what the model's clients ask for")
    return Scope(tuple(sorted(set(values))))


def _parties(table: Any, place: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise InputError(f"{place}: {table!r} is not a table of parties")
    found: dict[str, tuple[str, ...]] = {}
    taken: dict[str, str] = dict.fromkeys((ATTACKER, SITE, ACCOUNT, *ATTACKERS_PARTY.values()), "the attacker")
    for role in PARTIES:
        for name in getattr(Cast(), role) if role not in table else ():
            taken[name] = role
    for role, value in table.items():
        if role not in PARTIES:
            raise not_allowed(place, role, "a kind of parties", PARTIES)
        listed = as_names(value, f"{place}.{role}")
        for name in listed:
            _party(name, role, taken, f"{place}.{role}")
        found[role] = tuple(listed)
    return found


def _party(name: str, role: str, taken: dict[str, str], place: str) -> None:
    form, example = (_USER, "'bob'") if role == "users" else (_HOST, "'shop.example'")
    if not form.fullmatch(name):
        raise InputError(f"{place}: {name!r} is not the name of a party of this kind; write it like {example}")
    if name.startswith("www."):
        raise InputError(f"{place}: {name!r} begins with 'www.', which the model adds by itself; leave that out")
    if name in taken:
        raise InputError(f"{place}: {name!r} is taken: it is the name of a party of {taken[name]}; use another")
    taken[name] = role
