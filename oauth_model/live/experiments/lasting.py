"""What lasts, and for how long: access tokens, consents, references to pushed requests; and what can be guessed."""

from __future__ import annotations

from collections.abc import Iterator

from oauth_model.live.adapter import PUBLIC
from oauth_model.live.experiments.bench import Bench, Experiment, Unclear, what_came
from oauth_model.live.experiments.freshness import BITS, ENOUGH, bits_of
from oauth_model.live.findings import Measurement, State
from oauth_model.live.lab import Back, Front, authenticated, s256

SOON = 3600
"""Seconds up to which an access token's lifetime counts as short."""


def token_status_is_checked(bench: Bench) -> Iterator[Measurement]:
    """On if a token is refused after it was revoked (RFC 7009 section 2.1), or else after its lifetime."""
    slug, endpoint = "token-status-checked", bench.lab.target.endpoints.revocation
    token = bench.token().token
    if not bench.alive(token):
        raise Unclear("a fresh token is not accepted either")
    if endpoint is not None:
        request = authenticated(endpoint, bench.client, {"token": token})
        answer = bench.lab.transport.send(request, "client", "revocation request")
        if answer.status != 200:
            raise Unclear(f"a revocation request is answered with status {answer.status}")
        how = "after it was revoked"
    else:
        seconds = bench.lab.target.token_lifetime + 60
        if not bench.lab.adapter.advance(seconds):
            raise Unclear("the server has no revocation endpoint, and time cannot be made to pass for it")
        how = f"after {seconds:g} seconds"
    if bench.alive(token):
        yield bench.says(slug, "off", f"a token is accepted {how}")
    else:
        yield bench.says(slug, "on", f"a token is refused {how}")


def tokens_are_short_lived(bench: Bench) -> Iterator[Measurement]:
    """On if an access token is said to expire within the hour (`expires_in`, RFC 6749 section 5.1)."""
    seconds = bench.token().json.get("expires_in")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise Unclear("a token response does not say when its token expires")
    state: State = "on" if seconds <= SOON else "off"
    yield bench.says("short-lived-tokens", state, f"an access token is said to expire in {seconds:g} seconds")


def public_clients_are_asked_for(bench: Bench) -> Iterator[Measurement]:
    """On if a browser that has consented for a public client is asked again (RFC 6749 section 10.2)."""
    slug, client = "no-silent-approval", bench.lab.target.clients.get(PUBLIC)
    if client is None:
        raise Unclear("the server has no public client")
    bench.token(bench.honest(client), client)
    again = bench.send(bench.lab.request(client, **_challenge(bench)), client)
    if again.code is not None:
        yield bench.says(slug, "off", "a browser that has consented once is sent back with a code without a page")
    elif _asks(again):
        yield bench.says(slug, "on", "a browser that has consented once is asked again")
    else:
        raise Unclear(f"a second request of a public client is not granted: {what_came(again)}")


def reference_is_used_once(bench: Bench) -> Iterator[Measurement]:
    """On if the reference to a pushed request that was granted is refused (RFC 9126 section 4)."""
    slug, client = "request-uri-once", bench.client
    answer = bench.push(bench.lab.request(client, **_challenge(bench)), client)
    reference = Back(answer).json.get("request_uri")
    if not isinstance(reference, str):
        raise Unclear(f"an honest request cannot be pushed: status {answer.status}")
    request = (("client_id", client.client_id), ("request_uri", reference))
    granted = bench.lab.decide(bench.lab.ask(request))
    if granted.code is None:
        raise Unclear(f"an honest pushed request is not granted: {what_came(granted)}")
    again = bench.lab.ask(request)
    if again.code is not None or _asks(again):
        yield bench.says(slug, "off", "the reference to a pushed request is taken twice")
    else:
        yield bench.says(slug, "on", "the reference to a pushed request is refused after it was used")


def codes_cannot_be_guessed(bench: Bench) -> Iterator[Measurement]:
    """On if the codes that came have room for enough randomness (RFC 6749 section 10.10); nothing is guessed."""
    while len(bench.codes) < ENOUGH:
        bench.honest()
    bits = bits_of(bench.codes)
    state: State = "on" if bits >= BITS else "off"
    yield bench.says("unguessable-secrets", state, f"the shortest of {len(bench.codes)} codes has room for {bits} bits")


def _asks(front: Front) -> bool:
    return front.place == "page" and front.visit.status < 400 and bool(front.visit.forms)


def _challenge(bench: Bench) -> dict[str, str | None]:
    if bench.way is not None and not bench.way.pkce:
        return {}
    return {"code_challenge": s256(bench.lab.fresh()), "code_challenge_method": "S256"}


LASTING = (
    Experiment("no-silent-approval", ("no-silent-approval",), public_clients_are_asked_for),
    Experiment("request-uri-once", ("request-uri-once",), reference_is_used_once),
    Experiment("short-lived-tokens", ("short-lived-tokens",), tokens_are_short_lived),
    Experiment("unguessable-secrets", ("unguessable-secrets",), codes_cannot_be_guessed),
    Experiment("token-status-checked", ("token-status-checked",), token_status_is_checked),
)
"""The last of them may make time pass."""
