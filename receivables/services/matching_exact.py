"""The fast way for many lines: those that quote their invoices by number and bring exactly what these owe, found by SQL
joins over
stage tables. It takes only what the rules would call sure; whatever is less clear is left to them.
"""

from django.db import connection

from receivables.models import BankAccount
from receivables.questions.matching_picture import KINDS, AccountPolicy
from receivables.rules.matching_pictures import SEARCHABLE
from receivables.services import matching_stage as stage
from receivables.services.matching_stage import P, run

LINES_MAX = 100_000
REASONS = '[["reference_exact", {}]]'
_STRIPPED = ("-", "/", " ", ".", "_", "#", ":")
_TABLES = ("match_item", "match_other", "match_token", "match_hit")


def suits(policy: AccountPolicy) -> bool:
    """Whether the policy leaves the exact stage as the rules have it: nothing limited, and applying by itself allowed."""
    rules = policy.rules
    return (
        rules.auto_apply
        and rules.search_in == frozenset(SEARCHABLE)
        and not (rules.issued_from or rules.issued_to)
    )


def fill(account: BankAccount, after: int) -> int | None:
    """Looks at up to LINES_MAX new lines of the account with an id above `after`; returns the last id seen, None for no more.

    1. open items by their number's normal form; 2. the references the lines quote; 3. who quotes what; 4. lines whose quoted
    items are of one customer and come to the amount, and that share no item with another line.
    """
    for table in _TABLES:
        run(f"DROP TABLE IF EXISTS {table}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT MAX(id) FROM (SELECT id FROM {P}statementline l WHERE {_new(account, after)} LIMIT {LINES_MAX}) seen"
        )
        last: int | None = cursor.fetchone()[0]
    if last is None:
        return None
    _items(account)
    _tokens(account, after)
    run(
        """CREATE TEMP TABLE match_hit AS SELECT t.line_id, i.entry_id, i.customer_id, i.left_open, t.amount FROM match_token t
           JOIN match_item i ON i.ref = t.token AND i.currency = t.currency"""
    )
    run("CREATE INDEX match_hit_line ON match_hit (line_id)")
    stage.analyse("match_hit")
    _stage()
    return last


def _new(account: BankAccount, after: int) -> str:
    return (
        f"account_id = {int(account.pk)} AND state = 'NEW' AND amount > 0 AND id > {int(after)} ORDER BY id"
    )


def _items(account: BankAccount) -> None:
    kinds = ", ".join(f"'{kind.value}'" for kind in KINDS)
    run(
        f"""CREATE TEMP TABLE match_item AS SELECT n.id AS entry_id, n.customer_id, n.currency,
              n.amount - n.allocated AS left_open,
              {_normal("n.reference")} AS ref
            FROM {P}entry n WHERE n.entity_id = {int(account.entity_id)} AND n.amount > n.allocated AND n.kind IN ({kinds})"""
    )
    run(
        f"""CREATE TEMP TABLE match_other AS SELECT DISTINCT i.customer_id, {_normal("v.po_number")} AS ref FROM match_item i
            JOIN {P}instalment s ON s.entry_id = i.entry_id JOIN {P}invoice v ON v.id = s.invoice_id WHERE v.po_number <> ''
            UNION SELECT DISTINCT i.customer_id, {_normal("v.order_ref")} FROM match_item i
            JOIN {P}instalment s ON s.entry_id = i.entry_id JOIN {P}invoice v ON v.id = s.invoice_id WHERE v.order_ref <> ''"""
    )
    run("CREATE INDEX match_item_ref ON match_item (ref)")
    run("CREATE INDEX match_other_ref ON match_other (ref)")
    stage.analyse("match_item", "match_other")


def _tokens(account: BankAccount, after: int) -> None:
    postgres = connection.vendor == "postgresql"
    unnest = (
        "CROSS JOIN LATERAL jsonb_array_elements_text(l.tokens) AS t(token)"
        if postgres
        else "JOIN json_each(l.tokens) t"
    )
    token = "t.token" if postgres else "t.value"
    run(
        f"""CREATE TEMP TABLE match_token AS SELECT l.id AS line_id, l.currency, l.amount, {token} AS token FROM
              (SELECT id, currency, amount, tokens FROM {P}statementline
               WHERE {_new(account, after)} LIMIT {LINES_MAX}) l {unnest}"""
    )
    stage.analyse("match_token")


def _stage() -> None:
    run(
        f"""INSERT INTO match_pay (line_id, customer_id, currency, amount, value_on, confidence, reasons, state)
            SELECT l.id, h.customer_id, l.currency, l.amount, COALESCE(l.value_on, l.booked_on), 100, %s, 'APPLIED' FROM
              (SELECT line_id, MIN(customer_id) AS customer_id FROM match_hit GROUP BY line_id
               HAVING MIN(customer_id) = MAX(customer_id) AND SUM(left_open) = MIN(amount)) h
            JOIN {P}statementline l ON l.id = h.line_id ORDER BY l.id""",
        [REASONS],
    )
    stage.analyse("match_pay")
    run(
        """DELETE FROM match_pay WHERE line_id IN (SELECT t.line_id FROM match_token t JOIN match_other o ON o.ref = t.token
           JOIN match_pay p ON p.line_id = t.line_id WHERE o.customer_id <> p.customer_id)"""
    )
    run(
        """DELETE FROM match_pay WHERE line_id IN (SELECT h.line_id FROM match_hit h JOIN
             (SELECT h2.entry_id FROM match_hit h2 JOIN match_pay p2 ON p2.line_id = h2.line_id
              GROUP BY h2.entry_id HAVING COUNT(*) > 1) twice ON twice.entry_id = h.entry_id)"""
    )
    run(
        """INSERT INTO match_alloc (line_id, debit_id, amount) SELECT h.line_id, h.entry_id, h.left_open FROM match_hit h
           JOIN match_pay p ON p.line_id = h.line_id"""
    )


def _normal(column: str) -> str:
    """The reference's normal form as far as both databases know it; what it misses, the rules find."""
    expression = f"UPPER({column})"
    for mark in _STRIPPED:
        expression = f"REPLACE({expression}, '{mark}', '')"
    return f"LTRIM({expression}, '0')"
