"""What the tests of the probe as a whole share: small probes of the demo server, and files that describe servers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner, Result

from oauth_model.cli import main
from oauth_model.live.adapter import Adapter, Target
from oauth_model.live.findings import Finding, Report
from oauth_model.live.manners import Manners
from oauth_model.live.probe import Plan, probe

SMALL = Plan(parts=("walks", "races"), examples=15)
"""A probe of some seconds: no searches."""


def report_of(adapter: Adapter, plan: Plan = SMALL) -> Report:
    """The report of a probe."""
    return probe(adapter, Manners(), plan).report


def told(report: Report) -> set[tuple[str, str]]:
    """The kinds and rules of what was found."""
    return {(finding.kind, finding.rule) for finding in report.findings}


def finding(report: Report, kind: str, rule: str) -> Finding:
    """The finding of a kind and rule."""
    return next(each for each in report.findings if (each.kind, each.rule) == (kind, rule))


def run(*arguments: object) -> Result:
    """`oauth-model` with these arguments, in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def one_error(result: Result) -> str:
    """The one line that a command ends with that could not be done; there is no other, and no traceback."""
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.startswith("oauth-model: ")]
    assert len(lines) == 1 and result.stderr.splitlines()[-1] == lines[0], result.stderr
    return lines[0].removeprefix("oauth-model: ")


# ------------------------------------------------------------------ files that describe a server


def described(target: Target, endpoints: Mapping[str, str]) -> str:
    """A running server as the text of a TOML file, with these endpoints named."""
    lines = ['title = "a server of the tests"', f"scopes = {json.dumps(list(target.scopes))}", "[endpoints]"]
    lines += [f"{name} = {json.dumps(url)}" for name, url in endpoints.items()]
    for name, client in target.clients.items():
        lines += [f"[clients.{name}]", f"client_id = {json.dumps(client.client_id)}"]
        lines += [f"secret = {json.dumps(client.secret)}"] if client.secret else []
        lines += [f"redirect_uris = {json.dumps(list(client.redirect_uris))}"]
    for name, account in target.accounts.items():
        lines += [f"[accounts.{name}]", f"username = {json.dumps(account.username)}"]
        lines += [f"password = {json.dumps(account.password)}"]
    if target.pages.scope_field is not None:
        lines += ["[pages]", f"scope_field = {json.dumps(target.pages.scope_field)}"]
    return "\n".join(lines) + "\n"


def by_metadata(target: Target) -> dict[str, str]:
    """The endpoints that a file has to name where the server has metadata: those that are not in it."""
    endpoints = target.endpoints
    assert endpoints.metadata and endpoints.resource and endpoints.other_resource
    return {
        "metadata": endpoints.metadata,
        "resource": endpoints.resource,
        "other_resource": endpoints.other_resource,
    }


@contextmanager
def running(adapter: Adapter, file: Path) -> Iterator[Target]:
    """A server that runs, with a file that describes it; it is stopped at the end."""
    try:
        target = adapter.start()
        file.write_text(described(target, by_metadata(target)), encoding="utf-8")
        yield target
    finally:
        adapter.stop()
