"""What a client checks of an ID token (OpenID Connect Core), and by what it knows an account.

Each of the first four brings OpenID Connect with it: there is no nonce to compare where there are no ID tokens.
"""

from __future__ import annotations

from oauth_model.flows.id_tokens import WithIdToken, authorizes_me, has_lapsed, names_me, nonce_of_run
from oauth_model.machine import Guard, View
from oauth_model.messages import (
    AuthorizationRequest,
    AuthorizationResponse,
    HybridResponse,
    ImplicitResponse,
    Message,
    ResourceResponse,
    TokenResponse,
)
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.terms import SigningKey, Subject


def _wherever_id_tokens_come(*guards: Guard) -> dict[type[Message], list[Guard]]:
    return {kind: list(guards) for kind in (TokenResponse, HybridResponse, ImplicitResponse)}


def _none_is_due(me: View, message: WithIdToken) -> bool:
    """Whether there is to be no ID token in a response: not in one of the response type `code token`."""
    return isinstance(message, HybridResponse) and "id_token" not in me.cast.client_uses.split()


def nonce_is_mine(me: View, message: WithIdToken) -> bool:
    """The ID token has the nonce of this run, before anything that came with it is used (RFC 9700 section 4.5.3.2)."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and message.id_token.nonce == nonce_of_run(me)


def run_has_a_nonce(me: View, message: AuthorizationResponse | HybridResponse | ImplicitResponse) -> bool:
    """The run was started here, and a nonce made for it: a client that compares it has none for a stray response."""
    return me.memory.issuer is not None


NONCE = Mitigation(
    "nonce",
    "the nonce of the request is in the ID token, and compared",
    "RFC 9700 section 4.5.3.2",
    id="NONCE",
    fills={AuthorizationRequest: {"nonce": nonce_of_run}},
    checks={
        AuthorizationResponse: [run_has_a_nonce],
        HybridResponse: [nonce_is_mine],
        ImplicitResponse: [run_has_a_nonce, nonce_is_mine],
        TokenResponse: [nonce_is_mine],
    },
    configures={"openid": True},
    extension=True,
)


def id_token_is_from_my_issuer(me: View, message: WithIdToken) -> bool:
    """The issuer is the authorization server of this run (OpenID Connect Core section 3.1.3.7)."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and message.id_token.iss == me.memory.issuer


def id_token_is_for_me(me: View, message: WithIdToken) -> bool:
    """The audience is this client (OpenID Connect Core section 3.1.3.7)."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and names_me(me, message.id_token)


def id_token_was_issued_to_me(me: View, message: WithIdToken) -> bool:
    """The authorized party, named wherever there are several audiences, is this client (OpenID Connect Core section
    3.1.3.7)."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and authorizes_me(me, message.id_token)


def id_token_has_not_expired(me: View, message: WithIdToken) -> bool:
    """The moment that it names is still to come (OpenID Connect Core section 3.1.3.7)."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and not has_lapsed(me, message.id_token)


def id_token_is_signed_by_its_issuer(me: View, message: WithIdToken) -> bool:
    """It is signed, with the key that is its issuer's and no other (OpenID Connect Core section 3.1.3.7)."""
    if _none_is_due(me, message):
        return True
    id_token = message.id_token
    if id_token is None or id_token.key is None or id_token.iss is None:
        return False
    return id_token.key == SigningKey(id_token.iss.name)


ID_TOKEN_VALIDATION = Mitigation(
    "id-token-validation",
    "ID tokens are validated: issuer, audience, authorized party, signature, expiry",
    "OpenID Connect Core section 3.1.3.7",
    id="IDT",
    checks=_wherever_id_tokens_come(
        id_token_is_from_my_issuer,
        id_token_is_for_me,
        id_token_is_signed_by_its_issuer,
        id_token_was_issued_to_me,
        id_token_has_not_expired,
    ),
    configures={"openid": True},
    extension=True,
)

KEY_BY_ISSUER = Mitigation(
    "key-by-issuer",
    "a signature is checked with a key of the issuer that the token names, whatever its header says",
    "OpenID Connect Core section 3.1.3.7",
    id="JWTT",
    checks=_wherever_id_tokens_come(id_token_is_signed_by_its_issuer),
    configures={"openid": True},
    extension=True,
)


def code_is_that_of_the_id_token(me: View, message: HybridResponse) -> bool:
    """The ID token has the hash of the code (OpenID Connect Core section 3.3.2.10)."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and message.id_token.c_hash == message.code


def state_is_that_of_the_id_token(me: View, message: HybridResponse) -> bool:
    """The ID token has the hash of `state`, as it has that of the code."""
    if _none_is_due(me, message):
        return True
    return message.id_token is not None and message.id_token.s_hash == message.state


def access_token_is_that_of_the_id_token(me: View, message: WithIdToken) -> bool:
    """The ID token has the hash of the access token that comes with it (OpenID Connect Core section 3.1.3.8)."""
    if isinstance(message, HybridResponse) and (
        _none_is_due(me, message) or "token" not in me.cast.client_uses.split()
    ):
        return True
    return message.id_token is not None and message.id_token.at_hash == message.access_token


HASHES = Mitigation(
    "hashes",
    "the ID token has the hashes of the code, the access token and state that it comes with, compared",
    "OpenID Connect Core section 3.3.2.10",
    id="HASH",
    checks={
        HybridResponse: [
            code_is_that_of_the_id_token,
            state_is_that_of_the_id_token,
            access_token_is_that_of_the_id_token,
        ],
        TokenResponse: [access_token_is_that_of_the_id_token],
        ImplicitResponse: [access_token_is_that_of_the_id_token],
    },
    configures={"openid": True},
    extension=True,
)


def resource_is_the_subjects(me: View, message: ResourceResponse) -> bool:
    """What comes back is about whom the ID token names (OpenID Connect Core section 5.3.2)."""
    return me.memory.subject is None or me.memory.subject == Subject(message.resource.owner)


USERINFO_SUBJECT = Mitigation(
    "userinfo-subject",
    "what the access token gives is about the subject of the ID token, compared",
    "OpenID Connect Core section 5.3.2",
    checks={ResourceResponse: [resource_is_the_subjects]},
    configures={"openid": True},
    extension=True,
)

SUBJECT_WITH_ISSUER = Mitigation(
    "subject-with-issuer",
    "accounts are known by issuer and subject together",
    "OpenID Connect Core section 2",
    id="SUBK",
)

TRANSACTION_SECRETS = Mitigation(
    "transaction-secrets",
    "code verifier and nonce are fresh for each run",
    "RFC 9700 section 2.1.1",
    id="TXFRESH",
    configures={"reused_secrets": False},
)
