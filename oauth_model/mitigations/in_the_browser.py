"""What authorization servers and clients tell the browser, so that pages and users cannot be abused there."""

from __future__ import annotations

from oauth_model.flows.client_runs import expected_issuer
from oauth_model.machine import View
from oauth_model.messages import AuthorizationResponse, HybridResponse, ImplicitResponse, LoginRequest
from oauth_model.mitigations.mitigation import Mitigation

Response = AuthorizationResponse | HybridResponse | ImplicitResponse

FRAMING_REFUSED = Mitigation(
    "framing-refused",
    "the authorization server's pages are not shown in frames",
    "RFC 9700 section 4.16",
    id="FRAME",
    configures={"pages_in_frames": False},
)

TARGET_ORIGIN = Mitigation(
    "target-origin",
    "a response by web message goes to the origin of the redirection URI only",
    "RFC 9700 section 4.17.2",
    id="PMORG",
    configures={"any_target_origin": False},
)


def sender_is_my_issuer(me: View, message: Response) -> bool:
    """A web message was posted by a page of the authorization server's (RFC 9700 section 4.17.2)."""
    return me.envelope.origin in (None, expected_issuer(me).name)


SENDER_ORIGIN = Mitigation(
    "sender-origin",
    "a response by web message is taken from the origin of the authorization server only",
    "RFC 9700 section 4.17.2",
    checks={
        AuthorizationResponse: [sender_is_my_issuer],
        ImplicitResponse: [sender_is_my_issuer],
    },
)
"""The other half of what the catalogue calls PMORG."""

NO_AUTOMATIC_REDIRECT = Mitigation(
    "no-automatic-redirect",
    "errors are not redirected to clients that nobody vetted",
    "RFC 9700 section 4.11.2",
    id="NOAUTO",
)


def user_asked_for_it(me: View, message: LoginRequest) -> bool:
    """The request comes from a click in the client's own page, not from a link or page of somebody else's."""
    return not me.envelope.at_once


LOGIN_NEEDS_GESTURE = Mitigation(
    "login-needs-gesture",
    "signing in begins with a click in the client's own page",
    "OpenID Connect Core section 4",
    id="GEST",
    checks={LoginRequest: [user_asked_for_it]},
    extension=True,
)
"""No specification asks for this; the section says how others may begin a login."""
