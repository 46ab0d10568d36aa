"""What a server's metadata (RFC 8414), or its adapter, says, and what was measured otherwise.

Only what was measured can differ: of what is unknown nothing is said. A parameter that is left out means what its RFC
says it then means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from oauth_model.deployment.metadata import AUTHENTICATION, DEFAULTS, GRANT_TYPES, ISS, METHODS, RESPONSE_TYPES
from oauth_model.live.adapter import Dialect, Target
from oauth_model.live.experiments.bench import Facts
from oauth_model.live.findings import Difference, Measurement

RESPONSE_MODES = "response_modes_supported"
PUSHED = "require_pushed_authorization_requests"
ENDPOINTS = {
    "issuer": "issuer",
    "authorization_endpoint": "authorization",
    "token_endpoint": "token",
    "pushed_authorization_request_endpoint": "pushed",
}
"""Parameters of metadata, and what they are in `Endpoints`."""


def differences(
    metadata: Mapping[str, Any] | None,
    target: Target,
    dialect: Dialect,
    facts: Facts,
    measurements: Iterable[Measurement],
) -> tuple[Difference, ...]:
    """What differs between the metadata, the adapter's `target` with its dialect, and what was measured."""
    state = {measurement.mitigation: measurement.state for measurement in measurements}
    found = list(_dialect(target.dialect, dialect))
    if metadata is not None:
        found += _endpoints(metadata, target)
        found += _methods(metadata, dialect, state)
        found += _responses(metadata, facts, state)
        found += _clients(metadata, target, state)
    return tuple(found)


def _dialect(said: Dialect, measured: Dialect) -> Iterator[Difference]:
    for name in (field.name for field in fields(Dialect) if field.name != "errors"):
        expected, found = getattr(said, name), getattr(measured, name)
        if expected is not None and found is not None and expected != found:
            yield Difference(f"adapter: {name}", _word(expected), _word(found))


def _endpoints(metadata: Mapping[str, Any], target: Target) -> Iterator[Difference]:
    for parameter, name in ENDPOINTS.items():
        said, used = metadata.get(parameter), getattr(target.endpoints, name)
        if said is not None and used is not None and said != used:
            yield Difference(parameter, _word(said), f"{used} is what was probed")


def _methods(metadata: Mapping[str, Any], dialect: Dialect, state: Mapping[str, str]) -> Iterator[Difference]:
    said = _strings(metadata, METHODS)
    if state.get("pkce-s256") == "on" and "S256" not in said:
        yield Difference(METHODS, _words(said), "challenges of the method S256 are verified")
    if state.get("pkce-s256") == "off" and "S256" in said:
        yield Difference(METHODS, _words(said), "challenges of the method S256 are not verified")
    verified = dialect.pkce != "none"
    if dialect.plain is True and verified and "plain" not in said:
        yield Difference(METHODS, _words(said), "challenges of the method plain are taken")
    if dialect.plain is False and "plain" in said:
        yield Difference(METHODS, _words(said), "challenges of the method plain are refused")


def _responses(metadata: Mapping[str, Any], facts: Facts, state: Mapping[str, str]) -> Iterator[Difference]:
    types = _strings(metadata, RESPONSE_TYPES)
    with_token = [kind for kind in types if "token" in kind.split()]
    if with_token and state.get("no-implicit") == "on":
        yield Difference(RESPONSE_TYPES, _words(types), f"{with_token[0]!r} is refused")
    extra = [kind for kind in facts.response_types if kind not in types]
    if extra:
        yield Difference(RESPONSE_TYPES, _words(types), f"{_words(extra)} is answered")
    grants = _strings(metadata, GRANT_TYPES)
    if facts.refresh_tokens and GRANT_TYPES in metadata and "refresh_token" not in grants:
        yield Difference(GRANT_TYPES, _words(grants), "there are refresh tokens")
    modes = _strings(metadata, RESPONSE_MODES) or ["query", "fragment"]
    unsaid = [mode for mode in facts.response_modes if mode not in modes]
    if unsaid:
        yield Difference(RESPONSE_MODES, _words(modes), f"{_words(unsaid)} is used if the request says so")
    said = bool(metadata.get(ISS, DEFAULTS[ISS]))
    if state.get("iss") in ("on", "off") and said != (state["iss"] == "on"):
        yield Difference(ISS, _word(said), f"responses with a code {'have iss' if not said else 'lack a right iss'}")


def _clients(metadata: Mapping[str, Any], target: Target, state: Mapping[str, str]) -> Iterator[Difference]:
    said = _strings(metadata, AUTHENTICATION)
    if state.get("client-authentication") == "off" and "none" not in said:
        yield Difference(AUTHENTICATION, _words(said), "a confidential client need not authenticate")
    used = dict.fromkeys(client.authentication if client.secret else "none" for client in target.clients.values())
    if AUTHENTICATION in metadata:
        for method in used:
            if method not in said:
                yield Difference(AUTHENTICATION, _words(said), f"a client is registered that authenticates by {method}")
    required = bool(metadata.get(PUSHED, False))
    if required and state.get("pushed-requests") == "off":
        yield Difference(PUSHED, "true", "requests that are not pushed are taken, or those of anybody")
    if not required and state.get("pushed-requests") == "on":
        yield Difference(PUSHED, "false", "requests that are not pushed are refused")


def _strings(metadata: Mapping[str, Any], key: str) -> list[str]:
    value = metadata.get(key, DEFAULTS.get(key, []))
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _words(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"


def _word(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
