"""django-oauth-toolkit in a Django site of its own process, with the toolkit's stock views and pages.

The site is the package `django_site` beside this one. The child ends with the pipe to its standard input, and so with
this process, however that ends; then it deletes its folder itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from oauth_model.live.adapter import Adapter, Dialect, Endpoints, Pages, Target
from oauth_model.live.manners import LiveError
from tests.live.targets.cast import ACCOUNTS, CLIENTS, SCOPES

SITE = "django_site"
"""The child's module, which is beside this package."""

PATIENCE = 60.0
"""Seconds that the site may take to start, or to answer a command."""


class DjangoToolkit(Adapter):
    """django-oauth-toolkit in Django."""

    slug, title = "django-oauth-toolkit", "django-oauth-toolkit's stock views in a Django site"

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._child: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.pid if self._child is not None else None

    def start(self) -> Target:
        """Start the child, which makes its database first."""
        self.stop()
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="oauth-model-", ignore_cleanup_errors=True)
            self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115, since it is closed in stop()
            self._child = subprocess.Popen(
                [sys.executable, "-m", SITE, self._folder.name],
                cwd=Path(__file__).parents[1],
                env={key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
            cast = {
                "accounts": [asdict(account) for account in ACCOUNTS.values()],
                "clients": [asdict(client) for client in CLIENTS.values()],
            }
            return target(f"http://127.0.0.1:{int(self._say(json.dumps(cast)))}")
        except OSError as failure:
            self.stop()
            raise LiveError(f"{self.slug}: cannot be started: {failure}") from None
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the child, and delete its database."""
        child, self._child = self._child, None
        try:
            if child is not None:
                child.kill()
                child.wait()
                for pipe in (child.stdin, child.stdout):
                    if pipe is not None:
                        _close(pipe)
        finally:
            errors, self._errors = self._errors, None
            folder, self._folder = self._folder, None
            if errors is not None:
                errors.close()
            if folder is not None:
                folder.cleanup()

    def reset(self) -> None:
        """Delete codes and tokens."""
        self._say("reset")

    def advance(self, seconds: float) -> bool:
        """Bring the end of every code and access token nearer."""
        self._say(f"advance {seconds}")
        return True

    def _say(self, line: str) -> str:
        """Send a line to the child, and give the line that it answers. Raises LiveError where none comes in time."""
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise LiveError(f"{self.slug}: is not running; start it first")
        late = threading.Timer(PATIENCE, child.kill)
        late.start()
        try:
            child.stdin.write(f"{line}\n")
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            late.cancel()
            late.join()
        if not answer:
            raise LiveError(f"{self.slug}: the site ended or did not answer in {PATIENCE:g} s: {self._last_words()}")
        return answer.strip()

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return " | ".join(self._errors.read().strip().splitlines()[-3:]) or "it said nothing"


def target(base: str) -> Target:
    """The site at `base`. Its consent page denies by a button without a name."""
    return Target(
        Endpoints(
            authorization=f"{base}/o/authorize/",
            token=f"{base}/o/token/",
            issuer=f"{base}/o",
            resource=f"{base}/resource",
            introspection=f"{base}/o/introspect/",
            revocation=f"{base}/o/revoke_token/",
            metadata=f"{base}/o/.well-known/oauth-authorization-server",
        ),
        CLIENTS,
        ACCOUNTS,
        pages=Pages(allow=("allow", "Authorize"), deny=("", "Cancel")),
        dialect=Dialect(
            pkce="required",
            plain=True,
            refresh_rotation=True,
            refresh_reuse_revokes=False,
            replay_revokes=False,
            iss=False,
            state_required=False,
            redirect_uri_implied=True,
            refusal_spends_code=False,
            takes_resource=True,
            errors={
                "invalid_request": ("unsupported_grant_type",),
                "unsupported_response_type": ("unauthorized_client",),
                "unsupported_grant_type": ("unauthorized_client",),
                "invalid_grant": ("invalid_request",),
            },
        ),
        scopes=SCOPES,
    )


def _close(pipe: IO[str]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()
