"""Parcels: a function and what it is called with, on the way to another process, and the answer on the way back.

Most records of the model (flows, mitigations, goals, guards that know their error) are compared by identity, so
a copy of one would be another one. What a module binds to a name therefore travels as that name, and is the
receiver's own; everything else, such as what a script made in its `__main__`, travels by value. An answer should
not hold such things: what comes back of them is a copy. This module starts no processes.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from typing import Any

import cloudpickle

from oauth_model import names
from oauth_model.errors import ModelError
from oauth_model.names import InputError

PACKAGE = "oauth_model"
NOT_ELSEWHERE = ("__main__", "__mp_main__")

Places = tuple[str, ...]
"""Where Python looks for modules, as absolute paths."""


# ------------------------------------------------------------------ packing


class Packer:
    """Packs values, by the names that modules bind records to at the moment when it is made."""

    def __init__(self) -> None:
        self._named: dict[int, tuple[str, str]] = {}
        kinds: dict[type[Any], bool] = {}
        for module_name in sorted(set(sys.modules) - set(NOT_ELSEWHERE), key=lambda name: (not _ours(name), name)):
            variables = getattr(sys.modules[module_name], "__dict__", None) or {}
            for name, value in sorted((name, value) for name, value in list(variables.items()) if name.isidentifier()):
                kind = type(value)
                if kind not in kinds:
                    kinds[kind] = _is_record(kind)
                if kinds[kind]:
                    self._named.setdefault(id(value), (module_name, name))
        self.places: Places = tuple(dict.fromkeys(os.path.abspath(place) for place in sys.path))

    def pack(self, value: Any, what: str) -> bytes:
        """A value as bytes. Raises InputError, naming `what` it is, for one that cannot travel."""
        buffer = io.BytesIO()
        try:
            _Pickler(buffer, self._named).dump(value)
        except Exception as failure:  # whatever a user's own object does when it is asked to travel
            why = f"{type(failure).__name__}: {failure}".splitlines()[0]
            raise InputError(
                f"{what}: cannot be handed to another process: {why}. Define what it uses at the top level of a "
                "module, or run in this process alone (jobs=1)"
            ) from None
        return buffer.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, buffer: io.BytesIO, named: dict[int, tuple[str, str]]) -> None:
        super().__init__(buffer)
        self._named = named

    def reducer_override(self, value: Any) -> Any:
        """A record with a name travels as its name."""
        name = self._named.get(id(value))
        return (_by_name, name) if name is not None else super().reducer_override(value)


def _is_record(kind: type[Any]) -> bool:
    """Whether a class is one of the package's own, or made from one; a metaclass is not."""
    return not issubclass(kind, type) and any(_ours(str(base.__module__)) for base in kind.__mro__)


def _ours(module_name: str) -> bool:
    return module_name.partition(".")[0] == PACKAGE


def _by_name(module_name: str, name: str) -> Any:
    """What a name stands for where a parcel is opened. Raises InputError."""
    if _ours(module_name):
        return getattr(importlib.import_module(module_name), name)
    spec = f"{module_name}:{name}"
    module = names.imported(module_name, spec, "in another process")
    if not hasattr(module, name):
        raise InputError(f"in another process: module {module_name!r} has no {name!r}; is it the same there as here?")
    return getattr(module, name)


# ------------------------------------------------------------------ in the other process


def work(places: Places, parcel: bytes) -> bytes:
    """Open a parcel, call the function in it, and pack its answer, or the exception that it ended with."""
    sys.path += [place for place in places if place not in sys.path]
    try:
        function, task = pickle.loads(parcel)
        answer = called(function, task)
        return Packer().pack((True, answer), "the answer of a search")
    except Exception as failure:
        return _packed_failure(failure)


def opened(answer: bytes) -> Any:
    """What `work` packed: the answer; or raises the exception in it."""
    well, found = pickle.loads(answer)
    if well:
        return found
    raise found


def called(function: Callable[[Any], Any], task: Any) -> Any:
    """Call a function; a failure that a user's module may be the cause of becomes an InputError that says where."""
    try:
        return function(task)
    except (InputError, ModelError):
        raise
    except Exception as failure:
        fault = names.fault_of_own_module(failure)
        if fault is None:
            raise
        raise fault from None


def _packed_failure(failure: Exception) -> bytes:
    if not isinstance(failure, (InputError, ModelError)):
        failure.add_note("".join(traceback.format_exception(failure)))  # the traceback itself stays behind
    try:
        packed = Packer().pack((False, failure), "an exception")
        pickle.loads(packed)
        return packed
    except Exception:  # an exception class of somebody's own that does not survive the way
        text = f"{type(failure).__name__}: {failure}"
        return pickle.dumps((False, RuntimeError(text)))
