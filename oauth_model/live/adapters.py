"""Adapters by name: the demo server, a module of one's own, or a file that describes a running server."""

from __future__ import annotations

import inspect
from pathlib import Path

from oauth_model.live.adapter import Adapter
from oauth_model.live.manners import Manners
from oauth_model.names import InputError, imported, not_allowed

DEMO = "demo"


def adapter(
    name: str,
    manners: Manners,
    *,
    off: tuple[str, ...] = (),
    on: tuple[str, ...] = (),
    sabotage: str | None = None,
    place: str = "TARGET",
) -> Adapter:
    """The adapter that a name stands for: "demo", module:NAME, or the path of a TOML file. Raises InputError.

    `off` and `on` are switches of the demo server, `sabotage` what its token endpoint does wrong: no other has any.
    """
    if name == DEMO:
        from oauth_model.live.demo.adapter import DemoAdapter

        return DemoAdapter(off, sabotage, on=on)
    if off or on or sabotage:
        raise InputError(f"{place}: only the demo server has switches; --off, --on and --sabotage are for it")
    if name.endswith(".toml"):
        from oauth_model.live.running import RunningServer

        return RunningServer(Path(name), manners)
    if ":" in name:
        return _own(name, place)
    raise not_allowed(place, name, "a server known here", [DEMO], ", module:NAME of your own, or a file NAME.toml")


def _own(name: str, place: str) -> Adapter:
    module_name, _, attribute = name.partition(":")
    module = imported(module_name, name, place)
    found = getattr(module, attribute, None)
    if inspect.isclass(found) and issubclass(found, Adapter):
        found = found()
    if isinstance(found, Adapter):
        return found
    offers = [key for key, value in vars(module).items() if inspect.isclass(value) and issubclass(value, Adapter)]
    raise not_allowed(place, name, "an adapter", [key for key in offers if key != "Adapter"])
