"""Experiments on redirection URIs: whether they are compared exactly, by which rule if not, and ports on loopback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from oauth_model.live.adapter import CONFIDENTIAL, PUBLIC, Registration
from oauth_model.live.experiments.bench import Bench, Experiment, Unclear, what_came
from oauth_model.live.experiments.uri_probes import (
    MARK,
    OTHER_PORT,
    REGISTERED,
    Probe,
    as_model_uri,
    fitting_rule,
    is_loopback_uri,
    probes,
)
from oauth_model.live.findings import Measurement
from oauth_model.live.lab import Front
from oauth_model.uris import is_canonical

EXACT, CANONICAL = "exact-redirect-uri", "canonical-uris"


def redirect_uris(bench: Bench) -> Iterator[Measurement]:
    """Whether a response goes to a URI that is not registered (RFC 9700 section 2.1).

    Off if one of the probes is where the response goes; an error response does as well as a code. On if all of
    them are refused.
    """
    registered = bench.honest().redirect_uri or bench.client.redirect_uris[0]
    if bench.client.secret is None and urlsplit(registered).scheme not in ("http", "https"):
        bench.note(native="private-use")
    tried: list[Probe] = []
    taken: list[Probe] = []
    unclear: list[str] = []
    for probe in probes(registered):
        front = bench.authorize(redirect_uri=probe.uri).front
        tried.append(probe)
        if _went_elsewhere(front, bench.client):
            taken.append(probe)
        elif not _stayed(front):
            unclear.append(f"one {probe.name}: {what_came(front)}")
    if taken:
        yield _off(bench, tried, taken)
    elif unclear:
        raise Unclear(f"a redirection URI that is not registered, {unclear[0]}, which does not tell what was wrong")
    else:
        yield bench.says(EXACT, "on", f"{len(tried)} URIs like the registered one are refused")
    yield _canonical(bench, tried, taken)


def _off(bench: Bench, tried: list[Probe], taken: list[Probe]) -> Measurement:
    misread = [probe for probe in taken if not probe.canonical]
    rule, beside = fitting_rule([probe for probe in tried if probe.canonical or misread], taken)
    bench.note(matching=rule.slug)
    close = "" if not beside else f", though it would also take one {', one '.join(probe.name for probe in beside)}"
    names = ", one ".join(probe.name for probe in taken)
    return bench.says(EXACT, "off", f"a response goes to a URI that is not registered: one {names}; "
                                    f"the rule that fits is {rule.slug!r}{close}")  # fmt: skip


def _canonical(bench: Bench, tried: list[Probe], taken: list[Probe]) -> Measurement:
    """Whether URIs that can be read in two ways are refused though the rule would take them, or though registered."""
    misread = [probe for probe in taken if not probe.canonical]
    if misread:
        return bench.says(CANONICAL, "off", f"a response goes to a URI {misread[0].name}: {misread[0].uri}")
    for client in bench.lab.target.clients.values():
        for uri in client.redirect_uris:
            if not is_canonical(as_model_uri(uri)):
                if bench.authorize(client, redirect_uri=uri).front.code is not None:
                    return bench.says(CANONICAL, "off", f"a response goes to {uri}, which is registered all the same")
                return bench.says(CANONICAL, "on", f"{uri} is refused, though it is registered")
    if not taken:
        raise Unclear("one that can be read in two ways is refused, as is every URI that is not registered")
    rule, _ = fitting_rule([probe for probe in tried if probe.canonical], taken)
    hidden = [probe for probe in tried if not probe.canonical and rule.matches(probe.model, REGISTERED)]
    if not hidden:
        raise Unclear(f"one that can be read in two ways is refused, as the rule {rule.slug!r} has it anyway")
    return bench.says(CANONICAL, "on", f"a URI {hidden[0].name} is refused, which the rule {rule.slug!r} would take")


def _went_elsewhere(front: Front, client: Registration) -> bool:
    """Whether a response went to a URI that is not one of the client's."""
    if front.place == "page" or front.uri is None:
        return False
    own = {uri.partition("?")[0] for uri in client.redirect_uris}
    return front.uri not in own or MARK in front.parameters


def _stayed(front: Front) -> bool:
    """Whether the server showed a page that says no, or went to a URI that is the client's."""
    if front.place != "page":
        return True
    return 400 <= front.visit.status < 500 or (front.visit.status == 200 and not front.visit.forms)


def loopback_port(bench: Bench) -> Iterable[Measurement]:
    """Whether the port of a loopback redirection URI may be another (RFC 8252 section 7.3): a fact, no mitigation."""
    clients = [bench.lab.target.clients[name] for name in (PUBLIC, CONFIDENTIAL) if name in bench.lab.target.clients]
    found = [(client, uri) for client in clients for uri in client.redirect_uris if is_loopback_uri(uri)]
    if not found:
        return ()
    client, uri = found[0]
    bench.honest(client)
    start, _, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    host = authority.rpartition(":")[0] if not authority.endswith("]") and ":" in authority else authority
    front = bench.authorize(client, redirect_uri=f"{start}://{host}:{OTHER_PORT}{slash}{path}").front
    bench.note(loopback=_went_elsewhere(front, client))
    if bench.dialect.loopback and client == bench.client and client.secret is None:
        bench.note(native="loopback")
    return ()


REDIRECTION = (
    Experiment("redirection-uris", (EXACT, CANONICAL), redirect_uris),
    Experiment("loopback-port", (), loopback_port),
)
