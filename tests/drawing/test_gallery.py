"""The gallery is what the model draws today: its texts are compared, pictures are not."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from diagrams.__main__ import write_gallery
from diagrams.gallery import FLOWS, FOLDER, MACHINES, PICTURES, Picture, index
from oauth_model.attacks import ATTACKS
from oauth_model.drawing import find_dot

pytestmark = pytest.mark.xdist_group("gallery")

HOW = "the model draws it differently now: look at it after `make gallery` (or `python -m diagrams`), and commit both"


def stem(picture: Picture) -> str:
    return picture.stem


@pytest.mark.parametrize("picture", PICTURES, ids=stem)
def test_the_committed_text_is_what_the_model_draws(picture: Picture) -> None:
    committed = (FOLDER / f"{picture.stem}.gv").read_text(encoding="utf-8")
    assert picture.dot() == committed, f"diagrams/{picture.stem}.gv is out of date; {HOW}"


def test_the_committed_index_is_the_list() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == index(), f"diagrams/README.md is out of date; {HOW}"


@pytest.mark.parametrize("picture", PICTURES, ids=stem)
def test_every_picture_is_committed_as_well(picture: Picture) -> None:
    drawn = (FOLDER / f"{picture.stem}.svg").read_text(encoding="utf-8")
    assert f"<title>{picture.title}</title>" in html.unescape(drawn)
    assert "</svg>" in drawn


def test_nothing_else_is_there() -> None:
    there = {path.name for path in FOLDER.iterdir() if path.suffix in (".gv", ".svg", ".mmd", ".png")}
    assert there == {f"{picture.stem}.{suffix}" for picture in PICTURES for suffix in ("gv", "svg")}


@pytest.mark.skipif(find_dot() is None, reason="no Graphviz: install it, or pip install graphviz-pure")
def test_it_is_drawn_again(tmp_path: Path) -> None:
    written = [path.name for path in write_gallery(tmp_path, (MACHINES[0], FLOWS[0]))]
    drawn = ("machine-resource-owner", "flow-authorization-code")
    assert written == [*(f"{name}.{suffix}" for name in drawn for suffix in ("gv", "svg")), "README.md"]
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == index()


def test_there_are_five_machines_four_flows_and_every_attack() -> None:
    kinds = [picture.stem.split("-")[0] for picture in PICTURES]
    assert [kinds.count(kind) for kind in ("machine", "flow", "attack")] == [5, 4, len(ATTACKS)]
