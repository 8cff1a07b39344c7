"""What two people give up or take back: write-offs, their taking back, and the voiding of credit notes. One proposes with a
reason, nothing moves, another approves (services.changes), and only then the books hear of it. Small differences within the
matching policy need no second person; they stand in write_offs.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from receivables import posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Change, CreditNote, Invoice, WriteOff
from receivables.rules.refusals import Refused
from receivables.services import adjustments, changes, write_offs

WRITE_OFF, TAKE_BACK, VOID = "invoice.write_off", "invoice.write_off_undo", "credit_note.void"
REASONS = ("insolvency", "uncollectible", "time_barred", "settlement", "cost_of_pursuit", "other")
"""Why a debt is given up as loss; the words stand in invoice_words."""


def propose(*, invoice: Invoice, reason_code: str, reason: str, now: datetime, by: Actor) -> Change:
    """Proposes to give up everything still open of an invoice. Nothing moves until a second person approves.

    The proposal is bound to the open amount shown; if money moves meanwhile the approval is refused (stale). Refuses state,
    reason_unknown, and what `changes.propose` refuses (forbidden, reason_missing, already_open).
    """
    if reason_code not in REASONS:
        raise Refused("reason_unknown", _("Choose one of the reasons."), field="reason_code")
    write_offs.refuse_unless_open(invoice)
    amount = posting.open_amount(invoice)
    return _propose(WRITE_OFF, invoice, {"amount": amount, "reason_code": reason_code}, reason, now, by)


def propose_take_back(*, write_off: WriteOff, reason: str, now: datetime, by: Actor) -> Change:
    """Proposes that a written-off invoice lives again. Refuses already_undone, recovered, and as `propose`."""
    write_offs.refuse_unless_standing(write_off)
    proposal = {"write_off": write_off.pk, "amount": write_off.amount}
    return _propose(TAKE_BACK, write_off.invoice, proposal, reason, now, by)


def propose_void(*, note: CreditNote, reason: str, now: datetime, by: Actor) -> Change:
    """Proposes to take a wrong credit note back. Refuses already_undone, state, and as `propose`."""
    adjustments.refuse_unless_voidable(note)
    return changes.propose(
        kind=VOID,
        subject=f"credit_note:{note.pk}",
        proposal={
            "credit_note": note.pk,
            "number": note.number,
            "amount": note.gross,
            "currency": note.currency,
        },
        reason=reason,
        customer=note.customer,
        entity=note.entity,
        now=now,
        by=by,
    )


def prepare_write_off(*, change: Change, today: date) -> None:
    """Before the decision's line opens: the invoice's row lock, and a second look at what is open (state, stale)."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=change.proposal["invoice"])
    write_offs.refuse_unless_open(invoice)
    posting.refuse_closed(invoice.entity, _not_before(invoice, today))
    if posting.open_amount(invoice) != change.proposal["amount"]:
        raise Refused(
            "stale", _("The open amount has changed since this was proposed. Reject it and propose it anew.")
        )


def write_off(line: Line, *, change: Change, today: date, by: Actor) -> WriteOff:
    """Carries an approved proposal out: ISSUED or SENT → WRITTEN_OFF; the write-off names the change with both people."""
    invoice = Invoice.objects.get(pk=change.proposal["invoice"])
    return write_offs.write_whole(
        line,
        invoice=invoice,
        on=_not_before(invoice, today),
        reason_code=change.proposal["reason_code"],
        reason=change.reason,
        change=change,
    )


def prepare_take_back(*, change: Change, today: date) -> None:
    """A second look before the decision's line opens: already_undone, recovered, period_closed."""
    row = WriteOff.objects.select_related("invoice__entity").get(pk=change.proposal["write_off"])
    Invoice.objects.select_for_update(no_key=True).get(pk=row.invoice_id)
    write_offs.refuse_unless_standing(row)
    posting.refuse_closed(row.invoice.entity, max(today, row.written_off_on))


def take_back(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """Carries an approved taking back out: WRITTEN_OFF → SENT (or ISSUED, where it was never sent)."""
    row = WriteOff.objects.select_related("invoice", "entry").get(pk=change.proposal["write_off"])
    write_offs.write_undone(line, write_off=row, on=today, reason=change.reason, change=change)


def prepare_void(*, change: Change, today: date) -> None:
    """A second look before the decision's line opens: already_undone, state, period_closed."""
    note = CreditNote.objects.select_related("entity", "invoice").get(pk=change.proposal["credit_note"])
    adjustments.refuse_unless_voidable(note)
    posting.refuse_closed(note.entity, max(today, note.issued_on))


def void(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """Carries an approved voiding out: the credit note is closed by its opposite entry, the invoice is open again."""
    note = CreditNote.objects.select_related("entry", "customer").get(pk=change.proposal["credit_note"])
    adjustments.write_void(line, note=note, on=today, reason=change.reason)


def waiting(invoice: Invoice) -> list[Change]:
    """Proposals about an invoice and its credit notes that nobody has decided yet, oldest first."""
    subjects = [
        f"invoice:{invoice.pk}",
        *(f"credit_note:{pk}" for pk in invoice.credit_notes.values_list("pk", flat=True)),
    ]
    found = Change.objects.open().filter(kind__in=[WRITE_OFF, TAKE_BACK, VOID], subject__in=subjects)
    return list(found.select_related("requested_by").order_by("pk"))


def _propose(
    kind: str, invoice: Invoice, proposal: dict[str, Any], reason: str, now: datetime, by: Actor
) -> Change:
    return changes.propose(
        kind=kind,
        subject=f"invoice:{invoice.pk}",
        proposal={"invoice": invoice.pk, "number": invoice.number, "currency": invoice.currency, **proposal},
        reason=reason,
        customer=invoice.customer,
        entity=invoice.entity,
        now=now,
        by=by,
    )


def _not_before(invoice: Invoice, today: date) -> date:
    assert invoice.invoice_on is not None
    return max(today, invoice.invoice_on)
