"""Redirection URIs as text: read into the model's URIs, and compared by the model's own rules.

So the demo server takes for a client's what the model's server takes for it, exactly compared or not.
"""

from __future__ import annotations

import re

from oauth_model.live.demo.switches import Switches
from oauth_model.terms import Uri
from oauth_model.uris import is_canonical

_URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
    r"(?://(?:(?P<userinfo>[^/?@]*)@)?(?P<host>\[[^]/?@]*\]|[^/?@:\[\]]*)(?::(?P<port>[0-9]{1,5}))?)?"
    r"(?P<path>[^?]*)(?:\?(?P<query>.*))?"
)
_VISIBLE = re.compile(r"[\x21-\x7e]+")


def parsed(text: str) -> Uri | None:
    """The URI that a text is; None for one that is no absolute URI, or that has a fragment (RFC 6749 section 3.1.2)."""
    found = _URI.fullmatch(text)
    if found is None or "#" in text or not _VISIBLE.fullmatch(text):
        return None
    port = int(found["port"]) if found["port"] else None
    query = tuple(_pair(part) for part in (found["query"] or "").split("&") if part)
    return Uri(found["host"] or "", found["path"], found["scheme"], found["userinfo"], port, query)


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name, value


def is_taken_for(registered: tuple[str, ...], text: str, switches: Switches) -> bool:
    """Whether a redirection URI is taken for one of those that a client has registered."""
    uri = parsed(text)
    if uri is None or (switches.enforces("canonical-uris") and not is_canonical(uri)):
        return False
    if text in registered:
        return True
    if switches.enforces("exact-redirect-uri"):
        return False
    known = [found for found in map(parsed, registered) if found is not None]
    return any(switches.matching_rule.matches(uri, each) for each in known)
