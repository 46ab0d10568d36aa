"""Experiments on PKCE (RFC 7636): whether challenges are verified and required, and which methods there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oauth_model.live.adapter import PUBLIC
from oauth_model.live.experiments.bench import Bench, Experiment, Grant, Unclear
from oauth_model.live.experiments.trials import Trial, first_taken, refusal
from oauth_model.live.findings import Measurement

WRONG_GRANT = ("invalid_grant", "invalid_request")


def s256_is_verified(bench: Bench) -> Iterator[Measurement]:
    """On if a code with an S256 challenge needs its verifier: neither another nor none does (RFC 7636 section 4.6)."""
    slug = "pkce-s256"
    bench.honest()
    if bench.way is not None and not bench.way.pkce:
        bench.note(pkce="none")
        yield bench.says(slug, "off", "a request with an S256 challenge is not granted; one without is")
        return
    trials = (Trial("with a wrong verifier", {"code_verifier": bench.lab.fresh()}),
              Trial("without a verifier", {"code_verifier": None}))  # fmt: skip
    taken = first_taken(bench, trials, WRONG_GRANT, bench.honest)
    if taken is not None:
        bench.note(pkce="none")
        yield bench.says(slug, "off", f"a code with an S256 challenge is redeemed {taken.name}")
        return
    bench.note(pkce=bench.dialect.pkce or "optional")
    yield bench.says(slug, "on", "a code with an S256 challenge is redeemed with its verifier, not another or none")


def challenge_is_required(bench: Bench) -> Iterator[Measurement]:
    """On if a request without a challenge leads to no token (RFC 7636 section 4.4.1)."""
    slug = "pkce-required"
    bench.token()
    grant = _without_challenge(bench)
    if grant.front.code is None:
        bench.refused(grant.front, ("invalid_request",), "a request without a challenge")
        bench.note(pkce="required")
        yield bench.says(slug, "on", "a request without a challenge is refused")
        return
    answer = bench.redeem(grant)
    if answer.ok:
        yield bench.says(slug, "off", "a request without a challenge is granted, and its code redeemed")
        return
    refusal(bench, answer, WRONG_GRANT, "a token request for a code without a challenge")
    bench.note(pkce="required")
    yield bench.says(slug, "on", "a request without a challenge is granted, but its code is never redeemed")


def challenge_is_required_of_public_clients(bench: Bench) -> Iterable[Measurement]:
    """Whether a public client has to send a challenge (RFC 9700 section 2.1.1) where the measured one need not."""
    client = bench.lab.target.clients.get(PUBLIC)
    if client is None or client == bench.client:
        return ()
    bench.token(client=client)
    grant = bench.authorize(client, code_challenge=None, code_challenge_method=None)
    bench.note(public_needs_challenge=grant.front.code is None or not bench.redeem(grant).ok)
    return ()


def plain_is_refused(bench: Bench) -> Iterator[Measurement]:
    """On if neither a challenge with the method `plain` nor one that names no method, which is plain, can be used."""
    slug = "plain-refused"
    bench.honest()
    late = False
    for method, name in (("plain", "the method plain"), (None, "no method, which means plain")):
        grant = _plain(bench, method)
        if grant.front.code is None:
            bench.refused(grant.front, ("invalid_request",), f"a request with {name}")
            continue
        answer = bench.redeem(grant)
        if answer.ok:
            bench.note(plain=True)
            yield bench.says(slug, "off", f"a request with {name} is granted, and its code redeemed")
            return
        refusal(bench, answer, WRONG_GRANT, f"a token request after one with {name}")
        late = True
    if late:
        bench.token()
    bench.note(plain=False)
    where = ", the last of them at the token endpoint" if late else ""
    yield bench.says(slug, "on", f"challenges of the method plain, named or by default, are refused{where}")


def _without_challenge(bench: Bench) -> Grant:
    return bench.authorize(code_challenge=None, code_challenge_method=None)


def _plain(bench: Bench, method: str | None) -> Grant:
    verifier = bench.lab.fresh()
    return bench.authorize(verifier=verifier, code_challenge=verifier, code_challenge_method=method)


def no_downgrade(bench: Bench) -> Iterator[Measurement]:
    """On if a verifier for a code without a challenge is refused (RFC 9700 section 4.8.2)."""
    slug = "pkce-no-downgrade"
    bench.honest()
    grant = _without_challenge(bench)
    if grant.front.code is None:
        raise Unclear("the server gives no code without a challenge, so there is none to try a verifier on")
    waiting = [grant]
    trials = (Trial("with a verifier", {"code_verifier": bench.lab.fresh()}),)

    def code_without_challenge() -> Grant:
        return waiting.pop() if waiting else _without_challenge(bench)

    if first_taken(bench, trials, WRONG_GRANT, code_without_challenge) is not None:
        yield bench.says(slug, "off", "a code without a challenge is redeemed with a verifier")
    else:
        yield bench.says(slug, "on", "a code without a challenge is redeemed without a verifier, not with one")


PKCE = (
    Experiment("pkce-s256", ("pkce-s256",), s256_is_verified),
    Experiment("pkce-required", ("pkce-required",), challenge_is_required),
    Experiment("challenges-of-public-clients", (), challenge_is_required_of_public_clients),
    Experiment("plain-refused", ("plain-refused",), plain_is_refused),
    Experiment("pkce-no-downgrade", ("pkce-no-downgrade",), no_downgrade),
)
