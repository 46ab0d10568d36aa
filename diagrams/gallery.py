"""What is in the gallery: five machines, four flows, and every attack as the search finds it.

Each picture is made from the model when it is asked for; nothing here says how an attack goes. The index,
README.md, is made of the same records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from oauth_model.attacks import ATTACKS, EVERYTHING, Attack
from oauth_model.checkers.exhaustive import check
from oauth_model.drawing import (
    DrawingError,
    Engine,
    flow_drawing,
    machine_dot,
    role_drawing,
    run_drawing,
    sequence_dot,
)
from oauth_model.flows.authorization_code import AUTHORIZATION_CODE
from oauth_model.flows.hybrid import HYBRID
from oauth_model.flows.implicit import IMPLICIT
from oauth_model.messages import AUTHORIZATION_SERVER, CLIENT, RESOURCE_OWNER, RESOURCE_SERVER, USER_AGENT
from oauth_model.mitigations import HASHES, ID_TOKEN_VALIDATION, NO_IMPLICIT, NONCE, PUSHED_REQUESTS
from oauth_model.scenario import Scenario

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """One picture: the stem of its files, its title, what it shows (Markdown), and what makes its DOT text."""

    stem: str
    title: str
    shows: str
    engine: Engine
    dot: Callable[[], str]


# ------------------------------------------------------------------ machines

_HARDENED = Scenario((AUTHORIZATION_CODE,), EVERYTHING, time_passes=True, faults_happen=True)


def _machine(role: str, shows: str) -> Picture:
    stem = "machine-" + role.replace(" ", "-")
    return Picture(stem, role.capitalize(), shows, "dot", partial(_machine_dot, role))


def _machine_dot(role: str) -> str:
    return machine_dot(role_drawing(_HARDENED, role, subtitle="authorization code grant, every mitigation on"))


MACHINES = (
    _machine(
        RESOURCE_OWNER,
        "A human who sets out to sign in, or is shown a login and consent page out of the blue, and grants or "
        "denies access. They read the address bar, and type a server's password into that server's page only.",
    ),
    _machine(
        USER_AGENT,
        "One window of a browser. It knows no OAuth: it follows redirects, keeps cookies and shows pages. The "
        "guard `window can be lured` is where most attacks begin.",
    ),
    _machine(
        CLIENT,
        "One run of a client. The guards of the authorization response are the client's whole defence: the browser "
        "session, `state`, `iss` and the redirection URI. The way from `idle` to `token requested` is the "
        "unsolicited response, which a client without these checks takes.",
    ),
    _machine(
        AUTHORIZATION_SERVER,
        "One authorization. The guards of the authorization request and of the token request are the row's own "
        "and then those that each mitigation adds. A code that is presented again is refused and revokes.",
    ),
    _machine(
        RESOURCE_SERVER,
        "It has one state: what it does depends on the token alone, on its issuer, audience, scope and lifetime.",
    ),
)

# ------------------------------------------------------------------ flows


def _flow(stem: str, title: str, subtitle: str, scenario: Scenario, shows: str) -> Picture:
    return Picture(stem, title, shows, "neato", partial(_flow_dot, scenario, title, subtitle))


def _flow_dot(scenario: Scenario, title: str, subtitle: str) -> str:
    return sequence_dot(flow_drawing(scenario, title, subtitle))


FLOWS = (
    _flow(
        "flow-authorization-code",
        "Authorization code grant with PKCE",
        "RFC 6749 section 4.1, RFC 7636, RFC 9207; every mitigation on",
        Scenario((AUTHORIZATION_CODE,), EVERYTHING),
        "The shortest run of honest parties that ends with Alice signed in. The code passes through the browser, "
        "the access token does not.",
    ),
    _flow(
        "flow-implicit",
        "Implicit grant",
        "RFC 6749 section 4.2; every mitigation on but no-implicit",
        Scenario((IMPLICIT,), EVERYTHING.minus(NO_IMPLICIT)),
        "The same without a code: the access token itself passes through the browser, which RFC 9700 section 2.1.2 "
        "advises against.",
    ),
    _flow(
        "flow-hybrid",
        "Hybrid flow of OpenID Connect",
        "OpenID Connect Core section 3.3; every mitigation on, and nonce, ID token validation and hashes",
        Scenario((HYBRID,), EVERYTHING.plus(NONCE, ID_TOKEN_VALIDATION, HASHES)),
        "A code and an ID token come together in the fragment; a second ID token comes with the access token. The "
        "first has the hash of the code, and both have the nonce of the run.",
    ),
    _flow(
        "flow-pushed-requests",
        "Authorization code grant with a pushed request",
        "RFC 9126; every mitigation on",
        Scenario((AUTHORIZATION_CODE,), EVERYTHING.plus(PUSHED_REQUESTS)),
        "The request goes to the authorization server directly, and what passes through the browser is a reference.",
    ),
)

# ------------------------------------------------------------------ attacks


def _attack(attack: Attack) -> Picture:
    goal = attack.breaks[0]
    shows = f"{attack.story} ({attack.reference})\n\nBroken: *{goal.title}*\n\n{_stopped_by(attack)}"
    return Picture(f"attack-{attack.slug}", attack.title, shows, "neato", partial(_attack_dot, attack))


def _attack_dot(attack: Attack) -> str:
    goal = attack.breaks[0]
    run = check(attack.scenario, (goal,), enough=frozenset([goal]))[goal].run
    if run is None:
        raise DrawingError(f"attack {attack.slug}: there is nothing to draw, the search finds {goal.slug} unbroken")
    return sequence_dot(run_drawing(run, attack.title))


def _stopped_by(attack: Attack) -> str:
    ways = [" with ".join(f"{m.title} (`{m.slug}`, {m.reference})" for m in way) for way in attack.stopped_by]
    if ways:
        return f"**What stops it:** {'; or '.join(ways)}."
    return "**What stops it:** nothing that this model knows." + ("" if attack.off else " Every mitigation is on here.")


FAMILIES = {
    "RU": "Redirection, and what travels in URIs",
    "SI": "Sessions: whose browser, whose grant",
    "MX": "Mix-up of authorization servers",
    "": "Others",
}
"""The families of attacks, by the first letters of the catalogue's ids; the last is for the rest."""


def _family(attack: Attack) -> str:
    family = (attack.id or "")[:2]
    return family if family in FAMILIES else ""


RUNS = {family: tuple(_attack(attack) for attack in ATTACKS if _family(attack) == family) for family in FAMILIES}

PICTURES = (*MACHINES, *FLOWS, *(picture for pictures in RUNS.values() for picture in pictures))

# ------------------------------------------------------------------ index

_HEAD = """# Gallery

Made by `python -m diagrams` from the model itself; do not edit. Each picture is an SVG with its DOT text
beside it.

"""

_MACHINES = """## Machines

One for each role. An arrow is a row of the role's table: the message, in violet the guards that must all
hold, in italics the effect. Red is how a refusal is answered. What has no arrow is refused. Rows that can
never fire in the deployment drawn are left out.

"""

_FLOWS = """## Flows

Numbered arrows are messages, boxes on a lifeline the states that a party has reached. Secrets are symbolic:
`code#1` is the code of authorization 1, `state#2` and `verifier#2` belong to client run 2, and a cookie is
called after the session that it stands for. A request that only passes on the redirect before it does not
repeat the parameters, and a code challenge tells its method: `S256(verifier#1)`, or the bare verifier for plain.

"""

_ATTACKS = """## Attacks

Each is the shortest run that the search finds in a deployment with every mitigation on but those in the
picture's second line. Red is what the attacker sends, receives and learns, and what should not have happened.
That a mitigation stops the attack is what the search found as well, within the bounds named in the picture.

"""


def _entry(picture: Picture, heading: str) -> str:
    shown = f"![{picture.title}]({picture.stem}.svg)"
    return f"{heading} {picture.title}\n\n{shown}\n\n{picture.shows}\n\n[DOT]({picture.stem}.gv)\n\n"


def index() -> str:
    """The text of README.md."""
    parts = [_HEAD]
    for head, pictures in ((_MACHINES, MACHINES), (_FLOWS, FLOWS)):
        parts += [head, *(_entry(picture, "###") for picture in pictures)]
    parts.append(_ATTACKS)
    for family, pictures in RUNS.items():
        parts += [f"### {FAMILIES[family]}\n\n", *(_entry(picture, "####") for picture in pictures)]
    return "".join(parts).rstrip() + "\n"
