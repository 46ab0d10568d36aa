"""A server that is already running, described by a TOML file.

    title = "staging"

    [endpoints]
    metadata = "https://as.example/.well-known/oauth-authorization-server"   # or each endpoint by itself
    resource = "https://as.example/userinfo"

    [clients.confidential]
    client_id = "web"
    secret = "..."
    redirect_uris = ["https://www.client.example/cb"]

    [accounts.alice]
    username = "alice"
    password = "..."

    [pages]
    username = "login"
    allow = ["action", "approve"]

Endpoints that the file names win over what the metadata says (RFC 8414 section 2). Unknown keys are errors, for a
misspelt one would be a setting that is silently not there. Time cannot be made to pass for such a server, so how long
its codes and tokens live need not be said.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from oauth_model.live.adapter import (
    ATTACKERS,
    CONFIDENTIAL,
    PUBLIC,
    VICTIM,
    Account,
    Adapter,
    Authentication,
    Dialect,
    Endpoints,
    Pages,
    Registration,
    Target,
)
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.manners import LiveError, Manners
from oauth_model.live.transport import Transport
from oauth_model.names import InputError, not_allowed

METADATA = {
    "authorization": "authorization_endpoint",
    "token": "token_endpoint",
    "introspection": "introspection_endpoint",
    "revocation": "revocation_endpoint",
    "pushed": "pushed_authorization_request_endpoint",
    "issuer": "issuer",
    "resource": "userinfo_endpoint",
}
"""Endpoints by their parameters in metadata (RFC 8414 section 2, RFC 9126 section 5, OpenID Connect Discovery 1.0)."""

TABLES = ("endpoints", "clients", "accounts", "pages", "dialect")
SETTINGS = ("title", "scopes", "operations", "home")
LISTS = ("scopes", "home")
OPERATIONS = ("read", "write")
PKCE = ("required", "optional", "none")
METHOD, SCOPE = re.compile("[A-Z][A-Z-]*"), re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
"""An HTTP method, and a scope value (RFC 6749 section 3.3)."""


class RunningServer(Adapter):
    """A server that somebody else starts and stops, as a file describes it. Raises InputError for a bad file."""

    def __init__(self, path: Path, manners: Manners) -> None:
        self._place, self._manners = str(path), manners
        data = _read(path)
        _only(data, (*TABLES, *SETTINGS), self._place)
        self._data = data
        self.slug = path.stem  # type: ignore[misc]
        self.title = self._text(data.get("title", path.stem), "title")  # type: ignore[misc]
        self._clients = self._each("clients", (CONFIDENTIAL, PUBLIC, ATTACKERS), self._client)
        self._accounts = self._each("accounts", None, self._account)
        if not self._clients:
            raise InputError(f"{self._place}: clients: there is none; describe one under [clients.confidential]")
        if VICTIM not in self._accounts:
            raise InputError(f"{self._place}: accounts: there is no [accounts.{VICTIM}]; a probe logs in as that user")
        self._pages = self._record(Pages, "pages")
        self._dialect = self._record(Dialect, "dialect")
        self._more = self._settings()

    # -------------------------------------------------------------- what a probe asks

    @property
    def place(self) -> str:
        """The file."""
        return self._place

    def start(self) -> Target:
        """Read the metadata, if there is any, and see that the server answers. Raises LiveError."""
        named = self._table(self._data, "endpoints", self._place)
        _only(named, tuple(field.name for field in fields(Endpoints)), f"{self._place}: endpoints")
        urls = {name: self._text(value, f"endpoints.{name}") for name, value in named.items()}
        if "metadata" in urls:
            urls = {**self._from_metadata(urls["metadata"]), **urls}
        for name in ("authorization", "token"):
            if name not in urls:
                raise InputError(f"{self._place}: endpoints.{name}: missing; name it, or the server's metadata")
        target = Target(Endpoints(**urls), self._clients, self._accounts, self._pages, self._dialect, **self._more)
        with Transport(self._manners.with_host_of(*target.origins())) as transport:
            transport.send(HttpRequest("GET", target.endpoints.authorization), "probe", "is the server up?")
        return target

    def _from_metadata(self, url: str) -> dict[str, str]:
        with Transport(self._manners.with_host_of(url)) as transport:
            answer = transport.send(HttpRequest("GET", url), "probe", "metadata request")
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            document = None
        if answer.status != 200 or not isinstance(document, dict):
            raise LiveError(f"GET {url}: no metadata document came, but status {answer.status}; is the URL right?")
        return {name: document[key] for name, key in METADATA.items() if isinstance(document.get(key), str)}

    # -------------------------------------------------------------- reading the file

    def _client(self, data: Mapping[str, Any], place: str) -> Registration:
        _only(data, tuple(field.name for field in fields(Registration)), f"{self._place}: {place}")
        secret = data.get("secret")
        way = data.get("authentication", "client_secret_basic" if secret is not None else "none")
        if way not in get_args(Authentication):
            raise not_allowed(f"{self._place}: {place}.authentication", way, "known here", get_args(Authentication))
        uris = self._strings(data.get("redirect_uris"), f"{place}.redirect_uris")
        if not uris:
            raise InputError(f"{self._place}: {place}.redirect_uris: there is none; a client has at least one")
        name = self._text(data.get("client_id"), f"{place}.client_id")
        if way != "none" and secret is None:
            raise InputError(
                f'{self._place}: {place}.secret: missing, and {place}.authentication is {way!r}; name it, or say "none"'
            )
        return Registration(name, uris, None if secret is None else self._text(secret, f"{place}.secret"), way)

    def _account(self, data: Mapping[str, Any], place: str) -> Account:
        _only(data, ("username", "password"), f"{self._place}: {place}")
        texts = [self._text(data.get(name), f"{place}.{name}") for name in ("username", "password")]
        return Account(*texts)

    def _settings(self) -> dict[str, Any]:
        """What the file says of scopes, operations and more URLs; what it does not say has its default."""
        more: dict[str, Any] = {name: self._strings(self._data[name], name) for name in LISTS if name in self._data}
        scopes = more.get("scopes")
        if scopes is not None and (len(scopes) != 2 or len(set(scopes)) != 2):
            raise InputError(
                f"{self._place}: scopes: {list(scopes)}: are not two different ones; "
                'name two that the server knows, the narrower first, as in ["read", "write"]'
            )
        for scope in scopes or ():
            if not SCOPE.fullmatch(scope):
                raise InputError(f"{self._place}: scopes: {scope!r} is no scope value; one has no blanks in it")
        if "operations" in self._data:
            operations = self._table(self._data, "operations", self._place)
            _only(operations, OPERATIONS, f"{self._place}: operations")
            more["operations"] = {key: self._method(value, f"operations.{key}") for key, value in operations.items()}
        return more

    def _method(self, value: Any, name: str) -> str:
        method = self._text(value, name)
        if not METHOD.fullmatch(method):
            raise InputError(f"{self._place}: {name}: {method!r} is no HTTP method, such as GET or POST")
        return method

    def _each(self, table: str, allowed: tuple[str, ...] | None, read: Any) -> dict[str, Any]:
        rows = self._table(self._data, table, self._place)
        for name in rows:
            if allowed is not None and name not in allowed:
                raise not_allowed(f"{self._place}: {table}", name, "a client that a probe uses", allowed)
        return {name: read(self._table(rows, name, f"{self._place}: {table}"), f"{table}.{name}") for name in rows}

    def _record(self, kind: type[Any], table: str) -> Any:
        data = self._table(self._data, table, self._place)
        known = {field.name: field for field in fields(kind)}
        _only(data, tuple(known), f"{self._place}: {table}")
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name in ("log_in", "allow", "deny"):
                pair = self._strings(value, f"{table}.{name}")
                if len(pair) != 2:
                    raise InputError(f'{self._place}: {table}.{name}: is a field and its value, as in ["a", "b"]')
                value = pair
            elif name == "errors":
                errors = self._table(data, name, f"{self._place}: {table}")
                value = {code: self._strings(others, f"{table}.{name}.{code}") for code, others in errors.items()}
            elif name in BOOLEANS:
                if not isinstance(value, bool):
                    raise InputError(f"{self._place}: {table}.{name}: {value!r} is neither true nor false")
            elif name == "pkce" and value not in PKCE:
                raise not_allowed(f"{self._place}: {table}.{name}", value, "a rule that is known here", PKCE)
            else:
                value = self._text(value, f"{table}.{name}")
            values[name] = value
        return kind(**values)

    def _table(self, data: Mapping[str, Any], name: str, place: str) -> dict[str, Any]:
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise InputError(f"{place}: {name}: {found!r} is not a table")
        return found

    def _text(self, value: Any, name: str) -> str:
        if not isinstance(value, str) or not value:
            raise InputError(f"{self._place}: {name}: {'missing' if value is None else repr(value) + ' is no text'}")
        return value

    def _strings(self, value: Any, name: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise InputError(
                f"{self._place}: {name}: {'missing' if value is None else repr(value)}; a list of texts is needed"
            )
        return tuple(value)


BOOLEANS = (
    "plain", "refresh_rotation", "refresh_reuse_revokes", "replay_revokes", "loopback", "iss", "state_required",
    "redirect_uri_implied", "refusal_spends_code", "takes_resource", "errors_after_login",
)  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise InputError(f"{path}: cannot be read: {failure.strerror or failure}") from None
    except UnicodeDecodeError as failure:
        raise InputError(f"{path}: not UTF-8 text: {failure}") from None
    except tomllib.TOMLDecodeError as failure:
        raise InputError(f"{path}: not TOML: {failure}") from None


def _only(data: Mapping[str, Any], allowed: tuple[str, ...], place: str) -> None:
    for key in data:
        if key not in allowed:
            raise not_allowed(place, key, "a key that is known here", allowed)
