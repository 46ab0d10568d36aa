"""Forging: the messages an attacker can make, decided parameter by parameter as somebody asks for them.

Of the messages that can be made of some terms most are refused at the first guard, which looks at one
parameter or two. So a message begins as a *draft* in which nothing is decided. Whoever is to take it looks
at a parameter, and only then is each value tried that is known; what refuses a draft refuses every message
that the draft could become. Parameters that nobody looked at are left out.

A term that is put together of others (`Term.parts`: an ID token) is one of the values of a parameter, as a draft of
its own: what is in it is decided in the same way.

Nothing here knows an attack, nor what a message is for.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

from oauth_model.errors import ModelError, Question
from oauth_model.knowledge import Knowledge, in_order
from oauth_model.messages import Message
from oauth_model.terms import SigningKey, Term


@dataclass(frozen=True)
class Parameter:
    """One parameter of a message class: the kinds of terms that fit, and the constants that do.

    `made` is the one of those kinds that is put together of others, if there is one. Its own fields are parameters,
    too, with names such as "id_token.nonce".
    """

    name: str
    kinds: tuple[type[Term], ...]
    constants: tuple[Any, ...]

    @property
    def made(self) -> type[Term] | None:
        """The kind that an attacker can put together."""
        return next((kind for kind in self.kinds if kind.parts is not Term.parts), None)

    @property
    def simplest(self) -> Any:
        """The constant it has when nobody looks at it: left out, if it may be."""
        return None if None in self.constants else self.constants[0]


def _parameters(message: type[Message]) -> tuple[Parameter, ...]:
    return tuple(_parameters_in(message, ""))


def _parameters_in(kind: type[Message] | type[Term], prefix: str) -> Iterator[Parameter]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        parameter = Parameter(prefix + field.name, *_alternatives(hints[field.name]))
        yield parameter
        if parameter.made is not None:
            yield from _parameters_in(parameter.made, f"{parameter.name}.")


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


def can_make(term: Term, known: Knowledge) -> bool:
    """Whether a term can be put together of what is known."""
    parts = term.parts()
    return parts is not None and known.issuperset(parts)


def needed(terms: Iterable[Term], known: Knowledge) -> Iterator[Term]:
    """What must be known to say some terms: each itself, or what it is put together of by whoever has the keys that
    are known from the start."""
    for term in terms:
        parts = term.parts()
        if parts is None or any(isinstance(part, SigningKey) and part not in known for part in parts):
            yield term
        else:
            yield from parts


# Read once for each class: type hints are slow to resolve, and never change.
parameters_of = cast("Callable[[type[Message]], tuple[Parameter, ...]]", cache(_parameters))


def _kinds(message: type[Message]) -> frozenset[type[Term]]:
    return frozenset(kind for parameter in parameters_of(message) for kind in parameter.kinds)


kinds_of = cast("Callable[[type[Message]], frozenset[type[Term]]]", cache(_kinds))


def relevant(message: type[Message], known: Knowledge) -> Knowledge:
    """The part of the knowledge that matters for messages of a class."""
    kinds = tuple(kinds_of(message))
    return frozenset(term for term in known if isinstance(term, kinds))


# ------------------------------------------------------------------ drafts


class Undecided(Question):
    """A parameter of a draft was looked at that has no value yet."""

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter


class _ToBeMade:
    """The value of a parameter that is a term of the attacker's own making."""


TO_BE_MADE = _ToBeMade()


def _looks_at(name: str) -> property:
    def value(draft: Any) -> Any:
        full = draft.prefix + name
        if full not in draft.decided:
            draft.asked.append(full)
            raise Undecided(full)  # not while another error is handled: it would hold all frames up to here
        found = draft.decided[full]
        return _draft_of(draft.made[full], draft.decided, draft.asked, f"{full}.", {}) if found is TO_BE_MADE else found

    return property(value)


def _whole(draft: Any) -> Any:
    """The message or term that a draft is, looking at every parameter."""
    kind = draft.__class__
    values = {field.name: getattr(draft, field.name) for field in fields(kind)}
    return kind(**{name: _whole(value) if hasattr(value, "decided") else value for name, value in values.items()})


def _make_draft_class(kind: type[Any]) -> type[Any]:
    """A class whose objects pass for those of a class, and raise Undecided where they have no value."""
    body: dict[str, Any] = {field.name: _looks_at(field.name) for field in fields(kind)}
    body["__slots__"] = ("asked", "decided", "made", "prefix")
    body["__module__"] = kind.__module__  # where it is not found under its name: it is in no vocabulary
    body["__class__"] = property(lambda draft: kind)
    body["__eq__"] = lambda draft, other: _whole(draft) == other
    body["__hash__"] = lambda draft: hash(_whole(draft))
    return type(kind.__name__, (kind,), body)


_draft_class = cast("Callable[[type[Any]], type[Any]]", cache(_make_draft_class))


def draft(kind: type[Message], decided: Mapping[str, Any]) -> Message:
    """A message of a class of which only some parameters are decided."""
    return cast(Message, _draft_of(kind, decided, [], "", _made_for(kind)))


def _look_for_made(kind: type[Message]) -> Mapping[str, type[Term]]:
    """The parameters for which an attacker can make a term, with the kind it makes."""
    return {parameter.name: parameter.made for parameter in parameters_of(kind) if parameter.made}


_made_for = cast("Callable[[type[Any]], Mapping[str, type[Term]]]", cache(_look_for_made))


def _draft_of(
    kind: type[Any], decided: Mapping[str, Any], asked: list[str], prefix: str, made: Mapping[str, type[Term]]
) -> Any:
    """A draft; `prefix` is what the names of its parameters begin with, `made` are the kinds of terms made for it."""
    drafted = object.__new__(_draft_class(kind))
    for name, value in (("decided", decided), ("asked", asked), ("prefix", prefix), ("made", made)):
        object.__setattr__(drafted, name, value)
    return drafted


# ------------------------------------------------------------------ forgers

Decided = dict[str, Any]


class _Retry(NamedTuple):
    """A parameter that was left out, to be given values if so many messages were made, and no more."""

    decided: Decided
    parameter: Parameter
    made: int


class Forger:
    """Makes the messages of one class that `takes` has a use for, and goes on when more terms are known.

    `takes` is asked about drafts, and must look at nothing else that varies. `own` says that the attacker sends
    the message in its own name, to a server where it is its own resource owner: then the parameters are left out
    that make no difference to anybody else, unless the message is of no use without them. `idle` are constants that
    are left out, since nobody here would know them; `signed` are parameters that come back under somebody's
    signature, and so always make a difference. Raises ModelError for a class with a parameter of which it is not
    known what fits.
    """

    def __init__(
        self,
        kind: type[Message],
        takes: Callable[[Message], bool],
        *,
        own: bool,
        idle: frozenset[str] = frozenset(),
        signed: frozenset[str] = frozenset(),
    ) -> None:
        self._kind, self._takes = kind, takes
        self._parameters = {parameter.name: parameter for parameter in parameters_of(kind)}
        self._own = tuple(field.name for field in fields(kind))
        for parameter in self._parameters.values():
            if not parameter.kinds and not parameter.constants:
                raise ModelError(
                    f"{kind.__name__}.{parameter.name}: an attacker cannot tell what fits there; annotate it with a"
                    " class of terms, with Literal[...], or say forged = False in the class"
                )
        self._moot = tuple(name for name in kind.moot_when_own if name not in signed) if own else ()
        self._idle = idle
        self._waiting: list[Decided | _Retry] = [{}]
        self._asked: list[tuple[Decided, Parameter]] = []
        self._known: dict[Term, None] = {}
        self._made = 0

    def with_terms(self, more: Iterable[Term]) -> Iterator[Message]:
        """The messages that can be made now that these terms are known, and could not before, in a fixed order."""
        new = in_order(term for term in more if term not in self._known)
        for decided, parameter in self._asked:
            self._waiting += [{**decided, parameter.name: term} for term in new if isinstance(term, parameter.kinds)]
        self._known |= dict.fromkeys(new)
        self._waiting.reverse()
        while self._waiting:
            entry = self._waiting.pop()
            if isinstance(entry, _Retry):
                if self._made == entry.made:
                    self._ask(entry.decided, entry.parameter)
                continue
            decided = entry
            message: Any = draft(self._kind, decided)
            try:
                wanted = message.well_formed() and self._takes(message)
                if message.asked:  # and somebody caught what was raised
                    raise Undecided(message.asked[0])
                if not wanted:
                    continue
                for name in self._own:
                    if name not in decided and not self._parameters[name].constants:
                        raise Undecided(name)
            except Undecided as question:
                parameter = self._parameters[question.parameter]
                if parameter.name in self._moot:
                    # Without it first; with it only if nothing comes of that.
                    self._waiting.append(_Retry(decided, parameter, self._made))
                    self._waiting.append({**decided, parameter.name: None})
                else:
                    self._ask(decided, parameter)
                continue
            values = {name: self._value(decided, name) for name in self._own}
            if any(decided.get(name) is TO_BE_MADE and value in self._known for name, value in values.items()):
                continue  # it is tried as a known term, too
            self._made += 1
            yield self._kind(**values)

    def _value(self, decided: Decided, name: str) -> Any:
        """The value of a parameter in a message of which all is decided that matters."""
        parameter = self._parameters[name]
        value = decided.get(name, parameter.simplest if parameter.constants else None)
        if value is TO_BE_MADE and parameter.made is not None:
            own = {field.name: decided.get(f"{name}.{field.name}") for field in fields(parameter.made)}
            return parameter.made(**own)
        return value

    def _ask(self, decided: Decided, parameter: Parameter) -> None:
        """Go on with each value that a parameter can have."""
        if parameter.kinds:
            self._asked.append((decided, parameter))
        terms: list[Any] = [TO_BE_MADE] if parameter.made else []
        terms += [term for term in self._known if isinstance(term, parameter.kinds)]
        tried = {*self._idle, None} if parameter.name in self._moot else self._idle
        for value in reversed((*(constant for constant in parameter.constants if constant not in tried), *terms)):
            self._waiting.append({**decided, parameter.name: value})


def forgeries(kind: type[Message], known: Knowledge, *, own: bool) -> Iterator[Message]:
    """Every well-formed message of a class that the attacker can say: what a forger makes for somebody who looks
    at every parameter."""
    return Forger(kind, look_at_everything, own=own).with_terms(known)


def look_at_everything(message: Message) -> bool:
    """Have every parameter of a draft decided."""
    return hash(message) is not None
