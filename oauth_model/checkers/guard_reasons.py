"""Guards without which no goal breaks within the bounds, and why they are there all the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DEFENCE_IN_DEPTH: Mapping[str, str] = MappingProxyType(
    {
        "window_can_be_lured": "keeps the search small: a user's own window, lured, does what another one does",
        "issuer_is_mine": "every authorization server of a cast is one that its clients are registered at",
        "browser_has_no_session": "tells a stray response from an expected one; state and PKCE refuse both",
        "response_type_is_hybrid": "chooses between the rows of two grants; without it there is more in an answer",
        "hybrid_flow_is_used": "chooses between the rows of two grants; a client uses one of them",
        "scope_is_supported": "an unknown scope is still only what the resource owner consented to",
        "grant_is_within_the_request": "resource owners are shown what is asked for, and grant no more",
        "grant_type_is_supported": "another grant type at the token endpoint is an error, not an attack",
        "client_may_use_grant_type": "a client not registered for codes gets none at the authorization endpoint",
        "token_is_in_the_header": "clients send no such links, and whoever has a token can use the header",
        "answer_is_a_redirect": "tells a redirect from a web message, which another row takes",
        "page_is_on_top": "tells a page with an address bar from one in a frame, which another row takes",
        "callback_is_asked": "a response at another page is lost; taking it all the same would leak less",
        "response_is_where_i_look": "parameters elsewhere are not seen; seeing them would leak less",
        "endpoints_are_configured": "chooses between the rows of two flows: who asks for metadata goes on from there",
        "assertion_is_unused": "what an attacker can hand on was not used at the honest server before",
        "refusal_may_be_redirected": "what is wrong decides who is told; the goals are about what is granted",
    }
)
