"""Blocks: not to ask a customer, about an item, or by a contact, for a reason and until a day; and their release before it."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import DunningBlock
from receivables import access, audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Contact, Customer, Entry, LegalEntity
from receivables.rules import text_hygiene
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused

Reason = DunningBlock.Reason
HARD = frozenset({Reason.INSOLVENCY, Reason.LEGAL, Reason.DO_NOT_CONTACT})
"""Lifted only by somebody who holds block.release."""
IN_FLIGHT_DAYS = 14
"""A payment on its way arrives or fails within so many days."""


@transaction.atomic
def place(
    *,
    customer: Customer,
    reason: str,
    today: date,
    now: datetime,
    by: Actor,
    until_on: date | None = None,
    note: str = "",
    entity: LegalEntity | None = None,
    entry: Entry | None = None,
    contact: Contact | None = None,
    amount: int | None = None,
) -> DunningBlock:
    """Asks for nothing from today up to `until_on`, that day included (empty: until somebody releases it).

    It covers the customer (at one entity, or all), one item, or one contact. A payment in flight names item, amount in minor
    units and an end. Refuses reason_unknown, note_missing, date_past, crosses, over_open, amount_unneeded, end_missing.
    """
    if reason not in Reason.values:
        raise Refused("reason_unknown", _("Choose one of the listed reasons."), field="reason")
    posting.lock(customer.pk)
    note = text_hygiene.one_line(note, field="note", limit=300)
    _refuse_wrong(customer, reason, note, until_on, today, entry, contact)
    _refuse_amount(reason, entry, amount, until_on, today)
    with audit.line(
        "block.placed",
        by=by,
        now=now,
        subject=f"customer:{customer.pk}",
        entity=entry.entity if entry else entity,
        reason=note or reason,
    ) as line:
        return write(
            line, customer=customer, reason=reason, today=today, by=by, until_on=until_on, note=note,
            entity=entry.entity if entry else entity, entry=entry, contact=contact, amount=amount,
        )  # fmt: skip


def write(
    line: Line,
    *,
    customer: Customer,
    reason: str,
    today: date,
    by: Actor,
    until_on: date | None = None,
    note: str = "",
    entity: LegalEntity | None = None,
    entry: Entry | None = None,
    contact: Contact | None = None,
    amount: int | None = None,
) -> DunningBlock:
    """The same under the caller's audit line and customer lock, with what was checked."""
    block = DunningBlock(
        customer=customer, entity=entity, entry=entry, contact=contact, reason=reason, note=note, amount=amount,
        from_on=today, until_on=until_on, placed_at=line.now, placed_by=by.name, audit_seq=line.seq,
    )  # fmt: skip
    block.save(force_insert=True)
    line.touch("dunningblock", block.pk, reason, until_on, amount)
    line.tell("blocks", block.pk, reason, until_on.isoformat() if until_on else "")
    posting.stop([customer])
    return block


@transaction.atomic
def release(*, block: DunningBlock, reason: str, on: date, now: datetime, by: Actor) -> DunningBlock:
    """Ends a block before its day: from `on` it is asked for again. Refuses reason_missing, state, forbidden."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it may be asked for again."), field="reason")
    posting.lock(block.customer_id)
    rows = DunningBlock.objects.select_for_update(of=("self",), no_key=True)
    block = rows.select_related("customer", "entity").get(pk=block.pk)
    if block.released_on is not None or (block.until_on is not None and block.until_on < on):
        raise Refused("state", _("This block is over already."))
    if block.reason in HARD and by.user is not None:
        access.require(by.user, "block.release")
    why = text_hygiene.one_line(reason, field="reason", limit=300)
    with audit.line(
        "block.released",
        by=by,
        now=now,
        subject=f"customer:{block.customer_id}",
        entity=block.entity,
        reason=why,
    ) as line:
        block.released_on, block.released_by, block.release_reason = on, by.name, why
        line.stamp(block)
        block.save(update_fields=["released_on", "released_by", "release_reason", "audit_seq"])
        posting.stop([block.customer])
    return block


def _refuse_wrong(
    customer: Customer,
    reason: str,
    note: str,
    until_on: date | None,
    today: date,
    entry: Entry | None,
    contact: Contact | None,
) -> None:
    if reason == Reason.OTHER and not note:
        raise Refused("note_missing", _("Say what it is about."), field="note")
    if until_on is not None and until_on < today:
        raise Refused("date_past", _("The last day is over. Choose today or later."), field="until_on")
    if entry is not None and contact is not None:
        raise Refused("one_of_two", _("A block is of an item or of a contact."), field="contact")
    for row in (entry, contact):
        if row is not None and row.customer_id != customer.pk:
            raise Refused("crosses", _("This belongs to another customer."), field="customer")


def _refuse_amount(
    reason: str, entry: Entry | None, amount: int | None, until_on: date | None, today: date
) -> None:
    if reason != Reason.PENDING_PAYMENT:
        if amount is not None:
            raise Refused(
                "amount_unneeded", _("Only a payment on its way has an amount here."), field="amount"
            )
        return
    if entry is None or amount is None:
        raise Refused("amount_missing", _("Name the item and how much of it is on its way."), field="amount")
    left = posting.left_of(entry)
    if entry.amount <= 0 or not 0 < amount <= left:
        raise Refused(
            "over_open",
            _("Between 0 and %(left)s %(currency)s of this item is open.")
            % {"left": format_plain(left, entry.currency), "currency": entry.currency},
            field="amount",
            left=left,
        )
    if until_on is None or (until_on - today).days > IN_FLIGHT_DAYS:
        raise Refused(
            "end_missing",
            _("A payment on its way arrives within %(days)s days; choose a day until %(last)s.")
            % {"days": IN_FLIGHT_DAYS, "last": (today + timedelta(days=IN_FLIGHT_DAYS)).isoformat()},
            field="until_on",
        )
