"""What keeps the network out: TLS on every page, and cookies that no other host and no http page can set."""

from __future__ import annotations

from oauth_model.mitigations.mitigation import Mitigation

TLS = Mitigation(
    "tls",
    "clients have all their pages on https, the start of the flow and the redirection endpoint included",
    "RFC 9700 section 2.6",
    id="TLS",
    configures={"cleartext": ()},
)

HOST_COOKIES = Mitigation(
    "host-cookies",
    "clients' cookies have the prefix __Host-: only the client's own host sets them, over https",
    "draft-ietf-httpbis-rfc6265bis section 4.1.3.2",
    id="HOSTCK",
    configures={"host_cookies": True},
)
