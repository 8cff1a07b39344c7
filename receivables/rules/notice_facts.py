"""The facts a message, letter or statement is made of: plain, frozen, complete. They decide nothing and know no database.

Whoever plans a message gathers them once; `rendering` turns them into bytes. Money is `Money`, days are dates, text is as stored.
"""

from dataclasses import dataclass, field
from datetime import date

from receivables.rules.money import Money


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where to pay. `iban` or `account` must be there; `note` is for our own pages and not printed."""

    holder: str
    bank: str = ""
    iban: str = ""
    bic: str = ""
    account: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """The legal entity that writes. `address` are the printed lines below the name."""

    name: str
    address: tuple[str, ...]
    bank: BankDetails | None = None
    tax_id: str = ""
    registration: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer that is written to; `address` are the printed lines below name and contact."""

    name: str
    address: tuple[str, ...] = ()
    contact: str = ""
    code: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One open item. `days_past_due` is below zero before it is due; credits are negative. `disputed` is shown, not asked for."""

    number: str
    due_on: date
    original: Money
    open: Money
    days_past_due: int
    document_on: date | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """Interest, a fixed sum or a fee beside the principal; `kind` says which, `basis` the rule it stands on."""

    kind: str
    amount: Money
    basis: str = ""


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything one message may say. `amount_total` is the open principal of `items`; charges stand beside it.

    Empty strings and None mean "there is none"; a template that needs them is then not sent (Hole).
    """

    customer: Recipient
    entity: Sender
    currency: str
    amount_total: Money
    items: tuple[NoticeItem, ...]
    written_on: date
    reference: str
    stage: str = ""
    language: str = "en"
    charges: tuple[Charge, ...] = ()
    letter_number: str = ""
    contract_clause: str = ""
    promise_by: date | None = None
    promised_on: date | None = None
    promised_amount: Money | None = None
    paid_on: date | None = None
    paid_amount: Money | None = None
    new_deadline: date | None = None
    payment_link: str = ""
    opt_out: str = ""
    sender_name: str = ""
    sender_title: str = ""
    sender_phone: str = ""
    rep_name: str = ""
    page_link: str = ""

    @property
    def asked(self) -> tuple[NoticeItem, ...]:
        """The items that money is asked for: neither disputed nor credits."""
        return tuple(each for each in self.items if not each.disputed and each.open.minor > 0)

    @property
    def oldest_due_on(self) -> date | None:
        return min((each.due_on for each in self.asked), default=None)

    @property
    def days_past_due(self) -> int:
        """Of the oldest item asked for; below zero before it is due, 0 where nothing is asked."""
        return max((each.days_past_due for each in self.asked), default=0)

    @property
    def charges_total(self) -> Money:
        return sum((each.amount for each in self.charges), Money.zero(self.currency))

    @property
    def interest(self) -> Money | None:
        """The late interest among the charges, if there is any."""
        found = [each.amount for each in self.charges if each.kind == "interest"]
        return sum(found, Money.zero(self.currency)) if found else None

    @property
    def grand_total(self) -> Money:
        return self.amount_total + self.charges_total


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement; `balance` is the running balance after it. `kind` is an Entry kind."""

    booked_on: date
    kind: str
    reference: str
    due_on: date | None
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """A statement of account: `opening` + Σ lines = `closing` = Σ open items."""

    customer: Recipient
    entity: Sender
    currency: str
    since: date
    until: date
    opening: Money
    closing: Money
    lines: tuple[StatementLine, ...]
    items: tuple[NoticeItem, ...]
    written_on: date
    reference: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class InterestLine:
    """One step of a derivation: `principal` at `rate` per cent from `since` to `until` (both inclusive), `days` on `base`."""

    number: str
    since: date
    until: date
    days: int
    principal: Money
    rate: str
    base: str
    amount: Money
    note: str = ""


@dataclass(frozen=True, slots=True)
class InterestFacts:
    """An interest note: its lines give `interest`, with `fixed_sums` the `total`. `rule` is the law or clause in words."""

    customer: Recipient
    entity: Sender
    currency: str
    number: str
    written_on: date
    rule: str
    lines: tuple[InterestLine, ...]
    interest: Money
    total: Money
    fixed_sums: tuple[Charge, ...] = ()
    payable_until: date | None = None
    rate_source: str = ""
    language: str = "en"
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class PackPaper:
    """One paper of a hand-over pack: what it is, its number and day, and how many pages or files."""

    name: str
    number: str = ""
    on: date | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class HandOverFacts:
    """The cover sheet of a file given to a lawyer or an agency: the claim, what was done about it, and the papers with it."""

    customer: Recipient
    entity: Sender
    currency: str
    case_number: str
    written_on: date
    to: str
    items: tuple[NoticeItem, ...]
    amount_total: Money
    charges: tuple[Charge, ...] = ()
    history: tuple[tuple[date, str], ...] = ()
    papers: tuple[PackPaper, ...] = ()
    remarks: str = ""
    language: str = "en"
    sender_name: str = ""
    contacts: tuple[str, ...] = field(default=())
