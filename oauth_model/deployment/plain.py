"""Scenarios, terms and messages as plain data: what JSON can say, and nothing else.

The encoding is generic: a value's dataclass fields are its keys, and the fields' annotations say what may
stand there, so a new message, term or parameter needs nothing here. What has a name (flows, mitigations,
goals) is written as its name. It is used where a scenario goes into a file, and where one goes to another
process. It does not know files.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from oauth_model import messages, names, terms
from oauth_model.attackers import Attacker
from oauth_model.cast import Cast
from oauth_model.machine import ModelError
from oauth_model.messages import Message
from oauth_model.mitigations import Policy
from oauth_model.names import ATTACKER, FLOW, MITIGATION, InputError, not_allowed, spec_of
from oauth_model.scenario import Bounds, Scenario
from oauth_model.terms import Term

Plain = Any
"""None, a bool, an int, a str, or a list or a dict of such."""


# ------------------------------------------------------------------ values


def encode(value: Any, *, whole: bool = False) -> Plain:
    """A value as plain data. Fields that have their default are left out, unless `whole`."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, type):
        return _class_name(value)
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, frozenset):
        return [encode(item) for item in sorted(value, key=repr)]
    if is_dataclass(value):
        data: dict[str, Plain] = {"type": _class_name(type(value))} if isinstance(value, (Term, Message)) else {}
        for field in fields(value):
            item = getattr(value, field.name)
            if whole or item != _default(field):
                data[field.name] = encode(item)
        return data
    raise InputError(f"a {type(value).__name__} cannot be written as plain data: {value!r}")


def decode(data: Plain, hint: Any, place: str) -> Any:
    """The value that plain data stands for, where the annotation `hint` says what may stand. Raises InputError."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    for option in options:
        if _suits(data, option, place):
            return _decode(data, option, place)
    raise InputError(f"{place}: {_shown(data)} cannot stand here; expected {_expected(options)}")


def _suits(data: Plain, hint: Any, place: str) -> bool:
    origin = get_origin(hint)
    if hint in (None, type(None)):
        return data is None
    if origin is Literal:
        return type(data) is str and data in get_args(hint)
    if origin in (tuple, frozenset):
        return isinstance(data, list) and _length(hint) in (None, len(data))
    if origin is type:
        return isinstance(data, str)
    if hint in (str, int, bool):
        return type(data) is hint
    if not (is_dataclass(hint) and isinstance(data, dict)):
        return False
    assert isinstance(hint, type)
    named = data.get("type")
    if not issubclass(hint, (Term, Message)):
        return named is None
    return isinstance(named, str) and issubclass(_class_of(named, f"{place}.type"), hint)


def _length(hint: Any) -> int | None:
    """How many items a tuple or a set of this annotation has; None for any number."""
    items = get_args(hint)
    return None if get_origin(hint) is frozenset or items[-1:] == (...,) else len(items)


def _decode(data: Plain, hint: Any, place: str) -> Any:
    origin = get_origin(hint)
    if origin in (tuple, frozenset):
        hints = get_args(hint) if _length(hint) is not None else get_args(hint)[:1] * len(data)
        items = [decode(item, hints[number], f"{place}[{number}]") for number, item in enumerate(data)]
        return origin(items)
    if origin is type:
        return _class_of(data, place)
    if is_dataclass(hint):
        return _record(data, hint, place)
    return data


def _record(data: dict[str, Plain], hint: Any, place: str) -> Any:
    kind = _class_of(data["type"], place) if data.get("type") is not None else hint
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    for key in data:
        if key != "type" and key not in known:
            raise not_allowed(place, key, f"a field of {kind.__name__}", known)
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in data:
            values[name] = decode(data[name], hints[name], f"{place}.{name}")
        elif _default(field) is MISSING:
            raise InputError(f"{place}: {kind.__name__} needs the field {name!r}")
    return kind(**values)


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _class_name(kind: type[Any]) -> str:
    for module in (messages, terms):
        if vars(module).get(kind.__name__) is kind:
            return str(kind.__name__)
    return ":".join((kind.__module__, kind.__qualname__))


@cache
def _class_of(name: str, place: str) -> type[Any]:
    if ":" in name:
        module_name, _, attribute = name.partition(":")
        found = getattr(names.imported(module_name, name, place), attribute, None)
    else:
        found = vars(messages).get(name, vars(terms).get(name))
    if not (isinstance(found, type) and issubclass(found, (Term, Message))):
        raise InputError(f"{place}: {name!r} is not a class of messages or terms")
    return found


def _expected(options: tuple[Any, ...]) -> str:
    words = []
    for option in options:
        if get_origin(option) is Literal:
            words += [repr(word) for word in get_args(option)]
        elif get_origin(option) in (tuple, frozenset):
            words.append("a list" if _length(option) is None else f"a list of {_length(option)}")
        elif option in (None, type(None)):
            words.append("null")
        else:
            words.append(getattr(option, "__name__", str(option)))
    return " or ".join(words)


def _shown(data: Plain) -> str:
    text = repr(data)
    return text if len(text) <= 60 else f"{text[:57]}..."


# ------------------------------------------------------------------ scenarios

KEYS = ("flows", "mitigations", "attacker", "bounds", "cast", "without_guards", "time_passes", "faults_happen")


def encode_scenario(scenario: Scenario) -> dict[str, Plain]:
    """A scenario as plain data. Raises InputError if a part of it is a user's own and has no name."""
    return {
        "flows": [spec_of(FLOW, flow) for flow in scenario.flows],
        "mitigations": [spec_of(MITIGATION, mitigation) for mitigation in scenario.mitigations],
        "attacker": _encode_attacker(scenario.attacker),
        "bounds": encode(scenario.bounds, whole=True),
        "cast": encode(scenario.cast, whole=True),
        "without_guards": sorted(scenario.without_guards),
        "time_passes": scenario.time_passes,
        "faults_happen": scenario.faults_happen,
    }


def decode_scenario(data: Plain, place: str) -> Scenario:
    """The scenario that plain data stands for. Raises InputError."""
    if not isinstance(data, dict):
        raise InputError(f"{place}: {_shown(data)} is not an object")
    for key in data:
        if key not in KEYS:
            raise not_allowed(place, key, "a key of a scenario", KEYS)
    for key in KEYS:
        if key not in data:
            raise InputError(f"{place}: the key {key!r} is missing")
    listed: dict[str, tuple[str, ...]] = {
        key: decode(data[key], tuple[str, ...], f"{place}.{key}") for key in ("flows", "mitigations", "without_guards")
    }
    try:
        return Scenario(
            names.look_up_all(FLOW, listed["flows"], f"{place}.flows"),
            Policy(names.look_up_all(MITIGATION, listed["mitigations"], f"{place}.mitigations")),
            _decode_attacker(data["attacker"], f"{place}.attacker"),
            decode(data["bounds"], Bounds, f"{place}.bounds"),
            decode(data["cast"], Cast, f"{place}.cast"),
            frozenset(listed["without_guards"]),
            decode(data["time_passes"], bool, f"{place}.time_passes"),
            decode(data["faults_happen"], bool, f"{place}.faults_happen"),
        )
    except ModelError as failure:
        raise InputError(f"{place}: {failure}") from None


def _encode_attacker(attacker: Attacker) -> Plain:
    parts = attacker.slug.split("+")
    known = ATTACKER.names()
    if all(part in known for part in parts) and names.attacker(parts, "attacker") == attacker:
        slug: str = attacker.slug
        return slug
    return encode(attacker)


def _decode_attacker(data: Plain, place: str) -> Attacker:
    if isinstance(data, str):
        return names.attacker([data], place)
    found: Attacker = decode(data, Attacker, place)
    return found
