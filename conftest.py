"""Hypothesis profiles for the whole repository: `quick` unless another is asked for, and `deep`.

`HYPOTHESIS_PROFILE=deep pytest properties`, or `pytest properties --hypothesis-profile=deep`. The quick one
draws the same examples every time. `Phase.explain` is left out of both: on a failing state machine it takes
minutes, and the minimal run says more.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
PROFILES = ("quick", "deep")

settings.register_profile(
    "quick",
    max_examples=100,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    max_examples=2000,
    stateful_step_count=80,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
if PROFILE not in PROFILES:
    raise pytest.UsageError(f"HYPOTHESIS_PROFILE is {PROFILE!r}; it can be {' or '.join(PROFILES)}")
settings.load_profile(PROFILE)
