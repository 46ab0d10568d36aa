"""What a client checks of an authorization server's metadata (RFC 8414)."""

from __future__ import annotations

from oauth_model.machine import View
from oauth_model.messages import MetadataResponse
from oauth_model.mitigations.mitigation import Mitigation


def metadata_names_the_issuer_asked(me: View, message: MetadataResponse) -> bool:
    """The issuer in the metadata is identical to the one that was asked for it (RFC 8414 section 3.3)."""
    return bool(message.issuer == me.memory.issuer)


METADATA_ISSUER = Mitigation(
    "metadata-issuer",
    "endpoints are those in the metadata of the issuer that was asked for it",
    "RFC 8414 section 3.3",
    id="META",
    checks={MetadataResponse: [metadata_names_the_issuer_asked]},
    configures={"rogue_token_endpoint": False},
)
