"""Experiments on authorization responses: what is in them, where they go, and the pages on the way there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from oauth_model.live.adapter import ATTACKERS, VICTIM
from oauth_model.live.exchange import HttpResponse
from oauth_model.live.experiments.bench import Bench, Experiment, Unclear, what_came
from oauth_model.live.findings import Measurement
from oauth_model.live.lab import Front

NO_SUCH_TYPE = ("unsupported_response_type", "unauthorized_client", "invalid_request")
NO_SUCH_MODE = ("invalid_request", "unsupported_response_mode", "unauthorized_client")
TOKEN_TYPES = ("token", "code token")


def no_token_in_response(bench: Bench) -> Iterator[Measurement]:
    """On if no client gets an access token in the authorization response (RFC 9700 section 2.1.2)."""
    slug = "no-implicit"
    bench.honest()
    for client in bench.lab.target.clients.values():
        for kind in TOKEN_TYPES if client == bench.client else TOKEN_TYPES[:1]:
            front = bench.authorize(client, response_type=kind, nonce=bench.lab.fresh(24)).front
            token = front.get("access_token")
            if token is not None:
                bench.access_tokens.append(token)
                bench.note(response_types=(*bench.facts.response_types, kind))
                yield bench.says(slug, "off", f"response_type={kind!r} brings an access token in the {front.place}")
                return
            bench.refused(front, NO_SUCH_TYPE, f"a request with response_type={kind!r}")
    yield bench.says(slug, "on", "requests for an access token in the response are refused, for every client")


def response_mode_is_locked(bench: Bench) -> Iterator[Measurement]:
    """On if a request chooses neither where the response's parameters are nor their type (RFC 9700 section 2.1.2)."""
    slug = "response-mode-locked"
    usual = bench.honest().front.place
    chosen: list[str] = []
    for mode in ("query", "fragment", "form_post", "web_message"):
        if mode == usual:
            continue
        front = bench.authorize(response_mode=mode).front
        if _is_web_message(front):
            chosen.append("web_message")
        elif front.code is None:
            bench.refused(front, NO_SUCH_MODE, f"a request with response_mode={mode!r}")
        elif front.place == mode:
            chosen.append(mode)
    front = bench.authorize(response_type="token", nonce=bench.lab.fresh(24)).front
    if chosen:
        bench.note(response_modes=(usual, *chosen))
        yield bench.says(slug, "off", f"a client's response comes by {' or '.join(chosen)} if the request says so")
    elif front.get("access_token") is not None:
        yield bench.says(slug, "off", "a client that uses codes gets a token if the request says so")
    else:
        bench.refused(front, NO_SUCH_TYPE, "a request with response_type='token'")
        yield bench.says(slug, "on", f"a client's response is a code in the {usual}, whatever the request says")


def web_messages(bench: Bench) -> Iterator[Measurement]:
    """On if a response by web message is for the origin of the redirection URI alone (RFC 9700 section 4.17.2)."""
    slug = "target-origin"
    grant = bench.honest()
    front = bench.authorize(response_mode="web_message").front
    body = front.visit.answer.body
    if not _is_web_message(front):
        raise Unclear("the server does not respond by web message")
    uri = urlsplit(grant.redirect_uri or bench.client.redirect_uris[0])
    if re.search(r"postMessage\s*\([^;]*['\"]\*['\"]", body):
        yield bench.says(slug, "off", "a response by web message goes to whatever page opened the window")
    elif f"{uri.scheme}://{uri.netloc}" in body.replace("\\/", "/"):
        yield bench.says(slug, "on", "a response by web message goes to the origin of the redirection URI")
    else:
        raise Unclear("the page that sends a web message does not show to whom")


def _is_web_message(front: Front) -> bool:
    return front.place == "page" and "postMessage" in front.visit.answer.body


def pages_on_the_way(bench: Bench) -> Iterator[Measurement]:
    """Login and consent from the start: in no frame (RFC 9700 section 4.16), and no 307 after a form (section 4.12)."""
    bench.lab.browser(VICTIM).forget()
    bench.honest()
    browser = bench.lab.browser(VICTIM).name
    seen = [(e.request, e.answer) for e in bench.exchanges() if e.who == browser and e.answer is not None]
    statuses = [answer.status for request, answer in seen if request.method == "POST" and answer.location is not None]
    pages = [(sent.url, answer) for sent, answer in seen if answer.status == 200 and "<form" in answer.body.lower()]
    if any(status in (307, 308) for status in statuses):
        yield bench.says("see-other", "off", "a redirect after a form makes browsers post the form again")
    elif statuses:
        said = ", ".join(str(status) for status in dict.fromkeys(statuses))
        yield bench.says("see-other", "on", f"redirects after a form have status {said}")
    if not pages:
        raise Unclear("the server shows no page with a form, so nothing is posted and nothing could be framed")
    open_ones = [url.partition("?")[0] for url, answer in pages if not refuses_frames(answer)]
    if open_ones:
        yield bench.says("framing-refused", "off", f"other sites may show {open_ones[0]} in a frame")
    else:
        yield bench.says("framing-refused", "on", f"{len(pages)} pages with forms say that they are not for frames")
    raise Unclear("the server redirects after no form")


def refuses_frames(answer: HttpResponse) -> bool:
    """Whether a page is not shown in frames of other sites (CSP frame-ancestors, or else X-Frame-Options)."""
    policies = [value for name, value in answer.headers if name.lower() == "content-security-policy"]
    directives = [part.split() for value in policies for part in re.split("[;,]", value)]
    ancestors = [words[1:] for words in directives if words and words[0].lower() == "frame-ancestors"]
    if ancestors:  # then browsers ignore X-Frame-Options (CSP level 2 section 7.7.1)
        return any(all(source not in ("*", "http:", "https:") for source in sources) for sources in ancestors)
    return (answer.header("X-Frame-Options") or "").strip().upper() in ("DENY", "SAMEORIGIN")


def issuer_is_named(bench: Bench) -> Iterator[Measurement]:
    """On if a response with a code names the issuer (RFC 9207 section 2); of error responses it is said beside."""
    slug = "iss"
    issuer = bench.lab.target.endpoints.issuer
    named = bench.honest().front.get("iss")
    bench.note(iss=named is not None)
    if named is None:
        yield bench.says(slug, "off", "a response with a code has no iss")
    elif issuer is not None and named != issuer:
        yield bench.says(slug, "off", f"a response with a code names {named}, but the issuer is {issuer}")
    else:
        refusal = bench.authorize(response_type="no_such_type").front
        silent = refusal.uri is not None and refusal.error is not None and refusal.get("iss") is None
        beside = "; an error response does not" if silent else ""
        yield bench.says(slug, "on", f"a response with a code names the issuer{beside}")


def state_is_required(bench: Bench) -> Iterable[Measurement]:
    """Whether a request without a state is refused (RFC 6749 section 4.1.1): part of the dialect, no mitigation."""
    bench.honest()
    front = bench.authorize(state=None).front
    if front.code is None:
        bench.refused(front, ("invalid_request",), "a request without a state")
    bench.note(state_required=front.code is None)
    return ()


def errors_of_strangers(bench: Bench) -> Iterator[Measurement]:
    """On if an error is shown, not redirected to a client that nobody vetted (RFC 9700 section 4.11.2)."""
    slug = "no-automatic-redirect"
    client = bench.lab.target.clients.get(ATTACKERS)
    if client is None:
        raise Unclear("the attacker has no client at the server, to which an error could be redirected")
    bench.honest(client)
    bench.lab.browser(VICTIM).forget()
    since = len(bench.exchanges())
    front = bench.send(bench.lab.request(client, response_type="no_such_type"), client)
    logged_in = any(exchange.purpose == "log in" for exchange in bench.exchanges()[since:])
    if front.place != "page":
        if front.error is None:
            raise Unclear(f"an unknown response_type brings {what_came(front)}")
        if front.uri is not None:
            bench.note(errors_after_login=logged_in)
            what = f"the error {front.error} is redirected to a client that nobody vetted"
            if logged_in:
                yield bench.says(slug, "on", f"{what}, but only after the resource owner has logged in")
            else:
                yield bench.says(slug, "off", f"{what}, before anybody logged in")
            return
    elif front.visit.status >= 500 or bench.lab.decide(front).code is not None:
        raise Unclear(f"an unknown response_type brings {what_came(front)}, and no error")
    yield bench.says(slug, "on", "an error stays at the server where the client is one that nobody vetted")


RESPONSES = (
    Experiment("no-implicit", ("no-implicit",), no_token_in_response),
    Experiment("response-mode-locked", ("response-mode-locked",), response_mode_is_locked),
    Experiment("target-origin", ("target-origin",), web_messages),
    Experiment("pages", ("see-other", "framing-refused"), pages_on_the_way),
    Experiment("iss", ("iss",), issuer_is_named),
    Experiment("state-required", (), state_is_required),
    Experiment("no-automatic-redirect", ("no-automatic-redirect",), errors_of_strangers),
)
