"""A running server's metadata document (RFC 8414), as it stands. What it is compared with is `differences`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oauth_model.live.exchange import HttpRequest
from oauth_model.live.lab import Lab
from oauth_model.live.manners import LiveError


def read_metadata(lab: Lab) -> Mapping[str, Any] | None:
    """The document at the URL that the adapter names; None if it names none. Raises LiveError if there is no such."""
    url = lab.target.endpoints.metadata
    if url is None:
        return None
    answer = lab.transport.send(HttpRequest("GET", url), "client", "metadata request")
    if answer.status != 200:
        raise LiveError(f"{url}: answers with status {answer.status}, not with metadata; is the URL right?")
    try:
        document = json.loads(answer.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise LiveError(f"{url}: no metadata document: that is a JSON object (RFC 8414 section 3.2)")
    return document
