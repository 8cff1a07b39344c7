"""What happens in any quarter: disputes, credit notes, write-offs, a refund, money on account, closed months. By the verbs."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from receivables import posting
from receivables.models import Customer, Dispute, Entry, Invoice, Payment
from receivables.rules.money import Money
from receivables.services import adjustments, cash, changes, disputes, losses, periods, refunds
from reports.sandbox.company import At, Company

DISPUTE_WORDS = {
    "price": "The order says 4 % less than the invoice.",
    "quality": "Two of the parts came scratched; photos sent.",
    "not_received": "Nobody here has seen this invoice.",
    "quantity": "18 pieces invoiced, 16 delivered.",
    "deduction": "Freight deducted as agreed on the phone.",
}


@dataclass
class Truth:
    """Numbers of what happened, by kind."""

    counts: dict[str, int] = field(default_factory=dict)


def live(dice: Random, company: Company, *, today: date, at: At) -> Truth:
    """A quarter's events over what is open now."""
    truth = Truth()
    truth.counts["disputes"] = _disputes(dice, company, today, at)
    truth.counts["credit_notes"] = _credit_notes(dice, company, today, at)
    truth.counts["write_offs"] = _write_offs(company, today, at)
    truth.counts["on_account"] = _money_on_account(dice, company, today, at)
    truth.counts["refunds_proposed"] = _refund(company, today, at)
    truth.counts["months_closed"] = _close_months(company, today, at)
    return truth


def overdue(today: date, *, older_than: int, entity_id: int | None = None) -> list[Entry]:
    """Open debits more than so many days past due, oldest first."""
    rows = (
        Entry.objects.debits()
        .unsettled()
        .filter(due_on__lt=today - timedelta(days=older_than), kind=Entry.Kind.INVOICE)
    )
    if entity_id:
        rows = rows.filter(entity_id=entity_id)
    return list(rows.select_related("customer", "entity", "instalment__invoice").order_by("due_on", "pk"))


def _disputes(dice: Random, company: Company, today: date, at: At) -> int:
    items = overdue(today, older_than=3)
    chosen = dice.sample(items, min(14, len(items)))
    for n, entry in enumerate(chosen):
        on = max(entry.booked_on, today - timedelta(days=dice.randint(1, 25)))
        reason = dice.choice(list(DISPUTE_WORDS))
        part = Money((entry.amount - entry.allocated) // (1 if n % 3 == 0 else 4) or 1, entry.currency)
        dispute = disputes.open_on(
            entry=entry,
            reason=reason,
            today=on,
            now=at(on),
            by=company.person("cem"),
            amount=part,
            note=DISPUTE_WORDS[reason],
            owner=company.users["mara"],
            department="Sales",
        )
        if n % 5 == 4:
            disputes.reject(
                dispute=dispute,
                resolution="Delivery note signed on arrival.",
                on=today,
                now=at(today),
                by=company.person("fiona"),
            )
    return int(Dispute.objects.count())


def _credit_notes(dice: Random, company: Company, today: date, at: At) -> int:
    items = overdue(today, older_than=0)
    made = 0
    for entry in dice.sample(items, min(9, len(items))):
        invoice = entry.instalment.invoice
        amount = Money((entry.amount - entry.allocated) // 10 or 1, entry.currency)
        adjustments.credit(
            invoice=invoice,
            amount=amount,
            on=today - timedelta(days=2),
            reason_code="price",
            now=at(today),
            by=company.person("fiona"),
        )
        made += 1
    cancelled = next(
        (
            e.instalment.invoice
            for e in items
            if e.allocated == 0 and e.instalment.invoice.state == Invoice.State.SENT
        ),
        None,
    )
    if cancelled and not cancelled.credit_notes.exists():
        adjustments.cancel(
            invoice=cancelled,
            on=today - timedelta(days=1),
            reason_code="wrong_invoice",
            now=at(today),
            by=company.person("fiona"),
        )
        made += 1
    return made


def _write_offs(company: Company, today: date, at: At) -> int:
    """Two given up by two people, one waiting for its second."""
    waiting = overdue(today, older_than=75)[:3]
    for n, entry in enumerate(waiting):
        change = losses.propose(
            invoice=entry.instalment.invoice,
            reason_code=next(iter(losses.REASONS)),
            reason="The administrator announced that no dividend will be paid.",
            now=at(today - timedelta(days=1)),
            by=company.person("cem"),
        )
        if n < 2:
            changes.decide(
                change=change,
                approve=True,
                content_hash=change.content_hash,
                today=today,
                now=at(today),
                by=company.person("helena"),
            )
    return min(2, len(waiting))


def _money_on_account(dice: Random, company: Company, today: date, at: At) -> int:
    customers = list(Customer.objects.filter(profiles__entity=company.entities[0]).order_by("code")[:60])
    chosen = dice.sample(customers, 5)
    for customer in chosen:
        cash.receive(
            entity=company.entities[0],
            customer=customer,
            amount=Money(dice.randint(20, 900) * 1_000, "EUR"),
            value_on=today - timedelta(days=dice.randint(1, 20)),
            reference="advance for next order",
            now=at(today),
            by=company.person("anja"),
        )
    return len(chosen)


def _refund(company: Company, today: date, at: At) -> int:
    payment = Payment.objects.filter(reference="advance for next order").order_by("pk").first()
    if payment is None:
        return 0
    half = Money(posting.left_of(payment.entry) // 2, payment.currency)
    refunds.propose(
        payment=payment,
        amount=half,
        reason="Order cancelled by the customer.",
        now=at(today),
        by=company.person("anja"),
    )
    return 1


def _close_months(company: Company, today: date, at: At) -> int:
    until = (today.replace(day=1) - timedelta(days=32)).replace(day=1) - timedelta(days=1)
    for entity in company.entities:
        periods.lock(
            entity=entity,
            until=until,
            reason="Month end",
            today=today,
            now=at(today),
            by=company.person("fiona"),
        )
    return len(company.entities)
