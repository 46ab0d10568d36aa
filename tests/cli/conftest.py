"""What the tests of the command line share: running a command in this process, and a user's own module."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oauth_model.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

Run = Callable[..., Result]

OWN = '''
"""An attacker, a mitigation, a goal and a flow of a user's own."""

from oauth_model.attackers import Attacker
from oauth_model.facts import Attached
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.flow import Flow
from oauth_model.goals import always
from oauth_model.messages import AuthorizationRequest, AuthorizationResponse
from oauth_model.mitigations import Mitigation

INSIDER = Attacker("insider", "house rules", browser=True, lures=True, reads=(AuthorizationResponse,))


@always("house rules")
def nothing_is_attached(world):
    """No grant is attached to any session."""
    return not list(world.all(Attached))


def redirect_uri_is_named(me, message):
    """The request names its redirection URI."""
    return message.redirect_uri is not None


NAMED = Mitigation(
    "redirect-uri-named", "requests name their redirection URI", "house rules",
    checks={AuthorizationRequest: [redirect_uri_is_named]},
)
MY_CODE = Flow("my-code", "The code grant again", "house rules", AUTHORIZATION_CODE.rows, "code")


def looks_for_what_is_not_there(me, message):
    return message.no_such_parameter


FAULTY = Mitigation(
    "faulty", "has a mistake", "house rules", checks={AuthorizationRequest: [looks_for_what_is_not_there]}
)
SHADOW = Mitigation("state", "takes a built-in name", "house rules")
NUMBER = 7
'''


@pytest.fixture
def run() -> Run:
    """Run `oauth-model` with arguments; what it prints to either stream is the result's output."""

    def invoke(*arguments: object, text: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=text)

    return invoke


@pytest.fixture
def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a user's module that lies in the current directory, where nothing else is."""
    (tmp_path / "house_rules.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield "house_rules"
    sys.modules.pop("house_rules", None)
