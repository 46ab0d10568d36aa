"""Guessing a PKCE verifier at the token endpoint (RFC 7636 section 7.1): try, and try again.

Nobody guesses a secret in this model, but one that has only a few possible values. A scenario has this row where
clients make such verifiers and nobody counts the failed attempts.
"""

from __future__ import annotations

from oauth_model.facts import Guessed
from oauth_model.flows.flow import Flow
from oauth_model.flows.token_endpoint import code_is_mine
from oauth_model.machine import SAME, Row, View
from oauth_model.messages import AUTHORIZATION_SERVER, AnswersToGuesses, TokenRequest
from oauth_model.terms import Challenge, Verifier


def authorization_server_rows() -> list[Row]:
    wrong = [code_is_mine, only_fault_is_the_verifier, verifier_is_short, somebody_goes_on_trying]
    return [
        #   on            source         dest  guards effect
        Row(TokenRequest, "code_issued", SAME, wrong, answer_each_guess, otherwise=True),
    ]


def only_fault_is_the_verifier(me: View, message: TokenRequest) -> bool:
    """What is wrong with the request is the verifier; named, not imported, as flows know nothing of mitigations."""
    return me.refusal_reason == "verifier_matches_challenge"


def verifier_is_short(me: View, message: TokenRequest) -> bool:
    """The verifier asked for has few possible values, and its challenge is known here."""
    return _verifier(me).short


def somebody_goes_on_trying(me: View, message: TokenRequest) -> bool:
    """It is not an honest client that asks: those ask once."""
    return not me.cast.honest(me.sender.party)


def answer_each_guess(me: View, message: TokenRequest) -> None:
    """Refuse each attempt but the right one; which that was the answers tell."""
    verifier = _verifier(me)
    me.happened(Guessed(verifier))
    me.reply(AnswersToGuesses(verifier))


def _verifier(me: View) -> Verifier:
    challenge: Challenge | Verifier = me.memory.code_challenge
    return challenge.verifier if isinstance(challenge, Challenge) else challenge


GUESSING = Flow(
    "guessing",
    "Guessing at the token endpoint",
    "RFC 7636 section 7.1",
    {AUTHORIZATION_SERVER: authorization_server_rows()},
)
