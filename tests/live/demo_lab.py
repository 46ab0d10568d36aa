"""What the tests of the demo server share: a laboratory at one, and the requests that they all make."""

from collections.abc import Iterator
from contextlib import contextmanager

from oauth_model.live.adapter import CONFIDENTIAL, VICTIM
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.exchange import HttpResponse
from oauth_model.live.lab import Back, Front, Lab, authenticated, s256
from oauth_model.live.manners import Manners
from oauth_model.live.transport import Transport

VERIFIER = "v" * 43
CHALLENGE: dict[str, str | None] = {"code_challenge": s256(VERIFIER), "code_challenge_method": "S256"}


@contextmanager
def laboratory(adapter: DemoAdapter) -> Iterator[Lab]:
    """A laboratory at a demo server, which is stopped at the end."""
    try:
        target = adapter.start()
        with Transport(Manners().with_host_of(*target.origins())) as transport:
            yield Lab(adapter, target, transport)
    finally:
        adapter.stop()


def authorized(
    lab: Lab, client: str = CONFIDENTIAL, account: str = VICTIM, *, grants: str | None = None, **changes: str | None
) -> Front:
    """A code for a request with the challenge of VERIFIER, or an error; `grants` is the part of the scope granted."""
    return lab.authorize(lab.request(lab.client(client), **{**CHALLENGE, **changes}), account, scope=grants)


def redeemed(lab: Lab, front: Front, client: str = CONFIDENTIAL, **changes: str | None) -> Back:
    """The answer to a token request for a code."""
    return lab.redeem(front.code or "", lab.client(client), **{"code_verifier": VERIFIER, **changes})


def asked(lab: Lab, url: str | None, client: str = CONFIDENTIAL, **parameters: str | None) -> HttpResponse:
    """The answer of an endpoint to a client."""
    assert url is not None
    return lab.transport.send(authenticated(url, lab.client(client), dict(parameters)))
