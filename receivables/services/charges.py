"""Fees, late interest and fixed sums on the ledger: written when the message that announces them was accepted, waived by a
person, and taken away with an invoice that was wrong. A charge is its own document; the invoice it speaks of is never touched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Charge, ChargeWaiver, Entry, Invoice, Message
from receivables.rules.refusals import Refused


@dataclass(frozen=True)
class Claim:
    """What is to be charged. `key` states the fact: item, stage and round, or item and first day of interest. Minor units."""

    key: str
    kind: str
    of_entry: int
    amount: int
    number: str
    from_on: date | None = None
    to_on: date | None = None
    derivation: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it stands on a message that announces it."""
        days = {name: day.isoformat() for name in ("from_on", "to_on") if (day := getattr(self, name))}
        plain = {"key": self.key, "kind": self.kind, "of_entry": self.of_entry, "amount": self.amount}
        return {**plain, "number": self.number, **days, "derivation": self.derivation}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Claim":
        """Back from a message."""

        def day(name: str) -> date | None:
            return date.fromisoformat(said[name]) if said.get(name) else None

        plain = {name: said[name] for name in ("key", "kind", "of_entry", "amount", "number")}
        return cls(**plain, from_on=day("from_on"), to_on=day("to_on"), derivation=said.get("derivation", {}))


def levy(line: Line, *, message: Message, now: datetime) -> list[Charge]:
    """Writes what an accepted message announced, once each, under the caller's line and the customer's lock.

    What was announced for an invoice that is gone meanwhile is left out. Dated with the entity's day.
    """
    on = now.astimezone(ZoneInfo(message.entity.time_zone)).date()
    claims = [Claim.from_json(said) for said in message.charges]
    return write(line, claims, on=on, by=Actor.system("outbox"), message=message)


def write(
    line: Line, claims: Iterable[Claim], *, on: date, by: Actor, message: Message | None = None
) -> list[Charge]:
    """One charge and entry for each claim not written yet, booked on `on` or the first open day after a closed period."""
    done = []
    for claim in claims:
        of = Entry.objects.select_related("entity", "customer").get(pk=claim.of_entry)
        if claim.amount <= 0 or Charge.objects.filter(key=claim.key).exists() or _gone(of):
            continue
        booked_on = posting.first_open_day(of.entity, on)
        entry = posting.enter(
            line,
            entity=of.entity,
            customer=of.customer,
            kind=Entry.Kind.CHARGE,
            currency=of.currency,
            amount=claim.amount,
            booked_on=booked_on,
            due_on=on,
            reference=claim.number[:80],
        )
        row = Charge(
            entity=of.entity,
            customer=of.customer,
            key=claim.key,
            kind=claim.kind,
            number=claim.number[:80],
            currency=of.currency,
            amount=claim.amount,
            of_entry=of,
            message=message,
            charged_on=on,
            from_on=claim.from_on,
            to_on=claim.to_on,
            derivation=claim.derivation,
            entry=entry,
            charged_by=by.name,
            recorded_at=line.now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("charge", row.pk, claim.key, claim.amount)
        done.append(row)
    return done


@transaction.atomic
def waive(*, charge: Charge, reason: str, on: date, now: datetime, by: Actor) -> ChargeWaiver:
    """Gives up what is open of a charge, for a reason; it stays given up whatever happens to payments.

    Refuses reason_missing, duplicate (waived before) and nothing_open (it was paid)."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the charge is given up."), field="reason")
    posting.lock(charge.customer_id)
    if ChargeWaiver.objects.filter(charge=charge).exists():
        raise Refused("duplicate", _("This charge was waived before."))
    if not posting.left_of(charge.entry):
        raise Refused("nothing_open", _("Nothing is open of this charge: it was paid."))
    subject = f"customer:{charge.customer_id}"
    with audit.line(
        "charge.waived", by=by, now=now, subject=subject, entity=charge.entity, reason=reason[:300]
    ) as line:
        row = _waive(line, charge, reason=reason, on=on, by=by)
        posting.stop([charge.customer])
    return row


def take_away(line: Line, *, invoice: Invoice, since: date | None, reason: str, on: date, by: Actor) -> int:
    """Waives what is open of the charges on an invoice (charged since a day, or ever), under the caller's line and locks: the
    invoice was wrong, or the dispute was right. Returns how many."""
    rows = Charge.objects.filter(of_entry__instalment__invoice=invoice, waiver__isnull=True)
    if since is not None:
        rows = rows.filter(charged_on__gte=since)
    todo = [
        charge
        for charge in rows.select_related("entry", "entity", "customer")
        if posting.left_of(charge.entry)
    ]
    for charge in todo:
        _waive(line, charge, reason=reason, on=on, by=by)
    return len(todo)


def take_back(line: Line, *, message: Message, reason: str, on: date, by: Actor) -> int:
    """Waives what is open of the charges that a message announced and that never arrived. Returns how many."""
    rows = Charge.objects.filter(message=message, waiver__isnull=True)
    todo = [
        charge
        for charge in rows.select_related("entry", "entity", "customer")
        if posting.left_of(charge.entry)
    ]
    for charge in todo:
        _waive(line, charge, reason=reason, on=on, by=by)
    return len(todo)


def _waive(line: Line, charge: Charge, *, reason: str, on: date, by: Actor) -> ChargeWaiver:
    left = posting.left_of(charge.entry)
    credit = posting.enter(
        line,
        entity=charge.entity,
        customer=charge.customer,
        kind=Entry.Kind.WAIVER,
        currency=charge.currency,
        amount=-left,
        booked_on=posting.first_open_day(charge.entity, max(on, charge.entry.booked_on)),
        reference=charge.number,
    )
    posting.allocate(line, debit=charge.entry, credit=credit, amount=left, reason="waiver")
    row = ChargeWaiver(
        charge=charge,
        amount=left,
        waived_on=on,
        reason=reason.strip()[:300],
        entry=credit,
        waived_by=by.name,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("chargewaiver", row.pk, charge.pk, left)
    return row


def _gone(of: Entry) -> bool:
    """Whether the invoice of an item was cancelled: nothing is charged on top of what was wrong."""
    return bool(Invoice.objects.filter(instalments__entry=of, state=Invoice.State.CANCELLED).exists())
