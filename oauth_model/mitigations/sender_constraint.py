"""What makes an access token, or a code, of no use to who does not have a key: DPoP (RFC 9449), mutual TLS (RFC 8705).

A client has one key, and shows that it has it: by a proof made for one server and one token, or in the TLS handshake.
Neither says which client it is. A server that binds tokens still takes those that are bound to nothing, as it must
where others use them: those of the implicit grant, at which nobody shows a key.
"""

from __future__ import annotations

from oauth_model.machine import View, refuses_with
from oauth_model.messages import (
    AuthorizationRequest,
    ResourceRequest,
    ResourceRequestInUri,
    TokenRequest,
    TokenResponse,
)
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.terms import Certificate, DpopProof, ProofKey, Thumbprint

Request = ResourceRequest | ResourceRequestInUri


def own_thumbprint(me: View) -> Thumbprint:
    """Of the client's key."""
    return Thumbprint(ProofKey(me.party))


# ------------------------------------------------------------------ DPoP


def proof_for_token_endpoint(me: View) -> DpopProof:
    """A proof for the authorization server that is asked (RFC 9449 section 5)."""
    return DpopProof(ProofKey(me.party), me.memory.issuer.name)


def proof_for_resource(me: View) -> DpopProof:
    """A proof for the resource server that is asked, and for the token (RFC 9449 section 7)."""
    return DpopProof(ProofKey(me.party), me.memory.resource.server, me.memory.access_token)


def dpop(me: View) -> str:
    """The type of a token that is bound to the key of a proof (RFC 9449 section 5)."""
    return "DPoP"


@refuses_with("invalid_dpop_proof")
def proof_is_for_token_endpoint(me: View, message: TokenRequest) -> bool:
    """There is a proof, made for this server (RFC 9449 section 4.3)."""
    return message.dpop_proof is not None and message.dpop_proof.is_for(me.party)


@refuses_with("invalid_token")
def proof_is_by_the_tokens_key(me: View, message: Request) -> bool:
    """With a token that is bound to a key comes a proof by it, for this server and token (RFC 9449 section 7.1)."""
    token = message.access_token
    if token.bound_to is None:
        return True
    proof = message.dpop_proof if isinstance(message, ResourceRequest) else None
    return proof is not None and proof.is_for(me.party, token) and Thumbprint(proof.key) == token.bound_to


DPOP = Mitigation(
    "dpop",
    "access tokens are bound to a key, of which each use brings a proof",
    "RFC 9449 section 6",
    id="DPOP",
    fills={
        TokenRequest: {"dpop_proof": proof_for_token_endpoint},
        TokenResponse: {"token_type": dpop},
        ResourceRequest: {"dpop_proof": proof_for_resource},
    },
    checks={
        TokenRequest: [proof_is_for_token_endpoint],
        ResourceRequest: [proof_is_by_the_tokens_key],
        ResourceRequestInUri: [proof_is_by_the_tokens_key],
    },
    configures={"keys_in_use": True},
    extension=True,
)


@refuses_with("invalid_grant")
def proof_is_by_the_codes_key(me: View, message: TokenRequest) -> bool:
    """The proof is by the key that the authorization request named, if it named one (RFC 9449 section 10)."""
    named, proof = me.memory.dpop_jkt, message.dpop_proof
    return named is None or (proof is not None and Thumbprint(proof.key) == named)


DPOP_JKT = Mitigation(
    "dpop-jkt",
    "codes are bound to the key of the authorization request",
    "RFC 9449 section 10",
    id="JKT",
    fills={AuthorizationRequest: {"dpop_jkt": own_thumbprint}},
    checks={TokenRequest: [proof_is_by_the_codes_key]},
    needs=("dpop",),
    extension=True,
)

# ------------------------------------------------------------------ mutual TLS


def certificate_for_token_endpoint(me: View) -> Certificate:
    """The client's certificate, in the connection to the authorization server."""
    return Certificate(ProofKey(me.party), me.memory.issuer.name)


def certificate_for_resource(me: View) -> Certificate:
    """The client's certificate, in the connection to the resource server."""
    return Certificate(ProofKey(me.party), me.memory.resource.server)


@refuses_with("invalid_request")
def client_shows_a_certificate(me: View, message: TokenRequest) -> bool:
    """The connection is mutually authenticated (RFC 8705 section 3)."""
    return message.certificate is not None and message.certificate.server in (None, me.party)


@refuses_with("invalid_token")
def certificate_is_the_tokens(me: View, message: Request) -> bool:
    """A token that is bound to a certificate comes over a connection with that certificate (RFC 8705 section 3)."""
    bound_to = message.access_token.bound_to
    if bound_to is None:
        return True
    shown = message.certificate if isinstance(message, ResourceRequest) else None
    return shown is not None and shown.server in (None, me.party) and Thumbprint(shown.key) == bound_to


MTLS = Mitigation(
    "mtls",
    "access tokens are bound to the certificate of the client's TLS connection",
    "RFC 8705 section 3",
    id="MTLS",
    fills={
        TokenRequest: {"certificate": certificate_for_token_endpoint},
        ResourceRequest: {"certificate": certificate_for_resource},
    },
    checks={
        TokenRequest: [client_shows_a_certificate],
        ResourceRequest: [certificate_is_the_tokens],
        ResourceRequestInUri: [certificate_is_the_tokens],
    },
    configures={"keys_in_use": True},
    extension=True,
)
