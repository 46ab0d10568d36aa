"""What happened at clients."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.facts.fact import Fact
from oauth_model.terms import AccessToken, ClientAssertion, Code


@dataclass(frozen=True, slots=True)
class Started(Fact):
    """A browser started a client run that is meant for `issuer`, to use `server`; `wanted` by its user, or lured."""

    client: str
    run: int
    browser: str
    issuer: str
    server: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class AssertionMade(Fact):
    """A client made an assertion, and sent it to `server`."""

    client: str
    assertion: ClientAssertion
    server: str


@dataclass(frozen=True, slots=True)
class Configured(Fact):
    """A client run took metadata from `issuer`, which calls itself `claimed` in it."""

    client: str
    run: int
    issuer: str
    claimed: str


@dataclass(frozen=True, slots=True)
class ResponseAccepted(Fact):
    """A client run took `credential` (a code or token) from an authorization response.

    `pending` says whether the run was waiting for one; `issuer` is the one it believes it came from.
    """

    client: str
    run: int
    browser: str
    credential: Code | AccessToken
    pending: bool
    issuer: str


@dataclass(frozen=True, slots=True)
class Attached(Fact):
    """A client attached a grant (by its access token) to its session with `browser`."""

    client: str
    run: int
    browser: str
    token: AccessToken


@dataclass(frozen=True, slots=True)
class LoggedIn(Fact):
    """A client took `browser` for that of `user` at `server`, and shows it what is theirs.

    It learnt who that is from the resource server, or from an ID token of `server`'s; then `sound` says whether
    all in that is as it should be: issuer, key, audience, nonce, and such hashes as it has.
    """

    client: str
    run: int
    browser: str
    user: str
    server: str
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Shown(Fact):
    """A client showed `browser`, which is signed in already, what belongs to `user` at `server`."""

    client: str
    run: int
    browser: str
    user: str
    server: str


@dataclass(frozen=True, slots=True)
class ForeignEndpointUsed(Fact):
    """A client used for `issuer` an endpoint of `party`, which is somebody else."""

    client: str
    run: int
    issuer: str
    party: str


@dataclass(frozen=True, slots=True)
class RunFailed(Fact):
    """A client run ended with an explicit error."""

    client: str
    run: int


@dataclass(frozen=True, slots=True)
class ResponseStrayed(Fact):
    """An authorization response came to a page at a client's site that is not its redirection endpoint."""

    client: str
    credential: Code | AccessToken
