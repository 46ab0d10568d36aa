"""Terms and messages in few characters, as a picture has room for them.

A secret stays symbolic and keeps the number of the session that made it: `code#1`, `S256(verifier#2)`.
Which party made it is said only where it is the attacker, or where several parties of the run could have. A
cookie is called after the session that it belongs to. Not a printer for anything but pictures: the full text
of a term is its `str`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from oauth_model.cast import ATTACKER
from oauth_model.machine import Envelope
from oauth_model.terms import (
    AccessToken,
    Certificate,
    Challenge,
    ClientSecret,
    Code,
    Cookie,
    DpopProof,
    IdToken,
    Location,
    Nonce,
    Password,
    ProofKey,
    ProtectedResource,
    State,
    Term,
    Thumbprint,
    Uri,
    Verifier,
)


class Symbols:
    """The short names of the terms that a run's envelopes carry."""

    def __init__(self, envelopes: Iterable[Envelope]) -> None:
        self._makers: dict[type[Term], set[str]] = {}
        for envelope in envelopes:
            for term in (*envelope.terms(), *envelope.message.terms()):
                self._note(term)

    def _note(self, term: Term) -> None:
        if isinstance(term, Challenge):
            term = term.verifier
        if _maker(term) != ATTACKER:
            self._makers.setdefault(type(term), set()).add(_maker(term))

    def term(self, term: Term) -> str:
        """One term."""
        match term:
            case Challenge():
                return f"S256({self.term(term.verifier)})"
            case State():
                return self._numbered("state", term, term.run)
            case Nonce():
                return self._numbered("nonce", term, term.run)
            case IdToken():
                return self._id_token(term)
            case Verifier():
                return self._numbered("verifier", term, term.run)
            case Code():
                return self._numbered("code", term, term.grant)
            case AccessToken():
                again = "" if term.number == 1 else f".{term.number}"
                return self._numbered("token", term, term.grant) + again
            case Cookie():
                return f"{term.server}#{term.session}"
            case ClientSecret():
                several = len(self._makers.get(ClientSecret, ())) > 1
                return f"secret({term.client}{f'@{term.issuer}' if several else ''})"
            case ProofKey():
                return f"key({term.owner})"
            case Thumbprint() | DpopProof() | Certificate():
                words = {Thumbprint: "jkt", DpopProof: "proof", Certificate: "certificate"}
                return f"{words[type(term)]}({term.key.owner})"
            case Location():
                return f"address({', '.join(self.term(each) for each in term.carries)})"
            case Password():
                return f"password({term.user})"
            case ProtectedResource():
                return f"resource of {term.owner}"
            case Uri():
                return str(term).removeprefix("https://")
        return str(term)

    def _id_token(self, term: IdToken) -> str:
        """Whom it names, the nonce, and who signed it if that is not the issuer."""
        said = [f"{term.sub or '?'}@{term.iss or '?'}"]
        if term.nonce is not None:
            said.append(self.term(term.nonce))
        if term.key is None:
            said.append("unsigned")
        elif term.iss is None or term.key.issuer != term.iss.name:
            said.append(f"signed by {term.key.issuer}")
        return f"id_token({', '.join(said)})"

    def _numbered(self, word: str, term: Term, number: int) -> str:
        return f"{word}{self._by(term)}{f'#{number}' if number else ''}"

    def _by(self, term: Term) -> str:
        maker = _maker(term)
        plain = maker != ATTACKER and len(self._makers.get(type(term), ())) < 2
        return "" if plain else f"({maker})"

    def parameters(self, envelope: Envelope) -> list[str]:
        """The parameters of a message, each as name=value; the challenge tells its method."""
        return [
            f"{name}={self.term(value) if isinstance(value, Term) else value}"
            for name, value in envelope.message.parameters()
            if name != "code_challenge_method"
        ]

    def around(self, envelope: Envelope) -> list[str]:
        """What travels beside the parameters: cookies, and a form that is posted once more."""
        shown = [f"cookie={self.term(cookie)}" for cookie in sorted(envelope.cookies, key=repr)]
        if envelope.set_cookie is not None:
            shown.append(f"set-cookie={self.term(envelope.set_cookie)}")
        if envelope.form is not None:
            shown.append(f"form={self.term(envelope.form)}")
        return shown


_MAKERS: Mapping[type[Term], str] = {ClientSecret: "issuer"}
"""Where the field that tells a term from others of its kind is not the first one."""


def _maker(term: Term) -> str:
    name = _MAKERS.get(type(term)) or (fields(term)[0].name if fields(term) else "")
    return str(getattr(term, name, ""))
