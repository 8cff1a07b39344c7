"""Money that has probably come: bank lines that wait in cash review and speak of these customers. A hint, not a match.

A line counts for a customer when it quotes one of their open documents or comes from an account we know as theirs.
"""

from collections.abc import Mapping, Sequence

from dunning.questions.sql import among, parsed, rows
from dunning.rules.picture import Item
from receivables.rules.references import normalise_reference

LINES_MOST = 5_000
R = "receivables_"


def load(entity: int, items: Mapping[int, Sequence[Item]]) -> dict[int, dict[str, int]]:
    """Customer → currency → what waits for them."""
    waiting = rows(
        f"""SELECT l.currency, l.amount, l.tokens, l.payer_account FROM {R}statementline l
            JOIN {R}bankaccount a ON a.id = l.account_id WHERE a.entity_id = %s AND l.state = 'NEW'
            AND l.amount > 0 ORDER BY l.id DESC LIMIT {LINES_MOST}""",
        [entity],
    )
    if not waiting:
        return {}
    numbers = {
        normalise_reference(item.number): customer for customer, mine in items.items() for item in mine
    }
    accounts = _accounts(list(items))
    found: dict[int, dict[str, int]] = {}
    for currency, amount, tokens, account in waiting:
        quoted = {numbers[token] for token in parsed(tokens) if token in numbers}
        for customer in quoted or accounts.get("".join(account.split()).upper(), set()):
            mine = found.setdefault(customer, {})
            mine[currency] = mine.get(currency, 0) + amount
    return found


def _accounts(customers: Sequence[int]) -> dict[str, set[int]]:
    condition, ids = among("customer_id", customers)
    found: dict[str, set[int]] = {}
    for customer, value in rows(
        f"SELECT customer_id, value FROM {R}payeralias WHERE kind <> 'name' AND hits > 0 AND {condition}",
        [ids],
    ):
        found.setdefault(value, set()).add(customer)
    return found
