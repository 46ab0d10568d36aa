"""The matrix of attacks and mitigations: computed again attack by attack, and compared with the page that shows it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from oauth_model.attacks import ATTACKS, Attack
from oauth_model.attacks.matrix import DOES_NOT, IN_PART, STOPS, matrix, switched_on_alone
from oauth_model.attacks.matrix_page import is_current, renewed, table_of
from oauth_model.cli.matrix import command, markdown
from oauth_model.mitigations import EXACT_REDIRECT_URI, MITIGATIONS, STATE
from oauth_model.names import InputError

PAGE = Path(__file__).parent.parent / "docs" / "matrix.md"
QUICK = "token-in-uri"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id or attack.slug)
def test_the_page_shows_what_the_search_finds(attack: Attack) -> None:
    (line,) = matrix([attack])
    shown = list(markdown([line]))
    assert shown[-1] in table_of(PAGE.read_text(encoding="utf-8"), PAGE), "bring it up to date: make check"
    cells = {cell.mitigation: cell for cell in line.cells}
    assert {goal.slug for goal in attack.breaks} & {verdict.goal.slug for verdict in line.precondition.broken}
    for mitigations in attack.stopped_by:
        if len(mitigations) == 1:
            assert cells[mitigations[0]].verdict == STOPS, f"{mitigations[0]} does not stop it"
    for mitigations in attack.not_stopped_by:
        if len(mitigations) == 1:
            assert cells[mitigations[0]].verdict in (DOES_NOT, IN_PART), f"{mitigations[0]} stops it"


def test_the_page_has_every_attack_once() -> None:
    lines = table_of(PAGE.read_text(encoding="utf-8"), PAGE)
    assert len(lines) == len(ATTACKS) + 2
    assert is_current(PAGE.read_text(encoding="utf-8"), PAGE), "bring it up to date: make check"


def test_what_was_on_before_does_not_stop_an_attack() -> None:
    (attack,) = (attack for attack in ATTACKS if attack.slug == QUICK)
    (line,) = matrix([attack])
    cells = {cell.mitigation: cell for cell in line.cells}
    assert set(cells) == set(MITIGATIONS)
    assert cells[STATE].verdict == cells[EXACT_REDIRECT_URI].verdict == DOES_NOT
    assert cells[STATE].result is None
    assert {cell.mitigation for cell in line.cells if cell.result is not None} == set(switched_on_alone(attack))


# ------------------------------------------------------------------ the command


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, [*arguments, "--jobs", "1"], standalone_mode=False)
    assert result.exception is None, result.exception
    assert result.return_value == 0
    return result.stdout


def test_three_forms_say_the_same() -> None:
    plain = json.loads(run("-a", QUICK, "--format", "json"))
    (attack,) = plain["attacks"]
    (row,) = csv.DictReader(io.StringIO(run("-a", QUICK, "--format", "csv")))
    assert row["id"] == "RU15"
    assert {slug: row[slug] for slug in attack["mitigations"]} == {
        slug: cell["verdict"] for slug, cell in attack["mitigations"].items()
    }
    assert row["token-in-header-only"] == STOPS
    text = run("-a", QUICK)
    assert "RU15" in text and "token-in-header-only" in text and "client run" in text


def test_a_page_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (attack,) = (attack for attack in ATTACKS if attack.slug == QUICK)
    monkeypatch.setattr("oauth_model.attacks.ATTACKS", (attack,))
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- matrix -->\nold\n<!-- end of matrix -->\nafter\n", encoding="utf-8")
    assert "wrote" in run("--write", str(page))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("<!-- end of matrix -->\nafter\n") and "old" not in text
    assert "is current" in run("--write", str(page))
    assert page.read_text(encoding="utf-8") == text


def test_a_page_without_a_place_for_it_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here\n", encoding="utf-8")
    with pytest.raises(InputError, match="no place for the table"):
        renewed(page.read_text(encoding="utf-8"), page, ["| a |"])
