"""As of a date, as known at a point: the same question has the same answer for ever (PROMISES P12, PITFALLS 85, 86)."""

from datetime import timedelta

import pytest

from receivables import books
from receivables.models import Audit, Entry
from receivables.questions import selectors, statement
from receivables.rules.refusals import Refused
from receivables.services import allocation, cash, periods
from tests.fixtures.world import DAY_0


def day(n):
    return DAY_0 + timedelta(days=n)


def known(world):
    return selectors.known_now()


def picture(as_of, known_at):
    rows = Entry.objects.with_open(as_of, known_at).order_by("pk")
    return [(row.pk, row.open_amount) for row in rows]


def test_pitfall_85_a_later_payment_does_not_change_what_was_open_before_it(world):
    invoice = world.issue("globex", "100.00", due_on=day(0))
    before = picture(day(5), None)
    world.pay(invoice, "60.00", on=day(10))
    assert picture(day(5), None) == before
    assert [left for _pk, left in picture(day(10), None)] == [4000, 0]


def test_pitfall_86_a_back_dated_payment_changes_what_is_known_now_and_nothing_known_then(world):
    invoice = world.issue("globex", "100.00", due_on=day(0))
    then = known(world)
    before = picture(day(5), then)
    payment = cash.receive(
        entity=world.entity, customer=invoice.customer, amount=invoice_amount(invoice), value_on=day(3), reference="late",
        now=world.at(day(20)), by=world.by,
    )  # fmt: skip
    world.apply(payment, invoice, "100.00", on=day(20))
    assert picture(day(5), then) == before == [(before[0][0], 10000)]
    assert [left for _pk, left in picture(day(5), None)] == [0, 0]


def invoice_amount(invoice):
    from receivables.rules.money import Money

    return Money(invoice.gross, invoice.currency)


def test_undoing_today_does_not_change_yesterday(world):
    invoice = world.issue("globex", "100.00", due_on=day(0))
    payment = world.pay(invoice, on=day(2))
    cash.reverse(payment=payment, reason="bounce", on=day(9), now=world.at(day(9)), by=world.by)
    assert picture(day(8), None)[0][1] == 0
    assert picture(day(9), None)[0][1] == 10000


def test_an_audit_number_of_a_moment_is_the_last_before_it(world):
    world.issue("globex", "100.00", on=day(0))
    world.receive("globex", "1.00", on=day(3))
    assert Audit.objects.seq_at(world.at(day(1))) == 1
    assert Audit.objects.seq_at(world.at(day(3))) == 2


def test_a_statement_of_account_opens_moves_and_closes(world):
    first = world.issue("acme", "100.00", on=day(-40), due_on=day(-10))
    world.issue("acme", "50.00", on=day(1), due_on=day(31))
    world.pay(first, "70.00", on=day(2))
    world.receive("acme", "5.00", on=day(3))
    found = statement.of_account(
        customer=first.customer,
        entity=world.entity,
        currency="EUR",
        since=day(0),
        until=day(5),
        known_at=None,
    )
    assert (found.opening.plain(), found.closing.plain()) == ("100.00", "75.00")
    assert [(each.amount, each.balance) for each in found.lines] == [
        (5000, 15000),
        (-7000, 8000),
        (-500, 7500),
    ]
    assert [(each.left, each.days_past_due) for each in found.items] == [
        (3000, 15),
        (5000, -26),
        (-500, None),
    ]
    assert found.holds


def test_a_closed_period_takes_nothing_and_imported_cash_goes_to_the_first_open_day(world):
    invoice = world.issue("acme", "100.00", on=day(-20), due_on=day(0))
    periods.lock(
        entity=world.entity,
        until=day(-1),
        reason="month end",
        today=day(3),
        now=world.at(day(3)),
        by=world.by,
    )
    with pytest.raises(Refused, match="period_closed"):
        world.receive("acme", "1.00", on=day(-1))
    with pytest.raises(Refused, match="period_closed"):
        world.issue("acme", "1.00", on=day(-1))
    payment = cash.receive(
        entity=world.entity, customer=invoice.customer, amount=invoice_amount(invoice), value_on=day(-5), reference="bank",
        now=world.at(day(3)), by=world.by, imported=True,
    )  # fmt: skip
    assert (payment.value_on, payment.booked_on, payment.entry.booked_on) == (day(-5), day(0), day(0))


def test_old_cash_finds_its_old_invoice_without_touching_the_closed_month(world):
    invoice = world.issue("acme", "100.00", on=day(-20), due_on=day(0))
    payment = world.receive("acme", "100.00", on=day(-10))
    periods.lock(
        entity=world.entity, until=day(-1), reason="close", today=day(3), now=world.at(day(3)), by=world.by
    )
    before = picture(day(-1), None)
    (row,) = world.apply(payment, invoice, "100.00", on=day(3))
    assert row.booked_on == day(0)
    assert picture(day(-1), None) == before
    allocation.unapply(allocations=[row], on=day(3), now=world.at(day(3)), by=world.by, reason="mistake")
    assert picture(day(-1), None) == before


def test_reopening_is_a_second_row_with_its_reason(world):
    for verb, until in ((periods.lock, day(-1)), (periods.reopen, None)):
        options = {"today": day(3)} if verb is periods.lock else {}
        verb(entity=world.entity, until=until, reason="audit", now=world.at(day(3)), by=world.by, **options)
    assert world.entity.period_locks.count() == 2
    world.receive("acme", "1.00", on=day(-1))
    with pytest.raises(Refused, match="not_closed"):
        periods.reopen(entity=world.entity, until=None, reason="again", now=world.at(day(3)), by=world.by)
    with pytest.raises(Refused, match="period_not_over"):
        periods.lock(
            entity=world.entity, until=day(3), reason="x", today=day(3), now=world.at(day(3)), by=world.by
        )
    with pytest.raises(Refused, match="reason_missing"):
        periods.lock(
            entity=world.entity, until=day(0), reason=" ", today=day(3), now=world.at(day(3)), by=world.by
        )


def test_the_proof_names_the_document_that_breaks_it(world, broken_books):
    from django.db import connection

    invoice = world.issue("acme", "100.00")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE receivables_entry SET allocated = 100")
    found = {each.rule: each for each in books.check()}
    assert set(found) == {"counter_is_sum_of_allocations", "debits_and_credits_settle_alike"}
    assert invoice.number in found["counter_is_sum_of_allocations"].document


def test_the_sums_of_a_day_are_the_same_by_counters_and_by_allocations(world):
    first = world.issue("acme", "100.00", on=DAY_0)
    world.issue("globex", "7", on=DAY_0, currency="JPY")
    world.pay(first, "30.00", on=DAY_0)
    world.receive("globex", "5.00", on=DAY_0)
    rows = Entry.objects.all()
    now = selectors.positions(rows, as_of=DAY_0, known_at=None)
    assert now == selectors.positions(rows, as_of=DAY_0, known_at=selectors.known_now())
    world.pay(first, "20.00", on=day(5))
    assert selectors.positions(rows, as_of=DAY_0, known_at=None) == now
    assert [(each.currency, each.owed, each.unapplied, each.holds) for each in now] == [
        ("EUR", 7000, 500, True),
        ("JPY", 7, 0, True),
    ]
