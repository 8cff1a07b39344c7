"""Disputes: opening one on an open item, giving it to somebody, and its end. A dispute moves no money by itself.

Accepting may bring a credit note over the accepted part; the rest is asked for again.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Dispute, Entry, Invoice, User
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused
from receivables.services import adjustments, charges, status, work

SLA_HOURS = 40
"""Working hours until a dispute should be settled, unless the caller says otherwise: five days of eight hours."""


@transaction.atomic
def open_on(
    *,
    entry: Entry,
    reason: str,
    today: date,
    now: datetime,
    by: Actor,
    amount: Money | None = None,
    note: str = "",
    owner: User | None = None,
    department: str = "",
    sla_hours: Decimal | int = SLA_HOURS,
) -> Dispute:
    """Puts an open item, or `amount` of it, in question. The deadline counts working hours of the legal entity.

    Refuses reason_unknown, not_open, over_open (with figures), already_disputed (one open dispute per item).
    """
    posting.lock(entry.customer_id)
    disputed = checked(entry, reason, amount)
    due_at = work.due_at(entry.entity, now, sla_hours)
    with audit.line(
        "dispute.opened", by=by, now=now, subject=f"entry:{entry.pk}", entity=entry.entity, reason=reason
    ) as line:
        dispute = write(
            line, entry=entry, reason=reason, disputed=disputed, today=today, by=by, due_at=due_at, note=note,
            owner=owner, department=department,
        )  # fmt: skip
        line.subject = f"dispute:{dispute.pk}"
    return dispute


def checked(entry: Entry, reason: str, amount: Money | None) -> int:
    """What `open_on` refuses, asked under the customer's lock; answers the amount in question (minor units)."""
    if reason not in Dispute.Reason.values:
        raise Refused(
            "reason_unknown",
            _("%(reason)s is no reason for a dispute.") % {"reason": reason[:40]},
            field="reason",
        )
    disputed = _amount(entry, amount)
    if Dispute.objects.filter(entry=entry, state=Dispute.State.OPEN).exists():
        raise Refused("already_disputed", _("This item is in dispute already. Settle that dispute first."))
    return disputed


def write(
    line: audit.Line,
    *,
    entry: Entry,
    reason: str,
    disputed: int,
    today: date,
    by: Actor,
    due_at: datetime,
    note: str = "",
    owner: User | None = None,
    department: str = "",
) -> Dispute:
    """The dispute under the caller's audit line and customer lock; `disputed` is what `checked` answered."""
    dispute: Dispute = Dispute(
        entity=entry.entity, customer=entry.customer, entry=entry, currency=entry.currency, amount=disputed,
        reason=reason, note=note, owner=owner, department=department, opened_on=today, opened_at=line.now,
        opened_by=by.name, due_at=due_at, audit_seq=line.seq,
    )  # fmt: skip
    dispute.save(force_insert=True)
    line.touch("dispute", dispute.pk, entry.pk, reason, disputed, entry.currency)
    posting.stop([entry.customer])
    status.of_dispute(line, dispute, "dispute_opened", by=by)
    return dispute


@transaction.atomic
def assign(
    *, dispute: Dispute, owner: User | None, now: datetime, by: Actor, department: str = ""
) -> Dispute:
    """Gives an open dispute to a person, a department, or both. The deadline stays. Refuses state."""
    dispute = _locked(dispute)
    with audit.line(
        "dispute.assigned", by=by, now=now, subject=f"dispute:{dispute.pk}", entity=dispute.entity
    ) as line:
        line.before = {"owner": dispute.owner_id, "department": dispute.department}
        dispute.owner, dispute.department = owner, department
        line.after |= {"owner": dispute.owner_id, "department": department}
        line.stamp(dispute)
        dispute.save(update_fields=["owner", "department", "audit_seq"])
        status.of_dispute(line, dispute, "dispute_opened", by=by)
    return dispute


@transaction.atomic
def accept(
    *, dispute: Dispute, resolution: str, on: date, now: datetime, by: Actor, credit: Money | None = None
) -> Dispute:
    """The customer is right. `credit` gives up that much of the invoice by a credit note in the same transaction.

    A part of the disputed amount may be credited; the rest is owed. Refuses state, over_disputed, no_invoice,
    and what a credit note refuses.
    """
    dispute = _locked(dispute)
    invoice = Invoice.objects.filter(instalments__entry=dispute.entry).first()
    number = ""
    if credit is not None:
        _refuse_beyond(dispute, credit, invoice)
        assert invoice is not None
        invoice, number = adjustments.prepare_credit(invoice=invoice, amount=credit, on=on)
    action, subject = "dispute.accepted", f"dispute:{dispute.pk}"
    with audit.line(
        action, by=by, now=now, subject=subject, entity=dispute.entity, reason=resolution[:300]
    ) as line:
        if credit is not None and invoice is not None:
            dispute.credit_note = adjustments.write_credit(
                line, invoice=invoice, amount=credit, on=on, number=number, reason_code=f"dispute_{dispute.reason}",
                reason=resolution[:300], by=by,
            )  # fmt: skip
        if invoice is not None:
            charges.take_away(line, invoice=invoice, since=dispute.opened_on, reason="dispute", on=on, by=by)
        dispute.accept(on=max(on, dispute.opened_on), resolution=resolution)
        _close(line, dispute, by)
    return dispute


def reject(*, dispute: Dispute, resolution: str, on: date, now: datetime, by: Actor) -> Dispute:
    """The amount is owed. Refuses state and reason_missing."""
    return _end(dispute, "reject", resolution=resolution, on=on, now=now, by=by)


def withdraw(*, dispute: Dispute, resolution: str, on: date, now: datetime, by: Actor) -> Dispute:
    """The customer no longer disputes it. Refuses state and reason_missing."""
    return _end(dispute, "withdraw", resolution=resolution, on=on, now=now, by=by)


@transaction.atomic
def _end(dispute: Dispute, step: str, *, resolution: str, on: date, now: datetime, by: Actor) -> Dispute:
    if not resolution.strip():
        raise Refused(
            "reason_missing", _("Say how it was settled: the customer will ask."), field="resolution"
        )
    dispute = _locked(dispute)
    action = {"reject": "dispute.rejected", "withdraw": "dispute.withdrawn"}[step]
    subject = f"dispute:{dispute.pk}"
    with audit.line(
        action, by=by, now=now, subject=subject, entity=dispute.entity, reason=resolution.strip()[:300]
    ) as line:
        getattr(dispute, step)(on=max(on, dispute.opened_on), resolution=resolution.strip())
        _close(line, dispute, by)
    return dispute


def _close(line: audit.Line, dispute: Dispute, by: Actor) -> None:
    line.stamp(dispute)
    dispute.save()
    posting.stop([dispute.customer])
    status.of_dispute(line, dispute, "dispute_settled", by=by)


def _locked(dispute: Dispute) -> Dispute:
    posting.lock(dispute.customer_id)
    rows = Dispute.objects.select_for_update(of=("self",), no_key=True).select_related(
        "entity", "customer", "entry"
    )
    row: Dispute = rows.get(pk=dispute.pk)
    if row.state != Dispute.State.OPEN:
        raise Refused("state", _("This dispute has been settled before."), state=row.state)
    return row


def _amount(entry: Entry, amount: Money | None) -> int:
    left = posting.left_of(entry)
    if entry.amount <= 0 or left == 0:
        raise Refused("not_open", _("Nothing of this item is open, so nothing can be disputed."))
    if amount is None:
        return left
    if amount.currency != entry.currency:
        raise Refused(
            "currency_mismatch",
            _("The item is in %(currency)s.") % {"currency": entry.currency},
            field="amount",
        )
    if not 0 < amount.minor <= left:
        raise Refused(
            "over_open",
            _("Between 0 and %(left)s %(currency)s of this item can be disputed.")
            % {"left": format_plain(left, entry.currency), "currency": entry.currency},
            field="amount",
            left=left,
        )
    return amount.minor


def _refuse_beyond(dispute: Dispute, credit: Money, invoice: Invoice | None) -> None:
    if invoice is None:
        raise Refused("no_invoice", _("Only an invoice can be credited; this item has none."), field="credit")
    if credit.currency != dispute.currency or credit.minor > dispute.amount:
        raise Refused(
            "over_disputed",
            _("%(amount)s %(currency)s is in dispute; no more than that can be credited here.")
            % {"amount": format_plain(dispute.amount, dispute.currency), "currency": dispute.currency},
            field="credit",
        )
