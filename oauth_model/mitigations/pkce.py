"""Proof Key for Code Exchange (RFC 7636), and what makes a server insist on it (RFC 9700 section 4.8.2).

A client with both methods on sends `plain`, the weaker of the two, unless the server refuses it: what
a deployment permits is what an attack will find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oauth_model.machine import Guard, View, refuses_with
from oauth_model.messages import AuthorizationRequest, AuthorizationResponse, Message, TokenRequest
from oauth_model.mitigations.mitigation import Fill, Mitigation
from oauth_model.terms import Challenge, Verifier


def fresh_verifier(me: View) -> Verifier:
    """The verifier that this run alone makes (RFC 7636 section 4.1); or the one that the client has."""
    return Verifier(me.party, 0 if me.cast.reused_secrets else me.index, bool(me.cast.short_verifiers))


def challenge(me: View) -> Challenge | Verifier | None:
    """The challenge of this run (RFC 7636 section 4.2); there is none without a code."""
    if not me.cast.client_gets_code:
        return None
    verifier = fresh_verifier(me)
    return verifier if _plain_is_used(me) else Challenge(verifier)


def method(me: View) -> str | None:
    """How the challenge was made (RFC 7636 section 4.3)."""
    if not me.cast.client_gets_code:
        return None
    return "plain" if _plain_is_used(me) else "S256"


def _plain_is_used(me: View) -> bool:
    return me.on("pkce-plain") and not me.on("plain-refused")


def run_has_a_verifier(me: View, message: AuthorizationResponse) -> bool:
    """The run was started here, and a verifier made for it: a client that uses PKCE has none for a stray code."""
    return me.memory.issuer is not None


@refuses_with("invalid_grant")
def verifier_matches_challenge(me: View, message: TokenRequest) -> bool:
    """Where the code has a challenge, the verifier is its verifier (RFC 7636 section 4.6)."""
    expected, verifier = me.memory.code_challenge, message.code_verifier
    return expected is None or (verifier is not None and expected in (verifier, Challenge(verifier)))


_FILLS: Mapping[type[Message], Mapping[str, Fill]] = {
    AuthorizationRequest: {"code_challenge": challenge, "code_challenge_method": method},
    TokenRequest: {"code_verifier": fresh_verifier},
}
_CHECKS: Mapping[type[Message], Sequence[Guard]] = {
    AuthorizationResponse: [run_has_a_verifier],
    TokenRequest: [verifier_matches_challenge],
}

PKCE_S256 = Mitigation(
    "pkce-s256",
    "PKCE with S256, verified where there is a challenge",
    "RFC 7636 section 4.6",
    id="PKCE",
    fills=_FILLS,
    checks=_CHECKS,
)

PKCE_PLAIN = Mitigation(
    "pkce-plain",
    "PKCE with the plain method, which wins over S256 unless it is refused",
    "RFC 7636 section 4.2",
    fills=_FILLS,
    checks=_CHECKS,
)


@refuses_with("invalid_request")
def challenge_is_present(me: View, message: AuthorizationRequest) -> bool:
    """A request for a code carries a challenge (RFC 7636 section 4.4.1)."""
    return "code" not in message.response_type.split() or message.code_challenge is not None


LONG_VERIFIERS = Mitigation(
    "long-verifiers",
    "verifiers are long enough not to be guessed",
    "RFC 7636 section 4.1",
    id="VERLEN",
    configures={"short_verifiers": False},
)

PKCE_REQUIRED = Mitigation(
    "pkce-required",
    "the authorization server requires a code challenge",
    "RFC 7636 section 4.4.1",
    id="PKCEREQ",
    checks={AuthorizationRequest: [challenge_is_present]},
    needs=("pkce-s256",),
)


@refuses_with("invalid_request")
def method_is_not_plain(me: View, message: AuthorizationRequest) -> bool:
    """The transformation is one this server supports (RFC 7636 section 4.4.1)."""
    return not isinstance(message.code_challenge, Verifier)


PLAIN_REFUSED = Mitigation(
    "plain-refused",
    "the plain method is refused, so clients use S256",
    "RFC 7636 section 7.2",
    id="NOPLAIN",
    checks={AuthorizationRequest: [method_is_not_plain]},
)


@refuses_with("invalid_request")
def verifier_only_with_challenge(me: View, message: TokenRequest) -> bool:
    """A verifier comes only for a code that has a challenge."""
    return message.code_verifier is None or me.memory.code_challenge is not None


PKCE_NO_DOWNGRADE = Mitigation(
    "pkce-no-downgrade",
    "a verifier is accepted only for a code with a challenge",
    "RFC 9700 section 4.8.2",
    checks={TokenRequest: [verifier_only_with_challenge]},
)
