"""`python -m oauth_model.cli`: the command line without the installed script."""

from __future__ import annotations

from oauth_model.cli import main

main()
