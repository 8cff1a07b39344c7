"""Invariants of the documents that stand on the ledger, as SQL for both databases. Each question returns what breaks it."""

E = "receivables_entry"
A = "receivables_allocation"
I = "receivables_invoice"  # noqa: E741 - one letter per table keeps the statements readable
S = "receivables_instalment"
P = "receivables_payment"
OPEN = f"""SELECT s.invoice_id, SUM(n.amount - n.allocated) AS left_open, COUNT(*) AS parts,
    SUM(CASE WHEN n.kind = 'reschedule' THEN 0 ELSE s.amount END) AS total
    FROM {S} s JOIN {E} n ON n.id = s.entry_id GROUP BY s.invoice_id"""
GIVEN_UP = "CASE WHEN d.reason_code = 'overpayment' THEN -d.amount ELSE d.amount END"

# Document table, its column with the entry, the document's amount, the sign of the entry.
STANDING = (
    ("instalment", "entry_id", "d.amount", 1), ("payment", "entry_id", "d.amount", -1), ("refund", "entry_id", "d.amount", 1),
    ("transfer", "out_entry_id", "d.amount", 1), ("transfer", "in_entry_id", "d.amount", -1),
    ("creditnote", "entry_id", "d.gross", -1), ("writeoff", "entry_id", GIVEN_UP, -1),
    ("recovery", "entry_id", "d.amount", 1),
    ("reversal", "entry_id", "(SELECT amount FROM receivables_payment WHERE id = d.payment_id)", 1),
    ("creditnotevoid", "entry_id", "(SELECT gross FROM receivables_creditnote WHERE id = d.credit_note_id)", 1),
    ("writeoffundone", "entry_id", "(SELECT CASE WHEN reason_code = 'overpayment' THEN -amount ELSE amount END"
     " FROM receivables_writeoff WHERE id = d.write_off_id)", 1),
    ("reversalundone", "entry_id", "(SELECT p.amount FROM receivables_reversal r JOIN receivables_payment p"
     " ON p.id = r.payment_id WHERE r.id = d.reversal_id)", -1),
    ("charge", "entry_id", "d.amount", 1), ("chargewaiver", "entry_id", "d.amount", -1),
)  # fmt: skip
OWNERS = " UNION ALL ".join(
    f"SELECT {column} AS entry_id FROM receivables_{table} WHERE {column} IS NOT NULL"
    for table, column, _amount, _sign in STANDING
)


def _tied(debit: str, credit: str) -> str:
    return f"(SELECT COALESCE(SUM(a.amount), 0) FROM {A} a WHERE a.debit_id = {debit} AND a.credit_id = {credit})"


QUESTIONS: dict[str, tuple[str, str]] = {
    "documents_stand_on_their_entry": (
        " UNION ALL ".join(
            f"SELECT '{table} ' || d.id, n.amount, {amount} FROM receivables_{table} d JOIN {E} n ON n.id = d.{column}"
            f" WHERE n.amount <> {sign} * {amount}"
            for table, column, amount, sign in STANDING
        ),
        "the entry says {1}, the document {2}",
    ),
    "entries_have_one_document": (
        f"""SELECT n.kind || ' ' || n.reference || ' (entry ' || n.id || ')', COALESCE(o.many, 0) FROM {E} n
            LEFT JOIN (SELECT entry_id, COUNT(*) AS many FROM ({OWNERS}) owned GROUP BY entry_id) o ON o.entry_id = n.id
            WHERE n.kind <> 'opening'
            AND COALESCE(o.many, 0) <> CASE WHEN n.kind = 'reschedule' AND n.amount < 0 THEN 0 ELSE 1 END""",
        "{1} documents stand on it",
    ),
    "documents_share_their_entrys_account": (
        " UNION ALL ".join(
            f"SELECT '{table} ' || d.id, n.id FROM receivables_{table} d JOIN {E} n ON n.id = d.entry_id"
            " WHERE d.customer_id <> n.customer_id OR d.entity_id <> n.entity_id OR d.currency <> n.currency"
            for table in ("payment", "creditnote", "dispute")
        )
        + f""" UNION ALL SELECT 'invoice ' || i.number, n.id FROM {I} i JOIN {S} s ON s.invoice_id = i.id JOIN {E} n
              ON n.id = s.entry_id
              WHERE i.customer_id <> n.customer_id OR i.entity_id <> n.entity_id OR i.currency <> n.currency""",
        "entry {1} is on another account",
    ),
    "payment_adds_up": (
        f"""SELECT 'payment ' || p.id, p.amount, n.allocated FROM {P} p JOIN {E} n ON n.id = p.entry_id
            WHERE n.amount <> -p.amount OR n.allocated < 0 OR n.allocated > p.amount OR n.kind <> 'payment'
            UNION ALL
            SELECT 'payment ' || r.payment_id, r.amount, {_tied("r.entry_id", "p.entry_id")} FROM receivables_refund r
            JOIN {P} p ON p.id = r.payment_id WHERE r.amount <> {_tied("r.entry_id", "p.entry_id")}
            UNION ALL
            SELECT 'payment ' || v.payment_id, p.amount, {_tied("v.entry_id", "p.entry_id")} FROM receivables_reversal v
            JOIN {P} p ON p.id = v.payment_id LEFT JOIN receivables_reversalundone u ON u.reversal_id = v.id
            WHERE {_tied("v.entry_id", "p.entry_id")} <> CASE WHEN u.id IS NULL THEN p.amount ELSE 0 END""",
        "{1} received, refunded or reversed, but {2} tied",
    ),
    "reversal_undone_closes_it": (
        f"""SELECT 'reversal ' || v.id, n.amount, n.allocated FROM receivables_reversal v JOIN {E} n ON n.id = v.entry_id
            WHERE n.allocated <> n.amount""",
        "{2} of {1} is settled",
    ),
    "instalments_come_to_gross": (
        f"""SELECT 'invoice ' || i.number, i.gross, COALESCE(o.total, 0) FROM {I} i LEFT JOIN ({OPEN}) o ON o.invoice_id = i.id
            WHERE i.number IS NOT NULL AND i.gross <> COALESCE(o.total, 0)""",
        "{1} invoiced, {2} in instalments",
    ),
    "paid_means_nothing_open": (
        f"""SELECT 'invoice ' || i.number, i.state, COALESCE(o.left_open, 0) FROM {I} i
            LEFT JOIN ({OPEN}) o ON o.invoice_id = i.id WHERE i.number IS NOT NULL
            AND ((COALESCE(o.left_open, 0) = 0 AND i.state IN ('ISSUED', 'SENT'))
               OR (COALESCE(o.left_open, 0) <> 0 AND i.state IN ('PAID', 'CANCELLED', 'WRITTEN_OFF')))""",
        "{1} with {2} open",
    ),
    "requests_owe_nothing": (
        f"""SELECT 'request ' || i.id, i.state, COUNT(s.id) FROM {I} i LEFT JOIN {S} s ON s.invoice_id = i.id
            WHERE (i.state IN ('DRAFT', 'REQUESTED', 'VERIFIED', 'APPROVED')) = (i.number IS NOT NULL)
               OR (i.number IS NULL AND s.id IS NOT NULL) GROUP BY i.id, i.state""",
        "{1} with {2} instalments and the wrong kind of number",
    ),
    "cancelled_has_its_credit_note": (
        f"""SELECT 'invoice ' || i.number, i.gross FROM {I} i WHERE i.state = 'CANCELLED' AND i.gross <> (
                SELECT COALESCE(SUM(c.gross), 0) FROM receivables_creditnote c WHERE c.invoice_id = i.id
                AND NOT EXISTS (SELECT 1 FROM receivables_creditnotevoid v WHERE v.credit_note_id = c.id))""",
        "{1} cancelled without credit notes over the whole",
    ),
    "never_credited_beyond_gross": (
        f"""SELECT 'invoice ' || MIN(i.number), i.gross, SUM(c.gross) FROM {I} i JOIN receivables_creditnote c
            ON c.invoice_id = i.id WHERE NOT EXISTS (SELECT 1 FROM receivables_creditnotevoid v WHERE v.credit_note_id = c.id)
            GROUP BY i.id, i.gross HAVING SUM(c.gross) > i.gross""",
        "{1} invoiced, {2} credited",
    ),
    "written_off_has_its_document": (
        f"""SELECT 'invoice ' || i.number, i.gross FROM {I} i WHERE i.state = 'WRITTEN_OFF'
            AND NOT EXISTS (SELECT 1 FROM receivables_writeoff w WHERE w.invoice_id = i.id
                AND NOT EXISTS (SELECT 1 FROM receivables_writeoffundone u WHERE u.write_off_id = w.id))""",
        "{1} without a write-off",
    ),
    "transfers_are_pairs": (
        f"""SELECT 'transfer ' || t.id, o.id, i.id FROM receivables_transfer t JOIN {E} o ON o.id = t.out_entry_id
            JOIN {E} i ON i.id = t.in_entry_id WHERE o.amount <> -i.amount OR o.currency <> i.currency
            OR o.entity_id <> i.entity_id OR o.customer_id = i.customer_id""",
        "entries {1} and {2} are no pair",
    ),
    "disputes_fit_their_item": (
        f"""SELECT 'dispute ' || d.id, d.amount, n.amount FROM receivables_dispute d JOIN {E} n ON n.id = d.entry_id
            WHERE d.amount > n.amount""",
        "{1} in dispute of an item of {2}",
    ),
    "statements_close": (
        """SELECT 'statement ' || t.id, t.closing - t.opening, t.lines_total FROM receivables_statement t
            WHERE t.state = 'TAKEN_IN' AND t.opening IS NOT NULL AND t.closing IS NOT NULL AND t.decided_by = ''
            AND t.closing - t.opening <> t.lines_total""",
        "the balances move by {1}, the lines by {2}",
    ),
    "bank_lines_post_once": (
        f"""SELECT 'bank line ' || b.id, b.state, COUNT(p.id) FROM receivables_statementline b
            LEFT JOIN (SELECT q.id, q.bank_line_id FROM {P} q WHERE NOT EXISTS (
                SELECT 1 FROM receivables_reversal m LEFT JOIN receivables_reversalundone u ON u.reversal_id = m.id
                WHERE m.payment_id = q.id AND m.reason = 'mistake' AND u.id IS NULL)) p ON p.bank_line_id = b.id
            GROUP BY b.id, b.state, b.amount
            HAVING (b.state IN ('HELD', 'NEW', 'UNREADABLE', 'IGNORED', 'INFO') AND COUNT(p.id) > 0)
            OR COUNT(p.id) > 1 OR (b.state IN ('APPLIED', 'ON_ACCOUNT') AND b.amount > 0 AND COUNT(p.id) = 0)""",
        "{1} with {2} payments",
    ),
    "payments_equal_their_bank_line": (
        f"""SELECT 'payment ' || p.id, p.amount, b.amount FROM {P} p JOIN receivables_statementline b ON b.id = p.bank_line_id
            WHERE p.currency <> b.currency OR p.amount > b.amount""",
        "{1} taken from a line of {2}",
    ),
}
"""Rule → (statement, sentence). The sentence is filled with the columns by position."""
