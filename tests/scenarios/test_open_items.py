"""SCENARIOS AG-01 to 07, 28 to 30 and 34 as facts of the ledger: what is open, of which item, as of a date."""

from datetime import timedelta

from receivables.models import Entry
from receivables.questions import selectors
from receivables.rules.money import Money, format_plain
from receivables.rules.term_presets import PRESETS
from receivables.services import adjustments, allocation
from tests.fixtures.world import DAY_0


def rows(world, code="acme"):
    """Open items, signed, oldest due first, undated credits last, in plain major units."""
    found = selectors.open_items(
        customer=world.customer(code), as_of=DAY_0 + timedelta(days=999), known_at=None
    )
    return [format_plain(each.open_amount, each.currency) for each in found]


def on_account(world, amount):
    return adjustments.credit_on_account(
        entity=world.entity,
        customer=world.customer("acme"),
        amount=Money.of(amount, "EUR"),
        on=DAY_0,
        reason_code="goodwill",
        now=world.at(DAY_0),
        by=world.by,
    )


def pay_oldest(world, amount):
    payment = world.receive("acme", amount)
    allocation.oldest_first(credit=payment.entry, now=world.at(DAY_0), by=world.by)
    return payment


def test_AG_01_AG_02_a_payment_closes_the_first_instalment_and_a_credit_note_beyond_is_its_own_item(world):
    world.issue("acme", "100.00", on=DAY_0, terms=PRESETS["30/50/20"].to_json())
    assert rows(world) == ["30.00", "50.00", "20.00"]
    pay_oldest(world, "40.00")
    assert rows(world) == ["40.00", "20.00"]
    on_account(world, "100.00")
    assert rows(world) == ["40.00", "20.00", "-100.00"]
    assert world.balance("acme") == "-40.00"


def test_AG_03_an_invoice_credited_whole_leaves_nothing(world):
    invoice = world.issue("acme", "100.00")
    adjustments.credit(
        invoice=invoice,
        amount=Money.of("100.00", "EUR"),
        on=DAY_0,
        reason_code="price",
        now=world.at(DAY_0),
        by=world.by,
    )
    assert rows(world) == []


def test_AG_04_instalments_of_60_100_40_less_40_and_a_credit_note_of_100_leave_20_and_40(world):
    from fractions import Fraction

    from receivables.rules.terms import Line, Terms

    terms = Terms(
        tuple(Line("percent", Fraction(p), (("days", d),)) for p, d in ((30, 30), (50, 60), (20, 90)))
    )
    invoice = world.issue("acme", "200.00", on=DAY_0, terms=terms.to_json())
    pay_oldest(world, "40.00")
    assert rows(world) == ["20.00", "100.00", "40.00"]
    note = on_account(world, "100.00")
    middle = Entry.objects.filter(instalment__invoice=invoice).order_by("due_on")[1]
    allocation.apply(credit=note.entry, to=[(middle, 10000)], now=world.at(DAY_0), by=world.by)
    assert rows(world) == ["20.00", "40.00"]


def test_AG_05_a_separate_credit_note_is_a_row_of_its_own(world):
    invoice = world.issue("acme", "100.00")
    world.pay(invoice, "40.00")
    on_account(world, "100.00")
    assert rows(world) == ["60.00", "-100.00"]


def test_AG_06_an_advance_without_invoice_is_shown(world):
    world.receive("acme", "1000.00")
    assert rows(world) == ["-1000.00"]


def test_AG_07_two_part_payments_close_and_a_credit_without_reference_stays(world):
    invoice = world.issue("acme", "100.00")
    world.pay(invoice, "40.00")
    assert rows(world) == ["60.00"]
    world.pay(invoice, "60.00")
    assert rows(world) == []
    on_account(world, "100.00")
    assert rows(world) == ["-100.00"]


def test_AG_28_a_half_paid_invoice_shows_total_paid_and_due(world):
    invoice = world.issue("acme", "100.00")
    world.pay(invoice, "50.00")
    (item,) = selectors.open_items(customer=invoice.customer, as_of=DAY_0, known_at=None)
    assert (item.amount, item.amount - item.open_amount, item.open_amount) == (10000, 5000, 5000)


def test_AG_29_an_overpayment_is_netted_or_shown_but_never_dropped(world):
    world.issue("acme", "100.00")
    world.receive("acme", "30.00")
    (position,) = selectors.positions(Entry.objects.all(), as_of=DAY_0, known_at=None)
    assert (position.owed, position.unapplied, position.net, position.holds) == (10000, 3000, 7000, True)
    assert rows(world) == ["100.00", "-30.00"]


def test_AG_30_a_part_payment_ages_with_the_invoice_it_pays(world):
    old, young = (
        world.issue("acme", "100.00", due_on=DAY_0),
        world.issue("acme", "80.00", on=DAY_0, due_on=DAY_0 + timedelta(days=90)),
    )
    world.pay(young, "30.00")
    left = {each.reference: each.open_amount for each in Entry.objects.debits().with_open(DAY_0, None)}
    assert left == {old.number: 10000, young.number: 5000}


def test_AG_34_a_credit_moved_to_another_invoice_leaves_nothing_open(world):
    first, second = world.issue("acme", "100.00"), world.issue("acme", "100.00")
    payment = world.pay(first)
    allocation.unapply(
        allocations=list(payment.entry.settles.in_force()),
        on=DAY_0,
        now=world.at(DAY_0),
        by=world.by,
        reason="credited",
    )
    adjustments.credit(
        invoice=first,
        amount=Money.of("100.00", "EUR"),
        on=DAY_0,
        reason_code="price",
        now=world.at(DAY_0),
        by=world.by,
    )
    world.apply(payment, second, "100.00")
    assert rows(world) == []
