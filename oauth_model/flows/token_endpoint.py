"""The token endpoint of the authorization code grant (RFC 6749 sections 4.1.3 and 4.1.4): guards and effects.

The grant's own table names them (`authorization_code`). What a code was issued for is in the session's memory, and so
are the tokens that it gave.
"""

from __future__ import annotations

from oauth_model.facts import Ended, LapsedCodeRedeemed, Outlived, Passed, Replayed, TokenIssued
from oauth_model.flows.client_assertions import note_authentication
from oauth_model.flows.id_tokens import id_token_for
from oauth_model.machine import View, disabled, enabled, refuses_with
from oauth_model.messages import Expire, TokenErrorResponse, TokenRequest, TokenResponse
from oauth_model.terms import AccessToken, Challenge, Code, Expiry, Thumbprint

# ------------------------------------------------------------------ guards


def code_is_mine(me: View, message: TokenRequest) -> bool:
    """The code is the one that this authorization issued."""
    return message.code == Code(me.party, me.index)


@refuses_with("unsupported_grant_type")
def grant_type_is_supported(me: View, message: TokenRequest) -> bool:
    """The server redeems codes (RFC 6749 section 5.2)."""
    return message.grant_type in me.cast.grant_types_supported


@refuses_with("unauthorized_client")
def client_may_use_grant_type(me: View, message: TokenRequest) -> bool:
    """The client is registered for the code grant at the token endpoint (RFC 6749 section 5.2)."""
    return message.grant_type in me.cast.grant_types


def only_fault_is_replay(me: View, message: TokenRequest) -> bool:
    """The request was valid in every other way: the guard that refused is the one for single use.

    Named, not imported: flows know nothing of mitigations, and this is the last check that any of them makes.
    """
    return me.refusal_reason == "code_is_unused"


tokens_are_short_lived = enabled("short-lived-tokens", "tokens_are_short_lived")
tokens_live_long = disabled("short-lived-tokens", "tokens_live_long")

lapse_is_overlooked = disabled("code-lifetime", "lapse_is_overlooked")

replay_revokes = enabled("replay-revokes", "replay_revokes")
replay_is_only_denied = disabled("replay-revokes", "replay_is_only_denied")


# ------------------------------------------------------------------ effects


def issue_access_token(me: View, message: TokenRequest) -> None:
    """Answer with an access token (RFC 6749 section 4.1.4)."""
    _issue_access_token(me, message)


def issue_access_token_late(me: View, message: TokenRequest) -> None:
    """Redeem a code whose lifetime is over."""
    me.happened(LapsedCodeRedeemed(message.code))
    _issue_access_token(me, message)


def issue_access_token_again(me: View, message: TokenRequest) -> None:
    """Redeem a code that was redeemed before."""
    me.happened(Replayed(message.code))
    _issue_access_token(me, message)


def revoke_tokens(me: View, message: TokenRequest) -> None:
    """Deny the replay and revoke what the code gave (RFC 6749 section 4.1.2)."""
    _end_tokens(me, revoked=True)
    deny_replay(me, message)


def deny_replay(me: View, message: TokenRequest) -> None:
    """Deny the replay."""
    me.happened(Replayed(message.code))
    me.reply(TokenErrorResponse("invalid_grant"))


def end_tokens(me: View, message: Expire) -> None:
    """The access token's lifetime is over."""
    _end_tokens(me, revoked=False)
    _end_id_tokens(me)


def outlive_tokens(me: View, message: Expire) -> None:
    """A short lifetime would be over by now, and the access token is as good as before."""
    for token in me.memory.tokens:
        me.happened(Outlived(token))
    _end_id_tokens(me)


def answer_token_error(me: View, message: TokenRequest) -> None:
    """Answer with the refusing guard's error code (RFC 6749 section 5.2)."""
    me.reply(me.make(TokenErrorResponse, error=me.error or "invalid_grant"))


def answer_unknown_code(me: View, message: TokenRequest) -> None:
    """No authorization here issued this code (RFC 6749 section 5.2)."""
    me.reply(TokenErrorResponse("invalid_grant"))


def _issue_access_token(me: View, message: TokenRequest) -> None:
    memory = me.memory
    number = len(memory.tokens or ()) + 1
    note_authentication(me, message)
    user, client, key = memory.user, memory.client, _key_shown(me, message)
    token = AccessToken(me.party, me.index, number, user, client, memory.scope, memory.audience, key)
    repeated = memory.redirect_uri_was_sent is None or message.redirect_uri == memory.redirect_uri
    challenge = memory.code_challenge
    me.happened(
        TokenIssued(
            token, message.code, message.client_id.name, me.sender.party, repeated, _pkce(me, message), challenge
        )
    )
    narrowed = memory.scope if memory.scope != memory.asked else None
    id_token = id_token_for(me, at_hash=token) if me.cast.openid else None
    me.reply(me.make(TokenResponse, access_token=token, scope=narrowed, id_token=id_token))
    me.remember(tokens=(*(memory.tokens or ()), token))


def _end_tokens(me: View, *, revoked: bool) -> None:
    for token in me.memory.tokens or ():
        me.happened(Ended(token, revoked))


def _end_id_tokens(me: View) -> None:
    if me.cast.openid:
        me.happened(Passed(Expiry(me.party, me.index)))


def _key_shown(me: View, message: TokenRequest) -> Thumbprint | None:
    """The key to which the token will be bound, where tokens are."""
    shown = message.dpop_proof if me.on("dpop") else message.certificate if me.on("mtls") else None
    return Thumbprint(shown.key) if shown is not None else None


def _pkce(me: View, message: TokenRequest) -> str:
    challenge, verifier = me.memory.code_challenge, message.code_verifier
    if challenge is None:
        return "none" if verifier is None else "ignored"
    if verifier is None:
        return "missing"
    if challenge == Challenge(verifier):
        return "bound"
    return "plain" if challenge == verifier else "wrong"
