"""Runs a `fake_server` in a thread of the test, on a port of the loopback interface that the system chooses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from oauth_model.live.adapter import Account, Adapter, Endpoints, Pages, Target
from oauth_model.live.experiments import Bench
from oauth_model.live.lab import Lab
from oauth_model.live.manners import Manners
from oauth_model.live.transport import Transport
from tests.live.fake_server import CLIENTS, FakeServer

PLAIN = "pushed-requests"
"""Off in nearly every server of the tests: requests need not be pushed."""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class FakeAdapter(Adapter):
    """Runs a `FakeServer` in a thread. `time` is whether its clock can be moved."""

    slug, title = "fake", "A fake server"

    def __init__(self, off: Iterable[str] = (), rule: str = "unregistered", time: bool = True) -> None:
        self.server, self.time = FakeServer(off, rule), time
        self._http: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Target:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._http = make_server("127.0.0.1", 0, self.server.app(), threaded=True, request_handler=_Quiet)
        url = self.server.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        endpoints = Endpoints(
            f"{url}/authorize", f"{url}/token", issuer=url, resource=f"{url}/resource",
            other_resource=f"{url}/other", pushed=f"{url}/par", metadata=f"{url}/metadata",
        )  # fmt: skip
        accounts = {"alice": Account("alice", "pw"), "mallory": Account("mallory", "pw")}
        return Target(endpoints, CLIENTS, accounts, Pages(scope_field="scope"))

    def stop(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def advance(self, seconds: float) -> bool:
        self.server.now += seconds if self.time else 0.0
        return self.time


def same(target: Target) -> Target:
    """The target as it is."""
    return target


def clients(*names: str) -> Callable[[Target], Target]:
    """The target with some of its clients."""

    def changed(target: Target) -> Target:
        return replace(target, clients={name: target.clients[name] for name in names})

    return changed


def without(*endpoints: str) -> Callable[[Target], Target]:
    """The target with some of its endpoints unknown."""

    def changed(target: Target) -> Target:
        return replace(target, endpoints=replace(target.endpoints, **dict.fromkeys(endpoints)))

    return changed


def no_choice_of_scopes(target: Target) -> Target:
    """The target with a consent page that offers no choice."""
    return replace(target, pages=replace(target.pages, scope_field=None))


@contextmanager
def bench_at(
    *off: str, rule: str = "unregistered", time: bool = True, change: Callable[[Target], Target] = same
) -> Iterator[Bench]:
    """A bench at a server without some protections, of which the target says something else."""
    adapter = FakeAdapter(off, rule, time)
    try:
        target = change(adapter.start())
        with Transport(Manners(verify=False).with_host_of(*target.origins())) as transport:
            yield Bench.of(Lab(adapter, target, transport))
    finally:
        adapter.stop()
