"""The customer's record equals a recomputation from bare ledger rows, for any as-of date."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from receivables.models import Allocation, Customer, Entry
from receivables.questions import customer_record, selectors
from receivables.rules.money import Money
from receivables.services import adjustments, cash
from tests.fixtures.world import DAY_0

DAYS = [DAY_0 + timedelta(days=n) for n in (-40, -1, 0, 1, 5, 12, 20, 31, 45, 90)]


@pytest.fixture
def globex(world):
    """Late and messy: part payments, a bounce and a second try, a prepayment, two currencies, something still open."""
    first = world.issue("globex", "100.00", due_on=DAY_0)
    world.apply(
        world.receive("globex", "40.00", on=DAY_0 + timedelta(days=5)),
        first,
        "40.00",
        on=DAY_0 + timedelta(days=5),
    )
    bounced = world.pay(first, "60.00", on=DAY_0 + timedelta(days=8))
    cash.reverse(
        payment=bounced, reason="bounce", on=DAY_0 + timedelta(days=10), now=world.at(DAY_0), by=world.by
    )
    world.pay(first, "60.00", on=DAY_0 + timedelta(days=30))
    world.pay(
        world.issue("globex", "250.00", due_on=DAY_0 + timedelta(days=10)), on=DAY_0 - timedelta(days=2)
    )
    world.issue("globex", "75.55", due_on=DAY_0 + timedelta(days=15))
    world.pay(world.issue("globex", "900", due_on=DAY_0, currency="JPY"), "300", on=DAY_0 + timedelta(days=3))
    world.receive("globex", "12.34", on=DAY_0 + timedelta(days=20))
    return Customer.objects.get(code="globex")


def recomputed(customer, currency, as_of):
    """By hand, one row at a time, without a QuerySet of ours."""
    entries = [
        e
        for e in Entry.objects.all()
        if e.customer_id == customer.pk and e.currency == currency and e.booked_on <= as_of
    ]
    allocations = [a for a in Allocation.objects.select_related("credit") if a.booked_on <= as_of]
    undone = {a.reverses_id for a in allocations if a.reverses_id}
    sales = sum(e.amount for e in entries if e.kind in ("invoice", "credit_note"))
    weighted = settled = late = worst = 0
    for debit in (e for e in entries if e.kind == "invoice"):
        mine = [a for a in allocations if a.debit_id == debit.pk]
        for a in mine:
            if a.reverses_id is None and a.pk not in undone and a.credit.kind == "payment":
                weighted += a.amount * (a.booked_on - debit.document_on).days
                settled += a.amount
        day, days_late = debit.due_on, 0
        while day < as_of:
            day += timedelta(days=1)
            if debit.amount - sum(a.amount for a in mine if a.booked_on < day) > 0:
                days_late = (day - debit.due_on).days
        late += days_late > 0
        worst = max(worst, days_late)
    mean = (Decimal(weighted) / settled).quantize(Decimal("0.1"), ROUND_HALF_UP) if settled else None
    return sales, mean, late, worst


@pytest.mark.parametrize("as_of", DAYS)
def test_003_04_three_figures_equal_a_recomputation_from_ledger_events(globex, as_of):
    found = {r.currency: r for r in customer_record.records(Entry.objects.filter(customer=globex), as_of)}
    for currency in ("EUR", "JPY"):
        expected = recomputed(globex, currency, as_of)
        record = found.get(currency)
        got = (
            (record.sales, record.collection_days, record.late, record.worst_days)
            if record
            else (0, None, 0, 0)
        )
        assert got == expected, (currency, as_of)


@pytest.mark.parametrize("as_of", DAYS)
def test_the_balance_and_the_overdue_tie_to_the_ledger_at_any_date(globex, as_of):
    entries = Entry.objects.filter(customer=globex)
    for balance in customer_record.balances(entries, as_of):
        (proof,) = balance.proofs
        assert proof.holds
        assert balance.net == sum(
            e.amount for e in entries if e.currency == balance.currency and e.booked_on <= as_of
        )
    for record in customer_record.records(entries, as_of):
        overdue = entries.overdue(as_of).filter(currency=record.currency)
        assert record.overdue == sum(e.open_amount for e in overdue)
        for end, amount in record.overdue_months:
            assert amount == sum(
                e.open_amount for e in entries.overdue(end).filter(currency=record.currency)
            ), end


def test_003_04_a_later_fact_does_not_change_what_was_known(world, globex):
    entries, as_of = Entry.objects.filter(customer=globex), DAY_0 + timedelta(days=45)
    known = selectors.known_now()
    before = customer_record.records(entries, as_of, known)
    world.pay(world.issue("globex", "500.00", due_on=DAY_0), on=DAY_0 + timedelta(days=2))
    assert customer_record.records(entries, as_of, known) == before
    assert customer_record.records(entries, as_of) != before


def test_003_04_a_credit_note_lowers_lifetime_sales_and_is_no_collection(world):
    invoice = world.issue("initech", "100.00", due_on=DAY_0)
    adjustments.credit(
        invoice=invoice,
        amount=Money.of("30.00", "EUR"),
        on=DAY_0,
        reason_code="price",
        now=world.at(DAY_0),
        by=world.by,
    )
    (record,) = customer_record.records(Entry.objects.filter(customer=invoice.customer), date(2026, 4, 1))
    assert (record.sales, record.collected, record.collection_days) == (7000, 0, None)


def test_the_record_of_a_customer_takes_a_handful_of_queries(globex, count_queries):
    entries = Entry.objects.filter(customer=globex)
    with count_queries() as queries:
        customer_record.records(entries, DAYS[-1])
        customer_record.balances(entries, DAYS[-1])
    assert len(queries) <= 5
