"""The customer's timeline: its own lines, those of its documents, and its share of lines about something larger."""

from datetime import timedelta

from receivables import audit, posting
from receivables.models import Entry
from receivables.questions import customer_story
from receivables.services import disputes
from tests.fixtures.world import DAY_0


def texts(world, code, role="accountant"):
    return [event["text"] for event in customer_story.events(world.customer(code), world.user(role))]


def book(world, line, code, reference):
    return posting.enter(
        line, entity=world.entity, customer=world.customer(code), kind=Entry.Kind.OPENING, currency="EUR", amount=100,
        booked_on=DAY_0, reference=reference,
    )  # fmt: skip


def test_a_file_of_many_customers_tells_each_only_of_their_own_documents(world):
    with audit.line(
        "ledger_import.posted",
        by=world.by,
        now=world.at(DAY_0),
        subject="import_file:1",
        reason="both of them",
    ) as line:
        book(world, line, "acme", "OLD-1")
        for number in range(5):
            book(world, line, "globex", f"OLD-{number + 2}")
    events = customer_story.events(world.customer("acme"), world.user("accountant"))
    assert [event["text"] for event in events] == ["Rows of a ledger posted: OLD-1"]
    assert events[0]["detail"] == ""
    assert texts(world, "globex", "collector") == ["Rows of a ledger posted: 5 documents"]


def test_a_dispute_stands_in_the_timeline_with_its_document(world):
    invoice = world.issue("initech", "100.00", due_on=DAY_0 - timedelta(days=3), number="I-1")
    entry = invoice.instalments.get().entry
    disputes.open_on(entry=entry, reason="price", amount=None, today=DAY_0, now=world.at(DAY_0), by=world.by)
    assert texts(world, "initech")[0] == "Dispute opened: I-1"


def test_movements_in_other_books_are_not_told(world):
    other = world.legal_entity("GB", "Harbour Ltd", "GBP", "Europe/London", "GB")
    world.issue("acme", "100.00", due_on=DAY_0, number="A-1")
    user = world.user("accountant", username="elsewhere")
    user.all_entities = False
    user.save()
    user.entities.set([other])
    assert customer_story.events(world.customer("acme"), type(user).objects.get(pk=user.pk)) == []
