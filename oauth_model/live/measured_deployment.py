"""What was measured, as a deployment: every mitigation on or off, and the text of a file for `oauth-model check`.

What the server does is as measured; what is unknown is taken to be off, and marked. What clients do was not measured:
they are careful, unless it is said that they are not. Some things take both: a server that verifies challenges is of
no use to clients that send none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from oauth_model.mitigations import MITIGATIONS, Mitigation

if TYPE_CHECKING:
    from oauth_model.live.discovery import Discovery

Kind = Literal["enforced", "not enforced", "unknown", "client"]

TAKES_BOTH = ("iss", "pkce-s256")
"""What the server does, and of which clients have to make use."""

PLAIN, CLAIMED, PUSHED = "pkce-plain", "claimed-redirect-uri", "pushed-requests"

HEADINGS: dict[Kind, str] = {
    "enforced": "Enforced by the server, as measured.",
    "not enforced": "Not enforced by the server, as measured.",
    "unknown": "Could not be measured, and so taken to be off.",
    "client": "What clients do, which no server shows",
}


@dataclass(frozen=True)
class Switch:
    """A mitigation in the deployment, on or off, and why."""

    mitigation: Mitigation
    on: bool
    kind: Kind
    why: str


def switches(found: Discovery, careful: bool = True) -> tuple[Switch, ...]:
    """Every mitigation, on or off: the server's as measured, the clients' as for careful clients or careless ones."""
    measured = {measurement.mitigation: measurement for measurement in found.measurements}
    made: list[Switch] = []
    for mitigation in MITIGATIONS:
        slug = mitigation.slug
        if slug not in measured:
            made.append(_of_client(mitigation, found, careful))
            continue
        state, why = measured[slug].state, measured[slug].because
        on = state == "on"
        if on and slug in TAKES_BOTH and not careful and not _is_forced(slug, found):
            on, why = False, f"{why}; but clients make no use of it"
        if on and slug == PUSHED and found.state("client-authentication") != "on":
            on, why = False, f"{why}; but in the model pushed requests are authenticated, and here clients need not be"
        kind: Kind = "unknown" if state == "unknown" else "enforced" if state == "on" else "not enforced"
        made.append(Switch(mitigation, on, kind, why))
    return tuple(made)


def _is_forced(slug: str, found: Discovery) -> bool:
    """Whether clients have to do it, careful or not."""
    return slug == "pkce-s256" and found.state("pkce-required") == "on"


def _of_client(mitigation: Mitigation, found: Discovery, careful: bool) -> Switch:
    slug, on, why = mitigation.slug, careful and not mitigation.extension, mitigation.title
    if slug == PLAIN:
        weak = found.dialect.plain is True and found.dialect.pkce != "none"
        on = weak and not careful and found.state("pkce-s256") == "on"
    elif slug == CLAIMED and found.facts.native:
        on = False
    elif mitigation.extension:
        why = f"{why} (an extension)"
    return Switch(mitigation, on, "client", why)


# ------------------------------------------------------------------ as a file


def deployment(found: Discovery, title: str, careful: bool = True) -> str:
    """The text of a deployment file for what was measured at the server of this title."""
    return "\n".join(_lines(found, title, careful)) + "\n"


def _lines(found: Discovery, title: str, careful: bool) -> Iterator[str]:
    made = switches(found, careful)
    yield f"# What was measured of a server with the client {_plain(found.client_id)!r}, as a deployment."
    unknown = [switch.mitigation.slug for switch in made if switch.kind == "unknown"]
    if unknown:
        yield f"# {len(unknown)} mitigations could not be measured; whoever knows better can switch them on below."
    if found.cut:
        yield f"# The measurement was cut short: {_plain(found.cut)}"
    yield ""
    yield f"title = {_value(_plain(title))}"
    for key, value in _keys(found, made).items():
        yield f"{key} = {_value(value)}"
    facts = _facts(found)
    if facts:
        yield ""
        yield "[facts]"
        yield from (f"{key} = {_value(value)}" for key, value in facts.items())
    yield ""
    yield "[mitigations]"
    for kind, heading in HEADINGS.items():
        rest = f"; these are taken to be {'careful' if careful else 'careless'}." if kind == "client" else ""
        of_kind = [switch for switch in made if switch.kind == kind]
        if of_kind:
            yield f"# {heading}{rest}"
            yield from (_line(switch) for switch in of_kind)


def _line(switch: Switch) -> str:
    return f"{switch.mitigation.slug:{_WIDTH}} = {_value(switch.on):5}  # {_plain(switch.why)}"


_WIDTH = max(len(mitigation.slug) for mitigation in MITIGATIONS)


def _keys(found: Discovery, made: tuple[Switch, ...]) -> dict[str, Any]:
    authenticates = any(switch.mitigation.slug == "client-authentication" and switch.on for switch in made)
    with_token = any("token" in kind.split() for kind in found.facts.response_types)
    keys: dict[str, Any] = {
        "client_type": "confidential" if authenticates else "public",
        "flows": ["authorization-code", *(["implicit"] if with_token else [])],
        "attacker": ["web"],
    }
    if found.facts.matching is not None:
        keys["redirect_uri_matching"] = found.facts.matching
    if found.state("scope-subset") == "off":
        keys["scope"] = "read write"
    return keys


def _facts(found: Discovery) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if found.facts.native:
        facts["native"] = found.facts.native
    if found.facts.response_modes:
        facts["response_modes_supported"] = list(found.facts.response_modes)
    if found.state("framing-refused") == "off":
        facts["pages_in_frames"] = True
    if found.state("registration-policy") == "off":
        facts["open_registration"] = True
    return facts


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> str:
    """A text on one line, without what TOML allows neither in comments nor in strings."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
