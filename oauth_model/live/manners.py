"""Manners: whom a probe may talk to, how fast, how much and how long.

A probe sends requests that a server may take for an attack. So it talks only to hosts that its user named,
and to other machines only where the user said that they may be probed.
"""

from __future__ import annotations

import ipaddress
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from oauth_model.names import InputError

MARK = "X-OAuth-Model-Probe"
"""The header field that every request of a probe has; its value names the probe."""


class LiveError(InputError):
    """A server cannot be talked to, or answers what no server should. Its text names the request and the way out."""


class BoundReached(LiveError):
    """A probe came to the end of what its manners allow."""


@dataclass(frozen=True)
class Manners:
    """What a probe may do.

    `hosts` are those that may be asked, as they stand in URLs; `others_allowed` says that they need not be this
    machine's. `rate` is in requests a second (None for as fast as answers come), `requests` how many there may
    be in all, `seconds` how long a probe may take, `patience` how many seconds one answer may. `verify` is whether
    certificates are checked.
    """

    hosts: frozenset[str] = frozenset()
    others_allowed: bool = False
    rate: float | None = None
    requests: int = 20_000
    seconds: float = 900.0
    patience: float = 10.0
    verify: bool = True

    def __post_init__(self) -> None:
        for name in ("rate", "requests", "seconds", "patience"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name}: {value} is not above 0")

    def with_host_of(self, *urls: str) -> Manners:
        """The same, with the hosts of some URLs that the user named. Raises LiveError for one that may not be asked."""
        hosts = set(self.hosts)
        for url in urls:
            host = urlsplit(url).hostname
            if urlsplit(url).scheme not in ("http", "https") or not host:
                raise LiveError(
                    f"{url!r}: is no http or https URL; write it in full, as in https://as.example/authorize"
                )
            if not (self.others_allowed or is_loopback(host)):
                raise LiveError(
                    f"{host}: is not this machine, and probing sends requests that look like attacks; "
                    "if it is yours to probe, say --i-may-probe-this-host"
                )
            hosts.add(host)
        return Manners(
            frozenset(hosts), self.others_allowed, self.rate, self.requests, self.seconds, self.patience, self.verify
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass
class Allowance:
    """What is left of a probe's manners: asked before every request."""

    manners: Manners
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    probe: str = field(default_factory=lambda: secrets.token_hex(4))
    made: int = 0

    def __post_init__(self) -> None:
        self._began = self.now()
        self._free_at = self._began

    def take(self, url: str) -> None:
        """Wait for a request's turn. Raises LiveError where the manners rule it out."""
        host = urlsplit(url).hostname or ""
        if host not in self.manners.hosts:
            raise LiveError(f"{url}: {host or 'no host'!r} was not named by you, so it is not asked")
        if self.made >= self.manners.requests:
            raise BoundReached(f"{self.made} requests were made, which is the bound; raise it with --requests")
        if self.now() - self._began > self.manners.seconds:
            seconds = self.manners.seconds
            raise BoundReached(f"{seconds:g} seconds are over, which is the bound; raise it with --seconds")
        self.made += 1
        if self.manners.rate is not None:
            wait = self._free_at - self.now()
            if wait > 0:
                self.sleep(wait)
            self._free_at = max(self._free_at, self.now()) + 1 / self.manners.rate
