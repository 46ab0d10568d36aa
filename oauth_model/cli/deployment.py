"""`oauth-model deployment`: from an authorization server's metadata to a file that `check` takes."""

from __future__ import annotations

import click


@click.command("deployment", short_help="Turn an authorization server's metadata into a deployment file.")
@click.argument("metadata")
def command(metadata: str) -> int:
    """Print a starting deployment in TOML for the document METADATA (RFC 8414), or - for standard input.

    What the document says is taken. What it cannot say is assumed weakest and listed by name: switch on what
    you know to be so, and check the file.
    """
    from oauth_model.deployment import load_metadata, to_toml

    click.echo(to_toml(load_metadata(metadata)), nl=False)
    return 0
