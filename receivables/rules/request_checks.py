"""What an invoice request must satisfy before it is submitted, check by check, each with a stable code and the field at fault.

Pure: a picture goes in, the outcome of every check comes out, passed ones included. The words that people read stand in
`receivables/words/request_words.py`; what a line costs is computed in `request_lines`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made

PASSED, FAILED, ASK, NOT_PERFORMED = "passed", "failed", "ask", "not_performed"

NEEDED_BY_KIND: Mapping[str, frozenset[str]] = {"special_vat": frozenset({"contract", "order"})}
"""Kind of invoice → attachment kinds of which one must be there (a special VAT invoice rests on a contract or an order)."""

URGENT_PER_MONTH = 5
"""Requests that one person may put into the fast lane per calendar month."""
URGENT_REASON_MIN = 10
URGENT_HOURS = 1
"""Working hours per step in the fast lane, whatever the flow says."""


@dataclass(frozen=True, slots=True)
class RequestPicture:
    """A request as the checks see it. Amounts in minor units of `currency`.

    `customer_missing`: what an incomplete customer lacks. `terms_problem`: code of the refusal its terms gave, or "".
    `amount_max`: the ceiling of the currency, None when there is none. `twins`: requests and invoices that look the same.
    """

    customer_state: str
    currency: str
    gross: int
    lines: int
    kind: str = "ordinary"
    customer_missing: tuple[str, ...] = ()
    customer_name: str = ""
    po_required: bool = False
    contract_required: bool = False
    po_number: str = ""
    attachments: frozenset[str] = made(default=frozenset())
    terms_problem: str = ""
    due_before_today: bool = False
    amount_max: int | None = None
    twins: tuple[str, ...] = ()
    twins_confirmed: bool = False
    urgent_reason: str = ""
    urgent: bool = False
    urgent_used: int = 0
    register_asked: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its stable `code`, what came out, the `field` to repair, and the names and figures for its sentence."""

    code: str
    state: str
    field: str = ""
    figures: Mapping[str, object] = made(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """Whether the request may not be submitted like this."""
        return self.state in (FAILED, ASK)


def check(picture: RequestPicture) -> list[Check]:
    """Every check in the order a person would repair them. None is skipped, and what was not asked is said to be so."""
    return [
        _customer(picture),
        _one("lines_missing", picture.lines > 0, "lines"),
        _one("amount_not_positive", picture.gross > 0, "lines"),
        _limit(picture),
        _one("po_number_missing", not picture.po_required or bool(picture.po_number), "po_number"),
        _one(
            "contract_missing",
            not picture.contract_required or "contract" in picture.attachments,
            "attachments",
            customer=picture.customer_name,
        ),
        _attachments(picture),
        _one("terms_invalid", not picture.terms_problem, "customer", problem=picture.terms_problem),
        _one("due_in_the_past", not picture.due_before_today, "customer"),
        _urgent(picture),
        _twins(picture),
        Check("tax_register", PASSED if picture.register_asked else NOT_PERFORMED),
    ]


def blocking(checks: list[Check]) -> list[Check]:
    """Those that keep the request from being submitted."""
    return [each for each in checks if each.blocks]


def _one(code: str, holds: bool, at: str, **figures: object) -> Check:
    return Check(code, PASSED if holds else FAILED, at, figures)


def _customer(picture: RequestPicture) -> Check:
    figures = {
        "customer": picture.customer_name,
        "missing": picture.customer_missing,
        "state": picture.customer_state,
    }
    if picture.customer_state == "CLOSED":
        return Check("customer_closed", FAILED, "customer", figures)
    holds = picture.customer_state == "ACTIVE"
    return Check("customer_incomplete", PASSED if holds else FAILED, "customer", figures)


def _limit(picture: RequestPicture) -> Check:
    over = picture.amount_max is not None and picture.gross > picture.amount_max
    figures = {"gross": picture.gross, "limit": picture.amount_max, "currency": picture.currency}
    return Check("amount_over_limit", FAILED if over else PASSED, "lines", figures)


def _attachments(picture: RequestPicture) -> Check:
    needed = NEEDED_BY_KIND.get(picture.kind, frozenset())
    holds = not needed or bool(needed & picture.attachments)
    return Check("attachment_missing", PASSED if holds else FAILED, "attachments", {"needed": sorted(needed)})


def _urgent(picture: RequestPicture) -> Check:
    figures = {"used": picture.urgent_used, "quota": URGENT_PER_MONTH}
    if picture.urgent and len(picture.urgent_reason.strip()) < URGENT_REASON_MIN:
        return Check("urgent_reason_missing", FAILED, "urgent_reason", figures)
    spent = picture.urgent and picture.urgent_used >= URGENT_PER_MONTH
    return Check("urgent_quota_spent", FAILED if spent else PASSED, "urgent_reason", figures)


def _twins(picture: RequestPicture) -> Check:
    state = PASSED if not picture.twins or picture.twins_confirmed else ASK
    return Check("duplicate_suspected", state, "duplicate_confirmed", {"twins": picture.twins})


def same_name(one: str, other: str) -> bool:
    """Whether two spellings name the same buyer: letter case, blanks and full stops do not matter, anything else does."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    kept = (c for c in name.casefold() if c not in ".,，。")
    return " ".join("".join(kept).split())
