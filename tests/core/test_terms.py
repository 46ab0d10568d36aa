"""Terms: what reveals what, and how they are written."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from oauth_model import terms
from oauth_model.knowledge import close
from oauth_model.terms import (
    AccessToken,
    Audiences,
    AuthorizationEndpoint,
    Certificate,
    Challenge,
    ClientAssertion,
    ClientId,
    ClientSecret,
    Code,
    Cookie,
    DpopProof,
    Expiry,
    IdToken,
    Issuer,
    Location,
    Nonce,
    Password,
    ProofKey,
    ProtectedResource,
    PushedRequestEndpoint,
    RegistrationEndpoint,
    RequestObject,
    RequestUri,
    ResourceIndicator,
    Scope,
    SigningKey,
    State,
    Subject,
    Term,
    Thumbprint,
    TokenEndpoint,
    Uri,
    Verifier,
)

TOKEN = AccessToken("as.example", 1, 1, "alice", "client.example", Scope(("read",)))

TERMS: tuple[Term, ...] = (
    ClientId("client.example"),
    Issuer("as.example"),
    ResourceIndicator("rs.example"),
    Scope(("read",)),
    Uri("www.client.example", "/cb"),
    State("client.example", 1),
    Verifier("client.example", 1),
    Challenge(Verifier("client.example", 1)),
    Code("as.example", 1),
    TOKEN,
    Cookie("as.example", 1),
    ClientSecret("client.example", "as.example"),
    Password("alice", "as.example"),
    ProtectedResource("rs.example", "alice"),
    Location((Code("as.example", 1),)),
    RequestUri("as.example", 1),
    AuthorizationEndpoint("as.example"),
    TokenEndpoint("as.example"),
    RegistrationEndpoint("as.example"),
    PushedRequestEndpoint("as.example"),
    ClientAssertion("client.example", None, Issuer("as.example"), 1),
    RequestObject("client.example", (("client_id", ClientId("client.example")),)),
    ProofKey("client.example"),
    Thumbprint(ProofKey("client.example")),
    DpopProof(ProofKey("client.example"), "rs.example", TOKEN),
    Certificate(ProofKey("client.example"), "rs.example"),
    Subject("alice"),
    Nonce("client.example", 1),
    Audiences((ClientId("client.example"),)),
    Expiry("as.example", 1),
    SigningKey("as.example"),
    IdToken(Issuer("as.example"), Subject("alice"), nonce=Nonce("client.example", 1), key=SigningKey("as.example")),
)


def test_every_kind_of_term_is_here() -> None:
    kinds = {kind for kind in vars(terms).values() if isinstance(kind, type) and issubclass(kind, Term)}
    assert {type(term) for term in TERMS} == kinds - {Term}


@pytest.mark.parametrize("term", TERMS, ids=lambda term: type(term).__name__)
def test_terms_are_values(term: Term) -> None:
    again = replace(term)
    assert again is not term
    assert (again, hash(again)) == (term, hash(term))
    assert len({str(other) for other in TERMS}) == len(TERMS)
    with pytest.raises(AttributeError):
        setattr(term, fields(term)[0].name, "other")


def test_terms_of_different_kinds_differ_even_when_their_fields_do_not() -> None:
    assert ClientId("x.example") != Issuer("x.example")
    assert State("client.example", 1) != Verifier("client.example", 1)


def test_a_challenge_gives_no_verifier() -> None:
    verifier = Verifier("client.example", 1)
    assert verifier not in close([Challenge(verifier)])


def test_a_token_gives_neither_its_code_nor_a_password() -> None:
    assert close([TOKEN]) == {TOKEN}


def test_a_key_gives_every_proof_and_a_proof_gives_no_key() -> None:
    key = ProofKey("client.example")
    assert close([key]) == {key, Thumbprint(key), DpopProof(key), Certificate(key)}
    proof = DpopProof(key, "rs.example", TOKEN)
    assert close([proof]) == {proof, Thumbprint(key)}
    assert DpopProof(key).is_for("as.example") and DpopProof(key).is_for("rs.example", TOKEN)
    assert proof.is_for("rs.example", TOKEN)
    assert not proof.is_for("other-rs.example", TOKEN)
    assert not proof.is_for("rs.example")


def test_the_uri_of_an_app_is_written_without_a_host() -> None:
    assert str(Uri("", "/cb", scheme="example.client")) == "example.client:/cb"
    assert str(Uri("127.0.0.1", "/cb", scheme="http", port=51004)) == "http://127.0.0.1:51004/cb"


def test_an_id_token_tells_its_claims_but_neither_its_key_nor_what_it_has_hashes_of() -> None:
    code, nonce, key = Code("as.example", 1), Nonce("client.example", 1), SigningKey("as.example")
    id_token = IdToken(Issuer("as.example"), nonce=nonce, c_hash=code, at_hash=TOKEN, key=key)
    assert close([id_token]) == {id_token, Issuer("as.example"), nonce}
    assert set(id_token.parts()) == {Issuer("as.example"), nonce, code, TOKEN, key}


def test_only_an_id_token_is_put_together_of_others() -> None:
    assert {type(term) for term in TERMS if term.parts() is not None} == {IdToken}


def test_what_is_for_the_back_channel_only() -> None:
    assert {type(term) for term in TERMS if term.back_channel_only} == {
        AccessToken,
        ClientAssertion,
        ClientSecret,
        SigningKey,
    }


def test_a_scope_is_a_set_of_values() -> None:
    read, both = Scope(("read",)), Scope(("read", "write"))
    assert read <= both
    assert not both <= read
    assert Scope(()) <= read
    assert str(Scope(())) == "(none)"
    assert str(both) == "read write"
