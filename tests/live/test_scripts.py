"""The scripts of findings, run: they log in anew, and take codes, tokens and cookies from the new answers."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus

import pytest

from oauth_model.live.exchange import Exchange, HttpRequest, HttpResponse
from oauth_model.live.findings import Finding, Report
from oauth_model.live.lab import Back, Lab, authenticated, s256
from oauth_model.live.manners import Manners
from oauth_model.live.races import finding_of, race_for_code
from oauth_model.live.reports import Mask, curl_script
from oauth_model.live.reports.curl import stand_in
from oauth_model.live.transport import Transport
from tests.live.small_server import CLIENT_ID, PASSWORD, REDIRECT_URI, SECRET, SmallAdapter, SmallServer, running

pytestmark = pytest.mark.skipif(
    not (shutil.which("sh") and shutil.which("curl")), reason="there is no sh or no curl here"
)


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with running(SmallServer(atomic=False)) as server:
        yield server


@pytest.fixture
def lab(server: SmallServer) -> Iterator[Lab]:
    with Transport(Manners(hosts=frozenset({"127.0.0.1"}))) as transport:
        yield Lab(SmallAdapter(), server.target(), transport)


def found(*exchanges: Exchange, secrets: frozenset[str] = frozenset()) -> tuple[Finding, Mask]:
    """A finding that these exchanges show, and the mask of a report that has nothing else."""
    finding = Finding("attack", "made-up", "Made up", "RFC 6749 section 4.1", "error", "all went well", None, exchanges)
    return finding, Mask(Report("small", "small", findings=(finding,), secrets=secrets))


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = folder / "finding.sh"
    path.write_text(script, encoding="utf-8")
    known = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        ["sh", str(path)], capture_output=True, text=True, timeout=60, check=False, env={**known, **environment}
    )


def whole_grant(lab: Lab) -> Finding:
    """Login, consent, code, tokens, use, refresh, and use of what that gave."""
    verifier = lab.fresh()
    response = lab.authorize(lab.request(code_challenge=s256(verifier), code_challenge_method="S256", scope="a b+c"))
    assert response.code is not None
    tokens = lab.redeem(response.code, code_verifier=verifier)
    assert lab.use(tokens.token).status == 200
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens.json["refresh_token"]}
    again = Back(lab.transport.send(authenticated(lab.target.endpoints.token, lab.client(), refresh)))
    assert lab.use(again.token).status == 200
    return found(*lab.transport.transcript)[0]


@pytest.mark.parametrize("show", [False, True])
def test_a_script_repeats_a_whole_grant(lab: Lab, server: SmallServer, tmp_path: Path, show: bool) -> None:
    finding = whole_grant(lab)
    first = list(server.seen)
    server.seen.clear()
    script = curl_script(finding, found(*finding.exchanges)[1], show=show)
    given = {} if show else {"PASSWORD_1": PASSWORD, "CLIENT_SECRET_1": SECRET}
    done = run(script, tmp_path, **given)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("HTTP/1.1 200 OK") == first_count(finding, 200), done.stdout
    assert done.stdout.count("HTTP/1.1 302 Found") == first_count(finding, 302)
    assert done.stdout.count('{"owner": "alice"}') == 2
    assert [line.split()[0] for line in server.seen] == [line.split()[0] for line in first]
    assert ("s3cr3t" in script, "pass word" in script) == (show, show)


def first_count(finding: Finding, status: int) -> int:
    return sum(each.answer is not None and each.answer.status == status for each in finding.exchanges)


def test_a_masked_script_asks_for_what_it_needs(lab: Lab, server: SmallServer, tmp_path: Path) -> None:
    finding = whole_grant(lab)
    server.seen.clear()
    done = run(curl_script(finding, found(*finding.exchanges)[1]), tmp_path, PASSWORD_1=PASSWORD)
    assert done.returncode != 0 and "CLIENT_SECRET_1" in done.stderr
    assert server.seen == [], "nothing is sent before all is there"


def test_a_script_ends_where_an_answer_lacks_what_it_needs(lab: Lab, server: SmallServer, tmp_path: Path) -> None:
    finding = whole_grant(lab)
    script = curl_script(finding, found(*finding.exchanges)[1])
    done = run(script, tmp_path, PASSWORD_1="wrong", CLIENT_SECRET_1=SECRET)
    assert done.returncode == 1 and "the server's answer has no session now" in done.stderr
    assert '"access_token"' not in done.stdout


def test_a_masked_verifier_is_another_with_its_challenge(lab: Lab) -> None:
    finding = whole_grant(lab)
    verifier = next(
        value for each in finding.exchanges for name, value in each.request.form or () if "verifier" in name
    )
    script = curl_script(finding, found(*finding.exchanges)[1])
    other = stand_in("code-verifier-1", len(verifier))
    assert verifier not in script and s256(verifier) not in script
    assert f"code_verifier={other}" in script and f"code_challenge={s256(other)}" in script


def test_a_race_is_repeated_at_the_same_time(lab: Lab, tmp_path: Path) -> None:
    finding = finding_of(race_for_code(lab, trials=1))
    assert finding is not None
    mask = Mask(Report("small", "small", findings=(finding,)))
    done = run(curl_script(finding, mask), tmp_path, PASSWORD_1=PASSWORD, CLIENT_SECRET_1=SECRET)
    assert done.returncode == 0, done.stderr
    assert "at the same time, 4 times:" in done.stdout
    told = done.stdout.count('"access_token"') + done.stdout.count("invalid_grant")
    assert told == 4 and '"access_token"' in done.stdout


VALUES = ("plain", "it's", 'a "b"', "$HOME `id` $(id)", "\\n\\", "a\nb", "-x @file", "ü%20+&=;#", "{}[]!~*?", "'", " ")


@pytest.mark.parametrize("value", VALUES)
def test_any_value_is_quoted_right(lab: Lab, server: SmallServer, tmp_path: Path, value: str) -> None:
    headers = (*lab.token_request("x", secret=value).headers, ("X-Value", header_of(value)))
    form = (("grant_type", value), (f"n {value}", "1"), ("", value), ("-", value), ("@a", "@b"))
    request = HttpRequest("POST", f"{server.url}/token", headers, form)
    finding, mask = found(Exchange("client", request, lab.transport.send(request), value))
    done = run(curl_script(finding, mask, show=True), tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = (seen.partition(" ")[2].partition(" ")[2] for seen in server.seen)
    assert parse_qsl(first, keep_blank_values=True) == parse_qsl(second, keep_blank_values=True) == list(form)
    assert [each["X-Value"] for each in server.headers] == [header_of(value)] * 2
    identities = [base64.b64decode(each["Authorization"].split()[1]).decode() for each in server.headers]
    assert [unquote_plus(identity) for identity in identities] == [f"shop:{value}"] * 2


def header_of(value: str) -> str:
    """What of a value may stand in a header."""
    return value.encode("ascii", "ignore").decode().replace("\n", "").strip() or "-"


def test_values_are_taken_from_wherever_answers_have_them() -> None:
    """Each place has its command; what no command would find, is asked for."""
    page = "<form><input type='hidden' name='csrf' value='a&amp;b-123456'></form>"
    escaped = '{"access_token": "tok\\u0065n-123456", "jwt_token": "a\\/b-123456"}'
    answers = (
        HttpResponse(
            302, (("Location", "/go/uid-1234567/on?request=r%2F1234567"), ("Set-Cookie", "sid=cook-123456; a")), ""
        ),
        HttpResponse(200, (), page),
        HttpResponse(200, (), escaped),
    )
    used = (
        ("form", "a&b-123456"),
        ("sid", "cook-123456"),
        ("request", "r/1234567"),
        ("jwt_token", "a/b-123456"),
        ("access_token", "token-123456"),
    )
    start = [Exchange("browser", HttpRequest("GET", "http://127.0.0.1:9/"), answer) for answer in answers]
    last = Exchange("client", HttpRequest("POST", "http://127.0.0.1:9/uid-1234567", form=used), None)
    script = curl_script(*found(*start, last))
    for line in (
        "=$(in_location request); given request",
        "=$(in_path 5); given path",
        "=$(in_cookie sid); given sid",
        "=$(in_field csrf); given csrf",
        "=$(in_json jwt_token); given jwt_token",
        ': "${ACCESS_TOKEN_1:?is access-token-1 of the report, first in request 4}"',
    ):
        assert line in script
    assert not any(value in script for _, value in used)
    assert CLIENT_ID not in script and REDIRECT_URI not in script
