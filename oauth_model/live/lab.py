"""A laboratory at one server: the steps of a grant as single requests, each of which can be bent.

Experiments and races are made of these. Nothing is judged here and no model is asked: what goes out is what the caller
says, parameter by parameter, and what comes back is told as it is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote_plus, urldefrag

from oauth_model.live.adapter import ATTACKER, CONFIDENTIAL, PUBLIC, VICTIM, Adapter, Registration, Target
from oauth_model.live.browser import Browser, Visit
from oauth_model.live.exchange import HttpRequest, HttpResponse, Pairs, first, fragment_of, query_of
from oauth_model.live.manners import LiveError
from oauth_model.live.transport import Transport

Place = Literal["query", "fragment", "form_post", "page"]


@dataclass(frozen=True)
class Front:
    """What came of an authorization request: parameters for the client at `uri`, or a page that stays at the server.

    `place` says where the parameters are; with "page" there are none. `visit` is where the browser ended.
    """

    visit: Visit
    place: Place
    parameters: Pairs = ()
    uri: str | None = None

    def get(self, name: str) -> str | None:
        """A parameter of the response."""
        return first(self.parameters, name)

    @property
    def code(self) -> str | None:
        """The authorization code, if there is one."""
        return self.get("code")

    @property
    def error(self) -> str | None:
        """The error code (RFC 6749 section 4.1.2.1); for a page that stays at the server its status, as text."""
        return self.get("error") if self.place != "page" else f"page with status {self.visit.status}"


@dataclass(frozen=True)
class Back:
    """An answer of the token endpoint, or another that is JSON. `json` is empty for one that is no object."""

    answer: HttpResponse

    @property
    def json(self) -> dict[str, Any]:
        """The answer's members."""
        try:
            found = json.loads(self.answer.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def ok(self) -> bool:
        """Whether there is an access token in it (RFC 6749 section 5.1)."""
        return self.answer.status == 200 and isinstance(self.json.get("access_token"), str)

    @property
    def token(self) -> str:
        """The access token. Raises LiveError if there is none."""
        token = self.json.get("access_token")
        if self.answer.status != 200 or not isinstance(token, str):
            raise LiveError(f"the token endpoint gave no access token: {self.error}")
        return token

    @property
    def error(self) -> str | None:
        """The error code (RFC 6749 section 5.2); for an answer without one its status, as text."""
        if self.ok:
            return None
        code = self.json.get("error")
        return code if isinstance(code, str) else f"status {self.answer.status} without an error code"


def s256(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Lab:
    """One server, two browsers - the victim's and the attacker's - and the requests that can be made.

    `public` says which of the honest clients is used where none is named; a server may have only one of them. Values
    that a client draws come from `seed`, so that the same laboratory sends the same requests again.
    """

    def __init__(self, adapter: Adapter, target: Target, transport: Transport, *, seed: int = 0) -> None:
        self.adapter, self.target, self.transport = adapter, target, transport
        self._random = random.Random(seed)
        self._browsers: dict[str, Browser] = {}

    # -------------------------------------------------------------- names and values

    def fresh(self, length: int = 43) -> str:
        """A new value for a state, nonce or verifier (43 to 128 characters, RFC 7636 section 4.1)."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        return "".join(self._random.choices(letters, k=length))

    def client(self, name: str | None = None) -> Registration:
        """A client by its name; without one the confidential one, or else the public one. Raises LiveError."""
        wanted = (name,) if name else (CONFIDENTIAL, PUBLIC)
        for each in wanted:
            if each in self.target.clients:
                return self.target.clients[each]
        raise LiveError(f"the server has no {' or '.join(wanted)} client; register one, and name it in the adapter")

    def browser(self, account: str = VICTIM) -> Browser:
        """The browser of an account's owner."""
        if account not in self._browsers:
            name = f"{account}'s browser" if account != ATTACKER else "attacker's browser"
            self._browsers[account] = Browser(self.transport, name, self.target.origins())
        return self._browsers[account]

    # -------------------------------------------------------------- front channel

    def request(self, client: Registration | None = None, **changes: str | None) -> Pairs:
        """The parameters of an authorization request for a code, with some changed; one changed to None is left out."""
        client = client or self.client()
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uris[0],
            "scope": self.target.scopes[0] if self.target.scopes else None,
            "state": self.fresh(24),
        }
        parameters.update(changes)
        return tuple((name, value) for name, value in parameters.items() if value is not None)

    def ask(self, parameters: Pairs, account: str = VICTIM, purpose: str = "authorization request") -> Front:
        """Send an authorization request through a browser and log in; stop where consent is asked, or before.

        What came is the page that asks for consent, an error, or at once the response.
        """
        browser = self.browser(account)
        visit = browser.open(self.target.endpoints.authorization, parameters, purpose=purpose)
        return front(self.target.pages.arrive(browser, visit, self.target.accounts[account]))

    def decide(self, asked: Front, account: str = VICTIM, *, allow: bool = True, scope: str | None = None) -> Front:
        """Grant or deny on the page that an authorization request led to; what is no such page is given back."""
        if asked.place != "page" or not asked.visit.forms or asked.visit.status >= 400:
            return asked
        chosen = tuple(scope.split()) if scope is not None else None
        return front(self.target.pages.decide(self.browser(account), asked.visit, allow, chosen))

    def authorize(
        self, parameters: Pairs, account: str = VICTIM, *, allow: bool = True, scope: str | None = None
    ) -> Front:
        """An authorization request with login and consent, to its end."""
        return self.decide(self.ask(parameters, account), account, allow=allow, scope=scope)

    # -------------------------------------------------------------- back channel

    def redeem(
        self,
        code: str,
        client: Registration | None = None,
        *,
        secret: str | Literal[False] | None = None,
        who: str = "client",
        **changes: str | None,
    ) -> Back:
        """A token request for a code (RFC 6749 section 4.1.3), with some parameters changed or (None) left out.

        The client authenticates as it is registered; `secret` puts another in the place of its own, False none.
        """
        request = self.token_request(code, client, secret=secret, **changes)
        return Back(self.transport.send(request, who, "token request"))

    def token_request(
        self,
        code: str,
        client: Registration | None = None,
        *,
        secret: str | Literal[False] | None = None,
        **changes: str | None,
    ) -> HttpRequest:
        """The same request, not sent."""
        client = client or self.client()
        parameters: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uris[0],
        }
        parameters.update(changes)
        return authenticated(self.target.endpoints.token, client, parameters, secret)

    def use(self, token: str, *, url: str | None = None, in_query: bool = False, method: str = "GET") -> HttpResponse:
        """Use an access token at the resource endpoint (RFC 6750 sections 2.1 and 2.3). Raises LiveError."""
        url = url or self.target.endpoints.resource
        if url is None:
            raise LiveError("no resource endpoint is known; name one in the adapter, or `resource` in the file")
        if in_query:
            separator = "&" if "?" in url else "?"
            request = HttpRequest(method, f"{url}{separator}access_token={quote_plus(token)}")
        else:
            request = HttpRequest(method, url, (("Authorization", f"Bearer {token}"),))
        return self.transport.send(request, "client", "resource request")


def authenticated(
    url: str, client: Registration, parameters: dict[str, str | None], secret: str | Literal[False] | None = None
) -> HttpRequest:
    """A POST at an endpoint by a client that authenticates as it is registered (RFC 6749 section 2.3.1)."""
    own = client.secret if secret is None else secret or None
    headers: Pairs = ()
    if own is not None and client.authentication == "client_secret_basic":
        pair = f"{quote_plus(client.client_id)}:{quote_plus(own)}"
        headers = (("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"),)
        identity: dict[str, str | None] = {}
    else:
        identity = {"client_id": client.client_id, "client_secret": own}
    form = tuple((name, value) for name, value in {**identity, **parameters}.items() if value is not None)
    return HttpRequest("POST", url, headers, form)


def front(visit: Visit) -> Front:
    """Read what a browser was sent back with: a query, a fragment, a form that posts itself, or a page."""
    if visit.left_for is not None:
        fragment = fragment_of(visit.left_for)
        uri = urldefrag(visit.left_for)[0]
        if fragment:
            return Front(visit, "fragment", fragment, uri)
        return Front(visit, "query", query_of(visit.left_for), uri.partition("?")[0])
    for form in visit.forms:
        names = {name for name, _ in form.fields}
        if names & {"code", "access_token", "id_token", "error"} and not form.passwords:
            return Front(visit, "form_post", form.fields, form.action)
    return Front(visit, "page")
