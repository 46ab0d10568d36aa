"""Guards without which no goal breaks within the bounds, and why they are there all the same."""

from __future__ import annotations

from types import MappingProxyType

DEFENCE_IN_DEPTH = MappingProxyType({})
