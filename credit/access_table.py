"""The credit floor's rows of the access matrix. Pure data for `receivables.rules.access`."""

from receivables.rules.access import Table

VERBS: frozenset[str] = frozenset(
    {
        "credit.view",
        "credit.class",
        "credit.limit",
        "credit.check",
        "credit.policy",
        "hold.place",
        "hold.release",
    }
)

MONEY_VERBS: frozenset[str] = frozenset({"credit.class", "credit.limit", "credit.policy", "hold.release"})

_ALL = " ".join(sorted(VERBS))
"""Each right by its name: a composed role or an API key can only hold what some row names."""

SHIPPED: dict[str, str] = {
    "sales_rep": "credit.view credit.check",
    "sales_manager": "credit.view credit.check",
    "collector": "credit.view credit.check hold.place",
    "accountant": "credit.view credit.check hold.place",
    "finance_manager": _ALL,
    "cfo": _ALL,
    "auditor": "credit.view",
    "admin": "",
}

TABLE = Table(verbs={role: frozenset(words.split()) for role, words in SHIPPED.items()})
