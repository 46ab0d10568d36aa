"""The two parties in front of the screen: the resource owner and the user agent.

Neither knows OAuth. The user agent follows redirects, keeps cookies and shows pages; a session is
one of its windows. The resource owner clicks, and decides about the page that a window shows; they
read the address bar, and type a server's password into that server's page only.
"""

from __future__ import annotations

from collections.abc import Iterator

from oauth_model.cast import ATTACKER
from oauth_model.facts import CookieSet, CredentialSent, SentInCleartext
from oauth_model.flows.flow import Flow
from oauth_model.machine import Address, Row, View
from oauth_model.messages import (
    RESOURCE_OWNER,
    USER_AGENT,
    AuthorizationPrompt,
    Click,
    Consent,
    Denial,
    DenyAccess,
    FrontChannel,
    GrantAccess,
    LoginRequest,
    Message,
    Page,
    SignIn,
)
from oauth_model.terms import Cookie, Location, Password, Uri
from oauth_model.uris import travels_in_cleartext


def resource_owner_rows() -> list[Row]:
    return [
        #   on                   source                 dest         guards               effect
        Row(SignIn,              "idle",                "signing_in", [window_is_my_own], click_sign_in),
        Row(AuthorizationPrompt, ("idle", "signing_in"), "asked",     [],                 read_the_page),
        Row(GrantAccess,         "asked",               "consented", [page_is_expected], log_in_and_consent),
        Row(DenyAccess,          "asked",               "denied",    [],                 deny),
    ]


def user_agent_rows() -> list[Row]:
    return [
        #   on                   source          dest            guards                             effect
        Row(Click,               "blank",        "waiting",      [],                                open_login_page),
        Row(FrontChannel,        "blank",        "waiting",      [window_can_be_lured],             follow),
        Row(FrontChannel,        "waiting",      "waiting",      [answer_is_from_the_server_asked, answer_is_a_redirect], follow),
        Row(AuthorizationPrompt, "waiting",      "showing_page", [answer_is_from_the_server_asked, page_is_on_top], show),
        Row((Consent, Denial),   "showing_page", "waiting",      [],                                submit),
        Row(Page,                "waiting",      "at_page",      [answer_is_from_the_server_asked], rest),
    ]


# ------------------------------------------------------------------ guards


def window_is_my_own(me: View, message: SignIn) -> bool:
    """The first window is for what the resource owner sets out to do; the others are there to be lured."""
    return me.index == 1


def page_is_expected(me: View, message: GrantAccess) -> bool:
    """They set out to sign in in this window; or they are not so wary, and take what comes."""
    return me.index == 1 or not me.cast.wary_users


def window_can_be_lured(me: View, message: FrontChannel) -> bool:
    """An empty window opens what somebody links to."""
    return me.index > 1


def answer_is_from_the_server_asked(me: View, message: Message) -> bool:
    """A window takes an answer only from the server to which it sent its last request."""
    return bool(me.sender.party == me.memory.server)


def page_is_on_top(me: View, message: AuthorizationPrompt) -> bool:
    """The page has a window of its own, with an address bar: it is not in a frame of another."""
    return me.memory.framed is None


def answer_is_a_redirect(me: View, message: FrontChannel) -> bool:
    """The answer sends the browser elsewhere; it is no message to another page."""
    return me.envelope.mode != "web_message"


# ------------------------------------------------------------------ effects: resource owner


def click_sign_in(me: View, message: SignIn) -> None:
    """Click "sign in with ..." in the client's page."""
    me.send(Address(me.cast.browser(me.party), me.index), Click(message.client, message.issuer, message.resource))


def read_the_page(me: View, message: AuthorizationPrompt) -> None:
    """See what is asked for, and by the address bar where one is."""
    assert me.uri is not None
    me.remember(scope=message.scope, server=me.uri.host)


def log_in_and_consent(me: View, message: GrantAccess) -> None:
    """Type the password for the server in the address bar, and grant."""
    consent = Consent(Password(me.party, me.memory.server), message.scope)
    me.send(Address(me.cast.browser(me.party), me.index), consent)
    me.forget("scope", "server")


def deny(me: View, message: DenyAccess) -> None:
    """Click "deny"."""
    me.send(Address(me.cast.browser(me.party), me.index), Denial())
    me.forget("scope", "server")


# ------------------------------------------------------------------ effects: user agent


def open_login_page(me: View, message: Click) -> None:
    """Ask the client to start."""
    if me.cast.web_messages:
        me.remember(opener=message.client.name)
    send_request(me, LoginRequest(message.issuer, message.resource), me.cast.login_endpoint(message.client.name))


def follow(me: View, message: FrontChannel) -> None:
    """Store the cookie that came along, and send the request in the link or redirect to its host.

    A redirect that preserves the method (status 307, RFC 9700 section 4.12) makes the browser send the form
    that it posted last once more, to the new place.
    """
    assert me.uri is not None
    cookie = me.envelope.set_cookie
    if cookie is not None and not (me.envelope.cleartext and me.cast.host_cookies):
        me.happened(CookieSet(me.party, cookie))
    if me.envelope.framed:
        me.remember(framed=True)
    if me.cast.web_messages and me.memory.opener is None:
        me.remember(opener=me.sender.party)
    send_request(me, message, me.uri, me.envelope.mode)


def show(me: View, message: AuthorizationPrompt) -> None:
    """Show the page to the resource owner, under the address it came from."""
    if me.envelope.set_cookie is not None:
        me.remember(page_cookie=me.envelope.set_cookie)
    owner = Address(me.cast.user(me.party), me.index)
    me.send(owner, message, uri=Uri(me.memory.server))


def submit(me: View, message: Consent | Denial) -> None:
    """Send what the resource owner entered to the server whose page it is."""
    server = me.memory.server
    if isinstance(message, Consent):
        me.happened(CredentialSent(message.credential, server))
        me.remember(form=message.credential)
    cookie = me.memory.page_cookie
    me.send(server, message, cookies=frozenset([cookie]) if cookie else frozenset())
    me.forget("page_cookie")


def rest(me: View, message: Page) -> None:
    """Show the page; nothing more is expected in this window."""
    me.forget("server", "form", "address", "mode", "opener", "framed", "cleartext")


def send_request(me: View, message: FrontChannel, uri: Uri, mode: str | None = None) -> None:
    """Send a request with all cookies that its server set, and the form if that is to be posted on.

    The address that the window then has is kept where somebody could ask for it: but not one that the attacker wrote,
    of which it would learn nothing.
    """
    server = me.cast.owner(uri)
    form = me.memory.form if me.envelope.repost else None
    if form is not None:
        me.happened(CredentialSent(form, server, again=True))
    cleartext = travels_in_cleartext(uri)
    if cleartext:
        me.happened(SentInCleartext(uri))
    cookies = frozenset() if cleartext and me.cast.host_cookies else frozenset(cookie_jar(me, server))
    lured = not me.cast.honest(me.sender.party) or me.sender.index == 0
    origin = me.sender.party if mode == "web_message" else None
    extras = {"cookies": cookies, "form": form, "mode": mode, "at_once": lured, "cleartext": cleartext, "origin": origin}
    me.send(server, message, uri=uri, **extras)
    if me.cast.also_gets(uri):
        me.send(ATTACKER, message, uri=uri)
    me.forget("form", "visited", "address", "mode")
    me.remember(server=server, cleartext=cleartext or None)
    place = None if lured else mode or message.mode
    if me.cast.history_is_read and place in ("query", "fragment"):
        me.remember(visited=Location(tuple(message.terms())))
    if me.cast.has_other_pages and place is not None:
        me.remember(address=message, mode=place)


def cookie_jar(me: View, server: str) -> Iterator[Cookie]:
    """The cookies that go to a server: those that it set, and one that just came along for it."""
    just_set = me.envelope.set_cookie
    if just_set is not None and just_set.server == server:
        yield just_set
    yield from (fact.cookie for fact in me.looks_up(CookieSet, browser=me.party, server=server))


BROWSER = Flow(
    "browser",
    "Resource owner and user agent",
    "RFC 6749 section 1.1",
    {RESOURCE_OWNER: resource_owner_rows(), USER_AGENT: user_agent_rows()},
    looks_up={USER_AGENT: (CookieSet,)},
)
