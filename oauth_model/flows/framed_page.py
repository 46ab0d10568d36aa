"""Pages of an authorization server in a frame: somebody clicks "allow" who does not see what they click on.

The attacker's page has the authorization server's in a frame that cannot be seen, and something tempting at the same
place (RFC 9700 section 4.16). It needs a browser that is signed in at the authorization server, since nobody types
a password into nothing. The rows are in a scenario where such pages can be framed.
"""

from __future__ import annotations

from oauth_model.flows.authorization_code import issue_code_for_granted_scope
from oauth_model.flows.authorization_endpoint import page_is_mine
from oauth_model.flows.browser import answer_is_from_the_server_asked
from oauth_model.flows.flow import Flow
from oauth_model.machine import Row, View
from oauth_model.messages import AUTHORIZATION_SERVER, USER_AGENT, AuthorizationPrompt, UnseenConsent
from oauth_model.terms import Password


def user_agent_rows() -> list[Row]:
    framed = [answer_is_from_the_server_asked, page_is_in_a_frame]
    return [
        #   on                   source     dest       guards  effect
        Row(AuthorizationPrompt, "waiting", "waiting", framed, click_what_is_not_seen),
    ]


def authorization_server_rows() -> list[Row]:
    return [
        #   on             source    dest           guards                               effect
        Row(UnseenConsent, "asking", "code_issued", [page_is_mine, browser_is_signed_in], issue_code_for_granted_scope),
    ]


def page_is_in_a_frame(me: View, message: AuthorizationPrompt) -> bool:
    """The page is in a frame of another, which can lay something over it."""
    return me.memory.framed is not None


def browser_is_signed_in(me: View, message: UnseenConsent) -> bool:
    """The browser was signed in here before, as the resource owner whose it is."""
    return message.credential.issuer == me.party and me.cast.user_with(message.credential) is not None


def click_what_is_not_seen(me: View, message: AuthorizationPrompt) -> None:
    """Click on the "allow" of a page that cannot be seen, in the name of whoever is signed in."""
    session = Password(me.cast.user(me.party), me.memory.server)
    cookie = me.envelope.set_cookie
    cookies = frozenset([cookie] if cookie else [])
    me.send(me.memory.server, UnseenConsent(session, message.scope), cookies=cookies)


FRAMED_PAGE = Flow(
    "framed-page",
    "Consent pages in frames",
    "RFC 9700 section 4.16",
    {USER_AGENT: user_agent_rows(), AUTHORIZATION_SERVER: authorization_server_rows()},
)
