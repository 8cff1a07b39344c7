"""The nouns of this floor: what we trust a customer with, holds on new orders, and the facts that speak against them."""

from credit.models.account import CreditAccount
from credit.models.hold import CreditHold
from credit.models.policy import CreditPolicy
from credit.models.risk import Episode, RiskEvent

__all__ = ["CreditAccount", "CreditHold", "CreditPolicy", "Episode", "RiskEvent"]
