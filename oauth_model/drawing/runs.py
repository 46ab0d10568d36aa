"""From a run to the drawing of its message flow.

An arrow stands where its message is taken, which is when it takes effect; what is sent to the attacker, or is
still on its way when the run ends, stands where it is sent. A step of a party's own accord is told by what it
sends. Beside the arrows stand the states of the servers, what is noteworthy of what happened, and which secrets
the attacker learns. Nothing is judged here: which goal is broken, the run says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from oauth_model.cast import ATTACKER
from oauth_model.drawing.flow import Arrow, Banner, Item, Pill, Sequence
from oauth_model.drawing.lanes import Lanes
from oauth_model.drawing.palette import Channel, Tone
from oauth_model.drawing.symbols import Symbols
from oauth_model.facts import (
    Attached,
    CredentialSent,
    Fact,
    ForeignEndpointUsed,
    InFrontChannel,
    LoggedIn,
    ResponseAccepted,
    Shown,
    Started,
)
from oauth_model.goals import GOALS
from oauth_model.machine import Address, Envelope
from oauth_model.messages import BackChannel, FrontChannel, OutOfBand, UserInterface
from oauth_model.mitigations import MITIGATIONS, PKCE_PLAIN
from oauth_model.run import Run, RunStep
from oauth_model.scenario import Scenario
from oauth_model.terms import (
    AccessToken,
    ClientSecret,
    Code,
    IdToken,
    Nonce,
    Password,
    ProtectedResource,
    State,
    Term,
    Verifier,
)


def run_drawing(run: Run, title: str | None = None, subtitle: str | None = None) -> Sequence:
    """The drawing of a run, with a banner that says which goal it breaks or how it ends well.

    Without a `title` it is called after its first flow; the `subtitle` names the attacker and the mitigations.
    """
    teller = _Teller(run)
    items = tuple(teller.items())
    used = {key for item in items for key in ((item.source, item.dest) if isinstance(item, Arrow) else (item.lane,))}
    used = used or set(run.scenario.cast.clients[:1])
    lanes = teller.lanes.arranged(used, (i for i in items if isinstance(i, Arrow)))
    name = title if title is not None else run.scenario.flows[0].title
    under = subtitle if subtitle is not None else _deployment(run.scenario)
    return Sequence(name, under, lanes, items, _banner(run))


class _Teller:
    """Tells one run as items, from its first step to its last."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.lanes = Lanes(run.scenario)
        self.cast = run.scenario.full_cast
        envelopes = [envelope for step in run.steps for envelope in (step.envelope, *step.sent)]
        self.symbols = Symbols(envelopes)
        self.sessions = Counter(address.party for address in {step.session for step in run.steps})
        self.starts = {(f.client, f.run): f for f in self._facts() if isinstance(f, Started)}
        self.parties = {party for envelope in envelopes for party in (envelope.sender.party, envelope.receiver.party)}
        self.last: Envelope | None = None
        self.read: dict[Envelope, list[Term]] = {}

    def _facts(self) -> Iterator[Fact]:
        return (fact for step in self.run.steps for fact in step.facts)

    def items(self) -> Iterator[Item]:
        """The arrows and pills, in order."""
        for number, step in enumerate(self.run.steps):
            learnt = [term for term in step.learnt if self._is_secret(term)]
            self._note_what_is_read(step, learnt)
            if step.kind != "own":
                yield from self._arrow(step.envelope, step.kind)
            elif not step.sent:
                key = self.lanes.key(step.session.party)
                yield Arrow(key, key, step.name, ", ".join(self.symbols.parameters(step.envelope)), "ui")
            yield from self._state(step)
            for envelope in step.sent:
                if not self.cast.honest(envelope.receiver.party):
                    yield from self._arrow(envelope, "deliver")
                    yield from self._learns(self.lanes.key(envelope.receiver.party), _taken(learnt, envelope))
                elif not self._is_taken(number, envelope):
                    yield from self._arrow(envelope, "deliver", waits=number < len(self.run.steps) - 1)
            yield from self._learns(self._reader(), learnt)

    def _is_taken(self, number: int, envelope: Envelope) -> bool:
        return any(later.kind == "deliver" and later.envelope == envelope for later in self.run.steps[number + 1 :])

    # -------------------------------------------------------------- arrows

    def _arrow(self, envelope: Envelope, kind: str, *, waits: bool = False) -> Iterator[Item]:
        source, dest = self.lanes.key(envelope.sender.party), self.lanes.key(envelope.receiver.party)
        if source != dest:
            title = self._title(envelope, kind) + (", still on its way" if waits else "")
            yield Arrow(source, dest, title, self._detail(envelope), self._channel(envelope))
            self.last = envelope
            yield from self._learns(self._reader(), self.read.pop(envelope, []), "reads")

    def _title(self, envelope: Envelope, kind: str) -> str:
        name = envelope.message.name
        if not isinstance(envelope.message, FrontChannel) or not self._to_browser(envelope):
            return name
        return f"lure: {name}" if kind == "lure" and envelope.sender.party == ATTACKER else f"redirect: {name}"

    def _to_browser(self, envelope: Envelope) -> bool:
        """Whether it goes to a user agent, the attacker's among them, to be followed."""
        to_server = self.lanes.is_server(self.lanes.key(envelope.receiver.party))
        return not to_server and not self.lanes.is_browser(envelope.sender.party)

    def _detail(self, envelope: Envelope) -> str:
        """Where it arrives, its parameters unless they are only passed on, and what travels beside them."""
        message, symbols = envelope.message, self.symbols
        shown = []
        if isinstance(message, FrontChannel) and envelope.uri is not None and not self._to_browser(envelope):
            shown.append(f"at {symbols.term(envelope.uri)}")
        if not self._passes_on(envelope):
            shown += symbols.parameters(envelope)
        return ", ".join(shown + symbols.around(envelope))

    def _passes_on(self, envelope: Envelope) -> bool:
        """Whether an honest user agent hands on what the arrow before brought it."""
        last, key = self.last, self.lanes.key
        if last is None or not self.lanes.is_browser(envelope.sender.party):
            return False
        return last.message == envelope.message and key(last.receiver.party) == key(envelope.sender.party)

    def _channel(self, envelope: Envelope) -> Channel:
        if any(self.lanes.hostile(self.lanes.key(end.party)) for end in (envelope.sender, envelope.receiver)):
            return "attacker"
        if isinstance(envelope.message, BackChannel):
            return "back"
        return "ui" if isinstance(envelope.message, UserInterface | OutOfBand) else "front"

    # -------------------------------------------------------------- states and what happened

    def _state(self, step: RunStep) -> Iterator[Pill]:
        key = self.lanes.key(step.session.party)
        remarks = [remark for fact in step.facts for remark in self._remarks(fact)]
        words = []
        if step.refused:
            words.append(f"refuses the {step.name}")
        elif self.lanes.is_server(key) and step.dest != step.source and (remarks or step.kind != "own"):
            words.append(step.dest.replace("_", " "))
        if remarks:
            words.append(", ".join(text for text, _ in remarks))
        if words:
            tone: Tone = "plain" if not remarks else "good" if all(good for _, good in remarks) else "bad"
            yield Pill(key, self._number(step.session) + ": ".join(words), tone)

    def _number(self, session: Address) -> str:
        several = self.lanes.is_server(session.party) and self.sessions[session.party] > 1
        return f"#{session.index} " if several else ""

    def _remarks(self, fact: Fact) -> Iterator[tuple[str, bool]]:
        """What is worth saying of a fact, and whether it is as it should be."""
        match fact:
            case InFrontChannel():
                yield f"{self.symbols.term(fact.term)} in the front channel", False
            case CredentialSent() if fact.password.issuer != fact.party:
                yield f"{self.symbols.term(fact.password)} goes to {fact.party}", False
            case ResponseAccepted() if fact.credential.issuer != fact.issuer:
                yield f"takes {self.symbols.term(fact.credential)} for one of {fact.issuer}", False
            case Attached() if not self._same(fact.browser, fact.token.user):
                yield f"{_name(fact.token.user)}’s grant in {self._user(fact.browser)}’s session", False
            case ForeignEndpointUsed():
                yield f"uses an endpoint of the attacker’s for {fact.issuer}", False
            case Shown() if not self._same(fact.browser, fact.user):
                yield f"shows {self._user(fact.browser)} what is {_name(fact.user)}’s", False
            case LoggedIn() if self._same(fact.browser, fact.user):
                yield _name(fact.user), True
            case LoggedIn():
                yield f"{self._user(fact.browser)} as {_name(fact.user)}", False

    def _same(self, browser: str, user: str) -> bool:
        there = self.cast.user(browser)
        return there == user or not (self.cast.honest(there) or self.cast.honest(user))

    def _user(self, browser: str) -> str:
        user = self.cast.user(browser)
        return _name(user) if self.cast.honest(user) else "the attacker"

    # -------------------------------------------------------------- what the attacker learns

    def _note_what_is_read(self, step: RunStep, learnt: list[Term]) -> None:
        """Keep what is read off a message until that message's arrow."""
        attacker = self.run.scenario.attacker
        for envelope in step.sent:
            is_read = isinstance(envelope.message, attacker.reads) or (envelope.cleartext and attacker.network)
            if self.cast.honest(envelope.receiver.party) and is_read:
                self.read.setdefault(envelope, []).extend(_taken(learnt, envelope))

    def _learns(self, key: str, terms: list[Term], verb: str = "learns") -> Iterator[Pill]:
        if terms:
            yield Pill(key, f"{verb} " + ", ".join(self.symbols.term(term) for term in terms), "bad")

    def _reader(self) -> str:
        """The lane on which the attacker reads along: its own, or where it has none that of its server."""
        if ATTACKER in self.parties:
            return ATTACKER
        return next((party for party in sorted(self.parties) if self.lanes.hostile(party)), ATTACKER)

    def _is_secret(self, term: Term) -> bool:
        """Whether it is news: the secret of somebody honest, and not of a run that the attacker itself started."""
        honest = self.cast.honest
        match term:
            case Code():
                return honest(term.issuer)
            case AccessToken():
                return honest(term.issuer) and honest(term.user)
            case ClientSecret():
                return honest(term.client) and honest(term.issuer)
            case Password():
                return honest(term.user)
            case ProtectedResource():
                return honest(term.owner)
            case IdToken():
                signed = term.key is not None and honest(term.key.issuer)
                return signed and term.sub is not None and honest(term.sub.user)
            case State() | Nonce():
                return self._is_honest_run(term.client, term.run)
            case Verifier():
                return self._is_honest_run(term.owner, term.run)
        return False

    def _is_honest_run(self, client: str, run: int) -> bool:
        start = self.starts.get((client, run))
        return start is not None and self.cast.honest(start.browser)


def _taken(terms: list[Term], envelope: Envelope) -> list[Term]:
    """The terms that are in an envelope, taken out of the list."""
    found = [term for term in terms if term in set(envelope.terms())]
    terms[:] = [term for term in terms if term not in found]
    return found


def _name(user: str) -> str:
    return user.capitalize()


# ------------------------------------------------------------------ words around the flow


def _deployment(scenario: Scenario) -> str:
    """The attacker and the mitigations in a line."""
    usual = [mitigation for mitigation in MITIGATIONS if not mitigation.extension and mitigation is not PKCE_PLAIN]
    off = [mitigation.slug for mitigation in usual if mitigation not in scenario.policy]
    more = [mitigation.slug for mitigation in scenario.mitigations if mitigation not in usual]
    on = scenario.policy.slugs
    if not on:
        policy = "no mitigation on"
    elif len(on) <= len(off):
        policy = "on: " + ", ".join(on)
    else:
        policy = "every mitigation on" + (" but " + ", ".join(off) if off else "")
        policy += "; also " + ", ".join(more) if more else ""
    if not scenario.attacker.acts:
        return policy
    return f"attacker: {scenario.attacker.slug.replace('+', ', ')} · {policy}"


def _banner(run: Run) -> Banner | None:
    under = f"{len(run.steps)} steps, within {run.scenario.bounds}"
    if run.broken is not None:
        goal = next((goal for goal in GOALS if goal.slug == run.broken), None)
        sentence = goal.title.rstrip(".") if goal else run.broken.replace("-", " ")
        return Banner(f"Broken: “{sentence}”", f"{under} · {goal.reference}" if goal else under, True)
    logins = [fact for step in run.steps for fact in step.facts if isinstance(fact, LoggedIn)]
    cast = run.scenario.full_cast
    good = next((login for login in logins if cast.user(login.browser) == login.user), None)
    return Banner(f"{_name(good.user)} is signed in at {good.client}", under, False) if good else None
