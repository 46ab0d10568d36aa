"""Experiments on codes: tied to a redirection URI, used once, for a while, and what becomes of tokens on a replay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oauth_model.live.experiments.bench import Bench, Experiment, Unclear
from oauth_model.live.experiments.trials import Trial, first_taken, refusal
from oauth_model.live.findings import Measurement

WRONG_GRANT = ("invalid_grant", "invalid_request")

LIFETIME = 660.0
"""Seconds after which a code should be of no use: ten minutes is the most that is recommended (RFC 6749 section 4.1.2),
and one more for clocks that differ."""


def redirect_uri_is_repeated(bench: Bench) -> Iterator[Measurement]:
    """On if the token request needs the redirection URI of the authorization request (RFC 6749 section 4.1.3).

    A server may take the only registered one where none is sent: then no other gets through either, and it is on.
    """
    slug = "redirect-uri-at-token-endpoint"
    registered = bench.client.redirect_uris
    another = registered[1] if len(registered) > 1 else f"{registered[0].partition('?')[0]}/other"
    trials = (Trial("with another redirection URI", {"redirect_uri": another}),
              Trial("without a redirection URI", {"redirect_uri": None}))  # fmt: skip
    taken = first_taken(bench, trials, WRONG_GRANT, bench.honest)
    if len(registered) == 1:
        bench.note(redirect_uri_implied=taken == trials[1])
    if taken == trials[1] and len(registered) == 1:
        because = "a code is redeemed with its redirection URI, or without one, which means the only one registered"
        yield bench.says(slug, "on", f"{because}; not with another")
    elif taken is not None:
        yield bench.says(slug, "off", f"a code is redeemed {taken.name}")
    else:
        yield bench.says(slug, "on", "a code is redeemed with its redirection URI, not with another or none")


def refusals(bench: Bench) -> Iterable[Measurement]:
    """Whether a refused token request spends the code: part of the dialect, no mitigation."""
    grant = bench.honest()
    if bench.redeem(grant, code_verifier=bench.lab.fresh(), redirect_uri=f"{grant.redirect_uri}/other").ok:
        return ()
    spent = not bench.redeem(grant).ok
    if spent:
        bench.token()
    bench.note(refusal_spends_code=spent)
    return ()


def code_is_used_once(bench: Bench) -> Iterator[Measurement]:
    """On if a code is refused the second time (RFC 6749 section 4.1.2)."""
    slug = "code-single-use"
    grant = bench.honest()
    bench.token(grant)
    again = bench.redeem(grant)
    if again.ok:
        yield bench.says(slug, "off", "a code is redeemed twice")
        return
    refusal(bench, again, WRONG_GRANT, "a second token request for a code")
    yield bench.says(slug, "on", "a code is redeemed once, and refused the second time")


def replay_revokes(bench: Bench) -> Iterator[Measurement]:
    """On if the token that a code gave is dead once the code came again (RFC 6749 section 4.1.2)."""
    slug = "replay-revokes"
    grant = bench.honest()
    token = bench.token(grant).token
    if not bench.alive(token):
        raise Unclear("a fresh token is not accepted either")
    again = bench.redeem(grant)
    if not again.ok:
        refusal(bench, again, WRONG_GRANT, "a second token request for a code")
    alive = bench.alive(token)
    bench.note(replay_revokes=not alive)
    if again.ok:
        yield bench.says(slug, "off", "a second token request for a code gets a token")
    elif alive:
        yield bench.says(slug, "off", "a second token request for a code is refused, and the token of the first lives")
    else:
        yield bench.says(slug, "on", "a second token request for a code ends the token of the first")


def code_expires(bench: Bench) -> Iterator[Measurement]:
    """On if a code is refused after eleven minutes; only where time can be made to pass."""
    slug = "code-lifetime"
    grant = bench.honest()
    if not bench.lab.adapter.advance(LIFETIME):
        raise Unclear("time cannot be made to pass for this server")
    late = bench.redeem(grant)
    if late.ok:
        yield bench.says(slug, "off", f"a code is redeemed after {LIFETIME:g} seconds")
        return
    refusal(bench, late, WRONG_GRANT, "a token request for an old code")
    bench.token()
    yield bench.says(slug, "on", f"a code is refused after {LIFETIME:g} seconds; a fresh one is redeemed")


CODES = (
    Experiment("redirect-uri-at-token-endpoint", ("redirect-uri-at-token-endpoint",), redirect_uri_is_repeated),
    Experiment("refusals", (), refusals),
    Experiment("code-single-use", ("code-single-use",), code_is_used_once),
    Experiment("replay-revokes", ("replay-revokes",), replay_revokes),
)

LATER = (Experiment("code-lifetime", ("code-lifetime",), code_expires),)
"""What makes time pass comes last."""
