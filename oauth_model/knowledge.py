"""The attacker's knowledge, and the messages it can make of it.

Knowledge is a set of terms, closed under what terms reveal. From it follows what the attacker can
say: a message is built field by field, each from the terms that are known and fit the field's type.
Nothing here knows an attack, nor the order in which one would go.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from oauth_model.attackers import Attacker
from oauth_model.cast import ATTACKER, UNREGISTERED_CLIENT, Cast
from oauth_model.messages import Message
from oauth_model.terms import (
    AccessToken,
    Challenge,
    ClientId,
    Code,
    Issuer,
    Password,
    ProtectedResource,
    Term,
    Verifier,
)

Knowledge = frozenset[Term]


def close(terms: Iterable[Term]) -> Knowledge:
    """The terms, and all that they reveal."""
    known: set[Term] = set()
    waiting = list(terms)
    while waiting:
        term = waiting.pop()
        if term not in known:
            known.add(term)
            waiting.extend(term.reveals())
    return frozenset(known)


def at_the_start(attacker: Attacker, parties: Cast) -> Knowledge:
    """What the attacker knows before anything happens: names, and what is its own."""
    if not attacker.acts:
        return frozenset()
    terms: list[Term] = [Verifier(ATTACKER, 0), parties.scope, parties.supported_scope]
    terms += [ClientId(client) for client in (*parties.clients, UNREGISTERED_CLIENT)]
    terms += [Issuer(issuer) for issuer in parties.authorization_servers]
    terms += parties.resource_indicators()
    terms += parties.attacker_uris()
    for server in parties.resource_servers:
        if not parties.honest(server):
            terms += [ProtectedResource(server, user) for user in parties.users]
    for issuer in parties.authorization_servers:
        terms += [parties.redirect_uri(client, issuer) for client in parties.clients]
        if parties.account:
            terms.append(Password(parties.account, issuer))
            terms += [ProtectedResource(server, parties.account) for server in parties.resource_servers]
        if not parties.honest(issuer):
            terms += [Password(user, issuer) for user in parties.users]
            terms.append(Code(issuer, 0))
            terms += _made_up_tokens(issuer, parties)
        for client in parties.clients:
            secret = parties.client_secret(client, issuer)
            if secret is not None and not parties.honest(client):
                terms.append(secret)
    return close(terms)


def _made_up_tokens(issuer: str, parties: Cast) -> list[Term]:
    """Tokens of an authorization server of the attacker's: it says of whom it likes that they consented."""
    return [
        AccessToken(issuer, 0, 1, user, client, parties.scope, server)
        for user in parties.users
        for client in filter(parties.honest, parties.clients)
        for server in parties.resource_servers
    ]


def sayable(kind: type[Term], known: Knowledge) -> tuple[Term, ...]:
    """The terms of one kind that are known or can be made of what is known, in a fixed order."""
    terms: set[Term] = {term for term in known if type(term) is kind}
    if kind is Challenge:
        terms |= {Challenge(term) for term in known if isinstance(term, Verifier)}
    return tuple(sorted(terms, key=lambda term: (getattr(term, "owner", "") != ATTACKER, repr(term))))


def _fields(message: type[Message]) -> tuple[tuple[str, tuple[type[Term], ...], tuple[Any, ...]], ...]:
    """For each parameter of a message class: its name, the kinds of terms that fit, the constants that fit."""
    hints = get_type_hints(message)
    return tuple((field.name, *_alternatives(hints[field.name])) for field in fields(message))


def _kinds(message: type[Message]) -> frozenset[type[Term]]:
    """The kinds of terms of which messages of a class can be made."""
    used = {kind for _, kinds, _ in _FIELDS(message) for kind in kinds}
    return frozenset(used | ({Verifier} if Challenge in used else set()))


_Fields = Callable[[type[Message]], tuple[tuple[str, tuple[type[Term], ...], tuple[Any, ...]], ...]]
_Kinds = Callable[[type[Message]], frozenset[type[Term]]]

# Read once for each class: type hints are slow to resolve, and never change.
_FIELDS = cast(_Fields, cache(_fields))
_KINDS = cast(_Kinds, cache(_kinds))


def relevant(message: type[Message], known: Knowledge) -> Knowledge:
    """The part of the knowledge that matters for messages of a class."""
    kinds = _KINDS(message)
    return frozenset(term for term in known if type(term) in kinds)


def forgeries(message: type[Message], known: Knowledge, *, own: bool) -> Iterator[Message]:
    """Every well-formed message of a class that the attacker can say, in a fixed order.

    `own` says that the attacker sends it in its own name, to a server where it is its own resource owner: then
    the parameters are left out that make no difference to anybody else.
    """
    names: list[str] = []
    choices: list[tuple[Any, ...]] = []
    for name, kinds, constants in _FIELDS(message):
        names.append(name)
        if own and name in message.moot_when_own:
            choices.append((None,))
        else:
            choices.append((*constants, *(term for kind in kinds for term in sayable(kind, known))))
    for values in itertools.product(*choices):
        made = message(**dict(zip(names, values, strict=True)))
        if made.well_formed():
            yield made


def _alternatives(hint: Any) -> tuple[tuple[type[Term], ...], tuple[Any, ...]]:
    kinds: list[type[Term]] = []
    constants: list[Any] = []
    for option in get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,):
        if option is type(None):
            constants.append(None)
        elif get_origin(option) is Literal:
            constants += get_args(option)
        elif isinstance(option, type) and issubclass(option, Term):
            kinds.append(option)
    return tuple(kinds), tuple(constants)

