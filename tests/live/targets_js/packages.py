"""The packages from npm that the targets need, in a cache folder: installed once, and found again ever after.

Which and in which versions says package.json beside this file; another one is another folder. Two processes that
install at the same time do not get into each other's way: each fills a folder of its own, and renames it when it is
complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from oauth_model.live.manners import LiveError

WANTED = Path(__file__).with_name("package.json")
OLDEST_NODE = (20, 12)
INSTALL = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")
SECONDS = 300
OFFLINE = re.compile(r"E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH)")


class NotHere(LiveError):
    """This machine cannot run the servers from npm: it lacks node, npm or a network."""


def folder() -> Path:
    """Where the packages are, or will be: below $OAUTH_MODEL_CACHE, or else the user's cache folder."""
    given = os.environ.get("OAUTH_MODEL_CACHE")
    cache = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "oauth-model"
    return cache / "npm" / hashlib.sha256(WANTED.read_bytes()).hexdigest()[:16]


def are_installed() -> bool:
    """Whether they are there already."""
    return (folder() / "node_modules").is_dir()


def node() -> str:
    """The node executable. Raises NotHere if there is none that is new enough."""
    found = shutil.which("node")
    wanted = ".".join(map(str, OLDEST_NODE))
    if found is None:
        raise NotHere(f"no node on PATH; install Node.js {wanted} or newer")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=60).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", said)[:2])
    if version < OLDEST_NODE:
        raise NotHere(f"node is {said.strip() or 'of no known version'}, but the servers need {wanted} or newer")
    return found


def install() -> Path:
    """The folder of the packages, which are installed if they are not there yet. Raises NotHere, or LiveError."""
    final = folder()
    if are_installed():
        return final
    npm = shutil.which("npm")
    if npm is None:
        raise NotHere("no npm on PATH; it comes with Node.js")
    final.parent.mkdir(parents=True, exist_ok=True)
    with _alone(final.parent / f"{final.name}.lock"):
        if not are_installed():
            _fill(npm, final)
    return final


def _fill(npm: str, final: Path) -> None:
    with tempfile.TemporaryDirectory(dir=final.parent, ignore_cleanup_errors=True) as temporary:
        draft = Path(temporary) / "packages"
        draft.mkdir()
        shutil.copy(WANTED, draft)
        command = [npm, "install", *INSTALL, *PATIENCE, "--prefix", str(draft)]
        try:
            done = subprocess.run(
                command, cwd=draft, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            raise NotHere(f"npm did not finish within {SECONDS} s; is there a network?") from None
        if done.returncode != 0:
            kind = NotHere if OFFLINE.search(done.stderr) else LiveError
            said = [line.removeprefix("npm error ") for line in done.stderr.splitlines() if "npm error " in line]
            raise kind(f"npm could not install the servers: {'; '.join(said[:3]) or done.stderr[-300:].strip()}")
        try:
            draft.rename(final)
        except OSError:
            if not are_installed():  # else another process was first, and this draft is one too many
                raise


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time: the others wait. Where there are no such locks, they all do the work."""
    with path.open("w") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
