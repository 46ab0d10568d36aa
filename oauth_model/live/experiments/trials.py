"""Trials at the token endpoint: an honest token request with one thing changed, and then the same as it should be.

That the changed request is refused says something only if the honest one for the same code is not. Some servers
spend a code on the first request, whoever made it: there each trial gets a code of its own, and so does the control.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from oauth_model.live.adapter import Registration
from oauth_model.live.experiments.bench import Bench, Grant, Unclear
from oauth_model.live.lab import Back


@dataclass(frozen=True)
class Trial:
    """One thing that is changed in a token request; `name` says what, as in "with a wrong verifier"."""

    name: str
    changes: Mapping[str, str | None] = field(default_factory=dict)
    client: Registration | None = None
    secret: str | Literal[False] | None = None


def first_taken(
    bench: Bench, trials: Sequence[Trial], errors: Collection[str], grant: Callable[[], Grant]
) -> Trial | None:
    """The first trial that got a token; None if all were refused with one of these errors, and the control was not.

    `grant` makes a new code. Raises Unclear where a refusal may have had another reason.
    """
    code = grant()
    answers: list[Back] = []
    for trial in trials:
        answers.append(_send(bench, trial, code))
        if answers[-1].ok:
            return trial
    if not bench.redeem(code).ok:
        bench.token(grant())
        for number, trial in enumerate(trials[1:], 1):
            answers[number] = _send(bench, trial, grant())
            if answers[number].ok:
                return trial
    for trial, answer in zip(trials, answers, strict=True):
        refusal(bench, answer, errors, f"a token request {trial.name}")
    return None


def refusal(bench: Bench, answer: Back, errors: Collection[str], what: str) -> None:
    """Raises Unclear if an answer is no refusal, or one for another reason (RFC 6749 section 5.2)."""
    status, error = answer.answer.status, answer.error
    unauthorized = status == 401 and "invalid_client" in errors
    if not (400 <= status < 500 and (error in bench.expects(errors) or unauthorized)):
        raise Unclear(f"{what} is answered with {error} (status {status}), which does not tell what was wrong")


def _send(bench: Bench, trial: Trial, grant: Grant) -> Back:
    return bench.redeem(grant, trial.client, secret=trial.secret, **trial.changes)
