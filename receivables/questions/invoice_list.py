"""Which invoices a list shows, and what they come to per currency, with the proof that the rows tie to the ledger.

Questions only. Whose rows a person may see is applied first (`for_user`), so list, sums and export cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from receivables.models import Allocation, CustomerProfile, Dispute, Entry, Instalment, Invoice, User

FAR = date(9999, 12, 31)
SORTS: Mapping[str, str] = {"issued": "issued_key", "due": "due_key", "amount": "gross", "open": "open_now"}
_KINDS = (Entry.Kind.INVOICE, Entry.Kind.OPENING)


@dataclass(frozen=True)
class Wanted:
    """The filters as given in the address; an empty one does not filter. Dates are inclusive."""

    state: str = ""
    overdue: str = ""
    customer: int | None = None
    entity: int | None = None
    rep: int | None = None
    currency: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    q: str = ""


@dataclass(frozen=True)
class Total:
    """One currency of what is filtered, minor units. `open_amount` counts what the entries say is left;
    `invoiced - settled` counts the invoices' entries and every allocation row: the two must be equal."""

    currency: str
    count: int
    invoiced: int
    settled: int
    open_amount: int

    @property
    def difference(self) -> int:
        return self.invoiced - self.settled - self.open_amount


def find(user: User, wanted: Wanted, *, today: date) -> "QuerySet[Any]":
    """The invoices a person may see that meet every filter. Without a state: those that are issued."""
    rows: QuerySet[Any] = Invoice.objects.for_user(user)
    rows = rows.filter(state=wanted.state) if wanted.state else rows.filter(number__isnull=False)
    exact = {"customer_id": wanted.customer, "entity_id": wanted.entity, "currency": wanted.currency or None}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    spans = {"invoice_on__gte": wanted.issued_from, "invoice_on__lte": wanted.issued_to}
    rows = rows.filter(**{name: value for name, value in spans.items() if value is not None})
    if wanted.rep is not None:
        mine = CustomerProfile.objects.filter(
            customer=OuterRef("customer"), entity=OuterRef("entity"), rep=wanted.rep, valid_to__isnull=True
        )
        rows = rows.filter(Exists(mine))
    if wanted.overdue in ("yes", "no"):
        late = Exists(late_parts(today))
        rows = rows.filter(late) if wanted.overdue == "yes" else rows.filter(~late)
    dues = {"due_on__gte": wanted.due_from, "due_on__lte": wanted.due_to}
    dues = {name: value for name, value in dues.items() if value is not None}
    if dues:
        rows = rows.filter(Exists(Instalment.objects.filter(invoice=OuterRef("pk"), **dues)))
    return _search(rows, wanted.q.strip())


def _search(rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
    if not text:
        return rows
    return rows.filter(
        Q(number__icontains=text)
        | Q(customer__legal_name__icontains=text)
        | Q(customer__code__iexact=text)
        | Q(po_number__iexact=text)
        | Q(order_ref__iexact=text)
        | Q(contract_ref__iexact=text)
    )


def late_parts(today: date) -> "QuerySet[Any]":
    """Instalments of the outer invoice that are due before today with something open."""
    return Instalment.objects.filter(
        invoice=OuterRef("pk"), due_on__lt=today, entry__amount__gt=F("entry__allocated")
    )


def with_figures(rows: "QuerySet[Any]", *, today: date) -> "QuerySet[Any]":
    """Adds `open_now`, `due_on` (of the first open instalment, else the last), `late`, `disputed`, and the sort keys."""
    parts = Instalment.objects.filter(invoice=OuterRef("pk"))
    unsettled = parts.filter(entry__amount__gt=F("entry__allocated"), due_on__isnull=False).order_by("due_on")
    left = Entry.objects.filter(instalment__invoice=OuterRef("pk")).order_by().values("instalment__invoice")
    sums = left.annotate(s=Sum(F("amount") - F("allocated"))).values("s")
    first, last = unsettled.values("due_on")[:1], parts.order_by("-due_on").values("due_on")[:1]
    open_disputes = Dispute.objects.filter(
        entry__instalment__invoice=OuterRef("pk"), state=Dispute.State.OPEN
    )
    figured: QuerySet[Any] = rows.annotate(
        open_now=Coalesce(
            Subquery(sums, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField()
        ),
        due_on=Coalesce(Subquery(first), Subquery(last)),
        due_key=Coalesce(Subquery(first), Subquery(last), Value(FAR)),
        issued_key=Coalesce(F("invoice_on"), Value(FAR)),
        late=Exists(late_parts(today)),
        disputed=Exists(open_disputes),
    ).select_related("customer", "entity")
    return figured


def totals(rows: "QuerySet[Any]") -> list[Total]:
    """What the filtered invoices come to, per currency and never across, with both ways of counting what is open."""
    ids = rows.order_by().values("pk")
    counts = rows.order_by().values("currency").annotate(n=Sum(Value(1)), gross=Sum("gross"))
    mine = Entry.objects.filter(instalment__invoice__in=ids).order_by()
    moved = Case(
        When(kind=Entry.Kind.RESCHEDULE, then=F("amount")), default=Value(0), output_field=BigIntegerField()
    )
    first = Case(When(kind__in=_KINDS, then=F("amount")), default=Value(0), output_field=BigIntegerField())
    entries = {
        row["currency"]: row
        for row in mine.values("currency").annotate(
            invoiced=Sum(first), moved=Sum(moved), left=Sum(F("amount") - F("allocated"))
        )
    }
    settled = dict(
        Allocation.objects.filter(debit__instalment__invoice__in=ids)
        .order_by()
        .values_list("debit__currency")
        .annotate(s=Sum("amount"))
    )
    nothing = {"invoiced": 0, "moved": 0, "left": 0}
    found = []
    for row in counts.order_by("currency"):
        code = row["currency"]
        of = entries.get(code, nothing)
        by_rows = int(settled.get(code, 0)) - int(of["moved"])
        invoiced = int(of["invoiced"]) if code in entries else 0
        found.append(Total(code, int(row["n"]), invoiced, by_rows, int(of["left"])))
    return found
