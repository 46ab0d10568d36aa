"""Terms: the symbolic secrets and names that messages are made of.

A term stands for a value that a real deployment draws at random or configures. Nobody can guess
one: a party knows a term because it made it, was configured with it, or received it. Fresh values
are named by the session that makes them (`Code("as.example", 1)`), never counted, so that two
interleavings of the same steps meet in the same world.

This module says what terms are and what can be derived from them. It says nothing about who may
know them: that is `knowledge`, and the goals.
"""

from oauth_model.terms.credentials import ClientAssertion, ClientSecret, Password, SigningKey
from oauth_model.terms.id_tokens import Audiences, Expiry, IdToken
from oauth_model.terms.names import (
    AuthorizationEndpoint,
    ClientId,
    Issuer,
    Location,
    PushedRequestEndpoint,
    RegistrationEndpoint,
    ResourceIndicator,
    Scope,
    Subject,
    TokenEndpoint,
    Uri,
)
from oauth_model.terms.secrets import (
    Challenge,
    Code,
    Cookie,
    Nonce,
    ProtectedResource,
    RequestObject,
    RequestUri,
    State,
    Verifier,
)
from oauth_model.terms.term import Term
from oauth_model.terms.tokens import AccessToken, Certificate, DpopProof, ProofKey, Thumbprint

__all__ = [
    "AccessToken",
    "Audiences",
    "AuthorizationEndpoint",
    "Certificate",
    "Challenge",
    "ClientAssertion",
    "ClientId",
    "ClientSecret",
    "Code",
    "Cookie",
    "DpopProof",
    "Expiry",
    "IdToken",
    "Issuer",
    "Location",
    "Nonce",
    "Password",
    "ProofKey",
    "ProtectedResource",
    "PushedRequestEndpoint",
    "RegistrationEndpoint",
    "RequestObject",
    "RequestUri",
    "ResourceIndicator",
    "Scope",
    "SigningKey",
    "State",
    "Subject",
    "Term",
    "Thumbprint",
    "TokenEndpoint",
    "Uri",
    "Verifier",
]
