"""PKCE at the demo server (RFC 7636): Authlib's extension, with each of its rules a switch.

Refusals have the error codes that the model's server answers with.
"""

from __future__ import annotations

import hmac
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge
from authlib.oauth2.rfc7636.challenge import CODE_CHALLENGE_PATTERN, CODE_VERIFIER_PATTERN

from oauth_model.live.demo.switches import Setup


class ProofKey(CodeChallenge):
    """What is checked of challenges and verifiers."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(required=False)
        self.setup = setup

    def validate_code_challenge(self, grant: Any, result: Any) -> None:
        """Whether there is a challenge, and whether it is of a method that is taken (RFC 7636 section 4.4.1)."""
        challenge, method = grant.request.get("code_challenge"), grant.request.get("code_challenge_method")
        if challenge is None and self.setup.enforces("pkce-required"):
            raise InvalidRequestError("There is no code_challenge, and this server requires one.")
        if challenge is not None and method in (None, "plain") and self.setup.enforces("plain-refused"):
            raise InvalidRequestError("The method plain is not supported; use S256.")
        if not self.setup.enforces("pkce-s256"):
            return
        if challenge is None and method is not None:
            raise InvalidRequestError("There is a code_challenge_method, but no code_challenge.")
        if challenge is not None and not CODE_CHALLENGE_PATTERN.fullmatch(challenge):
            raise InvalidRequestError("The code_challenge is no such value.")
        if method not in (None, "plain", "S256"):
            raise InvalidRequestError("The code_challenge_method is not supported.")

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        """Whether the verifier is the one of the code's challenge (RFC 7636 section 4.6)."""
        code, verifier = grant.request.authorization_code, grant.request.form.get("code_verifier")
        if code.challenge is None:
            if verifier is not None and self.setup.token_endpoint_enforces("pkce-no-downgrade"):
                raise InvalidRequestError("There is a code_verifier for a code that has no challenge.")
        elif self.setup.token_endpoint_enforces("pkce-s256") and not _fits(code, verifier):
            raise InvalidGrantError("The code_verifier is not that of the challenge.")


def _fits(code: Any, verifier: str | None) -> bool:
    if verifier is None or not CODE_VERIFIER_PATTERN.fullmatch(verifier):
        return False
    made = create_s256_code_challenge(verifier) if code.method == "S256" else verifier
    return hmac.compare_digest(made, code.challenge)
