"""What the RFCs leave to a server: requests said in full, so that no default is asked for, and answers as right as
the model's.

Honest clients say what they mean; the attacker of the model leaves out what makes no difference to it. A server may
insist on such a parameter, or put a default of its own in its place. Nothing here is sent.
"""

from __future__ import annotations

from dataclasses import replace

from oauth_model.live.adapter import Target
from oauth_model.live.bindings import Bindings, NotOnTheWire
from oauth_model.live.wire import Seen
from oauth_model.messages import AuthorizationRequest, Message, TokenRequest
from oauth_model.terms import Challenge, State, Uri, Verifier

FILLER = "filler"
"""Whose states, challenges and verifiers a server gets that wants to see them: the latter never fit each other."""


class InFull:
    """The requests of one run with what they mean by leaving it out, and what a server only wants to see."""

    def __init__(self, target: Target, bindings: Bindings, checks_verifiers: bool) -> None:
        self._dialect, self._bindings, self._cast = target.dialect, bindings, bindings.cast
        self._fills_challenges = target.dialect.pkce == "required" and not checks_verifiers
        self._implied: dict[int, Uri] = {}
        self._stateless: set[int] = set()

    def authorization_request(self, message: Message, index: int, server: str) -> Message:
        """An authorization request, of the session with this index.

        No redirection URI means the registered one (RFC 6749 section 3.1.2.3); the code is then one whose token
        request has to repeat it. No scope means the server's default, which is its own affair (RFC 6749 section 3.3):
        in the model it is the usual one. A server that requires a state gets one that nobody looks at, and one that
        requires challenges and does not look at verifiers gets a challenge that nobody has the verifier of. A resource
        is named to servers that take such names (RFC 8707 section 2), to no others.
        """
        if not isinstance(message, AuthorizationRequest):
            return message
        if message.redirect_uri is None and message.client_id.name in self._cast.clients:
            self._implied[index] = self._cast.redirect_uri(message.client_id.name, server)
            message = replace(message, redirect_uri=self._implied[index])
        if message.scope is None:
            message = replace(message, scope=self._cast.scope)
        if message.state is None and self._dialect.state_required:
            self._stateless.add(index)
            message = replace(message, state=State(FILLER, index))
        if message.code_challenge is None and self._fills_challenges:
            message = replace(message, code_challenge=Challenge(Verifier(FILLER, 1)), code_challenge_method="S256")
        return replace(message, resource=None) if self._dialect.takes_resource is False else message

    def token_request(self, message: TokenRequest) -> TokenRequest:
        """A token request for a code. Raises NotOnTheWire for one that means something else at this server."""
        if message.redirect_uri is None and message.code.grant in self._implied:
            message = replace(message, redirect_uri=self._implied[message.code.grant])
        elif message.redirect_uri is None and self._dialect.redirect_uri_implied:
            raise NotOnTheWire("a token request without a redirection URI means the only registered one here")
        if message.code_verifier is None and self._fills_challenges:
            message = replace(message, code_verifier=Verifier(FILLER, 2))
        return message

    def response(self, seen: Seen, index: int) -> Seen:
        """A response without the state that the model's request had not."""
        if index not in self._stateless:
            return seen
        filler = ("state", self._bindings.value(State(FILLER, index)))
        return replace(seen, parameters=tuple(pair for pair in seen.parameters if pair != filler))


def error_is_as_right(message: Message, expected: str, seen: Seen, server: str, bindings: Bindings) -> bool:
    """Whether a server's error code is as right as the model's (RFC 6749 section 5.2).

    A request may have more than one fault, and no specification says which of them is looked at first.
    """
    codes = {expected, *bindings.target.dialect.errors.get(expected, ())}
    if isinstance(message, TokenRequest):
        known = message.client_id.name in bindings.cast.clients
        own = bindings.cast.client_secret(message.client_id.name, server) if known else None
        if message.client_secret != own or not known:
            codes |= {"invalid_client"}
        if message.code_verifier is None or message.redirect_uri is None:
            codes |= {"invalid_request"}
        if expected == "invalid_request":  # what is wrong with the request is that it does not fit the code
            codes |= {"invalid_grant"}
    return (seen.get("error") or f"page with status {seen.status}") in codes
