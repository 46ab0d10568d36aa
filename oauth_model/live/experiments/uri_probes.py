"""Redirection URIs that are not the registered one: each is taken by some of the rules of `uris.MATCHINGS`.

Each probe is a URI for the server and the model's URI that it stands for. Which probes a server takes tells which of
the model's rules it goes by. Nothing here is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from oauth_model.terms import Uri
from oauth_model.uris import CALLBACK, LOOPBACK_HOSTS, MATCHINGS, SITE, USER_CONTENT, Matching, is_canonical

DOMAIN = "client.example"
REGISTERED = Uri(f"www.{DOMAIN}", CALLBACK)
"""What the model's client has registered."""

MARK = ("probe", "1")
"""The parameter that is added to a query."""

OTHER_PORT = 61024


@dataclass(frozen=True)
class Probe:
    """A redirection URI that is not registered, and what it stands for in the model."""

    name: str
    uri: str
    model: Uri

    @property
    def canonical(self) -> bool:
        """Whether every reader reads it alike (`mitigations.redirection`)."""
        return is_canonical(self.model)


def probes(registered: str) -> tuple[Probe, ...]:
    """The probes that make sense beside a registered URI."""
    parts = urlsplit(registered)
    bare = registered.partition("?")[0]
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return (*_foreign("https", "", CALLBACK), *_beside(bare))
    scheme, host, path = parts.scheme, parts.hostname, parts.path or "/"
    port = f":{parts.port}" if parts.port else ""
    named = f"[{host}]" if ":" in host else host
    site, origin = f"{scheme}://{SITE}", f"{scheme}://{named}{port}"
    found = [
        *_foreign(scheme, port, path),
        Probe("the attacker's, with the client's domain in its path", f"{site}{port}/.{_domain(named)}{path}",
              Uri(SITE, f"/.{DOMAIN}{CALLBACK}")),
        Probe("the attacker's, the client's host before the @", f"{scheme}://{named}:443@{SITE}{path}",
              Uri(SITE, CALLBACK, userinfo=f"{REGISTERED.host}:443")),
        Probe("on another page of the client's", f"{origin}/out", Uri(REGISTERED.host, "/out")),
        *_beside(bare),
        Probe("with encoded dot segments", f"{bare}{'/%2e%2e' * path.count('/')}{USER_CONTENT}",
              Uri(REGISTERED.host, f"{CALLBACK}/%2e%2e{USER_CONTENT}")),
        Probe("of another scheme", f"{'http' if scheme == 'https' else 'https'}{registered[len(scheme):]}",
              Uri(REGISTERED.host, CALLBACK, scheme="http")),
    ]  # fmt: skip
    if not is_loopback_uri(registered):
        found.append(
            Probe("at another port", f"{scheme}://{named}:{OTHER_PORT}{path}",
                  Uri(REGISTERED.host, CALLBACK, port=OTHER_PORT))
        )  # fmt: skip
    if not (host.replace(".", "").isdigit() or ":" in host):
        found += [
            Probe("at another sub-domain", f"{scheme}://old.{_domain(host)}{port}{path}",
                  Uri(f"old.{DOMAIN}", CALLBACK)),
            Probe("the attacker's, the client's host in front", f"{scheme}://{host}.{SITE}{port}{path}",
                  Uri(f"{REGISTERED.host}.{SITE}", CALLBACK)),
        ]  # fmt: skip
    return tuple(found)


def _foreign(scheme: str, port: str, path: str) -> tuple[Probe, ...]:
    return (Probe("the attacker's", f"{scheme}://{SITE}{port}{path}", Uri(SITE, CALLBACK)),)


def _beside(bare: str) -> tuple[Probe, ...]:
    name, value = MARK
    return (
        Probe("with a longer path", f"{bare}/sub", Uri(REGISTERED.host, f"{CALLBACK}/sub")),
        Probe("with a query added", f"{bare}?{name}={value}", Uri(REGISTERED.host, CALLBACK, query=(MARK,))),
    )


def _domain(host: str) -> str:
    return host.removeprefix("www.")


def is_loopback_uri(uri: str) -> bool:
    """Whether a URI is on the loopback interface, where its port may be another (RFC 8252 section 7.3)."""
    host = urlsplit(uri).hostname
    return urlsplit(uri).scheme == "http" and (host in LOOPBACK_HOSTS or f"[{host}]" in LOOPBACK_HOSTS)


def as_model_uri(uri: str) -> Uri:
    """A registered URI as the model has it, for the questions that the model asks of URIs."""
    parts = urlsplit(uri)
    userinfo = parts.netloc.rpartition("@")[0] or None
    return Uri(parts.hostname or "", parts.path or "/", scheme=parts.scheme, userinfo=userinfo, port=parts.port)


def fitting_rule(tried: Sequence[Probe], taken: Collection[Probe]) -> tuple[Matching, tuple[Probe, ...]]:
    """The model's rule that takes all that the server took and the least beside it, and what that is.

    There always is one: a rule takes everything.
    """
    fits: list[tuple[Matching, tuple[Probe, ...]]] = []
    for rule in MATCHINGS:
        takes = [probe for probe in tried if rule.matches(probe.model, REGISTERED)]
        if all(probe in takes for probe in taken):
            fits.append((rule, tuple(probe for probe in takes if probe not in taken)))
    return min(fits, key=_size_of_rest)


def _size_of_rest(fit: tuple[Matching, tuple[Probe, ...]]) -> int:
    return len(fit[1])
