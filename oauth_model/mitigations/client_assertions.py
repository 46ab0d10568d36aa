"""Client authentication with a key instead of a secret: assertions (RFC 7523) and certificates (RFC 8705).

An assertion is signed: whoever has it can hand it on, nobody else can make one. Which audience it names and which key
signs it decide where it is worth something. A client of the attacker's can sign whatever it likes, so its requests
without an assertion stand for such ones.
"""

from __future__ import annotations

from oauth_model.facts import ClientAuthenticated
from oauth_model.machine import View, refuses_with
from oauth_model.messages import PushedAuthorizationRequest, TokenRequest
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.terms import ClientAssertion, Issuer, TokenEndpoint

Request = TokenRequest | PushedAuthorizationRequest


def assertion_for_token_request(me: View) -> ClientAssertion | None:
    """An assertion that this run makes for its token request."""
    return _assertion(me, 2)


def assertion_for_pushed_request(me: View) -> ClientAssertion | None:
    """An assertion that this run makes for its pushed request."""
    return _assertion(me, 1)


def _assertion(me: View, number: int) -> ClientAssertion | None:
    if me.cast.authentication != "private_key_jwt":
        return None
    issuer, endpoint = me.memory.issuer, me.memory.token_endpoint or TokenEndpoint(me.memory.issuer.name)
    audience: Issuer | TokenEndpoint = issuer if me.cast.audience_is_issuer else endpoint
    return ClientAssertion(me.party, me.cast.client_key(me.party, issuer.name), audience, me.index, number)


@refuses_with("invalid_client")
def assertion_is_for_me(me: View, message: Request) -> bool:
    """The assertion is the client's, signed with its key for this server, its audience (RFC 7523 section 3)."""
    client, assertion = message.client_id.name, message.client_assertion
    if me.cast.authentication != "private_key_jwt" or not me.cast.honest(client):
        return True
    return assertion is not None and assertion.client == client and bool(me.cast.accepts(assertion, me.party))


PRIVATE_KEY_JWT = Mitigation(
    "private-key-jwt",
    "clients authenticate by assertions that they sign",
    "RFC 7523 section 3",
    fills={
        TokenRequest: {"client_assertion": assertion_for_token_request},
        PushedAuthorizationRequest: {"client_assertion": assertion_for_pushed_request},
    },
    checks={TokenRequest: [assertion_is_for_me], PushedAuthorizationRequest: [assertion_is_for_me]},
    configures={"confidential": True, "authentication": "private_key_jwt"},
    extension=True,
)

AUDIENCE_IS_ISSUER = Mitigation(
    "audience-is-issuer",
    "the only audience of a client assertion is the authorization server's issuer identifier",
    "draft-ietf-oauth-rfc7523bis section 4",
    id="AUDISS",
    configures={"audience_is_issuer": True},
)

KEY_FOR_EACH_SERVER = Mitigation(
    "key-for-each-server",
    "clients have a key of its own for each authorization server",
    "draft-ietf-oauth-security-topics-update section 2.1",
    id="ASKEYS",
    configures={"keys_per_server": True},
)


@refuses_with("invalid_client")
def assertion_is_unused(me: View, message: Request) -> bool:
    """The assertion's `jti` was not seen here before (RFC 7523 section 3)."""
    if me.cast.authentication != "private_key_jwt" or message.client_assertion is None:
        return True
    return not me.looks_up(ClientAuthenticated, issuer=me.party, assertion=message.client_assertion)


ASSERTION_SINGLE_USE = Mitigation(
    "assertion-single-use",
    "a client assertion is taken once",
    "RFC 7523 section 3",
    id="ASJTI",
    checks={TokenRequest: [assertion_is_unused], PushedAuthorizationRequest: [assertion_is_unused]},
)


@refuses_with("invalid_client")
def connection_is_the_clients(me: View, message: Request) -> bool:
    """The request came over a TLS connection with the client's certificate (RFC 8705 section 2)."""
    return me.sender.party == message.client_id.name or not me.cast.honest(message.client_id.name)


MTLS_CLIENT_AUTHENTICATION = Mitigation(
    "mtls-client-authentication",
    "clients authenticate by their certificates, and by nothing that could be handed on",
    "RFC 8705 section 2",
    id="MTLSS",
    checks={TokenRequest: [connection_is_the_clients], PushedAuthorizationRequest: [connection_is_the_clients]},
    configures={"confidential": True, "authentication": "tls_client_auth"},
    extension=True,
)
