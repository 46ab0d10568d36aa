"""Profiles: one file for each specification, what it says about the mitigations as data."""

from oauth_model.profiles.oauth21 import OAUTH21
from oauth_model.profiles.profile import (
    WEAKENS,
    Alternative,
    Clause,
    Condition,
    Entry,
    Level,
    Profile,
    Violation,
)
from oauth_model.profiles.rfc6749 import RFC6749
from oauth_model.profiles.rfc9700 import RFC9700

PROFILES: tuple[Profile, ...] = (RFC6749, RFC9700, OAUTH21)
"""All of them, from the oldest specification to the newest."""

__all__ = [
    "OAUTH21",
    "PROFILES",
    "RFC6749",
    "RFC9700",
    "WEAKENS",
    "Alternative",
    "Clause",
    "Condition",
    "Entry",
    "Level",
    "Profile",
    "Violation",
]
