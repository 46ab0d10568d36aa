"""What keeps an authorization response out of wrong hands on its way through the browser."""

from __future__ import annotations

from oauth_model.machine import View, refuses_with
from oauth_model.messages import AuthorizationRequest
from oauth_model.mitigations.mitigation import Mitigation
from oauth_model.uris import is_canonical


def redirect_uri_is_canonical(me: View, message: AuthorizationRequest) -> bool:
    """The redirection URI means the same to every reader: no userinfo, no encoded or dotted path."""
    return message.redirect_uri is None or is_canonical(message.redirect_uri)


CANONICAL_URIS = Mitigation(
    "canonical-uris",
    "redirection URIs that readers could read differently are refused",
    "RFC 9700 section 4.1.3",
    id="CANON",
    checks={AuthorizationRequest: [redirect_uri_is_canonical]},
)

CLAIMED_REDIRECT_URI = Mitigation(
    "claimed-redirect-uri",
    "native clients have https redirection URIs, which the operating system gives to the app that claimed them",
    "RFC 8252 section 7.2",
    id="CLAIM",
    configures={"native": None},
)

REGISTRATION_POLICY = Mitigation(
    "registration-policy",
    "not everybody can register a client",
    "RFC 7591 section 2",
    id="DCRP",
    configures={"open_registration": False},
)

NO_OPEN_REDIRECTOR = Mitigation(
    "no-open-redirector",
    "clients have no page that redirects to where its query says",
    "RFC 9700 section 4.11.1",
    id="NOOPEN",
    configures={"open_redirector": None},
)

REFERRER_POLICY = Mitigation(
    "referrer-policy",
    "the redirection endpoint's page embeds nothing, and no page tells its address",
    "RFC 9700 section 4.2.4",
    id="REFPOL",
    configures={"referrer_policy": "no-referrer", "third_party_content": False},
)


FORM_POST = Mitigation(
    "form-post",
    "the authorization response comes in the body of a POST request",
    "RFC 9700 section 4.2.4",
    id="FPOST",
    configures={"response_mode": "form_post"},
    extension=True,
)


@refuses_with("invalid_request")
def response_mode_is_registered(me: View, message: AuthorizationRequest) -> bool:
    """The response goes where this client's responses go, of the type that this client uses."""
    if me.cast.modes_on_offer and message.response_mode != me.cast.response_mode:
        return False
    return not me.cast.honest(message.client_id.name) or message.response_type == me.cast.client_uses


RESPONSE_MODE_LOCKED = Mitigation(
    "response-mode-locked",
    "response type and response mode are those registered for the client",
    "RFC 9700 section 2.1.2",
    id="RMLOCK",
    checks={AuthorizationRequest: [response_mode_is_registered]},
)
