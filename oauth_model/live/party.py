"""A running server as a party of the composition: it is put to every step that its machine takes in the model.

The model says what the machine sends in answer; the server is asked over HTTP, and what it says is compared.
Browsers, clients, resource owners and the attacker are the model's: their steps need no HTTP of their own, and what
they send is known when it reaches the server. A `Disagreement` is an answer that the model does not allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oauth_model.live.adapter import Adapter, Target
from oauth_model.live.answers import challenge_error, is_prompt, json_seen, refuses_frames, response_seen, token_seen
from oauth_model.live.bindings import Bindings, NotOnTheWire
from oauth_model.live.choices import InFull, error_is_as_right
from oauth_model.live.exchange import HttpResponse, query_of
from oauth_model.live.lab import Back, Front, Lab
from oauth_model.live.transport import Transport
from oauth_model.live.wire import (
    CREDENTIALS,
    STRAY,
    Seen,
    authorization_parameters,
    differences,
    pushed_request,
    resource_parameters,
    resource_request,
    token_request,
)
from oauth_model.machine import Address, Envelope
from oauth_model.messages import (
    AUTHORIZATION_SERVER,
    RESOURCE_SERVER,
    AuthorizationErrorResponse,
    AuthorizationPrompt,
    AuthorizationRequest,
    AuthorizationRequestByReference,
    AuthorizationResponse,
    Consent,
    Denial,
    Expire,
    HybridResponse,
    ImplicitResponse,
    Message,
    Page,
    PushedAuthorizationErrorResponse,
    PushedAuthorizationRequest,
    PushedAuthorizationResponse,
    ResourceErrorResponse,
    ResourceRequest,
    ResourceRequestInUri,
    ResourceResponse,
    TokenErrorResponse,
    TokenRequest,
    TokenResponse,
    UnseenConsent,
)
from oauth_model.run import RunStep
from oauth_model.scenario import Scenario
from oauth_model.terms import Code

KINDS: Mapping[type[Message], str] = {
    AuthorizationPrompt: "prompt",
    AuthorizationResponse: "response",
    ImplicitResponse: "response",
    HybridResponse: "response",
    AuthorizationErrorResponse: "error response",
    Page: "page",
    TokenResponse: "token",
    TokenErrorResponse: "token error",
    PushedAuthorizationResponse: "pushed",
    PushedAuthorizationErrorResponse: "token error",
    ResourceResponse: "resource",
    ResourceErrorResponse: "resource error",
}
"""What an answer of each class looks like from outside."""

FOR_PEOPLE = (AuthorizationPrompt, Page)
"""Answers of which no more is looked at than that they came: their words are for people."""


class Disagreement(Exception):
    """The server answered what the model's machine does not, under the policy that was measured."""

    def __init__(self, step: RunStep, expected: Envelope | None, seen: Seen, why: str) -> None:
        wanted = expected.message.name if expected else "no answer"
        super().__init__(f"to the {step.name} the model answers with {wanted}, the server with {seen}: {why}")
        self.step, self.expected, self.seen, self.why = step, expected, seen, why

    @property
    def signature(self) -> tuple[str, str, str]:
        """What tells one kind of disagreement from another: a leak is not to be hidden by a plain refusal."""
        seen = f"{self.seen.what} with a credential" if self.leaks else self.seen.what
        return self.step.name, self.expected.message.name if self.expected else "", seen

    @property
    def leaks(self) -> bool:
        """Whether a credential is in the front channel that does not belong there."""
        elsewhere = self.seen.what == "token error" and any(self.seen.get(name) for name in CREDENTIALS)
        return self.seen.place is not None and (elsewhere or STRAY in self.why)

    @property
    def is_acceptance(self) -> bool:
        """Whether the server did what the model refuses."""
        return self.seen.what in ("prompt", "response", "token", "resource", "pushed")


@dataclass(frozen=True)
class Dissent:
    """An error code other than the model's: a matter of dialect, and no disagreement."""

    request: str
    expected: str
    seen: str


class LiveParty:
    """The server of one run. Each run has browsers and bindings of its own; what the server keeps is its own affair."""

    def __init__(
        self, adapter: Adapter, target: Target, transport: Transport, scenario: Scenario, seed: int = 0
    ) -> None:
        self.adapter, self.target, self.transport = adapter, target, transport
        self.lab = Lab(adapter, target, transport, seed=seed)
        self.bindings = Bindings(target, scenario.full_cast, seed)
        checks_verifiers = bool({"pkce-s256", "pkce-plain"} & set(scenario.policy.slugs))
        self._in_full = InFull(target, self.bindings, checks_verifiers)
        self.dissents: dict[Dissent, None] = {}
        self.asked = 0
        self._pages: dict[int, tuple[str, Front]] = {}
        self._refused: set[Code] = set()
        self._handlers: Mapping[type[Message], Callable[[RunStep], Seen]] = {
            AuthorizationRequest: self._authorization_request,
            AuthorizationRequestByReference: self._authorization_request,
            PushedAuthorizationRequest: self._pushed_request,
            Consent: self._consent,
            UnseenConsent: self._unseen_consent,
            Denial: self._denial,
            TokenRequest: self._token_request,
            ResourceRequest: self._resource_request,
            ResourceRequestInUri: self._resource_request_in_uri,
        }

    def pages_of(self, account: str) -> frozenset[int]:
        """The authorizations that wait for a decision in an account's browser."""
        return frozenset(index for index, (who, _) in self._pages.items() if who == account)

    def is_for_the_server(self, role: str, address: Address) -> bool:
        """Whether a session is one that the running server has in the model's place."""
        if role == AUTHORIZATION_SERVER:
            return address.party == self.bindings.server
        return role == RESOURCE_SERVER and self.target.endpoints.resource is not None

    def take(self, step: RunStep) -> Seen | None:
        """Put a step to the server, if it is one of the server's; None if it is not, and nothing is to be asked.

        Raises Disagreement, bindings.NotFresh, NotOnTheWire for what has no form here, and LiveError.
        """
        if not self.is_for_the_server(step.role, step.session):
            return None
        message = step.envelope.message
        if isinstance(message, Expire):
            self._expire(step)
            return None
        handler = self._handlers.get(type(message))
        if handler is None:
            raise NotOnTheWire(f"a probe cannot make the server take the step {message.name!r}")
        self.asked += 1
        seen = handler(step)
        self._compare(step, seen)
        return seen

    # -------------------------------------------------------------- comparing

    def _compare(self, step: RunStep, seen: Seen) -> None:
        expected = next((sent for sent in step.sent if type(sent.message) in KINDS), None)
        if expected is None:
            raise NotOnTheWire(f"the model answers nothing to the {step.name}, and a server always does")
        wanted, what = KINDS[type(expected.message)], seen.what
        if isinstance(expected.message, Page) and step.role == RESOURCE_SERVER:
            wanted = "resource" if expected.message.resource else "resource error"
        error = getattr(expected.message, "error", None)
        if wanted == "error response" and what == "page" and 400 <= seen.status < 500:
            # Nobody is redirected: not what RFC 6749 section 4.1.2.1 says, but safe.
            self._note_error(step, error, seen)
            return
        if wanted == "page" and what == "error response" and self._may_be_redirected(step, seen):
            self._note_error(step, error, seen)
            return
        if wanted != what:
            raise Disagreement(step, expected, seen, "another kind of answer")
        if isinstance(expected.message, FOR_PEOPLE):
            return
        told = [*self._place(expected, seen), *differences(expected.message, seen, self.bindings)]
        if told:
            raise Disagreement(step, expected, seen, "; ".join(told))
        self._note_error(step, error, seen)

    def _note_error(self, step: RunStep, error: str | None, seen: Seen) -> None:
        """Note a server's error code that is not the model's, and not as right."""
        message, server = step.envelope.message, step.session.party
        if error is not None and not error_is_as_right(message, error, seen, server, self.bindings):
            where = "page with status" if seen.what == "page" else "status"
            self.dissents[Dissent(step.name, error, str(seen.get("error") or f"{where} {seen.status}"))] = None

    def _may_be_redirected(self, step: RunStep, seen: Seen) -> bool:
        """Whether an error may go to the client where the model shows a page: to its own URI, after a login."""
        message = step.envelope.message
        if not self.target.dialect.errors_after_login or not isinstance(message, AuthorizationRequest):
            return False
        uris = self.bindings.registration(message.client_id.name).redirect_uris
        return (seen.uri or "").partition("?")[0] in uris

    def _place(self, expected: Envelope, seen: Seen) -> list[str]:
        """Whether a response is where the model has it: at which URI, and in which part of the message."""
        told: list[str] = []
        if seen.what not in ("response", "error response"):
            return told
        if expected.uri is not None:
            wanted = self.bindings.value(expected.uri).partition("?")[0]
            if (seen.uri or "").partition("?")[0] != wanted:
                told.append(f"it goes to {seen.uri}, not to {wanted}")
        mode = expected.mode or getattr(expected.message, "mode", None)
        if mode is not None and seen.what == "response" and seen.place != mode:
            told.append(f"its parameters are in the {seen.place}, not in the {mode}")
        if seen.repost != expected.repost and seen.what == "response":
            told.append(f"the browser is {'' if seen.repost else 'not '}told to post its form again")
        return told

    # -------------------------------------------------------------- front channel

    def _account(self, step: RunStep) -> str:
        return self.bindings.owner_of(step.envelope.sender.party)

    def _authorization_request(self, step: RunStep) -> Seen:
        account = self._account(step)
        message = self._in_full.authorization_request(step.envelope.message, step.session.index, step.session.party)
        asked = self.lab.ask(authorization_parameters(message, self.bindings), account, purpose=step.name)
        if is_prompt(asked) and not any(isinstance(sent.message, AuthorizationPrompt) for sent in step.sent):
            # Some servers ask first, and look at the request when it was granted: what they say then is the answer.
            decided = self.lab.decide(asked, account)
            asked = asked if decided.code or decided.get("access_token") or is_prompt(decided) else decided
        self._pages[step.session.index] = account, asked
        # A code at once: this server does not ask again. The model's consent is then the moment it is looked at.
        granted = asked.place != "page" and not asked.get("error")
        if granted or is_prompt(asked):
            return Seen("prompt", status=asked.visit.status)
        return self._response(step, asked)

    def _response(self, step: RunStep, front: Front) -> Seen:
        return self._in_full.response(response_seen(front), step.session.index)

    def _page(self, step: RunStep) -> tuple[str, Front]:
        if step.session.index not in self._pages:
            raise NotOnTheWire("no page was shown that could be answered")
        return self._pages.pop(step.session.index)

    def _consent(self, step: RunStep) -> Seen:
        message = step.envelope.message
        assert isinstance(message, Consent | UnseenConsent)
        account, asked = self._page(step)
        if account != self._account(step):
            raise NotOnTheWire("a page is answered in the browser that shows it")
        granted = self.bindings.value(message.scope)
        if asked.place == "page" and self.target.pages.scope_field is None and self._is_less(step):
            raise NotOnTheWire("the server's page gives no choice of scope")
        return self._response(step, self.lab.decide(asked, account, scope=granted))

    def _is_less(self, step: RunStep) -> bool:
        message = step.envelope.message
        return isinstance(message, Consent) and message.scope != self.bindings.cast.scope

    def _unseen_consent(self, step: RunStep) -> Seen:
        _, asked = self._pages.get(step.session.index, ("", None))
        if asked is not None and refuses_frames(asked.visit.answer):
            return Seen("page", (("error", "the page refuses to be in a frame"),), status=asked.visit.status)
        return self._consent(step)

    def _denial(self, step: RunStep) -> Seen:
        account, asked = self._page(step)
        if asked.place != "page":
            raise NotOnTheWire("the server did not ask")
        return self._response(step, self.lab.decide(asked, account, allow=False))

    # -------------------------------------------------------------- back channel

    def _token_request(self, step: RunStep) -> Seen:
        message = step.envelope.message
        assert isinstance(message, TokenRequest)
        if step.source == "redeemed_twice":
            raise NotOnTheWire("the model counts no further than two redemptions")
        request = token_request(self._in_full.token_request(message), self.bindings)
        seen = token_seen(Back(self.transport.send(request, step.envelope.sender.party, step.name)))
        if seen.what == "token error":
            granted = any(isinstance(sent.message, TokenResponse) for sent in step.sent)
            if granted and message.code in self._refused and self.target.dialect.refusal_spends_code:
                raise NotOnTheWire("the server takes no code again that came in a request which it refused")
            self._refused.add(message.code)
        return seen

    def _pushed_request(self, step: RunStep) -> Seen:
        assert isinstance(step.envelope.message, PushedAuthorizationRequest)
        request = pushed_request(step.envelope.message, self.bindings)
        back = Back(self.transport.send(request, step.envelope.sender.party, step.name))
        return json_seen("pushed" if isinstance(back.json.get("request_uri"), str) else "token error", back)

    def _expire(self, step: RunStep) -> None:
        seconds = self.target.token_lifetime if step.source == "redeemed" else self.target.code_lifetime
        if not self.adapter.advance(seconds + 1):
            raise NotOnTheWire("time cannot be made to pass at this server")

    # -------------------------------------------------------------- resources

    def _resource_request(self, step: RunStep) -> Seen:
        message = step.envelope.message
        assert isinstance(message, ResourceRequest)
        if self.bindings.cast.audience_restricted and message.access_token.audience is None:
            # A server may take it as meant for a default (RFC 8707 section 2): the model's answer is one of several.
            raise NotOnTheWire("the token's request named no resource, and which it is for is the server's choice")
        request = resource_request(message, step.session.party, self.bindings)
        return self._resource(self.transport.send(request, step.envelope.sender.party, step.name), message)

    def _resource_request_in_uri(self, step: RunStep) -> Seen:
        message = step.envelope.message
        assert isinstance(message, ResourceRequestInUri)
        browser = self.lab.browser(self._account(step))
        url = self.bindings.resource(step.session.party)
        visit = browser.open(url, (*query_of(url), *resource_parameters(message, self.bindings)), purpose=step.name)
        return self._resource(visit.answer, message)

    def _resource(self, answer: HttpResponse, message: ResourceRequest | ResourceRequestInUri) -> Seen:
        if answer.status >= 400:
            return Seen("resource error", (("error", challenge_error(answer)),), status=answer.status)
        owner = message.access_token.user
        others = [account.username for name, account in self.target.accounts.items() if name != owner]
        if any(name in answer.body for name in others):
            return Seen("resource", (("error", "it is another's"), ("access_token", "")), status=answer.status)
        return Seen("resource", status=answer.status)
