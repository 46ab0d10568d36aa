"""Races: whether what may be used once is used twice by requests that arrive at the same time.

In the model a server that reads and writes in two steps is two rows, and the race an interleaving. Here it is tried: in
each trial a fresh code, or a fresh refresh token, and several token requests with it at once (`volley`). That no trial
had more than one success proves nothing; that one had, does.
"""

from __future__ import annotations

from collections.abc import Callable

from oauth_model.live.adapter import VICTIM, Registration
from oauth_model.live.exchange import Exchange, HttpRequest
from oauth_model.live.experiments.bench import Bench, Grant, Unclear
from oauth_model.live.findings import Finding, Race
from oauth_model.live.lab import Back, Lab, authenticated
from oauth_model.live.manners import LiveError
from oauth_model.live.volley import volley

CODE, REFRESH_TOKEN = "authorization code", "refresh token"
"""What is raced for."""

AT_ONCE, TRIALS = 4, 8


def race_for_code(
    lab: Lab,
    client: Registration | None = None,
    *,
    account: str = VICTIM,
    at_once: int = AT_ONCE,
    trials: int = TRIALS,
) -> Race:
    """One code redeemed several times at once (RFC 6749 section 4.1.2). Raises LiveError where no code is issued."""
    client = client or lab.client()
    bench = Bench(lab, client, account=account)

    def prepare() -> HttpRequest:
        grant = _code(bench)
        return lab.token_request(grant.code, client, code_verifier=grant.verifier)

    return _race(lab, CODE, prepare, at_once, trials)


def race_for_refresh_token(
    lab: Lab,
    client: Registration | None = None,
    *,
    account: str = VICTIM,
    at_once: int = AT_ONCE,
    trials: int = TRIALS,
) -> Race:
    """One refresh token used several times at once, where a server rotates them (RFC 9700 section 4.14.2).

    Where it issues none, or takes a used one again anyway, there is nothing to race for, and the race says so.
    """
    client = client or lab.client()
    bench = Bench(lab, client, account=account)
    token = _refresh_token(_tokens_for_code(bench))
    if token is None:
        return Race(REFRESH_TOKEN, 0, at_once, (), because="the server issues no refresh token")
    request = _refreshing(lab, client, token)
    first = Back(lab.transport.send(request, "client", "refresh request"))
    if not first.ok:
        because = f"the server does not take its own refresh token: {first.error}"
        return Race(REFRESH_TOKEN, 0, at_once, (), because=because)
    if Back(lab.transport.send(request, "client", "refresh request, again")).ok:
        because = "a refresh token may be used again at this server, one request after the other"
        return Race(REFRESH_TOKEN, 0, at_once, (), because=because)

    def prepare() -> HttpRequest:
        token = _refresh_token(_tokens_for_code(bench))
        if token is None:
            raise LiveError("the token endpoint gave no refresh token this time, though it did before")
        return _refreshing(lab, client, token)

    return _race(lab, REFRESH_TOKEN, prepare, at_once, trials)


def finding_of(race: Race) -> Finding | None:
    """What a race shows, if more than one request went through."""
    if not race.broken:
        return None
    most, bad = max(race.successes), sum(count > 1 for count in race.successes)
    summary = (
        f"Of {race.at_once} token requests with the same {race.what} at the same time up to {most} got tokens; "
        f"more than one did in {bad} of {race.trials} trials. The server looks it up and marks it as used in two steps."
    )
    if race.what == CODE:
        rule, title, reference = "codes-are-single-use", "A code is redeemed more than once", "RFC 6749 section 4.1.2"
    else:
        rule, title = "refresh-token-rotation", "A rotated refresh token is used more than once"
        reference = "RFC 9700 section 4.14.2"
    return Finding("race", rule, title, reference, "error", summary, exchanges=race.exchanges)


# ------------------------------------------------------------------ inside


def _race(lab: Lab, what: str, prepare: Callable[[], HttpRequest], at_once: int, trials: int) -> Race:
    """The trials. The exchanges that are kept are those of the worst, with all that led to it."""
    if at_once < 2 or trials < 1:
        raise LiveError(f"a race needs 2 requests at once and 1 trial at least, not {at_once} and {trials}")
    successes: list[int] = []
    kept: tuple[Exchange, ...] = ()
    transcript = lab.transport.transcript
    for _ in range(trials):
        began = len(transcript)
        request = prepare()
        answers = volley(lab.transport, [request] * at_once, "client", "token request, at the same time")
        count = len({_tokens(Back(answer)) for answer in answers if Back(answer).ok})
        if not successes or count > max(successes):
            kept = tuple(transcript[began:])
        successes.append(count)
    return Race(what, trials, at_once, tuple(successes), kept)


def _tokens(answer: Back) -> tuple[str, str | None]:
    """What an answer issued: the same tokens twice are one success, for then the server gave its answer again."""
    return answer.token, _refresh_token(answer)


def _code(bench: Bench) -> Grant:
    """A fresh code, asked for as this server wants it: with a challenge or without, pushed or not."""
    try:
        return bench.honest()
    except Unclear as why:
        raise LiveError(f"the authorization endpoint gave no code to race for: {why}") from None


def _tokens_for_code(bench: Bench) -> Back:
    answer = bench.redeem(_code(bench))
    if not answer.ok:
        raise LiveError(f"the token endpoint gave no tokens for a fresh code: {answer.error}")
    return answer


def _refresh_token(grant: Back) -> str | None:
    token = grant.json.get("refresh_token")
    return token if isinstance(token, str) else None


def _refreshing(lab: Lab, client: Registration, token: str) -> HttpRequest:
    """A refresh request (RFC 6749 section 6)."""
    parameters: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": token}
    return authenticated(lab.target.endpoints.token, client, parameters)
