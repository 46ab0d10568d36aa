"""Honest runs before anything else: whether a server's description is right, so that its answers mean something.

Each client that is described goes through login, consent, token request and resource request. A refusal there is no
finding: where honest requests are refused, that attacks are refused proves nothing. A token that comes by another way
than it should, or is taken at another resource server, is no refusal: the random walks judge that.
"""

from __future__ import annotations

from oauth_model.live.adapter import ATTACKER, ATTACKERS, CONFIDENTIAL, PUBLIC, VICTIM
from oauth_model.live.exchange import first, fragment_of, query_of
from oauth_model.live.experiments.bench import Bench, Grant, NotGranted, what_came
from oauth_model.live.lab import Back, Front, Lab
from oauth_model.live.manners import BoundReached, LiveError

LONGEST = 100
"""Characters that are told of what a server says about an error."""

_CLIENT = ("client_id", "secret", "authentication")

AT_AUTHORIZATION = {
    "invalid_scope": ("scopes",),
    "access_denied": ("pages.allow", "scopes", "the account"),
    "invalid_client": _CLIENT,
    "unauthorized_client": _CLIENT,
}
AT_TOKEN = {
    "invalid_client": _CLIENT,
    "unauthorized_client": _CLIENT,
    "invalid_grant": ("redirect_uris", "client_id"),
    "invalid_scope": ("scopes",),
}
"""What of a description to look at, by the error code (RFC 6749 sections 4.1.2.1 and 5.2)."""


def see_that_honest_runs_end(lab: Lab) -> None:
    """Let each client have a run with the resource owner, and the first of them one with the attacker's account too.

    The first client asks for both scopes as well. Raises LiveError for a run that does not reach its end: it says what
    was refused, with which error, and what of the description to look at.
    """
    target = lab.target
    lab.client()  # there has to be an honest one
    for number, name in enumerate(name for name in (CONFIDENTIAL, PUBLIC, ATTACKERS) if name in target.clients):
        _Run(lab, name).go()
        if number == 0 and len(target.scopes) > 1:
            _Run(lab, name, scope=" ".join(target.scopes)).go()
        if number == 0 and ATTACKER in target.accounts:
            _Run(lab, name, ATTACKER).go()


class _Run:
    """One honest run, of a client that `name` stands for in the description, with an account and maybe more scope."""

    def __init__(self, lab: Lab, name: str, account: str = VICTIM, scope: str | None = None) -> None:
        self.lab, self.name, self.account, self.scope = lab, name, account, scope
        self.client = lab.client(name)
        self.bench = Bench(lab, self.client, account=account)

    def go(self) -> None:
        """Take it to its end. Raises LiveError, which names the client and account."""
        try:
            self._take()
        except BoundReached:
            raise
        except LiveError as why:
            place, told = self.lab.adapter.place, " ".join(str(why).split())
            raise LiveError(f"{place}: clients.{self.name}, accounts.{self.account}: {told}") from None

    def _take(self) -> None:
        grant = self._granted()
        answer = self.bench.redeem(grant)
        led_to = answer.answer.location or ""
        if first((*query_of(led_to), *fragment_of(led_to)), "access_token") is not None:
            return
        if not answer.ok:
            look = ("endpoints.token", *_CLIENT) if answer.answer.status != 401 else _CLIENT
            raise _refused("token request", _error(answer), AT_TOKEN.get(answer.error or "", look))
        method = self.lab.target.operations.get("read")
        if self.lab.target.endpoints.resource is None or method is None:
            return
        used = self.lab.use(answer.token, method=method)
        if used.status >= 300 and not (used.status in (401, 403) and self._is_taken_elsewhere(answer.token, method)):
            look = ("endpoints.resource", "operations.read", "scopes")
            raise _refused("resource request", f"status {used.status}", look)

    def _is_taken_elsewhere(self, token: str, method: str) -> bool:
        other = self.lab.target.endpoints.other_resource
        return other is not None and self.lab.use(token, url=other, method=method).status < 300

    def _granted(self) -> Grant:
        try:
            return self.bench.honest(scope=self.scope)
        except NotGranted as why:
            came = dict.fromkeys(_came(front) for front in why.fronts)
            look = dict.fromkeys(what for front in why.fronts for what in self._to_look_at(front))
            raise _refused("authorization request", ", or ".join(came), tuple(look)) from None

    def _to_look_at(self, front: Front) -> tuple[str, ...]:
        if front.place == "page":
            return ("client_id", "redirect_uris") if front.visit.status >= 400 else ("pages", "the account")
        if front.uri is not None and front.uri not in {uri.partition("?")[0] for uri in self.client.redirect_uris}:
            return ("home", "redirect_uris")
        return AT_AUTHORIZATION.get(front.get("error") or "", ("client_id", "redirect_uris", "scopes"))


def _refused(what: str, came: str, look: tuple[str, ...]) -> LiveError:
    words = f"{', '.join(look[:-1])} and {look[-1]}" if len(look) > 1 else look[0]
    return LiveError(f"an honest {what} is not granted, but answered with {came}; look at {words}")


def _came(front: Front) -> str:
    """What an authorization request led to, with what the server says of it."""
    if front.place != "page":
        return what_came(front) + _said(front.get("error_description"))
    return f"a {what_came(front)}" + _said(front.visit.text)


def _error(answer: Back) -> str:
    return f"{answer.error}" + _said(answer.json.get("error_description"))


def _said(text: object) -> str:
    """A server's own words, on one line."""
    words = " ".join(text.split()) if isinstance(text, str) else ""
    return f" ({words[:LONGEST]!r})" if words else ""
