"""Each sabotage of the demo server's token endpoint can be seen, and is not there without it."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from oauth_model.live.adapter import ATTACKERS
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.demo.switches import SABOTAGES
from oauth_model.live.lab import Lab
from tests.live.demo_lab import VERIFIER, authorized, laboratory, redeemed


def second_time(lab: Lab) -> bool:
    front = authorized(lab)
    return redeemed(lab, front).ok and redeemed(lab, front).ok


def wrong_verifier(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab), code_verifier="w" * 43).ok


def other_client(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab), ATTACKERS, redirect_uri=lab.client().redirect_uris[0]).ok


def alive_after_replay(lab: Lab) -> bool:
    front = authorized(lab)
    back = redeemed(lab, front)
    return redeemed(lab, front).error == "invalid_grant" and lab.use(back.token).status == 200


def token_in_location(lab: Lab) -> bool:
    back = redeemed(lab, authorized(lab))
    return f"access_token={back.json['access_token']}" in (back.answer.location or "")


def other_audience(lab: Lab) -> bool:
    return lab.use(redeemed(lab, authorized(lab)).token, url=lab.target.endpoints.other_resource).status == 200


def writes(lab: Lab) -> bool:
    return lab.use(redeemed(lab, authorized(lab)).token, method="POST").status == 200


def late(lab: Lab) -> bool:
    front = authorized(lab)
    return lab.adapter.advance(61) and redeemed(lab, front).ok


def other_redirect_uri(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab), redirect_uri="https://attacker.example/cb").ok


def twice_at_once(lab: Lab) -> bool:
    """Whether two of several requests with their last byte held back, and released together, go through."""
    request = lab.token_request(authorized(lab).code or "", code_verifier=VERIFIER)
    host, _, port = request.url.split("/")[2].partition(":")
    header = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
    head = f"POST /token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n{header}"
    whole = f"{head}Content-Length: {len(request.body)}\r\n\r\n{request.body}".encode()
    together = threading.Barrier(4)

    def send(_: int) -> bool:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(whole[:-1])
            together.wait(timeout=10)
            connection.sendall(whole[-1:])
            return connection.makefile("rb").readline().split()[1] == b"200"

    with ThreadPoolExecutor(4) as pool:
        successes = sum(pool.map(send, range(4)))
    assert successes >= 1
    return successes > 1


OBSERVED: dict[str, Callable[[Lab], bool]] = {
    "accepts-replay": second_time,
    "ignores-verifier": wrong_verifier,
    "ignores-client": other_client,
    "forgets-to-revoke": alive_after_replay,
    "leaks-token-in-redirect": token_in_location,
    "wrong-audience": other_audience,
    "wider-scope": writes,
    "accepts-expired-code": late,
    "accepts-any-redirect-uri": other_redirect_uri,
    "non-atomic-redemption": twice_at_once,
}


@pytest.mark.parametrize("sabotage", [sabotage.name for sabotage in SABOTAGES])
def test_a_sabotage_can_be_seen(sabotage: str) -> None:
    with laboratory(DemoAdapter()) as sound:
        assert not OBSERVED[sabotage](sound)
    with laboratory(DemoAdapter(sabotage=sabotage)) as sabotaged:
        assert OBSERVED[sabotage](sabotaged)
