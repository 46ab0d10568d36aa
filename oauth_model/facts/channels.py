"""What passed through browsers."""

from __future__ import annotations

from dataclasses import dataclass

from oauth_model.facts.fact import Fact
from oauth_model.terms import Password, Term, Uri


@dataclass(frozen=True, slots=True)
class InFrontChannel(Fact):
    """A term that OAuth means for the back channel passed through a user agent."""

    term: Term


@dataclass(frozen=True, slots=True)
class MessagePosted(Fact):
    """A response by web message was handed to a page of `party`; it was meant for one of `meant_for`."""

    party: str
    meant_for: str


@dataclass(frozen=True, slots=True)
class SentInCleartext(Fact):
    """A user agent sent a request of the protocol's over http, and not to its own device."""

    uri: Uri


@dataclass(frozen=True, slots=True)
class CredentialSent(Fact):
    """A user agent sent a resource owner's credential to a party; `again` as a server's redirect made it post its form
    once more."""

    password: Password
    party: str
    again: bool = False
