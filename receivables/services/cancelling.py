"""How an invoice is emptied when it is taken back: what had settled it is freed, and credit notes settle it instead.

It writes under an open audit line and decides nothing: whether an invoice may be cancelled stands in adjustments.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from receivables import posting
from receivables.audit import Line
from receivables.models import Allocation, Entry, Invoice
from receivables.rules.refusals import Refused
from receivables.services import write_offs

NO_MONEY = (Entry.Kind.CREDIT_NOTE, Entry.Kind.RESCHEDULE)
"""Kinds that settle an instalment without money: they stay when an invoice is cancelled."""


def settle_oldest(line: Line, invoice: Invoice, credit: Entry) -> list[Entry]:
    """Settles the invoice's open instalments with what is left of a credit, oldest due first; returns the debits touched."""
    left, touched = posting.left_of(credit), []
    for debit in Entry.objects.filter(instalment__invoice=invoice).order_by("due_on", "pk"):
        amount = min(left, debit.amount - debit.allocated)
        if amount > 0:
            posting.allocate(line, debit=debit, credit=credit, amount=amount, reason="credit_note")
            touched.append(debit)
            left -= amount
    return touched


def free(line: Line, invoice: Invoice, on: date) -> list[Allocation]:
    """Takes back discounts and small differences by their opposite entries, and what money had settled; returns the latter.

    A discount that were only freed would stay on the account as credit that nobody ever paid. Refuses recovered.
    """
    given_up = invoice.write_offs.filter(undone__isnull=True).exclude(reason_code="overpayment")
    for row in given_up.select_related("invoice", "entry").order_by("pk"):
        write_offs.write_opposite(line, write_off=row, on=on, reason="cancelled")
    by_money = Allocation.objects.in_force().filter(debit__instalment__invoice=invoice)
    freed = list(by_money.exclude(credit__kind__in=NO_MONEY).select_related("debit", "credit").order_by("pk"))
    posting.undo_all(line, freed, on=on, reason="cancelled")
    return freed


def fill(line: Line, invoice: Invoice, freed: Sequence[Allocation], on: date) -> None:
    """Leaves nothing open: the invoice's own credit notes first, oldest first; where one has been used up for other items, the
    money that was freed."""
    for note in invoice.credit_notes.filter(void__isnull=True).select_related("entry").order_by("pk"):
        settle_oldest(line, invoice, note.entry)
    for each in freed:
        amount = min(each.amount, posting.left_of(each.debit), posting.left_of(each.credit))
        if amount > 0:
            posting.allocate(
                line, debit=each.debit, credit=each.credit, amount=amount, not_before=on, reason="cancelled"
            )


def reclaim(line: Line, debits: Sequence[Entry], on: date) -> list[Entry]:
    """Where money is gone that had settled a cancelled invoice, its own credit notes come back from the items they were used
    for: the debt is with those. Returns the debits opened by it. Refuses bound where a credit note has moved on for good."""
    cancelled = Invoice.objects.filter(
        instalments__entry__in=debits, state=Invoice.State.CANCELLED
    ).distinct()
    opened: list[Entry] = []
    for invoice in cancelled.order_by("pk"):
        elsewhere = Allocation.objects.in_force().filter(
            credit__credit_note__invoice=invoice, debit__kind__in=(Entry.Kind.INVOICE, Entry.Kind.RESCHEDULE)
        )
        elsewhere = elsewhere.exclude(debit__instalment__invoice=invoice).select_related("debit", "credit")
        for each in elsewhere.order_by("pk"):
            missing = posting.open_amount(invoice)
            if not missing:
                break
            posting.undo(line, each, on=on, reason="reclaimed")
            settle_oldest(line, invoice, each.credit)
            rest = min(each.amount, posting.left_of(each.credit))
            if rest:
                posting.allocate(
                    line, debit=each.debit, credit=each.credit, amount=rest, not_before=on, reason="reclaimed"
                )
            opened.append(each.debit)
        if posting.open_amount(invoice):
            raise Refused(
                "bound",
                _(
                    "This money settled the cancelled invoice %(invoice)s, whose credit is used up. Free that first."
                )
                % {"invoice": invoice},
            )
    return opened
