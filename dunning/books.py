"""What must always hold on this floor, as set-based questions that name the row at fault. It repairs nothing.

`check()` runs after every test that dunned somebody, and behind `manage.py verify`.
"""

from receivables import books
from receivables.books import Finding

N = "dunning_notice"
I = "dunning_noticeitem"  # noqa: E741 - the table's letter, as in the other books

QUESTIONS: dict[str, tuple[str, str]] = {
    "notice_items_share_their_account": (
        f"""SELECT 'notice ' || n.id, e.id FROM {I} i JOIN {N} n ON n.id = i.notice_id
            JOIN receivables_entry e ON e.id = i.entry_id
            WHERE e.customer_id <> n.customer_id OR e.entity_id <> n.entity_id OR e.currency <> n.currency""",
        "entry {1} is on another account",
    ),
    "withdrawn_with_all_items": (
        f"""SELECT 'notice ' || n.id, n.state FROM {N} n WHERE EXISTS (SELECT 1 FROM {I} i WHERE i.notice_id = n.id)
            AND (n.state = 'WITHDRAWN') = EXISTS (SELECT 1 FROM {I} i WHERE i.notice_id = n.id AND NOT i.withdrawn)""",
        "is {1}, but its items say otherwise",
    ),
    "handed_over_to_something": (
        f"""SELECT 'notice ' || n.id, n.channel FROM {N} n WHERE n.state = 'HANDED_OVER' AND (
            (n.channel IN ('email', 'sms', 'letter') AND n.message_id IS NULL AND n.digest_id IS NULL)
            OR (n.channel IN ('call', 'work') AND n.work_item_id IS NULL))""",
        "was handed over by {1} to nobody",
    ),
    "reached_when_accepted": (
        f"""SELECT 'notice ' || n.id, m.state FROM {N} n JOIN receivables_message m ON m.id = COALESCE(n.message_id, n.digest_id)
            WHERE n.reached_on IS NOT NULL AND m.state <> 'ACCEPTED'""",
        "counts as reached, its message is {1}",
    ),
    "items_reached_with_their_notice": (
        f"""SELECT 'notice ' || n.id, i.entry_id FROM {I} i JOIN {N} n ON n.id = i.notice_id
            WHERE i.reached_on IS NOT NULL AND (n.reached_on IS NULL OR n.reached_on <> i.reached_on)""",
        "item {1} counts as reached on another day",
    ),
    "open_promises_within_their_items": (
        """SELECT 'promise ' || p.id, p.amount, SUM(i.amount) FROM dunning_promisetopay p
           LEFT JOIN dunning_promiseitem i ON i.promise_id = p.id GROUP BY p.id, p.amount
           HAVING COALESCE(SUM(i.amount), 0) <> p.amount""",
        "promises {1}, its items come to {2}",
    ),
    "interest_notes_are_their_charges": (
        """SELECT t.number, t.total, COALESCE((SELECT SUM(c.amount) FROM receivables_charge c
                  WHERE c.number = t.number AND c.entity_id = t.entity_id), 0)
           FROM dunning_interestnote t WHERE EXISTS (SELECT 1 FROM receivables_charge c WHERE c.number = t.number
                AND c.entity_id = t.entity_id AND c.message_id IS NULL)
           AND t.total <> COALESCE((SELECT SUM(c.amount) FROM receivables_charge c
                WHERE c.number = t.number AND c.entity_id = t.entity_id), 0)""",
        "claims {1}, its charges come to {2}",
    ),
}
"""Rule → (statement, sentence). The sentence is filled with the columns by position."""

SERIES = {
    "letter": f"SELECT entity_id, number FROM {N} WHERE number <> ''",
    "interest": "SELECT entity_id, number FROM dunning_interestnote",
    "handover": "SELECT entity_id, number FROM dunning_handover",
}
"""Number series of this floor and where their numbers stand."""


def check() -> list[Finding]:
    """Every invariant of this floor; an empty list when all holds."""
    found = books.ask(QUESTIONS)
    return found + [Finding("series_gap_free", *gap) for gap in books.gaps(SERIES)]


def rules() -> list[str]:
    """Names of all invariants, in the order asked."""
    return [*QUESTIONS, "series_gap_free"]
