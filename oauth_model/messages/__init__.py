"""Messages: one frozen dataclass for each arrow of the RFCs.

The fields are the RFC's parameters, required and optional as the RFC says; the base class is the
channel the message travels on; `sender` and `receiver` are the roles at its two ends. The user
agent relays front-channel messages and is neither. A message does not say who really sent it:
that is the envelope's (`machine.Envelope`), and only on channels where a receiver can tell.
"""

from oauth_model.messages.authorization import (
    AuthorizationError,
    AuthorizationErrorResponse,
    AuthorizationRequest,
    AuthorizationRequestWithSecret,
    AuthorizationResponse,
    Fault,
    HybridResponse,
    ImplicitResponse,
)
from oauth_model.messages.browser import (
    AuthorizationPrompt,
    Click,
    Consent,
    Denial,
    DenyAccess,
    EmbeddingPage,
    GrantAccess,
    LoginRequest,
    Page,
    Redirect,
    SignIn,
    SubResourceRequest,
    UnseenConsent,
)
from oauth_model.messages.channel import (
    AUTHORIZATION_SERVER,
    CLIENT,
    RESOURCE_OWNER,
    RESOURCE_SERVER,
    ROLES,
    USER_AGENT,
    BackChannel,
    FrontChannel,
    Message,
    Spontaneous,
    UserInterface,
)
from oauth_model.messages.metadata import (
    MetadataRequest,
    MetadataResponse,
    RegistrationRequest,
    RegistrationResponse,
)
from oauth_model.messages.pushed import (
    AuthorizationRequestByReference,
    PushedAuthorizationRequest,
    PushedAuthorizationResponse,
)
from oauth_model.messages.resource import (
    LinkWithToken,
    ResourceError,
    ResourceErrorResponse,
    ResourceRequest,
    ResourceRequestInUri,
    ResourceResponse,
    TokenFromVault,
    UseToken,
)
from oauth_model.messages.token import (
    Expire,
    TokenError,
    TokenErrorResponse,
    TokenRequest,
    TokenResponse,
)

__all__ = [
    "AUTHORIZATION_SERVER",
    "AuthorizationError",
    "AuthorizationErrorResponse",
    "AuthorizationPrompt",
    "AuthorizationRequest",
    "AuthorizationRequestByReference",
    "AuthorizationRequestWithSecret",
    "AuthorizationResponse",
    "BackChannel",
    "CLIENT",
    "Click",
    "Consent",
    "Denial",
    "DenyAccess",
    "EmbeddingPage",
    "Expire",
    "Fault",
    "FrontChannel",
    "GrantAccess",
    "HybridResponse",
    "ImplicitResponse",
    "LinkWithToken",
    "LoginRequest",
    "Message",
    "MetadataRequest",
    "MetadataResponse",
    "Page",
    "PushedAuthorizationRequest",
    "PushedAuthorizationResponse",
    "RESOURCE_OWNER",
    "RESOURCE_SERVER",
    "ROLES",
    "Redirect",
    "RegistrationRequest",
    "RegistrationResponse",
    "ResourceError",
    "ResourceErrorResponse",
    "ResourceRequest",
    "ResourceRequestInUri",
    "ResourceResponse",
    "SignIn",
    "Spontaneous",
    "SubResourceRequest",
    "TokenError",
    "TokenErrorResponse",
    "TokenFromVault",
    "TokenRequest",
    "TokenResponse",
    "USER_AGENT",
    "UnseenConsent",
    "UseToken",
    "UserInterface",
]
