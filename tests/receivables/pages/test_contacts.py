"""The pages of contacts: added, edited, flagged and retired."""

from datetime import UTC, datetime

from django.urls import reverse

from receivables.models import Consent, Contact
from receivables.services import contacts
from tests.fixtures.world import DAY_0

MOBILE = "+491512 3456789"


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_contacts_are_added_edited_flagged_and_retired_on_their_pages(world, login):
    customer = world.customer("acme")
    client = login("collector")
    form = {
        "name": "Mia",
        "role": "billing",
        "channel": "email",
        "email": "mia@acme.example",
        "language": "en",
    }
    assert client.post(address("contact_new", customer.pk), {**form, "email": "mia"}).status_code == 422
    assert client.post(address("contact_new", customer.pk), form).status_code == 302
    contact = Contact.objects.get()
    client.post(address("contact_flag", contact.pk), {"reason": "came back"})
    assert "cannot be reached" in client.get(address("customer", customer.pk)).content.decode()
    assert "Contact cannot be reached" in client.get(address("customers")).content.decode()
    stale = client.post(address("contact_edit", contact.pk), {**form, "name": "Mia Ro", "version": "1"})
    assert stale.status_code == 409
    assert (
        client.post(
            address("contact_edit", contact.pk), {**form, "email": "m@acme.example", "version": "2"}
        ).status_code
        == 302
    )
    contact.refresh_from_db()
    assert contact.undeliverable_since is None


def contact_of(world, code="acme", **fields):
    values = {"name": "Mia", "role": "billing", "channel": "email", "email": "mia@acme.example", **fields}
    return contacts.add(
        customer=world.customer(code), fields=values, now=world.at(DAY_0), by=world.by, consent="On the phone"
    )


def page_of(client, contact):
    answer = client.get(address("contact", contact.pk))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_time_it_is_there_and_whether_it_is_quiet(world, login, monkeypatch):
    contact = contact_of(world, time_zone="Asia/Tokyo")
    client = login("collector")
    monkeypatch.setattr("receivables.clock.now", lambda: datetime(2026, 3, 3, 3, 5, tzinfo=UTC))
    shown = page_of(client, contact)
    assert "12:05" in shown and "Asia/Tokyo" in shown and "May be contacted now" in shown
    monkeypatch.setattr("receivables.clock.now", lambda: datetime(2026, 3, 3, 10, 0, tzinfo=UTC))
    shown = page_of(client, contact)
    assert "Quiet now" in shown and "4 Mar 2026, 09:00" in shown.replace("\n", "")


def test_an_opt_out_noted_by_a_person_holds_for_every_contact_with_the_address_and_says_so(world, login):
    first = contact_of(world)
    second = contact_of(world, "globex", name="Mia at Globex")
    client = login("collector")
    assert "Mia at Globex" in page_of(client, first)
    answer = client.post(
        address("contact_consent", first.pk),
        {"channel": "email", "given": "0", "note": "By letter"},
        follow=True,
    )
    assert "It holds for 2 contacts." in answer.content.decode()
    assert "Asked us to stop" in page_of(client, second)
    said = Consent.objects.in_force("email", "mia@acme.example")
    assert (said.given, said.source, said.said_by, said.note) == (False, "person", "collector", "By letter")


def test_consent_given_again_needs_to_say_how(world, login):
    contact = contact_of(world)
    client = login("collector")
    go = address("contact_consent", contact.pk)
    client.post(go, {"channel": "email", "given": "0"})
    refused = client.post(go, {"channel": "email", "given": "1", "note": " "})
    assert refused.status_code == 422
    assert "Say how and when they agreed" in refused.content.decode()
    assert client.post(go, {"channel": "email", "given": "1", "note": "Mail of 3 March"}).status_code == 302
    assert Consent.objects.in_force("email", "mia@acme.example").given
    assert client.post(go, {"channel": "letter", "given": "1", "note": "x"}).status_code == 422


def test_an_auditor_reads_the_words_and_changes_none(world, login):
    contact = contact_of(world, channel="sms", phone=MOBILE, email="")
    client = login("auditor")
    assert "On the phone" in page_of(client, contact)
    answer = client.post(address("contact_consent", contact.pk), {"channel": "sms", "given": "0"})
    assert answer.status_code == 403
    assert Consent.objects.in_force("sms", contact.phone).given


def test_a_contact_that_works_again_is_cleared_on_its_own_page(world, login):
    contact = contact_of(world)
    client = login("collector")
    client.post(address("contact_flag", contact.pk), {"reason": "email: bounced", "stay": contact.pk})
    assert "email: bounced" in page_of(client, contact)
    answer = client.post(address("contact_clear", contact.pk), {"stay": contact.pk})
    assert answer["Location"] == address("contact", contact.pk)
    contact.refresh_from_db()
    assert contact.undeliverable_since is None


def test_the_form_takes_hours_a_weekly_most_and_the_consent_to_text_messages(world, login):
    customer = world.customer("acme")
    client = login("collector")
    form = {
        "name": "Mia", "role": "billing", "channel": "sms", "phone": MOBILE, "language": "en", "contact_hours": "china",
        "max_per_week": "2",
    }  # fmt: skip
    refused = client.post(address("contact_new", customer.pk), form)
    assert refused.status_code == 422
    assert "Nobody has agreed to text messages" in refused.content.decode()
    assert "12 CFR 1006.6" in refused.content.decode()
    client.post(address("contact_new", customer.pk), form | {"consent": "Order form of May"})
    contact = Contact.objects.get()
    assert (contact.contact_hours, contact.max_per_week) == ("china", 2)
    assert Consent.objects.in_force("sms", contact.phone).note == "Order form of May"


def test_002_26_the_api_takes_and_tells_the_word_of_consent(world, api):
    customer = world.customer("acme")
    caller = api("collector")
    body = {"name": "Mia", "channel": "sms", "phone": MOBILE}
    assert caller.post(f"customers/{customer.pk}/contacts", body).status_code == 422
    made = caller.post(f"customers/{customer.pk}/contacts", body | {"consent": "On the phone"})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert caller.get(f"contacts/{pk}/consents").json()["words"][0]["given"] is True
    stopped = caller.post(f"contacts/{pk}/consents", {"channel": "sms", "given": False})
    assert (stopped.status_code, stopped.json()["given"], stopped.json()["source"]) == (200, False, "person")
    assert (
        caller.post(f"contacts/{pk}/consents", {"channel": "email", "given": True, "note": "x"}).status_code
        == 422
    )
