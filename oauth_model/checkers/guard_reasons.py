"""Guards without which no goal breaks within the bounds, and why they are there all the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DEFENCE_IN_DEPTH: Mapping[str, str] = MappingProxyType(
    {
        "issuer_is_mine": "every authorization server of a cast is one that its clients are registered at",
        "response_type_is_hybrid": "chooses between the rows of two grants; without it there is more in an answer",
        "hybrid_flow_is_used": "chooses between the rows of two grants; a client uses one of them",
        "scope_is_supported": "an unknown scope is still only what the resource owner consented to",
        "grant_is_within_the_request": "resource owners are shown what is asked for, and grant no more",
        "grant_type_is_supported": "another grant type at the token endpoint is an error, not an attack",
        "client_may_use_grant_type": "a client not registered for codes gets none at the authorization endpoint",
        "token_is_in_the_header": "clients send no such links, and whoever has a token can use the header",
        "page_is_on_top": "tells a page with an address bar from one in a frame, which another row takes",
        "callback_is_asked": "a response at another page is lost; taking it all the same would leak less",
        "response_is_where_i_look": "parameters elsewhere are not seen; seeing them would leak less",
        "assertion_is_unused": "what an attacker can hand on was not used at the honest server before",
        "refusal_may_be_redirected": "what is wrong decides who is told; the goals are about what is granted",
        "address_has_fragment": "there is a fragment to take along or there is not",
        "response_is_posted": "tells a web message from a redirect, which another row takes",
        "history_has_an_address": "a window that was at no address with parameters has nothing to tell",
        "page_is_in_a_frame": "tells a page in a frame from one with an address bar, where pages can be framed at all",
        "query_came_along": "chooses between the rows of a redirector, which is the attack itself",
        "error_page_has_script": "chooses what an error page does, where one with a script is the attack itself",
        "state_names_this_run": "chooses the run that burns a code; another one would try in vain, or do as well",
        "state_names_no_run": "chooses the run that burns a code; another one would try in vain, or do as well",
        "endpoints_are_discovered": "chooses between the rows of two flows, where clients use discovery at all",
        "response_type_is_supported": "what is pushed and not supported is refused when the reference comes",
        "more_was_asked_for": "chooses between the rows of two grants; without it there is more in an answer",
        "pushed_by_that_client": "what is kept says which client pushed it, and that gets the answer",
        "proof_is_for_token_endpoint": "a token is bound to the key of the proof, and only who has that can use it",
        "client_shows_a_certificate": "who redeems a code without a key has the token anyway",
        "browser_is_signed_in": "whose browser it is, the browser says truly, where pages can be framed at all",
        "only_fault_is_the_verifier": "guesses are made where only the verifier is wrong: the attack itself",
        "verifier_is_short": "guesses are made where verifiers are short, which is the attack itself",
        "somebody_goes_on_trying": "honest clients do not guess; where somebody can, it is the attack itself",
        "reference_was_used_here": "a second authorization begins only where it may, which is the attack itself",
    }
)
