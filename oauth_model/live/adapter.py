"""Adapters: what a probe has to know of a server that no specification says.

An adapter starts a server or names a running one, and gives a `Target`: where its endpoints are, which clients and
accounts it has, what its login and consent pages look like, and what it does where the RFCs leave a choice. Everything
has a default that suits a server with plain HTML forms; an adapter of one's own overrides what is different.

    class MyServer(Adapter):
        slug, title = "my-server", "My server in its test configuration"

        def start(self, transport): ...
            return Target(endpoints=Endpoints(...), clients={...}, accounts={...})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from oauth_model.live.browser import Browser, Visit
from oauth_model.live.exchange import Pairs
from oauth_model.live.forms import Form
from oauth_model.live.manners import LiveError
from oauth_model.live.transport import Transport

CONFIDENTIAL, PUBLIC, ATTACKERS = "confidential", "public", "attackers"
"""The clients that a server may have: an honest one of each type (RFC 6749 section 2.1), and one of the attacker's."""

VICTIM, ATTACKER = "alice", "mallory"
"""The accounts: a resource owner's, and the attacker's own."""

Authentication = Literal["client_secret_basic", "client_secret_post", "none"]


@dataclass(frozen=True)
class Endpoints:
    """Where a server is asked. What it has not is None.

    `issuer` is its issuer identifier (RFC 8414 section 2), `metadata` the URL of its metadata, `resource` one at which
    an access token is used, `other_resource` one of another resource server, for tokens meant for the first.
    """

    authorization: str
    token: str
    issuer: str | None = None
    resource: str | None = None
    other_resource: str | None = None
    introspection: str | None = None
    revocation: str | None = None
    pushed: str | None = None
    metadata: str | None = None

    def urls(self) -> tuple[str, ...]:
        """Every URL there is."""
        return tuple(value for name, value in vars(self).items() if value is not None and name != "issuer")


@dataclass(frozen=True)
class Registration:
    """A client as the server has it registered; `secret` is None for a public one."""

    client_id: str
    redirect_uris: tuple[str, ...]
    secret: str | None = None
    authentication: Authentication = "client_secret_basic"


@dataclass(frozen=True)
class Account:
    """What a resource owner types in."""

    username: str
    password: str


@dataclass(frozen=True)
class Dialect:
    """What a server does where the RFCs leave a choice; None where it is to be measured.

    `pkce` is "required", "optional" or "none" (RFC 7636 section 4.4.1), `plain` whether that method is accepted,
    `refresh_rotation` and `refresh_reuse_revokes` what becomes of refresh tokens (RFC 9700 section 4.14.2),
    `replay_revokes` whether tokens end when their code comes again (RFC 6749 section 4.1.2), `loopback` whether
    ports of loopback redirection URIs may differ (RFC 8252 section 7.3), `iss` whether responses have it (RFC 9207).
    `errors` maps an error code that the model expects to others that this server answers instead. `state_required`
    is whether requests need a state (RFC 6749 section 4.1.1 recommends it), `redirect_uri_implied` whether a token
    request without a redirection URI means the only registered one, `refusal_spends_code` whether a code is of no use
    any more after a token request that was refused, `takes_resource` whether requests may name a resource (RFC 8707),
    `errors_after_login` whether errors are redirected only once the resource owner has logged in (RFC 9700 section
    4.11.2).
    """

    pkce: Literal["required", "optional", "none"] | None = None
    plain: bool | None = None
    refresh_rotation: bool | None = None
    refresh_reuse_revokes: bool | None = None
    replay_revokes: bool | None = None
    loopback: bool | None = None
    iss: bool | None = None
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    state_required: bool | None = None
    redirect_uri_implied: bool | None = None
    refusal_spends_code: bool | None = None
    takes_resource: bool | None = None
    errors_after_login: bool | None = None


@dataclass(frozen=True)
class Pages:
    """The login and the consent page: names of fields, and which button means what.

    `allow` and `deny` are fields that a decision adds to the consent form, as (name, value); `scope_field` is the name
    of the checkboxes by which scope is granted, if there are any.
    """

    username: str = "username"
    password: str = "password"
    log_in: tuple[str, str] | None = None
    allow: tuple[str, str] | None = ("decision", "allow")
    deny: tuple[str, str] | None = ("decision", "deny")
    scope_field: str | None = None

    def arrive(self, browser: Browser, visit: Visit, account: Account) -> Visit:
        """Log in if the page asks for that, and come to what follows. Raises LiveError if it asks again."""
        if visit.left_for is not None or not visit.asks_for_password:
            return visit
        form = next(form for form in visit.forms if form.passwords)
        values = self._name_and_password(form, visit, account)
        after = browser.submit(form, values, self.log_in, purpose="log in")
        if after.left_for is None and after.asks_for_password:
            raise LiveError(f"{visit.page}: {account.username!r} cannot log in; wrong name or password?")
        return after

    def _name_and_password(self, form: Form, visit: Visit, account: Account) -> Pairs:
        password = self.password if self.password in form.passwords else form.passwords[0]
        if not form.has(self.username):
            names = ", ".join(name for name, _ in form.fields) or "none"
            raise LiveError(f"{visit.page}: the login form has no field {self.username!r}; it has: {names}")
        return ((self.username, account.username), (password, account.password))

    def decide(self, browser: Browser, visit: Visit, allow: bool, scope: tuple[str, ...] | None) -> Visit:
        """Grant or deny on a consent page; `scope` is what is granted where one can choose, None for all.

        Raises LiveError for a page without a form.
        """
        if not visit.forms:
            raise LiveError(f"{visit.page}: expected a consent page with a form, got: {visit.text[:80]!r}")
        button = self.allow if allow else self.deny
        if button is None:
            raise LiveError(f"{visit.page}: it is not known which button {'allows' if allow else 'denies'}")
        form = next((form for form in visit.forms if button in form.buttons or form.has(button[0])), visit.forms[0])
        chosen: Pairs = ()
        if self.scope_field is not None and scope is not None:
            chosen = tuple((self.scope_field, value) for value in scope)
        return browser.submit(form, chosen, button, purpose="allow" if allow else "deny")


@dataclass(frozen=True)
class Target:
    """A server that runs and can be probed. `scopes` are two scope values that it knows, the narrower first.

    `home` are further URLs of its own, such as a login page on another port. `operations` are what can be done at the
    resource endpoint: by the scope that it needs ("read" for the first of `scopes`, "write" for the second), the HTTP
    method. A code lapses after `code_lifetime` seconds and an access token after `token_lifetime`.
    """

    endpoints: Endpoints
    clients: Mapping[str, Registration]
    accounts: Mapping[str, Account]
    pages: Pages = field(default_factory=Pages)
    dialect: Dialect = field(default_factory=Dialect)
    scopes: tuple[str, ...] = ("read", "write")
    home: tuple[str, ...] = ()
    operations: Mapping[str, str] = field(default_factory=lambda: {"read": "GET"})
    code_lifetime: float = 600.0
    token_lifetime: float = 3600.0

    def origins(self) -> tuple[str, ...]:
        """Every URL that is known of it."""
        return (*self.endpoints.urls(), *self.home)


class Adapter:
    """How to get hold of one server. `slug` names it on the command line."""

    slug: ClassVar[str] = ""
    title: ClassVar[str] = ""

    @property
    def place(self) -> str:
        """Where the server is described, as errors name it."""
        return self.slug

    def start(self) -> Target:
        """Start the server, or find it, and wait until it is ready. Raises LiveError where that is not possible."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop what was started; nothing is left running. May be called twice, or without a start."""

    def reset(self) -> None:
        """Have the server forget grants and tokens, as far as it can. Called between runs."""

    def advance(self, seconds: float) -> bool:
        """Let time pass for the server; False if that is not possible."""
        return False

    def alive(self, target: Target, transport: Transport, token: str) -> bool | None:
        """Whether an access token is accepted still; None where there is nothing to ask.

        By default the resource endpoint is asked, or else the introspection endpoint (RFC 7662) as the
        confidential client.
        """
        from oauth_model.live.liveness import token_is_alive

        return token_is_alive(target, transport, token)
