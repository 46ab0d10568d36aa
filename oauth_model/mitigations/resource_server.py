"""What limits the use of a bearer token: its audience, its lifetime, and where it may travel."""

from __future__ import annotations

from oauth_model.flows.resource_access import has_ended
from oauth_model.machine import View, refuses_with
from oauth_model.messages import AuthorizationRequest, ResourceRequest, ResourceRequestInUri
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.terms import ResourceIndicator

Request = ResourceRequest | ResourceRequestInUri


def wanted_resource(me: View) -> ResourceIndicator | None:
    """The resource server that this run wants the token for."""
    resource: ResourceIndicator | None = me.memory.resource
    return resource


@refuses_with("invalid_token")
def audience_is_me(me: View, message: Request) -> bool:
    """The token was issued for this resource server."""
    return bool(message.access_token.audience == me.party)


AUDIENCE = Mitigation(
    "audience",
    "access tokens are for one resource server, which checks it",
    "RFC 9700 section 2.3",
    id="AUD",
    fills={AuthorizationRequest: {"resource": wanted_resource}},
    configures={"audience_restricted": True},
    checks={ResourceRequest: [audience_is_me], ResourceRequestInUri: [audience_is_me]},
)


@refuses_with("invalid_request")
def token_is_in_the_header(me: View, message: Request) -> bool:
    """The token came in the Authorization header field (RFC 6750 section 2.1)."""
    return isinstance(message, ResourceRequest)


TOKEN_IN_HEADER_ONLY = Mitigation(
    "token-in-header-only",
    "access tokens travel in the Authorization header field only",
    "RFC 9700 section 4.3.2",
    id="HONLY",
    checks={ResourceRequestInUri: [token_is_in_the_header]},
)


@refuses_with("invalid_token")
def token_is_active(me: View, message: Request) -> bool:
    """The token is neither expired nor revoked (RFC 6749 section 7, RFC 6750 section 3.1)."""
    return not has_ended(me, message.access_token)


TOKEN_STATUS_CHECKED = Mitigation(
    "token-status-checked",
    "resource servers find out whether an access token has expired or was revoked",
    "RFC 6749 section 7",
    checks={ResourceRequest: [token_is_active], ResourceRequestInUri: [token_is_active]},
)

SHORT_LIVED_TOKENS = Mitigation(
    "short-lived-tokens",
    "access tokens expire soon",
    "RFC 6750 section 5.3",
    id="SHORT",
)
