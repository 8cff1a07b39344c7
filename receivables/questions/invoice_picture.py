"""Everything one invoice's page shows, as a frozen picture of a day: the balance and its parts, instalments with their age,
what settled what, deliveries, and what waits for somebody. Questions only; who may see the invoice was asked before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from receivables.models import Allocation, Audit, Change, Dispute, Entry, Instalment, Invoice
from receivables.rules.aging import Buckets, days_past_due
from receivables.services import losses

_BUCKETS = Buckets.default()
PARTS = ("credits", "payments", "discounts", "write_offs")
_PART_OF = {
    Entry.Kind.CREDIT_NOTE: "credits",
    Entry.Kind.WRITE_OFF: "write_offs",
    Entry.Kind.DISCOUNT: "discounts",
}


@dataclass(frozen=True)
class Settlement:
    """One allocation in force: what settled how much. `document` is the credit note, payment or write-off behind it."""

    allocation: Allocation
    part: str
    document: Any
    amount: int
    on: date
    undoable: bool


@dataclass(frozen=True)
class Due:
    """One instalment as of today, minor units. `age` 0 (not due) to 4 (over 90 days) is its place on the aging scale."""

    instalment: Instalment
    amount: int
    left: int
    days: int | None
    age: int
    replaced: bool

    @property
    def settled(self) -> int:
        return self.amount - self.left


@dataclass(frozen=True)
class Balance:
    """original - credits - payments - discounts - write-offs + charges = open, in minor units. `ledger` is the second
    opinion: what the entries themselves say is left; `difference` must be 0."""

    original: int
    credits: int
    payments: int
    discounts: int
    write_offs: int
    charges: int
    ledger: int

    @property
    def open_amount(self) -> int:
        return self.original - self.credits - self.payments - self.discounts - self.write_offs + self.charges

    @property
    def difference(self) -> int:
        return self.open_amount - self.ledger


@dataclass(frozen=True)
class Picture:
    """The invoice and all that stands around it."""

    invoice: Invoice
    today: date
    balance: Balance
    dues: Sequence[Due]
    settlements: Sequence[Settlement]
    credit_notes: Sequence[Any]
    write_offs: Sequence[Any]
    dispatches: Sequence[Any]
    disputes: Sequence[Dispute]
    work: Sequence[Any]
    waiting: Sequence[Change]
    events: Sequence[Audit]
    copies: Sequence[Invoice] = field(default=())

    @property
    def due_on(self) -> date | None:
        """The first due date with something open, else the last."""
        dated = [due for due in self.dues if due.instalment.due_on]
        unsettled = [due.instalment.due_on for due in dated if due.left]
        return min((d for d in unsettled if d), default=None) or max(
            (d.instalment.due_on for d in dated if d.instalment.due_on), default=None
        )

    @property
    def days_past_due(self) -> int:
        """Of the oldest open instalment; 0 when nothing is overdue."""
        return max((due.days or 0 for due in self.dues if due.left), default=0) if self.overdue else 0

    @property
    def overdue(self) -> int:
        """Minor units due before today."""
        return sum(due.left for due in self.dues if due.days is not None and due.days > 0)

    @property
    def disputed(self) -> int:
        """Minor units in question, never more than what is open."""
        asked = sum(dispute.amount for dispute in self.disputes if dispute.state == Dispute.State.OPEN)
        return min(asked, max(self.balance.ledger, 0))

    @property
    def receipt(self) -> Any:
        """The dispatch whose receipt the customer confirmed, the first of them; None as long as nobody did."""
        confirmed = [row for row in self.dispatches if row.received_at]
        return min(confirmed, key=lambda row: row.received_at) if confirmed else None

    @property
    def settled_on(self) -> date | None:
        """The day the last settlement took effect, for an invoice with nothing open."""
        return max((each.on for each in self.settlements), default=None) if not self.balance.ledger else None


def of(invoice: Invoice, *, today: date) -> Picture:
    """The picture of an invoice as of today, in a fixed number of queries whatever its size."""
    dues = _dues(invoice, today)
    settlements = _settlements(invoice)
    notes = list(invoice.credit_notes.select_related("entry", "void").order_by("issued_on", "pk"))
    given_up = list(
        invoice.write_offs.select_related(
            "entry", "undone", "change__requested_by", "change__decided_by"
        ).order_by("pk")
    )
    disputes = list(
        Dispute.objects.filter(entry__instalment__invoice=invoice)
        .select_related("owner", "credit_note")
        .order_by("-opened_on", "-pk")
    )
    return Picture(
        invoice=invoice,
        today=today,
        balance=_balance(invoice, dues, settlements),
        dues=dues,
        settlements=settlements,
        credit_notes=notes,
        write_offs=given_up,
        dispatches=list(invoice.dispatches.select_related("contact").order_by("-posted_at", "-pk")),
        disputes=disputes,
        work=list(invoice.work_items.select_related("assignee").order_by("opened_at", "pk")),
        waiting=losses.waiting(invoice),
        events=events(
            invoice, settlements, [note.pk for note in notes], [dispute.pk for dispute in disputes]
        ),
        copies=list(invoice.copies.order_by("pk")),
    )


def _dues(invoice: Invoice, today: date) -> list[Due]:
    rows = list(invoice.instalments.select_related("entry").order_by("position"))
    moved = any(row.entry and row.entry.kind == Entry.Kind.RESCHEDULE for row in rows)
    found = []
    for row in rows:
        left = row.entry.amount - row.entry.allocated if row.entry else 0
        days = days_past_due(row.due_on, today) if row.due_on else None
        age = _BUCKETS.buckets.index(_BUCKETS.bucket_of(row.due_on, today)) if row.due_on else 0
        original = bool(row.entry and row.entry.kind != Entry.Kind.RESCHEDULE)
        found.append(Due(row, row.amount, left, days, age, replaced=moved and original and not left))
    return found


def _settlements(invoice: Invoice) -> list[Settlement]:
    rows = (
        Allocation.objects.in_force()
        .filter(debit__instalment__invoice=invoice)
        .exclude(credit__kind=Entry.Kind.RESCHEDULE)
        .select_related("credit__payment", "credit__credit_note", "credit__write_off")
        .order_by("booked_on", "pk")
    )
    found = []
    for row in rows:
        part = _PART_OF.get(row.credit.kind, "payments")
        name = {"credits": "credit_note", "payments": "payment"}.get(part, "write_off")
        found.append(
            Settlement(
                row, part, getattr(row.credit, name, None), row.amount, row.booked_on, part == "payments"
            )
        )
    return found


def _balance(invoice: Invoice, dues: Sequence[Due], settlements: Sequence[Settlement]) -> Balance:
    sums: dict[str, int] = defaultdict(int)
    for each in settlements:
        sums[each.part] += each.amount
    return Balance(
        original=invoice.gross,
        charges=0,
        ledger=sum(due.left for due in dues) if invoice.number else invoice.gross,
        **{part: sums[part] for part in PARTS},
    )


def events(
    invoice: Invoice, settlements: Sequence[Settlement], notes: Sequence[int], disputes: Sequence[int]
) -> list[Audit]:
    """The audit lines that touched the invoice or its documents, newest first, at most 200."""
    subjects = [
        f"invoice:{invoice.pk}",
        *(f"credit_note:{pk}" for pk in notes),
        *(f"dispute:{pk}" for pk in disputes),
    ]
    by_seq = set(
        Allocation.objects.filter(debit__instalment__invoice=invoice).values_list("audit_seq", flat=True)
    )
    by_seq |= {row.audit_seq for row in Entry.objects.filter(instalment__invoice=invoice)}
    if invoice.number:
        subjects.append(f"invoice:{invoice.number}"[:80])
    mine = Q(subject__in=subjects, entity=invoice.entity_id) | Q(seq__in=by_seq)
    if invoice.copied_from_id:
        mine |= Q(subject=f"invoice:{invoice.copied_from_id}", action="invoice.reissued")
    return list(Audit.objects.filter(mine).order_by("-seq")[:200])
