"""The page that shows the matrix: a table between two marks, and from which model it was made.

The searches take minutes, so they are not made again while the model is the same: the mark has a digest of its source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import oauth_model
from oauth_model.names import InputError

BEGIN = re.compile(r"^<!-- matrix( of [0-9a-f]{64})? -->$", re.MULTILINE)
END = "<!-- end of matrix -->"

NOT_THE_MODEL = ("cli", "drawing", "deployment", "engines", "checkers", "export", "profiles", "live")
"""Packages that do not say what happens: the engines agree, which the suite sees to."""


def digest() -> str:
    """A digest of the source of the model: flows, mitigations, attackers, goals, attacks, and what composes them."""
    root = Path(oauth_model.__file__).parent
    found = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        if place.parts[0] not in NOT_THE_MODEL:
            found.update(f"{place.as_posix()}\0".encode())
            found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()


def is_current(text: str, path: Path) -> bool:
    """Whether a page shows the matrix of this very model. Raises InputError for a page without the marks."""
    begin, _ = _marks(text, path)
    return begin.group(1) == f" of {digest()}"


def renewed(text: str, path: Path, lines: Sequence[str]) -> str:
    """A page with these lines as its table. Raises InputError for a page without the marks."""
    begin, end = _marks(text, path)
    table = "\n".join(lines)
    return f"{text[: begin.start()]}<!-- matrix of {digest()} -->\n\n{table}\n\n{text[end:]}"


def table_of(text: str, path: Path) -> list[str]:
    """The lines of the table in a page. Raises InputError for a page without the marks."""
    begin, end = _marks(text, path)
    return [line for line in text[begin.end() : end].splitlines() if line]


def _marks(text: str, path: Path) -> tuple[re.Match[str], int]:
    begin = BEGIN.search(text)
    end = text.find(END)
    if begin is None or end < begin.end():
        raise InputError(f"{path}: no place for the table; it needs a line '<!-- matrix -->' and after it '{END}'")
    return begin, end
