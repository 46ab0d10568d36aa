"""Each switch of the demo server, from both sides: what is refused with it is accepted without it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from oauth_model.cast import Cast
from oauth_model.live.adapter import ATTACKERS, PUBLIC
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.demo.redirection import is_taken_for
from oauth_model.live.demo.switches import SWITCHES, Switches
from oauth_model.live.exchange import HttpRequest
from oauth_model.live.lab import Lab
from oauth_model.mitigations import MITIGATIONS
from oauth_model.names import InputError
from oauth_model.terms import Uri
from oauth_model.uris import LANDING, MATCHINGS, Matching, is_canonical, tricks
from tests.live.demo_lab import CHALLENGE, VERIFIER, asked, authorized, laboratory, redeemed

WITHOUT_PKCE = frozenset({"pkce-required"})
LOOSE = frozenset({"exact-redirect-uri"})


def exact_redirect_uri(lab: Lab) -> bool:
    return authorized(lab, redirect_uri="https://attacker.example/.client.example/cb").code is not None


def canonical_uris(lab: Lab) -> bool:
    return authorized(lab, redirect_uri="https://www.client.example:443@attacker.example/cb").code is not None


def no_implicit(lab: Lab) -> bool:
    token = authorized(lab, PUBLIC, response_type="token").get("access_token")
    return token is not None and lab.use(token).status == 200


def response_mode_locked(lab: Lab) -> bool:
    return authorized(lab, response_mode="fragment").place == "fragment"


def pkce_required(lab: Lab) -> bool:
    return authorized(lab, code_challenge=None, code_challenge_method=None).code is not None


def plain_refused(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab, code_challenge=VERIFIER, code_challenge_method="plain")).ok


def pkce_s256(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab), code_verifier="w" * 43).ok


def pkce_no_downgrade(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab, code_challenge=None, code_challenge_method=None)).ok


def iss(lab: Lab) -> bool:
    return authorized(lab).get("iss") != lab.target.endpoints.issuer


def client_authentication(lab: Lab) -> bool:
    front = authorized(lab)
    wrong = lab.redeem(front.code or "", secret="wrong", code_verifier=VERIFIER)
    return wrong.ok or lab.redeem(front.code or "", secret=False, code_verifier=VERIFIER).ok


def code_bound_to_client(lab: Lab) -> bool:
    own = lab.client().redirect_uris[0]
    return redeemed(lab, authorized(lab), ATTACKERS, redirect_uri=own).ok


def redirect_uri_at_token_endpoint(lab: Lab) -> bool:
    return redeemed(lab, authorized(lab), redirect_uri="https://www.client.example/other").ok


def code_single_use(lab: Lab) -> bool:
    front = authorized(lab)
    return redeemed(lab, front).ok and redeemed(lab, front).ok


def code_lifetime(lab: Lab) -> bool:
    front = authorized(lab)
    assert lab.adapter.advance(61)
    return redeemed(lab, front).ok


def replay_revokes(lab: Lab) -> bool:
    front = authorized(lab)
    token = redeemed(lab, front).token
    assert not redeemed(lab, front).ok
    return lab.use(token).status == 200


def scope_subset(lab: Lab) -> bool:
    token = redeemed(lab, authorized(lab, scope="read write", grants="read")).token
    return lab.use(token, method="POST").status == 200


def audience(lab: Lab) -> bool:
    token = redeemed(lab, authorized(lab, resource=lab.target.endpoints.resource)).token
    assert lab.use(token).status == 200
    return lab.use(token, url=lab.target.endpoints.other_resource).status == 200


def token_in_header_only(lab: Lab) -> bool:
    return lab.use(redeemed(lab, authorized(lab)).token, in_query=True).status == 200


def see_other(lab: Lab) -> bool:
    front = authorized(lab)
    last = lab.transport.transcript[-1].request
    carried = any(name == "password" for name, _ in last.form or ())
    assert (front.visit.status, carried) in {(303, False), (307, True)}
    return carried


def framing_refused(lab: Lab) -> bool:
    asked = lab.ask(lab.request(**CHALLENGE)).visit.answer
    refused = asked.header("X-Frame-Options") == "DENY"
    assert refused == ("frame-ancestors 'none'" in (asked.header("Content-Security-Policy") or ""))
    return not refused


def no_automatic_redirect(lab: Lab) -> bool:
    assert authorized(lab, response_type="nothing").error == "unsupported_response_type"
    return authorized(lab, ATTACKERS, response_type="nothing").uri == "https://www.evil-client.example/cb"


def pushed_requests(lab: Lab) -> bool:
    return authorized(lab).code is not None


@dataclass(frozen=True)
class Case:
    """An experiment that tells whether a weakness is there; `also` is off on both sides."""

    weak: Callable[[Lab], bool]
    also: frozenset[str] = frozenset()
    matching: str = "glob"

    @property
    def slug(self) -> str:
        return self.weak.__name__.replace("_", "-")


CASES = (
    Case(exact_redirect_uri),
    Case(canonical_uris, LOOSE, "up-to-colon"),
    Case(no_implicit),
    Case(response_mode_locked),
    Case(pkce_required),
    Case(plain_refused),
    Case(pkce_s256),
    Case(pkce_no_downgrade, WITHOUT_PKCE),
    Case(iss),
    Case(client_authentication),
    Case(code_bound_to_client),
    Case(redirect_uri_at_token_endpoint),
    Case(code_single_use),
    Case(code_lifetime),
    Case(replay_revokes),
    Case(scope_subset),
    Case(audience),
    Case(token_in_header_only),
    Case(see_other),
    Case(framing_refused),
    Case(no_automatic_redirect),
)


@pytest.fixture(scope="module")
def strict() -> Iterator[Lab]:
    """A laboratory at a server with everything on."""
    with laboratory(DemoAdapter()) as lab:
        yield lab


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.slug)
def test_a_switch_is_all_that_refuses(case: Case, strict: Lab) -> None:
    if case.also:
        with laboratory(DemoAdapter(case.also, matching=case.matching)) as lab:
            assert not case.weak(lab)
    else:
        strict.browser().forget()
        assert not case.weak(strict)
    with laboratory(DemoAdapter(case.also | {case.slug}, matching=case.matching)) as lab:
        assert case.weak(lab)


def test_a_client_gets_the_response_type_that_it_is_registered_for() -> None:
    with laboratory(DemoAdapter(["no-implicit"])) as lab:
        assert authorized(lab, response_type="token").error == "invalid_request"
    with laboratory(DemoAdapter(["no-implicit", "response-mode-locked"])) as lab:
        assert authorized(lab, response_type="token").get("access_token") is not None


@pytest.mark.parametrize("rule", MATCHINGS, ids=lambda rule: rule.slug)
def test_a_weak_rule_takes_what_the_models_takes(rule: Matching) -> None:
    model, loose = Cast(matching=rule.slug), LOOSE | {"canonical-uris"}
    own = model.redirect_uri("client.example", "as.example")
    uris = (own, LANDING, *tricks("client.example", own), Uri("www.client.example", "/cb", "http"))
    for uri in uris:
        taken = uri == own or model.redirect_uri_matches(uri, "client.example", "as.example")
        assert is_taken_for((str(own),), str(uri), Switches(loose, matching=rule.slug)) == taken, uri
        assert is_taken_for((str(own),), str(uri), Switches(LOOSE, matching=rule.slug)) == (taken and is_canonical(uri))
        assert is_taken_for((str(own),), str(uri), Switches(matching=rule.slug)) == (uri == own)


@pytest.mark.parametrize(
    "text", ["/cb", "https://www.client.example/cb#x", "https://www.client.example/ü", "a b:c", ""]
)
def test_what_is_no_redirect_uri_is_never_taken_for_one(text: str) -> None:
    assert not is_taken_for((text,), text, Switches(LOOSE, matching="unregistered"))


def test_pushed_requests_are_asked_for_where_that_is_said() -> None:
    with laboratory(DemoAdapter(on=["pushed-requests"])) as lab:
        assert not pushed_requests(lab)
        answer = asked(lab, lab.target.endpoints.pushed, **dict(lab.request(**CHALLENGE)))
        assert answer.status == 201
        reference = answer.body.split('"request_uri":"')[1].split('"')[0]
        by_reference = (("client_id", lab.client().client_id), ("request_uri", reference))
        assert lab.ask((("client_id", lab.client(PUBLIC).client_id), ("request_uri", reference))).place == "page"
        front = lab.authorize(by_reference)
        assert redeemed(lab, front).ok
        assert lab.authorize(by_reference).error == "page with status 400"


def test_every_mitigation_of_the_table_is_the_models_and_is_tested() -> None:
    regular = [switch.slug for switch in SWITCHES if not switch.extension]
    assert {switch.slug for switch in SWITCHES} <= {mitigation.slug for mitigation in MITIGATIONS}
    assert sorted(regular) == sorted(case.slug for case in CASES)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: DemoAdapter(["pkce"]), "off: 'pkce'"),
        (lambda: DemoAdapter(["pushed-requests"]), "off: 'pushed-requests'"),
        (lambda: DemoAdapter(on=["iss"]), "on: 'iss'"),
        (lambda: DemoAdapter(matching="close-enough"), "redirect-uri-matching: 'close-enough'"),
        (lambda: DemoAdapter(sabotage="is-slow"), "sabotage: 'is-slow'"),
    ],
)
def test_an_unknown_name_is_one_clear_error(make: Callable[[], DemoAdapter], named: str) -> None:
    with pytest.raises(InputError, match=f"^{named} is not .*; allowed: "):
        make()


def test_the_metadata_says_what_is_on() -> None:
    def metadata(lab: Lab) -> str:
        assert lab.target.endpoints.metadata is not None
        return lab.transport.send(HttpRequest("GET", lab.target.endpoints.metadata)).body

    with laboratory(DemoAdapter()) as lab:
        strict = metadata(lab)
    with laboratory(DemoAdapter(["no-implicit", "pkce-s256", "iss", "response-mode-locked"])) as lab:
        loose = metadata(lab)
    with laboratory(DemoAdapter(sabotage="ignores-verifier")) as lab:
        sabotaged = metadata(lab)
    assert '"code_challenge_methods_supported":["S256"]' in strict and '"response_types_supported":["code"]' in strict
    assert "code_challenge_methods_supported" not in loose and '"response_types_supported":["code","token"]' in loose
    assert '"authorization_response_iss_parameter_supported":false' in loose and "form_post" in loose
    assert '"code_challenge_methods_supported":["S256"]' in sabotaged
