"""`python -m diagrams`: draws the whole gallery again, in its own folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from diagrams.gallery import FOLDER, PICTURES, Picture, index
from oauth_model.drawing import HOW_TO_GET_PICTURES, DrawingError, find_dot, render


def write_gallery(folder: Path, pictures: Iterable[Picture] = PICTURES) -> Iterator[Path]:
    """Write the texts and the index, and the pictures where there is an executable that draws; yields the paths.

    Raises DrawingError where a picture cannot be made or written.
    """
    for picture in pictures:
        dot = picture.dot()
        yield _written(folder / f"{picture.stem}.gv", dot)
        if find_dot() is not None:
            yield render(dot, folder / f"{picture.stem}.svg", picture.engine)
    yield _written(folder / "README.md", index())


def _written(path: Path, text: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as failure:
        raise DrawingError(f"{path}: cannot be written: {failure.strerror or failure}") from None
    return path


def main() -> int:
    """Draw the gallery and say what was written; 2 where that was not possible, or not all of it."""
    argparse.ArgumentParser(prog="python -m diagrams", description="Draw the gallery again.").parse_args()
    try:
        for path in write_gallery(FOLDER):
            print(path.name)
    except DrawingError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    if find_dot() is None:
        print(f"error: only the texts were written. {HOW_TO_GET_PICTURES}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
