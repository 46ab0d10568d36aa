"""Names: from what a user writes to the record that it stands for.

Flows, mitigations, attackers, goals, attacks and profiles are named by their slug or by their catalogue
id, in any case, or, where they are a user's own, by `module:NAME`; the module is also looked for in the
current directory. This module knows no file format and no command: who read a name says where (`place`),
and that is what the error will name. It also goes the other way, from a record to a name under which
another process finds it again (`spec_of`).
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oauth_model.attackers import Attacker
    from oauth_model.flows.flow import Flow
    from oauth_model.goals import Goal
    from oauth_model.mitigations import Mitigation


class InputError(Exception):
    """What the user gave cannot be used. The text names the place, the value and the way out, in one line."""


def not_allowed(place: str, value: object, what: str, allowed: Iterable[str], more: str = "") -> InputError:
    """The error for a value that is none of those allowed, with the closest of them suggested."""
    names = list(dict.fromkeys(allowed))
    close = difflib.get_close_matches(str(value).lower(), names, n=1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    listed = ", ".join(names) if names else "none"
    return InputError(f"{place}: {value!r} is not {what}{meant}; allowed: {listed}{more}")


@dataclass(frozen=True)
class Kind:
    """One kind of record that has names: how it is called, what there is of it, and its type.

    `built_in` is a function, since some catalogues take a while to import.
    """

    slug: str
    article: str
    built_in: Callable[[], Sequence[Any]]
    type_name: str

    def type(self) -> type[Any]:
        """The class that a user's own record must be of."""
        module, name = self.type_name.split(":")
        found: type[Any] = getattr(importlib.import_module(module), name)
        return found

    def names(self) -> list[str]:
        """The slugs of everything built in."""
        return [record.slug for record in self.built_in()]


def _flows() -> Sequence[Any]:
    from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
    from oauth_model.flows.browser import BROWSER
    from oauth_model.flows.hybrid import HYBRID_FLOWS
    from oauth_model.flows.implicit import IMPLICIT
    from oauth_model.flows.resource_access import RESOURCE_ACCESS

    return (AUTHORIZATION_CODE, IMPLICIT, *HYBRID_FLOWS, RESOURCE_ACCESS, BROWSER)


def _mitigations() -> Sequence[Any]:
    from oauth_model.mitigations import MITIGATIONS

    return MITIGATIONS


def _attackers() -> Sequence[Any]:
    from oauth_model.attackers import ATTACKERS

    return ATTACKERS


def _goals() -> Sequence[Any]:
    from oauth_model.goals import GOALS

    return GOALS


def _attacks() -> Sequence[Any]:
    return _exported("oauth_model.attacks", "ATTACKS")


def _profiles() -> Sequence[Any]:
    return _exported("oauth_model.profiles", "PROFILES")


def _exported(module: str, name: str) -> Sequence[Any]:
    found: Sequence[Any] = getattr(importlib.import_module(module), name)
    return found


FLOW = Kind("flow", "a flow", _flows, "oauth_model.flows.flow:Flow")
MITIGATION = Kind("mitigation", "a mitigation", _mitigations, "oauth_model.mitigations:Mitigation")
ATTACKER = Kind("attacker", "an attacker", _attackers, "oauth_model.attackers:Attacker")
GOAL = Kind("goal", "a goal", _goals, "oauth_model.goals:Goal")
ATTACK = Kind("attack", "an attack", _attacks, "oauth_model.attacks:Attack")
PROFILE = Kind("profile", "a profile", _profiles, "oauth_model.profiles:Profile")

KINDS = (FLOW, MITIGATION, ATTACKER, GOAL, ATTACK, PROFILE)


# ------------------------------------------------------------------ from names to records


def look_up(kind: Kind, name: str, place: str) -> Any:
    """The record of a kind that a name stands for. Raises InputError."""
    if not isinstance(name, str) or not name.strip():
        raise not_allowed(place, name, f"the name of {kind.article}", kind.names(), ", or module:NAME of your own")
    name = name.strip()
    if ":" in name:
        return _own(kind, name, place)
    wanted = _plain(name)
    for record in kind.built_in():
        if wanted in (_plain(record.slug), _plain(getattr(record, "id", None) or record.slug)):
            return record
    raise not_allowed(place, name, f"{kind.article} known here", kind.names(), ", or module:NAME of your own")


def look_up_all(kind: Kind, names: Iterable[str], place: str) -> tuple[Any, ...]:
    """The records that names stand for, each once, in their order. Raises InputError."""
    return tuple(dict.fromkeys(look_up(kind, name, place) for name in names))


def flow(name: str, place: str) -> Flow:
    """A flow by name. Raises InputError."""
    found: Flow = look_up(FLOW, name, place)
    return found


def mitigation(name: str, place: str) -> Mitigation:
    """A mitigation by name. Raises InputError."""
    found: Mitigation = look_up(MITIGATION, name, place)
    return found


def goal(name: str, place: str) -> Goal:
    """A goal by name. Raises InputError."""
    found: Goal = look_up(GOAL, name, place)
    return found


def attacker(names: Iterable[str], place: str) -> Attacker:
    """The attacker that several names stand for together; each may itself be several, joined with `+`.

    Raises InputError, also when there is no name at all.
    """
    parts = [part for name in names for part in (name.split("+") if isinstance(name, str) else [name])]
    if not parts:
        raise InputError(f"{place}: no attacker is named; use 'nobody' for none")
    found: list[Attacker] = [look_up(ATTACKER, part, place) for part in parts]
    return reduce(lambda one, other: one | other, found)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


# ------------------------------------------------------------------ a user's own


_OWN_MODULES: set[str] = set()  # those that names have named so far: where to look when one of their functions fails


def fault_of_own_module(failure: BaseException) -> InputError | None:
    """A failure, if a user's module may be the cause, as one line that says where; None if there is no such module."""
    if not _OWN_MODULES:
        return None
    roots = {_root(name) for name in _OWN_MODULES}
    frames = list(traceback.walk_tb(failure.__traceback__))
    own = [(frame, line) for frame, line in frames if _root(frame.f_globals.get("__name__", "")) in roots]
    if not frames:
        return None
    frame, line = (own or frames)[-1]
    where = f"{os.path.basename(frame.f_code.co_filename)}:{line}: in {frame.f_code.co_name}"
    why = f"{type(failure).__name__}: {failure}".splitlines()[0]
    named = ", ".join(sorted(_OWN_MODULES))
    return InputError(f"{where}: {why} (while using what {named} adds to the model)")


def _root(module_name: str) -> str:
    return module_name.partition(".")[0]


def _own(kind: Kind, name: str, place: str) -> Any:
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute.isidentifier():
        raise InputError(f"{place}: {name!r} is not of the form module:NAME")
    module = imported(module_name, name, place)
    wanted = kind.type()
    offers = sorted(key for key, value in vars(module).items() if isinstance(value, wanted))
    if not hasattr(module, attribute):
        raise not_allowed(place, name, f"there: module {module_name!r} has no {attribute!r}", offers)
    record = getattr(module, attribute)
    if not isinstance(record, wanted):
        more = f"; of that kind {module_name!r} has: {', '.join(offers) or 'none'}"
        raise InputError(f"{place}: {name!r} is of type {type(record).__name__}, not {kind.article}{more}")
    if kind in (ATTACKER, MITIGATION, GOAL, FLOW) and record not in kind.built_in() and record.slug in kind.names():
        raise InputError(f"{place}: {name!r} has the slug {record.slug!r}, which a built-in {kind.slug} has; rename it")
    return record


def imported(module_name: str, name: str, place: str) -> Any:
    """A module, looked for in the current directory too; `name` is what named it. Raises InputError."""
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)
    importlib.invalidate_caches()
    _OWN_MODULES.add(module_name)
    try:
        return importlib.import_module(module_name)
    except (Exception, SystemExit) as failure:  # whatever a user's module does wrong when it is run
        why = f"{type(failure).__name__}: {failure}".splitlines()[0]
        raise InputError(
            f"{place}: {name!r}: module {module_name!r} cannot be imported: {why} "
            "(it is looked for where Python looks, and in the current directory)"
        ) from failure


# ------------------------------------------------------------------ from records to names


def spec_of(kind: Kind, record: Any) -> str:
    """A name by which `look_up` finds a record again, in another process too.

    For a user's own that is the module and the name it is bound to. Raises InputError for one that no
    imported module binds to a name, or that was made in `__main__`.
    """
    if any(record is built_in for built_in in kind.built_in()):
        return str(record.slug)
    for module_name in sorted(sys.modules):
        if module_name != "__main__":
            for name, value in sorted(_variables(module_name).items()):
                if value is record and name.isidentifier():
                    return f"{module_name}:{name}"
    raise InputError(
        f"the {kind.slug} {record.slug!r} cannot be named: it is not built in, and no module that can be imported "
        "binds it to a name. Define it at the top level of a module of its own"
    )


def spec_of_slug(kind: Kind, slug: str) -> str:
    """The name under which `look_up` finds what has a slug. Raises InputError as `spec_of` does."""
    if slug in kind.names():
        return slug
    wanted = kind.type()
    for module_name in sorted(sys.modules):
        if module_name != "__main__":
            for name, value in sorted(_variables(module_name).items()):
                if isinstance(value, wanted) and value.slug == slug and name.isidentifier():
                    return f"{module_name}:{name}"
    raise InputError(f"the {kind.slug} {slug!r} cannot be named: no module that can be imported binds it to a name")


def _variables(module_name: str) -> dict[str, Any]:
    variables = getattr(sys.modules.get(module_name), "__dict__", None)
    return dict(variables) if variables else {}
