"""Reading answers: what a server said, as `wire.Seen`, and what its pages and challenges say beside that."""

from __future__ import annotations

import json
from typing import Any

from oauth_model.live.exchange import HttpResponse, fragment_of, query_of
from oauth_model.live.lab import Back, Front
from oauth_model.live.wire import Seen


def is_prompt(front: Front) -> bool:
    """Whether a page asks for login or consent."""
    return front.place == "page" and front.visit.status < 400 and bool(front.visit.forms)


def response_seen(front: Front) -> Seen:
    """A response for a client, or the page that the browser is left with."""
    if front.place == "page":
        return Seen("page", status=front.visit.status)
    what = "error response" if front.get("error") else "response"
    repost = front.visit.left_for is not None and front.visit.status in (307, 308)
    return Seen(what, front.parameters, front.place, front.uri, front.visit.status, repost)


def json_seen(what: str, back: Back) -> Seen:
    parameters: tuple[tuple[str, Any], ...] = tuple(back.json.items())
    if not back.ok and not isinstance(back.json.get("error"), str):
        parameters += (("error", None),)
    return Seen(what, parameters, status=back.answer.status)


def refuses_frames(answer: HttpResponse) -> bool:
    """Whether other sites cannot have a page in a frame (RFC 9700 section 4.16)."""
    policy = (answer.header("Content-Security-Policy") or "").lower()
    if "frame-ancestors" in policy:
        allowed = policy.partition("frame-ancestors")[2].partition(";")[0].split()
        return allowed in (["'none'"], ["'self'"])
    return (answer.header("X-Frame-Options") or "").strip().lower() in ("deny", "sameorigin")


def challenge_error(answer: HttpResponse) -> str | None:
    """The error code of a WWW-Authenticate challenge, or of a JSON body (RFC 6750 section 3.1)."""
    challenge = answer.header("WWW-Authenticate") or ""
    if 'error="' in challenge:
        return challenge.partition('error="')[2].partition('"')[0]
    try:
        code = json.loads(answer.body).get("error")
    except (ValueError, AttributeError):
        return None
    return code if isinstance(code, str) else None


def token_seen(back: Back) -> Seen:
    """An answer of the token endpoint. One that redirects is what no specification has: what it carries is told."""
    location = back.answer.location
    if location is not None:
        carried = (*query_of(location), *fragment_of(location))
        return Seen("token error", carried, "query", location.partition("?")[0], back.answer.status)
    return json_seen("token" if back.ok else "token error", back)
