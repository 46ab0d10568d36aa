"""A made-up report, for the tests of its formats: everything there is in one, with secrets in every place."""

from __future__ import annotations

import base64
import json
from functools import cache
from html import escape
from urllib.parse import quote, quote_plus

from oauth_model.attacks.codes import CODE_REPLAY
from oauth_model.checkers.exhaustive import check
from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse
from oauth_model.live.findings import Difference, Finding, Measurement, Outcome, Race, Report, Walk
from oauth_model.run import Run

AS, CLIENT = "http://127.0.0.1:9", "https://shop.example/cb"

CODE = "SplxlOBe/ZQQ+YbYS6WxSbIA=="
TOKEN = "2YotnFZF/EjR+1zCsicMW&pAA"
REFRESH, ID_TOKEN = "tGzv3JOkF0XG5Qx2TlKWIA", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
SECRET, PASSWORD = "7Fjfp0ZBr1 KtDRbnfVdmIw", "pass'word \"<ü>"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWOEjXk~"
COOKIE, TOLD, SHORT = "s%3Aab.cd0123", "told-only-by-the-report", "q1x"
FORM_TOKEN = "ImFiY2Qi.ZmFrZQ"

SECRETS = (CODE, TOKEN, REFRESH, ID_TOKEN, SECRET, PASSWORD, VERIFIER, COOKIE, TOLD, FORM_TOKEN)


def spellings(secret: str) -> set[str]:
    """How a secret may stand in a text: plain, for a URL, for HTML, for JSON, and in base64."""
    plain = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), escape(secret)}
    plain |= {quote(secret, safe="").replace("%2F", "%2f"), quote(quote(secret, safe=""), safe="")}
    plain.add(escape(escape(secret)))
    plain |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    raw = secret.encode()
    coded = {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    return plain | {text for text in coded if len(text) >= 8}


def exchanges() -> tuple[Exchange, ...]:
    """Login, consent, redemption and use, and a page that repeats what it got."""
    everything = " ".join(sorted(text for secret in SECRETS for text in spellings(secret)))
    coded = quote(CODE, safe="")
    basic = base64.b64encode(f"shop:{quote_plus(SECRET)}".encode()).decode()
    page = f"""<form action="/consent?next={quote(f"/cb?code={CODE}", safe="")}">
        <input type=hidden name='csrf_token' value='{FORM_TOKEN}'><meta name="csrf-token" content="{FORM_TOKEN}">
        <a href="{CLIENT}?state=st&amp;code={coded}">on</a>
        <p>code={SHORT} {escape(everything)}</p></form>"""
    tokens = {"access_token": TOKEN, "refresh_token": REFRESH, "id_token": ID_TOKEN, "token_type": "Bearer"}
    return (
        Exchange(
            "alice's browser",
            HttpRequest("POST", f"{AS}/login", form=(("username", "alice"), ("password", PASSWORD), ("otp", ""))),
            HttpResponse(302, (("Set-Cookie", f"sid={COOKIE}; Path=/; HttpOnly"), ("Location", "/consent")), ""),
            "log in",
        ),
        Exchange(
            "alice's browser",
            HttpRequest("POST", f"{AS}/consent", (("Cookie", f"lang=en; sid={COOKIE}"),), (("decision", "allow"),)),
            HttpResponse(
                303, (("Location", f"{CLIENT}?{'code=' + quote(CODE, safe='')}&state=st#id_token={ID_TOKEN}"),), ""
            ),
            "allow",
        ),
        Exchange(
            "client",
            HttpRequest(
                "POST",
                f"{AS}/token?code={quote_plus(CODE)}",
                (("Authorization", f"Basic {basic}"), ("Referer", f"{CLIENT}?code={quote(CODE)}")),
                (("grant_type", "authorization_code"), ("code", CODE), ("code_verifier", VERIFIER), ("code", SHORT)),
            ),
            HttpResponse(200, (("Content-Type", "application/json"),), json.dumps(tokens)),
            f"token request with {CODE}",
        ),
        Exchange(
            "client",
            HttpRequest("PUT", f"{AS}/r/{TOLD}", (("Authorization", f"Bearer {TOKEN}"),), json=json.dumps(tokens)),
            HttpResponse(400, (), page),
            "resource request",
        ),
        Exchange("client", HttpRequest("GET", f"{AS}/r#access_token={quote(TOKEN, safe='')}"), None, "no answer"),
    )


@cache
def attack_run() -> Run:
    """The shortest run of a small attack."""
    run = check(CODE_REPLAY.scenario, CODE_REPLAY.breaks).broken[0].run
    assert run is not None
    return run


def report() -> Report:
    """Everything that a report can have."""
    run, talk = attack_run(), exchanges()
    said = f"it took {CODE!r} again, {quote(TOKEN, safe='')} and {{braces}}"
    race = Race("authorization code", 3, 4, (1, 4, 4), talk[2:3])
    findings = (
        Finding("attack", "code-replay", "A code is redeemed twice", "RFC 6749 section 10.5", "error", said, run, talk),
        Finding("race", "codes-are-single-use", "Raced", "RFC 6749 section 4.1.2", "error", said, None, talk[2:3]),
        Finding("disagreement", "token-request", f"Took {TOLD}", "RFC 6749 section 5.2", "error", said, run, talk[:1]),
        Finding("policy", "pkce-s256", "Plain\x00is taken", "RFC 7636 section 4.2", "warning", f"pw: {PASSWORD}"),
        Finding("policy", "state", "Not told", "RFC 6749 section 10.12", "note", 'nothing; `$(touch x)`\n"$HOME"'),
    )
    return Report(
        AS,
        "The made-up server",
        measurements=(
            Measurement("code-single-use", "off", said, talk[2:4]),
            Measurement("pkce-s256", "on", "a wrong verifier was refused"),
            Measurement("dpop", "unknown", "no resource endpoint is known"),
        ),
        differences=(Difference("code_challenge_methods_supported", "S256", f"plain, with {VERIFIER}"),),
        outcomes=(
            Outcome("code-replay", "succeeded", said, goal="codes-are-single-use", run=run, exchanges=talk),
            Outcome("code-injection", "refused", "", step=12, answer=f"invalid_grant {CODE}", run=run),
            Outcome("mix-up", "stopped", "the model finds no run under the measured policy"),
            Outcome("device-code", "not applicable", "it has no such endpoint"),
        ),
        races=(race, Race("refresh token", 0, 4, (), because="the server issues no refresh token")),
        walk=Walk(20, 40, 512),
        findings=findings,
        requests=1234,
        bound="at most 20,000 requests and 900 s",
        secrets=frozenset({TOLD}),
    )
