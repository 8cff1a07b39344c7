"""The only hand that writes entries and allocations. Verbs call it with their open audit line, after `lock`.

It checks what the database would refuse anyway, so that callers hear a reason with figures; the constraints remain the wall.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from receivables.audit import Line
from receivables.models import Allocation, Customer, Entry, Invoice, LegalEntity, PeriodLock
from receivables.models.ledger import LARGEST
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused

FIRST_DAY = date(1970, 1, 1)
AHEAD = timedelta(days=366)
"""How far before its day something may be entered: a post-dated cheque, but not the year 9999."""


def lock(*customer_ids: int) -> list[Customer]:
    """Row locks on the customers, in order of id: all that moves on their accounts waits. Take before the audit line opens.

    NO KEY, here and everywhere: rows that only refer to a locked one, such as an import's entries, need not wait for it while
    they hold the chain (ADR 3)."""
    return list(
        Customer.objects.select_for_update(no_key=True).filter(pk__in=set(customer_ids)).order_by("pk")
    )


def locked_until(entity: LegalEntity) -> date | None:
    """Last closed day of the entity's books, or None."""
    latest = PeriodLock.objects.filter(entity=entity).order_by("-audit_seq").first()
    return latest.until if latest else None


def refuse_closed(entity: LegalEntity, booked_on: date) -> None:
    """Refuses to book into a closed period (period_closed)."""
    until = locked_until(entity)
    if until is not None and booked_on <= until:
        raise Refused(
            "period_closed",
            _("The books of %(entity)s are closed until %(until)s; %(day)s lies before. Choose a later day.")
            % {"entity": entity.name, "until": until.isoformat(), "day": booked_on.isoformat()},
            field="booked_on",
        )


def first_open_day(entity: LegalEntity, on: date) -> date:
    """The day itself, or the first after the closed period: imported cash is booked there and keeps its value date."""
    until = locked_until(entity)
    return on if until is None or on > until else date.fromordinal(until.toordinal() + 1)


def _closed_until(line: Line, entity_id: int) -> date | None:
    """Asked once per line: under the chain's lock no period can be closed meanwhile, so the answer holds until commit."""
    if entity_id not in line.closed:
        latest = PeriodLock.objects.filter(entity_id=entity_id).order_by("-audit_seq").first()
        line.closed[entity_id] = latest.until if latest else None
    return line.closed[entity_id]


def _open_day(line: Line, entity_id: int, day: date) -> date:
    until = _closed_until(line, entity_id)
    return day if until is None or day > until else until + timedelta(days=1)


def enter(
    line: Line,
    *,
    entity: LegalEntity,
    customer: Customer,
    kind: str,
    currency: str,
    amount: int,
    booked_on: date,
    reference: str,
    document_on: date | None = None,
    due_on: date | None = None,
) -> Entry:
    """Writes one entry: signed minor units, + owed to us, - credited. Refuses period_closed, whoever calls, a day that nobody
    can mean (date_out_of_range) and more than the books hold (amount_out_of_range)."""
    _refuse_beyond_reason(amount, booked_on, line.now.date())
    until = _closed_until(line, entity.pk)
    if until is not None and booked_on <= until:
        refuse_closed(entity, booked_on)
    entry = Entry(
        entity=entity,
        customer=customer,
        kind=kind,
        currency=currency,
        amount=amount,
        booked_on=booked_on,
        document_on=document_on or booked_on,
        due_on=due_on,
        reference=reference,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    entry.save(force_insert=True)
    line.touch("entry", entry.pk, kind, customer.pk, currency, amount, booked_on)
    line.tell("entries", entry.pk, str(kind), reference, amount, currency)
    return entry


def allocate(
    line: Line, *, debit: Entry, credit: Entry, amount: int, not_before: date | None = None, reason: str = ""
) -> Allocation:
    """Settles `amount` of a debit with a credit, booked on the later of the two entries (or `not_before`, if later still).

    Where either side was settled by something that was taken back since, it is booked on the day that became free: on no day
    is anything settled twice. In a closed period it is booked on the first open day instead: old cash must still find its
    invoice. Refuses over_allocated with the figures, wrong_side and crosses when the pair does not belong together.
    """
    _belong_together(debit, credit)
    _raise_counter(debit, amount)
    _raise_counter(credit, amount)
    later = max(debit.booked_on, credit.booked_on, *([not_before] if not_before else []))
    later = max(later, *(_free_from(entry, amount) or later for entry in (debit, credit)))
    booked_on = _open_day(line, debit.entity_id, later)
    row = Allocation(
        debit=debit,
        credit=credit,
        amount=amount,
        booked_on=booked_on,
        reason=reason,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("allocation", row.pk, debit.pk, credit.pk, amount, booked_on)
    line.tell("allocations", row.pk, debit.pk, credit.pk, amount)
    return row


def _free_from(entry: Entry, amount: int) -> date | None:
    """The day from which `amount` of an entry is free for good; None when it always was. Call before the new row is written."""
    room, settled = abs(entry.amount) - amount, 0
    taken, found = False, None
    rows = Allocation.objects.filter(Q(debit=entry) | Q(credit=entry)).order_by().values_list("booked_on")
    for day, moved in rows.annotate(moved=Sum("amount")).order_by("booked_on"):
        settled += moved
        if settled <= room and taken:
            found = day
        taken = settled > room
    return found


def undo(line: Line, allocation: Allocation, *, on: date, reason: str) -> Allocation:
    """The opposite row: takes an allocation back, effective `on` but never before it was made. Refuses already_undone."""
    if allocation.amount < 0 or Allocation.objects.filter(reverses=allocation).exists():
        raise Refused("already_undone", _("This allocation has been undone before."))
    row = Allocation(
        debit_id=allocation.debit_id,
        credit_id=allocation.credit_id,
        amount=-allocation.amount,
        booked_on=_open_day(line, allocation.debit.entity_id, max(allocation.booked_on, on)),
        reverses=allocation,
        reason=reason,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    touched = Entry.objects.filter(pk__in=[allocation.debit_id, allocation.credit_id])
    touched.update(allocated=F("allocated") - allocation.amount)
    line.touch("allocation", row.pk, row.debit_id, row.credit_id, row.amount, row.booked_on)
    line.tell("allocations", row.pk, row.debit_id, row.credit_id, row.amount)
    return row


def undo_all(line: Line, allocations: Iterable[Allocation], *, on: date, reason: str) -> list[Allocation]:
    """Takes back every allocation still in force among those given; returns the opposite rows."""
    return [undo(line, each, on=on, reason=reason) for each in allocations]


def left_of(entry: Entry) -> int:
    """What is left of an entry now, without sign, from a fresh look at its counter (minor units)."""
    amount, allocated = Entry.objects.values_list("amount", "allocated").get(pk=entry.pk)
    return abs(amount) - allocated


def settle(line: Line, debits: Iterable[Entry]) -> list[Invoice]:
    """Moves the invoices of these debits to PAID or back, by what is open now. Returns the invoices that moved."""
    ids = [entry.pk for entry in debits]
    # PostgreSQL refuses FOR UPDATE with DISTINCT: the ids come first, then the locked rows.
    pks = set(Invoice.objects.filter(instalments__entry_id__in=ids).values_list("pk", flat=True))
    rows = Invoice.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    return [invoice for invoice in rows if _follow_the_money(line, invoice)]


def _follow_the_money(line: Line, invoice: Invoice) -> bool:
    open_now = open_amount(invoice)
    states = Invoice.State
    if open_now == 0 and invoice.state in (states.ISSUED, states.SENT):
        (invoice.write_off if _given_up(invoice) else invoice.pay)()
    elif open_now > 0 and invoice.state == states.PAID:
        (invoice.reopen if invoice.sent_at else invoice.reopen_unsent)()
    elif open_now > 0 and invoice.state == states.WRITTEN_OFF:
        (invoice.revive if invoice.sent_at else invoice.revive_unsent)()
    else:
        return False
    line.stamp(invoice)
    invoice.save(update_fields=["state", "audit_seq"])
    return True


def _given_up(invoice: Invoice) -> bool:
    """Whether two people gave up part of it as loss: when the rest is settled again it is written off as before, not paid."""
    losses = invoice.write_offs.filter(change__isnull=False, undone__isnull=True)
    return bool(losses.exclude(reason_code="overpayment").exists())


def open_amount(invoice: Invoice) -> int:
    """What is open of an invoice now, over all its instalments (minor units)."""
    pairs = Entry.objects.filter(instalment__invoice=invoice).values_list("amount", "allocated")
    return sum(amount - allocated for amount, allocated in pairs)


def stop(customers: Iterable[Customer]) -> None:
    """Raises the customers' stop version: whatever was rendered for them before must be looked at again."""
    Customer.objects.filter(pk__in=[c.pk for c in customers]).update(stop_version=F("stop_version") + 1)


def _refuse_beyond_reason(amount: int, booked_on: date, today: date) -> None:
    if abs(amount) > LARGEST:
        raise Refused(
            "amount_out_of_range", _("The amount is larger than the books can hold."), field="amount"
        )
    if not FIRST_DAY <= booked_on <= today + AHEAD:
        raise Refused(
            "date_out_of_range",
            _("%(day)s is too far away: nothing is booked more than a year ahead or before 1970.")
            % {"day": booked_on.isoformat()},
            field="booked_on",
        )


def _belong_together(debit: Entry, credit: Entry) -> None:
    if debit.amount <= 0 or credit.amount >= 0:
        raise Refused("wrong_side", _("Only a credit can settle a debit."))
    same = (debit.entity_id, debit.customer_id, debit.currency) == (
        credit.entity_id,
        credit.customer_id,
        credit.currency,
    )
    if not same:
        raise Refused("crosses", _("An allocation never crosses customer, legal entity or currency."))


def _raise_counter(entry: Entry, amount: int) -> None:
    left = left_of(entry)
    if amount <= 0 or amount > left:
        raise Refused(
            "over_allocated",
            _("%(wanted)s cannot be allocated: %(left)s is left of %(reference)s.")
            % {
                "wanted": format_plain(amount, entry.currency),
                "left": format_plain(left, entry.currency),
                "reference": entry.reference,
            },
            field="amount",
            wanted=amount,
            left=left,
        )
    Entry.objects.filter(pk=entry.pk).update(allocated=F("allocated") + amount)
