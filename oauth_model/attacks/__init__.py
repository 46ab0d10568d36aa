"""The catalogue of attacks: one file for each family, each attack a claim that the search decides."""

from oauth_model.attacks.attack import EVERYTHING, Attack
from oauth_model.attacks.confirm import Claim, claims

__all__ = ["EVERYTHING", "Attack", "Claim", "claims"]
