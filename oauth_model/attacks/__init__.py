"""The catalogue of attacks: one file for each family, each attack a claim that the search decides."""

from oauth_model.attacks.attack import EVERYTHING, Attack, Refuted
from oauth_model.attacks.codes import CODE_ATTACKS
from oauth_model.attacks.confirm import Claim, claims
from oauth_model.attacks.devices import DEVICE_ATTACKS
from oauth_model.attacks.metadata import METADATA_ATTACKS
from oauth_model.attacks.mix_up import MIX_UP_ATTACKS
from oauth_model.attacks.network import NETWORK_ATTACKS
from oauth_model.attacks.openid import OPENID_ATTACKS
from oauth_model.attacks.redirects import REDIRECT_ATTACKS
from oauth_model.attacks.resources import RESOURCE_ATTACKS
from oauth_model.attacks.secrets import SECRET_ATTACKS
from oauth_model.attacks.sessions import SESSION_ATTACKS

ATTACKS: tuple[Attack, ...] = (
    *REDIRECT_ATTACKS,
    *DEVICE_ATTACKS,
    *SESSION_ATTACKS,
    *SECRET_ATTACKS,
    *MIX_UP_ATTACKS,
    *CODE_ATTACKS,
    *RESOURCE_ATTACKS,
    *NETWORK_ATTACKS,
    *METADATA_ATTACKS,
    *OPENID_ATTACKS,
)

__all__ = ["ATTACKS", "EVERYTHING", "Attack", "Claim", "Refuted", "claims"]
