"""Responses by web message: a page in a popup posts them to the page that opened it (RFC 9700 section 4.17).

The authorization server's page runs in a window that some other page opened, and says to which origin its
message may go. The browser hands it to the opener if that is of this origin; with "*" to any opener. It also tells the
opener of which origin the page is that posted: any other page can post, too. The rows are in a scenario where authorization servers offer this response mode.
"""

from __future__ import annotations

from oauth_model.facts import MessagePosted
from oauth_model.flows.browser import answer_is_from_the_server_asked, cookie_jar
from oauth_model.flows.flow import Flow
from oauth_model.machine import Row, View
from oauth_model.messages import USER_AGENT, AuthorizationResponse, HybridResponse, ImplicitResponse

Response = AuthorizationResponse | HybridResponse | ImplicitResponse


def user_agent_rows() -> list[Row]:
    posted = [answer_is_from_the_server_asked, response_is_posted, target_is_the_opener]
    return [
        #   on                     source     dest       guards  effect
        Row(AuthorizationResponse, "waiting", "waiting", posted, post_to_opener),
        Row(HybridResponse,        "waiting", "waiting", posted, post_to_opener),
        Row(ImplicitResponse,      "waiting", "waiting", posted, post_to_opener),
    ]


def response_is_posted(me: View, message: Response) -> bool:
    """The server's page posts the response as a message."""
    return me.envelope.mode == "web_message"


def target_is_the_opener(me: View, message: Response) -> bool:
    """The page that opened this one is of the origin that the message may go to."""
    return me.cast.any_target_origin or bool(me.cast.owner(me.uri) == me.memory.opener)


def post_to_opener(me: View, message: Response) -> None:
    """Hand the message to the page that opened this one; its server's cookies are that page's."""
    opener = me.memory.opener
    me.happened(MessagePosted(opener, me.cast.owner(me.uri)))
    cookies = frozenset(cookie_jar(me, opener))
    me.send(opener, message, uri=me.uri, cookies=cookies, mode="web_message", origin=me.sender.party)
    me.remember(server=opener)


WEB_MESSAGE = Flow(
    "web-message",
    "Responses by web message",
    "RFC 9700 section 4.17",
    {USER_AGENT: user_agent_rows()},
)
