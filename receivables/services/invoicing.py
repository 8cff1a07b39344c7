"""Issuing: the moment a request becomes a debt. Takes the gap-free number, freezes the snapshot, writes the entries.

Also the way in for invoices that were issued elsewhere (imports): they keep their own number and enter as SENT.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, Entry, Instalment, Invoice, LegalEntity, NumberSeries
from receivables.rules import terms as terms_rules
from receivables.rules.business_days import Calendar
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import status


@transaction.atomic
def issue(*, invoice: Invoice, on: date, now: datetime, by: Actor, series: str = "INV") -> Invoice:
    """APPROVED → ISSUED, dated `on`, under the next number of the entity's series.

    1. locks customer, invoice and series; 2. number, snapshot, instalments; 3. one entry per instalment (none for zero,
    which is PAID at once). Refuses state and period_closed. Numbers follow the order of issuing, dates are those of the
    documents.
    """
    posting.lock(invoice.customer_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.state != Invoice.State.APPROVED:
        raise Refused(
            "state",
            _("Only an approved request can be issued; this one is %(state)s.") % {"state": invoice.state},
        )
    posting.refuse_closed(invoice.entity, on)
    number = take_number(invoice.entity, series)
    subject = f"invoice:{invoice.pk}"
    with audit.line("invoice.issued", by=by, now=now, subject=subject, entity=invoice.entity) as line:
        invoice.issue(number=number, on=on, at=now, snapshot=snapshot(invoice))
        line.after |= {"number": number, "gross": invoice.gross, "currency": invoice.currency}
        if invoice.gross == 0:
            invoice.pay()
        line.stamp(invoice)
        invoice.save()
        write_instalments(line, invoice)
        posting.stop([invoice.customer])
        status.of_invoice(line, invoice, "invoice_issued", by=by)
    return invoice


def take_number(entity: LegalEntity, series: str) -> str:
    """The next number of a series, under its row's lock: no gap, no double, in this transaction or not at all."""
    row, _created = NumberSeries.objects.select_for_update(no_key=True).get_or_create(
        entity=entity, code=series, defaults={"prefix": f"{entity.code}-{series}-"}
    )
    NumberSeries.objects.filter(pk=row.pk).update(last_number=F("last_number") + 1)
    row.refresh_from_db(fields=["last_number"])
    return f"{row.prefix}{row.last_number:0{row.width}d}"


def snapshot(invoice: Invoice) -> dict[str, Any]:
    """Names, addresses and tax ids of both sides as they are on the day of issue."""
    entity, customer = invoice.entity, invoice.customer
    return {
        "seller": {
            "name": entity.name,
            "tax_id": entity.tax_id,
            "country": entity.country,
            "address": entity.address,
        },
        "buyer": {
            "name": customer.legal_name,
            "code": customer.code,
            "tax_id": customer.tax_id,
            "country": customer.country,
            "address": customer.address,
        },
        "lines": list(
            invoice.lines.values("position", "description", "quantity", "unit_price", "net", "tax_bp", "tax")
        ),
    }


def write_instalments(line: Line, invoice: Invoice) -> list[Instalment]:
    """One instalment and entry per due date of the invoice's terms; no entry when the amount is zero."""
    assert invoice.invoice_on is not None
    gross = Money(invoice.gross, invoice.currency)
    terms = terms_rules.Terms.from_json(invoice.terms)
    calendar = Calendar(invoice.customer.country or invoice.entity.country)
    early = terms_rules.discount(terms, invoice.invoice_on, gross, tax=Money(invoice.tax, invoice.currency))
    dues = terms_rules.schedule(terms, invoice.invoice_on, gross, calendar)
    return [
        write_instalment(
            line, invoice, position, due.due_on, due.amount.minor, early if len(dues) == 1 else None
        )
        for position, due in enumerate(dues, start=1)
    ]


def write_instalment(
    line: Line,
    invoice: Invoice,
    position: int,
    due_on: date | None,
    amount: int,
    early: terms_rules.Discount | None = None,
    booked_on: date | None = None,
) -> Instalment:
    """One due date of an invoice with its ledger entry, under an open audit line."""
    assert invoice.invoice_on is not None
    entry = None
    if amount:
        entry = posting.enter(
            line,
            entity=invoice.entity,
            customer=invoice.customer,
            kind=Entry.Kind.INVOICE,
            currency=invoice.currency,
            amount=amount,
            booked_on=booked_on or invoice.invoice_on,
            document_on=invoice.invoice_on,
            due_on=due_on,
            reference=invoice.number or "",
        )
    return Instalment.objects.create(
        invoice=invoice,
        position=position,
        due_on=due_on,
        amount=amount,
        entry=entry,
        discount_until=early.valid_until if early else None,
        discount_amount=early.amount.minor if early else 0,
    )


@transaction.atomic
def record_issued(
    *,
    entity: LegalEntity,
    customer: Customer,
    number: str,
    amount: Money,
    invoice_on: date,
    due_on: date | None,
    now: datetime,
    by: Actor,
    terms: dict[str, Any] | None = None,
    tax: int = 0,
) -> Invoice:
    """An invoice issued elsewhere: enters SENT under its own number (external series, no gap rule; DECISIONS 3).

    With `terms` its instalments follow them and `due_on` is ignored. Refuses a number used before at the entity (duplicate).
    """
    posting.lock(customer.pk)
    if Invoice.objects.filter(entity=entity, number=number).exists():
        raise Refused(
            "duplicate", _("Invoice %(number)s exists already.") % {"number": number}, field="number"
        )
    with audit.line(
        "invoice.recorded", by=by, now=now, subject=f"invoice:{number}"[:80], entity=entity
    ) as line:
        invoice: Invoice = Invoice(
            entity=entity,
            customer=customer,
            number=number,
            external=True,
            invoice_on=invoice_on,
            currency=amount.currency,
            net=amount.minor - tax,
            tax=tax,
            gross=amount.minor,
            terms=terms or {},
            created_at=now,
            issued_at=now,
            sent_at=now,
            audit_seq=line.seq,
            state=Invoice.State.SENT if amount.minor else Invoice.State.PAID,
        )
        invoice.save(force_insert=True)
        line.touch("invoice", invoice.pk, number, amount.minor, amount.currency)
        if terms:
            write_instalments(line, invoice)
        else:
            write_instalment(line, invoice, 1, due_on, amount.minor)
    return invoice
