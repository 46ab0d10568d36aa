"""URIs are terms as they are written; their parts are read in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import oauth_model
from oauth_model.uris import is_under, labels, segments, site_of


def test_hosts_have_labels_and_paths_segments() -> None:
    assert labels("www.client.example") == ("www", "client", "example")
    assert segments("/cb/as.example") == ("cb", "as.example")
    assert segments("/cb") == ("cb",)
    assert site_of("www.client.example") == site_of("client.example") == "client.example"
    assert site_of("www2.client.example") == "www2.client.example"


@pytest.mark.parametrize(
    ("host", "under"),
    [
        ("old.client.example", True),
        ("a.b.client.example", True),
        ("client.example", False),
        ("evil-client.example", False),
        ("client.example.attacker.example", False),
    ],
)
def test_a_host_is_under_a_domain_by_its_labels(host: str, under: bool) -> None:
    assert is_under(host, "client.example") is under


def test_nobody_else_takes_hosts_and_paths_of_uris_apart() -> None:
    taken_apart = re.compile(r"\b(uri|registered|redirect_uri)\.(host|path)\.\w+\(")
    package = Path(oauth_model.__file__).parent
    for path in package.rglob("*.py"):
        if path.name != "uris.py":
            assert not taken_apart.search(path.read_text(encoding="utf-8")), path
