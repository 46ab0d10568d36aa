"""What the Flask targets share: a server in a thread of this process, on a port of the system's choice.

The application sees requests as they come from a proxy that ends TLS in front of it, so that frameworks which insist
on https run as they do in production. So its issuer identifier and its metadata say https, while the target's endpoints
are asked without.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from oauth_model.live.adapter import Adapter, Target
from oauth_model.live.manners import LiveError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class FlaskAdapter(Adapter):
    """Serves the application that `build` makes."""

    def __init__(self) -> None:
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    def build(self, base: str) -> tuple[Flask, Target]:
        """The application, and how it is reached at `base` (http, host and port)."""
        raise NotImplementedError

    def start(self) -> Target:
        """Serve until `stop`."""
        self.stop()
        try:
            self._server = make_server("127.0.0.1", 0, _nobody, threaded=True, request_handler=_Quiet)
        except (OSError, SystemExit) as failure:
            raise LiveError(f"{self.slug}: no port of this machine can be listened at: {failure}") from None
        try:
            app, target = self.build(f"http://127.0.0.1:{self._server.port}")
            self._server.app = behind_proxy(app)
            self._thread = threading.Thread(
                target=self._server.serve_forever, args=(0.05,), name=self.slug, daemon=True
            )
            self._thread.start()
        except BaseException:
            self.stop()
            raise
        return target

    def stop(self) -> None:
        """Close the port, and wait for the thread."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is None:
            return
        if thread is not None and thread.ident is not None:
            server.shutdown()
            thread.join()
        server.server_close()


def issuer_at(base: str) -> str:
    """The issuer identifier of the application at `base`: what it is called in front of the proxy."""
    return base.replace("http:", "https:", 1)


def behind_proxy(app: WSGIApplication) -> WSGIApplication:
    """The application as it is called behind a proxy that ends TLS."""

    def called(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = "https"
        return app(environ, start_response)

    return called


def _nobody(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [])
    return []


class _Quiet(WSGIRequestHandler):
    def log(self, *args: Any, **kwargs: Any) -> None:
        """Requests are in the probe's transcript."""
