"""Experiments: for each mitigation that a server can enforce, the few requests that show whether it does.

    redirection  comparing redirection URIs
    pkce         challenges and verifiers
    clients      who authenticates, and who may redeem, push and register
    codes        once, for a while, at one redirection URI
    tokens       scope, audience, where a token is taken, refresh tokens
    responses    what authorization responses are like, and the pages before them
    lasting      tokens, consents and references: for how long, how often
    freshness    codes and tokens that came twice, or are short

"On" means that the server behaves as the model does with the mitigation, "off" as without it. None needs another to
have been made before; what makes time pass is last.
"""

from oauth_model.live.experiments.bench import Bench, Experiment, Facts, Grant, Unclear, Way
from oauth_model.live.experiments.clients import CLIENTS
from oauth_model.live.experiments.codes import CODES, LATER
from oauth_model.live.experiments.freshness import freshness
from oauth_model.live.experiments.lasting import LASTING
from oauth_model.live.experiments.pkce import PKCE
from oauth_model.live.experiments.redirection import REDIRECTION
from oauth_model.live.experiments.responses import RESPONSES
from oauth_model.live.experiments.tokens import TOKENS

EXPERIMENTS: tuple[Experiment, ...] = (*REDIRECTION, *RESPONSES, *PKCE, *CLIENTS, *CODES, *TOKENS, *LASTING, *LATER)
"""All of them, in the order in which they are made."""

__all__ = ["EXPERIMENTS", "Bench", "Experiment", "Facts", "Grant", "Unclear", "Way", "freshness"]
