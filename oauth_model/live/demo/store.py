"""What the demo server remembers, in a SQLite file: sessions, requests, codes and tokens. And its clock.

One connection serves all threads, one statement or transaction at a time. So what happens in one transaction is atomic,
and what is done in two is not. Nothing here decides whether a code or token is good.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oauth_model.live.demo.records import Code, Session, Token
from oauth_model.live.exchange import Pairs
from oauth_model.live.manners import LiveError

CODE_LIFETIME, TOKEN_LIFETIME, REFRESH_LIFETIME, REQUEST_LIFETIME = 60, 600, 86_400, 600
"""Seconds."""

_OURS = 0x0A07DE30
"""The application id of the files, by which one that is another program's is told."""

_TABLES = """
CREATE TABLE IF NOT EXISTS sessions (id INTEGER PRIMARY KEY, cookie TEXT UNIQUE, csrf TEXT, username TEXT);
CREATE TABLE IF NOT EXISTS requests (
    handle TEXT PRIMARY KEY, session INTEGER, client_id TEXT, parameters TEXT, expires_at REAL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, grant_id TEXT, client_id TEXT, username TEXT, scope TEXT, resource TEXT, redirect_uri TEXT,
    repeat INTEGER, challenge TEXT, method TEXT, expires_at REAL, used INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, kind TEXT, grant_id TEXT, client_id TEXT, username TEXT, scope TEXT, resource TEXT,
    issued_at REAL, expires_at REAL, used INTEGER, revoked INTEGER);
CREATE INDEX IF NOT EXISTS tokens_of_grant ON tokens (grant_id);
"""


class Clock:
    """The time by which the server goes: the machine's, and what was added to it."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds


class Store:
    """The file. Raises LiveError if it cannot be opened, or is not the demo server's."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path, self.clock = path, clock
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        except sqlite3.Error as failure:
            raise LiveError(f"{path}: cannot be opened as the server's file: {failure}") from None
        try:
            self._connection.row_factory = sqlite3.Row
            self._make_tables()
        except sqlite3.Error as failure:
            self._connection.close()
            raise LiveError(f"{path}: cannot be used as the server's file: {failure}; name a new one") from None
        except LiveError:
            self._connection.close()
            raise

    def _make_tables(self) -> None:
        (found,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and found != _OURS:
            raise LiveError(f"{self.path}: is a database of another program; name a new file")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(f"PRAGMA application_id = {_OURS}")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def forget(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in ("sessions", "requests", "codes", "tokens"):
                self._run(f"DELETE FROM {table}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside is done at once, or if an exception leaves, not at all. One inside another joins."""
        with self._lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def _run(self, statement: str, *values: Any) -> int:
        """Run a statement; how many rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def _row(self, statement: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return row

    # -------------------------------------------------------------- sessions and requests

    def session(self, cookie: str) -> Session | None:
        """The session that a browser's cookie stands for."""
        row = self._row("SELECT id, cookie, csrf, username FROM sessions WHERE cookie = ?", cookie)
        return Session(*row) if row else None

    def new_session(self) -> Session:
        """A session in which nobody is signed in."""
        cookie, csrf = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._run("INSERT INTO sessions (cookie, csrf) VALUES (?, ?)", cookie, csrf)
        found = self.session(cookie)
        assert found is not None
        return found

    def sign_in(self, session: Session, username: str) -> Session:
        """The session with its user, under a new cookie, so that nobody knows it from before."""
        cookie = secrets.token_urlsafe(24)
        self._run("UPDATE sessions SET cookie = ?, username = ? WHERE id = ?", cookie, username, session.id)
        return Session(session.id, cookie, session.csrf, username)

    def keep_request(self, handle: str, client_id: str, parameters: Pairs, session: int | None, lifetime: int) -> None:
        """Keep an authorization request: one that waits for its user in a session, or a pushed one in none."""
        expires_at = self.clock.now() + lifetime
        text = json.dumps(parameters)
        self._run("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", handle, session, client_id, text, expires_at)

    def request(self, handle: str, session: int | None) -> tuple[str, Pairs] | None:
        """The client and the parameters of a request that was kept for a session (None for a pushed one)."""
        alive = "SELECT client_id, parameters FROM requests WHERE handle = ? AND session IS ? AND expires_at > ?"
        row = self._row(alive, handle, session, self.clock.now())
        if row is None:
            return None
        return row["client_id"], tuple((name, value) for name, value in json.loads(row["parameters"]))

    def drop_request(self, handle: str) -> bool:
        """Forget a request; False if that was done before."""
        return self._run("DELETE FROM requests WHERE handle = ?", handle) == 1

    # -------------------------------------------------------------- codes

    def add_code(self, code: Code) -> None:
        """Keep a new code."""
        values = list(vars(code).values())
        self._run(f"INSERT INTO codes VALUES ({', '.join('?' * len(values))}, 0)", *values)

    def code(self, code: str) -> Code | None:
        """A code, used or not."""
        row = self._row("SELECT * FROM codes WHERE code = ?", code)
        return Code(**{name: row[name] for name in Code.__dataclass_fields__}) if row else None

    # -------------------------------------------------------------- tokens

    def add_token(self, token: Token) -> None:
        """Keep a new token."""
        values = [value for name, value in vars(token).items() if name != "expired"]
        self._run(f"INSERT INTO tokens VALUES ({', '.join('?' * len(values))})", *values)

    def token(self, token: str, kind: str | None = None) -> Token | None:
        """A token of a kind, or of any, alive or not."""
        row = self._row("SELECT * FROM tokens WHERE token = ? AND kind = ifnull(?, kind)", token, kind)
        return Token(**{**row, "expired": row["expires_at"] <= self.clock.now()}) if row else None

    def revoke_token(self, token: str) -> None:
        """Revoke one token."""
        self._run("UPDATE tokens SET revoked = 1 WHERE token = ?", token)

    def revoke_grant(self, grant_id: str) -> None:
        """Revoke every token that came of a grant (RFC 6749 section 4.1.2)."""
        self._run("UPDATE tokens SET revoked = 1 WHERE grant_id = ?", grant_id)

    # -------------------------------------------------------------- redemption

    def redeem(self, value: str) -> bool:
        """Mark a code or refresh token as used, if it is not; False if it was used before. One statement."""
        code = self._run("UPDATE codes SET used = 1 WHERE code = ? AND used = 0", value)
        return bool(code or self._run("UPDATE tokens SET used = 1 WHERE token = ? AND used = 0", value))

    def is_unused(self, value: str) -> bool:
        """Whether a code or refresh token was not used yet."""
        both = "SELECT used FROM codes WHERE code = ? UNION ALL SELECT used FROM tokens WHERE token = ?"
        row = self._row(both, value, value)
        return row is not None and not row["used"]
