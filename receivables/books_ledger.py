"""Invariants of the two tables that only grow, as SQL for both databases. Each question returns the rows that break it.

Statements are constants; the first column names the document, the rest fill the sentence.
"""

E = "receivables_entry"
A = "receivables_allocation"
NAMED = "n.kind || ' ' || n.reference || ' (entry ' || n.id || ')'"

# Facts that must carry an audit number that exists; the chain itself is proved gapless elsewhere.
FACTS = (
    "entry", "allocation", "payment", "refund", "reversal", "reversalundone", "transfer", "creditnote", "creditnotevoid",
    "writeoff", "recovery", "exchangerate", "periodlock", "charge", "chargewaiver",
)  # fmt: skip

QUESTIONS: dict[str, tuple[str, str]] = {
    "counter_is_sum_of_allocations": (
        f"""SELECT {NAMED}, n.allocated, COALESCE(t.total, 0) FROM {E} n LEFT JOIN (
                SELECT side, SUM(amount) AS total FROM (
                    SELECT debit_id AS side, amount FROM {A} UNION ALL SELECT credit_id, amount FROM {A}
                ) both_sides GROUP BY side
            ) t ON t.side = n.id WHERE n.allocated <> COALESCE(t.total, 0)""",
        "its counter says {1}, its allocations come to {2}",
    ),
    "never_over_allocated": (
        f"SELECT {NAMED}, n.allocated, n.amount FROM {E} n WHERE n.allocated < 0 OR n.allocated > ABS(n.amount)",
        "{1} is allocated of {2}",
    ),
    "never_crosses": (
        f"""SELECT 'allocation ' || a.id, d.id, c.id FROM {A} a JOIN {E} d ON d.id = a.debit_id JOIN {E} c ON c.id = a.credit_id
            WHERE d.amount <= 0 OR c.amount >= 0 OR d.entity_id <> c.entity_id OR d.customer_id <> c.customer_id
               OR d.currency <> c.currency""",
        "entries {1} and {2} do not belong together",
    ),
    "undone_by_its_opposite": (
        f"""SELECT 'allocation ' || a.id, a.amount, o.amount FROM {A} a LEFT JOIN {A} o ON o.id = a.reverses_id
            WHERE (a.reverses_id IS NULL AND a.amount <= 0)
               OR (a.reverses_id IS NOT NULL AND (o.id IS NULL OR o.reverses_id IS NOT NULL OR o.amount <> -a.amount
                   OR o.debit_id <> a.debit_id OR o.credit_id <> a.credit_id OR a.booked_on < o.booked_on
                   OR a.audit_seq < o.audit_seq))""",
        "{1} does not take back {2}",
    ),
    "booked_not_before_its_entries": (
        f"""SELECT 'allocation ' || a.id, a.booked_on FROM {A} a JOIN {E} d ON d.id = a.debit_id JOIN {E} c ON c.id = a.credit_id
            WHERE a.booked_on < d.booked_on OR a.booked_on < c.booked_on
               OR a.audit_seq < d.audit_seq OR a.audit_seq < c.audit_seq""",
        "booked on {1}, before one of its entries",
    ),
    "debits_and_credits_settle_alike": (
        f"""SELECT 'customer ' || c.code || ' ' || n.currency, SUM(n.amount),
                SUM(CASE WHEN n.amount > 0 THEN n.amount - n.allocated ELSE n.amount + n.allocated END)
            FROM {E} n JOIN receivables_customer c ON c.id = n.customer_id GROUP BY n.entity_id, c.code, n.currency
            HAVING SUM(n.amount) <> SUM(CASE WHEN n.amount > 0 THEN n.amount - n.allocated ELSE n.amount + n.allocated END)""",
        "the entries come to {1}, the open items to {2}",
    ),
    "not_in_a_closed_period": (
        f"""SELECT {NAMED}, n.booked_on, l.until FROM {E} n
            JOIN receivables_periodlock l ON l.entity_id = n.entity_id AND l.audit_seq < n.audit_seq AND l.until >= n.booked_on
            WHERE NOT EXISTS (SELECT 1 FROM receivables_periodlock m WHERE m.entity_id = l.entity_id
                              AND m.audit_seq > l.audit_seq AND m.audit_seq < n.audit_seq)""",
        "booked on {1}, when the books were closed until {2}",
    ),
    "reschedule_moves_nothing": (
        f"""SELECT 'customer ' || MIN(c.code) || ' audit ' || n.audit_seq, SUM(n.amount) FROM {E} n
            JOIN receivables_customer c ON c.id = n.customer_id WHERE n.kind = 'reschedule'
            GROUP BY n.audit_seq, n.customer_id, n.entity_id, n.currency HAVING SUM(n.amount) <> 0""",
        "old and new due dates differ by {1}",
    ),
    "reschedule_stays_settled": (
        f"""SELECT {NAMED}, n.allocated, n.amount FROM {E} n
            WHERE n.kind = 'reschedule' AND n.amount < 0 AND n.allocated <> -n.amount""",
        "{1} of {2} is tied to the old instalments",
    ),
    "facts_have_their_audit_row": (
        " UNION ALL ".join(
            f"SELECT '{table} ' || f.id, f.audit_seq FROM receivables_{table} f"
            " WHERE f.audit_seq < 1 OR f.audit_seq > (SELECT seq FROM receivables_chainhead WHERE id = 1)"
            for table in FACTS
        ),
        "audit row {1} does not exist",
    ),
}
"""Rule → (statement, sentence). The sentence is filled with the columns by position."""
