"""Where secrets stand in HTTP: by the names of parameters, of header fields, of JSON members and of form fields.

It tells what is a secret by its place alone. What else a value is, and what is written in its stead, is `masking`.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

_KINDS = {
    "code": "code",
    "code_verifier": "code-verifier",
    "access_token": "access-token",
    "refresh_token": "refresh-token",
    "id_token": "id-token",
    "id_token_hint": "id-token",
    "client_secret": "client-secret",
    "client_assertion": "client-assertion",
    "assertion": "assertion",
    "device_code": "device-code",
    "user_code": "user-code",
    "dpop": "proof",
}
_ENDINGS = (("password", "password"), ("passwd", "password"), ("secret", "secret"), ("token", "token"))

_PARAMETER = re.compile(r"(?<![\w.-])([A-Za-z_][\w.\-]*)=([^&\s\"'<>#]+)")
_MEMBER = re.compile(r"\"([^\"\\]{1,80})\"\s*:\s*\"((?:[^\"\\]|\\.)+)\"")
_TAG = re.compile(r"<(?:input|meta)\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(name|value|content)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+(_[a-z]+)*|[A-Z]+(_[A-Z]+)*")
_COOKIE = re.compile(r"([^=;\s]+)=([^;]*)")


@dataclass(frozen=True)
class Place:
    """A secret in a text, from `start` to `end`; `value` is what it is when nothing is escaped."""

    start: int
    end: int
    kind: str
    value: str


def kind_of(name: str, value: str = "") -> str | None:
    """What kind of secret a parameter, member or field of that name is; None if it is none."""
    plain = name.lower()
    if plain in _KINDS:
        return _KINDS[plain]
    if plain == "request_uri":  # of a pushed request (RFC 9126 section 2.2); any other is a plain address
        return "request-uri" if value.lower().startswith("urn:") else None
    if "csrf" in plain or "xsrf" in plain:
        return "form-token"
    return next((kind for ending, kind in _ENDINGS if plain.endswith(ending)), None)


def in_text(text: str) -> Iterator[Place]:
    """The secrets in a URL, a body or a sentence."""
    for found in _PARAMETER.finditer(text):
        value = unquote_plus(found[2])
        kind = kind_of(found[1], value)
        if kind:
            yield Place(found.start(2), found.end(2), kind, value)
    for found in _MEMBER.finditer(text):
        value = _unescaped(found[2])
        kind = kind_of(found[1], value)
        # `code` is a member of many error messages, too.
        if kind and not (kind == "code" and _WORD.fullmatch(value)):
            yield Place(found.start(2), found.end(2), kind, value)
    for tag in _TAG.finditer(text):
        yield from _in_tag(tag)


def in_header(name: str, value: str) -> Iterator[Place]:
    """The secrets in a header field. What is in none of the usual places is left to `in_text`."""
    plain = name.lower()
    if plain == "cookie":
        yield from _cookies(_COOKIE.finditer(value))
    elif plain == "set-cookie":
        yield from _cookies(found for found in [_COOKIE.match(value)] if found)
    elif plain in ("authorization", "proxy-authorization"):
        scheme, _, rest = value.partition(" ")
        rest = rest.strip()
        if rest:
            start = value.index(rest, len(scheme))
            kind = "access-token" if scheme.lower() in ("bearer", "dpop") else "credentials"
            yield Place(start, start + len(rest), kind, rest)
    elif kind_of(name):
        yield Place(0, len(value), kind_of(name) or "", value)


def password_of_basic(value: str) -> str | None:
    """The secret in an Authorization header of the Basic scheme (RFC 6749 section 2.3.1); None in any other."""
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return unquote_plus(pair.partition(":")[2]) or None


def _cookies(found: Iterator[re.Match[str]]) -> Iterator[Place]:
    return (Place(each.start(2), each.end(2), "cookie", each[2]) for each in found if each[2].strip('"'))


def _in_tag(tag: re.Match[str]) -> Iterator[Place]:
    name, value = "", None
    for found in _ATTRIBUTE.finditer(tag[0]):
        group = next((number for number in (2, 3, 4) if found[number] is not None), 2)
        if found[1].lower() == "name":
            name = html.unescape(found[group])
        elif found[group]:
            start, end = found.span(group)
            value = (tag.start() + start, tag.start() + end, html.unescape(found[group]))
    if value is not None:
        kind = kind_of(name, value[2])
        if kind:
            yield Place(value[0], value[1], kind, value[2])


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
