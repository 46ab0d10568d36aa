"""From an authorization server's metadata document (RFC 8414) to a starting deployment.

What the document says is taken, with the defaults that the RFC gives for what is left out. It says what a
server supports, seldom what it insists on, and nothing of clients: the mitigations of which it cannot speak
are assumed off, and listed by name, so that whoever knows better can switch them on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from oauth_model.deployment.deployment import DEFAULT_BOUNDS
from oauth_model.mitigations import MITIGATIONS
from oauth_model.names import InputError

RESPONSE_TYPES = "response_types_supported"
GRANT_TYPES = "grant_types_supported"
METHODS = "code_challenge_methods_supported"
AUTHENTICATION = "token_endpoint_auth_methods_supported"
ISS = "authorization_response_iss_parameter_supported"
SCOPES = "scopes_supported"

DEFAULTS: Mapping[str, Any] = {
    GRANT_TYPES: ["authorization_code", "implicit"],
    METHODS: [],
    AUTHENTICATION: ["client_secret_basic"],
    ISS: False,
}
"""What the RFCs say a parameter is when it is left out (RFC 8414; for the last RFC 9207 section 3)."""

READ = ("issuer", RESPONSE_TYPES, *DEFAULTS, SCOPES)


@dataclass
class Starting:
    """A starting deployment: its keys and values, and where they come from.

    `taken` are sentences about what the document says; `assumed` the mitigations it cannot speak of; `ignored`
    the parameters that mean nothing to the model.
    """

    data: dict[str, Any]
    taken: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def starting_deployment(document: Mapping[str, Any], source: str) -> Starting:
    """The starting deployment that a metadata document gives. Raises InputError."""
    issuer, host = _issuer(document, source)
    found = Starting({"title": f"what {issuer} says of itself"})
    found.taken.append(f"issuer: {issuer}")
    found.ignored += [key for key in document if key not in READ]
    on: dict[str, bool] = {}
    _flows(document, source, found, on)
    _clients(document, source, found, on)
    _pkce(document, source, found, on)
    _iss(document, source, found, on)
    if SCOPES in document:
        _strings(document, SCOPES, source)
        found.notes.append(f"{SCOPES} is not used: the model's resource servers know the operations read and write")
    found.assumed += [mitigation.slug for mitigation in MITIGATIONS if mitigation.slug not in on]
    found.data["redirect_uri_matching"] = "unregistered"
    found.data["attacker"] = ["web"]
    found.data["mitigations"] = {**on, **dict.fromkeys(found.assumed, False)}
    found.data["cast"] = {"authorization_servers": [host]}
    found.data["bounds"] = {"forgeries": DEFAULT_BOUNDS.forgeries}
    return found


# ------------------------------------------------------------------ the parameters


def _issuer(document: Mapping[str, Any], source: str) -> tuple[str, str]:
    issuer = document.get("issuer")
    place = f"{source}: issuer"
    if issuer is None:
        raise InputError(f"{place}: missing; every authorization server metadata document has it (RFC 8414)")
    if not isinstance(issuer, str):
        raise InputError(f"{place}: {issuer!r} is not a string")
    try:
        parts = urlsplit(issuer)
        host = (parts.hostname or "").rstrip(".")
    except ValueError as failure:
        raise InputError(f"{place}: {issuer!r} is not a URL: {failure}") from None
    if parts.scheme != "https" or not host or parts.query or parts.fragment:
        raise InputError(f"{place}: {issuer!r} is not an https URL without query and fragment (RFC 8414)")
    return issuer, host


def _flows(document: Mapping[str, Any], source: str, found: Starting, on: dict[str, bool]) -> None:
    if RESPONSE_TYPES not in document:
        raise InputError(f"{source}: {RESPONSE_TYPES}: missing; the document has to have it (RFC 8414)")
    types = _strings(document, RESPONSE_TYPES, source)
    grants = _strings(document, GRANT_TYPES, source)
    code = "code" in types and "authorization_code" in grants
    token = [name for name in types if "token" in name.split()]
    flows = ["authorization-code"] * code + ["implicit"] * bool(token)
    if not flows:
        raise InputError(
            f"{source}: {RESPONSE_TYPES}: {types!r} has neither 'code' nor 'token' with a grant type to match in "
            f"{GRANT_TYPES} ({', '.join(grants) or 'none'}): none of the flows of this model"
        )
    found.data["flows"] = flows
    found.taken.append(f"{RESPONSE_TYPES}: {', '.join(types)}: the flows {' and '.join(flows)}")
    if token and "implicit" not in grants:
        found.notes.append(f"{GRANT_TYPES} has no 'implicit', but {RESPONSE_TYPES} has {token[0]!r}: the flow is kept")
    on["no-implicit"] = not token


def _clients(document: Mapping[str, Any], source: str, found: Starting, on: dict[str, bool]) -> None:
    methods = _strings(document, AUTHENTICATION, source)
    public = "none" in methods
    found.data["client_type"] = "public" if public else "confidential"
    on["client-authentication"] = not public
    what = "clients may be public, so this one is" if public else "clients authenticate"
    found.taken.append(f"{_said(document, AUTHENTICATION, methods)}: {what}")


def _pkce(document: Mapping[str, Any], source: str, found: Starting, on: dict[str, bool]) -> None:
    methods = _strings(document, METHODS, source)
    on["pkce-s256"] = "S256" in methods
    on["pkce-plain"] = "plain" in methods
    on["plain-refused"] = bool(methods) and "plain" not in methods
    if not methods:
        on["pkce-required"] = on["pkce-no-downgrade"] = False
        found.taken.append(f"{METHODS}: left out: the server does not support PKCE")
        return
    worse = "; clients are taken to use the weaker, plain" if len(methods) > 1 and "plain" in methods else ""
    found.taken.append(f"{METHODS}: {', '.join(methods)}: verified where there is a challenge{worse}")
    found.notes.append(f"{METHODS} says what the server verifies; that clients use it is taken for granted")


def _iss(document: Mapping[str, Any], source: str, found: Starting, on: dict[str, bool]) -> None:
    value = document.get(ISS, DEFAULTS[ISS])
    if not isinstance(value, bool):
        raise InputError(f"{source}: {ISS}: {value!r} is neither true nor false")
    on["iss"] = value
    found.taken.append(f"{ISS}: {str(value).lower()}{'' if ISS in document else ' (left out)'}")
    if value:
        found.notes.append(f"{ISS} says what the server sends; that the client compares it is taken for granted")


def _strings(document: Mapping[str, Any], key: str, source: str) -> list[str]:
    value = document.get(key, DEFAULTS.get(key))
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{source}: {key}: {value!r} is not an array of strings")
    return value


def _said(document: Mapping[str, Any], key: str, values: list[str]) -> str:
    return f"{key}: {', '.join(values) or 'none'}{'' if key in document else ' (the default, left out)'}"
