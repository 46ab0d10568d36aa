"""Whether values that should be fresh are: codes and tokens that came twice, or that can be guessed.

It looks at what the experiments have seen, and sends nothing.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence

from oauth_model.live.experiments.bench import Bench
from oauth_model.live.findings import Finding

BITS = 128
"""The chance to guess a value is to be at most one in two to the power of this (RFC 6749 section 10.10)."""

ALPHABETS = ((math.log2(10), "0123456789"), (4.0, "0123456789abcdef-"), (4.0, "0123456789ABCDEF-"),
             (5.0, "abcdefghijklmnopqrstuvwxyz234567"), (5.0, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))  # fmt: skip
"""Bits for each character, and what values are written in; anything else has no more than six, as base64 has."""

ENOUGH = 5
"""Values from which the alphabet can be told."""


def freshness(bench: Bench) -> tuple[Finding, ...]:
    """What is wrong with the codes and tokens that came."""
    found: list[Finding] = []
    for what, values in (
        ("code", bench.codes),
        ("access token", bench.access_tokens),
        ("refresh token", list(dict.fromkeys(bench.refresh_tokens))),
    ):
        found.extend(_of(what, values))
    return tuple(found)


def _of(what: str, values: Sequence[str]) -> Iterator[Finding]:
    slug = what.replace(" ", "-")
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        yield Finding(
            "freshness", f"{slug}-seen-twice", f"The same {what} twice", "RFC 6749 section 10.10", "error",
            f"of {len(values)} {what}s that were issued only {len(set(values))} are different",
        )  # fmt: skip
    if len(values) > 1 and all(value.isdigit() for value in values):
        steps = {int(later) - int(earlier) for earlier, later in itertools.pairwise(values)}
        if len(steps) == 1 or all(0 < step < 100 for step in steps):
            yield Finding(
                "freshness", f"{slug}-is-counted", f"Each {what} follows from the one before",
                "RFC 6749 section 10.10", "error", f"{len(values)} {what}s are numbers that go up by {min(steps)}",
            )  # fmt: skip
            return
    if len(values) < ENOUGH:
        return
    bits = bits_of(values)
    if bits < BITS:
        yield Finding(
            "freshness", f"{slug}-is-short", f"A {what} of at most {bits} bits", "RFC 6749 section 10.10", "warning",
            f"the shortest of {len(values)} has {min(map(len, values))} characters: fewer than {BITS} bits",
        )  # fmt: skip


def bits_of(values: Sequence[str]) -> int:
    """The most that can be random in the shortest of some values, by the alphabet that all are written in."""
    used = set("".join(values))
    each, letters = next(((bits, letters) for bits, letters in ALPHABETS if used <= set(letters)), (6.0, ""))
    return math.floor(each * min(len(value.replace("-", "") if "-" in letters else value) for value in values))
