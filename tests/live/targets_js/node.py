"""A server in a child process of node: it says when it is ready, takes orders by lines, and dies with its parent.

The scripts' side of this is control.mjs.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

from oauth_model.live.adapter import Adapter, Target
from oauth_model.live.manners import LiveError
from tests.live.targets_js import packages
from tests.live.targets_js.cast import ACCOUNTS, CLIENTS

HERE = Path(__file__).parent
PATIENCE = 60.0
"""Seconds that a server may take to start, or to obey; it is ended then."""


class NodeServer:
    """One running script. `given` is what it is told when it starts; `base` is its origin."""

    def __init__(self, script: Path, given: Mapping[str, Any]) -> None:
        self._name = script.name
        self._errors: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (stop)
        try:
            self.process = subprocess.Popen(
                [packages.node(), str(script), json.dumps(given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
            )
        except BaseException:
            self._errors.close()
            raise
        try:
            word, _, port = self._hear().partition(" ")
            if word != "ready" or not port.isdigit():
                raise LiveError(f"{self._name}: did not start; it said: {self._said()}")
        except BaseException:
            self.stop()
            raise
        self.base = f"http://127.0.0.1:{port}"

    def order(self, line: str) -> None:
        """Have it do something, and wait until that is done. Raises LiveError if it does not."""
        stdin = self.process.stdin
        with contextlib.suppress(OSError, ValueError):
            if stdin is not None:
                stdin.write(line + "\n")
                stdin.flush()
                if self._hear() == "done":
                    return
        raise LiveError(f"{self._name}: did not obey {line!r}; it said: {self._said()}")

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._errors.close()

    def _hear(self) -> str:
        """The next line that it says, empty if it says none and is gone."""
        with self._or_ended():
            return self.process.stdout.readline().strip() if self.process.stdout is not None else ""

    def _said(self) -> str:
        if self._errors.closed:
            return "nothing; it was stopped"
        self._errors.seek(0)
        return self._errors.read().strip()[-600:] or "nothing"

    @contextlib.contextmanager
    def _or_ended(self) -> Iterator[None]:
        timer = threading.Timer(PATIENCE, self.process.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class NodeAdapter(Adapter):
    """An adapter whose server is a script in this folder. The packages are installed when it first starts."""

    script: ClassVar[str] = ""

    def __init__(self) -> None:
        self.server: NodeServer | None = None

    def target(self, base: str) -> Target:
        """What there is to know of the server at an origin."""
        raise NotImplementedError

    def start(self) -> Target:
        self.stop()
        given = {
            "packages": str(packages.install() / "package.json"),
            "clients": [
                {
                    "id": client.client_id,
                    "secret": client.secret,
                    "redirect_uris": client.redirect_uris,
                    "authentication": client.authentication,
                }
                for client in CLIENTS.values()
            ],
            "accounts": {account.username: account.password for account in ACCOUNTS.values()},
        }
        self.server = NodeServer(HERE / self.script, given)
        return self.target(self.server.base)

    def stop(self) -> None:
        server, self.server = self.server, None
        if server is not None:
            server.stop()

    def reset(self) -> None:
        if self.server is not None:
            self.server.order("reset")

    def advance(self, seconds: float) -> bool:
        if self.server is None:
            return False
        self.server.order(f"advance {seconds}")
        return True
