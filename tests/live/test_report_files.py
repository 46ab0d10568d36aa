"""Reports as files: what is there of each, and that no secret is in any of them unless it is asked for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from oauth_model.drawing.render import HOW_TO_GET_PICTURES
from oauth_model.live.findings import Report
from oauth_model.live.manners import LiveError
from oauth_model.live.reports import Mask, as_text, curl_script, masked, transcript, write
from oauth_model.live.reports.scanner import Scanner
from oauth_model.run_file import load, replay
from tests.live import made_up


@pytest.fixture(scope="module")
def report() -> Report:
    return made_up.report()


# ------------------------------------------------------------------ masking


def every_format(report: Report, folder: Path, *, show: bool = False) -> dict[str, str]:
    """All the files of a report, and what is printed of it."""
    write(report, folder, show=show, deployment='title = "made up"\n')
    files = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}
    return {**files, "printed": as_text(report if show else masked(report))}


def test_no_secret_is_in_any_format(report: Report, tmp_path: Path) -> None:
    found = every_format(report, tmp_path / "out")
    names = {"report.txt", "report.json", "report.sarif", "junit.xml", "01-code-replay.http", "01-code-replay.sh"}
    assert names <= set(found)
    for name, text in found.items():
        for secret in made_up.SECRETS:
            there = [spelling for spelling in made_up.spellings(secret) if spelling in text]
            assert not there, f"{name}: {there}"
        assert f"code={made_up.SHORT}" not in text, name
        assert f"'{made_up.SHORT}'" not in text and f'"{made_up.SHORT}"' not in text, name


def test_secrets_are_shown_where_they_are_asked_for(report: Report, tmp_path: Path) -> None:
    found = every_format(report, tmp_path / "out", show=True)
    for name in ("printed", "report.txt", "report.json", "01-code-replay.http"):
        for secret in (made_up.REFRESH, made_up.VERIFIER, made_up.TOLD):
            assert secret in found[name], name
    assert made_up.VERIFIER in found["01-code-replay.sh"]


def test_a_secret_has_the_same_label_everywhere(report: Report) -> None:
    mask = Mask(report)
    labels = {made_up.CODE: "code-1", made_up.TOKEN: "access-token-1", made_up.REFRESH: "refresh-token-1"}
    labels |= {made_up.ID_TOKEN: "id-token-1", made_up.PASSWORD: "password-1", made_up.SECRET: "client-secret-1"}
    labels |= {made_up.VERIFIER: "code-verifier-1", made_up.FORM_TOKEN: "form-token-1", made_up.TOLD: "secret-1"}
    for secret, label in labels.items():
        assert mask.labels[secret] == label
        for spelling in made_up.spellings(secret):
            assert mask.text(f"({spelling})").startswith(f"({label}"), spelling
    shown = transcript(mask.report(report).findings[0].exchanges)
    assert "grant_type=authorization_code&code=code-1&code_verifier=code-verifier-1" in shown
    assert "Cookie: lang=cookie-2; sid=cookie-1" in shown
    assert "Location: https://shop.example/cb?code=code-1&state=st#id_token=id-token-1" in shown
    assert "Authorization: Bearer access-token-1" in shown and "Authorization: Basic credentials-1" in shown
    assert '"access_token": "access-token-1"' in shown and "username=alice" in shown


def test_what_is_no_secret_stays(report: Report) -> None:
    mask = Mask(report)
    for text in ("state=st&decision=allow", "error=invalid_grant", '{"code": "invalid_grant"}', "lang=en", "a b"):
        assert mask.text(text) == text
    run = made_up.attack_run().text()
    assert as_text(mask.report(report)).count(run) == 2, "a run is of the model, and has no values"


def test_short_values_are_found_only_where_they_stand_alone() -> None:
    scanner = Scanner({"pw123", "q1", "a longer secret"})

    def found(text: str) -> list[str]:
        return [value for _, value in scanner.split(text) if value is not None]

    assert found("pw123 xpw123 pw1234 =pw123& %3Dpw123%26 q1") == ["pw123"] * 3
    assert found("xa+longer%20secretx") == ["a longer secret"]
    assert "".join(piece for piece, _ in scanner.split("xpw123.pw123")) == "xpw123.pw123"


# ------------------------------------------------------------------ files


def test_files_of_a_finding(report: Report, tmp_path: Path) -> None:
    written = write(report, tmp_path / "new" / "out")
    names = [path.name for path in written.paths]
    assert len(set(names)) == len(names) and all(path.is_file() for path in written.paths)
    own = {name.partition(".")[2] for name in names if name.startswith("01-code-replay.")}
    assert {"run.json", "http", "sh", "gv"} < own and own & {"svg", "mmd"}
    assert not any(name.startswith("05-") for name in names), "it has neither run nor exchanges"
    again = replay(load(tmp_path / "new" / "out" / "01-code-replay.run.json"))
    assert again.holds_good and len(again.run.steps) == 13
    assert (tmp_path / "new" / "out" / "01-code-replay.sh").stat().st_mode & 0o100


def test_a_folder_is_made_again_but_no_other_is_touched(report: Report, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(report, out)
    (out / "mine.txt").write_text("kept")
    write(replace(report, findings=()), out)
    assert (out / "mine.txt").read_text() == "kept"
    assert not list(out.glob("01-*")), "what the last report had and this has not is gone"
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("kept")
    with pytest.raises(LiveError, match="is not empty, and was not made by this command"):
        write(report, other)
    assert [path.name for path in other.iterdir()] == ["mine.txt"]
    with pytest.raises(LiveError, match="is a file; name a folder"):
        write(report, other / "mine.txt")
    with pytest.raises(LiveError, match="cannot be written"):
        write(report, other / "mine.txt" / "below")


def nothing() -> None:
    """Nothing that draws is found."""


def test_without_graphviz_there_are_texts_and_a_sentence(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["oauth_model.drawing.render"], "find_dot", nothing)
    written = write(report, tmp_path / "out")
    assert written.notes == [HOW_TO_GET_PICTURES]
    assert (tmp_path / "out" / "01-code-replay.gv").is_file() and (tmp_path / "out" / "01-code-replay.mmd").is_file()


def test_what_cannot_be_written_of_a_finding_is_said(report: Report, tmp_path: Path) -> None:
    run = replace(made_up.attack_run(), broken="a-goal-of-nobody")
    written = write(replace(report, findings=(replace(report.findings[0], run=run),)), tmp_path / "out")
    assert len(written.notes) == 1 and written.notes[0].startswith("01-code-replay.run.json is not there: the goal")
    assert (tmp_path / "out" / "01-code-replay.gv").is_file()


def test_scripts_are_scripts(report: Report) -> None:
    sh = shutil.which("sh")
    if sh is None:
        pytest.skip("there is no sh here")
    mask = Mask(report)
    for finding in report.findings:
        for show in (False, True):
            script = curl_script(finding, mask, show=show)
            done = subprocess.run([sh, "-n"], input=script.encode(), capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
    hostile = curl_script(report.findings[4], mask)
    assert '\n# nothing; `$(touch x)`\n# "$HOME"\n' in hostile, "what a server said stays a comment"
