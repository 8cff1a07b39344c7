"""Answers about the past after corrections: nothing is settled twice on any day, and what was known then stays as it was."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from receivables.models import Allocation, Dispute, Entry
from receivables.questions import customer_record, selectors
from receivables.rules.aging import Buckets
from receivables.rules.money import Money
from receivables.services import adjustments, allocation, cash, disputes, matching
from reports import aging

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(40)]


def never_settled_twice() -> None:
    """On every day each entry is settled between nothing and its amount."""
    for day in DAYS:
        for entry in Entry.objects.with_open(day, None):
            sign = 1 if entry.amount > 0 else -1
            assert 0 <= entry.open_amount * sign <= entry.amount * sign, (day, str(entry), entry.open_amount)


@pytest.fixture
def moved(world):
    """Money of day 0 sat on the wrong invoice until day 10, and is on the right one since."""
    wrong, right = world.issue("acme", "1000", on=DAYS[0]), world.issue("acme", "1000", on=DAYS[0])
    payment = world.pay(wrong, on=DAYS[0])
    (tie,) = Allocation.objects.in_force()
    allocation.unapply(allocations=[tie], on=DAYS[10], now=world.at(DAYS[10]), by=world.by, reason="wrong")
    world.apply(payment, right, "1000", on=DAYS[10])
    return wrong, right, payment


def test_money_moved_to_another_invoice_never_settled_both_on_one_day(world, moved):
    never_settled_twice()


def test_unapplied_cash_of_a_past_day_is_never_negative_after_a_move(world, moved):
    customer = world.customer("acme")
    for day in DAYS[:12]:
        left = selectors.unapplied(
            customer=customer, entity=world.entity, currency="EUR", as_of=day, known_at=None
        )
        assert left.minor >= 0, day


def test_an_invoice_bounced_and_paid_by_older_money_is_settled_once_on_every_day(world):
    invoice = world.issue("globex", "500", on=DAYS[0])
    first = world.pay(invoice, on=DAYS[3])
    second = world.receive("globex", "500", on=DAYS[5])
    cash.reverse(payment=first, reason="bounce", on=DAYS[12], now=world.at(DAYS[12]), by=world.by)
    world.apply(second, invoice, "500", on=DAYS[14])
    never_settled_twice()


def test_a_late_line_matched_to_an_invoice_that_was_freed_does_not_settle_the_days_before(world, bank):
    invoice = world.issue("acme", "1000", on=DAYS[0], number="RE-4711")
    world.pay(invoice, on=DAYS[1])
    (tie,) = Allocation.objects.in_force()
    allocation.unapply(allocations=[tie], on=DAYS[10], now=world.at(DAYS[10]), by=world.by, reason="wrong")
    bank.lines(("1000.00", "RE-4711", "Acme Tools GmbH"), on=DAYS[4])
    done = matching.match_new_lines(account=bank.account, now=world.at(DAYS[11]), by=world.by)
    assert (done.applied, world.state(invoice)) == (1, "PAID")
    never_settled_twice()


def test_a_backdated_credit_note_does_not_settle_what_money_held_at_the_time(world):
    invoice = world.issue("globex", "500", on=DAYS[0])
    world.pay(invoice, on=DAYS[3])
    (tie,) = Allocation.objects.in_force()
    allocation.unapply(allocations=[tie], on=DAYS[9], now=world.at(DAYS[9]), by=world.by, reason="wrong")
    adjustments.credit(
        invoice=invoice, amount=Money.of("500", "EUR"), on=DAYS[4], reason_code="price", now=world.at(DAYS[9]), by=world.by
    )  # fmt: skip
    never_settled_twice()


def test_a_part_that_was_free_all_along_is_still_applied_on_the_later_of_its_entries(world):
    one, two = world.issue("acme", "600", on=DAYS[0]), world.issue("acme", "400", on=DAYS[0])
    payment = world.receive("acme", "1000", on=DAYS[2])
    world.apply(payment, one, "600", on=DAYS[2])
    (tie,) = Allocation.objects.in_force()
    allocation.unapply(allocations=[tie], on=DAYS[8], now=world.at(DAYS[8]), by=world.by, reason="wrong")
    (row,) = world.apply(payment, two, "400", on=DAYS[9])
    assert row.booked_on == DAYS[2]
    never_settled_twice()


def test_a_bounce_before_a_prepaid_invoices_day_leaves_no_day_out_of_balance(world):
    invoice = world.issue("acme", "700", on=DAYS[10])
    payment = world.pay(invoice, on=DAYS[1])
    cash.reverse(payment=payment, reason="bounce", on=DAYS[5], now=world.at(DAYS[11]), by=world.by)
    never_settled_twice()
    assert world.state(invoice) == "SENT"


def question(world, on: date, known_at: int | None) -> aging.Question:
    return aging.Question(on, known_at, world.user("cfo"), Buckets.default())


def test_a_dispute_opened_after_the_knowledge_asked_for_is_unknown_even_at_the_same_moment(world):
    invoice = world.issue("initech", "300", on=DAYS[0])
    known = selectors.known_now()
    disputes.open_on(
        entry=invoice.instalments.get().entry,
        reason="price",
        today=DAYS[0],
        now=world.at(DAYS[0]),
        by=world.by,
    )
    asked = question(world, DAYS[0], known)
    assert aging.disputed(asked) == {}
    now = aging.Question(asked.as_of, selectors.known_now(), asked.user, asked.buckets)
    assert list(aging.disputed(now).values()) == [30000]


def test_a_customers_balance_as_known_then_does_not_hear_of_later_disputes(world):
    invoice = world.issue("initech", "300", on=DAYS[0])
    known = selectors.known_now()
    dispute = disputes.open_on(
        entry=invoice.instalments.get().entry,
        reason="price",
        today=DAYS[0],
        now=world.at(DAYS[0]),
        by=world.by,
    )
    opened = selectors.known_now()
    disputes.reject(dispute=dispute, resolution="owed", on=DAYS[0], now=world.at(DAYS[0]), by=world.by)
    closed = selectors.known_now()
    rows = Entry.objects.filter(customer=world.customer("initech"))
    told = [customer_record.balances(rows, DAYS[0], at)[0].disputed for at in (known, opened, closed)]
    assert told == [0, 30000, 0]
    assert Dispute.objects.count() == 1


def test_what_a_day_looked_like_at_each_audit_number_never_changes(world):
    """Every pair (day, knowledge) is asked when it is new and again at the end."""
    customer, seen = world.customer("acme"), {}

    def ask(known: int) -> list[tuple[int, int]]:
        return [
            (item.pk, item.open_amount)
            for day in DAYS[::5]
            for item in selectors.open_items(customer=customer, as_of=day, known_at=known)
        ]

    def note() -> None:
        seen[selectors.known_now()] = ask(selectors.known_now())

    invoice = world.issue("acme", "1000", on=DAYS[0])
    note()
    payment = world.pay(invoice, "400", on=DAYS[5])
    note()
    cash.reverse(payment=payment, reason="bounce", on=DAYS[8], now=world.at(DAYS[8]), by=world.by)
    note()
    world.receive("acme", "50", on=DAYS[2], now=world.at(DAYS[9]))
    note()
    adjustments.cancel(invoice=invoice, on=DAYS[4], reason_code="wrong", now=world.at(DAYS[9]), by=world.by)
    note()
    assert {known: ask(known) for known in seen} == seen
    assert all(one < other for one, other in pairwise(sorted(seen)))
    never_settled_twice()
