"""Invariants of messages and attempts, as SQL for both databases: at most one acceptance, no state without its attempt, no charge
without its message. Each question returns the rows that break it.
"""

M = "receivables_message"
A = "receivables_attempt"


def _attempts(*states: str) -> str:
    named = ", ".join(f"'{state}'" for state in states)
    return f"(SELECT COUNT(*) FROM {A} a WHERE a.message_id = m.id AND NOT a.late AND a.state IN ({named}))"


ACCEPTED, IN_FLIGHT, UNCERTAIN = (_attempts(state) for state in ("ACCEPTED", "IN_FLIGHT", "UNCERTAIN"))


QUESTIONS: dict[str, tuple[str, str]] = {
    "message_accepted_once": (
        f"SELECT m.key, {ACCEPTED} FROM {M} m WHERE m.state = 'ACCEPTED' AND {ACCEPTED} <> 1",
        "is accepted, by {1} attempts",
    ),
    "message_live_has_its_attempt": (
        f"""SELECT m.key, m.state FROM {M} m WHERE (m.state = 'IN_FLIGHT' AND {IN_FLIGHT} <> 1)
            OR (m.state = 'UNCERTAIN' AND {UNCERTAIN} <> 1)""",
        "is {1} without its attempt",
    ),
    "message_at_rest_has_no_live_attempt": (
        f"""SELECT m.key, m.state FROM {M} m WHERE m.state IN ('PLANNED', 'SUPPRESSED', 'CANCELLED')
            AND {_attempts("IN_FLIGHT", "ACCEPTED")} > 0""",
        "is {1} and has a live attempt",
    ),
    "message_counts_its_attempts": (
        f"SELECT m.key, m.fence, (SELECT COUNT(*) FROM {A} a WHERE a.message_id = m.id) FROM {M} m"
        f" WHERE m.fence <> (SELECT COUNT(*) FROM {A} a WHERE a.message_id = m.id)",
        "its fence says {1}, there are {2} attempts",
    ),
    "what_was_sent_is_what_was_rendered": (
        f"""SELECT m.key, a.token FROM {A} a JOIN {M} m ON m.id = a.message_id
            WHERE a.state = 'ACCEPTED' AND NOT a.late AND a.rendered_hash <> m.rendered_hash""",
        "attempt {1} carried another text",
    ),
    "charged_by_an_accepted_message": (
        f"""SELECT c.number, m.key FROM receivables_charge c JOIN {M} m ON m.id = c.message_id WHERE m.state <> 'ACCEPTED'""",
        "its message {1} was never accepted",
    ),
}
"""Rule → (statement, sentence). The sentence is filled with the columns by position."""
