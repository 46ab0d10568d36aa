"""What experiments are made on: a laboratory that knows how this server wants its honest requests.

A refusal proves nothing where everything is refused. So each experiment has a control: the honest request, which must
go through at the same bench. Where it does not, or where a refusal is for another reason than the one that is
looked for, the experiment is `Unclear`, and says why. Nothing here knows a mitigation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from oauth_model.live.adapter import VICTIM, Dialect, Registration
from oauth_model.live.browser import Visit
from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse, Pairs, first
from oauth_model.live.findings import Measurement, State
from oauth_model.live.lab import Back, Front, Lab, authenticated, s256
from oauth_model.live.manners import BoundReached, LiveError
from oauth_model.live.metadata import read_metadata


class Unclear(Exception):
    """It cannot be told whether the server does this. The text says why."""


class NotGranted(Unclear):
    """An honest authorization request that got no code; `fronts` are the answers, one for each way of asking."""

    def __init__(self, fronts: Sequence[Front]) -> None:
        super().__init__(f"an honest authorization request is not granted: {what_came(fronts[0])}")
        self.fronts = tuple(fronts)


@dataclass(frozen=True)
class Facts:
    """What was measured beside mitigations.

    `matching` is the rule of `uris.MATCHINGS` that fits where redirection URIs are not compared exactly,
    `response_modes` are those that a request could choose, `response_types` those that were answered, `native` the kind
    of redirection URI that the client has, if it is one of a native client. `refresh_tokens` is whether there are any,
    `public_needs_challenge` whether a public client gets no token without one, though the measured client may.
    """

    matching: str | None = None
    response_modes: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ("code",)
    native: Literal["private-use", "loopback"] | None = None
    refresh_tokens: bool | None = None
    public_needs_challenge: bool | None = None


@dataclass(frozen=True)
class Way:
    """How honest authorization requests are sent: with a challenge or without one, pushed or not."""

    pkce: bool
    pushed: bool


@dataclass(frozen=True)
class Grant:
    """What an authorization request led to, and what the token request after it needs."""

    client: Registration
    front: Front
    redirect_uri: str | None
    verifier: str | None

    @property
    def code(self) -> str:
        """The code. Raises Unclear if there is none."""
        if self.front.code is None:
            raise Unclear(f"an authorization request was not granted: {what_came(self.front)}")
        return self.front.code


@dataclass(frozen=True)
class Experiment:
    """A few requests that show whether a server enforces something: the mitigations it measures, and how."""

    slug: str
    measures: tuple[str, ...]
    run: Callable[[Bench], Iterable[Measurement]]

    def perform(self, bench: Bench) -> tuple[Measurement, ...]:
        """Make it. Whatever it cannot tell is unknown. Raises BoundReached."""
        bench.begin()
        found: list[Measurement] = []
        because = "the experiment said nothing"
        try:
            found.extend(self.run(bench))
        except BoundReached:
            raise
        except (Unclear, LiveError) as why:
            because = str(why)
        known = {measurement.mitigation for measurement in found}
        rest = [Measurement(slug, "unknown", because, bench.exchanges()) for slug in self.measures if slug not in known]
        return (*found, *rest)


@dataclass
class Bench:
    """One server, and the client that is measured: the confidential one, if there is one, unless another is named.

    `account` is whose browser authorization requests go through.
    `codes`, `access_tokens` and `refresh_tokens` are all values that came, in their order. `dialect` and `facts` are
    what the experiments have found so far.
    """

    lab: Lab
    client: Registration
    way: Way | None = None
    dialect: Dialect = field(default_factory=Dialect)
    facts: Facts = field(default_factory=Facts)
    codes: list[str] = field(default_factory=list)
    access_tokens: list[str] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)
    account: str = VICTIM
    _began: int = 0
    _metadata: Mapping[str, Any] | None = None
    _asked_for_metadata: bool = False

    @classmethod
    def of(cls, lab: Lab, client: str | None = None) -> Bench:
        """A bench in a laboratory. Raises LiveError if there is no such client."""
        return cls(lab, lab.client(client))

    # -------------------------------------------------------------- what is told

    def begin(self) -> None:
        """From here on, exchanges belong to another experiment."""
        self._began = len(self.lab.transport.transcript)

    def exchanges(self) -> tuple[Exchange, ...]:
        """What was sent and answered since this experiment began."""
        return tuple(self.lab.transport.transcript[self._began :])

    def says(self, mitigation: str, state: State, because: str) -> Measurement:
        """The result of an experiment, with its exchanges."""
        return Measurement(mitigation, state, because, self.exchanges())

    def note(self, **facts: Any) -> None:
        """Remember facts, or parts of the dialect."""
        own = {name: value for name, value in facts.items() if hasattr(self.facts, name)}
        self.facts = replace(self.facts, **own)
        self.dialect = replace(self.dialect, **{name: value for name, value in facts.items() if name not in own})

    def metadata(self) -> Mapping[str, Any] | None:
        """The server's metadata, asked for once. Raises LiveError."""
        if not self._asked_for_metadata:
            self._metadata, self._asked_for_metadata = read_metadata(self.lab), True
        return self._metadata

    # -------------------------------------------------------------- authorization endpoint

    def honest(self, client: Registration | None = None, *, scope: str | None = None) -> Grant:
        """The control: an honest authorization request, with its code. Raises NotGranted if the server grants none.

        The first time, it is found out whether requests have to be pushed, and whether a challenge does any harm.
        `scope` is asked for in the place of the narrower one.
        """
        refusals: list[Front] = []
        changes = {} if scope is None else {"scope": scope}
        for way in (self.way,) if self.way else self._ways():
            grant = self.authorize(client, way=way, **changes)
            if grant.front.code is not None:
                self.way = way
                return grant
            refusals.append(grant.front)
        raise NotGranted(refusals)

    def _ways(self) -> tuple[Way, ...]:
        pushed = (False, True) if self.lab.target.endpoints.pushed else (False,)
        return tuple(Way(pkce, push) for pkce in (True, False) for push in pushed)

    def authorize(
        self,
        client: Registration | None = None,
        *,
        way: Way | None = None,
        verifier: str | None = None,
        granted: str | None = None,
        **changes: str | None,
    ) -> Grant:
        """An honest authorization request with some parameters changed, to its end.

        `granted` is the scope that the resource owner grants where there is a choice; None leaves the page as it is.
        """
        client, way = client or self.client, way or self.way or Way(True, False)
        verifier = verifier or self.lab.fresh()
        parameters: dict[str, str | None] = {}
        if way.pkce:
            parameters = {"code_challenge": s256(verifier), "code_challenge_method": "S256"}
        parameters.update(changes)
        request = self.lab.request(client, **parameters)
        front = self.send(request, client, way)
        front = self.lab.decide(front, self.account, scope=granted)
        if front.code is not None:
            self.codes.append(front.code)
        used = verifier if first(request, "code_challenge") is not None else None
        return Grant(client, front, first(request, "redirect_uri"), used)

    def send(self, request: Pairs, client: Registration, way: Way | None = None) -> Front:
        """Send an authorization request as this server wants it; stop where consent is asked."""
        way = way or self.way or Way(True, False)
        if not way.pushed:
            return self.lab.ask(request, self.account)
        answer = self.push(request, client)
        reference = Back(answer).json.get("request_uri")
        if not isinstance(reference, str):
            return _refused_push(answer)
        return self.lab.ask((("client_id", client.client_id), ("request_uri", reference)), self.account)

    def push(self, request: Pairs, client: Registration, secret: str | Literal[False] | None = None) -> HttpResponse:
        """Push an authorization request (RFC 9126 section 2.1). Raises Unclear without an endpoint."""
        endpoint = self.lab.target.endpoints.pushed
        if endpoint is None:
            raise Unclear("no endpoint for pushed authorization requests is known")
        parameters: dict[str, str | None] = dict(request)
        sent = authenticated(endpoint, client, parameters, secret)
        return self.lab.transport.send(sent, "client", "pushed authorization request")

    # -------------------------------------------------------------- token endpoint

    def redeem(
        self,
        grant: Grant,
        client: Registration | None = None,
        *,
        secret: str | Literal[False] | None = None,
        **changes: str | None,
    ) -> Back:
        """The honest token request for a grant, with some parameters changed, by its client or another."""
        parameters: dict[str, str | None] = {"redirect_uri": grant.redirect_uri, "code_verifier": grant.verifier}
        parameters.update(changes)
        request = self.lab.token_request(grant.code, client or grant.client, secret=secret, **parameters)
        return self._noted(Back(self.lab.transport.send(request, "client", "token request")))

    def token(self, grant: Grant | None = None, client: Registration | None = None) -> Back:
        """The control: an honest token response. Raises Unclear if there is none."""
        answer = self.redeem(grant or self.honest(client))
        if not answer.ok:
            raise Unclear(f"an honest token request is refused: {answer.error}")
        return answer

    def refresh(self, token: str, client: Registration) -> Back:
        """A token request with a refresh token (RFC 6749 section 6)."""
        parameters: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": token}
        request: HttpRequest = authenticated(self.lab.target.endpoints.token, client, parameters)
        return self._noted(Back(self.lab.transport.send(request, "client", "token request with a refresh token")))

    def _noted(self, answer: Back) -> Back:
        if answer.ok:
            self.access_tokens.append(answer.token)
            refresh = answer.json.get("refresh_token")
            if isinstance(refresh, str):
                self.refresh_tokens.append(refresh)
        return answer

    def alive(self, token: str) -> bool:
        """Whether an access token is accepted. Raises Unclear where there is nothing to ask."""
        alive = self.lab.adapter.alive(self.lab.target, self.lab.transport, token)
        if alive is None:
            raise Unclear("whether a token is alive cannot be asked: no resource and no introspection endpoint")
        return alive

    # -------------------------------------------------------------- kinds of refusals

    def expects(self, errors: Collection[str]) -> frozenset[str]:
        """Error codes, with those that this server is known to answer instead."""
        others = self.lab.target.dialect.errors
        return frozenset(errors).union(*(others.get(error, ()) for error in errors))

    def refused(self, front: Front, errors: Collection[str], what: str) -> None:
        """Raises Unclear if an authorization request was not refused, or with another error than one of these.

        A page that stays at the server counts as a refusal if it has nothing to submit: there no code can be read.
        """
        if front.place == "page":
            clear = 400 <= front.visit.status < 500 or (front.visit.status == 200 and not front.visit.forms)
        else:
            clear = front.error is not None and front.error in self.expects(errors)
        if not clear:
            raise Unclear(f"{what}: {what_came(front)}, which does not tell what was wrong")


def what_came(front: Front) -> str:
    """What an authorization request led to, in words."""
    if front.place == "page":
        return f"{front.error}"
    if front.error is not None:
        return f"the error {front.error}"
    return f"a response with {', '.join(name for name, _ in front.parameters) or 'nothing'}"


def _refused_push(answer: HttpResponse) -> Front:
    visit = Visit("", answer)
    error = Back(answer).error
    if 400 <= answer.status < 500 and error is not None:
        return Front(visit, "query", (("error", error),))
    return Front(visit, "page")
