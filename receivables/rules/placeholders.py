"""The closed list of placeholders a template may use: `{amount_total}` and its kin. Nothing else in braces means anything.

What each one stands for is said in `words/template_words`, how its value is written in `rendering`.
"""

from dataclasses import dataclass

EMAIL, SMS, LETTER, CALL, NOTE = "email", "sms", "letter", "call", "note"
CHANNELS = (EMAIL, SMS, LETTER, CALL, NOTE)
_EVERYWHERE = frozenset(CHANNELS)
_LONG = frozenset({EMAIL, LETTER, CALL, NOTE})
_INSIDE = frozenset({EMAIL, CALL, NOTE})


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`block`: a table or list on a line of its own. `may_be_empty`: alone on its line, the line goes when it is empty.

    `in_subject`: short enough for a subject. `staff_only`: never in a message to a customer.
    """

    name: str
    channels: frozenset[str] = _EVERYWHERE
    in_subject: bool = False
    block: bool = False
    may_be_empty: bool = False
    staff_only: bool = False


_LIST = (
    Placeholder("customer", in_subject=True),
    Placeholder("contact", may_be_empty=True),
    Placeholder("entity", in_subject=True),
    Placeholder("amount_total", in_subject=True),
    Placeholder("currency", in_subject=True),
    Placeholder("items", channels=_LONG, block=True),
    Placeholder("item_count", in_subject=True),
    Placeholder("oldest_due_on", in_subject=True),
    Placeholder("days_past_due", in_subject=True),
    Placeholder("days_until_due", in_subject=True),
    Placeholder("stage", in_subject=True),
    Placeholder("reference", in_subject=True),
    Placeholder("contract_clause", channels=_LONG),
    Placeholder("promise_by", in_subject=True),
    Placeholder("promised_on", in_subject=True),
    Placeholder("promised_amount", in_subject=True),
    Placeholder("paid_on", in_subject=True),
    Placeholder("paid_amount", in_subject=True),
    Placeholder("new_deadline", in_subject=True),
    Placeholder("bank_details", channels=_LONG, block=True, may_be_empty=True),
    Placeholder("payment_link", may_be_empty=True),
    Placeholder("charges", channels=_LONG, block=True, may_be_empty=True),
    Placeholder("charges_total", channels=_LONG),
    Placeholder("grand_total", in_subject=True),
    Placeholder("interest", channels=_LONG),
    Placeholder("letter_number", channels=_LONG, in_subject=True),
    Placeholder("sender_name"),
    Placeholder("sender_title", may_be_empty=True),
    Placeholder("sender_phone", may_be_empty=True),
    Placeholder("rep_name", may_be_empty=True),
    Placeholder("written_on", in_subject=True),
    Placeholder("opt_out", channels=frozenset({SMS})),
    Placeholder("page_link", channels=_INSIDE, may_be_empty=True, staff_only=True),
)
PLACEHOLDERS: dict[str, Placeholder] = {each.name: each for each in _LIST}


def allowed(channel: str, *, audience: str = "customer", subject: bool = False) -> tuple[str, ...]:
    """The names a template of the channel may use, in the order of the list: what the editor offers."""
    return tuple(
        each.name
        for each in _LIST
        if channel in each.channels
        and (each.in_subject or not subject)
        and (audience == "staff" or not each.staff_only)
    )
