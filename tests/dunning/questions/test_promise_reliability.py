"""How far a customer's and a contact's word goes, and what is still promised of an item."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from dunning.questions import customer_collections, promise_money, promise_reliability
from dunning.services import blocks, promise_settling, promises
from receivables.models import Contact

TODAY = date(2026, 3, 2)


def entry(invoice):
    return invoice.instalments.select_related("entry__customer").get().entry


@pytest.fixture
def desk(world):
    world.gerda, world.hans = (
        Contact.objects.create(customer=world.customer("globex"), name=name) for name in ("Gerda", "Hans")
    )
    return world


def promise(desk, amount, contact, paid=None, late=0):
    """A promise for TODAY over an invoice of its own; `paid` comes `late` days after it."""
    invoice = desk.issue("globex", amount, due_on=TODAY - timedelta(days=9))
    made = promises.make(
        items=[(entry(invoice), entry(invoice).amount)], due_on=TODAY, source="call", contact=contact, today=TODAY,
        now=desk.at(TODAY), by=desk.by,
    )  # fmt: skip
    if paid:
        desk.pay(invoice, paid, on=TODAY + timedelta(days=late))
    return made


def settle(desk, days=10):
    on = TODAY + timedelta(days=days)
    promise_settling.settle(on=on, now=desk.at(on), by=desk.by)


def test_wish_b12_rate_slip_and_ratio_per_customer_and_contact(desk):
    promise(desk, "100", desk.gerda, "100", late=2)
    promise(desk, "300", desk.gerda, "300", late=8)
    promise(desk, "100", desk.hans)
    settle(desk)
    house = Fraction(1 + 7, 3 + 10)
    found = promise_reliability.of_customer(desk.customer("globex").pk)
    assert (found.kept, found.number, found.mean_slip) == (1, 3, 5)
    assert found.rate == (1 + 5 * house) / 8
    assert found.shares == {"EUR": Fraction(100, 500)}
    by_contact = promise_reliability.of_contacts(desk.customer("globex").pk)
    assert [(by_contact[c.pk].kept, by_contact[c.pk].number) for c in (desk.gerda, desk.hans)] == [
        (1, 2),
        (0, 1),
    ]
    assert (
        promise_reliability.of_contact(desk.hans.pk).rate < promise_reliability.of_contact(desk.gerda.pk).rate
    )
    assert promise_reliability.rates([desk.customer("globex").pk])[desk.customer("globex").pk][:2] == (1, 3)


def test_renegotiated_promises_count_neither_way_and_the_chain_is_kept(desk):
    first = promise(desk, "100", desk.gerda)
    item = first.items.get().entry
    second = promises.renegotiate(
        promise=first, items=[(item, 10000)], due_on=TODAY + timedelta(days=5), source="mail", today=TODAY,
        now=desk.at(TODAY), by=desk.by,
    )  # fmt: skip
    third = promises.renegotiate(
        promise=second, items=[(item, 9000)], due_on=TODAY + timedelta(days=9), source="mail", today=TODAY,
        now=desk.at(TODAY), by=desk.by,
    )  # fmt: skip
    assert promise_reliability.chain(second) == [first, second, third]
    assert promise_reliability.of_customer(desk.customer("globex").pk).number == 0


def test_what_is_still_promised_shrinks_with_the_money_that_came(desk):
    made = promise(desk, "100", desk.gerda, "30")
    held = promise_money.standing([made.items.get().entry_id])
    assert {pk: (each.amount, each.until, each.on_plan) for pk, each in held.items()} == {
        made.items.get().entry_id: (7000, made.grace_until, False)
    }
    settle(desk)
    assert promise_money.standing([made.items.get().entry_id]) == {}


def test_the_customers_panel_shows_what_stands_and_only_that(desk):
    made = promise(desk, "100", desk.gerda)
    customer, clerk = desk.customer("globex"), desk.user("collector")
    blocks.place(customer=customer, reason="key_account", today=TODAY, now=desk.at(TODAY), by=desk.by)
    found = customer_collections.of(customer, clerk, today=TODAY)
    assert found.promises == (made,) and len(found.blocks) == 1 and not found.quiet
    foreign = desk.user("collector", "far", all_entities=False)
    seen = customer_collections.of(customer, foreign, today=TODAY)
    assert seen.promises == () and len(seen.blocks) == 1  # a block without an entity stands everywhere
