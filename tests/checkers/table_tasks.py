"""What the workers of a table are given to do in tests, by functions that they can import."""

import os
import signal
import time
from pathlib import Path

from oauth_model.attackers import READS_RESPONSES, WEB
from oauth_model.checkers.exhaustive import check
from oauth_model.checkers.verdict import Result
from oauth_model.errors import ModelError
from oauth_model.goals import redirect_uris_match
from oauth_model.mitigations import MITIGATIONS, STATE, Policy
from oauth_model.scenario import Bounds, Scenario

SMALL = Bounds(client_runs=1, forgeries=1)


def scenarios() -> list[Scenario]:
    base = Scenario(policy=Policy(), attacker=WEB | READS_RESPONSES, bounds=SMALL)
    return [base, base.plus(STATE), base.plus(*MITIGATIONS[:4])]


def square(number: int) -> int:
    return number * number


def process(number: int) -> int:
    time.sleep(0.2)  # so that one worker does not do everything
    return os.getpid()


def refuse(number: int) -> int:
    if number == 2:
        raise ModelError("this model is put together wrongly")
    return number


class Awkward(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_awkwardly(number: int) -> int:
    raise Awkward(number, number)


def die_once(folder: Path, number: int) -> int:
    """The number's square; but whoever is first to work on 3 is killed."""
    if number == 3:
        try:
            (folder / "died").touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def die_always(folder: Path, number: int) -> int:
    if number == 3:
        with (folder / "deaths").open("a", encoding="utf-8") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def ask(scenario: Scenario) -> Result:
    return check(scenario, (redirect_uris_match,))


def die_then_ask(folder: Path, scenario: Scenario) -> Result:
    die_once(folder, 3 if STATE in scenario.policy else 0)
    return ask(scenario)


def call_it(number: int) -> str:
    return f"the search about {number}"
