"""The picture of a customer: what the ledger, disputes, promises, blocks, consent and contacts say as of a day."""

from datetime import date, timedelta

import pytest

from dunning.models import DunningBlock
from dunning.questions import night, pictures
from dunning.services import promises
from receivables.models import Consent, Message
from receivables.services import disputes
from tests.fixtures.bank import mt940
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db
ON = DAY_0 + timedelta(days=20)


@pytest.fixture
def look(dunning_desk):
    def one(code: str = "globex", on: date = ON):
        customer = dunning_desk.world.customer(code)
        return pictures.one(dunning_desk.world.entity, customer.pk, on, dunning_desk.now(on))

    return one


def test_open_items_come_oldest_first_with_what_is_left(dunning_desk, look):
    late = dunning_desk.issue("globex", "300.00", due_on=DAY_0 + timedelta(days=5))
    dunning_desk.issue("globex", due_on=DAY_0, number="NL-OLD")
    paid = dunning_desk.issue("globex", due_on=DAY_0, number="NL-PAID")
    dunning_desk.world.pay(late, "100.00", on=ON)
    dunning_desk.world.pay(paid, on=ON)
    found = look()
    assert [(item.number, item.original, item.open_amount) for item in found.items] == [
        ("NL-OLD", 10_000, 10_000),
        ("NL-0001", 30_000, 20_000),
    ]
    assert (found.importance, found.risk_class, found.segment) == (2, "N", "")
    assert (found.rep, found.collector) == (
        dunning_desk.user("sales_rep").pk,
        dunning_desk.user("collector").pk,
    )


def test_what_is_booked_later_is_not_seen_yet_and_unapplied_credit_counts_per_currency(dunning_desk, look):
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.world.receive("globex", "70.00", on=DAY_0)
    dunning_desk.world.receive("globex", "10.00", on=DAY_0, currency="USD")
    dunning_desk.world.receive("globex", "5.00", on=ON + timedelta(days=1))
    assert look().unapplied == {"EUR": 7_000, "USD": 1_000}


@pytest.mark.parametrize(
    ("spans", "paused", "open_now"),
    [
        ([(2, 7)], 5, False),
        ([(-5, 3)], 3, False),
        ([(2, 7), (10, 12)], 7, False),
        ([(15, None)], 5, True),
        ([(25, None)], 0, False),
        ([(2, 2)], 0, False),
        ([(2, 30)], 18, True),
    ],
)
def test_days_of_disputes_are_counted_once_and_only_after_the_due_date(spans, paused, open_now):
    from dunning.questions import picture_facts

    days = [
        (DAY_0 + timedelta(days=a), None if b is None else DAY_0 + timedelta(days=b))
        for a, b in spans
        if a <= 20
    ]
    assert picture_facts.paused_days(days, DAY_0, ON) == paused
    assert picture_facts.disputed(days, ON) == open_now


def test_facts_about_items_are_found(dunning_desk, look):
    desk = dunning_desk
    one, two, three = (desk.issue("globex", due_on=DAY_0, number=f"NL-{n}") for n in range(3))
    at = desk.now(DAY_0)
    disputes.open_on(entry=desk.entry(one), reason="price", today=DAY_0, now=at, by=desk.by)
    promises.make(items=[(desk.entry(two), 4_000)], due_on=ON, source="call", today=DAY_0, now=at, by=desk.by)
    desk.block("globex", on=DAY_0, until=ON, entry=desk.entry(three), reason="other")
    first, second, third = look().items
    assert (first.disputed, second.promised, third.block.until) == (True, 4_000, ON)
    assert second.promised_until >= ON
    assert (first.promised, second.disputed, second.block) == (0, False, None)


def test_the_block_that_holds_longest_speaks_and_other_entities_blocks_do_not(dunning_desk, look):
    dunning_desk.issue("globex", due_on=DAY_0)
    other = dunning_desk.world.legal_entity("US", "US Inc", "USD", "America/New_York", "US")
    dunning_desk.block("globex", on=DAY_0, entity=other)
    assert look().block is None
    dunning_desk.block("globex", on=DAY_0, until=ON, reason="other")
    dunning_desk.block("globex", on=DAY_0, until=ON + timedelta(days=5), reason="insolvency")
    assert look().block.reason == "insolvency"
    dunning_desk.block("globex", on=DAY_0, entity=None, reason="key_account")
    assert (look().block.reason, look().block.until) == ("key_account", None)
    DunningBlock.objects.update(released_on=ON)
    assert look().block is None


def test_contacts_say_how_they_can_be_reached(dunning_desk, look):
    desk = dunning_desk
    customer = desk.customer("globex")
    desk.issue("globex", due_on=DAY_0)
    mobile = desk.contact(customer, email="", phone="+4915112345678", role="management")
    desk.contact(customer, email="gone@globex.example", undeliverable_since=DAY_0)
    desk.contact(customer, active=False)
    quiet = desk.contact(customer)
    desk.block("globex", on=DAY_0, contact=quiet, reason="do_not_contact")
    first, second, third = look().contacts
    assert first.addresses == {"email": "billing@globex.example", "letter": "Street 1, Town, DE"}
    assert (second.id, second.role, second.addresses["sms"]) == (mobile.pk, "management", "+4915112345678")
    assert second.stopped == {"sms"}
    assert "email" not in third.addresses


def test_the_last_word_about_an_address_counts_for_every_contact_that_uses_it(dunning_desk, look):
    desk = dunning_desk
    customer = desk.customer("globex")
    desk.issue("globex", due_on=DAY_0)
    desk.contact(customer, phone="+4915112345678", email="Billing@Globex.example")
    for given, channel, address in (
        (False, "email", "billing@globex.example"),
        (False, "sms", "+4915112345678"),
        (True, "sms", "+4915112345678"),
    ):
        Consent.objects.create(
            channel=channel, address=address, given=given, source="test", said_by="x", recorded_at=desk.now(DAY_0),
            audit_seq=desk._line(DAY_0),
        )  # fmt: skip
    first, second = look().contacts
    assert (first.stopped, second.stopped) == ({"email"}, {"email"})


def test_messages_of_the_last_seven_days_count(dunning_desk, look):
    desk = dunning_desk
    customer = desk.customer("globex")
    desk.issue("globex", due_on=DAY_0)
    contact = customer.contacts.get()
    for number, (age, state) in enumerate([(1, "PLANNED"), (6, "PLANNED"), (8, "PLANNED"), (1, "CANCELLED")]):
        Message.objects.create(
            key=f"k{number}", entity=desk.world.entity, customer=customer, contact=contact, channel="email", recipient="x",
            body="x", state=state, planned_at=desk.now(ON - timedelta(days=age)), due_at=desk.now(ON), audit_seq=desk._line(ON),
        )  # fmt: skip
    assert look().contacts[0].recent == {"email": 2}


def test_a_chunk_costs_the_same_queries_however_many_customers(dunning_desk, count_queries):
    def cost() -> int:
        ids = night.candidates(dunning_desk.world.entity.pk, ON)
        with count_queries() as queries:
            pictures.load(dunning_desk.world.entity, ids, ON, dunning_desk.now(ON))
        return len(queries)

    dunning_desk.issue("globex", due_on=DAY_0)
    few = cost()
    for n in range(8):
        dunning_desk.issue(f"c{n}", due_on=DAY_0)
    assert cost() == few < 20


def test_chunks_cover_every_customer_there_is_or_will_be(dunning_desk):
    for n in range(7):
        dunning_desk.issue(f"c{n}", due_on=DAY_0)
    found = night.bounds(dunning_desk.world.entity.pk, ON, 3)
    assert (found[0][0], found[-1][1], len(found)) == (0, night.LAST_ID, 3)
    seen = [
        pk
        for first, last in found
        for pk in night.candidates(dunning_desk.world.entity.pk, ON, first=first, last=last)
    ]
    assert len(seen) == len(set(seen)) == 7


def test_what_was_paid_since_a_promise_was_made_is_promised_no_more(dunning_desk, look):
    desk, at = dunning_desk, dunning_desk.now(DAY_0)
    invoice = desk.issue("globex", "300.00", due_on=DAY_0)
    promises.make(
        items=[(desk.entry(invoice), 10_000)], due_on=ON, source="call", today=DAY_0, now=at, by=desk.by
    )
    desk.world.pay(invoice, "60.00", on=DAY_0 + timedelta(days=1))
    (item,) = look().items
    assert (item.open_amount, item.promised) == (24_000, 4_000)


def test_a_parents_contact_that_nobody_writes_to_is_silent_for_its_subsidiaries_too(dunning_desk, look):
    desk = dunning_desk
    parent, child = desk.customer("globex"), desk.world.customer("small")
    child.parent = parent
    child.save(update_fields=["parent"])
    assert [each.id for each in look("small").contacts] == [each.id for each in look("globex").contacts]
    desk.block("globex", on=DAY_0, contact=parent.contacts.get(), reason="do_not_contact")
    assert look("small").contacts == ()


def test_a_statement_that_does_not_add_up_is_no_fresh_bank_file(dunning_desk, look, bank):
    dunning_desk.issue("globex", due_on=DAY_0)
    bank.take_in(mt940([(DAY_0, "10.00", "something")], closing="99.00"))
    assert look().newest_bank_file is None
    bank.take_in(mt940([(DAY_0, "10.00", "something")], number="2/1"))
    assert look().newest_bank_file is not None
