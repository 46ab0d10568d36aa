"""The command line: `oauth-model`, one file for each command.

This file is what every start loads, so it imports nothing but click: a command's own file is loaded when
the command is used. Here is also where errors become one line and an exit status: 2 for what cannot be
run or printed, 130 for Ctrl-C, 141 for a closed pipe; 0 and 1 are for the commands to say.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from contextlib import suppress
from typing import Any, NoReturn

import click

COMMANDS = {
    "check": ("check", "Check a deployment, or survey all profiles against all attackers."),
    "attack": ("attack", "Show an attack of the catalogue, and what stops it."),
    "matrix": ("matrix", "Print which mitigation stops which attack of the catalogue."),
    "fix": ("fix", "Find the smallest sets of mitigations that mend a deployment."),
    "deployment": ("deployment", "Turn an authorization server's metadata into a deployment file."),
    "draw": ("draw", "Draw a role's machine, a flow or a saved run."),
    "replay": ("replay", "Take a saved run again, step by step."),
    "export": ("export", "Write a scenario as a model for SPIN or TLC."),
    "probe": ("probe", "Put a running server to the model's attacks and goals."),
    "demo": ("demo", "Run a demo server, each of whose protections is a switch."),
    "list": ("listing", "List flows, mitigations, attackers, goals, attacks and profiles."),
}
"""Each command with the file it is in and its line of help."""

EXIT_STATUSES = (
    "Exit status: 0 all holds, 1 something is broken, 2 could not run (or could not decide), 130 interrupted."
)


class Commands(click.Group):
    """A group that loads a command when it is used, and turns errors into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are explained."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"oauth_model.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; for a misspelt one, the error names them all."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}; commands: {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and leave with the exit status."""
        extra["standalone_mode"] = False
        try:
            status = super().main(*args, **extra)
        except click.exceptions.Exit as left:
            status = left.exit_code
        except click.ClickException as failure:
            failure.show()
            _leave(2)
        except (click.Abort, KeyboardInterrupt):
            _say("interrupted")
            _leave(130)
        except SystemExit:
            # The one exit that click makes by itself: whoever read the output has gone.
            _leave(141)
        except Exception as failure:
            message = _about_output(failure) or _explained(failure)
            if message is None:
                raise
            _say(message)
            _leave(2)
        _leave(status if isinstance(status, int) else 0)


def _about_output(failure: Exception) -> str | None:
    """A failure to print as one line for the user; None for any other."""
    frames = [frame for frame, _ in traceback.walk_tb(failure.__traceback__)]
    if not any(frame.f_code is click.echo.__code__ for frame in frames):
        return None
    if isinstance(failure, UnicodeEncodeError):
        letter = failure.object[failure.start]
        return f"output: {letter!a} cannot be printed in {failure.encoding}; set PYTHONIOENCODING=utf-8"
    if not isinstance(failure, OSError):
        return None
    with suppress(OSError, ValueError):  # what was not written would be tried again, and fail again, at the exit
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return f"output: cannot be written: {failure.strerror or failure}; send it elsewhere"


def _explained(failure: Exception) -> str | None:
    """A failure as one line for the user; None for what is nobody's fault but the program's."""
    from oauth_model.drawing.errors import DrawingError
    from oauth_model.machine import ModelError
    from oauth_model.names import InputError, fault_of_own_module

    if isinstance(failure, (InputError, ModelError, DrawingError)):
        return str(failure)
    fault = fault_of_own_module(failure)
    return str(fault) if fault is not None else None


def _say(message: str) -> None:
    click.echo(f"oauth-model: {message}", err=True)


def _leave(status: int) -> NoReturn:
    sys.exit(status)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EXIT_STATUSES,
)
@click.version_option(package_name="oauth-model", message="%(prog)s %(version)s")
def main() -> None:
    """An executable formal model of OAuth 2.x: which goals hold, which are broken, and by which run.

    What is yours is named module:NAME wherever a name is asked for; the module is also looked for in the
    current directory.
    """
