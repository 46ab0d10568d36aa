"""Messages at the token endpoint (RFC 6749 sections 4.1.3, 4.1.4 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from oauth_model.messages.channel import (
    AUTHORIZATION_SERVER,
    CLIENT,
    BackChannel,
    Spontaneous,
)
from oauth_model.terms import (
    AccessToken,
    Certificate,
    ClientAssertion,
    ClientId,
    ClientSecret,
    Code,
    DpopProof,
    IdToken,
    Scope,
    Uri,
    Verifier,
)


@dataclass(frozen=True, slots=True)
class TokenRequest(BackChannel):
    """RFC 6749 section 4.1.3, client authentication of section 2.3.1, verifier of RFC 7636 section 4.5.

    `dpop_proof` is the header field DPoP (RFC 9449 section 5); `certificate` that of the TLS connection (RFC 8705).
    """

    grant_type: Literal["authorization_code"]
    code: Code
    client_id: ClientId
    redirect_uri: Uri | None = None
    client_secret: ClientSecret | None = None
    code_verifier: Verifier | None = None
    client_assertion: ClientAssertion | None = None
    dpop_proof: DpopProof | None = None
    certificate: Certificate | None = None

    name: ClassVar[str] = "token request"
    reference: ClassVar[str] = "RFC 6749 section 4.1.3"
    sender: ClassVar[str] = CLIENT
    receiver: ClassVar[str] = AUTHORIZATION_SERVER


@dataclass(frozen=True, slots=True)
class TokenResponse(BackChannel):
    """RFC 6749 section 5.1; `scope` is present where it is not what was asked for.

    `id_token` is there with OpenID Connect (OpenID Connect Core section 3.1.3.6).
    """

    access_token: AccessToken
    token_type: Literal["Bearer", "DPoP"] = "Bearer"
    scope: Scope | None = None
    id_token: IdToken | None = None

    name: ClassVar[str] = "token response"
    reference: ClassVar[str] = "RFC 6749 section 4.1.4"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


TokenError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_dpop_proof",
]


@dataclass(frozen=True, slots=True)
class TokenErrorResponse(BackChannel):
    """RFC 6749 section 5.2."""

    error: TokenError

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "token error response"
    reference: ClassVar[str] = "RFC 6749 section 5.2"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class AnswersToGuesses(BackChannel):
    """The answers to one token request after another, each with another verifier: one of them is no error."""

    code_verifier: Verifier

    forged: ClassVar[bool] = False
    name: ClassVar[str] = "answers to guesses"
    reference: ClassVar[str] = "RFC 7636 section 7.1"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = CLIENT


@dataclass(frozen=True, slots=True)
class Expire(Spontaneous):
    """A lifetime ends: the code (RFC 6749 section 4.1.2) or the access token (section 4.2.2) lapses."""

    happens_if: ClassVar[str | None] = "time_passes"
    name: ClassVar[str] = "expire"
    sender: ClassVar[str] = AUTHORIZATION_SERVER
    receiver: ClassVar[str] = AUTHORIZATION_SERVER
