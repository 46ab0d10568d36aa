"""Facts about a deployment: what its file can state."""

from dataclasses import fields
from pathlib import Path

import pytest

from oauth_model.deployment import load
from oauth_model.deployment_facts import DeploymentFacts
from oauth_model.names import InputError


def test_facts_are_what_the_deployment_has(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_text(
        'extends = "rfc9700"\nlevel = "recommended"\nclient_type = "public"\n'
        '[facts]\nnative = "loopback"\ncleartext = ["login"]\npages_in_frames = true\n',
        encoding="utf-8",
    )
    (setup,) = load(str(path)).setups
    cast = setup.scenario.cast
    assert (cast.native, cast.cleartext, cast.pages_in_frames) == ("loopback", ("login",), True)
    assert cast.open_redirector is None


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("[facts]\nnativ = 'loopback'", "facts: 'nativ' is not a fact about a deployment (did you mean 'native'?)"),
        ("[facts]\nnative = 'desktop'", "facts.native"),
        ("[facts]\ncleartext = 'login'", "facts.cleartext"),
        ("[facts]\npages_in_frames = 1", "facts.pages_in_frames"),
        ("facts = 'none'", "'none' is not a table of facts"),
    ],
)
def test_wrong_facts(tmp_path: Path, facts: str, says: str) -> None:
    path = tmp_path / "file.toml"
    path.write_text(facts, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(str(path))
    assert says in str(refused.value)


def test_every_fact_is_explained() -> None:
    page = (Path(__file__).parent.parent / "docs" / "deployments.md").read_text(encoding="utf-8")
    for fact in fields(DeploymentFacts):
        assert f"| `{fact.name}` |" in page
