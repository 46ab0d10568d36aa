"""Experiments on clients: who authenticates, redeems codes, pushes requests and registers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from oauth_model.live.adapter import ATTACKERS, CONFIDENTIAL, PUBLIC, Registration
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.experiments.bench import Bench, Experiment, Unclear, Way
from oauth_model.live.experiments.trials import Trial, first_taken, refusal
from oauth_model.live.findings import Measurement
from oauth_model.live.lab import Back
from oauth_model.uris import LANDING

NOT_AUTHENTICATED = ("invalid_client", "unauthorized_client", "invalid_request")
NOT_THE_CLIENT = ("invalid_grant", *NOT_AUTHENTICATED)


def client_is_authenticated(bench: Bench) -> Iterator[Measurement]:
    """On if a confidential client gets a token with its secret, not with another or none (RFC 6749 section 3.2.1)."""
    slug = "client-authentication"
    if bench.client.secret is None:
        raise Unclear("the client that is measured is public, so it does not authenticate")
    trials = (Trial("with a wrong secret", secret=bench.lab.fresh(32)), Trial("without a secret", secret=False))
    taken = first_taken(bench, trials, NOT_AUTHENTICATED, bench.honest)
    if taken is not None:
        yield bench.says(slug, "off", f"a confidential client's code is redeemed {taken.name}")
    else:
        yield bench.says(slug, "on", "a token request with a wrong secret or none is refused, and with its own is not")


def code_is_bound_to_client(bench: Bench) -> Iterator[Measurement]:
    """On if another client, authenticated as itself, cannot redeem a code (RFC 6749 section 4.1.3)."""
    slug = "code-bound-to-client"
    other = _another(bench)
    bench.token(client=other)
    trials = (Trial("by another client", client=other),)
    if first_taken(bench, trials, NOT_THE_CLIENT, bench.honest) is not None:
        yield bench.says(slug, "off", "a code is redeemed by another client than the one it was issued to")
    else:
        yield bench.says(slug, "on", "a code is redeemed by its client and not by another, which can redeem its own")


def _another(bench: Bench) -> Registration:
    for name in (ATTACKERS, PUBLIC, CONFIDENTIAL):
        client = bench.lab.target.clients.get(name)
        if client is not None and client.client_id != bench.client.client_id:
            return client
    raise Unclear("the server has only one client here, and it takes two")


def requests_are_kept(bench: Bench) -> Iterator[Measurement]:
    """Whether the server takes requests that were neither pushed (RFC 9126) nor signed (RFC 9101)."""
    pushed, signed = "pushed-requests", "signed-requests"
    bench.honest()
    plain = bench.authorize(way=Way(bench.way is None or bench.way.pkce, False))
    if plain.front.code is not None:
        yield bench.says(pushed, "off", "a request that was not pushed is granted")
        yield bench.says(signed, "off", "a request that is not signed is granted")
        return
    bench.refused(plain.front, ("invalid_request", "unauthorized_client"), "a request that was not pushed")
    client = bench.client
    if client.secret is None:
        raise Unclear("the client is public: what it pushes is not authenticated")
    answer = bench.push(bench.lab.request(client), client, secret=bench.lab.fresh(32))
    if answer.status < 300:
        yield bench.says(pushed, "off", "requests have to be pushed, but are taken with a wrong client secret")
    else:
        refusal(bench, Back(answer), NOT_AUTHENTICATED, "a pushed request with a wrong client secret")
        yield bench.says(pushed, "on", "a request is granted if it is pushed with the client's secret, and not without")
    raise Unclear("requests have to be pushed, and what is pushed needs no signature")


def keys_are_asked_for(bench: Bench) -> Iterator[Measurement]:
    """Whether a plain token request is enough: no proof, no certificate, no assertion. If it is, all these are off."""
    answer = bench.token()
    kind = str(answer.json.get("token_type", "")).lower()
    for slug, what in (("dpop", "a proof (RFC 9449)"), ("dpop-jkt", "a proof (RFC 9449)"),
                       ("mtls", "a client's certificate (RFC 8705)")):  # fmt: skip
        if kind == "bearer":
            yield bench.says(slug, "off", f"a bearer token is issued without {what}")
    how = f"by {bench.client.authentication}" if bench.client.secret is not None else "by nothing: the client is public"
    for slug in ("private-key-jwt", "mtls-client-authentication"):
        yield bench.says(slug, "off", f"the client authenticates {how}")
    for slug in ("audience-is-issuer", "assertion-single-use"):
        yield bench.says(slug, "unknown", "the client does not authenticate by assertions, so there is none to try")
    if kind != "bearer":
        raise Unclear(f"the token is of type {kind!r}, which is not known here")


def registration_is_closed(bench: Bench) -> Iterator[Measurement]:
    """On if not everybody can register a client (RFC 7591 section 3); one that was registered is deleted again."""
    slug = "registration-policy"
    metadata = bench.metadata()
    if metadata is None:
        raise Unclear("no metadata is known, which would name an endpoint for registration")
    endpoint = metadata.get("registration_endpoint")
    if not isinstance(endpoint, str):
        yield bench.says(slug, "on", "the metadata names no endpoint at which a client could register itself")
        return
    document = json.dumps({"client_name": "registered by a probe", "redirect_uris": [str(LANDING)]})
    answer = bench.lab.transport.send(HttpRequest("POST", endpoint, json=document), "attacker", "client registration")
    made: dict[str, Any] = Back(answer).json
    if answer.status in (200, 201) and isinstance(made.get("client_id"), str):
        _delete(bench, made)
        yield bench.says(slug, "off", "anybody can register a client, without a token")
    elif answer.status in (401, 403):
        yield bench.says(slug, "on", f"a registration without a token is refused with status {answer.status}")
    else:
        raise Unclear(f"a registration is answered with status {answer.status}, which does not tell what was wrong")


def _delete(bench: Bench, made: dict[str, Any]) -> None:
    uri, token = made.get("registration_client_uri"), made.get("registration_access_token")
    if isinstance(uri, str) and isinstance(token, str):
        request = HttpRequest("DELETE", uri, (("Authorization", f"Bearer {token}"),))
        bench.lab.transport.send(request, "attacker", "deletes the client again")


CLIENTS = (
    Experiment("client-authentication", ("client-authentication",), client_is_authenticated),
    Experiment("code-bound-to-client", ("code-bound-to-client",), code_is_bound_to_client),
    Experiment("pushed-requests", ("pushed-requests", "signed-requests"), requests_are_kept),
    Experiment(
        "keys",
        ("dpop", "dpop-jkt", "mtls", "private-key-jwt", "mtls-client-authentication",
         "audience-is-issuer", "assertion-single-use"),
        keys_are_asked_for,
    ),
    Experiment("registration-policy", ("registration-policy",), registration_is_closed),
)  # fmt: skip
