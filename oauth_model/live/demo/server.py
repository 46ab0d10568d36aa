"""The demo server on a port of the loopback interface: started in a thread, stopped with all that it had open."""

from __future__ import annotations

import socket
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from oauth_model.live.demo.app import make_app
from oauth_model.live.demo.store import Clock, Store
from oauth_model.live.demo.switches import Setup
from oauth_model.live.manners import LiveError

HOST = "127.0.0.1"


class Handler(WSGIRequestHandler):
    """Says nothing on the console, and does not wait for ever: `timeout` is in seconds."""

    timeout = 5

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


class Server(ThreadedWSGIServer):
    """A thread for each connection; closing the server waits for them."""

    daemon_threads = False


class RunningServer:
    """A server that runs, from the moment it is made until `stop`.

    Port 0 has the system choose one. Without a `file` there is one of its own, removed at the end. Raises LiveError
    where the port cannot be had or the file is another program's.
    """

    def __init__(self, setup: Setup, port: int = 0, file: Path | None = None) -> None:
        self.clock = Clock()
        with ExitStack() as undo:
            if file is None:
                folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="oauth-model-demo-"))
                file = Path(folder) / "demo.sqlite"
            with _listening(port) as listening:
                self.issuer = f"http://{HOST}:{listening.getsockname()[1]}"
                self.store = Store(file, self.clock)
                undo.callback(self.store.close)
                app = make_app(setup, self.store, self.issuer)
                server = Server(HOST, port, app, Handler, fd=listening.fileno())
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="demo server", daemon=True)
            thread.start()
            undo.callback(thread.join)
            undo.callback(server.shutdown)
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """Stop it, and wait until it is gone. May be called twice."""
        self._undo.close()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as failure:
        why = failure.strerror or failure
        raise LiveError(f"port {port}: cannot be listened at: {why}; name another with --port, or none") from None
