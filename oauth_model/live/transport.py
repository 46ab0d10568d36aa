"""The transport: sends requests within the manners of a probe, and keeps the transcript.

Redirects are never followed here: a redirect is an answer to be looked at. Whatever goes wrong on the way - nobody
listens, no answer in time, a certificate that is not right, bytes that are no HTTP - is one LiveError.
"""

from __future__ import annotations

import ssl
from types import TracebackType

import httpx

from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse
from oauth_model.live.manners import MARK, Allowance, LiveError, Manners

AGENT = "oauth-model (security test of the server's owner)"
LARGEST = 4_000_000
"""Bytes of an answer that are read; a longer one is an error."""


class Transport:
    """Sends requests, one at a time, and remembers them. A context manager: leaving it closes all connections."""

    def __init__(self, manners: Manners) -> None:
        self.allowance = Allowance(manners)
        self.transcript: list[Exchange] = []
        self._client = httpx.Client(
            follow_redirects=False,
            timeout=manners.patience,
            verify=manners.verify,
            trust_env=False,
            headers={"User-Agent": AGENT, MARK: self.allowance.probe},
        )

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def send(self, request: HttpRequest, who: str = "client", purpose: str = "") -> HttpResponse:
        """Send a request, and give its answer. Raises LiveError where none comes that can be read."""
        self.allowance.take(request.url)
        try:
            answer = self._send(request)
        except LiveError:
            self.transcript.append(Exchange(who, request, None, purpose))
            raise
        self.transcript.append(Exchange(who, request, answer, purpose))
        return answer

    def _send(self, request: HttpRequest) -> HttpResponse:
        headers = list(request.headers)
        if request.form is not None:
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        elif request.json is not None:
            headers.append(("Content-Type", "application/json"))
        self._client.cookies.clear()  # cookies are the browsers' own affair
        place = f"{request.method} {request.url.partition('?')[0]}"
        content = request.body.encode() if request.form is not None or request.json is not None else None
        try:
            with self._client.stream(request.method, request.url, headers=headers, content=content) as answer:
                body = bytearray()
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise LiveError(f"{place}: the answer is longer than {LARGEST:,} bytes; is this the right URL?")
                pairs = tuple((name, value) for name, value in answer.headers.multi_items())
                text = bytes(body).decode(answer.charset_encoding or "utf-8", errors="replace")
                return HttpResponse(answer.status_code, pairs, text)
        except httpx.InvalidURL as failure:
            raise LiveError(f"{place}: is no URL that can be asked: {failure}") from None
        except httpx.TimeoutException:
            patience = self.allowance.manners.patience
            raise LiveError(f"{place}: no answer within {patience:g} s; is the server up? (--patience)") from None
        except httpx.ConnectError as failure:
            raise LiveError(f"{place}: {_why_no_connection(failure)}") from None
        except (httpx.HTTPError, LookupError, UnicodeError) as failure:
            raise LiveError(f"{place}: the answer is no HTTP that can be read: {failure}") from None


def _why_no_connection(failure: httpx.ConnectError) -> str:
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            return f"TLS failed: {reason}; give the server a certificate that this machine trusts"
        cause = cause.__cause__ or cause.__context__
    return f"cannot be reached: {failure}; is the server up, and the URL right?"
