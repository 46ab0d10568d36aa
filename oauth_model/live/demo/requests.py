"""Parameters as they came, for Authlib: its view of an HTTP request, made of a list of names and values.

What has no value counts as left out (RFC 6749 sections 3.1 and 3.2), and what came twice can be seen. The form of a
request to the token endpoint is its body alone, never the query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Payload

from oauth_model.live.exchange import Pairs

_PRINTABLE = re.compile(r"[\x20-\x7e]*")


class Payload(OAuth2Payload):
    """The parameters: the first value of each, and all of them."""

    def __init__(self, pairs: Pairs) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if value:
                self._values.setdefault(name, []).append(value)

    @property
    def datalist(self) -> dict[str, list[str]]:
        """All values of each parameter."""
        return self._values

    @property
    def data(self) -> dict[str, str]:
        """The first value of each parameter."""
        return {name: values[0] for name, values in self._values.items()}

    @property
    def repeated(self) -> tuple[str, ...]:
        """The parameters that came more than once; `resource` may (RFC 8707 section 2)."""
        return tuple(name for name, values in self._values.items() if len(values) > 1 and name != "resource")

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The parameters with characters that none of them may have (RFC 6749 appendix A)."""
        wrong = [name for name, values in self._values.items() if not all(map(_PRINTABLE.fullmatch, values))]
        return tuple(name if _PRINTABLE.fullmatch(name) else "?" for name in wrong)


class Request(OAuth2Request):
    """A request to the authorization server, from the browser or from a client.

    `granted` is the scope that the resource owner granted, once that is known.
    Authlib asks for https; on the loopback interface this server does without.
    """

    def __init__(self, method: str, pairs: Pairs, headers: Mapping[str, str] | None = None) -> None:
        authorization = (headers or {}).get("Authorization", "").strip()
        super().__init__(method, "https://loopback.invalid/", headers={"Authorization": authorization})
        self.payload = Payload(pairs)
        self.pairs = pairs
        self.granted: str | None = None

    @property
    def args(self) -> dict[str, str]:
        """The parameters."""
        return self.payload.data

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        return self.payload.data

    def get(self, name: str) -> str | None:
        """A parameter."""
        return self.payload.data.get(name)

    def must_be_readable(self) -> None:
        """Raise what is answered where a parameter came twice, or with characters that it cannot have."""
        if self.payload.unreadable:
            raise InvalidRequestError("A parameter has characters that are not printable ASCII.")
        if self.payload.repeated:
            raise InvalidRequestError("A parameter is there more than once.")


def parameters(values: Any) -> Pairs:
    """The names and values of a query or form, in their order."""
    return tuple(values.items(multi=True))
