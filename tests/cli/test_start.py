"""The installed command as a process: its start, its end by Ctrl-C, and what it does with its streams."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oauth_model.cli import COMMANDS, main
from tests.processes import started

ROOT = Path(__file__).resolve().parents[2]
START = [sys.executable, "-c", "from oauth_model.cli import main; main(prog_name='oauth-model')"]
EXAMPLE = ROOT / "examples" / "web_app.toml"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def test_help_loads_none_of_the_model() -> None:
    look = (
        "import sys\nfrom oauth_model.cli import main\n"
        "try:\n    main(['--help'], prog_name='oauth-model')\n"
        "finally:\n    print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'transitions', 'hypothesis', 'graphviz', 'rich', 'multiprocessing'}), "
        "sorted(name for name in sys.modules if name.startswith('oauth_model')))"
    )
    done = subprocess.run([sys.executable, "-c", look], env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[] ['oauth_model', 'oauth_model.cli']"
    assert "Exit status: 0 all holds, 1 something is broken" in done.stdout


def test_the_list_of_commands_says_what_they_say_themselves() -> None:
    import click

    context = click.Context(main)
    for name, (_, text) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert (command.name, command.short_help) == (name, text)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT to send there")
@pytest.mark.parametrize("arguments", [["check"], ["check", "--jobs", "1"]])
def test_ctrl_c_is_one_line(arguments: list[str]) -> None:
    with started(*START, *arguments, env=ENVIRONMENT, stdout=-1, stderr=-1, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert [line for line in told.splitlines() if line and not line.startswith("[")] == ["oauth-model: interrupted"]


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
def test_a_reader_that_leaves_is_no_error() -> None:
    with started(*START, "list", env=ENVIRONMENT, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments", [["list"], ["--help"], ["check", EXAMPLE, "--json", "--goal", "AZ1", "--client-runs", "1"]]
)
def test_output_that_cannot_be_written_is_one_line(arguments: list[str], unbuffered: str) -> None:
    environment = ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([*START, *arguments], env=environment, stdout=full, stderr=-1, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (
        2,
        "oauth-model: output: cannot be written: No space left on device; send it elsewhere\n",
    )


def test_output_in_a_poor_encoding_is_one_line() -> None:
    environment = ENVIRONMENT | {"PYTHONIOENCODING": "latin-1"}
    text = "import click\nfrom oauth_model.cli import main\n"
    text += "main.invoke = lambda context: click.echo('\u201d')\nmain(['list'], prog_name='oauth-model')\n"
    done = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, timeout=60)
    told = "oauth-model: output: '\\u201d' cannot be printed in latin-1; set PYTHONIOENCODING=utf-8\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_there_are_no_colours_in_a_file_and_none_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    from oauth_model.cli.output import paint

    assert paint("broken") == "broken"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert paint("broken  ") != "broken  "
    assert paint("anything else") == "anything else"
    monkeypatch.setenv("NO_COLOR", "1")
    assert paint("broken") == "broken"


@pytest.mark.slow
def test_ctrl_c_gives_the_verdict_so_far() -> None:
    """A search that would take hours says what it knows when it is interrupted; so it need not be waited for."""
    arguments = ("check", str(EXAMPLE), "--client-runs", "4", "--authorizations", "3", "--states", "any")
    everything = (*START, *arguments, "--engine", "reference")
    with started(*everything, env=ENVIRONMENT, stdout=-1, stderr=-1, text=True) as process:
        time.sleep(8)
        process.send_signal(signal.SIGINT)
        printed, told = process.communicate(timeout=60)
    assert process.returncode == 2, told
    assert "Traceback" not in told
    assert "cut (interrupted): what was not found may still be there" in printed
    assert "engine: reference (asked for)" in printed
