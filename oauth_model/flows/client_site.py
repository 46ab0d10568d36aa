"""What else there is at a client's site: pages that are no redirection endpoint, and pass on what comes to them.

A redirector sends the browser wherever the query says, a page written by a user embeds what that user likes, and a
redirection endpoint's own page may embed what others serve. None of this is OAuth, and whoever sends an
authorization response there has lost it (RFC 9700 sections 4.1, 4.2 and 4.11.1). A scenario has these rows where
its cast has such pages.
"""

from __future__ import annotations

from oauth_model.cast import ATTACKER
from oauth_model.facts import ResponseStrayed
from oauth_model.flows.browser import answer_is_from_the_server_asked, send_request
from oauth_model.flows.client_runs import callback_is_asked, mode_of, response_is_where_i_look
from oauth_model.flows.flow import Flow
from oauth_model.machine import ANY, SAME, Guard, Row, View
from oauth_model.messages import (
    CLIENT,
    USER_AGENT,
    AuthorizationResponse,
    EmbeddingPage,
    HybridResponse,
    ImplicitResponse,
    Message,
    Redirect,
    SubResourceRequest,
)
from oauth_model.terms import Location, Uri
from oauth_model.uris import LANDING, redirect_target

Response = AuthorizationResponse | HybridResponse | ImplicitResponse


def client_rows() -> list[Row]:
    response = (AuthorizationResponse, HybridResponse, ImplicitResponse)
    other = {"otherwise": True, "last_resort": True}
    script: list[Guard] = [callback_is_asked, response_is_elsewhere, error_page_has_script]
    return [
        #   on        source dest  guards                                  effect
        Row(response, ANY,   SAME, [page_is_redirector, query_came_along], redirect_with_query, **other),
        Row(response, ANY,   SAME, [page_is_redirector],                   redirect,            **other),
        Row(response, ANY,   SAME, [page_is_by_a_user],                    show_page_by_user,   **other),
        Row(response, ANY,   SAME, script,                                 show_leaking_error,  **other),
    ]


def user_agent_rows() -> list[Row]:
    asked = answer_is_from_the_server_asked
    return [
        #   on             source     dest       guards                         effect
        Row(Redirect,      "waiting", "waiting", [asked, address_has_fragment], follow_with_fragment),
        Row(EmbeddingPage, "waiting", SAME,      [asked, page_tells_its_query], fetch_what_is_embedded),
        Row(EmbeddingPage, "waiting", SAME,      [asked, script_reads_address], fetch_what_is_embedded),
    ]


# ------------------------------------------------------------------ client


def page_is_redirector(me: View, message: Response) -> bool:
    """The page asked for redirects to where its query says."""
    return bool(me.cast.is_redirector(me.party, me.uri))


def query_came_along(me: View, message: Response) -> bool:
    """The parameters are in the query: the server sees them."""
    return mode_of(me, message) == "query"


def page_is_by_a_user(me: View, message: Response) -> bool:
    """The page asked for was written by a user, and is the attacker's."""
    return bool(me.cast.is_user_content(me.party, me.uri))


def response_is_elsewhere(me: View, message: Response) -> bool:
    """The parameters are not where this client looks for them."""
    return not response_is_where_i_look(me, message)


def error_page_has_script(me: View, message: Response) -> bool:
    """The error page of the redirection endpoint runs a script that tells others its address."""
    return bool(me.cast.leaking_error_page)


def redirect_with_query(me: View, message: Response) -> None:
    """Redirect, with the query handed on."""
    note_stray(me, message)
    me.reply(message, uri=_target(me))


def redirect(me: View, message: Response) -> None:
    """Redirect; what is in the fragment never came here."""
    note_stray(me, message)
    me.reply(Redirect(), uri=_target(me))


def _target(me: View) -> Uri:
    """Where the query says, or the site's first page."""
    assert me.uri is not None
    return redirect_target(me.uri) or Uri(me.uri.host)


def show_page_by_user(me: View, message: Response) -> None:
    """Show a page that embeds what its author likes."""
    note_stray(me, message)
    me.reply(EmbeddingPage("content"))


def show_leaking_error(me: View, message: Response) -> None:
    """Find no parameters where they should be, and show an error page with a script of somebody else's in it."""
    me.reply(EmbeddingPage("script"))


def note_stray(me: View, message: Response) -> None:
    """Record that a credential came to a page that is not for it."""
    credential = message.access_token if isinstance(message, ImplicitResponse) else message.code
    me.happened(ResponseStrayed(me.party, credential))


# ------------------------------------------------------------------ user agent


def address_has_fragment(me: View, message: Redirect) -> bool:
    """The address that was asked for had parameters in its fragment."""
    return bool(me.memory.mode == "fragment")


def page_tells_its_query(me: View, message: EmbeddingPage) -> bool:
    """The Referer header field has the query of the page's address (RFC 9700 section 4.2)."""
    return bool(message.embeds == "content" and me.memory.mode == "query" and me.cast.referrer_policy == "unsafe-url")


def script_reads_address(me: View, message: EmbeddingPage) -> bool:
    """A script in the page reads the whole address, its fragment included."""
    return message.embeds == "script" and me.memory.mode in ("query", "fragment")


def follow_with_fragment(me: View, message: Redirect) -> None:
    """Follow the redirect: a target without a fragment gets that of the address (RFC 9110 section 17.11)."""
    assert me.uri is not None
    send_request(me, me.memory.address, me.uri, "fragment")


def fetch_what_is_embedded(me: View, message: EmbeddingPage) -> None:
    """Fetch it from its author's server, which is told the page's address."""
    carried: Message = me.memory.address
    me.send(ATTACKER, SubResourceRequest(Location(tuple(carried.terms()))), uri=LANDING)


CLIENT_SITE = Flow(
    "client-site",
    "Other pages at a client's site",
    "RFC 9700 section 4.11.1",
    {CLIENT: client_rows(), USER_AGENT: user_agent_rows()},
)
