"""The dunning floor's rows of the access matrix. Pure data for `receivables.rules.access`."""

from receivables.rules.access import Table

VERBS: frozenset[str] = frozenset(
    f"{noun}.{verb}"
    for noun, verbs in {
        "policy": "view edit activate",
        "run": "view start",
        "notice": "view propose decide",
        "promise": "view make close",
        "call": "view log",
        "block": "view place release",
        "handover": "view make end",
        "interest": "view claim",
        "ladder": "move",
    }.items()
    for verb in verbs.split()
)

MONEY_VERBS: frozenset[str] = frozenset(
    {"policy.activate", "notice.decide", "handover.make", "interest.claim"}
)

_VIEW = "policy.view run.view notice.view promise.view call.view block.view handover.view interest.view"

SHIPPED: dict[str, str] = {
    "sales_rep": "notice.view promise.view promise.make call.view call.log block.view block.place policy.view",
    "sales_manager": f"{_VIEW} promise.make promise.close call.log block.place block.release notice.propose",
    "collector": f"{_VIEW} promise.make promise.close call.log block.place block.release notice.propose ladder.move",
    "accountant": f"{_VIEW} promise.make promise.close call.log block.place notice.propose",
    "finance_manager": f"""{_VIEW} policy.edit policy.activate run.start notice.propose notice.decide promise.make
        promise.close call.log block.place block.release handover.make handover.end interest.claim ladder.move""",
    "cfo": f"{_VIEW} policy.activate notice.decide block.release handover.make",
    "auditor": _VIEW,
    "admin": "policy.view run.view",
}

TABLE = Table(verbs={role: frozenset(words.split()) for role, words in SHIPPED.items()})
