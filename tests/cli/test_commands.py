"""`attack`, `fix`, `replay`, `draw` and `list`."""

import importlib
import json
from pathlib import Path

import pytest
from click.testing import Result

from oauth_model.attacks import ATTACKS
from oauth_model.goals import GOALS
from oauth_model.mitigations import MITIGATIONS
from tests.cli.conftest import EXAMPLES, Run

SINGLE_PAGE_APP = EXAMPLES / "single_page_app.toml"


def data_in(done: Result) -> dict[str, object]:
    """The JSON in an output, after the lines that tell of progress."""
    found: dict[str, object] = json.loads(done.output[done.output.index("{") :])
    return found


# ------------------------------------------------------------------ attack


@pytest.mark.parametrize("name", ["stolen-code", "SI03", "si03", "Stolen_Code"])
def test_an_attack_by_any_of_its_names(run: Run, name: str) -> None:
    done = run("attack", name)
    assert done.exit_code == 0, done.output
    assert "Stolen code redeemed by the attacker (stolen-code, SI03, RFC 9700 section 4.5)" in done.output
    assert "everything on but" in done.output
    assert "The claim is confirmed." in done.output


def test_an_attack_as_data_and_as_files(run: Run, tmp_path: Path) -> None:
    done = run("attack", "SI03", "--json", "--picture", tmp_path / "si03", "--save", tmp_path / "si03.json")
    data = data_in(done)
    assert data["confirmed"] is True
    claims = data["claims"]
    assert isinstance(claims, list)
    assert [claims[0]["switched_on"], claims[0]["found"]] == [[], "broken"]
    assert {claim["expected"] for claim in claims} == {"broken", "holds"}
    assert all(claim["found"] == claim["expected"] for claim in claims)
    assert (tmp_path / "si03.gv").read_text(encoding="utf-8").startswith("digraph")
    assert run("replay", tmp_path / "si03.json").exit_code == 0


def test_an_untrue_claim_is_not_confirmed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from oauth_model import attacks
    from oauth_model.mitigations import SEE_OTHER

    stolen_code = next(attack for attack in ATTACKS if attack.slug == "stolen-code")
    untrue = replace(stolen_code, slug="untrue", id=None, stopped_by=((SEE_OTHER,),), not_stopped_by=(), refuted=())
    monkeypatch.setattr(attacks, "ATTACKS", (untrue,))
    done = run("attack", "untrue")
    assert done.exit_code == 1
    assert "not confirmed: holds was claimed" in done.output
    assert "The claim is not confirmed." in done.output


# ------------------------------------------------------------------ fix


def test_fix_names_the_smallest_sets(run: Run) -> None:
    done = run("fix", SINGLE_PAGE_APP)
    assert done.exit_code == 1
    assert "stolen-code-is-useless is broken; switch on" in done.output
    assert "pkce-s256   PKCE with S256" in done.output
    assert "not tried, since the deployment says that the client is public: " in done.output
    (line,) = [line for line in done.output.splitlines() if line.startswith("not tried")]
    assert {"private-key-jwt", "mtls-client-authentication", "pushed-requests"} <= {*line.split(": ")[1].split(", ")}


def test_fix_says_that_honest_runs_do_not_end_whatever_is_asked_for(run: Run) -> None:
    done = run("fix", SINGLE_PAGE_APP, "--flow", "implicit", "--goal", "CF1w", "--largest", "1")
    assert done.exit_code == 1
    assert "honest-run-reaches-its-end is broken" in done.output
    assert "Nothing to mend" not in done.output


def test_what_fix_says_mends(run: Run) -> None:
    data = data_in(run("fix", SINGLE_PAGE_APP, "--goal", "AZ1", "--json"))
    goals = data["goals"]
    assert isinstance(goals, list)
    assert goals[0]["sets"] == [["pkce-s256"], ["pkce-plain"]]
    for chosen in goals[0]["sets"]:
        switched = [argument for slug in chosen for argument in ("-m", slug)]
        assert run("check", SINGLE_PAGE_APP, "--goal", "AZ1", *switched).exit_code == 0


def test_fix_says_when_nothing_mends_within_its_bound(run: Run) -> None:
    done = run("fix", SINGLE_PAGE_APP, "--goal", "CF1", "--largest", "1", "--without", "pkce-s256")
    assert done.exit_code == 1
    assert "codes-stay-secret is broken; no set of up to 1 of the " in done.output
    assert " mitigations mends it" in done.output


def test_fix_has_nothing_to_do_where_all_holds(run: Run) -> None:
    done = run("fix", SINGLE_PAGE_APP, "--mitigation", "pkce-s256")
    assert done.exit_code == 0
    assert "Nothing to mend: every goal holds within the bounds." in done.output


def test_fix_does_not_take_a_cut_search_for_a_verdict(run: Run) -> None:
    done = run("fix", SINGLE_PAGE_APP, "--states", "20", "--goal", "CF1w")
    assert done.exit_code == 2
    assert "the search was not complete" in done.output


# ------------------------------------------------------------------ replay


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> Path:
    run("check", SINGLE_PAGE_APP, "--goal", "CF1w", "--save-runs", tmp_path)
    return tmp_path / "stolen-code-is-useless.json"


def test_a_run_is_replayed_step_by_step(run: Run, saved: Path) -> None:
    done = run("replay", saved)
    assert done.exit_code == 0, done.output
    assert " 12  attacker -> id.example#1" in done.output
    assert "Every step applies; stolen-code-is-useless is broken" in done.output


def test_a_run_that_no_longer_applies_names_the_step_and_the_guard(run: Run, saved: Path) -> None:
    done = run("replay", saved, "--mitigation", "client-authentication")
    assert done.exit_code == 1
    assert "Step 12 no longer applies: id.example#1, token request: the guard client_is_authenticated" in done.output
    data = data_in(run("replay", saved, "--mitigation", "client-authentication", "--json"))
    assert (data["applies"], data["failed_at"]) == (False, 12)


# ------------------------------------------------------------------ draw


@pytest.mark.parametrize(
    "what",
    [("machine", "client"), ("machine", "authorization-server"), ("flow", "authorization-code"), ("flow", "implicit")],
)
def test_machines_and_flows_are_drawn(run: Run, tmp_path: Path, what: tuple[str, str]) -> None:
    done = run("draw", *what, "-o", tmp_path / "drawn")
    assert done.exit_code == 0, done.output
    assert f"wrote {tmp_path / 'drawn.gv'}" in done.output
    assert (tmp_path / "drawn.gv").read_text(encoding="utf-8").startswith("digraph")


def test_a_deployments_machine_has_its_guards(run: Run, tmp_path: Path) -> None:
    for name, told in (("single_page_app", False), ("web_app", True)):
        stem = tmp_path / name
        run("draw", "machine", "authorization-server", "-d", EXAMPLES / f"{name}.toml", "-o", stem)
        assert ("verifier matches challenge" in _text(stem)) == told


def _text(stem: Path) -> str:
    return stem.with_suffix(".gv").read_text(encoding="utf-8").replace("_", " ")


def test_a_saved_run_is_drawn(run: Run, saved: Path, tmp_path: Path) -> None:
    done = run("draw", "run", saved, "-o", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "token request" in (tmp_path / "run.gv").read_text(encoding="utf-8")


def test_without_dot_there_are_texts_and_a_hint(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render = importlib.import_module("oauth_model.drawing.render")
    monkeypatch.setattr(render, "find_dot", lambda: None)
    done = run("draw", "flow", "authorization-code", "-o", tmp_path / "flow")
    assert done.exit_code == 0, done.output
    assert render.HOW_TO_GET_PICTURES in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flow.gv", "flow.mmd"]


# ------------------------------------------------------------------ list


def test_everything_is_listed_with_its_section(run: Run) -> None:
    done = run("list")
    assert done.exit_code == 0
    for record in (*GOALS, *MITIGATIONS, *ATTACKS):
        line = next(line.split() for line in done.output.splitlines() if line.split()[:1] == [record.slug])
        assert line[1] == (record.id or "-")
        assert record.reference in " ".join(line)


@pytest.mark.parametrize("kind", ["flows", "mitigations", "attackers", "goals", "attacks", "profiles"])
def test_one_kind_is_listed_alone(run: Run, kind: str) -> None:
    told = run("list", kind)
    data = json.loads(run("list", kind, "--json").output)
    assert list(data) == [kind]
    assert [line.split()[0] for line in told.output.splitlines()] == [record["slug"] for record in data[kind]]
    assert all(record["reference"] and record["title"] for record in data[kind])
