"""Facts: what happened and a goal may speak of.

A fact is recorded by the effect of the step in which it happens, and is never taken back. Facts
are a set, not a log, so that the order in which independent things happen makes no difference.
They are for goals: a guard sees none of them, but for the few that parties really share
(`Shared`: a revocation list, a browser's cookie jar), and only where its role says so.
"""

from oauth_model.facts.channels import CredentialSent, InFrontChannel, MessagePosted, SentInCleartext
from oauth_model.facts.clients import (
    AssertionMade,
    Attached,
    Configured,
    ForeignEndpointUsed,
    LoggedIn,
    ResponseAccepted,
    ResponseStrayed,
    RunFailed,
    Shown,
    Started,
)
from oauth_model.facts.fact import Fact, Pattern, Records, Shared
from oauth_model.facts.servers import (
    Consented,
    EffectTaken,
    ErrorRedirected,
    Guessed,
    LapsedCodeRedeemed,
    Replayed,
    ResponseSent,
    Served,
    TokenIssued,
)
from oauth_model.facts.shared import ClientAuthenticated, CookieSet, Ended, Outlived, Passed, ReferenceUsed

__all__ = [
    "AssertionMade",
    "Attached",
    "ClientAuthenticated",
    "Configured",
    "Consented",
    "CookieSet",
    "CredentialSent",
    "EffectTaken",
    "Ended",
    "ErrorRedirected",
    "Fact",
    "ForeignEndpointUsed",
    "Guessed",
    "InFrontChannel",
    "LapsedCodeRedeemed",
    "LoggedIn",
    "MessagePosted",
    "Outlived",
    "Passed",
    "Pattern",
    "Records",
    "ReferenceUsed",
    "Replayed",
    "ResponseAccepted",
    "ResponseSent",
    "ResponseStrayed",
    "RunFailed",
    "SentInCleartext",
    "Served",
    "Shared",
    "Shown",
    "Started",
    "TokenIssued",
]
